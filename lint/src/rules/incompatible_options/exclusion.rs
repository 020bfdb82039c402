//! What contradicts each other: sets of conditions about options.

use super::super::data;
use super::is_defined;
use crate::findings::Severity;
use crate::nixos::model::{DefinitionModel, DefinitionState, OptionModel, Prediction, Scope, System};
use crate::nixos::priority;
use crate::nixos::table::path::{parse_option_path, show_option_path};
use crate::nixos::table::{Fate, former_names, renaming};
use serde_json::Value as Json;
use std::sync::LazyLock;

/// What contradicts each other in NixOS: `lint/data/exclusive-options.tsv`.
pub(super) const OPTIONS: &str = include_str!("../../../data/exclusive-options.tsv");

/// Conditions that must not hold together.
pub(super) struct Exclusion {
    pub(super) severity: Severity,
    /// Whether NixOS perhaps refuses what is a warning, and does not certainly build it.
    pub(super) is_open: bool,
    since: Option<u32>,
    until: Option<u32>,
    pub(super) conditions: Vec<Condition>,
    pub(super) unless: Vec<Condition>,
    pub(super) message: String,
}

/// Something about an option.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Condition {
    pub(super) option: String,
    /// The names that the option had.
    former: Vec<String>,
    /// Whether it is about a definition of the plain priority.
    plainly: bool,
    asks: Asks,
    value: Json,
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum Asks {
    Is,
    IsNot,
    Has,
    Defined,
}

/// Those of NixOS.
pub(super) static EXCLUSIONS: LazyLock<Vec<Exclusion>> = LazyLock::new(|| {
    let lines = data::lines(OPTIONS).filter_map(|columns| {
        let [_name, severity, since, until, all, unless, message, _source] = columns.as_slice() else {
            return None;
        };
        let conditions = |text: &str, separator: &str| -> Option<Vec<Condition>> {
            text.split(separator).filter(|text| *text != "-").map(Condition::read).collect()
        };
        let is_open = *severity == "perhaps";
        Some(Exclusion {
            severity: if is_open { Severity::Warning } else { Severity::from_name(severity)? },
            is_open,
            since: data::release(since),
            until: data::release(until),
            conditions: conditions(all, " & ")?,
            unless: conditions(unless, " | ")?,
            message: (*message).to_owned(),
        })
    });
    lines.collect()
});

impl Condition {
    fn read(text: &str) -> Option<Condition> {
        let (option, rest) = text.split_once(' ')?;
        let plain = rest.trim_start().strip_prefix("plainly ");
        let rest = plain.unwrap_or(rest).trim_start();
        let (asks, value) = match rest.split_once(' ') {
            Some(("=", value)) => (Asks::Is, serde_json::from_str(value).ok()?),
            Some(("!=", value)) => (Asks::IsNot, serde_json::from_str(value).ok()?),
            Some(("has", value)) => (Asks::Has, serde_json::from_str(value).ok()?),
            None if rest == "defined" => (Asks::Defined, Json::Null),
            _ => return None,
        };
        let condition = Condition::new(&parse_option_path(option).ok()?, asks, value)?;
        Some(Condition { plainly: plain.is_some(), ..condition })
    }

    /// A condition about an option, which may be called by an old name.
    fn new(path: &[String], asks: Asks, value: Json) -> Option<Condition> {
        let path = newest(path).unwrap_or_else(|| path.to_vec());
        let names: Vec<&str> = path.iter().map(String::as_str).collect();
        let former = all_former(&names);
        let option = show_option_path(&path);
        (names.len() > 1).then_some(Condition { option, former, plainly: false, asks, value })
    }

    /// The option, where a configuration defines it, by whichever name.
    pub(super) fn option_of<'s>(&self, scope: &'s Scope) -> Option<&'s OptionModel> {
        let mut names = std::iter::once(self.option.as_str()).chain(self.former.iter().map(String::as_str));
        names.find_map(|name| scope.option(name).filter(|option| is_defined(option)))
    }

    /// Whether it holds; `None` if that is not known.
    fn holds(&self, scope: &Scope) -> Option<bool> {
        // What nobody defines fulfils no condition.
        let Some(option) = self.option_of(scope) else { return Some(false) };
        if self.plainly && !option.definitions.iter().any(|d| is_certain(d) && d.priority == priority::PLAIN)
        {
            return None;
        }
        match (&option.prediction, self.asks) {
            (_, Asks::Defined) => option.definitions.iter().any(is_certain).then_some(true),
            (Prediction::Ok { value, .. }, Asks::Is) => Some(*value == self.value),
            (Prediction::Ok { value, .. }, Asks::IsNot) => Some(*value != self.value),
            (Prediction::Ok { value: Json::Array(list), .. }, Asks::Has) => Some(list.contains(&self.value)),
            (Prediction::Undefined, _) => Some(false),
            _ => None,
        }
    }
}

/// Whether a definition certainly is one that decides.
fn is_certain(definition: &DefinitionModel) -> bool {
    definition.state == DefinitionState::Wins && definition.place.is_some()
}

/// The name that an option of an old name has now.
fn newest(path: &[String]) -> Option<Vec<String>> {
    let renamed = renaming(path).filter(|renaming| renaming.fate == Fate::Renamed)?.to?;
    Some(newest(&renamed).unwrap_or(renamed))
}

/// The names that an option had in any release, and those that these had.
fn all_former(path: &[&str]) -> Vec<String> {
    let mut all = Vec::new();
    for former in former_names(path, u32::MAX) {
        let path: Vec<&str> = former.iter().map(String::as_str).collect();
        all.push(show_option_path(&former));
        all.extend(all_former(&path));
    }
    all
}

impl Exclusion {
    /// Whether it is one in the release of a system.
    pub(super) fn is_one(&self, system: &System) -> bool {
        let has = |release: u32| system.release.and_then(|r| r.has(release));
        // Releases come in May and November.
        let next = |release: u32| if release % 100 == 5 { release + 6 } else { release + 94 };
        self.since.is_none_or(|since| has(since) == Some(true))
            && self.until.is_none_or(|until| has(next(until)) == Some(false))
    }

    /// Whether it is certain that all conditions hold.
    pub(super) fn is_met(&self, scope: &Scope) -> bool {
        self.conditions.iter().all(|condition| condition.holds(scope) == Some(true))
            && self.unless.iter().all(|condition| condition.holds(scope) == Some(false))
    }
}

/// Options of which, by what a user has set, at most one may be on.
#[derive(Clone, PartialEq, Debug)]
pub struct Alternative {
    /// Why, in a few words.
    pub reason: Option<String>,
    /// How bad it is when two of them are.
    pub severity: Severity,
    conditions: Vec<(String, Condition)>,
}

impl Default for Alternative {
    fn default() -> Self {
        Alternative { reason: None, severity: Severity::Warning, conditions: Vec::new() }
    }
}

impl Alternative {
    /// Adds an option that is `true`, or a condition such as `services.x.kind = "a"`.
    ///
    /// # Errors
    ///
    /// Says what is wrong with it.
    pub fn add(&mut self, text: &str) -> Result<(), String> {
        let text = text.trim();
        let condition = match parse_option_path(text) {
            Ok(path) => Condition::new(&path, Asks::Is, Json::Bool(true))
                .ok_or_else(|| format!("`{text}` is no option"))?,
            Err(_) => Condition::read(text).ok_or("this is no condition")?,
        };
        self.conditions.push((text.to_owned(), condition));
        Ok(())
    }

    /// The options and conditions, as they are written.
    pub fn options(&self) -> Vec<&str> {
        self.conditions.iter().map(|(text, _)| text.as_str()).collect()
    }

    /// What contradicts each other: every two of them.
    pub(super) fn exclusions(&self) -> impl Iterator<Item = Exclusion> {
        let message = self.reason.as_deref().unwrap_or("only one of them may be on");
        let pairs = self.conditions.iter().enumerate();
        let pairs =
            pairs.flat_map(|(at, first)| self.conditions[at + 1..].iter().map(move |other| (first, other)));
        pairs.map(move |((_, first), (_, other))| Exclusion {
            severity: self.severity,
            is_open: false,
            since: None,
            until: None,
            conditions: vec![first.clone(), other.clone()],
            unless: Vec::new(),
            message: message.to_owned(),
        })
    }
}
