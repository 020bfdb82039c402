//! `bare-system`: a specialisation that does not inherit, and lacks what a system needs.

use super::{Check, Context, Rule, data};
use crate::findings::{Finding, Fix, Label, Location, Severity};
use crate::nixos::model::{DefinitionModel, DefinitionState, Place, Scope, Specialisation, System, World};
use crate::nixos::show_loc;
use crate::syntax::hir::Name;
use serde_json::Value as Json;
use std::sync::LazyLock;

pub(super) const RULE: Rule = Rule {
    name: "bare-system",
    severity: Severity::Error,
    default: true,
    fixable: false,
    since: "0.1.0",
    summary: "a specialisation that does not inherit lacks what a system needs",
    documentation: "\
## What it finds

`inheritParentConfig = false` where the specialisation does not define what its parent does and what every system needs: the root
file system, the kind of its users (errors), what opens the disk, somebody to log in, `system.stateVersion` (warnings).

## Why it hurts

Such a specialisation starts from nothing: of the parent's modules it has none, and so no hardware configuration and no users. NixOS
refuses it (\"The 'fileSystems' option does not specify your root file system\"), or builds what does not boot.

## Example

```nix
# before
{
  fileSystems.\"/\".device = \"/dev/disk/by-label/root\";
  specialisation.rescue = {
    inheritParentConfig = false;
    configuration = {
      system.nixos.tags = [ \"rescue\" ];
      services.openssh.enable = true;
    };
  };
}
```

```nix
# after
let
  disks = { fileSystems.\"/\".device = \"/dev/disk/by-label/root\"; };
in
{
  imports = [ disks ];
  specialisation.rescue = {
    inheritParentConfig = false;
    configuration = {
      imports = [ disks ];
      system.nixos.tags = [ \"rescue\" ];
      services.openssh.enable = true;
    };
  };
}
```

## When it is wrong

It speaks only where all modules of the specialisation are known, and the parent defines what it lacks. A specialisation that is
only built for a virtual machine may do without.
",
    checks: &[Check::System(check)],
};

/// What a system needs: `lint/data/bootable-system.tsv`.
const NEEDS: &str = include_str!("../../data/bootable-system.tsv");

/// Where the parent has none either, it is a part of something, and no system.
const ROOT: &str = "fileSystems.\"/\"";

/// A line of it.
struct Need {
    option: &'static str,
    severity: Severity,
    /// An option and its value.
    unless: Option<(&'static str, bool)>,
    message: &'static str,
}

static NEEDED: LazyLock<Vec<Need>> = LazyLock::new(|| {
    let lines = data::lines(NEEDS).filter_map(|columns| {
        let [option, level, unless, message, _source] = columns.as_slice() else { return None };
        let severity = match *level {
            "evaluates" => Severity::Error,
            "boots" | "warns" => Severity::Warning,
            _ => return None,
        };
        let unless = match unless.split_once('=') {
            Some((option, value)) => Some((option, value.parse().ok()?)),
            None => None,
        };
        Some(Need { option, severity, unless, message })
    });
    lines.collect()
});

/// Something that a specialisation lacks.
struct Lack {
    severity: Severity,
    message: String,
    /// The option, and where the parent defines it.
    option: String,
    place: Place,
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if cx.system.world != World::Nixos {
        return;
    }
    for specialisation in &cx.system.specialisations {
        findings.extend(finding(cx, specialisation));
    }
}

/// What a specialisation lacks that its parent has.
fn lacks(system: &System, specialisation: &Specialisation) -> Vec<Lack> {
    let scope = &specialisation.scope;
    // What is not known may define anything, and so may a name that is not.
    if specialisation.inherits != Some(false)
        || !specialisation.certain
        || !scope.complete
        || !scope.troubles.is_empty()
        || defined(&system.parent, ROOT).is_none()
    {
        return Vec::new();
    }
    let mut lacks = Vec::new();
    for need in NEEDED.iter() {
        let is_unnecessary = need
            .unless
            .is_some_and(|(option, value)| scope.prediction(option).value() == Some(&Json::Bool(value)));
        if is_unnecessary {
            continue;
        }
        match need.option {
            "users.users" => lacks.extend(nobody(system, scope, need)),
            option if option.contains("<name>") => lacks.extend(kinds(system, scope, need)),
            option => lacks.extend(plain(system, scope, option, need)),
        }
    }
    lacks
}

/// An option that nothing defines in the specialisation.
fn plain(system: &System, scope: &Scope, option: &str, need: &Need) -> Option<Lack> {
    let place = defined(&system.parent, option)?;
    let is_there = defined(scope, option).is_some() || is_open(scope, option);
    (!is_there).then(|| Lack {
        severity: need.severity,
        message: need.message.to_owned(),
        option: option.to_owned(),
        place,
    })
}

/// Where an option, or something in it, is defined.
fn defined(scope: &Scope, option: &str) -> Option<Place> {
    let parts = scope.options.iter().filter(|(name, _)| super::context::is_part_of(name, option));
    let mut definitions = parts.flat_map(|(_, option)| &option.definitions);
    let takes_part = |d: &&DefinitionModel| d.state != DefinitionState::Off && d.place.is_some();
    definitions.find(takes_part).and_then(|d| d.place)
}

/// Whether an option above may have it, as its attributes are not all known.
fn is_open(scope: &Scope, option: &str) -> bool {
    let above = option.split('.').next().unwrap_or_default();
    scope.options.get(above).is_some_and(|above| !above.has_parts && above.prediction.value().is_none())
}

/// The users that a scope declares to be of a kind.
fn normal_users(scope: &Scope) -> impl Iterator<Item = (&Name, Place)> {
    scope.options.values().filter_map(|option| match option.path.as_slice() {
        [users, again, name, kind] if users == "users" && again == "users" && kind == "isNormalUser" => {
            let place = option.definitions.iter().find_map(|d| d.place)?;
            (option.prediction.value() == Some(&Json::Bool(true))).then_some((name, place))
        }
        _ => None,
    })
}

/// Users of the parent's that the specialisation declares anew without saying of which kind they are.
fn kinds(system: &System, scope: &Scope, need: &Need) -> Vec<Lack> {
    let is_declared = |name: &Name| defined(scope, &user(name, None)).is_some();
    let has_kind = |name: &Name| {
        ["isNormalUser", "isSystemUser"].iter().any(|kind| defined(scope, &user(name, Some(kind))).is_some())
    };
    let lacking = normal_users(&system.parent).filter(|(name, _)| is_declared(name) && !has_kind(name));
    let lack = |(name, place): (&Name, Place)| Lack {
        severity: need.severity,
        message: need.message.replace("<name>", name),
        option: user(name, Some("isNormalUser")),
        place,
    };
    lacking.map(lack).collect()
}

fn user(name: &Name, option: Option<&str>) -> String {
    let mut path: Vec<Name> = vec!["users".into(), "users".into(), name.clone()];
    path.extend(option.map(Name::new));
    show_loc(&path)
}

/// No user of the parent's at all.
fn nobody(system: &System, scope: &Scope, need: &Need) -> Option<Lack> {
    let (_, place) = normal_users(&system.parent).next()?;
    let has_any = defined(scope, need.option).is_some() || is_open(scope, need.option);
    (!has_any).then(|| Lack {
        severity: need.severity,
        message: need.message.to_owned(),
        option: need.option.to_owned(),
        place,
    })
}

fn finding(cx: &Context<'_>, specialisation: &Specialisation) -> Option<Finding> {
    let mut lacks = lacks(cx.system, specialisation);
    lacks.sort_by_key(|lack| std::cmp::Reverse(lack.severity));
    let first = lacks.first()?;
    let place = specialisation.places.first()?;
    let name = &specialisation.name;
    let names: Vec<String> = lacks.iter().map(|lack| format!("`{}`", lack.option)).collect();
    let consequence = match first.severity {
        Severity::Error => format!("NixOS will refuse to build `{name}`: \"{}\"", first.message),
        _ => format!("NixOS builds `{name}`, but {}", first.message),
    };
    let finding = Finding {
        rule: RULE.name,
        severity: first.severity,
        message: format!("specialisation `{name}` does not inherit, and lacks {}", names.join(", ")),
        primary: Label {
            location: Location::new(cx.path(place.file), place.path),
            message: "this starts from nothing".into(),
        },
        related: lacks.iter().map(|lack| cx.label(&lack.place, "the parent has it here")).collect(),
        consequence,
        systems: Vec::new(),
        specialisation: Some(name.clone()),
        option: None,
        fixes: Vec::new(),
    };
    let fix = fix(cx, &finding, specialisation, &lacks);
    Some(finding.with_fixes(fix))
}

/// Imports the module in which the parent has what is lacking, if that is a file of its own. What else is in it comes along.
fn fix(cx: &Context<'_>, finding: &Finding, specialisation: &Specialisation, lacks: &[Lack]) -> Option<Fix> {
    let first = lacks.first()?;
    let module = cx.path(first.place.file);
    if specialisation.places.iter().any(|place| place.file == first.place.file) || module == cx.system.entry {
        return None;
    }
    let name = &specialisation.name;
    let mended = |after: &System| {
        let child = after.specialisations.iter().find(|s| s.name == *name);
        child.is_some_and(|s| self::lacks(after, s).is_empty())
    };
    let may_change = |(scope, _): (Option<&str>, &str)| scope == Some(name);
    specialisation.places.iter().find_map(|place| {
        let edit = cx.source(place.file)?.import(place.value, place.path, module)?;
        let title = format!("import `{}` in `{name}`", module.rsplit('/').next().unwrap_or(module));
        cx.fixer.fix(finding, title, vec![edit], mended, may_change).map(Fix::uncertain)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_lines_are_read_and_all_options_exist() {
        assert_eq!(NEEDED.len(), data::lines(NEEDS).count());
        let options =
            NEEDED.iter().flat_map(|need| [Some(need.option), need.unless.map(|(option, _)| option)]);
        assert_eq!(data::strangers(options.flatten()), Vec::<&str>::new());
    }
}
