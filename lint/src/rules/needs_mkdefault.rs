//! `needs-mkdefault`: a specialisation and its parent define an option that cannot merge, at the same priority.

use super::{Check, Context, Rule};
use crate::findings::{Edit, Finding, Fix, Label, Severity};
use crate::fix::{Level, guard};
use crate::nixos::model::{
    DefinitionModel, DefinitionState, OptionModel, Origin, Prediction, Specialisation, System,
};
use crate::nixos::priority;

pub(super) const RULE: Rule = Rule {
    name: "needs-mkdefault",
    severity: Severity::Error,
    default: true,
    fixable: true,
    since: "0.1.0",
    summary: "a specialisation and its parent define an option differently, at the same priority",
    documentation: "\
## What it finds

An option that a specialisation and its parent both define, at the same priority, with values that do not merge.

## Why it hurts

A specialisation is its parent's modules with its own added. Its definitions have no precedence: what decides is the priority, of which
the lower number wins (`lib.mkForce` 50, a plain value 100, `lib.mkDefault` 1000, an option's own default 1500), and two plain values
of an option that takes one value contradict each other. NixOS refuses to build, after minutes of evaluation:

```text
error: The option `services.xserver.enable' has conflicting definition values:
- In `…/hosts/atlas.nix': false
- In `…/hosts/atlas.nix': true
Use `lib.mkForce value` or `lib.mkDefault value` to change the priority on any of these definitions.
```

It does not say which specialisation that is. The base fails with it, as it contains the specialisation.

## Example

```nix
# before
{ lib, ... }:
{
  services.xserver.enable = false;
  specialisation.tv.configuration = {
    system.nixos.tags = [ \"tv\" ];
    services.xserver.enable = true;
  };
}
```

```nix
# after
{ lib, ... }:
{
  services.xserver.enable = lib.mkDefault false;
  specialisation.tv.configuration = {
    system.nixos.tags = [ \"tv\" ];
    services.xserver.enable = true;
  };
}
```

The parent's value becomes a default, which any specialisation may override. Where NixOS itself defines the option by
default, that default would contradict the parent's; there the specialisation's value is forced instead.

## When it is wrong

It is certain: it speaks only where both values are known to contradict each other.
",
    checks: &[Check::System(check)],
};

/// A priority between a plain value and a default.
const BETWEEN: i64 = 900;

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for specialisation in &cx.system.specialisations {
        for (name, option) in &specialisation.scope.options {
            if let Some(finding) = judge(cx, specialisation, name, option) {
                findings.push(finding);
            }
        }
    }
}

fn judge(
    cx: &Context<'_>,
    specialisation: &Specialisation,
    name: &str,
    option: &OptionModel,
) -> Option<Finding> {
    let Prediction::Conflict { option: culprit, message } = &option.prediction else { return None };
    if culprit != name || specialisation.inherits != Some(true) {
        return None;
    }
    let (own, inherited) = opponents(option)?;
    let (own_place, inherited_place) = (own.place?, inherited.place?);
    let tag = &specialisation.name;
    let (ours, theirs) = (cx.show(own), cx.show(inherited));
    let written = Context::written(name, &[own, inherited]);
    let by = |definition| Context::by(written, definition);
    let what = if ours == theirs {
        format!(
            "`{written}` takes one definition only, and both specialisation `{tag}` and its parent make one"
        )
    } else {
        format!("`{written}` cannot be both {theirs} and {ours} in specialisation `{tag}`")
    };
    let finding = Finding {
        rule: RULE.name,
        severity: RULE.severity,
        message: what,
        primary: cx.label(&own_place, format!("`{tag}` sets it to {ours}{}", by(own))),
        related: vec![cx.label(
            &inherited_place,
            format!("the parent sets it to {theirs}{}, and neither has precedence", by(inherited)),
        )],
        consequence: format!("NixOS will refuse to build `{tag}`: \"{message}\""),
        systems: Vec::new(),
        specialisation: Some(tag.clone()),
        option: Some(written.to_owned()),
        fixes: Vec::new(),
    };
    let fixes = Mends { cx, finding: &finding, specialisation, name, option, own, inherited }.all();
    Some(finding.with_fixes(fixes))
}

/// A definition of the specialisation and one of the parent that contradict each other.
pub(super) fn opponents(option: &OptionModel) -> Option<(&DefinitionModel, &DefinitionModel)> {
    let winners =
        || option.definitions.iter().filter(|d| d.state == DefinitionState::Wins && d.place.is_some());
    let own: Vec<_> = winners().filter(|d| d.origin == Origin::Own).collect();
    let inherited: Vec<_> =
        winners().filter(|d| matches!(d.origin, Origin::Inherited | Origin::Default)).collect();
    let differ = |a: &DefinitionModel, b: &DefinitionModel| {
        a.value.is_none() || b.value.is_none() || a.value != b.value
    };
    let pair = own.iter().flat_map(|o| inherited.iter().map(move |i| (*o, *i))).find(|(o, i)| differ(o, i));
    pair.or_else(|| Some((*own.first()?, *inherited.first()?)))
}

/// The ways to mend a finding.
struct Mends<'m> {
    cx: &'m Context<'m>,
    finding: &'m Finding,
    specialisation: &'m Specialisation,
    /// The option's name, which may not be the one that is written.
    name: &'m str,
    option: &'m OptionModel,
    own: &'m DefinitionModel,
    inherited: &'m DefinitionModel,
}

impl Mends<'_> {
    fn all(&self) -> Vec<Fix> {
        let Mends { own, inherited, .. } = self;
        let (tag, theirs) = (&self.specialisation.name, short(&self.cx.show(inherited)));
        let lowered =
            if own.priority > priority::PLAIN { Level::Number(own.priority + 1) } else { Level::Default };
        let as_default = || {
            let title = format!("let specialisations override the parent's value: `lib.mkDefault {theirs}`");
            self.level(&self.winning(Origin::Inherited), lowered, title)
        };
        let raised = match own.priority {
            p if p > priority::PLAIN => Level::Plain,
            priority::PLAIN => Level::Force,
            p => Level::Number(p - 1),
        };
        let forced = || {
            let title = format!("override the parent's value in `{tag}`");
            self.level(&self.winning(Origin::Own), raised, title)
        };
        // A default beside NixOS' own default contradicts it, unless both are equal.
        let is_default = crate::nixos::defaults::is_default_of_nixos(&self.option.path);
        let fixes: Vec<Fix> = if !is_default && own.priority <= priority::PLAIN {
            [as_default(), forced(), self.guarded()].into_iter().flatten().collect()
        } else if self.is_set_by_all() {
            // What every specialisation would force away is meant for the base alone.
            [self.guarded(), forced(), as_default().map(Fix::uncertain)].into_iter().flatten().collect()
        } else {
            [forced(), as_default().map(Fix::uncertain), self.guarded()].into_iter().flatten().collect()
        };
        if fixes.is_empty() { self.last_resort(&theirs).into_iter().collect() } else { fixes }
    }

    /// Where there are other defaults, or the specialisation contradicts itself too.
    fn last_resort(&self, theirs: &str) -> Option<Fix> {
        let tag = &self.specialisation.name;
        let ours = short(&self.cx.show(self.own));
        let title =
            format!("let specialisations override the parent's value: `lib.mkOverride {BETWEEN} {theirs}`");
        let lowered = (self.own.priority == priority::PLAIN)
            .then(|| self.level(&self.winning(Origin::Inherited), Level::Number(BETWEEN), title));
        let title = format!("let {ours} win in `{tag}`");
        lowered.flatten().or_else(|| self.level(&[self.own], Level::Force, title).map(Fix::uncertain))
    }

    /// Gives definitions a priority.
    fn level(&self, definitions: &[&DefinitionModel], level: Level, title: String) -> Option<Fix> {
        self.fix(title, self.cx.prioritised(definitions, level)?)
    }

    /// Keeps the parent's definition out of its specialisations.
    fn guarded(&self) -> Option<Fix> {
        let place = self.inherited.place?;
        let edits = guard(&self.cx.source(place.file)?, place.value)?;
        self.fix("set it in the base only: `lib.mkIf (config.specialisation != { })`".into(), edits)
    }

    fn fix(&self, title: String, edits: Vec<Edit>) -> Option<Fix> {
        let tag = self.specialisation.name.as_str();
        let written = self.finding.option.as_deref()?;
        let mended = |after: &System| {
            let child = after.specialisations.iter().find(|s| s.name == tag);
            let prediction = child.and_then(|c| c.scope.options.get(written)).map(|o| &o.prediction);
            // The specialisation's own value must be the one that counts.
            match (prediction, &self.own.value) {
                (Some(Prediction::Ok { value, .. }), Some(wanted)) => value == wanted,
                (Some(Prediction::Ok { .. } | Prediction::Unknown(_)), None) => true,
                _ => false,
            }
        };
        let may_change = |(scope, option): (Option<&str>, &str)| {
            scope == Some(tag) && (option == written || option == self.name)
        };
        self.cx.fixer.fix(self.finding, title, edits, mended, may_change)
    }

    /// The definitions of that origin that take part.
    fn winning(&self, origin: Origin) -> Vec<&DefinitionModel> {
        let definitions = self.option.definitions.iter();
        definitions.filter(|d| d.state == DefinitionState::Wins && d.origin == origin).collect()
    }

    /// Whether there are several specialisations, each of which sets the option itself.
    fn is_set_by_all(&self) -> bool {
        let mut inheriting =
            self.cx.system.specialisations.iter().filter(|s| s.inherits == Some(true)).peekable();
        let sets_it = |s: &Specialisation| {
            let option = self.finding.option.as_ref().and_then(|name| s.scope.options.get(name.as_str()));
            option.is_some_and(|o| o.definitions.iter().any(|d| d.origin == Origin::Own))
        };
        inheriting.clone().count() > 1 && inheriting.all(sets_it)
    }
}

fn short(text: &str) -> String {
    if text.chars().count() <= 30 { text.to_owned() } else { "…".into() }
}

/// A label for a definition that contradicts another, of an option that is called `name` there.
pub(super) fn says(cx: &Context<'_>, name: &str, definition: &DefinitionModel) -> Option<Label> {
    let place = definition.place?;
    Some(cx.label(&place, format!("{} here{}", cx.show(definition), Context::by(name, definition))))
}
