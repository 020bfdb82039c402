//! `incompatible-options`: options that exclude each other, one of which a specialisation has from its parent.

mod exclusion;

pub use exclusion::Alternative;

use super::{Check, Context, Rule};
use crate::findings::{Edit, Finding, Fix, Severity};
use crate::fix::guard;
use crate::nixos::model::{
    DefinitionModel, DefinitionState, OptionModel, Origin, Specialisation, System, World,
};
use crate::nixos::show_loc;
use exclusion::{EXCLUSIONS, Exclusion};

pub(super) const RULE: Rule = Rule {
    name: "incompatible-options",
    severity: Severity::Error,
    default: true,
    fixable: true,
    since: "0.1.0",
    summary: "options that exclude each other, one of them inherited",
    documentation: "\
## What it finds

In a specialisation, two options that must not be on together, such as two display managers or two modes of PRIME, of which it sets
one and inherits the other. It is an error where NixOS certainly refuses the system, and a warning where it may refuse it, or builds one
that misbehaves.

## Why it hurts

The specialisation turns its own on and does not turn the parent's off, which it inherits. NixOS fails an assertion after minutes of
evaluation:

```text
error:
Failed assertions:
- PRIME Sync and Offload cannot be both enabled
```

or stops with a conflict in an option that nobody has written: two display managers both define the command that starts the display
manager. What is only a warning is built, and misbehaves when it runs: two daemons that set the same governor.

## Example

```nix
# before
{
  services.displayManager.gdm.enable = true;
  specialisation.plasma.configuration = {
    system.nixos.tags = [ \"plasma\" ];
    services.displayManager.sddm.enable = true;
  };
}
```

```nix
# after
{ lib, ... }:
{
  services.displayManager.gdm.enable = true;
  specialisation.plasma.configuration = {
    system.nixos.tags = [ \"plasma\" ];
    services.displayManager.gdm.enable = lib.mkForce false;
    services.displayManager.sddm.enable = true;
  };
}
```

Or guard the parent's: `lib.mkIf (config.specialisation != { }) true`.

## When it is wrong

Where the configuration mends with a module of its own what NixOS objects to. Only options that the configuration itself defines are
looked at, and changes between releases are heeded where the release is known. Others that exclude each other can be set as
`alternatives` in `speclint.toml`.
",
    checks: &[Check::System(check)],
};

/// Whether a configuration defines it.
fn is_defined(option: &OptionModel) -> bool {
    option.definitions.iter().any(|d| d.place.is_some() && takes_part(d))
}

fn takes_part(definition: &DefinitionModel) -> bool {
    matches!(definition.state, DefinitionState::Wins | DefinitionState::Maybe)
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if cx.system.world != World::Nixos {
        return;
    }
    let own: Vec<Exclusion> =
        cx.alternatives.iter().flat_map(|alternative| alternative.exclusions()).collect();
    let exclusions: Vec<&Exclusion> = EXCLUSIONS.iter().chain(&own).collect();
    for specialisation in cx.system.specialisations.iter().filter(|s| s.inherits == Some(true)) {
        for met in met(cx.system, &exclusions, specialisation) {
            findings.extend(finding(cx, specialisation, &exclusions, &met));
        }
    }
}

/// Options that exclude each other in a specialisation, and not in its parent.
struct Met<'s> {
    exclusion: &'s Exclusion,
    own: (&'s OptionModel, &'s DefinitionModel),
    inherited: (&'s OptionModel, &'s DefinitionModel),
}

fn met<'s>(
    system: &System,
    exclusions: &[&'s Exclusion],
    specialisation: &'s Specialisation,
) -> Vec<Met<'s>> {
    let (parent, child) = (&system.parent, &specialisation.scope);
    let wanted = exclusions.iter().copied();
    let wanted = wanted.filter(|e| e.is_one(system) && e.is_met(child) && !e.is_met(parent));
    let met = wanted.filter_map(|exclusion| {
        let of = |origin: Origin| {
            // The last condition is what an exclusion is about; those in front of it say where it is one.
            let options = exclusion.conditions.iter().rev().filter_map(|c| c.option_of(child));
            let mut definitions =
                options.flat_map(|option| option.definitions.iter().map(move |d| (option, d)));
            definitions
                .find(|(_, d)| d.origin == origin && d.state == DefinitionState::Wins && d.place.is_some())
        };
        let (own, inherited) = (of(Origin::Own)?, of(Origin::Inherited)?);
        Some(Met { exclusion, own, inherited })
    });
    met.collect()
}

fn finding(
    cx: &Context<'_>,
    specialisation: &Specialisation,
    exclusions: &[&Exclusion],
    met: &Met<'_>,
) -> Option<Finding> {
    let Met { exclusion, own, inherited } = met;
    let tag = &specialisation.name;
    let name = show_loc(&own.0.path);
    let consequence = match exclusion.severity {
        Severity::Error => format!("NixOS will refuse to build `{tag}`: {}", exclusion.message),
        _ if exclusion.is_open => format!("NixOS may refuse to build `{tag}`: {}", exclusion.message),
        _ => format!("NixOS builds `{tag}` all the same, but {}", exclusion.message),
    };
    let finding = Finding {
        rule: RULE.name,
        severity: exclusion.severity,
        message: format!(
            "`{name} = {}` in specialisation `{tag}` does not go with the parent's `{} = {}`",
            cx.show(own.1),
            show_loc(&inherited.0.path),
            cx.show(inherited.1)
        ),
        primary: cx.label(&own.1.place?, exclusion.message.as_str()),
        related: vec![cx.label(&inherited.1.place?, format!("`{tag}` inherits this"))],
        consequence,
        systems: Vec::new(),
        specialisation: Some(tag.clone()),
        option: Some(name),
        fixes: Vec::new(),
    };
    let fix = fix(cx, &finding, exclusions, met);
    Some(finding.with_fixes(fix))
}

/// Keeps what the parent has to the parent: other specialisations may want it.
fn fix(cx: &Context<'_>, finding: &Finding, exclusions: &[&Exclusion], met: &Met<'_>) -> Option<Fix> {
    let (option, definition) = met.inherited;
    let place = definition.place?;
    let edits: Vec<Edit> = guard(&cx.source(place.file)?, place.value)?;
    let (tag, inherited) = (finding.specialisation.as_deref()?, show_loc(&option.path));
    let mended = |after: &System| {
        let child = after.specialisations.iter().find(|s| s.name == tag);
        child.is_some_and(|child| {
            let met = self::met(after, exclusions, child);
            met.iter().all(|met| Some(show_loc(&met.own.0.path)) != finding.option)
        })
    };
    let may_change = |(scope, option): (Option<&str>, &str)| scope == Some(tag) && option == inherited;
    let title = format!("set `{inherited}` in the base only: `lib.mkIf (config.specialisation != {{ }})`");
    cx.fixer.fix(finding, title, edits, mended, may_change).map(Fix::uncertain)
}

#[cfg(test)]
mod tests {
    use super::super::data;
    use super::exclusion::{EXCLUSIONS, OPTIONS};

    /// Some have got their name since, and are there under the old one.
    #[test]
    fn all_lines_are_read_and_all_options_exist() {
        assert_eq!(EXCLUSIONS.len(), data::lines(OPTIONS).count());
        let renamed = include_str!("../../data/renamed-options.tsv");
        let targets: Vec<&str> = data::lines(renamed).filter_map(|columns| columns.get(2).copied()).collect();
        let is_new = |option: &&str| {
            targets.contains(option)
                || targets.iter().any(|to| to.strip_suffix(".*").is_some_and(|to| option.starts_with(to)))
        };
        let conditions =
            EXCLUSIONS.iter().flat_map(|exclusion| exclusion.conditions.iter().chain(&exclusion.unless));
        // NixOS 26.05 has them.
        const NEW: [&str; 2] = [
            "hardware.nvidia.powerManagement.kernelSuspendNotifier",
            "services.displayManager.plasma-login-manager.enable",
        ];
        let unknown = data::strangers(conditions.map(|condition| condition.option.as_str()));
        let strangers = unknown.into_iter().filter(|option| !is_new(option) && !NEW.contains(option));
        assert_eq!(strangers.collect::<Vec<_>>(), Vec::<&str>::new());
    }
}
