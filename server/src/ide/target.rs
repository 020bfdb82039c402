//! What stands at a place in a file.

use super::tree::{Reading, Root, names_in};
use super::view::{OptionAt, ScopeAt, View, options_below};
use rowan::{TextRange, TextSize};
use speclint_lint::nixos::model::{OptionModel, System, World};
use speclint_lint::nixos::show_loc;
use speclint_lint::nixos::table::Node;
use speclint_lint::rules::{self, Rule};
use speclint_lint::suppress::Suppressions;
use speclint_lint::syntax::hir::{AttrName, EntryId, EntryKind, Expr, ExprId, Name};

/// What stands at a place.
pub(super) struct Target {
    /// Where its name stands.
    pub(super) range: TextRange,
    pub(super) kind: TargetKind,
}

pub(super) enum TargetKind {
    /// An option, or a set of options: as many places as it may be, the surest first.
    Option { places: Vec<OptionAt> },
    /// The name of a specialisation, in these systems.
    Specialisation { name: Name, systems: Vec<usize> },
    /// The name of a rule in a comment.
    Rule(&'static Rule),
}

/// The specialisation whose configuration one of several places is, and the systems in which that is so.
pub(super) fn configuration_of(places: &[OptionAt]) -> Option<(Name, Vec<usize>)> {
    let named = |place: &OptionAt| match place.path.as_slice() {
        [first, name, last] if first == "specialisation" && last == "configuration" => {
            Some((name.clone(), place.scope.system))
        }
        _ => None,
    };
    let (name, _) = places.iter().find_map(named)?;
    let all = places.iter().filter_map(named).filter(|(other, _)| *other == name);
    Some((name.clone(), all.map(|(_, system)| system).collect()))
}

/// What is known of a place in the tree of options of a system.
pub(super) enum Known<'s> {
    /// An option that some scope of the system has; how many names lead to it.
    Modelled(&'s OptionModel, usize),
    /// Options of the system lie below it.
    Namespace,
    /// An option or a set of options of which only NixOS' table tells; how many names lead to it.
    Listed(Node<'static>, usize),
}

/// What stands at a place in a file, if that is known.
pub(super) fn target(view: &View<'_>, offset: TextSize) -> Option<Target> {
    rule_at(view, offset)
        .or_else(|| bound_at(view, offset))
        .or_else(|| read_at(view, offset))
        .or_else(|| text_at(view, offset))
}

fn rule_at(view: &View<'_>, offset: TextSize) -> Option<Target> {
    if !Suppressions::may_be_in(&view.text) {
        return None;
    }
    let suppressions = Suppressions::of(&view.text, &view.tree.file)?;
    let names = suppressions.directives().filter_map(|directive| directive.rules.as_ref()).flatten();
    let named = names.into_iter().find(|named| named.range.contains_inclusive(offset))?;
    let kind = TargetKind::Rule(rules::find(&named.name)?);
    Some(Target { range: named.range, kind })
}

/// The name in an attribute path of a binding.
fn bound_at(view: &View<'_>, offset: TextSize) -> Option<Target> {
    let id = view.tree.entry_at(offset)?;
    let entry = view.tree.file.entry(id);
    let names = names_in(&view.text[..entry.path.end().into()], entry.path.start().into(), usize::MAX);
    let number = names.iter().position(|range| range.contains_inclusive(offset))?;
    let mut places = view.places_of_name(id, number, names.len());
    // `inherit (config.a) b` reads as well as it defines.
    if places.is_empty() && entry.kind != EntryKind::Plain {
        places = of_inherited(view, id);
    }
    as_target(view, names[number], places)
}

/// Which options a name that is inherited reads.
pub(super) fn of_inherited(view: &View<'_>, entry: EntryId) -> Vec<OptionAt> {
    let Some(value) = view.tree.value_of(entry) else { return Vec::new() };
    match view.tree.file.entry(entry).kind {
        EntryKind::InheritFrom => {
            let name = view.text_of(view.tree.file.entry(entry).name);
            places_of_reading(view, value, &[AttrName::Static(Name::new(name.trim_matches('"')))])
        }
        _ => places_of_reading(view, value, &[]),
    }
}

/// The name in what reads an option.
fn read_at(view: &View<'_>, offset: TextSize) -> Option<Target> {
    let innermost = view.tree.expr_at(offset)?;
    let (range, places) = view.tree.outward(innermost).find_map(|expr| reading_at(view, expr, offset))?;
    as_target(view, range, places)
}

/// The name at an offset in an expression that reads an option, and what it is.
fn reading_at(view: &View<'_>, expr: ExprId, offset: TextSize) -> Option<(TextRange, Vec<OptionAt>)> {
    let file = &view.tree.file;
    match file.expr(expr) {
        Expr::Select { base, path, .. } | Expr::HasAttr { base, path } => {
            let ranges = selected_names(view, *base, path);
            let number = ranges.iter().position(|range| range.contains_inclusive(offset))?;
            Some((ranges[number], places_of_reading(view, *base, &path[..=number])))
        }
        Expr::Local { .. } => Some((file.range(expr), places_of_reading(view, expr, &[]))),
        _ => None,
    }
}

/// Where the names stand that are selected from an expression.
pub(super) fn selected_names(view: &View<'_>, base: ExprId, path: &[AttrName]) -> Vec<TextRange> {
    let end = usize::from(view.tree.file.range(base).end());
    // Parentheses around the base, and the dot or question mark.
    let rest = &view.text[end..];
    let start = end + (rest.len() - rest.trim_start_matches([')', ' ', '\n', '\t', '\r']).len());
    if !view.text[start..].starts_with(['.', '?']) {
        return Vec::new();
    }
    names_in(&view.text, start + 1, path.len())
}

/// Which options a selection from an expression reads.
pub(super) fn places_of_reading(view: &View<'_>, base: ExprId, path: &[AttrName]) -> Vec<OptionAt> {
    let reading = view.tree.reading(base).and_then(|reading| reading.below(path));
    reading
        .filter(|reading| !reading.path.is_empty())
        .map_or_else(Vec::new, |reading| places_of(view, &reading))
}

/// Which options a reading reads.
pub(super) fn places_of(view: &View<'_>, reading: &Reading) -> Vec<OptionAt> {
    match reading.of {
        Root::Arguments => Vec::new(),
        Root::Config => {
            let modules = view.places_of_module(reading.function).into_iter();
            modules
                .map(|module| OptionAt { path: [&module.path[..], &reading.path].concat(), ..module })
                .collect()
        }
        Root::Os => {
            let systems = view.read_by.iter().map(|(system, _)| *system);
            let of_nixos = systems.filter(|system| view.systems[*system].world == World::Nixos);
            let scope = |system| ScopeAt { system, specialisation: None };
            of_nixos.map(|system| OptionAt { scope: scope(system), path: reading.path.clone() }).collect()
        }
    }
}

/// The name of a specialisation in a text: one of a list of names, or a tag.
fn text_at(view: &View<'_>, offset: TextSize) -> Option<Target> {
    let expr = view.tree.expr_at(offset)?;
    let Expr::Text(text) = view.tree.file.expr(expr) else { return None };
    let range = view.tree.file.range(expr);
    let inside = view.tree.outward(expr).find_map(|around| {
        let steps = view.tree.steps_around(around).steps;
        steps.last().map(|step| view.tree.file.entry(step.entry).range)
    })?;
    let named = |(system, file): &(usize, u32)| {
        let specialisation = view.systems[*system].specialisations.iter().find(|s| *s.name == **text)?;
        let mut places = specialisation.places.iter().filter(|place| place.file == *file);
        places.any(|place| inside.contains_range(place.range)).then_some(*system)
    };
    let systems: Vec<usize> = view.read_by.iter().filter_map(named).collect();
    let kind = TargetKind::Specialisation { name: Name::new(text), systems };
    let is_any = matches!(&kind, TargetKind::Specialisation { systems, .. } if !systems.is_empty());
    is_any.then_some(Target { range, kind })
}

/// What a name is that may stand for these places.
fn as_target(view: &View<'_>, range: TextRange, places: Vec<OptionAt>) -> Option<Target> {
    let named = |place: &OptionAt| match place.path.as_slice() {
        [first, name] if first == "specialisation" || first == "specialization" => {
            Some((name.clone(), place.scope.system))
        }
        _ => None,
    };
    let mut named: Vec<(Name, usize)> = places.iter().filter_map(named).collect();
    named.sort();
    named.dedup();
    if let Some((name, _)) = named.first().cloned() {
        let systems = named.iter().filter(|(other, _)| *other == name).map(|(_, system)| *system).collect();
        return Some(Target { range, kind: TargetKind::Specialisation { name, systems } });
    }
    let mut places: Vec<OptionAt> = places
        .into_iter()
        .filter(|place| {
            !place.path.is_empty() && known(&view.systems[place.scope.system], &place.path).is_some()
        })
        .collect();
    places.sort();
    places.dedup();
    (!places.is_empty()).then_some(Target { range, kind: TargetKind::Option { places } })
}

/// What is known of a place in the tree of options of a system. What lies inside of an option's value is that option.
pub(super) fn known<'s>(system: &'s System, path: &[Name]) -> Option<Known<'s>> {
    for end in (1..=path.len()).rev() {
        let shown = show_loc(&path[..end]);
        let mut options = system.scopes().filter_map(|(_, scope)| scope.option(&shown));
        let first = options.next();
        let defined = |option: &&OptionModel| !option.definitions.is_empty();
        let option = first.into_iter().chain(options).find(defined).or(first);
        if let Some(option) = option {
            let is_whole = end == path.len() || !option.has_parts;
            return is_whole.then_some(Known::Modelled(option, end));
        }
        if system.scopes().any(|(_, scope)| options_below(scope, &shown).next().is_some()) {
            return (end == path.len()).then_some(Known::Namespace).or_else(|| listed(system, path));
        }
    }
    listed(system, path)
}

/// What NixOS' table knows of a place.
fn listed<'s>(system: &System, path: &[Name]) -> Option<Known<'s>> {
    let (root, path_there) = super::names::table_root(system, path)?;
    let mut node = root;
    for (at, name) in path_there.iter().enumerate() {
        match node.child(name) {
            Some(child) => node = child,
            None => {
                let known = path.len() - path_there.len() + at;
                return (node.is_option() && at > 0).then_some(Known::Listed(node, known));
            }
        }
    }
    Some(Known::Listed(node, path.len()))
}
