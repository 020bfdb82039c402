//! `redundant-override`: `mkForce` with nothing to override, or with the value that is inherited anyway.

use super::{Check, Context, Rule};
use crate::findings::{Finding, Fix, Severity};
use crate::fix::Level;
use crate::nixos::model::{
    DefinitionModel, DefinitionState, Existence, Merging, OptionModel, Origin, Place, Specialisation, System,
};
use crate::nixos::priority;
use crate::syntax::hir::EntryKind;

pub(super) const RULE: Rule = Rule {
    name: "redundant-override",
    severity: Severity::Hint,
    default: true,
    fixable: true,
    since: "0.1.0",
    summary: "`mkForce` overrides nothing, or forces the value that is there anyway",
    documentation: "\
## What it finds

In a specialisation, `lib.mkForce` around the value that the parent has anyway; and around the value of an option of your own
modules that nothing else defines. It speaks only where all modules of the system are known.

## Why it hurts

`lib.mkForce` says that there is something to overrule. Where there is not, it misleads who reads it, and it overrules silently what is
added later: a value that the parent changes, a definition of another module. NixOS says nothing.

## Example

```nix
# before
{ lib, ... }:
{
  services.openssh.enable = true;
  specialisation.tv.configuration = {
    system.nixos.tags = [ \"tv\" ];
    services.openssh.enable = lib.mkForce true;
    services.xserver.enable = true;
  };
}
```

```nix
# after
{
  services.openssh.enable = true;
  specialisation.tv.configuration = {
    system.nixos.tags = [ \"tv\" ];
    services.xserver.enable = true;
  };
}
```

## When it is wrong

When the parent's value is expected to change, and the specialisation's is not. What NixOS' own modules define is not seen: for
their options, only what is forced to the parent's value is told.
",
    checks: &[Check::System(check)],
};

/// Why a definition need not be forced.
#[derive(Clone, Copy, PartialEq)]
enum Why {
    Inherited,
    Alone,
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if !cx.system.parent.troubles.is_empty() || !cx.system.parent.complete {
        return;
    }
    for specialisation in &cx.system.specialisations {
        let scope = &specialisation.scope;
        if specialisation.inherits != Some(true) || !scope.complete || !scope.troubles.is_empty() {
            continue;
        }
        for (name, option) in &scope.options {
            if let Some((definition, why)) = judge(|| cx.system.parent.option(name), option) {
                findings.extend(finding(cx, specialisation, name, definition, why));
            }
        }
    }
}

/// The definition of an option that forces it, if it need not.
fn judge<'o>(
    parent: impl FnOnce() -> Option<&'o OptionModel>,
    option: &'o OptionModel,
) -> Option<(&'o DefinitionModel, Why)> {
    let takes_part = |d: &&DefinitionModel| !matches!(d.state, DefinitionState::Off);
    let mut own = option.definitions.iter().filter(takes_part).filter(|d| d.origin == Origin::Own);
    let definition = own.next().filter(|_| own.next().is_none())?;
    let all: Vec<&DefinitionModel> = option.definitions.iter().filter(takes_part).collect();
    let is_forced = definition.state == DefinitionState::Wins && definition.priority == priority::FORCE;
    let certain = definition.conditions.iter().all(|c| c.holds == Some(true));
    if !is_forced || !certain || option.has_parts || all.iter().any(|d| d.state == DefinitionState::Maybe) {
        return None;
    }
    let value = option.prediction.value()?;
    // What stands under a guard in the parent is not inherited.
    let inherited: Vec<&&DefinitionModel> = all.iter().filter(|d| d.origin == Origin::Inherited).collect();
    let same = parent().and_then(|p| p.prediction.value()) == Some(value);
    let written = |d: &&&DefinitionModel| d.place.is_some() && d.value.as_ref() == Some(value);
    if option.merging == Merging::Equal && same && inherited.iter().any(written) {
        let agree = inherited.iter().all(|d| d.value.as_ref() == Some(value));
        return agree.then_some((definition, Why::Inherited));
    }
    let is_alone = inherited.is_empty() && all.iter().all(|d| d.origin != Origin::System);
    (is_alone && option.existence == Existence::Declared).then_some((definition, Why::Alone))
}

fn finding(
    cx: &Context<'_>,
    specialisation: &Specialisation,
    name: &str,
    definition: &DefinitionModel,
    why: Why,
) -> Option<Finding> {
    let tag = &specialisation.name;
    let place = definition.place?;
    let (message, label) = match why {
        Why::Inherited => {
            (format!("`{name}` is {} in `{tag}` anyway", cx.show(definition)), "this is inherited")
        }
        Why::Alone => {
            (format!("there is nothing to override for `{name}` in `{tag}`"), "nothing else defines it")
        }
    };
    let finding = Finding {
        rule: RULE.name,
        severity: RULE.severity,
        message,
        primary: cx.label(&place, label),
        related: Vec::new(),
        consequence: format!("{} does the same without it", cx.who()),
        systems: Vec::new(),
        specialisation: Some(tag.clone()),
        option: Some(name.to_owned()),
        fixes: Vec::new(),
    };
    let fix = fix(cx, &finding, definition, place, why);
    Some(finding.with_fixes(fix))
}

fn fix(
    cx: &Context<'_>,
    finding: &Finding,
    definition: &DefinitionModel,
    place: Place,
    why: Why,
) -> Option<Fix> {
    let (tag, name) = (finding.specialisation.as_deref()?, finding.option.as_deref()?);
    let value = |system: &System| {
        let child = system.specialisations.iter().find(|s| s.name == tag);
        child.and_then(|c| c.scope.options.get(name)).and_then(|o| o.prediction.value().cloned())
    };
    let same = |after: &System| value(after) == value(cx.system);
    match why {
        Why::Inherited => {
            let edit = cx.source(place.file).filter(|_| place.kind == EntryKind::Plain)?.removal(place.range);
            cx.fixer.fix(finding, "remove it", vec![edit], same, |_| false)
        }
        Why::Alone => {
            let edits = cx.prioritised(&[definition], Level::Plain)?;
            cx.fixer.fix(finding, "write the plain value", edits, same, |_| false)
        }
    }
}
