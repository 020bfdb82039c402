//! Another name for a specialisation: in what defines it, in its tags and marker, and wherever it is referred to.

use super::Ide;
use super::navigation::{occurrences, written_name};
use super::target::{Target, TargetKind, target};
use super::view::View;
use rowan::{TextRange, TextSize};
use speclint_lint::eval::paths::STORE;
use speclint_lint::eval::show::{attr_name, quoted};
use speclint_lint::findings::{Edit, Location};
use speclint_lint::fix::Source;
use speclint_lint::nixos::model::{Origin, Specialisation, System};
use speclint_lint::rules;
use std::collections::BTreeSet;

/// The options whose text is the name of the specialisation, by which `nh` knows it; and the list of which it is one.
const NAMED_AFTER: [&str; 3] = [
    "system.nixos.tags",
    "environment.etc.specialisation.text",
    "xdg.dataFile.\"home-manager/specialisation\".text",
];

/// The name of the specialisation at a place, and where it stands.
pub(super) fn renamed_at(view: &View<'_>, offset: TextSize) -> Option<(TextRange, String)> {
    match target(view, offset)? {
        Target { range, kind: TargetKind::Specialisation { name, .. } } => Some((range, name.to_string())),
        _ => None,
    }
}

/// The edits after which the specialisation at a place has another name.
pub(super) fn rename(
    ide: &Ide<'_>,
    view: &View<'_>,
    offset: TextSize,
    new: &str,
) -> Result<Vec<Edit>, String> {
    let Some(Target { kind, .. }) = target(view, offset) else {
        return Err("only specialisations can be renamed".to_owned());
    };
    let TargetKind::Specialisation { name, systems } = &kind else {
        return Err("only specialisations can be renamed".to_owned());
    };
    if new.is_empty() || new.contains('/') {
        return Err("the name of a specialisation must not be empty, and must not contain `/`".to_owned());
    }
    let mut edits = BTreeSet::new();
    for system in systems {
        let system = &*view.systems[*system];
        if system.specialisations.iter().any(|s| s.name == new) {
            return Err(format!("`{}` has a specialisation `{new}` already", system.name));
        }
        if let Some(specialisation) = system.specialisations.iter().find(|s| s.name == *name) {
            edits.extend(definitions(ide, system, specialisation, new)?);
            edits.extend(named_after(ide, system, specialisation, new));
        }
    }
    for occurrence in occurrences(ide, view, &kind) {
        edits.insert(Edit { location: occurrence.location, text: attr_name(new).into_owned() });
    }
    if edits.is_empty() {
        return Err(format!("the name `{name}` is written nowhere"));
    }
    Ok(edits.into_iter().collect())
}

/// The edits in what defines a specialisation.
fn definitions(
    ide: &Ide<'_>,
    system: &System,
    specialisation: &Specialisation,
    new: &str,
) -> Result<Vec<Edit>, String> {
    let name = &specialisation.name;
    let mut edits = Vec::new();
    for place in &specialisation.places {
        let file = system.files.get(place.file as usize).map_or("", String::as_str);
        if file.starts_with(STORE) {
            return Err(format!("`{name}` is defined in `{file}`, which cannot be changed"));
        }
        let Some(range) = written_name(ide, file, place, name) else {
            return Err(format!("the name `{name}` is computed in `{}`", super::names::file(system, file)));
        };
        let text = if place.path.contains_range(range) { attr_name(new).into_owned() } else { quoted(new) };
        edits.push(Edit { location: Location::new(file, range), text });
    }
    Ok(edits)
}

/// The edits in its tags and marker, where these say the name.
fn named_after(ide: &Ide<'_>, system: &System, specialisation: &Specialisation, new: &str) -> Vec<Edit> {
    let mut edits = Vec::new();
    for path in NAMED_AFTER {
        let Some(option) = specialisation.scope.option(path) else { continue };
        for definition in option.definitions.iter().filter(|d| d.origin == Origin::Own) {
            let edit = definition.place.and_then(|place| {
                let file = system.files.get(place.file as usize)?;
                let source = Source::open(ide.texts, file)?;
                let range = source.string(place.value, &specialisation.name)?;
                let new = if path == NAMED_AFTER[0] { rules::valid_tag(new) } else { new.to_owned() };
                Some(Edit { location: Location::new(file, range), text: quoted(&new) })
            });
            edits.extend(edit);
        }
    }
    edits
}
