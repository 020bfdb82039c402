//! `conflicting-definitions`: two definitions within one scope that contradict each other.

use super::needs_mkdefault::{opponents, says};
use super::{Context, Rule};
use crate::findings::{Finding, Fix, Severity};
use crate::fix::{Level, Source, set_priority};
use crate::nixos::model::{
    DefinitionModel, DefinitionState, OptionModel, Prediction, Scope, Specialisation, System,
};
use crate::nixos::priority;

pub(super) const RULE: Rule = Rule {
    name: "conflicting-definitions",
    severity: Severity::Error,
    since: "0.1.0",
    summary: "two definitions of an option in the same configuration contradict each other",
    documentation: "\
## What it finds

An option that two modules of the same configuration define differently, at the same priority: two modules of the base,
or two of a specialisation, or two of the base that meet only inside a specialisation, because a guard keeps one of
them out of the base.

## Why it hurts

NixOS refuses to build: \"The option `…' has conflicting definition values\".

## Example

```nix
# before
{
  imports = [ { networking.hostName = \"atlas\"; } ];
  networking.hostName = \"borealis\";
}
```

```nix
# after
{ lib, ... }:
{
  imports = [ { networking.hostName = lib.mkDefault \"atlas\"; } ];
  networking.hostName = \"borealis\";
}
```

## When it is wrong

It is certain: it speaks only where both values are known to contradict each other.
",
    check,
};

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    scope(cx, None, &cx.system.parent, findings);
    for specialisation in &cx.system.specialisations {
        scope(cx, Some(specialisation), &specialisation.scope, findings);
    }
}

fn scope(
    cx: &Context<'_>,
    specialisation: Option<&Specialisation>,
    scope: &Scope,
    findings: &mut Vec<Finding>,
) {
    for (name, option) in &scope.options {
        let Prediction::Conflict { option: culprit, message } = &option.prediction else { continue };
        if culprit != name {
            continue;
        }
        if let Some(specialisation) = specialisation
            && specialisation.inherits == Some(true)
        {
            // What the parent contradicts itself in is said of the parent, what it contradicts the child in by `needs-mkdefault`.
            let of_parent = cx.system.parent.options.get(name).map(|o| &o.prediction);
            if matches!(of_parent, Some(Prediction::Conflict { .. })) || is_with_parent(option) {
                continue;
            }
        }
        if let Some(finding) = finding(cx, specialisation, name, option, message) {
            findings.push(finding);
        }
    }
}

/// Whether `needs-mkdefault` speaks of it.
fn is_with_parent(option: &OptionModel) -> bool {
    opponents(option).is_some_and(|(own, inherited)| own.place.is_some() && inherited.place.is_some())
}

fn finding(
    cx: &Context<'_>,
    specialisation: Option<&Specialisation>,
    name: &str,
    option: &OptionModel,
    message: &str,
) -> Option<Finding> {
    let winners: Vec<&DefinitionModel> =
        option.definitions.iter().filter(|d| d.state == DefinitionState::Wins && d.place.is_some()).collect();
    let first = *winners.first()?;
    // The option's own default stands nowhere.
    let default =
        || option.definitions.iter().find(|d| d.state == DefinitionState::Wins && d.place.is_none());
    let other = winners.iter().copied().find(|d| d.value != first.value).or(winners.get(1).copied());
    let other = other.or_else(default);
    let scope = match specialisation {
        Some(s) => format!("specialisation `{}`", s.name),
        None => "the base system".into(),
    };
    let values = match other {
        Some(other) if cx.show(other) != cx.show(first) => {
            let its = if other.place.is_none() { "its default " } else { "" };
            format!("`{name}` cannot be both {} and {its}{} in {scope}", cx.show(first), cx.show(other))
        }
        Some(_) => format!("`{name}` takes one definition only, but has two alike in {scope}"),
        None => format!("`{name}` takes one definition only, but has several in {scope}"),
    };
    let built = specialisation.map_or_else(|| "the system".to_owned(), |s| format!("`{}`", s.name));
    Some(Finding {
        rule: RULE.name,
        severity: RULE.severity,
        message: values,
        primary: says(cx, first)?,
        related: other.and_then(|o| says(cx, o)).into_iter().collect(),
        consequence: format!("NixOS will refuse to build {built}: \"{message}\""),
        systems: Vec::new(),
        specialisation: specialisation.map(|s| s.name.clone()),
        option: Some(name.to_owned()),
        fixes: fixes(cx, specialisation, name, first, other),
    })
}

fn fixes(
    cx: &Context<'_>,
    specialisation: Option<&Specialisation>,
    name: &str,
    first: &DefinitionModel,
    other: Option<&DefinitionModel>,
) -> Vec<Fix> {
    let Some(other) = other else { return Vec::new() };
    let tag = specialisation.map(|s| s.name.as_str());
    let mended = |after: &System| {
        let scope = match tag {
            None => Some(&after.parent),
            Some(tag) => after.specialisations.iter().find(|s| s.name == tag).map(|s| &s.scope),
        };
        let prediction = scope.and_then(|s| s.options.get(name)).map(|o| &o.prediction);
        matches!(prediction, Some(Prediction::Ok { .. } | Prediction::Unknown(_)))
    };
    // What is set to a conflict in the parent is one in every child too.
    let may_change =
        |(scope, option): (Option<&str>, &str)| option == name && (tag.is_none() || scope == tag);
    let mut fixes = Vec::new();
    for (definition, rival) in [(first, other), (other, first)] {
        let (level, title) = match definition.priority {
            priority::PLAIN | priority::OPTION_DEFAULT => (Level::Default, "`lib.mkDefault`"),
            p => (Level::Number(p + 1), "a weaker priority"),
        };
        let Some(place) = definition.place else { continue };
        let Some(source) = Source::open(cx.texts, cx.path(place.file)) else { continue };
        let Some(edits) = set_priority(&source, place.value, level) else { continue };
        let [one, another] = [definition, rival].map(|d| cx.show(d));
        let title = if definition.priority == priority::OPTION_DEFAULT {
            format!("give {one} {title}, so that it wins")
        } else if one == another {
            format!("give the one at {} {title}, so that the other counts", cx.spot(&place))
        } else {
            format!("give {one} {title}, so that {another} wins")
        };
        let fix = cx.fixer.fix(cx.system, title, edits, mended, may_change);
        // Which of the two is meant, only their author knows.
        fixes.extend(fix.map(|f| Fix { applicability: crate::findings::Applicability::Unsafe, ..f }));
    }
    fixes
}
