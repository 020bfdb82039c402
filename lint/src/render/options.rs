//! Options: what `speclint options` prints.

use super::nix;
use super::show::{Locate, definitions_json, prediction_json, summary};
use crate::nixos::model::{
    DefinitionModel, DefinitionState, Existence, OptionModel, Prediction, Scope, System,
};
use crate::nixos::show_loc;
use crate::nixos::table::path::show_option_path;
use crate::nixos::table::{Facts, Node};
use crate::syntax::hir::Name;
use serde_json::{Map, Value as Json, json};
use std::fmt::Write;

/// A path as one writes it in Nix.
pub fn option_path<S: AsRef<str>>(path: &[S]) -> String {
    show_option_path(path)
}

/// An option in one line: its path and its type.
pub fn option_line(option: Node<'_>) -> String {
    format!("{}: {}\n", show_option_path(&option.path()), type_of(option))
}

/// The type in words.
fn type_of(option: Node<'_>) -> String {
    let Facts { removed, renamed_to, .. } = option.facts();
    match (removed, renamed_to.as_slice()) {
        (Some(_), _) => "removed".to_owned(),
        (None, []) => option.type_description().map_or(String::new(), ToString::to_string),
        (None, to) => {
            let to: Vec<String> = to.iter().map(|path| show_option_path(path)).collect();
            format!("another name of {}", to.join(", "))
        }
    }
}

/// Whether it is neither removed nor another option under another name.
fn is_itself(facts: &Facts) -> bool {
    facts.removed.is_none() && facts.renamed_to.is_empty()
}

/// What a table knows of an option, as JSON.
pub fn option_json(option: Node<'_>) -> Json {
    Json::Object(facts_json(&show_option_path(&option.path()), option))
}

fn facts_json(path: &str, option: Node<'_>) -> Map<String, Json> {
    let facts = option.facts();
    let is_itself = is_itself(&facts);
    let mut object = Map::new();
    object.insert("option".into(), path.into());
    let ty = option.type_description();
    object.insert("type".into(), ty.map_or(Json::Null, |ty| ty.to_string().into()));
    object.insert("merging".into(), ty.map_or(Json::Null, |ty| ty.merging().into()));
    let is_exact = option.table().is_exact() && ty.is_some_and(|ty| !ty.has_unknown());
    object.insert("exact".into(), is_exact.into());
    object.insert("declared".into(), facts.declared.into());
    if let Some(default) = facts.default {
        object.insert("default".into(), default);
    }
    if !facts.renamed_to.is_empty() {
        let to: Vec<String> = facts.renamed_to.iter().map(|path| show_option_path(path)).collect();
        object.insert("renamedTo".into(), to.into());
    }
    if let Some(advice) = facts.removed {
        object.insert("removed".into(), advice.into());
    }
    for (name, is) in [
        ("readOnly", option.is_read_only()),
        ("hidden", facts.hidden),
        ("byImport", option.is_by_import()),
        ("changed", option.applied().is_some() && is_itself),
    ] {
        if is {
            object.insert(name.into(), true.into());
        }
    }
    object
}

/// Whether an option, or a part of it, is defined or declared in a system.
pub fn has_option(system: &System, path: &[String]) -> bool {
    system.scopes().any(|(_, scope)| models(scope, path).next().is_some())
}

/// What a scope knows of an option and of its parts.
fn models<'s>(scope: &'s Scope, path: &[String]) -> impl Iterator<Item = (&'s str, &'s OptionModel)> {
    let names: Vec<Name> = path.iter().map(Name::new).collect();
    let whole = show_loc(&names);
    let options = scope.options.iter();
    options
        .filter(move |(path, _)| {
            path.strip_prefix(&whole).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
        .filter(|(_, option)| !option.has_parts)
        .map(|(path, option)| (path.as_str(), option.as_ref()))
}

/// An option, and what becomes of it in systems, as JSON.
pub fn option_in_systems(
    path: &[String],
    option: Option<Node<'_>>,
    systems: &[&System],
    locate: &Locate<'_>,
) -> Json {
    let shown = show_option_path(path);
    let mut object = match option {
        Some(option) => facts_json(&shown, option),
        None => Map::from_iter([("option".to_owned(), shown.clone().into())]),
    };
    if let Some(inside) = option.map(|option| show_option_path(&option.path()))
        && option.is_some_and(|option| option.path().len() < path.len())
    {
        object.insert("inside".into(), inside.into());
    }
    let scope_json = |system: &System, scope: &Scope| -> Json {
        let of = |(path, option): (&str, &OptionModel)| {
            let mut prediction = prediction_json(system, option, locate);
            if let Json::Object(prediction) = &mut prediction
                && !prediction.contains_key("definitions")
            {
                prediction.insert("definitions".into(), definitions_json(system, option, locate).into());
            }
            (path.to_owned(), prediction)
        };
        let options: Map<String, Json> = models(scope, path).map(of).collect();
        json!({ "complete": scope.complete, "options": options })
    };
    let of_systems: Vec<Json> = systems
        .iter()
        .map(|system| {
            let specialisations = system.specialisations.iter();
            let specialisations: Map<String, Json> =
                specialisations.map(|s| (s.name.to_string(), scope_json(system, &s.scope))).collect();
            json!({
                "name": system.name,
                "entry": system.entry,
                "parent": scope_json(system, &system.parent),
                "specialisations": specialisations,
            })
        })
        .collect();
    object.insert("systems".into(), of_systems.into());
    Json::Object(object)
}

/// An option, and what becomes of it in systems, as text.
pub fn option_text(
    path: &[String],
    option: Option<Node<'_>>,
    systems: &[&System],
    locate: &Locate<'_>,
) -> String {
    let mut out = format!("{}\n", show_option_path(path));
    match option {
        Some(option) => facts_text(&mut out, path, option),
        None => {
            let known = systems.iter().flat_map(|s| s.scopes()).flat_map(|(_, scope)| models(scope, path));
            if let Some((_, option)) =
                known.into_iter().find(|(_, option)| option.existence == Existence::Declared)
            {
                let _ = writeln!(out, "  type: {}", option.type_name);
            }
        }
    }
    for system in systems {
        let _ = writeln!(out, "\n{}", system.name);
        for (specialisation, scope) in system.scopes() {
            let name = specialisation.map_or("the base", |s| s.name.as_str());
            scope_text(&mut out, name, system, scope, path, locate);
        }
    }
    out
}

fn facts_text(out: &mut String, path: &[String], option: Node<'_>) {
    let facts = option.facts();
    let mut line = |name: &str, what: &str| out.extend(["  ", name, ": ", what, "\n"]);
    if option.path().len() < path.len() {
        line("inside", &show_option_path(&option.path()));
    }
    line("type", &type_of(option));
    if let Some(advice) = &facts.removed {
        line("advice", advice);
    }
    if let (Some(ty), true) = (option.type_description(), is_itself(&facts)) {
        line("several definitions", &ty.merging());
    }
    if let Some(default) = &facts.default {
        line("default", &nix(default));
    }
    for place in &facts.declared {
        line("declared", place);
    }
    if option.is_by_import() {
        line("only", "where a configuration imports the module");
    }
    if option.is_read_only() {
        line("read only", "a definition fails");
    }
    if option.applied().is_some() && is_itself(&facts) {
        line("value", "what is defined is changed before anyone reads it");
    }
}

fn scope_text(
    out: &mut String,
    name: &str,
    system: &System,
    scope: &Scope,
    path: &[String],
    locate: &Locate<'_>,
) {
    let mut any = false;
    for (part, option) in models(scope, path) {
        any = true;
        let priority = match &option.prediction {
            Prediction::Ok { priority, .. } => format!(" (priority {priority})"),
            _ => String::new(),
        };
        let part = part.strip_prefix(&show_option_path(path)).unwrap_or_default();
        let _ = writeln!(
            out,
            "  {name}{}{part}: {}{priority}",
            if part.is_empty() { "" } else { ", " },
            summary(option)
        );
        for definition in &option.definitions {
            definition_text(out, system, definition, locate);
        }
    }
    if !any {
        let _ = writeln!(out, "  {name}: not defined");
    }
}

fn definition_text(out: &mut String, system: &System, definition: &DefinitionModel, locate: &Locate<'_>) {
    let place = definition.place.and_then(|place| {
        let (file, range) = locate(system.files.get(place.file as usize)?, place.range);
        Some(format!("{file}:{}", range["start"]["line"]))
    });
    let place = place.unwrap_or_else(|| "by default".to_owned());
    let value = definition.value.as_ref().map_or(String::new(), |value| format!(" {}", nix(value)));
    let state = match definition.state {
        DefinitionState::Wins => "",
        DefinitionState::Loses => ", loses",
        DefinitionState::Off => ", its condition does not hold",
        DefinitionState::Maybe => ", it is not known whether its condition holds",
    };
    let _ = writeln!(out, "    {place}:{value} (priority {}{state})", definition.priority);
}
