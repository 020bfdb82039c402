//! `nested-specialisation`: a specialisation inside a specialisation.

use super::{Context, Rule};
use crate::findings::{Applicability, Finding, Fix, Severity};
use crate::fix::Source;
use crate::nixos::model::{Nested, Specialisation};

pub(super) const RULE: Rule = Rule {
    name: "nested-specialisation",
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "a specialisation inside a specialisation is dropped",
    documentation: "\
## What it finds

A specialisation that is defined inside the configuration of another.

## Why it hurts

NixOS gives every specialisation `specialisation = { }`, above any priority, so that specialisations do not multiply
without end. What is nested is dropped without a word: it has no boot entry and exists nowhere.

## Example

```nix
# before
{
  specialisation.outer.configuration = {
    system.nixos.tags = [ \"outer\" ];
    specialisation.inner.configuration.system.nixos.tags = [ \"inner\" ];
  };
}
```

```nix
# after
{
  specialisation.outer.configuration = {
    system.nixos.tags = [ \"outer\" ];
  };
  specialisation.inner.configuration.system.nixos.tags = [ \"inner\" ];
}
```

## When it is wrong

Never: NixOS cannot build a specialisation of a specialisation.
",
    check,
};

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for outer in &cx.system.specialisations {
        for nested in outer.nested.iter().filter(|n| n.own) {
            findings.extend(finding(cx, outer, nested));
        }
    }
}

fn finding(cx: &Context<'_>, outer: &Specialisation, nested: &Nested) -> Option<Finding> {
    let place = nested.place?;
    let (inner, outer) = (&nested.name, &outer.name);
    let related =
        cx.system.specialisations.iter().find(|s| s.name == *outer).and_then(|s| s.places.first()).map(
            |place| crate::findings::Label {
                location: crate::findings::Location::new(cx.path(place.file), place.path),
                message: format!("inside `{outer}`"),
            },
        );
    let remove = Source::open(cx.texts, cx.path(place.file)).map(|source| Fix {
        title: format!("remove `{inner}`"),
        applicability: Applicability::Unsafe,
        edits: vec![source.removal(place.range)],
    });
    Some(Finding {
        rule: RULE.name,
        severity: RULE.severity,
        message: format!("specialisation `{inner}` is inside of `{outer}`, where NixOS drops it"),
        primary: cx.label(&place, format!("`{inner}` will not exist")),
        related: related.into_iter().collect(),
        consequence: format!("NixOS builds `{outer}` without it and says nothing"),
        systems: Vec::new(),
        specialisation: Some(outer.clone()),
        option: None,
        fixes: remove.into_iter().collect(),
    })
}
