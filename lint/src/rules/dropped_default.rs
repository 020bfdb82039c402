//! `dropped-default`: `mkDefault { … }` around a whole option, which a plain definition of another attribute drops.

use super::{Check, Context, Rule};
use crate::findings::{Edit, Finding, Fix, Severity};
use crate::fix::{Level, Source, set_priority};
use crate::nixos::model::{
    DefinitionModel, DefinitionState, OptionModel, Origin, Scope, Specialisation, System,
};
use crate::nixos::{priority, show_loc};
use rnix::ast::{self, HasEntry};
use rowan::ast::AstNode;
use serde_json::Value as Json;

pub(super) const RULE: Rule = Rule {
    name: "dropped-default",
    severity: Severity::Warning,
    default: true,
    fixable: true,
    since: "0.1.0",
    summary: "`mkDefault` around a whole set is dropped by a definition of another attribute",
    documentation: "\
## What it finds

`lib.mkDefault { … }` around the value of an option that takes any attributes, such as `environment.variables`, where a stronger
definition of the option does not have the same attributes.

## Why it hurts

The priority is that of the whole definition. As soon as anybody, a module of NixOS included, defines any attribute of the option
plainly, the weaker set vanishes with all that is in it: below, `AUDIO` is not set in `tv`. NixOS says nothing.

Around a set of options, such as `services`, it is different: there `lib.mkDefault` is passed down, and the priority is that of each
option.

## Example

```nix
# before
{ lib, ... }:
{
  environment.variables.EDITOR = \"vi\";
  specialisation.tv.configuration = {
    system.nixos.tags = [ \"tv\" ];
    environment.variables = lib.mkDefault { AUDIO = \"hdmi\"; };
  };
}
```

```nix
# after
{ lib, ... }:
{
  environment.variables.EDITOR = \"vi\";
  specialisation.tv.configuration = {
    system.nixos.tags = [ \"tv\" ];
    environment.variables = { AUDIO = lib.mkDefault \"hdmi\"; };
  };
}
```

## When it is wrong

When the set is meant to be used as a whole or not at all.
",
    checks: &[Check::System(check)],
};

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for (specialisation, scope) in cx.system.scopes() {
        for option in scope.options.values() {
            for definition in &option.definitions {
                let lost = lost(scope, option, definition);
                if !lost.is_empty() {
                    findings.extend(finding(cx, specialisation, option, definition, &lost));
                }
            }
        }
    }
}

/// The attributes that are lost with a definition.
fn lost(scope: &Scope, option: &OptionModel, definition: &DefinitionModel) -> Vec<String> {
    let Some(Json::Object(set)) = &definition.value else { return Vec::new() };
    let is_default = definition.priority >= priority::DEFAULT && definition.origin == Origin::Own;
    if !is_default || definition.state != DefinitionState::Loses || !option.has_parts {
        return Vec::new();
    }
    let is_left = |name: &&String| {
        let path: Vec<_> = option.path.iter().cloned().chain([name.as_str().into()]).collect();
        scope
            .options
            .get(show_loc(&path).as_str())
            .is_some_and(|attribute| attribute.definitions.iter().any(|d| d.state != DefinitionState::Off))
    };
    set.keys().filter(|name| !is_left(name)).cloned().collect()
}

fn finding(
    cx: &Context<'_>,
    specialisation: Option<&Specialisation>,
    option: &OptionModel,
    definition: &DefinitionModel,
    lost: &[String],
) -> Option<Finding> {
    let name = show_loc(&option.path);
    let stronger = option.definitions.iter().filter(|d| d.state == DefinitionState::Wins);
    let names: Vec<String> = lost.iter().map(|name| format!("`{name}`")).collect();
    let finding = Finding {
        rule: RULE.name,
        severity: RULE.severity,
        message: format!("`{name}` loses {} to a stronger definition of other attributes", names.join(", ")),
        primary: cx.label(&definition.place?, "this loses as a whole"),
        related: stronger
            .filter_map(|d| d.place)
            .take(1)
            .map(|place| cx.label(&place, "this is stronger"))
            .collect(),
        consequence: format!(
            "{} will build {} without it and say nothing",
            cx.who(),
            cx.built(specialisation)
        ),
        systems: Vec::new(),
        specialisation: specialisation.map(|s| s.name.clone()),
        option: Some(name),
        fixes: Vec::new(),
    };
    let fix = fix(cx, &finding, option, definition, lost);
    Some(finding.with_fixes(fix))
}

/// `mkDefault` around each attribute.
fn fix(
    cx: &Context<'_>,
    finding: &Finding,
    option: &OptionModel,
    definition: &DefinitionModel,
    lost: &[String],
) -> Option<Fix> {
    let place = definition.place?;
    let source = cx.source(place.file)?;
    let edits = each(&source, definition)?;
    let (tag, name) = (finding.specialisation.as_deref(), finding.option.as_deref()?);
    let is_there = |scope: &Scope, attribute: &String| {
        let path: Vec<_> = option.path.iter().cloned().chain([attribute.as_str().into()]).collect();
        scope.options.contains_key(show_loc(&path).as_str())
    };
    let mended = |after: &System| {
        let mut scopes = after.scopes().filter(|(s, _)| s.map(|s| s.name.as_str()) == tag);
        scopes.any(|(_, scope)| lost.iter().all(|attribute| is_there(scope, attribute)))
    };
    let may_change = |(scope, option): (Option<&str>, &str)| {
        (scope == tag || tag.is_none()) && super::context::is_part_of(option, name)
    };
    let fix = cx.fixer.fix(finding, "give each attribute the priority", edits, mended, may_change)?;
    // What comes back in the base may have been without effect for long.
    Some(if tag.is_none() { fix.uncertain() } else { fix })
}

fn each(source: &Source, definition: &DefinitionModel) -> Option<Vec<Edit>> {
    let (place, content) = (definition.place?, definition.expression?);
    let ast::Expr::AttrSet(set) = source.expression_at(content.range)? else { return None };
    let mut edits = set_priority(source, place.value, Level::Plain)?;
    for binding in set.attrpath_values() {
        edits.extend(set_priority(
            source,
            binding.value()?.syntax().text_range(),
            Level::of(definition.priority),
        )?);
    }
    edits.sort();
    edits.dedup();
    Some(edits)
}
