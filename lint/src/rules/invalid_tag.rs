//! `invalid-tag`: a tag that makes the label of the system one that NixOS refuses.

use super::tags::{self, TAGS};
use super::{Check, Context, Rule};
use crate::findings::{Finding, Fix, Severity};
use crate::nixos::model::{DefinitionModel, Place, Specialisation, System};

pub(super) const RULE: Rule = Rule {
    name: "invalid-tag",
    severity: Severity::Error,
    default: true,
    fixable: true,
    since: "0.1.0",
    summary: "a tag has characters that a label must not have",
    documentation: "\
## What it finds

A tag in `system.nixos.tags` with a blank, a bracket or any other character but letters, digits, `:`, `_`, `.` and `-`.

## Why it hurts

The tags become the front of `system.nixos.label`, which takes no other characters. NixOS refuses the label, and names a file of
its own: \"A definition for option `system.nixos.label' is not of type `string matching the pattern [a-zA-Z0-9:_\\\\.-]*'.
Definition values: - In `…/nixos/modules/misc/label.nix': \"my tag-24.11\"\". Nothing points at the tag.

## Example

```nix
# before
{
  specialisation.tv.configuration = {
    system.nixos.tags = [ \"living room\" ];
  };
}
```

```nix
# after
{
  specialisation.tv.configuration = {
    system.nixos.tags = [ \"living-room\" ];
  };
}
```

## When it is wrong

It is certain. Where the configuration has a `system.nixos.label` of its own, the tags are not asked and it is silent.
",
    checks: &[Check::System(check)],
};

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut told: Vec<(Place, &str)> = Vec::new();
    for (specialisation, scope) in cx.system.scopes().filter(|(_, scope)| tags::count(cx, scope)) {
        for definition in tags::own(scope) {
            let Some(place) = definition.place else { continue };
            for tag in tags::of(definition).filter(|tag| !tag.chars().all(tags::is_valid)) {
                if !told.contains(&(place, tag)) {
                    told.push((place, tag));
                    findings.push(finding(cx, specialisation, definition, place, tag));
                }
            }
        }
    }
}

fn finding(
    cx: &Context<'_>,
    specialisation: Option<&Specialisation>,
    definition: &DefinitionModel,
    place: Place,
    tag: &str,
) -> Finding {
    let bad: String = tag.chars().filter(|c| !tags::is_valid(*c)).take(1).collect();
    let bad = if bad == " " { "a blank".to_owned() } else { format!("`{bad}`") };
    let finding = Finding {
        rule: RULE.name,
        severity: RULE.severity,
        message: format!("the tag {tag:?} has {bad} in it, which a label must not have"),
        primary: cx.label(&place, "letters, digits, `:`, `_`, `.` and `-` are taken"),
        related: Vec::new(),
        consequence: format!(
            "NixOS will refuse to build {}: \"A definition for option `system.nixos.label' is not of type …\"",
            cx.built(specialisation)
        ),
        systems: Vec::new(),
        specialisation: specialisation.map(|s| s.name.clone()),
        option: Some(TAGS.into()),
        fixes: Vec::new(),
    };
    let fix = fix(cx, &finding, definition, tag);
    finding.with_fixes(fix)
}

fn fix(cx: &Context<'_>, finding: &Finding, definition: &DefinitionModel, tag: &str) -> Option<Fix> {
    let better = tags::valid(tag);
    let edit = tags::replaced(cx, definition, tag, &better)?;
    let has = |system: &System, tag: &str| {
        let definitions = system.scopes().flat_map(|(_, scope)| tags::own(scope));
        definitions.flat_map(tags::of).any(|other| other == tag)
    };
    let mended = |after: &System| has(after, &better) && !has(after, tag);
    let may_change = |(_, option): (Option<&str>, &str)| option == TAGS;
    let fix = cx.fixer.fix(finding, format!("write `{better}`"), vec![edit], mended, may_change)?;
    Some(if finding.specialisation.is_none() { fix.uncertain() } else { fix })
}
