//! `missing-tag`: a specialisation without `system.nixos.tags`.

use super::{Check, Context, Rule};
use crate::findings::{Finding, Fix, Label, Location, Severity};
use crate::nixos::model::{Prediction, Specialisation, System, World};

pub(super) const RULE: Rule = Rule {
    name: "missing-tag",
    severity: Severity::Info,
    default: true,
    fixable: true,
    since: "0.1.0",
    summary: "a specialisation has no tag that tells it apart in the boot menu",
    documentation: "\
## What it finds

A specialisation in which `system.nixos.tags` is empty.

## Why it hurts

Tags are the front of the label that boot menus, `nixos-version` and the list of generations show. With the tag, a generation of `tv` is
called `tv-24.11…`; without one it is called `24.11…`, like the base, and nothing in the running system tells which one was booted.
NixOS says nothing.

## Example

```nix
# before
{
  specialisation.tv.configuration = {
    services.xserver.enable = true;
  };
}
```

```nix
# after
{
  specialisation.tv.configuration = {
    system.nixos.tags = [ \"tv\" ];
    services.xserver.enable = true;
  };
}
```

## When it is wrong

When a module of an input sets the tags, or when the name of the specialisation, which most boot menus show as well, is enough.
",
    checks: &[Check::System(check)],
};

const TAGS: &str = "system.nixos.tags";

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    // Homes are not in the boot menu.
    if cx.system.world != World::Nixos {
        return;
    }
    for specialisation in &cx.system.specialisations {
        if specialisation.certain && !has_tags(cx.system, specialisation) {
            findings.extend(finding(cx, specialisation));
        }
    }
}

/// Whether there are tags, or might be.
fn has_tags(system: &System, specialisation: &Specialisation) -> bool {
    let scope = &specialisation.scope;
    if scope.options.contains_key("system.nixos.label") || specialisation.inherits.is_none() {
        return true;
    }
    match scope.options.get(TAGS).map(|o| &o.prediction) {
        // A module that is not known may set them, but one that the base has too would tag the base as well.
        None | Some(Prediction::Undefined) => {
            scope.troubles.iter().any(|t| !system.parent.troubles.contains(t))
        }
        Some(Prediction::Ok { value, .. }) => value.as_array().is_some_and(|tags| !tags.is_empty()),
        Some(_) => true,
    }
}

fn finding(cx: &Context<'_>, specialisation: &Specialisation) -> Option<Finding> {
    let place = specialisation.places.first()?;
    let name = &specialisation.name;
    let finding = Finding {
        rule: RULE.name,
        severity: RULE.severity,
        message: format!("specialisation `{name}` has no tag"),
        primary: Label {
            location: Location::new(cx.path(place.file), place.path),
            message: "its generations look like the base's".into(),
        },
        related: Vec::new(),
        consequence: "the label of the boot entry will not tell it from the base".into(),
        systems: Vec::new(),
        specialisation: Some(name.clone()),
        option: Some(TAGS.into()),
        fixes: Vec::new(),
    };
    let fix = fix(cx, &finding, specialisation);
    Some(finding.with_fixes(fix))
}

/// Adds the name as a tag at the top of the configuration, where that is written as a set.
fn fix(cx: &Context<'_>, finding: &Finding, specialisation: &Specialisation) -> Option<Fix> {
    let name = specialisation.name.as_str();
    let tag: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || ":_.-".contains(c) { c } else { '-' }).collect();
    let mended = |after: &System| after.specialisations.iter().any(|s| s.name == name && has_tags(after, s));
    let may_change = |(scope, option): (Option<&str>, &str)| scope == Some(name) && option == TAGS;
    specialisation.places.iter().find_map(|place| {
        let source = cx.source(place.file)?;
        let set = source.configuration_set(place.value, place.path)?;
        let edit = source.first_binding(&set, &format!("system.nixos.tags = [ \"{tag}\" ];"))?;
        cx.fixer.fix(finding, format!("add the tag `{tag}`"), vec![edit], mended, may_change)
    })
}
