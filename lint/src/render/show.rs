//! The model of systems: what `speclint show` prints.

use super::nix;
use crate::nixos::model::{
    DefinitionState, OptionModel, Origin, Prediction, Scope, Specialisation, System, World,
};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeSet;
use std::fmt::Write;

/// Turns a place in a file into what is printed of it: the file's name, and its range as JSON.
pub(crate) type Locate<'l> = dyn Fn(&str, rowan::TextRange) -> (String, Json) + 'l;

/// The model as JSON.
pub fn show_json(systems: &[&System], unreached: &[String], locate: &Locate<'_>) -> Json {
    // Homes are told apart: they are no systems.
    let of = |homes: bool| -> Vec<Json> {
        let wanted = systems.iter().filter(|s| (s.world == World::HomeManager) == homes);
        wanted.map(|s| system_json(s, locate)).collect()
    };
    json!({ "systems": of(false), "homes": of(true), "unreached": unreached })
}

fn system_json(system: &System, locate: &Locate<'_>) -> Json {
    let all = all_paths(system);
    let mut specialisations = Map::new();
    for s in &system.specialisations {
        let mut scope = scope_json(system, &s.scope, &all, locate);
        scope.insert("inheritParentConfig".into(), s.inherits.map_or(Json::Null, Json::Bool));
        specialisations.insert(s.name.to_string(), Json::Object(scope));
    }
    json!({
        "name": system.name,
        "entry": locate(&system.entry, rowan::TextRange::default()).0,
        "parent": scope_json(system, &system.parent, &all, locate),
        "specialisations": specialisations,
    })
}

/// Every option that some scope of a system defines.
fn all_paths(system: &System) -> BTreeSet<&str> {
    system.scopes().flat_map(|(_, scope)| shown(scope)).map(|(path, _)| path).collect()
}

fn shown(scope: &Scope) -> impl Iterator<Item = (&str, &OptionModel)> {
    scope
        .options
        .iter()
        .filter(|(path, o)| {
            let is_known = matches!(o.prediction, Prediction::Ok { .. } | Prediction::Undefined);
            // They stand in a place of their own; and Home Manager has an alias for them.
            let is_theirs = match path.as_str() {
                "specialisation" => is_known,
                "specialization" => o.definitions.is_empty(),
                _ => false,
            };
            !o.has_parts && !is_theirs
        })
        .map(|(path, o)| (path.as_str(), o.as_ref()))
}

/// Whether nothing but NixOS' own modules defines an option, in any scope.
fn is_only_own(system: &System, path: &str) -> bool {
    let mut options = system.scopes().filter_map(|(_, scope)| scope.options.get(path)).peekable();
    options.peek().is_some()
        && options.all(|o| !o.definitions.is_empty() && o.definitions.iter().all(|d| d.of_nixos.is_some()))
}

fn scope_json(
    system: &System,
    scope: &Scope,
    all: &BTreeSet<&str>,
    locate: &Locate<'_>,
) -> Map<String, Json> {
    let mut options = Map::new();
    // One module that NixOS refuses, and no option of the whole can be evaluated.
    let refused = scope.refusal();
    for path in all {
        let shown = scope.options.get(*path);
        let fails = shown.is_some_and(|o| {
            !matches!(o.prediction, Prediction::Ok { .. } | Prediction::Undefined | Prediction::Unknown(_))
        });
        if let Some(trouble) = refused
            && !fails
        {
            options.insert((*path).to_owned(), refused_json(&trouble.message));
            continue;
        }
        // Below an option that failed as a whole, every part of it did.
        // What only NixOS' own modules define is told where they contradict each other.
        if shown.is_none() && is_only_own(system, path) {
            continue;
        }
        let prediction = match shown {
            Some(option) if !option.has_parts => prediction_json(system, option, locate),
            _ => match scope.failed_above(path) {
                Some(option) => prediction_json(system, option, locate),
                None => match scope.unevaluated() {
                    Some(trouble) => json!({ "status": "unknown", "reason": trouble.message }),
                    None => json!({ "status": "undefined" }),
                },
            },
        };
        options.insert((*path).to_owned(), prediction);
    }
    let mut result = Map::new();
    result.insert("complete".into(), Json::Bool(scope.complete && refused.is_none()));
    result.insert("options".into(), Json::Object(options));
    result
}

pub(super) fn prediction_json(system: &System, option: &OptionModel, locate: &Locate<'_>) -> Json {
    match &option.prediction {
        Prediction::Ok { value, priority } => json!({
            "status": "ok",
            "value": value,
            "priority": priority,
            "definitions": definitions_json(system, option, locate),
        }),
        Prediction::Conflict { option: culprit, .. } => json!({
            "status": "conflict",
            "option": culprit,
            "definitions": definitions_json(system, option, locate),
        }),
        Prediction::Recursion(chain) => {
            let chain: Vec<Json> = chain
                .iter()
                .filter_map(|s| {
                    let path = system.files.get(s.file as usize)?;
                    let (file, range) = locate(path, s.range);
                    Some(json!({ "file": file, "range": range }))
                })
                .collect();
            json!({ "status": "recursion", "chain": chain })
        }
        Prediction::Undefined => json!({ "status": "undefined" }),
        Prediction::Unknown(reason) => json!({ "status": "unknown", "reason": reason }),
        Prediction::Refused(message) => refused_json(message),
    }
}

fn refused_json(message: &str) -> Json {
    json!({ "status": "unknown", "reason": format!("NixOS refuses it: {message}") })
}

pub(super) fn definitions_json(system: &System, option: &OptionModel, locate: &Locate<'_>) -> Vec<Json> {
    option
        .definitions
        .iter()
        .map(|d| {
            let mut object = Map::new();
            if let Some(place) = d.place
                && let Some(path) = system.files.get(place.file as usize)
            {
                let (file, range) = locate(path, place.range);
                object.insert("file".into(), Json::String(file));
                object.insert("range".into(), range);
            } else {
                object.insert("file".into(), Json::Null);
                object.insert("range".into(), Json::Null);
            }
            if let Some(own) = &d.of_nixos {
                object.insert("module".into(), own.file.as_str().into());
            }
            object.insert("priority".into(), d.priority.into());
            object.insert("wins".into(), (d.state == DefinitionState::Wins).into());
            Json::Object(object)
        })
        .collect()
}

/// The model as text: for each specialisation, what it makes different. `name` is how a file is called.
pub fn show_text(systems: &[&System], name: &dyn Fn(&str) -> String) -> String {
    let mut out = String::new();
    for system in systems {
        let _ = writeln!(out, "{}", system.name);
        if system.specialisations.is_empty() {
            out.push_str("  no specialisations\n");
        }
        for trouble in &system.parent.troubles {
            let what = if trouble.refused { "refused" } else { "not known" };
            let file = trouble.span.and_then(|s| system.files.get(s.file as usize));
            let place = file.map(|path| format!(" (in {})", name(path))).unwrap_or_default();
            let _ = writeln!(out, "  {what}: {}{place}", trouble.message);
        }
        for specialisation in &system.specialisations {
            text_of(&mut out, system, specialisation);
        }
    }
    out
}

fn text_of(out: &mut String, system: &System, specialisation: &Specialisation) {
    let inherits = match specialisation.inherits {
        Some(true) => "",
        Some(false) => " (without its parent's configuration)",
        None => " (unknown whether it inherits)",
    };
    let _ = writeln!(out, "\n  {}{inherits}", specialisation.name);
    // One module that NixOS refuses, and no option of the whole can be evaluated.
    if let Some(trouble) = specialisation.scope.refusal() {
        let _ = writeln!(out, "    refused: {}", trouble.message);
        return;
    }
    let mut same = 0;
    for Difference { path, base, here, own } in differences(system, specialisation) {
        match (base == here, own) {
            (false, _) => drop(writeln!(out, "    {path}: {base} -> {here}")),
            (true, true) => drop(writeln!(out, "    {path}: {here} (as in the base)")),
            (true, false) => same += 1,
        }
    }
    if same > 0 {
        let _ = writeln!(out, "    {same} other options as in the base");
    }
}

/// An option as it is in the parent, and in a specialisation.
pub struct Difference<'s> {
    /// Its path, as NixOS prints it.
    pub path: &'s str,
    /// What it will be in the parent, in a few words. Nothing, where it is the same in both and only the parent defines it.
    pub base: String,
    /// What it will be in the specialisation.
    pub here: String,
    /// Whether the specialisation itself defines it.
    pub own: bool,
}

/// The options that a specialisation or its parent has, in the order of their paths, whether or not they differ.
pub fn differences<'s>(
    system: &'s System,
    specialisation: &'s Specialisation,
) -> impl Iterator<Item = Difference<'s>> {
    let mut paths: BTreeSet<&str> = shown(&specialisation.scope).map(|(path, _)| path).collect();
    if specialisation.inherits != Some(false) {
        // No specialisation has any of its own.
        let of_parent = shown(&system.parent).map(|(path, _)| path);
        paths.extend(of_parent.filter(|path| !path.starts_with("specialisation.")));
    }
    let scopes = [&system.parent, &specialisation.scope];
    let is_refused = scopes.iter().any(|scope| scope.is_refused());
    paths.into_iter().map(move |path| {
        let [theirs, ours] =
            scopes.map(|scope| scope.options.get(path).filter(|o| !o.has_parts && !is_refused));
        let own = scopes[1].options.get(path);
        let own = own.is_some_and(|o| o.definitions.iter().any(|d| d.origin == Origin::Own));
        let is_same = theirs.zip(ours).is_some_and(|(theirs, ours)| theirs.prediction == ours.prediction);
        let [base, here] = match is_same && !own {
            true => [String::new(), String::new()],
            false => scopes.map(|scope| summary_of(scope, path)),
        };
        Difference { path, base, here, own }
    })
}

/// What a scope's option at a path will be, in a few words.
pub fn summary_of(scope: &Scope, path: &str) -> String {
    match scope.options.get(path) {
        _ if scope.is_refused() => "refused".into(),
        Some(option) if !option.has_parts => summary(option),
        _ => match (scope.failed_above(path), scope.unevaluated()) {
            (Some(option), _) => summary(option),
            (None, Some(trouble)) => format!("unknown ({})", trouble.message),
            (None, None) => "undefined".into(),
        },
    }
}

/// What an option will be, in a few words.
pub(super) fn summary(option: &OptionModel) -> String {
    match &option.prediction {
        Prediction::Ok { value, .. } => nix(value),
        Prediction::Conflict { .. } => "conflict".into(),
        Prediction::Recursion(_) => "infinite recursion".into(),
        Prediction::Undefined => "undefined".into(),
        Prediction::Unknown(reason) => format!("unknown ({reason})"),
        Prediction::Refused(message) => format!("refused ({message})"),
    }
}
