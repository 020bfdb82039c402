//! `unguarded-default`: a setting of the base that leaks into specialisations.

use super::{Check, Context, Rule};
use crate::findings::{Finding, Fix, Severity};
use crate::fix::{Level, guard, set_priority};
use crate::nixos::model::{
    DefinitionModel, DefinitionState, Merging, OptionModel, Origin, Prediction, Specialisation, System,
};
use crate::nixos::priority;

pub(super) const RULE: Rule = Rule {
    name: "unguarded-default",
    severity: Severity::Warning,
    default: true,
    fixable: true,
    since: "0.1.0",
    summary: "a setting that is meant for the base reaches the specialisations too",
    documentation: "\
## What it finds

- tags of the base (`system.nixos.tags`) and its switch marker (`environment.etc.\"specialisation\".text`) that
  specialisations inherit;
- a value of the base that every one of several specialisations forces away.

## Why it hurts

A specialisation inherits every setting of its parent, and NixOS sees nothing wrong in it. Tags add up: below, the label of `tv` is
`base-tv-24.11…` and claims to be the base. Two markers are joined with a line break, and `nh os switch` then looks for a name that does
not exist. A value that every specialisation must force away is a default that was not written as one.

## Example

```nix
# before
{
  system.nixos.tags = [ \"base\" ];
  specialisation.tv.configuration.system.nixos.tags = [ \"tv\" ];
}
```

```nix
# after
{ config, lib, ... }:
{
  system.nixos.tags = lib.mkIf (config.specialisation != { }) [ \"base\" ];
  specialisation.tv.configuration.system.nixos.tags = [ \"tv\" ];
}
```

`config.specialisation` is empty inside every specialisation, so the guard holds in the base alone.

## When it is wrong

When the tag names the machine or the like, and is meant to be in every label.
",
    checks: &[Check::System(check)],
};

const LEAKING: [&str; 2] = ["system.nixos.tags", "environment.etc.specialisation.text"];

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for name in LEAKING {
        if let Some(option) = cx.system.parent.options.get(name) {
            leaks(cx, name, option, findings);
        }
    }
    for (name, option) in cx.system.parent.options_once() {
        if !LEAKING.contains(&name.as_str()) && !option.has_parts {
            forced_away(cx, name, option, findings);
        }
    }
}

/// A definition of the base that takes part in specialisations which have one of their own.
fn leaks(cx: &Context<'_>, name: &str, option: &OptionModel, findings: &mut Vec<Finding>) {
    for definition in &option.definitions {
        let Some(place) = definition.place else { continue };
        if definition.origin != Origin::Own
            || definition.state != DefinitionState::Wins
            || is_empty(definition)
        {
            continue;
        }
        let reached: Vec<&Specialisation> = cx
            .system
            .specialisations
            .iter()
            .filter(|s| {
                let Some(child) = s.scope.options.get(name) else { return false };
                let wins = |d: &&DefinitionModel| d.state == DefinitionState::Wins;
                child.definitions.iter().filter(wins).any(|d| d.origin == Origin::Own)
                    && child.definitions.iter().filter(wins).any(|d| {
                        d.origin == Origin::Inherited
                            && d.place == Some(place)
                            && d.expression == definition.expression
                    })
            })
            .collect();
        let Some(first) = reached.first() else { continue };
        let related = first.scope.options[name]
            .definitions
            .iter()
            .filter(|d| d.origin == Origin::Own)
            .filter_map(|d| d.place.map(|p| cx.label(&p, format!("`{}` adds its own", first.name))))
            .collect();
        let result = match first.scope.options[name].prediction.value() {
            Some(value) => format!(": `{}` gets {}", first.name, crate::render::nix(value)),
            None => String::new(),
        };
        let names = list(&reached);
        let finding = Finding {
            rule: RULE.name,
            severity: RULE.severity,
            message: format!("`{name}` of the base leaks into {names}"),
            primary: cx.label(&place, "specialisations inherit this"),
            related,
            consequence: format!("NixOS joins the definitions{result}"),
            systems: Vec::new(),
            specialisation: None,
            option: Some(name.to_owned()),
            fixes: Vec::new(),
        };
        let fix = guard_fix(cx, &finding, definition, &reached);
        findings.push(finding.with_fixes(fix));
    }
}

/// A value that says nothing.
fn is_empty(definition: &DefinitionModel) -> bool {
    definition
        .value
        .as_ref()
        .is_some_and(|v| v.as_array().is_some_and(Vec::is_empty) || v.as_str() == Some("") || v.is_null())
}

fn guard_fix(
    cx: &Context<'_>,
    finding: &Finding,
    definition: &DefinitionModel,
    reached: &[&Specialisation],
) -> Option<Fix> {
    let (place, name) = (definition.place?, finding.option.as_deref()?);
    let source = cx.source(place.file)?;
    let edits = guard(&source, place.value)?;
    let expression = definition.expression.map(|e| cx.text(e.file, e.range));
    let mended = |after: &System| {
        reached.iter().all(|s| {
            let child = after.specialisations.iter().find(|a| a.name == s.name);
            child.and_then(|c| c.scope.options.get(name)).is_some_and(|o| {
                !o.definitions.iter().any(|d| {
                    d.origin == Origin::Inherited
                        && d.state == DefinitionState::Wins
                        && d.value == definition.value
                        && expression.is_some()
                })
            })
        })
    };
    let may_change = |(scope, option): (Option<&str>, &str)| {
        option == name && scope.is_some_and(|scope| reached.iter().any(|s| s.name == scope))
    };
    cx.fixer.fix(
        finding,
        "set it in the base only: `lib.mkIf (config.specialisation != { })`",
        edits,
        mended,
        may_change,
    )
}

/// A plain value of the base that several specialisations, and every one that inherits, force away, each by a definition of its own.
fn forced_away(cx: &Context<'_>, name: &str, option: &OptionModel, findings: &mut Vec<Finding>) {
    let Prediction::Ok { value, .. } = &option.prediction else { return };
    let winners: Vec<&DefinitionModel> =
        option.definitions.iter().filter(|d| d.state == DefinitionState::Wins).collect();
    let [definition] = winners.as_slice() else { return };
    let Some(place) = definition.place else { return };
    if definition.origin != Origin::Own
        || definition.priority != priority::PLAIN
        || !definition.conditions.is_empty()
    {
        return;
    }
    let inheriting: Vec<&Specialisation> =
        cx.system.specialisations.iter().filter(|s| s.inherits == Some(true)).collect();
    let forcing = |s: &Specialisation| {
        let option = s.scope.options.get(name)?;
        option.prediction.value().filter(|v| *v != value)?;
        let forces = |d: &&DefinitionModel| {
            d.origin == Origin::Own && d.state == DefinitionState::Wins && d.priority < priority::PLAIN
        };
        let own = option.definitions.iter().find(forces)?;
        Some((own.place?, cx.label(&own.place?, format!("`{}` forces {}", s.name, cx.show(own)))))
    };
    let Some(forced) = inheriting.into_iter().map(forcing).collect::<Option<Vec<_>>>() else { return };
    // What one definition forces away for all of them was meant to be forced away.
    if forced.iter().all(|(place, _)| *place == forced[0].0) {
        return;
    }
    let related = forced.into_iter().map(|(_, label)| label).collect();
    let written = Context::written(name, &[definition]);
    let finding = Finding {
        rule: RULE.name,
        severity: RULE.severity,
        message: format!("every specialisation forces away the base's `{written} = {}`", cx.show(definition)),
        primary: cx.label(&place, "meant for the base alone"),
        related,
        consequence: "NixOS takes the forced values; a further specialisation would inherit this one".into(),
        systems: Vec::new(),
        specialisation: None,
        option: Some(name.to_owned()),
        fixes: Vec::new(),
    };
    let fix = default_fix(cx, &finding, option, definition);
    findings.push(finding.with_fixes(fix));
}

fn default_fix(
    cx: &Context<'_>,
    finding: &Finding,
    option: &OptionModel,
    definition: &DefinitionModel,
) -> Option<Fix> {
    let (place, name) = (definition.place?, finding.option.as_deref()?);
    let source = cx.source(place.file)?;
    let combined = option.merging == Merging::Combined;
    let (title, edits) = if combined || crate::nixos::defaults::is_default_of_nixos(&option.path) {
        ("set it in the base only: `lib.mkIf (config.specialisation != { })`", guard(&source, place.value)?)
    } else {
        (
            "let specialisations override it: `lib.mkDefault`",
            set_priority(&source, place.value, Level::Default)?,
        )
    };
    let mended = |after: &System| {
        let parent = after.parent.options.get(name);
        parent.is_some_and(|o| {
            o.prediction.value() == option.prediction.value()
                && o.definitions.iter().any(|d| d.priority != priority::PLAIN || !d.conditions.is_empty())
        })
    };
    cx.fixer.fix(finding, title, edits, mended, |_| false).map(Fix::uncertain)
}

/// The names of specialisations in a sentence.
fn list(specialisations: &[&Specialisation]) -> String {
    let names: Vec<String> = specialisations.iter().map(|s| format!("`{}`", s.name)).collect();
    match names.as_slice() {
        [one] => format!("specialisation {one}"),
        [first @ .., last] => format!("specialisations {} and {last}", first.join(", ")),
        [] => String::new(),
    }
}
