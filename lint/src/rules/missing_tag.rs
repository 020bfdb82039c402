//! `missing-tag`: a specialisation without `system.nixos.tags`.

use super::siblings::{self, Statement};
use super::tags::{self, LABEL, TAGS};
use super::{Check, Context, Rule};
use crate::findings::{Applicability, Finding, Fix, Label, Location, Severity};
use crate::fix::Target;
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

A module that extends the option tags every specialisation, once for all (one with tags of its own keeps those):

```nix
{ lib, ... }:
{
  options.specialisation = lib.mkOption {
    type = lib.types.attrsOf (lib.types.submodule ({ name, ... }: {
      configuration.system.nixos.tags = lib.mkDefault [ name ];
    }));
  };
}
```

## When it is wrong

When a module of an input sets the tags, or when the name of the specialisation, which most boot menus show as well, is enough.
",
    checks: &[Check::System(check)],
};

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    // Homes are not in the boot menu.
    if cx.system.world != World::Nixos {
        return;
    }
    let lacks = |system: &System, s: &Specialisation| s.certain && !has_tags(system, s);
    let lacking = cx.system.specialisations.iter().filter(|s| lacks(cx.system, s));
    let first = findings.len();
    findings.extend(lacking.filter_map(|specialisation| finding(cx, specialisation)));
    let names: Vec<_> = findings[first..].iter().filter_map(|f| f.specialisation.clone()).collect();
    siblings::put_where_made(
        cx,
        &mut findings[first..],
        "give each its name as a tag, where they are made",
        (TAGS, |name| format!("[ {name} ]")),
        |after, name| after.specialisations.iter().any(|s| s.name == name && has_tags(after, s)),
        |(scope, option)| option == TAGS && scope.is_some_and(|scope| names.iter().any(|name| name == scope)),
    );
    for finding in &mut findings[first..] {
        // What is said where it is made is said best.
        if finding.fixes.iter().any(|fix| fix.applicability == Applicability::Safe) {
            continue;
        }
        let mut specialisations = cx.system.specialisations.iter();
        if let Some(one) =
            specialisations.find(|s| finding.specialisation.as_deref() == Some(s.name.as_str()))
        {
            let mut fixes = fixes(cx, finding, one);
            fixes.append(&mut finding.fixes);
            fixes.sort_by_key(|fix| fix.applicability);
            finding.fixes = fixes;
        }
    }
    // One mend for all of them, where each name may be a tag.
    if cx.system.specialisations.iter().any(|s| s.name.is_empty() || tags::valid(&s.name) != *s.name) {
        return;
    }
    let mended = |after: &System| !after.specialisations.iter().any(|s| lacks(after, s));
    let title = "give every specialisation its name as a tag, by a module that extends the option";
    let setting = (TAGS, "[ name ]");
    siblings::offer_once_for_all(cx, &mut findings[first..], title, setting, mended, |option| option == TAGS);
}

/// Whether there are tags, or might be.
fn has_tags(system: &System, specialisation: &Specialisation) -> bool {
    let scope = &specialisation.scope;
    if scope.options.contains_key(LABEL) || specialisation.inherits.is_none() {
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
    Some(Finding {
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
    })
}

/// Adds the name as a tag.
fn fixes(cx: &Context<'_>, finding: &Finding, specialisation: &Specialisation) -> Vec<Fix> {
    let name = specialisation.name.as_str();
    let tag = &tags::valid(name);
    // What nothing is left of says nothing.
    if !tag.contains(|c: char| c.is_ascii_alphanumeric()) {
        return Vec::new();
    }
    let statement =
        Statement { option: TAGS, text: tag, setting: format!("{TAGS} = [ \"{tag}\" ];"), what: "the tag" };
    let mended = |after: &System| after.specialisations.iter().any(|s| s.name == name && has_tags(after, s));
    let may_change = |(scope, option): Target<'_>| scope == Some(name) && option == TAGS;
    siblings::mends(cx, finding, specialisation, &statement, mended, may_change)
}
