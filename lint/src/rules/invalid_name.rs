//! `invalid-name`: a name of a specialisation that NixOS refuses, or that shells and boot loaders trip over.

use super::{Check, Context, Rule, data};
use crate::eval::show::attr_name;
use crate::findings::{Edit, Finding, Fix, Label, Location, Severity};
use crate::nixos::model::{Prediction, Specialisation, System, World};
use crate::nixos::show_loc;
use crate::syntax::hir::Name;
use serde_json::Value as Json;
use std::sync::LazyLock;

pub(super) const RULE: Rule = Rule {
    name: "invalid-name",
    severity: Severity::Error,
    default: true,
    fixable: true,
    since: "0.1.0",
    summary: "a name of a specialisation that NixOS refuses, or that boot loaders trip over",
    documentation: "\
## What it finds

A name with `/` in it; an empty one; one that starts with `-`; and what the boot loader of the system, or the shell in older releases,
cannot take: quotes, `$`, `*`, `:` and the like, blanks, a `.` in front, two names that differ in upper and lower case only. It is an error
where NixOS certainly refuses the name.

## Why it hurts

The name becomes the name of a folder in the system, of a file on the boot partition and of an entry in the boot menu. Since 25.11 NixOS
asserts that there is no `/` in it, and Home Manager does as well. The assertion is the parent's: the whole system is refused, not the
one specialisation. Before, the build failed, or made folders in folders.

Other characters break without a word of NixOS: a quote or `$` changes GRUB's menu file, a `*` or `:` cannot be written to the boot
partition, a blank splits the name in extlinux' menu. `tv` and `TV` are one file on the boot partition of systemd-boot, and one of the two is
not in the menu.

## Example

```nix
# before
{
  specialisation.\"tv/kodi\".configuration = {
    system.nixos.tags = [ \"tv\" ];
  };
}
```

```nix
# after
{
  specialisation.\"tv-kodi\".configuration = {
    system.nixos.tags = [ \"tv\" ];
  };
}
```

## When it is wrong

When another boot loader is installed by means that are not seen.
",
    checks: &[Check::System(check)],
};

/// The release from which on NixOS refuses `/`, and quotes all others for the shell.
const ASSERTED: u32 = 2511;

/// What is known of characters: `lint/data/names.tsv`.
const CHARACTERS: &str = include_str!("../../data/names.tsv");

/// A line of it.
struct Trouble {
    characters: &'static str,
    option: &'static str,
    until: Option<u32>,
    what: &'static str,
}

static TROUBLES: LazyLock<Vec<Trouble>> = LazyLock::new(|| {
    let lines = data::lines(CHARACTERS).filter_map(|columns| {
        let [characters, option, until, what, _source] = columns.as_slice() else { return None };
        Some(Trouble { characters, option, until: data::release(until), what })
    });
    lines.collect()
});

impl Trouble {
    fn has(&self, character: char) -> bool {
        let is_it = |word: &str| word == "space" && character == ' ' || word.chars().eq([character]);
        self.characters.split(' ').any(is_it)
    }

    /// Whether it is one in this system, as far as is known.
    fn is_one(&self, system: &System) -> bool {
        let is_on = match system.parent.prediction(self.option) {
            Prediction::Ok { value, .. } => value.as_bool() == Some(true),
            _ => self.option == "-",
        };
        let is_over =
            self.until.is_some_and(|until| system.release.and_then(|r| r.has(until)) != Some(false));
        is_on && !is_over
    }
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for specialisation in cx.system.specialisations.iter().filter(|s| s.certain) {
        if let Some((severity, label, consequence)) = judge(cx.system, &specialisation.name) {
            findings.extend(finding(cx, specialisation, severity, label, consequence));
        }
    }
}

/// How bad a name is, with what is wrong with it and what comes of that; `None` if nothing is.
fn judge(system: &System, name: &str) -> Option<(Severity, String, String)> {
    if name.contains('/') {
        let says = "Specialisation names must not contain forward slashes";
        let label = "a name must not contain `/`".to_owned();
        return Some(match (system.world, system.release.map(|release| release.has(ASSERTED))) {
            (World::HomeManager, _) => {
                (Severity::Error, label, format!("Home Manager will refuse to build the home: \"{says}\""))
            }
            (World::Nixos, Some(Some(true))) => {
                (Severity::Error, label, format!("NixOS will refuse to build the system: \"{says}\""))
            }
            _ => (
                Severity::Warning,
                label,
                "NixOS 25.11 refuses it, and earlier releases fail to build it".into(),
            ),
        });
    }
    if system.world != World::Nixos {
        return None;
    }
    if name.is_empty() {
        let label = "a name must not be empty".to_owned();
        return Some((Severity::Warning, label, "the entry in the boot menu has no name".into()));
    }
    if let Some((label, what)) = trouble_of_place(system, name) {
        return Some((Severity::Warning, label, what));
    }
    let worst = TROUBLES.iter().filter(|trouble| trouble.is_one(system)).find_map(|trouble| {
        let character = name.chars().find(|c| trouble.has(*c))?;
        Some((character, trouble.what))
    });
    let (character, what) = worst?;
    let called = if character == ' ' { "a blank".to_owned() } else { format!("`{character}`") };
    Some((Severity::Warning, format!("a name had better not contain {called}"), what.to_owned()))
}

/// Boot loaders whose entries are files of the boot partition, which is of FAT.
const ON_FAT: [&str; 2] = ["boot.loader.systemd-boot.enable", "boot.lanzaboote.enable"];
/// Boot loaders that look for the specialisations in a folder, as a shell does.
const LISTING: [&str; 2] = ["boot.loader.generic-extlinux-compatible.enable", "boot.loader.grub.enable"];

/// What is wrong with a name as a whole, and what comes of that.
fn trouble_of_place(system: &System, name: &str) -> Option<(String, String)> {
    let is_on = |options: &[&str]| {
        options.iter().any(|option| system.parent.prediction(option).value() == Some(&Json::Bool(true)))
    };
    if name.contains(char::is_control) {
        let label = "a name had better not contain a line break or the like".to_owned();
        return Some((label, "the files that boot loaders read have a line for the name".into()));
    }
    if name.starts_with('-') {
        let label = "a name had better not start with `-`".to_owned();
        return Some((label, "`nixos-rebuild --specialisation` and the like take it for an option".into()));
    }
    if name.starts_with('.') && is_on(&LISTING) {
        let label = "a name had better not start with `.`".to_owned();
        return Some((
            label,
            "what makes the boot menu does not see hidden files, so that it has no entry".into(),
        ));
    }
    let is_like = |other: &&Specialisation| {
        other.certain && other.name != *name && other.name.to_lowercase() == name.to_lowercase()
    };
    let other = system.specialisations.iter().find(is_like)?;
    let label = format!("but for upper and lower case, this is `{}`", other.name);
    let what = "the boot partition has one file for both, so that one of them is not in the menu";
    is_on(&ON_FAT).then(|| (label, what.to_owned()))
}

fn finding(
    cx: &Context<'_>,
    specialisation: &Specialisation,
    severity: Severity,
    label: String,
    consequence: String,
) -> Option<Finding> {
    let place = specialisation.places.first()?;
    let name = &specialisation.name;
    // A line break in it is none in what is said.
    let shown = if name.contains(char::is_control) { attr_name(name) } else { name.as_str().into() };
    let finding = Finding {
        rule: RULE.name,
        severity,
        message: format!("`{shown}` is no good name for a specialisation"),
        primary: Label { location: Location::new(cx.path(place.file), place.path), message: label },
        related: Vec::new(),
        consequence,
        systems: Vec::new(),
        specialisation: Some(name.clone()),
        option: None,
        fixes: Vec::new(),
    };
    let fix = fix(cx, &finding, specialisation);
    Some(finding.with_fixes(fix))
}

/// The nearest name that nobody trips over. Who calls it by the old name cannot be known.
fn fix(cx: &Context<'_>, finding: &Finding, specialisation: &Specialisation) -> Option<Fix> {
    let is_good = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let better: String = specialisation.name.chars().map(|c| if is_good(c) { c } else { '-' }).collect();
    let better = better.trim_matches(['-', '.']);
    if better.is_empty() || cx.system.specialisations.iter().any(|s| s.name == better) {
        return None;
    }
    let path = [Name::new_static("specialisation"), specialisation.name.clone()];
    let mut edits = Vec::new();
    for place in &specialisation.places {
        let source = cx.source(place.file)?;
        let mut range = source.name_of(place.path, &path, 1);
        // The settings of it may stand further inside.
        range =
            range.or_else(|| source.name_of(place.path, &[&path[..], &["configuration".into()]].concat(), 1));
        range = range.or_else(|| source.name_behind(place.path, &path[0], &path[1]));
        let location = Location::new(cx.path(place.file), range?);
        edits.push(Edit { location, text: attr_name(better).into() });
    }
    edits.sort();
    edits.dedup();
    let mended = |after: &System| after.specialisations.iter().any(|s| s.name == better);
    let (old, new) = (show_loc(&path), show_loc(&[path[0].clone(), Name::new(better)]));
    let may_change = |(scope, option): (Option<&str>, &str)| {
        scope == Some(&specialisation.name)
            || scope == Some(better)
            || [&old, &new].iter().any(|p| option.starts_with(p.as_str()))
    };
    cx.fixer.fix(finding, format!("call it `{better}`"), edits, mended, may_change).map(Fix::uncertain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_lines_are_read_and_all_options_exist() {
        // Of modules outside of nixpkgs, or newer than the table.
        const OTHERS: [&str; 3] = ["-", "boot.lanzaboote.enable", "boot.loader.refind.enable"];
        assert_eq!(TROUBLES.len(), data::lines(CHARACTERS).count());
        let options = TROUBLES.iter().map(|trouble| trouble.option).filter(|option| !OTHERS.contains(option));
        assert_eq!(data::strangers(options), Vec::<&str>::new());
    }
}
