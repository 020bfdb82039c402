//! Changes that are offered where the cursor stands, without anything being wrong there.

mod extract;

use super::Ide;
use super::names::home;
use super::target::{TargetKind, configuration_of, target};
use super::view::View;
use rowan::{TextRange, TextSize};
use speclint_lint::findings::{Edit, Location};
use speclint_lint::fix::{Level, Source, guard, set_priority};
use speclint_lint::nixos::model::{ConditionModel, Place, Specialisation, System, World};
use speclint_lint::nixos::priority;
use speclint_lint::syntax::hir::{Expr, ExprId};

/// A change that is offered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Assist {
    /// What it does, in the imperative.
    pub title: String,
    /// What kind it is.
    pub kind: AssistKind,
    /// The edits, which belong together.
    pub edits: Vec<Edit>,
    /// The path and text of a file that is made besides.
    pub creates: Option<(String, String)>,
}

/// A kind of change.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AssistKind {
    /// Something is written in another way.
    Rewrite,
    /// Something is moved to a place of its own.
    Extract,
    /// Something is added.
    Add,
}

pub(super) fn assists(ide: &Ide<'_>, view: &View<'_>, offset: TextSize) -> Vec<Assist> {
    let Some(source) = Source::open(ide.texts, &view.path) else { return Vec::new() };
    let mut assists = wraps(view, &source, offset);
    if let Some((specialisation, place)) = specialisation_at(view, offset) {
        assists.extend(own_config(&source, specialisation, &place));
        assists.extend(extract::extract(ide, view, specialisation, &place));
    }
    assists.extend(new_specialisation(view, offset));
    assists
}

fn rewrite(title: impl Into<String>, edits: Vec<Edit>) -> Option<Assist> {
    let assist = Assist { title: title.into(), kind: AssistKind::Rewrite, edits, creates: None };
    (!assist.edits.is_empty()).then_some(assist)
}

/// Another priority for the definition at a place, or a guard around it.
fn wraps(view: &View<'_>, source: &Source, offset: TextSize) -> Vec<Assist> {
    let range = |entry| view.tree.file.entry(entry).range;
    let around =
        view.definitions.iter().filter(|d| !d.option.has_parts && range(d.entry).contains_inclusive(offset));
    let Some(innermost) = around.min_by_key(|d| range(d.entry).len()) else { return Vec::new() };
    let value = view.tree.file.entry(innermost.entry).value;
    let level = innermost.definition.priority;
    let set = |level: Level, title: &str| rewrite(title, set_priority(source, value, level)?);
    let mut assists = Vec::new();
    if level != priority::DEFAULT {
        assists.extend(set(Level::Default, "wrap in `mkDefault`: specialisations may override it"));
    }
    if level != priority::FORCE {
        assists.extend(set(Level::Force, "wrap in `mkForce`: it overrides plain values"));
    }
    if level != priority::PLAIN {
        assists.extend(set(Level::Plain, "write a plain value"));
    }
    let is_guarded = |condition: &ConditionModel| condition.guard.is_some();
    let of_parent = innermost.scope.specialisation.is_none();
    if of_parent && !innermost.definition.conditions.iter().any(is_guarded) {
        let edits = guard(source, value);
        assists.extend(
            edits.and_then(|edits| rewrite("guard it: only in the base, in no specialisation", edits)),
        );
    }
    assists
}

/// The specialisation whose name, or whose `configuration`, stands at a place, and the binding of it in the file.
fn specialisation_at<'v>(view: &'v View<'_>, offset: TextSize) -> Option<(&'v Specialisation, Place)> {
    let (name, systems) = match target(view, offset)?.kind {
        TargetKind::Specialisation { name, systems } => (name, systems),
        TargetKind::Option { places } => configuration_of(&places)?,
        TargetKind::Rule(_) => return None,
    };
    systems.into_iter().find_map(|system| {
        let (_, file) = view.read_by.iter().find(|(reader, _)| *reader == system)?;
        let specialisation = view.systems[system].specialisations.iter().find(|s| s.name == name)?;
        let mut here = specialisation.places.iter().filter(|place| place.file == *file);
        let at = here.find(|place| place.range.contains_inclusive(offset))?;
        Some((specialisation, *at))
    })
}

/// The set that is a specialisation's configuration as a function that is given the specialisation's own `config`.
fn own_config(source: &Source, specialisation: &Specialisation, place: &Place) -> Option<Assist> {
    let edits = source.with_own_config(place.value, place.path)?;
    rewrite(format!("give `{}` its own `config`: `{{ config, ... }}: …`", specialisation.name), edits)
}

/// A new specialisation with tag and marker, in a module of the parent.
fn new_specialisation(view: &View<'_>, offset: TextSize) -> Option<Assist> {
    let set = module_around(view, offset)?;
    let place = view.places_of(set).into_iter().find(|place| place.scope.specialisation.is_none())?;
    let system = &*view.systems[place.scope.system];
    let in_home = home(system, &place.path) == Some(place.path.len());
    if !(place.path.is_empty() || in_home) {
        return None;
    }
    let name = free_name(system);
    let settings: &[String] = match in_home || system.world == World::HomeManager {
        true => &[format!("xdg.dataFile.\"home-manager/specialisation\".text = \"{name}\";")],
        false => &[
            format!("system.nixos.tags = [ \"{name}\" ];"),
            format!("environment.etc.\"specialisation\".text = \"{name}\";"),
        ],
    };
    let (at, indent) = behind_last(view, set, offset)?;
    let line = if view.text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut text = format!("{line}{indent}specialisation.{name}.configuration = {{");
    for setting in settings {
        text.push_str(&format!("{line}{indent}  {setting}"));
    }
    text.push_str(&format!("{line}{indent}}};"));
    let edit = Edit { location: Location::new(&view.path, TextRange::empty(at)), text };
    let title =
        format!("add a specialisation `{name}` with {}", if in_home { "marker" } else { "tag and marker" });
    Some(Assist { title, kind: AssistKind::Add, edits: vec![edit], creates: None })
}

/// A name that no specialisation of a system has.
fn free_name(system: &System) -> String {
    let names = std::iter::once("variant".to_owned()).chain((2..).map(|n| format!("variant{n}")));
    let is_free = |name: &String| system.named.iter().all(|(known, _)| known != name);
    let mut names = names.take(1000);
    names.find(is_free).unwrap_or_else(|| "variant".to_owned())
}

/// The innermost set around a place, if it is written in braces and the place is not in one of its bindings.
fn module_around(view: &View<'_>, offset: TextSize) -> Option<ExprId> {
    let file = &view.tree.file;
    let in_binding = |entry: &speclint_lint::syntax::hir::Entry| {
        entry.value.contains(offset) && entry.value.start() < offset
    };
    let sets = (0..file.exprs.len()).filter(|id| {
        matches!(file.exprs[*id], Expr::Attrs { .. })
            && file.ranges[*id].contains_inclusive(offset)
            && view.text_of(file.ranges[*id]).starts_with('{')
    });
    let set = sets.min_by_key(|id| file.ranges[*id].len())?;
    let inside = file.entries.iter().filter(|entry| file.ranges[set].contains_range(entry.range));
    let mut inside = inside.filter(|entry| in_binding(entry));
    inside.next().is_none().then_some(ExprId(set as u32))
}

/// Behind the last binding of a set before a place, or else behind the last of all; and how that is indented.
fn behind_last<'v>(view: &'v View<'_>, set: ExprId, offset: TextSize) -> Option<(TextSize, &'v str)> {
    let range = view.tree.file.range(set);
    let inside = view.tree.file.entries.iter().filter(|entry| range.contains_range(entry.range));
    // Bindings in bindings end before those that they are in.
    let outermost: Vec<_> = inside
        .clone()
        .filter(|entry| {
            !inside.clone().any(|other| other.range != entry.range && other.range.contains_range(entry.range))
        })
        .collect();
    let before =
        outermost.iter().filter(|entry| entry.range.start() <= offset).max_by_key(|entry| entry.range.end());
    let binding = before.or_else(|| outermost.last())?;
    let start = usize::from(binding.range.start());
    let line = view.text[..start].rfind('\n').map_or(0, |at| at + 1);
    let indent = &view.text[line..start];
    let indent = if indent.trim().is_empty() { indent } else { "" };
    // A comment behind the binding is about it.
    let end = usize::from(binding.range.end());
    let rest = view.text[end..].lines().next().unwrap_or_default();
    let comment = if rest.trim_start().starts_with('#') { rest.len() } else { 0 };
    Some((TextSize::new((end + comment) as u32), indent))
}
