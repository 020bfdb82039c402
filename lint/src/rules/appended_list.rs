//! `appended-list`: a specialisation's list is added to the parent's where a replacement is likely meant.

use super::{Check, Context, Rule, data};
use crate::findings::{Finding, Fix, Severity};
use crate::fix::Level;
use crate::nixos::model::{DefinitionModel, DefinitionState, OptionModel, Origin, Specialisation, System};
use crate::nixos::priority;
use crate::render;
use serde_json::Value as Json;
use std::sync::LazyLock;

pub(super) const RULE: Rule = Rule {
    name: "appended-list",
    severity: Severity::Hint,
    default: true,
    fixable: true,
    since: "0.1.0",
    summary: "a list is added to the parent's where a replacement is likely meant",
    documentation: "\
## What it finds

In a specialisation, a plain list of an option in which one element decides, such as `services.xserver.videoDrivers`, where the
parent has other elements; an empty list where the parent's is not empty; and a kernel parameter that the parent has with another
value.

## Why it hurts

Lists of the same priority are joined, and a specialisation's has no precedence over its parent's. The parent's elements stay, behind
the specialisation's or in front of them: below, `services.xserver.videoDrivers` of `igpu` is `[ \"modesetting\" \"nvidia\" ]`, and the
NVIDIA driver is built and loaded after all. An empty list changes nothing at all. NixOS says nothing of either.

## Example

```nix
# before
{
  services.xserver.videoDrivers = [ \"nvidia\" ];
  specialisation.igpu.configuration = {
    system.nixos.tags = [ \"igpu\" ];
    services.xserver.videoDrivers = [ \"modesetting\" ];
  };
}
```

```nix
# after
{ lib, ... }:
{
  services.xserver.videoDrivers = [ \"nvidia\" ];
  specialisation.igpu.configuration = {
    system.nixos.tags = [ \"igpu\" ];
    services.xserver.videoDrivers = lib.mkForce [ \"modesetting\" ];
  };
}
```

## When it is wrong

When both are meant. `lib.mkBefore` or `lib.mkAfter` around the list says so, and it is silent. Lists that are there to be added to,
such as `environment.systemPackages`, are not looked at.
",
    checks: &[Check::System(check)],
};

/// Which lists are mostly replaced, and why: `lint/data/replaced-lists.tsv`.
const LISTS: &str = include_str!("../../data/replaced-lists.tsv");

/// A line of it.
struct List {
    option: &'static str,
    /// Where the elements are `KEY=VALUE`: the keys that are not meant twice.
    keys: Option<&'static str>,
    reason: &'static str,
}

static LISTED: LazyLock<Vec<List>> = LazyLock::new(|| {
    let lines = data::lines(LISTS).filter_map(|columns| {
        let [option, meant, keys, reason, _source] = columns.as_slice() else { return None };
        Some(List { option, keys: (*meant == "key").then_some(*keys), reason })
    });
    lines.collect()
});

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for specialisation in cx.system.specialisations.iter().filter(|s| s.inherits == Some(true)) {
        for (name, option) in &specialisation.scope.options {
            if let Some((own, inherited, reason)) = judge(name, option) {
                findings.extend(finding(cx, specialisation, name, own, inherited, reason));
            }
        }
    }
}

/// The definitions of an option that were likely not meant to be joined: the specialisation's, the parent's, and why.
fn judge<'o>(
    name: &str,
    option: &'o OptionModel,
) -> Option<(&'o DefinitionModel, &'o DefinitionModel, &'static str)> {
    let joined = |d: &&DefinitionModel| d.state == DefinitionState::Wins && d.place.is_some();
    let of = |origin: Origin| option.definitions.iter().filter(joined).filter(move |d| d.origin == origin);
    let own: Vec<&DefinitionModel> = of(Origin::Own).collect();
    let [own] = own.as_slice() else { return None };
    let items = elements(own)?;
    let inherited = of(Origin::Inherited).find(|d| elements(d).is_some_and(|e| !e.is_empty()))?;
    let of_parent: Vec<&Json> = of(Origin::Inherited).filter_map(elements).flatten().collect();
    if items.is_empty() {
        return Some((own, inherited, "an empty list adds nothing"));
    }
    // What has an order of its own was thought about.
    if own.priority != priority::PLAIN || own.order != priority::ORDER {
        return None;
    }
    let list = LISTED.iter().find(|list| list.option == name)?;
    let contradicts = match list.keys {
        None => of_parent.iter().any(|element| !items.contains(element)),
        Some(keys) => {
            let split = |element: &'o Json| element.as_str().and_then(|text| text.split_once('='));
            let known = |key: &str| keys.split(' ').any(|k| k == key);
            let mut pairs = items.iter().filter_map(split).filter(|(key, _)| known(key));
            pairs.any(|(key, value)| {
                of_parent.iter().filter_map(|e| split(e)).any(|(k, v)| k == key && v != value)
            })
        }
    };
    contradicts.then_some((own, inherited, list.reason))
}

fn elements(definition: &DefinitionModel) -> Option<&Vec<Json>> {
    definition.value.as_ref().and_then(Json::as_array)
}

fn finding(
    cx: &Context<'_>,
    specialisation: &Specialisation,
    name: &str,
    own: &DefinitionModel,
    inherited: &DefinitionModel,
    reason: &str,
) -> Option<Finding> {
    let tag = &specialisation.name;
    let value = specialisation.scope.options.get(name)?.prediction.value()?;
    let is_empty = elements(own)?.is_empty();
    let finding = Finding {
        rule: RULE.name,
        severity: RULE.severity,
        message: if is_empty {
            format!("the empty `{name}` of specialisation `{tag}` changes nothing")
        } else {
            format!("`{name}` of specialisation `{tag}` is added to the parent's")
        },
        primary: cx.label(&own.place?, reason),
        related: vec![cx.label(&inherited.place?, "the parent's elements stay")],
        consequence: format!("NixOS joins them: `{tag}` gets {}", render::nix(value)),
        systems: Vec::new(),
        specialisation: Some(tag.clone()),
        option: Some(name.to_owned()),
        fixes: Vec::new(),
    };
    let fix = fix(cx, &finding, own);
    Some(finding.with_fixes(fix))
}

/// Only the specialisation's elements, if that is what is meant.
fn fix(cx: &Context<'_>, finding: &Finding, own: &DefinitionModel) -> Option<Fix> {
    let (tag, name) = (finding.specialisation.as_deref()?, finding.option.as_deref()?);
    // The parent's and NixOS' own parameters are needed to boot.
    if LISTED.iter().any(|list| list.option == name && list.keys.is_some()) {
        return None;
    }
    let edits = cx.prioritised(&[own], Level::Force)?;
    let mended = |after: &System| {
        let child = after.specialisations.iter().find(|s| s.name == tag);
        child.and_then(|c| c.scope.options.get(name)).and_then(|o| o.prediction.value()) == own.value.as_ref()
    };
    let may_change = |(scope, option): (Option<&str>, &str)| scope == Some(tag) && option == name;
    let title = format!("replace the parent's in `{tag}`: `lib.mkForce`");
    cx.fixer.fix(finding, title, edits, mended, may_change).map(Fix::uncertain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_lines_are_read_and_all_options_exist() {
        assert_eq!(LISTED.len(), data::lines(LISTS).count());
        assert_eq!(data::strangers(LISTED.iter().map(|list| list.option)), Vec::<&str>::new());
    }
}
