//! The specialisations of a file, and of all systems.

use super::Ide;
use super::view::View;
use rowan::{TextRange, TextSize};
use speclint_lint::findings::Location;
use speclint_lint::nixos::show_loc;
use speclint_lint::render;
use std::collections::BTreeMap;

/// How many symbols of a workspace are told.
const MOST_SYMBOLS: usize = 256;
/// How many characters of a value are shown.
const MOST_OF_VALUE: usize = 60;

/// A specialisation in a file, or a setting of one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Symbol {
    /// Its name.
    pub name: String,
    /// What else there is to say of it in a few words.
    pub detail: String,
    /// All of it.
    pub range: TextRange,
    /// Its name in the text.
    pub selection: TextRange,
    /// The settings of a specialisation.
    pub children: Vec<Symbol>,
}

/// A specialisation of a system.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WorkspaceSymbol {
    /// Its name.
    pub name: String,
    /// The systems that have it there.
    pub systems: Vec<String>,
    /// Where it is defined.
    pub location: Location,
}

pub(super) fn document_symbols(view: &View<'_>) -> Vec<Symbol> {
    let mut symbols: BTreeMap<String, Symbol> = BTreeMap::new();
    for (system, file) in &view.read_by {
        for specialisation in &view.systems[*system].specialisations {
            for place in specialisation.places.iter().filter(|place| place.file == *file) {
                let symbol = symbols.entry(specialisation.name.to_string()).or_insert_with(|| Symbol {
                    name: specialisation.name.to_string(),
                    detail: "specialisation".to_owned(),
                    range: place.range,
                    selection: place.path,
                    children: Vec::new(),
                });
                symbol.range = symbol.range.cover(place.range);
            }
        }
    }
    for defined in &view.definitions {
        let Some(index) = defined.scope.specialisation.filter(|_| !defined.option.has_parts) else {
            continue;
        };
        let specialisation = &view.systems[defined.scope.system].specialisations[index];
        let entry = view.tree.file.entry(defined.entry);
        let value = defined.definition.value.as_ref().map(render::nix);
        let child = Symbol {
            name: show_loc(&defined.option.path),
            detail: cut(&value.unwrap_or_else(|| view.text_of(entry.value).to_owned())),
            range: entry.range,
            selection: entry.path,
            children: Vec::new(),
        };
        // A file that the specialisation imports has its settings, but not itself.
        let symbol = symbols.entry(specialisation.name.to_string()).or_insert_with(|| Symbol {
            name: specialisation.name.to_string(),
            detail: "in the specialisation".to_owned(),
            range: entry.range,
            selection: entry.path,
            children: Vec::new(),
        });
        symbol.range = symbol.range.cover(entry.range);
        if !symbol.children.contains(&child) {
            symbol.children.push(child);
        }
    }
    let mut symbols: Vec<Symbol> = symbols.into_values().collect();
    for symbol in &mut symbols {
        symbol.children.sort_by_key(|child| (child.range.start(), child.name.clone()));
    }
    symbols.sort_by_key(|symbol| symbol.selection.start());
    symbols
}

/// A text in one line that is not too long.
fn cut(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let shown: String = line.chars().take(MOST_OF_VALUE).collect();
    if shown.len() < line.len() { format!("{shown}…") } else { line }
}

/// The specialisations whose name, or whose system's, has the characters of a query in their order.
pub(super) fn workspace_symbols(ide: &Ide<'_>, query: &str) -> Vec<WorkspaceSymbol> {
    let mut symbols: Vec<WorkspaceSymbol> = Vec::new();
    for system in ide.systems {
        for specialisation in &system.specialisations {
            let full = format!("{}.{}", system.name, specialisation.name);
            if !has_in_order(&full, query) {
                continue;
            }
            let mut locations =
                super::navigation::places_of_specialisation(ide, system, &specialisation.name).into_iter();
            let entry = || Location::new(&system.entry, TextRange::empty(TextSize::new(0)));
            let location = locations.next().unwrap_or_else(entry);
            let same = symbols
                .iter_mut()
                .find(|known| known.name == specialisation.name.as_str() && known.location == location);
            match same {
                Some(known) => known.systems.push(system.name.clone()),
                None => symbols.push(WorkspaceSymbol {
                    name: specialisation.name.to_string(),
                    systems: vec![system.name.clone()],
                    location,
                }),
            }
        }
    }
    symbols.truncate(MOST_SYMBOLS);
    symbols
}

/// Whether a text has all characters of another one in their order, be they large or small.
pub(super) fn has_in_order(text: &str, query: &str) -> bool {
    let mut characters = text.chars().flat_map(char::to_lowercase);
    query.chars().flat_map(char::to_lowercase).all(|wanted| characters.any(|c| c == wanted))
}
