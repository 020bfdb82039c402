//! `nested-specialisation`: a specialisation inside a specialisation.

use super::{Check, Context, Rule};
use crate::findings::{Finding, Fix, Label, Location, Severity};
use crate::nixos::model::{Nested, Place, Specialisation, System};

pub(super) const RULE: Rule = Rule {
    name: "nested-specialisation",
    severity: Severity::Warning,
    default: true,
    fixable: true,
    since: "0.1.0",
    summary: "a specialisation inside a specialisation is dropped",
    documentation: "\
## What it finds

A specialisation that is defined inside the configuration of another.

## Why it hurts

NixOS gives every specialisation `specialisation = { }`, above any priority, so that specialisations do not multiply without end. What is
nested is dropped without a word: it is not built, has no boot entry, and `--specialisation inner` ends with \"specialisation not found\".
It need not even be valid.

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

Never: neither NixOS nor Home Manager can build a specialisation of a specialisation. Where one is meant to be the other with something
added, bind what they share to a name, or import it in both.
",
    checks: &[Check::System(check)],
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
    let contains = |p: &&Place| p.file == place.file && p.range.contains_range(place.range);
    let around = outer.places.iter().find(contains).or(outer.places.first());
    let related = around.map(|around| Label {
        location: Location::new(cx.path(around.file), around.path),
        message: format!("inside `{}`", outer.name),
    });
    let (inner, outer) = (&nested.name, &outer.name);
    let finding = Finding {
        rule: RULE.name,
        severity: RULE.severity,
        message: format!("specialisation `{inner}` is inside of `{outer}`, where NixOS drops it"),
        primary: cx.label(&place, format!("`{inner}` will not exist")),
        related: related.into_iter().collect(),
        consequence: format!("NixOS builds `{outer}` without it and says nothing"),
        systems: Vec::new(),
        specialisation: Some(outer.clone()),
        option: None,
        fixes: Vec::new(),
    };
    let fix = removal(cx, &finding, outer, inner, &place);
    Some(finding.with_fixes(fix))
}

/// Takes the binding out. That what it says is not wanted elsewhere, nobody but its author knows.
fn removal(cx: &Context<'_>, finding: &Finding, outer: &str, inner: &str, place: &Place) -> Option<Fix> {
    let source = cx.source(place.file)?;
    let mended = |after: &System| {
        let outer = after.specialisations.iter().find(|s| s.name == outer);
        outer.is_some_and(|s| s.nested.iter().all(|n| n.name != inner))
    };
    let edits = vec![source.removal(place.range)];
    cx.fixer.fix(finding, format!("remove `{inner}`"), edits, mended, |_| false).map(Fix::uncertain)
}
