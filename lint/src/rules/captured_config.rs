//! `captured-config`: a specialisation that is written as a plain set reads the parent's `config`.

use super::{Check, Context, Rule};
use crate::findings::{Edit, Finding, Fix, Severity};
use crate::nixos::model::{
    DefinitionModel, DefinitionState, OptionModel, Origin, Place, Prediction, Read, ReadScope,
    Specialisation, System,
};
use std::collections::HashSet;

pub(super) const RULE: Rule = Rule {
    name: "captured-config",
    severity: Severity::Warning,
    default: true,
    fixable: true,
    since: "0.1.0",
    summary: "a specialisation reads the parent's `config` for an option that it changes itself",
    documentation: "\
## What it finds

A definition inside of a specialisation that is made of an option which the specialisation changes, but that takes the
value which the option has in the parent.

## Why it hurts

A `configuration` that is written as a plain set stands in the parent's module, and `config` there is the parent's. What is computed of
it does not follow what the specialisation sets. NixOS says nothing and builds it: below, `psql` is of the parent's version 15, and so
would be a driver, built for the parent's kernel, which `modprobe` refuses in the other one. A condition holds as it does in the parent.

A `configuration` that is a function gets the specialisation's own `config`. (The same expression in a module of the parent needs no
care: the parent's modules are evaluated anew for each specialisation.)

## Example

```nix
# before
{ config, lib, pkgs, ... }:
{
  services.postgresql.package = lib.mkDefault pkgs.postgresql_15;
  specialisation.next.configuration = {
    system.nixos.tags = [ \"next\" ];
    services.postgresql.package = pkgs.postgresql_17;
    environment.systemPackages = [ config.services.postgresql.package ];
  };
}
```

```nix
# after
{ config, lib, pkgs, ... }:
{
  services.postgresql.package = lib.mkDefault pkgs.postgresql_15;
  specialisation.next.configuration = { config, ... }: {
    system.nixos.tags = [ \"next\" ];
    services.postgresql.package = pkgs.postgresql_17;
    environment.systemPackages = [ config.services.postgresql.package ];
  };
}
```

## When it is wrong

When the parent's value is what is wanted: the name of the machine that the specialisation is of, or the list that it
leaves something out of. It does not speak of a definition that is made of the parent's value of the same option.
",
    checks: &[Check::System(check)],
};

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for specialisation in &cx.system.specialisations {
        for captured in captured(cx.system, specialisation) {
            findings.extend(finding(cx, specialisation, &captured));
        }
    }
}

/// A definition that is made of options of the parent which its specialisation changes.
struct Captured<'s> {
    option: &'s str,
    definition: &'s DefinitionModel,
    /// The options that it reads, as they are in the specialisation.
    changed: Vec<(&'s str, &'s DefinitionModel)>,
}

fn captured<'s>(system: &'s System, specialisation: &'s Specialisation) -> Vec<Captured<'s>> {
    let mut found = Vec::new();
    for (name, option) in specialisation.scope.options_once().filter(|(_, option)| !option.has_parts) {
        for definition in option.definitions.iter().filter(|d| d.origin == Origin::Own && d.place.is_some()) {
            let conditions = match definition.state {
                DefinitionState::Loses => continue,
                _ => definition.conditions.iter().flat_map(|c| &c.reads),
            };
            let mut changed: Vec<(&str, &DefinitionModel)> = Vec::new();
            for read in definition.reads.iter().chain(conditions) {
                if read.scope == ReadScope::Parent
                    && !is_part(name, &read.option)
                    && changed.iter().all(|(option, _)| *option != read.option)
                    && let Some(own) = changes(system, specialisation, read)
                {
                    changed.push((&read.option, own));
                }
            }
            if !changed.is_empty() {
                found.push(Captured { option: name, definition, changed });
            }
        }
    }
    found
}

/// Whether one is the other, or lies in it.
fn is_part(option: &str, read: &str) -> bool {
    let below =
        |inner: &str, outer: &str| inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('.'));
    option == read || below(option, read) || below(read, option)
}

/// The definition with which a specialisation gives an option of its parent another value.
fn changes<'s>(
    system: &'s System,
    specialisation: &'s Specialisation,
    read: &'s Read,
) -> Option<&'s DefinitionModel> {
    let child = specialisation.scope.option(&read.option)?;
    let parent = system.parent.option(&read.option);
    if child.has_parts {
        return None;
    }
    let own = winners(child).find(|d| d.origin == Origin::Own && d.place.is_some())?;
    let differs = match (&child.prediction, parent.map(|p| &p.prediction)) {
        (Prediction::Ok { value: ours, .. }, Some(Prediction::Ok { value: theirs, .. })) => ours != theirs,
        (Prediction::Ok { .. }, None | Some(Prediction::Undefined)) => true,
        // Which packages are meant is known by their names.
        (Prediction::Unknown(ours), Some(Prediction::Unknown(theirs))) => {
            let is_known = |o: &OptionModel| o.definitions.iter().all(|d| d.state != DefinitionState::Maybe);
            ours != theirs && is_known(child) && parent.is_some_and(is_known)
        }
        _ => false,
    };
    differs.then_some(own)
}

fn winners(option: &OptionModel) -> impl Iterator<Item = &DefinitionModel> {
    option.definitions.iter().filter(|d| d.state == DefinitionState::Wins)
}

fn finding(cx: &Context<'_>, specialisation: &Specialisation, captured: &Captured<'_>) -> Option<Finding> {
    let place = captured.definition.place?;
    let tag = &specialisation.name;
    // Where it would be made of itself, the parent's value must be what is meant.
    if is_made_of_itself(specialisation, captured) {
        return None;
    }
    let names: Vec<String> = captured.changed.iter().map(|(name, _)| format!("`{name}`")).collect();
    let names = names.join(", ");
    let related = captured
        .changed
        .iter()
        .filter_map(|(_, own)| Some(cx.label(&own.place?, format!("`{tag}` sets it to {}", cx.show(own)))));
    let finding = Finding {
        rule: RULE.name,
        severity: RULE.severity,
        message: format!("`{}` is made of the parent's {names}, which `{tag}` changes", captured.option),
        primary: cx.label(&place, "`config` is the parent's here"),
        related: related.collect(),
        consequence: format!(
            "NixOS takes the value that {names} {} in the parent and says nothing",
            if captured.changed.len() == 1 { "has" } else { "have" }
        ),
        systems: Vec::new(),
        specialisation: Some(tag.clone()),
        option: Some(captured.option.to_owned()),
        fixes: Vec::new(),
    };
    let edits = mend(cx, specialisation, &place);
    let fix = edits.and_then(|edits| fix(cx, &finding, specialisation, captured, edits));
    Some(finding.with_fixes(fix))
}

/// Whether, read in the specialisation, what a definition is made of would be made of what it defines.
fn is_made_of_itself(specialisation: &Specialisation, captured: &Captured<'_>) -> bool {
    let mut open: Vec<&str> = captured.changed.iter().map(|(option, _)| *option).collect();
    let mut seen: HashSet<&str> = HashSet::new();
    while let Some(name) = open.pop() {
        if is_part(captured.option, name) {
            return true;
        }
        let options = specialisation.scope.options.iter();
        for (_, option) in options.filter(|(option, _)| is_part(option, name)).filter(|(n, _)| seen.insert(n))
        {
            let definitions = winners(option).flat_map(|d| &d.reads);
            open.extend(option.reads.iter().chain(definitions).map(|read| read.option.as_str()));
        }
    }
    false
}

/// The edits that give the specialisation's configuration its own `config`.
fn mend(cx: &Context<'_>, specialisation: &Specialisation, definition: &Place) -> Option<Vec<Edit>> {
    specialisation.places.iter().filter(|place| place.file == definition.file).find_map(|place| {
        let source = cx.source(place.file)?;
        source
            .is_in_configuration(place.value, place.path, definition.range.start())
            .then(|| source.with_own_config(place.value, place.path))?
    })
}

fn fix(
    cx: &Context<'_>,
    finding: &Finding,
    specialisation: &Specialisation,
    of: &Captured<'_>,
    edits: Vec<Edit>,
) -> Option<Fix> {
    let tag = &specialisation.name;
    let mended = |after: &System| {
        let child = after.specialisations.iter().find(|s| s.name == *tag);
        child.is_some_and(|child| captured(after, child).iter().all(|c| c.option != of.option))
    };
    let all: Vec<&str> = captured(cx.system, specialisation).iter().map(|c| c.option).collect();
    let may_change =
        |(scope, option): (Option<&str>, &str)| scope == Some(tag.as_str()) && all.contains(&option);
    let title = format!("give `{tag}` its own `config`: `{{ config, ... }}: …`");
    cx.fixer.fix(finding, title, edits, mended, may_change)
}
