//! From a definition to the others of the same option, from what reads it to what defines it, and back.

use super::Ide;
use super::target::{
    Known, Target, TargetKind, known, of_inherited, places_of_reading, selected_names, target,
};
use super::tree::{is_of_name, names_in};
use super::view::{OptionAt, View};
use rowan::{TextRange, TextSize};
use speclint_lint::findings::Location;
use speclint_lint::nixos::model::{
    DefinitionModel, DefinitionState, OptionModel, Origin, Place, Scope, System,
};
use speclint_lint::nixos::show_loc;
use speclint_lint::syntax::hir::{EntryId, EntryKind, Expr, ExprId, Name};
use std::collections::BTreeSet;

/// A place of something, and whether it is one that defines it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Occurrence {
    /// Where its name stands.
    pub location: Location,
    /// Whether it is defined there, and not read.
    pub defines: bool,
}

/// Where the definitions stand of what stands at a place: the nearest to who asks first. A definition leads to the others.
pub(super) fn definition(ide: &Ide<'_>, view: &View<'_>, offset: TextSize) -> Vec<Location> {
    let Some(Target { kind, range }) = target(view, offset) else { return Vec::new() };
    let here = Location::new(&view.path, range);
    let mut found: Vec<Location> = Vec::new();
    match kind {
        TargetKind::Rule(_) => {}
        TargetKind::Specialisation { name, systems } => {
            for system in systems {
                found.extend(places_of_specialisation(ide, &view.systems[system], &name));
            }
        }
        // What is set here and there in a set of options is told by where the set stands.
        TargetKind::Option { ref places } if places.iter().all(|place| is_set(view, place)) => {
            let all = occurrences(ide, view, &kind).into_iter();
            found.extend(all.filter(|occurrence| occurrence.defines).map(|o| o.location));
        }
        TargetKind::Option { places } => {
            let mut ranked: Vec<(u8, Location)> = Vec::new();
            for place in &places {
                ranked.extend(definitions(ide, &view.systems[place.scope.system], place));
            }
            // A stable sort: what wins stands first, in the order of the files otherwise.
            ranked.sort_by_key(|(rank, _)| *rank);
            found.extend(ranked.into_iter().map(|(_, location)| location));
        }
    }
    let mut seen = BTreeSet::new();
    found.retain(|location| seen.insert(location.clone()));
    // Who asks at a definition wants the others; if there are none, it is itself.
    if found.len() > 1 {
        found.retain(|location| *location != here);
    }
    found
}

/// The definitions of an option in the scopes of a system, each with its rank: those that count where it is asked come first.
fn definitions(ide: &Ide<'_>, system: &System, place: &OptionAt) -> Vec<(u8, Location)> {
    let mut found = Vec::new();
    for (index, (_, scope)) in system.scopes().enumerate() {
        let is_asked = place.scope.specialisation == index.checked_sub(1);
        for (option, definition) in definitions_at(scope, &place.path) {
            let Some(at) = definition.place.as_ref().filter(|_| definition.origin != Origin::Default) else {
                continue;
            };
            let rank = match (is_asked, definition.state) {
                (true, DefinitionState::Wins) => 0,
                (false, DefinitionState::Wins) => 1,
                _ => 2,
            };
            let depth = place.path.len().min(option.path.len());
            found.extend(name_of(ide, system, at, option, depth).map(|location| (rank, location)));
        }
    }
    // Where it is declared, as the last resort.
    let shown = show_loc(&place.path);
    let declared = system.scopes().find_map(|(_, scope)| scope.option(&shown)?.declaration);
    found.extend(declared.and_then(|at| {
        let text = ide.texts.text(system.files.get(at.file as usize)?)?;
        let range = names_in(text.get(..at.path.end().into())?, at.path.start().into(), usize::MAX).pop()?;
        Some((3, location(system, &at, range)?))
    }));
    found
}

/// Whether a place is a set of options in its system.
fn is_set(view: &View<'_>, place: &OptionAt) -> bool {
    match known(&view.systems[place.scope.system], &place.path) {
        Some(Known::Namespace) => true,
        Some(Known::Modelled(option, end)) => option.has_parts && end == place.path.len(),
        _ => false,
    }
}

/// The definitions of an option; those of the option that it lies in, if it is no option.
fn definitions_at<'s>(scope: &'s Scope, path: &[Name]) -> Vec<(&'s OptionModel, &'s DefinitionModel)> {
    let of = |option: &'s OptionModel| option.definitions.iter().map(move |definition| (option, definition));
    let shown = show_loc(path);
    if let Some(option) = scope.option(&shown).filter(|option| !option.definitions.is_empty()) {
        return of(option).collect();
    }
    let above = (1..path.len()).rev().find_map(|end| scope.option(&show_loc(&path[..end])));
    above.filter(|option| !option.has_parts).into_iter().flat_map(of).collect()
}

/// Where the name at a depth of an option's path stands in the binding that defines it; the whole path, where that is not plain.
fn name_of(
    ide: &Ide<'_>,
    system: &System,
    place: &Place,
    option: &OptionModel,
    depth: usize,
) -> Option<Location> {
    let text = ide.texts.text(system.files.get(place.file as usize)?)?;
    let names = names_in(text.get(..place.path.end().into())?, place.path.start().into(), usize::MAX);
    // The binding has the last names of the path, unless some are none of it.
    let wanted = &option.path[depth.checked_sub(1)?];
    let behind = option.path.len() - depth;
    let is_wanted = |range: &TextRange| {
        super::names::slice(&text, *range).is_some_and(|name| name.trim_matches('"') == wanted.as_str())
    };
    let by_number = names.len().checked_sub(behind + 1).map(|at| names[at]).filter(is_wanted);
    let range = by_number.or_else(|| names.iter().copied().rfind(is_wanted)).unwrap_or(place.path);
    location(system, place, range)
}

fn location(system: &System, place: &Place, range: TextRange) -> Option<Location> {
    Some(Location::new(system.files.get(place.file as usize)?, range))
}

/// Where the name of a specialisation stands in what defines it.
pub(super) fn places_of_specialisation(ide: &Ide<'_>, system: &System, name: &str) -> Vec<Location> {
    let specialisation = system.specialisations.iter().find(|s| s.name == name);
    let places = specialisation.into_iter().flat_map(|s| &s.places);
    let found = places.filter_map(|place| {
        let path = system.files.get(place.file as usize)?;
        let range = written_name(ide, path, place, name).unwrap_or(place.path);
        location(system, place, range)
    });
    found.collect()
}

/// Where the name of a specialisation is written in a binding that defines it: in its attribute path, or as a text in its value.
pub(super) fn written_name(ide: &Ide<'_>, file: &str, place: &Place, name: &str) -> Option<TextRange> {
    let text = ide.texts.text(file)?;
    let names = names_in(text.get(..place.path.end().into())?, place.path.start().into(), usize::MAX);
    let is_it = |range: &TextRange| {
        super::names::slice(&text, *range).is_some_and(|written| written.trim_matches('"') == name)
    };
    let in_path = names.into_iter().find(is_it);
    let in_value = || {
        let file = ide.texts.lowered(file)?;
        let all = file.exprs.iter().zip(&file.ranges);
        let mut texts = all.filter(|(expr, range)| {
            matches!(expr, Expr::Text(text) if **text == *name) && place.value.contains_range(**range)
        });
        texts.next().map(|(_, range)| *range).filter(|_| texts.next().is_none())
    };
    in_path.or_else(in_value)
}

/// All places of what stands at a place: where it is defined, and where it is read.
pub(super) fn references(ide: &Ide<'_>, view: &View<'_>, offset: TextSize) -> Vec<Occurrence> {
    target(view, offset).map_or_else(Vec::new, |target| occurrences(ide, view, &target.kind))
}

/// All places of something in the files of the systems that have it.
pub(super) fn occurrences(ide: &Ide<'_>, view: &View<'_>, kind: &TargetKind) -> Vec<Occurrence> {
    let (word, systems): (&str, BTreeSet<usize>) = match kind {
        TargetKind::Rule(_) => return Vec::new(),
        TargetKind::Specialisation { name, systems } => (name, systems.iter().copied().collect()),
        TargetKind::Option { places } => {
            let word = places.first().and_then(|place| place.path.last());
            (word.map_or("", Name::as_str), places.iter().map(|place| place.scope.system).collect())
        }
    };
    let files: BTreeSet<&String> =
        systems.into_iter().flat_map(|system| view.systems[system].own_files()).collect();
    let mut found = BTreeSet::new();
    for file in files {
        // Reading a text is quick, finding out what its names are is not.
        if ide.texts.text(file).is_some_and(|text| text.contains(word))
            && let Some(view) = ide.view(file)
        {
            found.extend(in_file(&view, kind));
        }
    }
    found.into_iter().collect()
}

/// The same in one file.
pub(super) fn highlights(view: &View<'_>, offset: TextSize) -> Vec<Occurrence> {
    let Some(Target { kind, .. }) = target(view, offset) else { return Vec::new() };
    let found: BTreeSet<Occurrence> = in_file(view, &kind).into_iter().collect();
    found.into_iter().collect()
}

/// All places in a file of what something is.
fn in_file(view: &View<'_>, kind: &TargetKind) -> Vec<Occurrence> {
    let mut found = Vec::new();
    let file = view.tree.file.clone();
    for (number, entry) in file.entries.iter().enumerate() {
        let id = EntryId(number as u32);
        let names = names_in(&view.text[..entry.path.end().into()], entry.path.start().into(), usize::MAX);
        for (at, range) in names.iter().enumerate() {
            if may_be(&view.text, kind, &names[..=at])
                && is_it(view, kind, &view.places_of_name(id, at, names.len()))
            {
                found.push(Occurrence { location: Location::new(&view.path, *range), defines: true });
            }
        }
        if entry.kind != EntryKind::Plain
            && may_be(&view.text, kind, &[entry.name])
            && is_it(view, kind, &of_inherited(view, id))
        {
            found.push(Occurrence { location: Location::new(&view.path, entry.name), defines: false });
        }
    }
    for (number, expr) in file.exprs.iter().enumerate() {
        let (Expr::Select { base, path, .. } | Expr::HasAttr { base, path }) = expr else { continue };
        let id = ExprId(number as u32);
        if view.tree.reading(*base).is_none() {
            continue;
        }
        let ranges = selected_names(view, *base, path);
        for (at, range) in ranges.iter().enumerate() {
            if view.tree.file.range(id).contains_range(*range)
                && may_be(&view.text, kind, &ranges[..=at])
                && is_it(view, kind, &places_of_reading(view, *base, &path[..=at]))
            {
                found.push(Occurrence { location: Location::new(&view.path, *range), defines: false });
            }
        }
    }
    found
}

/// Whether names as they are written, one below the other, may be those of something, as far as that can be seen from the last of them:
/// to find out what they are takes much longer.
fn may_be(text: &str, kind: &TargetKind, names: &[TextRange]) -> bool {
    let may_end = |path: &[Name]| {
        names.iter().rev().zip(path.iter().rev()).all(|(written, name)| {
            let written = super::names::slice(text, *written).unwrap_or_default();
            // What is computed may be anything.
            written.is_empty() || !written.chars().all(is_of_name) || written == name.as_str()
        })
    };
    match kind {
        TargetKind::Rule(_) => false,
        TargetKind::Specialisation { name, .. } => may_end(std::slice::from_ref(name)),
        TargetKind::Option { places } => places.iter().any(|place| may_end(&place.path)),
    }
}

/// Whether places in trees of options are those of something.
fn is_it(view: &View<'_>, kind: &TargetKind, places: &[OptionAt]) -> bool {
    match kind {
        TargetKind::Rule(_) => false,
        TargetKind::Specialisation { name, systems } => places.iter().any(|place| {
            systems.contains(&place.scope.system)
                && matches!(place.path.as_slice(), [first, own] if first == "specialisation" && own == name)
        }),
        TargetKind::Option { places: wanted, .. } => places.iter().any(|place| {
            let is_same =
                |other: &OptionAt| other.scope.system == place.scope.system && other.path == place.path;
            wanted.iter().any(is_same) && known(&view.systems[place.scope.system], &place.path).is_some()
        }),
    }
}
