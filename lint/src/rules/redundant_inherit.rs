//! `redundant-inherit`: `inheritParentConfig = true`, which is so anyway.

use super::{Check, Context, Rule};
use crate::findings::{Finding, Fix, Severity};
use crate::nixos::model::{DefinitionModel, DefinitionState, Origin, Place, Specialisation, System};
use crate::nixos::{priority, show_loc};
use crate::syntax::hir::{EntryKind, Name};
use serde_json::Value as Json;

pub(super) const RULE: Rule = Rule {
    name: "redundant-inherit",
    severity: Severity::Hint,
    default: false,
    fixable: true,
    since: "0.1.0",
    summary: "`inheritParentConfig = true` says what is so anyway",
    documentation: "\
## What it finds

`inheritParentConfig = true;` in a specialisation where nothing else says that it does not inherit.

## Why it hurts

It changes nothing, but it is one line more to read, and makes one wonder which of the others do not: specialisations inherit unless they
say that they do not.

## Example

```nix
# before
{
  specialisation.tv = {
    inheritParentConfig = true;
    configuration.system.nixos.tags = [ \"tv\" ];
  };
}
```

```nix
# after
{
  specialisation.tv = {
    configuration.system.nixos.tags = [ \"tv\" ];
  };
}
```

## When it is wrong

Where being explicit is a style of one's own: that is why it is off by default.
",
    checks: &[Check::System(check)],
};

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut told: Vec<Place> = Vec::new();
    for specialisation in cx.system.specialisations.iter().filter(|s| s.inherits == Some(true)) {
        let Some(option) = cx.system.parent.options.get(path(&specialisation.name).as_str()) else {
            continue;
        };
        let says_true = |d: &DefinitionModel| d.value == Some(Json::Bool(true));
        let written: Vec<&DefinitionModel> =
            option.definitions.iter().filter(|d| d.origin != Origin::Default).collect();
        // What is under a condition, or has a priority, is said against something.
        let is_plain = |d: &DefinitionModel| {
            says_true(d)
                && d.state == DefinitionState::Wins
                && d.priority == priority::PLAIN
                && d.conditions.is_empty()
        };
        if !written.iter().all(|d| is_plain(d)) {
            continue;
        }
        for place in written.iter().filter_map(|d| d.place) {
            // A function may make several.
            if !told.contains(&place) {
                told.push(place);
                findings.push(finding(cx, specialisation, place));
            }
        }
    }
}

/// The option's path.
fn path(specialisation: &Name) -> String {
    show_loc(&["specialisation".into(), specialisation.clone(), "inheritParentConfig".into()])
}

fn finding(cx: &Context<'_>, specialisation: &Specialisation, place: Place) -> Finding {
    let finding = Finding {
        rule: RULE.name,
        severity: RULE.severity,
        message: format!("specialisation `{}` inherits anyway", specialisation.name),
        primary: cx.label(&place, "this is the default"),
        related: Vec::new(),
        consequence: "NixOS does the same without it".into(),
        systems: Vec::new(),
        specialisation: None,
        option: Some(path(&specialisation.name)),
        fixes: Vec::new(),
    };
    let fix = fix(cx, &finding, specialisation, place);
    finding.with_fixes(fix)
}

fn fix(cx: &Context<'_>, finding: &Finding, specialisation: &Specialisation, place: Place) -> Option<Fix> {
    if place.kind != EntryKind::Plain {
        return None;
    }
    let edit = cx.source(place.file)?.removal(place.range);
    let name = &specialisation.name;
    let inherits =
        |after: &System| after.specialisations.iter().any(|s| s.name == *name && s.inherits == Some(true));
    cx.fixer.fix(finding, "remove it", vec![edit], inherits, |_| false)
}
