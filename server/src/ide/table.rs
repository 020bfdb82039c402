//! What becomes of an option in the scopes of a system, as a table in Markdown.

use super::names::{cell, code, level, list, maker, scope as scope_name, value_of};
use super::view::options_below;
use speclint_lint::nixos::model::{
    DefinitionModel, DefinitionState, OptionModel, Origin, Prediction, Scope, System,
};
use speclint_lint::nixos::show_loc;
use speclint_lint::render;
use speclint_lint::rules::Texts;
use speclint_lint::syntax::hir::Name;
use std::fmt::Write;

/// How many definitions are told that do not count.
const MOST_DROPPED: usize = 6;
/// How many definitions of a value are named.
const MOST_MAKERS: usize = 3;

/// A line of the table without the names of the scopes that it is about.
#[derive(PartialEq)]
struct Row {
    value: String,
    priority: String,
    from: String,
}

/// The table of an option of a system.
pub(super) fn option_table(texts: &dyn Texts, system: &System, path: &[Name]) -> String {
    let shown = show_loc(path);
    let mut rows: Vec<(Vec<String>, Row)> = Vec::new();
    for (specialisation, scope) in system.scopes() {
        let row = row(texts, system, scope, &shown);
        let name = scope_name(specialisation);
        match rows.iter_mut().find(|(_, known)| *known == row) {
            Some((names, _)) => names.push(name),
            None => rows.push((vec![name], row)),
        }
    }
    let is_same = rows.len() == 1 && !system.specialisations.is_empty();
    let mut out = "| | value | priority | set at |\n|---|---|---|---|\n".to_owned();
    for (names, Row { value, priority, from }) in &rows {
        let names = if is_same { "base and every specialisation".to_owned() } else { list(names) };
        let _ = writeln!(out, "| {names} | {value} | {priority} | {from} |");
    }
    out.push_str(&dropped(texts, system, &shown));
    out
}

fn row(texts: &dyn Texts, system: &System, scope: &Scope, path: &str) -> Row {
    let told = |value: String| Row { value, priority: String::new(), from: String::new() };
    if let Some(trouble) = scope.refusal() {
        return told(format!("**refused**: {}", cell(&trouble.message)));
    }
    let option = scope.option(path).or_else(|| scope.failed_above(path));
    let Some(option) = option else {
        return match scope.unevaluated() {
            Some(trouble) => told(format!("unknown: {}", cell(&trouble.message))),
            None if scope.complete => told("not set".to_owned()),
            None => told("not set in what is known".to_owned()),
        };
    };
    let (value, priority) = match &option.prediction {
        Prediction::Ok { priority, .. } if option.has_parts => (parts(scope, path), level(*priority)),
        Prediction::Ok { value, priority } => (code(&render::nix(value)), level(*priority)),
        Prediction::Conflict { option: culprit, .. } if culprit == path => {
            ("**conflict**".to_owned(), String::new())
        }
        Prediction::Conflict { option: culprit, .. } => {
            (format!("**conflict** in `{culprit}`"), String::new())
        }
        Prediction::Recursion(_) => ("**infinite recursion**".to_owned(), String::new()),
        Prediction::Undefined => ("not set".to_owned(), String::new()),
        Prediction::Unknown(reason) => {
            let winner = option.definitions.iter().find(|d| d.state == DefinitionState::Wins);
            (format!("unknown: {}", cell(reason)), winner.map_or(String::new(), |d| level(d.priority)))
        }
        Prediction::Refused(message) => (format!("**refused**: {}", cell(message)), String::new()),
    };
    Row { value, priority, from: makers(texts, system, option) }
}

/// How many options a set has in a scope.
fn parts(scope: &Scope, path: &str) -> String {
    let count = options_below(scope, path).filter(|(_, part)| !part.has_parts).count();
    if count == 1 { "1 part".to_owned() } else { format!("{count} parts") }
}

/// Where the definitions stand that make a value, with what they say where they contradict each other.
fn makers(texts: &dyn Texts, system: &System, option: &OptionModel) -> String {
    let is_conflict = matches!(option.prediction, Prediction::Conflict { .. });
    let winners = option.definitions.iter().filter(|d| d.state == DefinitionState::Wins);
    let mut makers: Vec<String> = Vec::new();
    for definition in winners {
        let who = maker(texts, system, definition);
        let told =
            if is_conflict { format!("{} at {who}", value_of(texts, system, definition)) } else { who };
        if !makers.contains(&told) {
            makers.push(told);
        }
    }
    let more = makers.len().saturating_sub(MOST_MAKERS);
    makers.truncate(MOST_MAKERS);
    let mut shown = list(&makers);
    if more > 0 {
        let _ = write!(shown, " and {more} more");
    }
    shown
}

/// The definitions that do not count, in which scopes and why.
fn dropped(texts: &dyn Texts, system: &System, path: &str) -> String {
    let mut dropped: Vec<(String, &'static str, Vec<String>)> = Vec::new();
    for (specialisation, scope) in system.scopes() {
        let Some(option) = scope.option(path) else { continue };
        for definition in &option.definitions {
            let Some(why) = why_not(definition) else { continue };
            let shown =
                format!("{} at {}", value_of(texts, system, definition), maker(texts, system, definition));
            let name = scope_name(specialisation);
            match dropped.iter_mut().find(|(known, state, _)| *known == shown && *state == why) {
                Some((_, _, names)) => names.push(name),
                None => dropped.push((shown, why, vec![name])),
            }
        }
    }
    let mut out = String::new();
    let more = dropped.len().saturating_sub(MOST_DROPPED);
    for (shown, why, names) in dropped.iter().take(MOST_DROPPED) {
        let _ = writeln!(out, "{}- {shown} {why} in {}", if out.is_empty() { "\n" } else { "" }, list(names));
    }
    if more > 0 {
        let _ = writeln!(out, "- and {more} more that do not count");
    }
    out
}

/// Why a definition in the text does not count, if so.
fn why_not(definition: &DefinitionModel) -> Option<&'static str> {
    let is_written = definition.place.is_some() && definition.origin != Origin::Default;
    match definition.state {
        DefinitionState::Wins => None,
        DefinitionState::Loses => is_written.then_some("loses"),
        DefinitionState::Off => is_written.then_some("is off (its condition does not hold)"),
        DefinitionState::Maybe => is_written.then_some("may count (its condition is not known)"),
    }
}
