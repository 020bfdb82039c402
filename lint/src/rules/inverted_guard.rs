//! `inverted-guard`: `config.specialisation == { }` where "base only" is meant.

use super::context::is_part_of;
use super::{Check, Context, Rule};
use crate::findings::{Edit, Finding, Fix, Label, Severity};
use crate::fix::Target;
use crate::nixos::model::{DefinitionModel, DefinitionState, Guard, Origin, Span, Specialisation};

pub(super) const RULE: Rule = Rule {
    name: "inverted-guard",
    severity: Severity::Warning,
    default: true,
    fixable: true,
    since: "0.1.0",
    summary: "`config.specialisation == { }` holds in the specialisations, not in the base",
    documentation: "\
## What it finds

A setting of the base under `config.specialisation == { }` that a specialisation also sets by itself.

## Why it hurts

The guard reads like \"if this is no specialisation\", but it is the other way round: the base has specialisations, so it does not hold
there, and inside of a specialisation `config.specialisation` is empty, so it does. What was meant to be kept from the specialisations
is set in them alone: below, the base has no desktop. NixOS says nothing.

## Example

```nix
# before
{ config, lib, ... }:
{
  services.desktopManager.plasma6.enable = lib.mkIf (config.specialisation == { }) true;
  specialisation.tty.configuration = {
    system.nixos.tags = [ \"tty\" ];
    services.desktopManager.plasma6.enable = lib.mkForce false;
  };
}
```

```nix
# after
{ config, lib, ... }:
{
  services.desktopManager.plasma6.enable = lib.mkIf (config.specialisation != { }) true;
  specialisation.tty.configuration = {
    system.nixos.tags = [ \"tty\" ];
    services.desktopManager.plasma6.enable = lib.mkForce false;
  };
}
```

## When it is wrong

When the setting really is for specialisations only, as a default that some of them change. `config.isSpecialisation`
says that plainly.
",
    checks: &[Check::System(check)],
};

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut seen: Vec<Span> = Vec::new();
    for (name, option) in cx.system.parent.options_once() {
        for definition in
            option.definitions.iter().filter(|d| d.origin == Origin::Own && d.state == DefinitionState::Off)
        {
            let Some(span) = inverted(definition) else { continue };
            let Some((specialisation, own)) = set_again(cx, name, definition) else { continue };
            if seen.contains(&span) {
                continue;
            }
            seen.push(span);
            let finding = finding(cx, name, span, definition, specialisation, own);
            let fix = fix(cx, &finding, span);
            findings.push(finding.with_fixes(fix));
        }
    }
}

/// The guard that keeps a definition out of the base.
fn inverted(definition: &DefinitionModel) -> Option<Span> {
    let condition = definition.conditions.iter().find(|c| c.holds == Some(false))?;
    match condition.guard {
        Some((Guard::NotBase, span)) if condition.reads.iter().any(|r| r.option == "specialisation") => {
            Some(span)
        }
        _ => None,
    }
}

/// A specialisation that sets the option too, to something else.
fn set_again<'c>(
    cx: &'c Context<'_>,
    name: &str,
    guarded: &DefinitionModel,
) -> Option<(&'c Specialisation, &'c DefinitionModel)> {
    cx.system.specialisations.iter().filter(|s| s.inherits == Some(true)).find_map(|s| {
        let definitions = &s.scope.options.get(name)?.definitions;
        let inherited =
            definitions.iter().find(|d| d.origin == Origin::Inherited && d.place == guarded.place)?;
        let own = definitions.iter().find(|d| d.origin == Origin::Own && d.place.is_some())?;
        (own.value != inherited.value || own.value.is_none()).then_some((s, own))
    })
}

fn finding(
    cx: &Context<'_>,
    name: &str,
    span: Span,
    definition: &DefinitionModel,
    specialisation: &Specialisation,
    own: &DefinitionModel,
) -> Finding {
    let tag = &specialisation.name;
    let mut related = Vec::new();
    related.extend(definition.place.map(|p| cx.label(&p, "set in the specialisations, not in the base")));
    related.extend(own.place.map(|p| cx.label(&p, format!("`{tag}` sets it to {}", cx.show(own)))));
    Finding {
        rule: RULE.name,
        severity: RULE.severity,
        message: format!("this guard keeps `{name}` out of the base and sets it in every specialisation"),
        primary: Label { location: cx.location(span), message: "true inside of specialisations only".into() },
        related,
        consequence: "NixOS does the opposite of what this seems to say".into(),
        systems: Vec::new(),
        specialisation: None,
        option: Some(name.to_owned()),
        fixes: Vec::new(),
    }
}

/// Turns the guard round. That this is meant, only its author knows.
fn fix(cx: &Context<'_>, finding: &Finding, span: Span) -> Option<Fix> {
    let text = cx.text(span.file, span.range);
    let turned = Edit { location: cx.location(span), text: text.replacen("==", "!=", 1) };
    if cx.fixer.is_idle() || turned.text == text {
        return None;
    }
    let guarded: Vec<&str> = cx
        .system
        .parent
        .options
        .iter()
        .filter(|(_, option)| option.definitions.iter().any(|d| inverted(d) == Some(span)))
        .map(|(name, _)| name.as_str())
        .collect();
    let may_change = |(_, option): Target<'_>| guarded.iter().any(|name| is_part_of(option, name));
    cx.fixer
        .fix(finding, "turn the guard round: `!=`", vec![turned], |_| true, may_change)
        .map(Fix::uncertain)
}
