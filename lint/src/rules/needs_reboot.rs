//! `needs-reboot`: a specialisation changes what a switch at run time cannot.

use super::context::is_part_of;
use super::{Check, Context, Rule, data};
use crate::findings::{Finding, Label, Severity};
use crate::nixos::model::{
    DefinitionModel, DefinitionState, Origin, Place, Prediction, Specialisation, World,
};
use std::sync::LazyLock;

pub(super) const RULE: Rule = Rule {
    name: "needs-reboot",
    severity: Severity::Info,
    default: true,
    fixable: false,
    since: "0.1.0",
    summary: "a specialisation changes what takes effect only after a reboot",
    documentation: "\
## What it finds

A specialisation that changes the kernel, its parameters, the initrd or something else that is decided when the machine boots; or a driver
that the base has loaded.

## Why it hurts

`nixos-rebuild test --specialisation NAME`, `nh` and `switch-to-configuration test` activate the rest of the specialisation and say
nothing of this: the machine then runs half of it. The kernel that runs stays, with its command line and the modules that are loaded;
the initrd has done its work. The specialisation has to be booted from its entry in the boot menu.

NixOS 26.05 and later refuse to switch where what `system.switch.inhibitors` names differs.

## Example

```nix
# before
{
  specialisation.passthrough.configuration = {
    system.nixos.tags = [ \"passthrough\" ];
    boot.kernelParams = [ \"intel_iommu=on\" ];
  };
}
```

```nix
# after
{
  boot.kernelParams = [ \"intel_iommu=on\" ];
  specialisation.passthrough.configuration = {
    system.nixos.tags = [ \"passthrough\" ];
    virtualisation.libvirtd.enable = true;
  };
}
```

Where the base can have the setting as well, the specialisation can be switched to at run time.

## When it is wrong

When the specialisation is only ever booted into: then it is nothing new.
",
    checks: &[Check::System(check)],
};

/// What is decided at boot, and why: `lint/data/needs-reboot.tsv`.
const OPTIONS: &str = include_str!("../../data/needs-reboot.tsv");

/// A line of it.
struct AtBoot {
    option: &'static str,
    reason: &'static str,
    /// Whether it is so only if the parent defines it too.
    only_changed: bool,
}

static AT_BOOT: LazyLock<Vec<AtBoot>> = LazyLock::new(|| {
    let lines = data::lines(OPTIONS).filter_map(|columns| {
        let (option, reason, only_changed) = match columns.as_slice() {
            [option, reason, _source] => (option, reason, false),
            [option, reason, _source, "changed"] => (option, reason, true),
            _ => return None,
        };
        Some(AtBoot { option, reason, only_changed })
    });
    lines.collect()
});

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if cx.system.world != World::Nixos {
        return;
    }
    for specialisation in cx.system.specialisations.iter().filter(|s| s.inherits == Some(true)) {
        findings.extend(finding(cx, specialisation, &changed(cx, specialisation)));
    }
}

/// Something that is decided at boot and that a specialisation changes.
struct Changed<'s> {
    name: &'s str,
    place: Place,
    reason: &'static str,
}

fn changed<'s>(cx: &Context<'_>, specialisation: &'s Specialisation) -> Vec<Changed<'s>> {
    let mut changed: Vec<(usize, Changed<'_>)> = Vec::new();
    for (name, option) in &specialisation.scope.options {
        let own = |d: &&DefinitionModel| d.origin == Origin::Own && d.state == DefinitionState::Wins;
        let Some(place) = option.definitions.iter().filter(own).find_map(|d| d.place) else { continue };
        let is_it = |(_, at_boot): &(usize, &AtBoot)| is_part_of(name, at_boot.option);
        let Some((rank, at_boot)) = AT_BOOT.iter().enumerate().find(is_it) else { continue };
        let differs = match (&option.prediction, cx.system.parent.prediction(name)) {
            (Prediction::Ok { value: new, .. }, Prediction::Ok { value: old, .. }) => new != old,
            (_, Prediction::Undefined) if at_boot.only_changed => false,
            // What is not known for the same reason may be the same.
            (Prediction::Unknown(new), Prediction::Unknown(old)) => new != old,
            // What the option is without any definition is not known.
            (Prediction::Ok { .. } | Prediction::Unknown(_), _) => true,
            _ => false,
        };
        if differs && !option.has_parts {
            changed.push((rank, Changed { name, place, reason: at_boot.reason }));
        }
    }
    changed.sort_by_key(|(rank, _)| *rank);
    changed.into_iter().map(|(_, changed)| changed).collect()
}

fn finding(cx: &Context<'_>, specialisation: &Specialisation, changed: &[Changed<'_>]) -> Option<Finding> {
    let (first, rest) = changed.split_first()?;
    let tag = &specialisation.name;
    let others = match rest.len() {
        0 => String::new(),
        n => format!(" and {n} more"),
    };
    let label = |changed: &Changed<'_>| -> Label { cx.label(&changed.place, changed.reason) };
    Some(Finding {
        rule: RULE.name,
        severity: RULE.severity,
        message: format!("`{tag}` changes `{}`{others}, which takes a reboot", first.name),
        primary: label(first),
        related: rest.iter().map(label).collect(),
        consequence: format!("a switch to `{tag}` at run time leaves this as it is; boot its entry"),
        systems: Vec::new(),
        specialisation: Some(tag.clone()),
        option: Some(first.name.to_owned()),
        fixes: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_lines_are_read_and_all_options_exist() {
        assert_eq!(AT_BOOT.len(), data::lines(OPTIONS).count());
        assert_eq!(data::strangers(AT_BOOT.iter().map(|at_boot| at_boot.option)), Vec::<&str>::new());
    }
}
