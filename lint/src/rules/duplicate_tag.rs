//! `duplicate-tag`: two specialisations with the same tags.

use super::tags::{self, TAGS};
use super::{Check, Context, Rule};
use crate::findings::{Finding, Fix, Severity};
use crate::nixos::model::{DefinitionModel, Specialisation, System};

pub(super) const RULE: Rule = Rule {
    name: "duplicate-tag",
    severity: Severity::Warning,
    default: true,
    fixable: true,
    since: "0.1.0",
    summary: "two specialisations have the same tags",
    documentation: "\
## What it finds

Two specialisations of a system whose `system.nixos.tags` are the same.

## Why it hurts

The tags are the front of the label that boot menus, the list of generations and `nixos-version` show: both specialisations below are
`plasma-24.11…`. Mostly one was copied from the other, and its tag was forgotten.

## Example

```nix
# before
{
  specialisation.plasma.configuration.system.nixos.tags = [ \"plasma\" ];
  specialisation.gnome.configuration.system.nixos.tags = [ \"plasma\" ];
}
```

```nix
# after
{
  specialisation.plasma.configuration.system.nixos.tags = [ \"plasma\" ];
  specialisation.gnome.configuration.system.nixos.tags = [ \"gnome\" ];
}
```

## When it is wrong

When the names of the specialisations are enough to tell them apart: systemd-boot and GRUB show those as well, `nixos-version` does not.
",
    checks: &[Check::System(check)],
};

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let tagged = |s: &&Specialisation| s.certain && tags::count(cx, &s.scope);
    let all: Vec<&Specialisation> = cx.system.specialisations.iter().filter(tagged).collect();
    let copies = copies(&all);
    for (first, second) in copies {
        findings.extend(finding(cx, first, second));
    }
}

/// The specialisations that have the tags of another, each with that.
fn copies<'s>(all: &[&'s Specialisation]) -> Vec<(&'s Specialisation, &'s Specialisation)> {
    let mut copies = Vec::new();
    for (i, second) in all.iter().enumerate() {
        let Some(of_second) = tags::all(second).filter(|tags| !tags.is_empty()) else { continue };
        if let Some(first) = all[..i].iter().find(|first| tags::all(first).as_ref() == Some(&of_second)) {
            // The one that is called so has it by right.
            let is_named = |s: &Specialisation| of_second.contains(&s.name.as_str());
            let (first, second) =
                if is_named(second) && !is_named(first) { (second, first) } else { (first, second) };
            copies.push((*first, *second));
        }
    }
    copies
}

fn finding(cx: &Context<'_>, first: &Specialisation, second: &Specialisation) -> Option<Finding> {
    let definition = tags::own(&second.scope).find(|d| d.place.is_some())?;
    let place = definition.place?;
    let shown: Vec<String> = tags::all(second)?.iter().map(|tag| format!("`{tag}`")).collect();
    let other = tags::own(&first.scope).filter_map(|d| d.place).find(|other| *other != place);
    let finding = Finding {
        rule: RULE.name,
        severity: RULE.severity,
        message: format!(
            "specialisations `{}` and `{}` have the same tags: {}",
            first.name,
            second.name,
            shown.join(", ")
        ),
        primary: cx.label(&place, format!("the tags of `{}`", second.name)),
        related: other
            .map(|other| cx.label(&other, format!("the tags of `{}`", first.name)))
            .into_iter()
            .collect(),
        consequence: "the labels of their boot entries will not tell one from the other".into(),
        systems: Vec::new(),
        specialisation: Some(second.name.clone()),
        option: Some(TAGS.into()),
        fixes: Vec::new(),
    };
    let fix = fix(cx, &finding, first, second, definition);
    Some(finding.with_fixes(fix))
}

/// Writes the name in place of the only tag. That it is meant is likely, not certain.
fn fix(
    cx: &Context<'_>,
    finding: &Finding,
    first: &Specialisation,
    second: &Specialisation,
    definition: &DefinitionModel,
) -> Option<Fix> {
    let better = tags::valid(&second.name);
    let mut own = tags::own(&second.scope).flat_map(tags::of);
    let tag = own.next().filter(|_| own.next().is_none())?;
    let edit = tags::replaced(cx, definition, tag, &better)?;
    let mended = |after: &System| {
        let of = |name: &str| after.specialisations.iter().find(|s| s.name == name).and_then(tags::all);
        of(&first.name) != of(&second.name)
    };
    let may_change = |(scope, option): (Option<&str>, &str)| scope == Some(&second.name) && option == TAGS;
    cx.fixer.fix(finding, format!("write `{better}`"), vec![edit], mended, may_change).map(Fix::uncertain)
}
