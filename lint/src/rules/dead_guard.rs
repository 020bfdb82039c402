//! `dead-guard`: `config.specialisation != { }` where it is always false.

use super::context::is_part_of;
use super::{Check, Context, Rule};
use crate::findings::{Edit, Finding, Fix, Label, Severity};
use crate::fix::Target;
use crate::nixos::model::{DefinitionModel, Guard, Origin, Scope, Span, World};
use crate::syntax::hir::Name;

pub(super) const RULE: Rule = Rule {
    name: "dead-guard",
    severity: Severity::Warning,
    default: true,
    fixable: true,
    since: "0.1.0",
    summary: "`config.specialisation != { }` is always false here",
    documentation: "\
## What it finds

Settings under `config.specialisation != { }` inside a specialisation, or in a system that has no specialisation, not even
under a condition that does not hold.

## Why it hurts

`config.specialisation` is empty inside every specialisation, and also in a base that has none. There the guard never holds, and what it
guards vanishes without a word: below, TLP is not enabled on any machine. It happens when the last specialisation of a host is
removed, or a module with such a guard is shared with a host that has none.

## Example

```nix
# before
{ config, lib, ... }:
{
  services.tlp.enable = lib.mkIf (config.specialisation != { }) true;
}
```

```nix
# after
{ config, lib, ... }:
{
  services.tlp.enable = lib.mkIf (!config.isSpecialisation) true;
}
```

`isSpecialisation` says what is meant without that trap; NixOS has it since 25.11, Home Manager has not.

## When it is wrong

When the module is used elsewhere too. In a module that several systems of the repository share it only speaks if the
guard holds in none of them.
",
    checks: &[Check::Everywhere(check)],
};

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    // Where a module has specialisations under a condition, that is what the guard is for.
    if cx.system.specialisations.is_empty() && cx.system.named.is_empty() && cx.system.parent.complete {
        scope(cx, None, &cx.system.parent, findings);
    }
    for specialisation in &cx.system.specialisations {
        scope(cx, Some(&specialisation.name), &specialisation.scope, findings);
    }
}

fn scope(cx: &Context<'_>, specialisation: Option<&Name>, scope: &Scope, findings: &mut Vec<Finding>) {
    let mut dead: Vec<(Span, Vec<(&str, &DefinitionModel)>)> = Vec::new();
    for (name, option) in scope.options_once() {
        for definition in option.definitions.iter().filter(|d| d.origin == Origin::Own) {
            let Some(span) = dead_guard(definition) else { continue };
            match dead.iter_mut().find(|(s, _)| *s == span) {
                Some((_, definitions)) => definitions.push((name, definition)),
                None => dead.push((span, vec![(name, definition)])),
            }
        }
    }
    // A module may also be imported where its guard holds.
    dead.retain(|(span, _)| !may_hold(cx, *span));
    for (span, definitions) in dead {
        let finding = finding(cx, specialisation, span, &definitions);
        let fix = fix(cx, &finding, span, &definitions);
        findings.push(finding.with_fixes(fix));
    }
}

/// The guard that keeps a definition off.
fn dead_guard(definition: &DefinitionModel) -> Option<Span> {
    let condition = definition.conditions.iter().find(|c| c.holds == Some(false))?;
    let reads_it = condition.reads.iter().any(|r| r.option == "specialisation");
    match condition.guard {
        Some((Guard::BaseOnly, span)) if reads_it => Some(span),
        _ => None,
    }
}

/// Whether a guard holds in the system or one of its specialisations, as far as is known.
fn may_hold(cx: &Context<'_>, span: Span) -> bool {
    let options = cx.system.scopes().flat_map(|(_, scope)| scope.options.values());
    let mut conditions = options.flat_map(|option| &option.definitions).flat_map(|d| &d.conditions);
    conditions.any(|c| c.holds != Some(false) && c.guard == Some((Guard::BaseOnly, span)))
}

fn finding(
    cx: &Context<'_>,
    specialisation: Option<&Name>,
    span: Span,
    definitions: &[(&str, &DefinitionModel)],
) -> Finding {
    let what = match definitions {
        [(name, _)] => format!("`{name}`"),
        [(name, _), rest @ ..] => format!("`{name}` and {} more", rest.len()),
        [] => String::new(),
    };
    let (message, why) = match specialisation {
        Some(name) => (
            format!("this guard never holds inside of specialisation `{name}`"),
            "`config.specialisation` is always empty inside of a specialisation",
        ),
        None => (
            "this guard never holds: the system has no specialisation".to_owned(),
            "`config.specialisation` is empty",
        ),
    };
    Finding {
        rule: RULE.name,
        severity: RULE.severity,
        message,
        primary: Label { location: cx.location(span), message: why.into() },
        related: definitions
            .iter()
            .filter_map(|(_, d)| d.place)
            .take(1)
            .map(|p| cx.label(&p, "never set"))
            .collect(),
        consequence: format!("NixOS leaves out {what} and says nothing"),
        systems: Vec::new(),
        specialisation: specialisation.cloned(),
        option: match definitions {
            [(name, _)] => Some((*name).to_owned()),
            _ => None,
        },
        fixes: Vec::new(),
    }
}

fn fix(
    cx: &Context<'_>,
    finding: &Finding,
    span: Span,
    definitions: &[(&str, &DefinitionModel)],
) -> Option<Fix> {
    // Home Manager has no such option.
    if finding.specialisation.is_some() || cx.system.world != World::Nixos {
        return None;
    }
    let title = "ask `isSpecialisation` instead, which NixOS has since 25.11: `!config.isSpecialisation`";
    let may_change = |(scope, option): Target<'_>| {
        scope.is_none() && definitions.iter().any(|(name, _)| is_part_of(option, name))
    };
    let edit = replacement(cx, span).filter(|_| !cx.fixer.is_idle())?;
    // What never held now does: that it is meant to, only its author knows.
    cx.fixer.fix(finding, title, vec![edit], |_| true, may_change).map(Fix::uncertain)
}

/// `!config.isSpecialisation` in place of the guard.
fn replacement(cx: &Context<'_>, span: Span) -> Option<Edit> {
    let text = cx.text(span.file, span.range);
    let config = text.split(".specialisation").next()?.trim_start_matches(['!', '(', ' ']).to_owned();
    let plain = !config.is_empty()
        && config.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-' | '\''));
    plain.then(|| Edit { location: cx.location(span), text: format!("!{config}.isSpecialisation") })
}
