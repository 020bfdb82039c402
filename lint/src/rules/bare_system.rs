//! `bare-system`: a specialisation that does not inherit, and lacks what a system needs.

mod lacks;

use super::{Check, Context, Rule};
use crate::findings::{Finding, Fix, Label, Location, Severity};
use crate::nixos::model::{Specialisation, System, World};
use lacks::Lack;

pub(super) const RULE: Rule = Rule {
    name: "bare-system",
    severity: Severity::Error,
    default: true,
    fixable: true,
    since: "0.1.0",
    summary: "a specialisation that does not inherit lacks what a system needs",
    documentation: "\
## What it finds

`inheritParentConfig = false` where the specialisation does not define what its parent does and what every system needs: the root
file system, what it runs on where the flake does not say it, the ID that ZFS asks for, the kind of its users, and a way to log in where
users are immutable (errors); what opens the disk, its drivers, somebody to log in, `system.stateVersion` (warnings).

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

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if cx.system.world != World::Nixos {
        return;
    }
    for specialisation in &cx.system.specialisations {
        findings.extend(finding(cx, specialisation));
    }
}

fn finding(cx: &Context<'_>, specialisation: &Specialisation) -> Option<Finding> {
    let mut lacks = lacks::lacks(cx.system, specialisation);
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

/// Imports the modules in which the parent has what is lacking, where these are files of their own, and says again what stands in the file
/// of the specialisation. What else is in the modules comes along.
fn fix(cx: &Context<'_>, finding: &Finding, specialisation: &Specialisation, lacks: &[Lack]) -> Option<Fix> {
    let name = &specialisation.name;
    let mended = |after: &System| {
        let child = after.specialisations.iter().find(|s| s.name == *name);
        child.is_some_and(|s| lacks::lacks(after, s).is_empty())
    };
    let may_change = |(scope, _): (Option<&str>, &str)| scope == Some(name);
    specialisation.places.iter().find_map(|place| {
        let source = cx.source(place.file)?;
        let (mut modules, mut settings) = (Vec::new(), Vec::new());
        for lack in lacks {
            let file = lack.place.file;
            let is_own = specialisation.places.iter().any(|place| place.file == file);
            if is_own || cx.path(file) == cx.system.entry {
                settings.extend(definitions(cx, file, &lack.option)?);
            } else if !modules.contains(&cx.path(file)) {
                modules.push(cx.path(file));
            }
        }
        let mut edits = Vec::new();
        if !modules.is_empty() {
            edits.push(source.import(place.value, place.path, &modules)?);
        }
        for setting in &settings {
            edits.extend(source.with_setting((place.value, place.path), setting)?);
        }
        let files = modules.iter().map(|path| format!("`{}`", path.rsplit('/').next().unwrap_or(path)));
        let files: Vec<String> = files.collect();
        let title = match (files.as_slice(), settings.is_empty()) {
            ([], _) => format!("set in `{name}` what the parent sets"),
            (files, true) => format!("import {} in `{name}`", files.join(", ")),
            (files, false) => {
                format!("import {} in `{name}`, and set what the parent sets", files.join(", "))
            }
        };
        cx.fixer.fix(finding, title, edits, mended, may_change).map(Fix::uncertain)
    })
}

/// The definitions of the parent's in a file that make an option and what is in it, as bindings with their whole paths.
fn definitions(cx: &Context<'_>, file: u32, option: &str) -> Option<Vec<String>> {
    let parent = &cx.system.parent;
    // Of a user everything is needed that is said of it, as it is with a file system.
    let user = option.strip_prefix("users.users").map(|_| "users.users");
    let parts =
        parent.options.iter().filter(|(name, _)| super::context::is_part_of(name, user.unwrap_or(option)));
    let mut settings = Vec::new();
    for (name, option) in parts.filter(|(_, option)| !option.has_parts) {
        for definition in &option.definitions {
            let Some(expression) = definition.expression.filter(|e| e.file == file) else { continue };
            settings.push(format!("{name} = {};", cx.text(file, expression.range)));
        }
    }
    (!settings.is_empty()).then_some(settings)
}
