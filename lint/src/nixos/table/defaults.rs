//! What some well-known options of NixOS are where nobody defines them: `lint/data/nixos-defaults.tsv`.

use super::path::{is_placeholder, parse_option_path};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::OnceLock;

/// The default value of an option, and what makes it uncertain.
#[derive(Clone, Debug, PartialEq)]
pub struct NixosDefault {
    /// The value.
    pub value: &'static Value,
    /// Options that change the default when they are on: where the value of any of them is, or may be, other than
    /// `false`, `null`, or an empty string, list or set, the default is not known.
    pub unless: Vec<Vec<String>>,
}

/// What the option of NixOS at `path` is where neither the configuration nor what it imports defines it: the same in
/// all releases from 23.05 to 26.05. `None` for all but a few hundred options.
///
/// Under `users.users`, `systemd.services` and the like it holds for the names that the configuration makes, not
/// for those that NixOS itself defines.
pub fn nixos_default<S: AsRef<str>>(path: &[S]) -> Option<NixosDefault> {
    let table = table();
    let names: Vec<&str> = path.iter().map(AsRef::as_ref).collect();
    let entry =
        table.exact.get(&names).or_else(|| table.patterns.iter().find(|entry| entry.matches(&names)))?;
    let unless = entry.unless.iter().map(|option| entry.filled_in(option, &names)).collect();
    Some(NixosDefault { value: &entry.value, unless })
}

struct Entry {
    path: Vec<String>,
    value: Value,
    unless: Vec<Vec<String>>,
}

impl Entry {
    fn matches(&self, names: &[&str]) -> bool {
        self.path.len() == names.len()
            && self.path.iter().zip(names).all(|(own, name)| own == name || is_placeholder(own))
    }

    /// `option` with the names in the place of the placeholders that it shares with the path.
    fn filled_in(&self, option: &[String], names: &[&str]) -> Vec<String> {
        let shared = self.path.iter().zip(option).take_while(|(own, other)| own == other).count();
        let fill = |(at, name): (usize, &String)| match names.get(at) {
            Some(filled) if at < shared => (*filled).to_owned(),
            _ => name.clone(),
        };
        option.iter().enumerate().map(fill).collect()
    }
}

struct Table {
    exact: HashMap<Vec<&'static str>, &'static Entry>,
    patterns: Vec<&'static Entry>,
}

fn table() -> &'static Table {
    static ENTRIES: OnceLock<Vec<Entry>> = OnceLock::new();
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        let lines = include_str!("../../../data/nixos-defaults.tsv").lines();
        let entries =
            ENTRIES.get_or_init(|| lines.filter(|line| !line.starts_with('#')).filter_map(entry).collect());
        let (patterns, exact): (Vec<_>, Vec<_>) =
            entries.iter().partition(|entry| entry.path.iter().any(|name| is_placeholder(name)));
        let exact =
            exact.into_iter().map(|entry| (entry.path.iter().map(String::as_str).collect(), entry)).collect();
        Table { exact, patterns }
    })
}

fn entry(line: &str) -> Option<Entry> {
    let mut columns = line.split('\t');
    let path = parse_option_path(columns.next()?).ok()?;
    let value = serde_json::from_str(columns.next()?).ok()?;
    let unless = columns.nth(1).unwrap_or_default();
    let unless = unless.split_whitespace().filter_map(|option| parse_option_path(option).ok()).collect();
    Some(Entry { path, value, unless })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nixos::table::{OptionTable, TypeDescription};

    #[track_caller]
    fn default_of(path: &str) -> Option<(String, Vec<String>)> {
        let found = nixos_default(&parse_option_path(path).expect("a path"))?;
        Some((found.value.to_string(), found.unless.iter().map(|option| option.join(".")).collect()))
    }

    #[test]
    fn well_known_defaults() {
        assert_eq!(default_of("networking.firewall.enable"), Some(("true".to_owned(), vec![])));
        assert_eq!(
            default_of("networking.hostName"),
            Some(("\"nixos\"".to_owned(), vec!["system.nixos.distroId".to_owned()]))
        );
        assert_eq!(
            default_of("services.xserver.desktopManager.gnome.enable"),
            Some(("false".to_owned(), vec![]))
        );
        assert_eq!(default_of("users.users.paul.isNormalUser"), Some(("false".to_owned(), vec![])));
        assert_eq!(
            default_of("users.users.paul.createHome"),
            Some(("false".to_owned(), vec!["users.users.paul.isNormalUser".to_owned()]))
        );
        assert_eq!(default_of("users.users.root.uid"), Some(("0".to_owned(), vec![])));
        assert_eq!(default_of("users.users.paul.uid"), Some(("null".to_owned(), vec![])));
    }

    #[test]
    fn what_varies_has_no_default() {
        let varying =
            ["hardware.nvidia.modesetting.enable", "services.pipewire.enable", "system.stateVersion", "a.b"];
        for path in varying {
            assert_eq!(default_of(path), None, "{path}");
        }
        let unless = default_of("networking.networkmanager.enable").expect("a default").1;
        assert!(unless.contains(&"services.xserver.desktopManager.gnome.enable".to_owned()));
    }

    /// Options that NixOS has since a later release than the table.
    const LATER: [&str; 10] = [
        "boot.loader.limine.enable",
        "services.desktopManager.budgie.enable",
        "services.desktopManager.cosmic.enable",
        "services.desktopManager.gnome.enable",
        "services.desktopManager.pantheon.enable",
        "services.displayManager.cosmic-greeter.enable",
        "services.displayManager.gdm.enable",
        "services.displayManager.lemurs.enable",
        "services.lact.enable",
        "services.tuned.enable",
    ];

    #[test]
    fn every_default_is_of_an_option_that_there_is_and_of_its_type() {
        let text = include_str!("../../../data/nixos-defaults.tsv");
        let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
        let mut sorted = lines.clone();
        sorted.sort();
        sorted.dedup_by_key(|line| line.split('\t').next());
        assert_eq!(lines, sorted, "sorted, each option once");
        for line in lines {
            let entry = entry(line).expect("a line with a path and a value");
            let shown = entry.path.join(".");
            if LATER.contains(&shown.as_str()) {
                continue;
            }
            let node = OptionTable::nixos().node(&entry.path).filter(|node| node.is_option());
            let node = node.unwrap_or_else(|| panic!("{shown} is no option"));
            let found = node.type_description().expect("an option has a type");
            assert!(accepts(found, &entry.value), "{shown}: {} is no {found}", entry.value);
        }
    }

    fn accepts(found: &TypeDescription, value: &Value) -> bool {
        use TypeDescription::*;
        match found {
            Bool => value.is_boolean(),
            Int => value.is_i64(),
            IntBetween { lowest, highest } => value.as_i64().is_some_and(|n| n >= *lowest && n <= *highest),
            Str | StrMatching(_) | SeparatedString(_) | PasswdEntry(_) | Path { .. } | Checked { .. } => {
                value.is_string()
            }
            Enum(values) => {
                let shown = value.to_string();
                values.iter().any(|one| one.to_string() == shown)
            }
            NullOr(inner) => value.is_null() || accepts(inner, value),
            Either(left, right) => accepts(left, value) || accepts(right, value),
            ListOf { elem, .. } => {
                value.as_array().is_some_and(|list| list.iter().all(|element| accepts(elem, element)))
            }
            AttrsOf { .. } => value.is_object(),
            _ => false,
        }
    }
}
