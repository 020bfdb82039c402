//! Settings: `speclint.toml`, the nearest one above a file, and what a command line chooses instead.
//!
//! A file of settings is read as far as it can be understood: what is wrong in it is noted, and the rest of it counts. Settings of
//! several files are not put together.

mod keys;
mod patterns;
mod read;
mod schema;
mod template;

pub use keys::{ALL_RULES, Key, TOP};
pub use patterns::{FilePattern, SystemPattern};
pub use read::NAME;
pub use schema::schema;
pub use template::{HOOK, pre_commit, template};

use crate::eval::host::{FileKind, ReadError};
use crate::eval::paths;
use crate::findings::Severity;
use crate::rules::{Alternative, Rule};
use crate::source::files::FileSystem;
use rowan::TextRange;
use std::collections::BTreeMap;

/// From which severity on `check` fails, unless it is set.
pub const FAILS_FROM: Severity = Severity::Warning;

/// The settings that a file has.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct Settings {
    /// The file.
    pub path: String,
    /// These rules only.
    pub select: Option<Given<Vec<&'static str>>>,
    /// Not these.
    pub ignore: Option<Given<Vec<&'static str>>>,
    /// How bad what rules find is; `None` for a rule that is off.
    pub severity: BTreeMap<&'static str, Given<Option<Severity>>>,
    /// From which severity on `check` fails.
    pub fail_on: Option<Given<Severity>>,
    /// Files from which systems start.
    pub entries: Vec<Given<String>>,
    /// Rules that are not reported of some files.
    pub per_file: Vec<Given<(FilePattern, Vec<&'static str>)>>,
    /// Rules that are not reported of some systems.
    pub per_system: Vec<Given<(SystemPattern, Vec<&'static str>)>>,
    /// Options that exclude each other.
    pub alternatives: Vec<Given<Alternative>>,
    /// The source of nixpkgs.
    pub nixpkgs: Option<Given<String>>,
    /// The source of Home Manager.
    pub home_manager: Option<Given<String>>,
    /// Files with options.
    pub options: Vec<Given<String>>,
    /// What is wrong with the file.
    pub problems: Vec<Problem>,
}

/// A setting, with the place where it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Given<T> {
    /// What it is.
    pub value: T,
    /// Where it stands.
    pub range: TextRange,
}

/// Something that is wrong with a file of settings.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Problem {
    /// Where it starts, in bytes.
    pub start: u32,
    /// Where it ends.
    pub end: u32,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// What may be meant.
    pub help: Option<String>,
}

/// What a command line chooses, whatever is set.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Choice {
    /// These rules only; those that are set, or on by default, if there are none.
    pub select: Vec<String>,
    /// Not these.
    pub ignore: Vec<String>,
}

/// Whether findings of a rule are reported, and why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decision {
    /// How bad they are, where they are reported; `Some(None)` is as bad as the rule says.
    pub severity: Option<Option<Severity>>,
    /// Who says so.
    pub by: By,
}

/// Who decides something.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum By {
    /// Nobody: it is so by default.
    Default,
    /// The file of settings, there.
    Setting(TextRange),
    /// The command line.
    CommandLine,
}

impl Settings {
    /// The file of settings for a file or folder: the nearest above it.
    pub fn nearest(files: &dyn FileSystem, path: &str) -> Option<String> {
        let is_there = |path: &str| files.kind(path).is_some_and(is_file);
        let here = paths::normalise(&format!("{path}/{NAME}"));
        std::iter::once(here).chain(above(path)).find(|candidate| is_there(candidate))
    }

    /// What is wrong with entries that are not there.
    pub fn missing_entries(&self, is_there: impl Fn(&str) -> bool) -> Vec<Problem> {
        let missing = self.entries.iter().filter(|entry| !is_there(&entry.value));
        let problem = |entry: &Given<String>| Problem {
            start: entry.range.start().into(),
            end: entry.range.end().into(),
            message: format!("`{}` does not exist", below(&self.path, &entry.value)),
            help: Some("an entry is a file, seen from the folder of this one".to_owned()),
        };
        missing.map(problem).collect()
    }

    /// Those of a file that cannot be read.
    pub fn unreadable(path: &str, error: &ReadError) -> Self {
        let problem = Problem { start: 0, end: 0, message: error.to_string(), help: None };
        Settings { path: path.to_owned(), problems: vec![problem], ..Settings::default() }
    }

    /// The options that exclude each other.
    pub fn alternatives(&self) -> Vec<&Alternative> {
        self.alternatives.iter().map(|given| &given.value).collect()
    }

    /// What says that a rule is not reported of a file.
    pub fn ignored_in(&self, file: &str, rule: &str) -> Option<TextRange> {
        let says = |given: &&Given<(FilePattern, Vec<&str>)>| {
            let (pattern, rules) = &given.value;
            rules.contains(&rule) && pattern.has(file)
        };
        self.per_file.iter().find(says).map(|given| given.range)
    }

    /// Whether a rule is not reported of a system.
    pub fn is_ignored_of(&self, system: &str, rule: &str) -> bool {
        self.per_system.iter().any(|given| {
            let (pattern, rules) = &given.value;
            rules.contains(&rule) && pattern.has(system)
        })
    }

    fn severity_of(&self, rule: &str) -> Option<&Given<Option<Severity>>> {
        self.severity.get(rule)
    }
}

/// The files that may have the settings of a file or folder, the nearest first.
pub fn above(path: &str) -> impl Iterator<Item = String> {
    let mut folder = Some(paths::parent(path).to_owned());
    std::iter::from_fn(move || {
        let here = folder.take()?;
        let up = paths::parent(&here);
        folder = (up != here && !here.is_empty()).then(|| up.to_owned());
        Some(paths::normalise(&format!("{here}/{NAME}")))
    })
}

/// Whether that can be a file of settings.
pub fn is_file(kind: FileKind) -> bool {
    matches!(kind, FileKind::Regular | FileKind::Symlink)
}

/// A path as it is written in a file of settings.
fn below<'p>(settings: &str, path: &'p str) -> &'p str {
    let rest = path.strip_prefix(paths::parent(settings));
    rest.map_or(path, |rest| rest.trim_start_matches('/'))
}

impl Choice {
    /// Whether findings of a rule are reported, under these settings.
    pub fn decide(&self, settings: Option<&Settings>, rule: &Rule) -> Decision {
        let is = |name: &String| name == rule.name;
        let given = settings.and_then(|settings| settings.severity_of(rule.name));
        let severity = given.and_then(|given| given.value);
        let reported = |by| Decision { severity: Some(severity), by };
        let left_out = |by| Decision { severity: None, by };
        if self.ignore.iter().any(is) {
            return left_out(By::CommandLine);
        }
        if !self.select.is_empty() {
            return if self.select.iter().any(is) {
                reported(By::CommandLine)
            } else {
                left_out(By::CommandLine)
            };
        }
        let has = |list: &&Given<Vec<&str>>| list.value.contains(&rule.name);
        if let Some(ignore) = settings.and_then(|settings| settings.ignore.as_ref()).filter(has) {
            return left_out(By::Setting(ignore.range));
        }
        if let Some(select) = settings.and_then(|settings| settings.select.as_ref()) {
            let by = By::Setting(select.range);
            return if has(&select) { reported(by) } else { left_out(by) };
        }
        match given {
            Some(Given { value: Some(_), range }) => reported(By::Setting(*range)),
            Some(Given { value: None, range }) => left_out(By::Setting(*range)),
            None if rule.default => reported(By::Default),
            None => left_out(By::Default),
        }
    }
}
