//! `tag-mismatch`: tags that do not name the specialisation.

use super::tags::{self, TAGS};
use super::{Check, Context, Rule};
use crate::findings::{Finding, Fix, Severity};
use crate::nixos::model::{Place, Specialisation, System};
use crate::render;
use serde_json::Value as Json;

pub(super) const RULE: Rule = Rule {
    name: "tag-mismatch",
    severity: Severity::Hint,
    default: false,
    fixable: true,
    since: "0.1.0",
    summary: "the tags of a specialisation do not have its name",
    documentation: "\
## What it finds

A specialisation that has tags, none of which has its name in it.

## Why it hurts

`nixos-rebuild --specialisation` and `nh` take the name; `nixos-version` and most boot menus show the tags of what is running. Where they
differ, one has to be looked up for the other: \"specialisation not found: television\" is what `nixos-rebuild` says of a tag.

## Example

```nix
# before
{
  specialisation.tv.configuration.system.nixos.tags = [ \"television\" ];
}
```

```nix
# after
{
  specialisation.tv.configuration.system.nixos.tags = [ \"tv\" ];
}
```

## When it is wrong

Where other tags are a style of one's own (`Nvidia-Sync-Mode`, `without-gpu`): that is why it is off by default.
",
    checks: &[Check::System(check)],
};

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for specialisation in cx.system.specialisations.iter().filter(|s| s.certain) {
        if !tags::count(cx, &specialisation.scope) {
            continue;
        }
        let Some(all) = tags::all(specialisation).filter(|tags| !tags.is_empty()) else { continue };
        let name = tags::valid(&specialisation.name);
        let place = tags::own(&specialisation.scope).find_map(|d| d.place);
        let names_it = all.iter().any(|tag| tags::words(tag, &name).next().is_some());
        if let (false, Some(place)) = (names_it, place) {
            findings.push(finding(cx, specialisation, place, &name));
        }
    }
}

fn finding(cx: &Context<'_>, specialisation: &Specialisation, place: Place, name: &str) -> Finding {
    let tag = &specialisation.name;
    let finding = Finding {
        rule: RULE.name,
        severity: RULE.severity,
        message: format!("no tag of specialisation `{tag}` has its name"),
        primary: cx.label(&place, "its label will show these"),
        related: Vec::new(),
        consequence: "the label of the boot entry will have another name than `nixos-rebuild` takes".into(),
        systems: Vec::new(),
        specialisation: Some(tag.clone()),
        option: Some(TAGS.into()),
        fixes: Vec::new(),
    };
    let fix = fix(cx, &finding, place, name);
    finding.with_fixes(fix)
}

fn fix(cx: &Context<'_>, finding: &Finding, place: Place, name: &str) -> Option<Fix> {
    let edit = cx.source(place.file)?.first_element(place.value, &render::nix(&Json::from(name)))?;
    let tag = finding.specialisation.as_deref()?;
    let mended = |after: &System| {
        let child = after.specialisations.iter().find(|s| s.name == tag);
        child.and_then(tags::all).is_some_and(|tags| tags.contains(&name))
    };
    let may_change = |(scope, option): (Option<&str>, &str)| scope == Some(tag) && option == TAGS;
    cx.fixer.fix(finding, format!("add the tag `{name}`"), vec![edit], mended, may_change).map(Fix::uncertain)
}
