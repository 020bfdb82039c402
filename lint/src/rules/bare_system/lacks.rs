//! What a system needs, and what of that a specialisation which does not inherit lacks.

use crate::findings::Severity;
use crate::nixos::model::{DefinitionModel, DefinitionState, OptionModel, Place, Prediction, Scope};
use crate::nixos::model::{Specialisation, System};
use crate::nixos::show_loc;
use crate::rules::context::is_part_of;
use crate::rules::data;
use crate::syntax::hir::Name;
use serde_json::Value as Json;
use std::sync::LazyLock;

/// What a system needs.
const NEEDS: &str = include_str!("../../../data/bootable-system.tsv");

/// Where the parent has none either, it is a part of something, and no system.
const ROOT: &str = "fileSystems.\"/\"";

/// What lets an account be logged into.
const LOGINS: [&[&str]; 8] = [
    &["password"],
    &["hashedPassword"],
    &["hashedPasswordFile"],
    &["passwordFile"],
    &["initialPassword"],
    &["initialHashedPassword"],
    &["openssh", "authorizedKeys", "keys"],
    &["openssh", "authorizedKeys", "keyFiles"],
];

/// A line of the data.
struct Need {
    option: &'static str,
    /// Elements of the list that the option is, one of which the parent has to have.
    elements: Vec<&'static str>,
    severity: Severity,
    /// What makes it unnecessary.
    unless: Vec<Unless>,
    message: &'static str,
}

/// Something that makes a need unnecessary: an option that has this value, or any.
struct Unless {
    option: &'static str,
    value: Option<bool>,
}

static NEEDED: LazyLock<Vec<Need>> = LazyLock::new(|| data::lines(NEEDS).filter_map(|c| need(&c)).collect());

fn need(columns: &[&'static str]) -> Option<Need> {
    let [option, level, unless, message, _source] = columns else { return None };
    let severity = match *level {
        "evaluates" => Severity::Error,
        "boots" | "warns" => Severity::Warning,
        _ => return None,
    };
    let (option, elements) = option.split_once('=').unwrap_or((option, ""));
    let unless = unless.split(',').filter(|text| *text != "-").map(|text| match text.split_once('=') {
        Some((option, value)) => Some(Unless { option, value: Some(value.parse().ok()?) }),
        None => Some(Unless { option: text, value: None }),
    });
    Some(Need {
        option,
        elements: elements.split('|').filter(|element| !element.is_empty()).collect(),
        severity,
        unless: unless.collect::<Option<_>>()?,
        message,
    })
}

/// Something that a specialisation lacks.
pub(super) struct Lack {
    pub(super) severity: Severity,
    pub(super) message: String,
    /// The option, and where the parent defines it.
    pub(super) option: String,
    pub(super) place: Place,
}

impl Need {
    fn lack(&self, option: impl Into<String>, place: Place) -> Lack {
        Lack { severity: self.severity, message: self.message.to_owned(), option: option.into(), place }
    }
}

/// What a specialisation lacks that its parent has.
pub(super) fn lacks(system: &System, specialisation: &Specialisation) -> Vec<Lack> {
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
        if need.unless.iter().any(|unless| may_be(scope, unless)) {
            continue;
        }
        match need.option {
            "users.users" => lacks.extend(nobody(system, scope, need)),
            "users.users.<name>.isNormalUser" => lacks.extend(kinds(system, scope, need)),
            "users.users.<name>.hashedPassword" => lacks.extend(locked_out(system, scope, need)),
            "networking.hostId" if !has_zfs(scope) => {}
            "nixpkgs.hostPlatform" if !system.lacks_platform => {}
            option if !need.elements.is_empty() => lacks.extend(elements(system, scope, option, need)),
            option => lacks.extend(plain(system, scope, option, need)),
        }
    }
    lacks
}

/// Whether something that makes a need unnecessary is so, or might be.
fn may_be(scope: &Scope, unless: &Unless) -> bool {
    match (scope.prediction(unless.option), unless.value) {
        (Prediction::Ok { value, .. }, Some(wanted)) => *value == Json::Bool(wanted),
        (Prediction::Undefined, _) => false,
        (Prediction::Ok { .. }, None) => defined(scope, unless.option).is_some(),
        _ => true,
    }
}

/// An option that nothing defines in the specialisation.
fn plain(system: &System, scope: &Scope, option: &str, need: &Need) -> Option<Lack> {
    let place = defined(&system.parent, option)?;
    let is_there = defined(scope, option).is_some() || is_open(scope, option);
    (!is_there).then(|| need.lack(option, place))
}

/// Where an option, or something in it, is defined.
fn defined(scope: &Scope, option: &str) -> Option<Place> {
    let parts = scope.options.iter().filter(|(name, _)| is_part_of(name, option));
    let mut definitions = parts.flat_map(|(_, option)| &option.definitions);
    let takes_part = |d: &&DefinitionModel| d.state != DefinitionState::Off && d.place.is_some();
    definitions.find(takes_part).and_then(|d| d.place)
}

/// Whether an option above may have it, as its attributes are not all known.
fn is_open(scope: &Scope, option: &str) -> bool {
    let mut above = option;
    while let Some((shorter, _)) = above.rsplit_once('.') {
        above = shorter;
        let is_unknown = |o: &OptionModel| !o.has_parts && matches!(o.prediction, Prediction::Unknown(_));
        if scope.option(above).is_some_and(is_unknown) {
            return true;
        }
    }
    false
}

/// Whether a file system is one of ZFS.
fn has_zfs(scope: &Scope) -> bool {
    let is = |option: &OptionModel, wanted: &str| option.prediction.value() == Some(&Json::from(wanted));
    let is_on = |mount: &[Name]| {
        let enable = [mount, &["enable".into()]].concat();
        let enable = scope.prediction(&show_loc(&enable));
        matches!(enable, Prediction::Undefined) || enable.value() == Some(&Json::Bool(true))
    };
    scope.options.values().any(|option| match option.path.as_slice() {
        [first, mount, kind] if first == "fileSystems" && kind == "fsType" => {
            is(option, "zfs") && is_on(&[first.clone(), mount.clone()])
        }
        [.., last] if last == "supportedFilesystems" && option.path[0] == "boot" => {
            let list = option.prediction.value().and_then(Json::as_array);
            list.is_some_and(|list| list.iter().any(|kind| kind == "zfs"))
        }
        [first, .., above, last] if first == "boot" && above == "supportedFilesystems" && last == "zfs" => {
            option.prediction.value() == Some(&Json::Bool(true))
        }
        _ => false,
    })
}

/// Drivers that the parent's initrd has, and none of these the specialisation's.
fn elements(system: &System, scope: &Scope, option: &str, need: &Need) -> Option<Lack> {
    let others = [option, "boot.initrd.kernelModules"];
    let has = |value: &Json| value.as_array().is_some_and(|list| list.iter().any(|e| is_one(need, e)));
    let definitions = others.iter().filter_map(|option| system.parent.option(option));
    let mut definitions = definitions.flat_map(|option| &option.definitions);
    let wins = |d: &&DefinitionModel| d.state == DefinitionState::Wins && d.value.as_ref().is_some_and(has);
    let place = definitions.find(wins)?.place?;
    // Without any of the parent's, or with what is not known.
    let lacks_it = others.iter().all(|option| match scope.prediction(option) {
        Prediction::Ok { value, .. } => !has(value),
        Prediction::Undefined => !is_open(scope, option),
        _ => false,
    });
    lacks_it.then(|| need.lack(option, place))
}

fn is_one(need: &Need, element: &Json) -> bool {
    element.as_str().is_some_and(|element| need.elements.contains(&element))
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
    let is_declared = |name: &Name| defined(scope, &user(name, &[])).is_some();
    let has_kind = |name: &Name| {
        ["isNormalUser", "isSystemUser"].iter().any(|kind| defined(scope, &user(name, &[kind])).is_some())
    };
    let lacking = normal_users(&system.parent).filter(|(name, _)| is_declared(name) && !has_kind(name));
    let lack = |(name, place): (&Name, Place)| Lack {
        message: need.message.replace("<name>", name),
        ..need.lack(user(name, &["isNormalUser"]), place)
    };
    lacking.map(lack).collect()
}

fn user(name: &Name, option: &[&str]) -> String {
    let mut path: Vec<Name> = vec!["users".into(), "users".into(), name.clone()];
    path.extend(option.iter().map(Name::new));
    show_loc(&path)
}

/// No user of the parent's at all.
fn nobody(system: &System, scope: &Scope, need: &Need) -> Option<Lack> {
    let (_, place) = normal_users(&system.parent).next()?;
    let has_any = defined(scope, need.option).is_some() || is_open(scope, need.option);
    (!has_any).then(|| need.lack(need.option, place))
}

/// Users cannot be changed at runtime, and nobody who may do everything can log in.
fn locked_out(system: &System, scope: &Scope, need: &Need) -> Option<Lack> {
    if scope.prediction("users.mutableUsers").value() != Some(&Json::Bool(false)) {
        return None;
    }
    let place = users(&system.parent).find_map(|name| login(&system.parent, name))?;
    let may_enter = |name: &Name| {
        let user = user(name, &[]);
        let is_known = !is_open(scope, &format!("{user}.password"));
        !is_known || login(scope, name).is_some() && is_privileged(scope, name) != Some(false)
    };
    let is_closed = !is_open(scope, "users.users.root") && !users(scope).any(may_enter);
    is_closed.then(|| need.lack("users.users.<name>.hashedPassword", place))
}

/// The users that a scope says something of.
fn users(scope: &Scope) -> impl Iterator<Item = &Name> {
    let mut last = None;
    scope.options.values().filter_map(move |option| match option.path.as_slice() {
        [users, again, name, ..] if users == "users" && again == "users" && last != Some(name) => {
            last = Some(name);
            last
        }
        _ => None,
    })
}

/// Where something is defined that lets a user log in.
fn login(scope: &Scope, name: &Name) -> Option<Place> {
    LOGINS.iter().find_map(|way| defined(scope, &user(name, way)))
}

/// Whether a user is root or of the group `wheel`; `None` if that is not known.
fn is_privileged(scope: &Scope, name: &Name) -> Option<bool> {
    if name == "root" {
        return Some(true);
    }
    if defined(scope, "users.groups.wheel").is_some() {
        return None;
    }
    let is = |option: &str, holds: &dyn Fn(&Json) -> bool| match scope.prediction(&user(name, &[option])) {
        Prediction::Ok { value, .. } => Some(holds(value)),
        Prediction::Undefined => Some(false),
        _ => None,
    };
    let has_wheel = |groups: &Json| groups.as_array().is_some_and(|g| g.iter().any(|g| g == "wheel"));
    Some(is("group", &|group| group == "wheel")? || is("extraGroups", &has_wheel)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn all_lines_are_read_and_all_options_exist() {
        assert_eq!(NEEDED.len(), data::lines(NEEDS).count());
        let options = NEEDED
            .iter()
            .flat_map(|need| std::iter::once(need.option).chain(need.unless.iter().map(|u| u.option)));
        let strangers: BTreeSet<&str> = data::strangers(options).into_iter().collect();
        // NixOS 25.05 has it.
        assert_eq!(strangers, BTreeSet::from(["hardware.enableAllHardware"]));
    }
}
