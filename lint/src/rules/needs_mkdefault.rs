//! `needs-mkdefault`: a specialisation and its parent define an option that cannot merge, at the same priority.

use super::{Check, Context, Rule};
use crate::findings::{Finding, Fix, Label, Severity};
use crate::fix::{Level, Source, guard, set_priority};
use crate::nixos::model::{
    DefinitionModel, DefinitionState, OptionModel, Origin, Prediction, Specialisation, System,
};
use crate::nixos::priority;

pub(super) const RULE: Rule = Rule {
    name: "needs-mkdefault",
    severity: Severity::Error,
    default: true,
    since: "0.1.0",
    summary: "a specialisation and its parent define an option differently, at the same priority",
    documentation: "\
## What it finds

An option that a specialisation and its parent both define, at the same priority, with values that do not merge.

## Why it hurts

A specialisation is its parent's modules with its own added. Its definitions have no precedence: two plain values of
an option that takes one value contradict each other, and NixOS refuses to build, after minutes of evaluation, with
\"The option `…' has conflicting definition values\".

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
    let what = if ours == theirs {
        format!("`{name}` takes one definition only, and both specialisation `{tag}` and its parent make one")
    } else {
        format!("`{name}` cannot be both {theirs} and {ours} in specialisation `{tag}`")
    };
    Some(Finding {
        rule: RULE.name,
        severity: RULE.severity,
        message: what,
        primary: cx.label(&own_place, format!("`{tag}` sets it to {ours}")),
        related: vec![
            cx.label(&inherited_place, format!("the parent sets it to {theirs}, and neither has precedence")),
        ],
        consequence: format!("NixOS will refuse to build `{tag}`: \"{message}\""),
        systems: Vec::new(),
        specialisation: Some(tag.clone()),
        option: Some(name.to_owned()),
        fixes: fixes(cx, specialisation, name, option, own, inherited),
    })
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

fn fixes(
    cx: &Context<'_>,
    specialisation: &Specialisation,
    name: &str,
    option: &OptionModel,
    own: &DefinitionModel,
    inherited: &DefinitionModel,
) -> Vec<Fix> {
    let tag = specialisation.name.as_str();
    let mended = |after: &System| {
        let child = after.specialisations.iter().find(|s| s.name == tag);
        let prediction = child.and_then(|c| c.scope.options.get(name)).map(|o| &o.prediction);
        // The specialisation's own value must be the one that counts.
        match (prediction, &own.value) {
            (Some(Prediction::Ok { value, .. }), Some(wanted)) => value == wanted,
            (Some(Prediction::Ok { .. } | Prediction::Unknown(_)), None) => true,
            _ => false,
        }
    };
    let may_change = |(scope, option): (Option<&str>, &str)| scope == Some(tag) && option == name;
    let winning = |origin: Origin| {
        option.definitions.iter().filter(move |d| d.state == DefinitionState::Wins && d.origin == origin)
    };
    let level = |origin: Origin, level: Level, title: String| -> Option<Fix> {
        let mut edits = Vec::new();
        for definition in winning(origin) {
            let place = definition.place?;
            let source = Source::open(cx.texts, cx.path(place.file))?;
            edits.extend(set_priority(&source, place.value, level)?);
        }
        edits.sort();
        edits.dedup();
        (!edits.is_empty()).then_some(())?;
        cx.fixer.fix(cx.system, title, edits, mended, may_change)
    };
    let theirs = cx.show(inherited);
    let mut fixes = Vec::new();
    let as_default = level(
        Origin::Inherited,
        if own.priority > priority::PLAIN { Level::Number(own.priority + 1) } else { Level::Default },
        format!("let specialisations override the parent's value: `lib.mkDefault {}`", short(&theirs)),
    );
    let forced = level(
        Origin::Own,
        if own.priority > priority::PLAIN {
            Level::Plain
        } else if own.priority == priority::PLAIN {
            Level::Force
        } else {
            Level::Number(own.priority - 1)
        },
        format!("override the parent's value in `{tag}`"),
    );
    let guarded = inherited.place.and_then(|place| {
        let source = Source::open(cx.texts, cx.path(place.file))?;
        let edits = guard(&source, place.value)?;
        let title = "set it in the base only: `lib.mkIf (config.specialisation != { })`";
        cx.fixer.fix(cx.system, title, edits, mended, may_change)
    });
    // A default beside NixOS' own default contradicts it, unless both are equal.
    if crate::nixos::defaults::is_default_of_nixos(&option.path) || own.priority > priority::PLAIN {
        fixes.extend(forced);
        fixes.extend(as_default.map(unsafe_fix));
    } else {
        fixes.extend(as_default);
        fixes.extend(forced);
    }
    fixes.extend(guarded);
    fixes
}

fn unsafe_fix(fix: Fix) -> Fix {
    Fix { applicability: crate::findings::Applicability::Unsafe, ..fix }
}

fn short(text: &str) -> String {
    if text.chars().count() <= 30 { text.to_owned() } else { "…".into() }
}

/// A label for a definition that contradicts another.
pub(super) fn says(cx: &Context<'_>, definition: &DefinitionModel) -> Option<Label> {
    let place = definition.place?;
    Some(cx.label(&place, format!("{} here", cx.show(definition))))
}
