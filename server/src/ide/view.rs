//! A file as the models see it: which options its bindings define, in which scopes of which systems.

use super::tree::{Steps, Tree};
use rowan::TextRange;
use speclint_lint::nixos::model::{DefinitionModel, OptionModel, OptionPath, Origin, Scope, System};
use speclint_lint::syntax::hir::{EntryId, ExprId, Name};
use std::collections::HashMap;
use std::sync::Arc;

/// A scope of a system: its parent, or one of its specialisations.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) struct ScopeAt {
    /// Which of the systems.
    pub(super) system: usize,
    /// Which of its specialisations.
    pub(super) specialisation: Option<usize>,
}

/// A place in the tree of options of a scope.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) struct OptionAt {
    /// The scope that a definition there is one of.
    pub(super) scope: ScopeAt,
    /// The names that lead there.
    pub(super) path: Vec<Name>,
}

/// A definition that stands in the file.
pub(super) struct Defined<'s> {
    pub(super) entry: EntryId,
    pub(super) scope: ScopeAt,
    pub(super) option: &'s OptionModel,
    pub(super) definition: &'s DefinitionModel,
}

/// A file, and what the models know of it.
pub(super) struct View<'s> {
    pub(super) path: String,
    pub(super) text: Arc<str>,
    pub(super) tree: Tree,
    pub(super) systems: &'s [Arc<System>],
    /// Which systems read the file, and which of their files it is.
    pub(super) read_by: Vec<(usize, u32)>,
    pub(super) definitions: Vec<Defined<'s>>,
    /// Which places in trees of options the sets and functions of the file are.
    places: HashMap<ExprId, Vec<OptionAt>>,
}

/// The options of a scope that lie below a path, not it itself.
pub(super) fn options_below<'s>(
    scope: &'s Scope,
    path: &str,
) -> impl Iterator<Item = (&'s OptionPath, &'s OptionModel)> + use<'s> {
    let start = format!("{path}.");
    let first = scope.options.partition_point(|path, _| *path < start);
    let rest = scope.options.get_range(first..).into_iter().flat_map(|rest| rest.iter());
    let below = rest.take_while(move |(path, _)| path.starts_with(&start));
    below.map(|(path, option)| (path, option.as_ref()))
}

/// The options of a scope that lie below a path, all of them for the empty one.
pub(super) fn options_all_below<'s>(
    scope: &'s Scope,
    path: &[Name],
) -> impl Iterator<Item = (&'s OptionPath, &'s OptionModel)> + use<'s> {
    let shown = speclint_lint::nixos::show_loc(path);
    let all = path.is_empty().then(|| scope.options.iter().map(|(path, option)| (path, option.as_ref())));
    let below = (!path.is_empty()).then(|| options_below(scope, &shown));
    all.into_iter().flatten().chain(below.into_iter().flatten())
}

impl<'s> View<'s> {
    pub(super) fn new(path: &str, text: Arc<str>, tree: Tree, systems: &'s [Arc<System>]) -> Self {
        let number = |system: &System| system.files.iter().position(|file| file == path);
        let read_by = systems.iter().enumerate();
        let read_by = read_by.filter_map(|(at, system)| Some((at, number(system)? as u32))).collect();
        let mut view = View {
            path: path.to_owned(),
            text,
            tree,
            systems,
            read_by,
            definitions: Vec::new(),
            places: HashMap::new(),
        };
        view.find_definitions();
        view.find_places();
        view
    }

    fn find_definitions(&mut self) {
        let entries: HashMap<(TextRange, TextRange), EntryId> = self
            .tree
            .file
            .entries
            .iter()
            .enumerate()
            .map(|(id, entry)| ((entry.range, entry.path), EntryId(id as u32)))
            .collect();
        let systems = self.systems;
        for (at, file) in &self.read_by {
            let system = &systems[*at];
            for (index, (specialisation, scope)) in system.scopes().enumerate() {
                let at = ScopeAt { system: *at, specialisation: index.checked_sub(1) };
                for (path, option) in &scope.options {
                    for definition in &option.definitions {
                        let Some(place) = definition.place.filter(|place| place.file == *file) else {
                            continue;
                        };
                        // What a specialisation inherits is told of its parent.
                        if specialisation.is_some()
                            && definition.origin != Origin::Own
                            && has_place(&system.parent, path, definition)
                        {
                            continue;
                        }
                        if let Some(entry) = entries.get(&(place.range, place.path)) {
                            self.definitions.push(Defined { entry: *entry, scope: at, option, definition });
                        }
                    }
                }
            }
        }
    }

    fn find_places(&mut self) {
        for defined in &self.definitions {
            // An option that is defined by an old name has another path in the text.
            if defined.definition.old_name.is_some() {
                continue;
            }
            let steps = self.tree.steps_to(defined.entry);
            let path = &defined.option.path;
            let Some((skipped, prefix)) = alignment(&steps, path) else { continue };
            let only_config =
                steps.steps[..skipped].iter().all(|step| step.name.as_deref() == Some("config"));
            // Names that no attribute has come from the function around: what is outside of that is another place.
            let mut is_past = false;
            for (expr, outside) in steps.on_the_way {
                if outside == skipped && skipped > 0 {
                    if is_past {
                        continue;
                    }
                    is_past = self.tree.is_function(expr);
                }
                let end = match outside.checked_sub(skipped) {
                    Some(inner) => prefix + inner,
                    None if only_config => prefix,
                    None => continue,
                };
                let Some(path) = path.get(..end) else { continue };
                let place = OptionAt { scope: defined.scope, path: path.to_vec() };
                let known = self.places.entry(expr).or_default();
                if !known.contains(&place) {
                    known.push(place);
                }
            }
        }
    }

    /// Which places in trees of options an expression is, by what is known of it or of what it stands in.
    pub(super) fn places_of(&self, expr: ExprId) -> Vec<OptionAt> {
        if let Some(known) = self.places.get(&expr) {
            return known.clone();
        }
        let steps = self.tree.steps_around(expr);
        let nearest = steps.on_the_way.iter().find_map(|(around, outside)| {
            let known = self.places.get(around)?;
            let names: Option<Vec<Name>> =
                steps.steps[*outside..].iter().map(|step| step.name.clone()).collect();
            Some((known, names?))
        });
        match nearest {
            Some((known, names)) => known.iter().map(|place| self.below(place, &names)).collect(),
            None => self.by_form(&steps),
        }
    }

    /// Which places an expression is by nothing but how it is written: the file is a module, and no definition in it is known.
    fn by_form(&self, steps: &Steps) -> Vec<OptionAt> {
        let is_root = steps.on_the_way.last().is_some_and(|(expr, _)| *expr == self.tree.file.root);
        let names: Option<Vec<Name>> = steps.steps.iter().map(|step| step.name.clone()).collect();
        let Some(names) = names.filter(|_| is_root) else { return Vec::new() };
        let names = names.strip_prefix(&[Name::new_static("config")][..]).unwrap_or(&names);
        let at = |system| OptionAt { scope: ScopeAt { system, specialisation: None }, path: Vec::new() };
        self.read_by.iter().map(|(system, _)| self.below(&at(*system), names)).collect()
    }

    /// The place below another one, which may be the configuration of a specialisation.
    pub(super) fn below(&self, place: &OptionAt, names: &[Name]) -> OptionAt {
        let mut scope = place.scope;
        let mut path = [&place.path[..], names].concat();
        if let [first, name, configuration, rest @ ..] = path.as_slice()
            && first == "specialisation"
            && configuration == "configuration"
            && scope.specialisation.is_none()
        {
            let all = &self.systems[scope.system].specialisations;
            if let Some(index) = all.iter().position(|s| s.name == *name) {
                scope.specialisation = Some(index);
                path = rest.to_vec();
            }
        }
        OptionAt { scope, path }
    }

    /// Which places in trees of options the name of that number in an entry's attribute path is.
    pub(super) fn places_of_name(&self, entry: EntryId, number: usize, names: usize) -> Vec<OptionAt> {
        let steps = self.tree.steps_to(entry);
        let behind = names - 1 - number;
        let Some(at) = steps.steps.len().checked_sub(behind + 1) else { return Vec::new() };
        let step = &steps.steps[at];
        if let Some(known) = step.value.and_then(|value| self.places.get(&value)) {
            return known.clone();
        }
        let Some(name) = &step.name else { return Vec::new() };
        let around = self.places_of(step.set);
        around.iter().map(|place| self.below(place, std::slice::from_ref(name))).collect()
    }

    /// Which systems' options the arguments of a function stand for.
    pub(super) fn places_of_module(&self, function: ExprId) -> Vec<OptionAt> {
        if let Some(known) = self.places.get(&function) {
            return known.clone();
        }
        let inside = self.tree.sets_in(function);
        match inside.into_iter().find(|set| self.places.contains_key(set)) {
            Some(set) => self.places_of(set),
            None => self.places_of(function),
        }
    }

    /// Whether a function is a module of a configuration, and not one of something in it.
    pub(super) fn is_module(&self, function: ExprId) -> bool {
        self.places_of_module(function).iter().any(|place| place.path.is_empty())
    }

    /// The text of a range.
    pub(super) fn text_of(&self, range: TextRange) -> &str {
        self.text.get(std::ops::Range::<usize>::from(range)).unwrap_or_default()
    }
}

/// Whether an option of a scope has a definition at the same place.
fn has_place(scope: &Scope, path: &str, definition: &DefinitionModel) -> bool {
    scope.option(path).is_some_and(|own| own.definitions.iter().any(|d| d.place == definition.place))
}

/// How many of the attributes around a definition are none of its option's path, and how many names of the path are not among them.
fn alignment(steps: &Steps, path: &[Name]) -> Option<(usize, usize)> {
    let steps = &steps.steps;
    let agree = |skipped: usize, prefix: usize| {
        let mut pairs = steps[skipped..].iter().zip(&path[prefix..]);
        pairs.all(|(step, name)| step.name.as_ref().is_none_or(|step| step == name))
    };
    let most = steps.len() + path.len();
    (0..most).find_map(|sum| {
        (0..=sum).map(|prefix| (sum - prefix, prefix)).find(|(skipped, prefix)| {
            *skipped < steps.len() && *prefix < path.len() && agree(*skipped, *prefix)
        })
    })
}
