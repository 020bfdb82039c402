//! What stands behind definitions: what wins over them, and where else the option is defined.

use super::Ide;
use super::names::{list, spot};
use super::view::{Defined, View};
use rowan::{TextRange, TextSize};
use speclint_lint::nixos::model::{
    DefinitionModel, DefinitionState, OptionModel, Origin, Prediction, Scope, System,
};
use speclint_lint::nixos::show_loc;
use speclint_lint::render;
use std::collections::BTreeMap;

/// How many characters of a value are shown.
const MOST_OF_VALUE: usize = 30;
/// How many specialisations are named.
const MOST_NAMES: usize = 4;

/// A text that is shown behind a definition.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hint {
    /// Behind which place.
    pub at: TextSize,
    /// What it says.
    pub text: String,
    /// What kind it is.
    pub kind: HintKind,
}

/// A kind of hint, which can be turned off.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum HintKind {
    /// What wins where the definition loses, or contradicts it.
    Winner,
    /// Where else the option is defined.
    Also,
}

pub(super) fn hints(ide: &Ide<'_>, view: &View<'_>, range: TextRange) -> Vec<Hint> {
    // By the place and the text: what is so in all systems is told once.
    let mut found: BTreeMap<(TextSize, HintKind, String), Vec<usize>> = BTreeMap::new();
    let mut about: BTreeMap<TextSize, Vec<usize>> = BTreeMap::new();
    for defined in &view.definitions {
        let end = view.tree.file.entry(defined.entry).range.end();
        // That the default of an option is overridden is what it is for.
        let is_default = defined.definition.origin == Origin::Default;
        if defined.option.has_parts || is_default || !range.contains_inclusive(end) {
            continue;
        }
        let system = defined.scope.system;
        let known = about.entry(end).or_default();
        if known.last() != Some(&system) {
            known.push(system);
        }
        for (kind, text) in of_definition(ide, &view.systems[system], defined) {
            let systems = found.entry((end, kind, text)).or_default();
            if systems.last() != Some(&system) {
                systems.push(system);
            }
        }
    }
    let hint = |((at, kind, text), systems): ((TextSize, HintKind, String), Vec<usize>)| {
        let all = about.get(&at).map_or(0, Vec::len);
        let names: Vec<&str> = systems.iter().map(|system| view.systems[*system].name.as_str()).collect();
        let text = if names.len() < all { format!("{text} ({})", short(&names)) } else { text };
        Hint { at, text, kind }
    };
    found.into_iter().map(hint).collect()
}

fn of_definition(ide: &Ide<'_>, system: &System, defined: &Defined<'_>) -> Vec<(HintKind, String)> {
    match defined.scope.specialisation {
        Some(index) => {
            let scope = &system.specialisations[index].scope;
            of_child(ide, system, scope, defined).map(|text| (HintKind::Winner, text)).into_iter().collect()
        }
        None => of_parent(ide, system, defined),
    }
}

/// What is said of a definition of a specialisation.
fn of_child(ide: &Ide<'_>, system: &System, scope: &Scope, defined: &Defined<'_>) -> Option<String> {
    let path = show_loc(&defined.option.path);
    let option = scope.option(&path)?;
    match defined.definition.state {
        DefinitionState::Loses => Some(format!("{} wins", winner(ide, system, option, defined.definition)?)),
        DefinitionState::Wins if is_conflict(option, &path) => {
            let other = winners(option).find(|other| other.place != defined.definition.place)?;
            Some(format!("conflicts with {}", told(ide, system, other)))
        }
        _ => None,
    }
}

/// What is said of a definition of the parent.
fn of_parent(ide: &Ide<'_>, system: &System, defined: &Defined<'_>) -> Vec<(HintKind, String)> {
    let path = show_loc(&defined.option.path);
    let mut hints = Vec::new();
    if defined.definition.state == DefinitionState::Loses {
        hints.extend(
            winner(ide, system, defined.option, defined.definition)
                .map(|winner| (HintKind::Winner, format!("{winner} wins"))),
        );
        return hints;
    }
    let mut others: Vec<(String, Vec<&str>)> = Vec::new();
    let mut also: Vec<&str> = Vec::new();
    for specialisation in &system.specialisations {
        let Some(option) = specialisation.scope.option(&path) else { continue };
        let same = option.definitions.iter().find(|d| d.place == defined.definition.place);
        let is_own = |d: &&DefinitionModel| d.origin == Origin::Own && d.place.is_some();
        let own = option.definitions.iter().find(is_own);
        let name = specialisation.name.as_str();
        match same.map(|d| d.state) {
            // That it is the same is no news either, only that it is defined there.
            Some(DefinitionState::Loses)
                if defined.definition.value.is_some()
                    && option.prediction.value() == defined.definition.value.as_ref() =>
            {
                also.push(name);
            }
            // What NixOS itself sets in each specialisation is no surprise.
            Some(DefinitionState::Loses) if winners(option).any(|d| d.place.is_some()) => {
                let value = value(option);
                match others.iter_mut().find(|(known, _)| *known == value) {
                    Some((_, names)) => names.push(name),
                    None => others.push((value, vec![name])),
                }
            }
            Some(DefinitionState::Wins) if is_conflict(option, &path) => {
                match others.iter_mut().find(|(known, _)| known == "conflict") {
                    Some((_, names)) => names.push(name),
                    None => others.push(("conflict".to_owned(), vec![name])),
                }
            }
            Some(_) if own.is_some() => also.push(name),
            _ => {}
        }
    }
    hints.extend(
        others.into_iter().map(|(value, names)| (HintKind::Winner, format!("{value} in {}", short(&names)))),
    );
    if !also.is_empty() {
        hints.push((HintKind::Also, format!("also in {}", short(&also))));
    }
    hints
}

fn winners(option: &OptionModel) -> impl Iterator<Item = &DefinitionModel> {
    option.definitions.iter().filter(|d| d.state == DefinitionState::Wins)
}

/// Whether the definitions of an option contradict each other.
fn is_conflict(option: &OptionModel, path: &str) -> bool {
    matches!(&option.prediction, Prediction::Conflict { option, .. } if option == path)
}

/// The definition that wins over another one, if it makes a difference.
fn winner(ide: &Ide<'_>, system: &System, option: &OptionModel, loser: &DefinitionModel) -> Option<String> {
    let first = winners(option).next()?;
    if loser.value.is_some() && option.prediction.value() == loser.value.as_ref() {
        return None;
    }
    let several = winners(option).nth(1).is_some() && option.prediction.value().is_some();
    Some(if several { value(option) } else { told(ide, system, first) })
}

/// A definition: what it says, and where.
fn told(ide: &Ide<'_>, system: &System, definition: &DefinitionModel) -> String {
    let place = definition.place.as_ref();
    let place = place.map(|place| format!(" ({})", spot(ide.texts, system, place)));
    let value = definition.value.as_ref().map(|value| cut(&render::nix(value)));
    let written = || {
        let span = definition.expression?;
        let text = ide.texts.text(system.files.get(span.file as usize)?)?;
        Some(cut(super::names::slice(&text, span.range)?))
    };
    let value = value.or_else(written).unwrap_or_else(|| "another value".to_owned());
    format!("{value}{}", place.unwrap_or_default())
}

/// What an option is, in a few words.
fn value(option: &OptionModel) -> String {
    match &option.prediction {
        Prediction::Ok { value, .. } => cut(&render::nix(value)),
        Prediction::Conflict { .. } => "conflict".to_owned(),
        Prediction::Unknown(_) => "another value".to_owned(),
        Prediction::Recursion(_) => "infinite recursion".to_owned(),
        Prediction::Refused(_) => "refused".to_owned(),
        Prediction::Undefined => "not set".to_owned(),
    }
}

/// A text in one line that is not too long.
fn cut(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let shown: String = line.chars().take(MOST_OF_VALUE).collect();
    if shown.len() < line.len() { format!("{}…", shown.trim_end()) } else { line }
}

/// As many names as there is room for.
fn short(names: &[&str]) -> String {
    let more = names.len().saturating_sub(MOST_NAMES);
    let shown = list(&names[..names.len() - more]);
    if more > 0 { format!("{shown} and {more} more") } else { shown }
}
