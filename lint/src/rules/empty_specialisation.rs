//! `empty-specialisation`: a specialisation that is nothing but its parent under another name.

use super::context::is_part_of;
use super::tags::{LABEL, TAGS};
use super::{Check, Context, Rule};
use crate::findings::{Finding, Label, Location, Severity};
use crate::nixos::model::{
    DefinitionModel, DefinitionState, Merging, OptionModel, Origin, Prediction, Specialisation, System, World,
};

pub(super) const RULE: Rule = Rule {
    name: "empty-specialisation",
    severity: Severity::Info,
    default: true,
    fixable: false,
    since: "0.1.0",
    summary: "a specialisation is the same as its parent",
    documentation: "\
## What it finds

A specialisation that has nothing but a tag, a marker or values that the parent has as well, in a system no module of which is
different inside of a specialisation.

## Why it hurts

It is evaluated and built, takes an entry in the boot menu, and is the base again. Often a brace closes too early, and what was meant
for the specialisation is in the base, as below: NixOS builds both and says nothing.

## Example

```nix
# before
{
  specialisation.egpu.configuration = {
    system.nixos.tags = [ \"egpu\" ];
  };
  services.xserver.videoDrivers = [ \"nvidia\" ];
}
```

```nix
# after
{
  specialisation.egpu.configuration = {
    system.nixos.tags = [ \"egpu\" ];
    services.xserver.videoDrivers = [ \"nvidia\" ];
  };
}
```

## When it is wrong

When it is kept for later, or a module of an input asks whether it is in a specialisation. A specialisation without any settings is
meaningful where the base is guarded by `config.specialisation != { }`; there it is silent.
",
    checks: &[Check::System(check)],
};

/// What says no more than which one it is.
const NAMING: [&str; 3] = [TAGS, LABEL, "environment.etc.specialisation"];
/// What NixOS itself makes different in every specialisation.
const MADE: [&str; 3] = ["isSpecialisation", "specialisation", "boot.loader.grub.device"];

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    // A home without anything is what the other one is switched back to.
    if cx.system.world != World::Nixos || !has_settings(cx.system) || asks_where_it_is(cx.system) {
        return;
    }
    for specialisation in &cx.system.specialisations {
        if specialisation.certain && is_empty(cx, specialisation) {
            findings.extend(finding(cx, specialisation));
        }
    }
}

/// Whether an option is one of these, or a part of one.
fn is_any(name: &str, options: &[&str]) -> bool {
    options.iter().any(|option| is_part_of(name, option))
}

/// Whether the parent has settings besides its specialisations: else it is a part of something.
fn has_settings(system: &System) -> bool {
    let is_other = |name: &str| !is_part_of(name, "specialisation") && !is_any(name, &NAMING);
    let mut options = system.parent.options.iter().filter(|(name, _)| is_other(name));
    options.any(|(_, option)| option.definitions.iter().any(|d| d.place.is_some()))
}

/// Whether anything asks whether it is in a specialisation: that may have a meaning that is not seen.
fn asks_where_it_is(system: &System) -> bool {
    let options = system.scopes().flat_map(|(_, scope)| scope.options.values());
    let definitions = options.flat_map(|option| &option.definitions);
    let mut reads = definitions.flat_map(|definition| {
        definition.reads.iter().chain(definition.conditions.iter().flat_map(|condition| &condition.reads))
    });
    reads.any(|read| is_part_of(&read.option, "specialisation") || read.option == "isSpecialisation")
}

/// Whether a specialisation is what its parent is, for certain.
fn is_empty(cx: &Context<'_>, specialisation: &Specialisation) -> bool {
    let (parent, child) = (&cx.system.parent, &specialisation.scope);
    // A module of its own that is not known may have anything, and so may one of the parent's that asks where it is.
    if specialisation.inherits != Some(true)
        || parent.lacks_own
        || parent.is_refused()
        || child.is_refused()
        || child.troubles.iter().any(|trouble| !parent.troubles.contains(trouble))
        || !specialisation.nested.is_empty()
    {
        return false;
    }
    // What it defines in vain, or adds nothing by, is told by other rules.
    let own = |d: &DefinitionModel| d.origin == Origin::Own && d.place.is_some();
    let is_repeated = |option: &OptionModel| {
        let mut own = option.definitions.iter().filter(|d| own(d));
        own.all(|d| {
            d.state == DefinitionState::Wins && (option.has_parts || option.merging == Merging::Equal)
        })
    };
    let mut options = child.options.iter().filter(|(name, _)| !is_any(name, &NAMING));
    if !options.all(|(_, option)| is_repeated(option)) {
        return false;
    }
    let names = parent.options.keys().chain(child.options.keys());
    let is_whole = |name: &str| {
        [parent, child].iter().any(|scope| scope.options.get(name).is_some_and(|option| option.has_parts))
    };
    let mut names = names.filter(|name| !is_any(name, &NAMING) && !is_any(name, &MADE) && !is_whole(name));
    names.all(|name| match (parent.prediction(name), child.prediction(name)) {
        (Prediction::Unknown(_), Prediction::Unknown(_)) => {
            // What is not known is the same where the same definitions take part.
            let of =
                |d: &&DefinitionModel| d.origin != Origin::Inherited || d.state == DefinitionState::Maybe;
            let definitions = child.options.get(name).into_iter().flat_map(|option| &option.definitions);
            let mut others = definitions.filter(of).filter(|d| d.place.is_some());
            let count = |option: Option<&OptionModel>| {
                let definitions = option.into_iter().flat_map(|option| &option.definitions);
                definitions.filter(|d| d.state == DefinitionState::Wins).count()
            };
            others.next().is_none() && count(parent.option(name)) == count(child.option(name))
        }
        (Prediction::Ok { value: old, .. }, Prediction::Ok { value: new, .. }) => old == new,
        (old, new) => old == new,
    })
}

fn finding(cx: &Context<'_>, specialisation: &Specialisation) -> Option<Finding> {
    let place = specialisation.places.first()?;
    let name = &specialisation.name;
    Some(Finding {
        rule: RULE.name,
        severity: RULE.severity,
        message: format!("specialisation `{name}` is the same as its parent"),
        primary: Label {
            location: Location::new(cx.path(place.file), place.path),
            message: "nothing is different in it but its name".into(),
        },
        related: Vec::new(),
        consequence: "NixOS builds the base once more, and gives it an entry of its own".into(),
        systems: Vec::new(),
        specialisation: Some(name.clone()),
        option: None,
        fixes: Vec::new(),
    })
}
