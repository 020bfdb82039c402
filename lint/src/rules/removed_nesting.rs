//! `removed-nesting`: `nesting.clone` and `nesting.children`, which specialisations have taken the place of.

use super::tags::TAGS;
use super::{Check, Context, Rule};
use crate::eval::show::attr_name;
use crate::findings::{Finding, Fix, Severity};
use crate::nixos::model::{DefinitionModel, DefinitionState, Existence, Place, System, World};
use serde_json::Value as Json;

pub(super) const RULE: Rule = Rule {
    name: "removed-nesting",
    severity: Severity::Error,
    default: true,
    fixable: true,
    since: "0.1.0",
    summary: "`nesting.clone` and `nesting.children` are no longer",
    documentation: "\
## What it finds

`nesting.clone` and `nesting.children`, as specialisations were called before NixOS 20.09. It is an error where the release is
known to be a later one, and a warning where it is not known.

## Why it hurts

Since 20.09, NixOS fails an assertion:

```text
error:
Failed assertions:
- The option definition `nesting.clone' in `…/hosts/atlas.nix' no longer has any effect; please remove it.
Use `specialisation.«name» = { inheritParentConfig = true; configuration = { ... }; }` instead.
```

## Example

```nix
# before
{
  nesting.clone = [
    { system.nixos.tags = [ \"tv\" ]; }
  ];
}
```

```nix
# after
{
  specialisation.tv.configuration = { system.nixos.tags = [ \"tv\" ]; };
}
```

`nesting.clone` inherited the parent's configuration. `nesting.children` did not: there, `inheritParentConfig = false` says so.

## When it is wrong

In a configuration for NixOS 20.03 or older whose nixpkgs cannot be told.
",
    checks: &[Check::System(check)],
};

/// The first release without them.
const REMOVED: u32 = 2009;

/// The options, with whether what was in them had the parent's configuration.
const OPTIONS: [(&str, bool); 2] = [("nesting.clone", true), ("nesting.children", false)];

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let severity = match cx.system.release.map(|release| release.has(REMOVED)) {
        Some(Some(true)) => Severity::Error,
        Some(Some(false)) => return,
        _ => Severity::Warning,
    };
    if cx.system.world != World::Nixos {
        return;
    }
    for (name, inherits) in OPTIONS {
        let Some(option) = cx.system.parent.options.get(name) else { continue };
        if option.existence == Existence::Declared {
            continue;
        }
        let counts = |d: &&DefinitionModel| {
            matches!(d.state, DefinitionState::Wins | DefinitionState::Loses) && d.place.is_some()
        };
        for definition in option.definitions.iter().filter(counts) {
            findings.extend(finding(cx, severity, name, inherits, definition));
        }
    }
}

fn finding(
    cx: &Context<'_>,
    severity: Severity,
    name: &str,
    inherits: bool,
    definition: &DefinitionModel,
) -> Option<Finding> {
    let place = definition.place?;
    let (since, refuses) = match severity {
        Severity::Error => ("", "NixOS will refuse"),
        // Which release it is is not known.
        _ => (" since 20.09", "NixOS 20.09 and later refuse"),
    };
    let finding = Finding {
        rule: RULE.name,
        severity,
        message: format!("`{name}` is no longer{since}: `specialisation.NAME` has taken its place"),
        primary: cx.label(&place, "NixOS 20.09 removed it"),
        related: Vec::new(),
        consequence: format!(
            "{refuses} to build the system: \"The option definition `{name}' no longer has any effect\""
        ),
        systems: Vec::new(),
        specialisation: None,
        option: Some(name.to_owned()),
        fixes: Vec::new(),
    };
    let fix = fix(cx, &finding, inherits, definition, place);
    Some(finding.with_fixes(fix))
}

/// Specialisations in place of the list, where it is written as one. Their names are what their tags or files say, or numbers.
fn fix(
    cx: &Context<'_>,
    finding: &Finding,
    inherits: bool,
    definition: &DefinitionModel,
    place: Place,
) -> Option<Fix> {
    // Whether a file sets tags of its own shows in what comes of it.
    let fixes = [false, true].map(|tag_files| rewritten(cx, finding, inherits, definition, place, tag_files));
    fixes.into_iter().flatten().min_by_key(|fix| fix.applicability)
}

fn rewritten(
    cx: &Context<'_>,
    finding: &Finding,
    inherits: bool,
    definition: &DefinitionModel,
    place: Place,
    tag_files: bool,
) -> Option<Fix> {
    let path = finding.option.as_deref()?;
    let source = cx.source(place.file)?;
    let values = definition.value.as_ref().and_then(Json::as_array);
    let mut names: Vec<String> = Vec::new();
    let mut bindings: Vec<Vec<String>> = Vec::new();
    for (i, element) in source.elements(place.value)?.into_iter().enumerate() {
        let tag = values.and_then(|values| values.get(i)).and_then(tag);
        let lacks_tag =
            tag.is_none() && !element.text.contains(TAGS) && (element.file.is_none() || tag_files);
        let name = tag.or(element.file).unwrap_or_else(|| format!("variant{}", i + 1));
        if names.contains(&name) || cx.system.specialisations.iter().any(|s| s.name == name) {
            return None;
        }
        let mut configuration = element.text;
        if lacks_tag {
            let setting = format!("{TAGS} = [ \"{name}\" ];");
            configuration = match configuration.strip_prefix('{') {
                Some(rest) => format!("{{ {setting}{rest}"),
                None => format!("{{ imports = [ {configuration} ]; {setting} }}"),
            };
        }
        let attribute = attr_name(&name);
        let mut lines = element.comments;
        lines.push(if inherits {
            format!("specialisation.{attribute}.configuration = {configuration};")
        } else {
            format!(
                "specialisation.{attribute} = {{ inheritParentConfig = false; configuration = {configuration}; }};"
            )
        });
        bindings.push(lines);
        names.push(name);
    }
    if bindings.is_empty() {
        return None;
    }
    let edits = source.in_place_of(place.range, path.split_once('.')?, &bindings)?;
    let has = |system: &System, name: &String| system.specialisations.iter().any(|s| s.name == *name);
    let mended = |after: &System| names.iter().all(|name| has(after, name));
    let may_change = |(scope, option): (Option<&str>, &str)| {
        scope.is_some_and(|scope| names.iter().any(|name| name == scope))
            || option == path
            || super::context::is_part_of(option, "specialisation")
    };
    cx.fixer.fix(finding, "write specialisations", edits, mended, may_change).map(Fix::uncertain)
}

/// The first tag of a configuration.
fn tag(configuration: &Json) -> Option<String> {
    let tags = TAGS.split('.').try_fold(configuration, |value, name| value.get(name))?;
    tags.as_array()?.first()?.as_str().map(str::to_owned)
}
