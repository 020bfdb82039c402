//! Options of NixOS that were renamed or removed, and in which release: `lint/data/renamed-options.tsv`.

use super::path::{is_placeholder, parse_option_path};
use rustc_hash::FxHashMap;
use std::sync::OnceLock;

/// What became of an option.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fate {
    /// The old name works, with a warning.
    Renamed,
    /// It works, with a warning of its own.
    Deprecated,
    /// A definition fails.
    Removed,
    /// There is no such option.
    Dropped,
}

/// An option that was renamed or removed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Renaming {
    /// What became of it.
    pub fate: Fate,
    /// The option in its place.
    pub to: Option<Vec<String>>,
    /// A release that has the change: 2411 for 24.11, zero for all of them.
    pub since: u32,
    /// Whether module or release notes say so, and that this is the first one; otherwise it had happened by then.
    pub is_stated: bool,
}

/// What became of the option of NixOS at `path`; `None` if that is not known.
pub fn renaming<S: AsRef<str>>(path: &[S]) -> Option<Renaming> {
    let below = table().below.get(path.first()?.as_ref())?;
    let second = path.get(1).and_then(|second| below.get(second.as_ref()));
    let fitting = second.into_iter().chain(below.get(ANY)).flatten().filter(|entry| entry.matches(path));
    // An exact path counts before any pattern, and the longest one of these.
    let entry = fitting.max_by_key(|entry| (entry.is_exact(), entry.path.len()))?;
    let names: Vec<&str> = path.iter().map(AsRef::as_ref).collect();
    let Entry { fate, since, is_stated, .. } = **entry;
    Some(Renaming { fate, to: entry.to(&names), since, is_stated })
}

/// The names that the option of NixOS at `path` had, as of `release`. Names inside of other options are not among them.
pub fn former_names(path: &[&str], release: u32) -> Vec<Vec<String>> {
    let table = table();
    let exact = table.former.get(path).into_iter().flatten().map(|entry| entry.path.clone());
    let moved = path.first().and_then(|first| table.moved.get(first)).into_iter().flatten();
    let below = moved.filter_map(|entry| {
        let to = entry.to.as_ref().filter(|_| entry.with_all_below)?;
        let rest = path.strip_prefix(to.iter().map(String::as_str).collect::<Vec<_>>().as_slice())?;
        let names = entry.path.iter().cloned().chain(rest.iter().map(|name| (*name).to_owned()));
        (!rest.is_empty()).then(|| names.collect())
    });
    let became = |old: &Vec<String>| {
        renaming(old).is_some_and(|renaming| {
            renaming.fate == Fate::Renamed
                && renaming.since <= release
                && renaming.to.is_some_and(|to| to == path)
        })
    };
    let mut names: Vec<Vec<String>> = exact.chain(below).filter(became).collect();
    names.sort();
    names.dedup();
    names
}

/// What the options of NixOS at a path, above it or below it were renamed to, in any release.
pub fn later_names<S: AsRef<str>>(path: &[S]) -> Vec<Vec<String>> {
    let is_near = |entry: &&Entry| entry.path.iter().zip(path).all(|(a, b)| a == b.as_ref());
    let Some(below) = path.first().and_then(|first| table().below.get(first.as_ref())) else {
        return Vec::new();
    };
    let entries: Vec<&Vec<&Entry>> = match path.get(1) {
        Some(second) => [second.as_ref(), ANY].iter().filter_map(|second| below.get(second)).collect(),
        None => below.values().collect(),
    };
    let renamed = entries.into_iter().flatten().filter(|entry| entry.fate == Fate::Renamed);
    renamed.copied().filter(is_near).filter_map(|entry| entry.to.clone()).collect()
}

/// What stands for everything below.
const ALL_BELOW: &str = "*";

/// A line of the file.
struct Entry {
    /// The names of the path; where everything below it is meant, without what says so.
    path: Vec<String>,
    with_all_below: bool,
    to: Option<Vec<String>>,
    fate: Fate,
    since: u32,
    is_stated: bool,
}

impl Entry {
    fn read(line: &str) -> Option<Entry> {
        let columns: Vec<&str> = line.split('\t').collect();
        let [since, path, to, fate, stated] = columns.as_slice() else { return None };
        let since = match since.split_once('.') {
            Some((year, month)) => year.parse::<u32>().ok()? * 100 + month.parse::<u32>().ok()?,
            None => 0,
        };
        let fate = match *fate {
            "renamed" => Fate::Renamed,
            "deprecated" => Fate::Deprecated,
            "removed" => Fate::Removed,
            "dropped" => Fate::Dropped,
            // The same name with another meaning.
            _ => return None,
        };
        let (path, with_all_below) = pattern(path)?;
        let to = if *to == "-" { None } else { Some(pattern(to)?.0) };
        Some(Entry { path, with_all_below, to, fate, since, is_stated: *stated == "yes" })
    }

    /// Whether it is of one option.
    fn is_exact(&self) -> bool {
        !self.with_all_below && !self.path.iter().any(|name| is_placeholder(name))
    }

    fn matches<S: AsRef<str>>(&self, names: &[S]) -> bool {
        let fits = |(own, name): (&String, &S)| own == name.as_ref() || is_placeholder(own);
        let is_as_long = match self.with_all_below {
            true => names.len() > self.path.len(),
            false => names.len() == self.path.len(),
        };
        is_as_long && self.path.iter().zip(names).all(fits)
    }

    /// What took the place of the option of these names.
    fn to(&self, names: &[&str]) -> Option<Vec<String>> {
        let fill = |(at, name): (usize, &String)| match names.get(at) {
            Some(filled) if is_placeholder(name) => (*filled).to_owned(),
            _ => name.clone(),
        };
        let mut to: Vec<String> = self.to.as_ref()?.iter().enumerate().map(fill).collect();
        // What replaces something that was removed is built differently.
        if matches!(self.fate, Fate::Renamed | Fate::Deprecated) {
            to.extend(names.iter().skip(self.path.len()).map(|name| (*name).to_owned()));
        }
        Some(to)
    }
}

/// The names of a path, and whether everything below it is meant.
fn pattern(text: &str) -> Option<(Vec<String>, bool)> {
    let mut path = parse_option_path(text).ok()?;
    let with_all_below = path.last().is_some_and(|name| name == ALL_BELOW);
    path.truncate(path.len() - usize::from(with_all_below));
    Some((path, with_all_below))
}

/// Stands for a second name that is missing, or a placeholder.
const ANY: &str = "";

#[derive(Default)]
struct Table {
    /// By their first names, which are no placeholders, and by their second ones, or under [`ANY`].
    below: FxHashMap<&'static str, FxHashMap<&'static str, Vec<&'static Entry>>>,
    /// The exact ones by what they were renamed to.
    former: FxHashMap<Vec<&'static str>, Vec<&'static Entry>>,
    /// Those of everything below a path, by the first name of what has taken its place.
    moved: FxHashMap<&'static str, Vec<&'static Entry>>,
}

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table = Table::default();
        for entry in entries() {
            let names: Vec<&str> = entry.path.iter().map(String::as_str).collect();
            let Some(first) = names.first() else { continue };
            let to = entry.to.iter().map(|to| to.iter().map(String::as_str).collect::<Vec<_>>());
            let second = names.get(1).copied().filter(|name| !is_placeholder(name));
            table.below.entry(first).or_default().entry(second.unwrap_or(ANY)).or_default().push(entry);
            if !entry.is_exact() {
                for first in to.filter(|_| entry.with_all_below).filter_map(|to| to.first().copied()) {
                    table.moved.entry(first).or_default().push(entry);
                }
            } else {
                for to in to.filter(|_| entry.fate == Fate::Renamed) {
                    table.former.entry(to).or_default().push(entry);
                }
            }
        }
        table
    })
}

fn entries() -> &'static [Entry] {
    static ENTRIES: OnceLock<Vec<Entry>> = OnceLock::new();
    ENTRIES.get_or_init(|| lines().filter_map(Entry::read).collect())
}

fn lines() -> impl Iterator<Item = &'static str> {
    let lines = include_str!("../../../data/renamed-options.tsv").lines();
    lines.filter(|line| !line.starts_with('#'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nixos::table::{Acceptance, EMBEDDED_RELEASE, Location, OptionTable};

    fn found(path: &str) -> Option<(Fate, Option<String>, u32)> {
        let Renaming { fate, to, since, .. } = renaming(&parse_option_path(path).expect("a path"))?;
        Some((fate, to.map(|to| to.join(".")), since))
    }

    #[test]
    fn paths_and_patterns() {
        let to = |path: &str| Some(path.to_owned());
        for (path, expected) in [
            ("services.xserver.layout", Some((Fate::Renamed, to("services.xserver.xkb.layout"), 2311))),
            (
                "hardware.pulseaudio.daemon.config",
                Some((Fate::Renamed, to("services.pulseaudio.daemon.config"), 2505)),
            ),
            ("hardware.pulseaudio", None),
            (
                "users.users.paul.passwordFile",
                Some((Fate::Renamed, to("users.users.paul.hashedPasswordFile"), 2311)),
            ),
            ("users.users.paul.password", None),
            // The longest pattern counts, and a path more than any.
            (
                "services.xserver.libinput.touchpad.tapping",
                Some((Fate::Renamed, to("services.libinput.touchpad.tapping"), 2405)),
            ),
            ("services.xserver.displayManager.sddm.themes", Some((Fate::Removed, None, 2311))),
            (
                "services.pipewire.config.pipewire.x",
                Some((Fate::Removed, to("services.pipewire.extraConfig"), 2405)),
            ),
            (
                "services.xserver.videoDriver",
                Some((Fate::Deprecated, to("services.xserver.videoDrivers"), 0)),
            ),
            // The same name, of another type.
            ("hardware.nvidia.open", None),
        ] {
            assert_eq!(found(path), expected, "{path}");
        }
    }

    #[test]
    fn former_names_of_an_option() {
        let former = |path: &str, release| {
            let names: Vec<&str> = path.split('.').collect();
            former_names(&names, release).iter().map(|old| old.join(".")).collect::<Vec<_>>()
        };
        assert_eq!(former("services.xserver.xkb.layout", 2411), ["services.xserver.layout"]);
        assert_eq!(former("services.xserver.xkb.layout", 2305), [""; 0]);
        assert_eq!(
            former("services.displayManager.sddm.enable", 2411),
            ["services.xserver.displayManager.sddm.enable"]
        );
        assert_eq!(former("services.pulseaudio.daemon.config", 2411), [""; 0]);
        // What was removed, or means something else, is not made of it.
        assert_eq!(former("services.displayManager.sddm.themes", 2411), [""; 0]);
        assert_eq!(former("services.xserver.videoDrivers", 2411), [""; 0]);
    }

    #[test]
    fn all_lines_are_read() {
        let changed = lines().filter(|line| line.split('\t').nth(3) == Some("changed")).count();
        assert_eq!(entries().len() + changed, lines().count());
        assert!(entries().iter().all(|entry| entry.path.first().is_some_and(|name| !is_placeholder(name))));
    }

    /// The embedded table is that of one release.
    #[test]
    fn it_agrees_with_the_embedded_table() {
        // The manual does not show them.
        const INTERNAL: [&str; 2] = ["hardware.graphics.package", "hardware.graphics.package32"];
        let table = OptionTable::nixos();
        let is_there = |path: &[String]| match table.locate(path) {
            Location::Option(_) => true,
            Location::Below { accepts, .. } => accepts == Acceptance::Accepted,
            Location::Namespace(_) | Location::Unknown { .. } => INTERNAL.contains(&&*path.join(".")),
        };
        let mut wrong = Vec::new();
        for entry in entries().iter().filter(|entry| !entry.with_all_below) {
            let is_since = entry.since <= EMBEDDED_RELEASE;
            let path = entry.path.join(".");
            if entry.fate != Fate::Deprecated && is_since && is_there(&entry.path) {
                wrong.push(format!("{path} is there"));
            }
            // A new name may have got another one since.
            let is_last = |to: &Vec<String>| renaming(to).is_none();
            if entry.fate == Fate::Renamed
                && is_since
                && let Some(to) = entry.to.as_ref().filter(|to| is_last(to))
                && !is_there(to)
            {
                wrong.push(format!("{path}: there is no {}", to.join(".")));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
