//! What several modules declare, put together.

use super::Source;
use super::defined::FoundDefinition;
use crate::nixos::model::World;
use crate::nixos::show_loc;
use crate::nixos::table::{Definers, Facts, OptionTableBuilder, TypeDescription};
use crate::syntax::hir::Name;
use std::collections::BTreeMap;

/// In a path: the place of the submodules in the option above, which another module tells.
pub(super) const INSIDE: Name = Name::new_static("\0");

/// What modules of a batch declare.
#[derive(Default)]
pub(super) struct Found {
    pub(super) options: Vec<FoundOption>,
    /// Below which paths there may be more, and whether only where a module is imported.
    pub(super) open: Vec<(Vec<Name>, bool)>,
    /// What could not be known.
    pub(super) troubles: Vec<String>,
    /// What they define.
    pub(super) defined: Vec<FoundDefinition>,
    /// Whether there are modules that cannot be known.
    pub(super) lacks_modules: bool,
}

/// A declaration of an option.
pub(super) struct FoundOption {
    pub(super) path: Vec<Name>,
    /// Its type, where the declaration says one.
    pub(super) ty: Option<TypeDescription>,
    pub(super) facts: Facts,
    /// Whether it is only there where a configuration imports its module.
    pub(super) by_import: bool,
}

/// The declarations of all modules.
#[derive(Default)]
pub(super) struct Union {
    options: BTreeMap<Vec<Name>, FoundOption>,
    open: Vec<Vec<Name>>,
    troubles: Vec<String>,
    defined: Vec<FoundDefinition>,
    /// Whether not even the modules are all known.
    lacks_modules: bool,
}

impl Union {
    /// Adds what a batch declares.
    pub(super) fn add(&mut self, found: Found) {
        for option in found.options {
            match self.options.get_mut(&option.path) {
                Some(known) => known.unite(option),
                None => {
                    self.options.insert(option.path.clone(), option);
                }
            }
        }
        self.open.extend(found.open.into_iter().filter(|(_, by_import)| !by_import).map(|(path, _)| path));
        self.troubles.extend(found.troubles);
        self.defined.extend(found.defined);
        self.lacks_modules |= found.lacks_modules;
    }

    /// Notes that a whole batch could not be evaluated.
    pub(super) fn failed(&mut self, why: String) {
        self.open.push(Vec::new());
        self.troubles.push(why);
        self.lacks_modules = true;
    }

    /// The options, what could not be known, and which modules define what, if these are all known.
    pub(super) fn finish(mut self, source: &Source) -> (OptionTableBuilder, Vec<String>, Option<Definers>) {
        let world = source.world;
        self.place_added();
        let is_whole = world == World::Nixos && !self.lacks_modules;
        let definers = is_whole.then(|| self.definers(&source.folder));
        let mut builder = OptionTableBuilder::exact(world);
        for (path, option) in &self.options {
            let ty = self.type_of(option, 0);
            builder.add_exactly(path, &ty, option.facts.clone(), option.by_import);
        }
        for path in &self.open {
            builder.leave_open(path);
        }
        self.troubles.sort();
        self.troubles.dedup();
        (builder, self.troubles, definers)
    }

    /// Which modules define which options.
    fn definers(&self, folder: &str) -> Definers {
        let mut definers = Definers::new(folder);
        let modules: Vec<u32> =
            self.defined.iter().map(|defined| definers.add_module(&defined.file)).collect();
        for (defined, module) in self.defined.iter().zip(modules) {
            let path = &defined.path;
            let option =
                (1..=path.len()).find_map(|end| Some((&path[..end], self.options.get(&path[..end])?)));
            match option {
                Some((path, option)) if Definers::are_of(&self.type_of(option, 0)) => {
                    definers.add(module, show_loc(path));
                    for place in &option.facts.declared {
                        let file = place.rsplit_once(':').map_or(place.as_str(), |(file, _)| file);
                        if let Some(to) = definers.module(file) {
                            definers.add_lead(module, to);
                        }
                    }
                }
                None if defined.open => definers.add_open(module, show_loc(path)),
                _ => {}
            }
        }
        for (old, option) in &self.options {
            for new in &option.facts.renamed_to {
                let new: Vec<Name> = new.iter().map(Name::new).collect();
                definers.add_old_name(show_loc(old), show_loc(&new));
            }
        }
        definers
    }

    /// Gives the options that were added to submodules of others their place.
    fn place_added(&mut self) {
        let is_added = |path: &Vec<Name>| path.contains(&INSIDE);
        let added: Vec<Vec<Name>> = self.options.keys().filter(|path| is_added(path)).cloned().collect();
        for path in added {
            let Some(mut option) = self.options.remove(&path) else { continue };
            let at = path.iter().position(|name| *name == INSIDE).unwrap_or_default();
            let ty = self.options.get(&path[..at]).and_then(|outer| outer.ty.as_ref());
            let Some(steps) = ty.and_then(inside) else { continue };
            option.path = [&path[..at], &steps, &path[at + 1..]].concat();
            for to in option
                .facts
                .renamed_to
                .iter_mut()
                .filter(|to| to.get(at).is_some_and(|name| *name == *INSIDE))
            {
                to.splice(at..=at, steps.iter().map(Name::to_string));
            }
            match self.options.get_mut(&option.path) {
                Some(known) => known.unite(option),
                None => {
                    self.options.insert(option.path.clone(), option);
                }
            }
        }
        self.open.retain(|path| !is_added(path));
    }

    /// The type of an option; of one that has another name now, that option's.
    fn type_of(&self, option: &FoundOption, depth: usize) -> TypeDescription {
        /// How often an option may have been renamed.
        const MOST: usize = 8;
        if let Some(ty) = &option.ty {
            return ty.clone();
        }
        let [to] = option.facts.renamed_to.as_slice() else { return TypeDescription::Unspecified };
        if option.facts.changed {
            return TypeDescription::Unspecified;
        }
        let to: Vec<Name> = to.iter().map(Name::new).collect();
        match self.options.get(&to) {
            Some(target) if depth < MOST => match self.type_of(target, depth + 1) {
                // The options inside have their own place.
                nested @ (TypeDescription::Submodule | TypeDescription::OpenSubmodule(_)) => {
                    TypeDescription::Unknown(nested.to_string().into())
                }
                plain => plain,
            },
            _ => TypeDescription::Unknown(option.facts.renamed_to[0].join(".").into()),
        }
    }
}

impl FoundOption {
    /// Adds another declaration of the same option.
    fn unite(&mut self, other: FoundOption) {
        for place in other.facts.declared {
            if !self.facts.declared.contains(&place) {
                self.facts.declared.push(place);
            }
        }
        // What is always there says what an option is.
        if other.by_import && !self.by_import {
            return;
        }
        self.by_import &= other.by_import;
        self.ty = match (self.ty.take(), other.ty) {
            (Some(a), Some(b)) => Some(unite(a, b)),
            (a, b) => a.or(b),
        };
        self.facts.default = self.facts.default.take().or(other.facts.default);
        self.facts.removed = self.facts.removed.take().or(other.facts.removed);
        for to in other.facts.renamed_to {
            if !self.facts.renamed_to.contains(&to) {
                self.facts.renamed_to.push(to);
            }
        }
        self.facts.changed |= other.facts.changed;
        self.facts.applied |= other.facts.applied;
        self.facts.read_only |= other.facts.read_only;
        self.facts.hidden &= other.facts.hidden;
    }
}

/// The type that two declarations of an option have together.
fn unite(a: TypeDescription, b: TypeDescription) -> TypeDescription {
    use TypeDescription::{AttrsOf, Enum, ListOf, NullOr, OpenSubmodule, Submodule, Unique, Unknown};
    let both = |a: Box<TypeDescription>, b: Box<TypeDescription>| Box::new(unite(*a, *b));
    match (a, b) {
        (a, b) if a == b => a,
        (open @ OpenSubmodule(_), Submodule | OpenSubmodule(_)) | (Submodule, open @ OpenSubmodule(_)) => {
            open
        }
        (AttrsOf { elem: a, lazy }, AttrsOf { elem: b, .. }) => AttrsOf { elem: both(a, b), lazy },
        (ListOf { elem: a, non_empty }, ListOf { elem: b, .. }) => ListOf { elem: both(a, b), non_empty },
        (NullOr(a), NullOr(b)) => NullOr(both(a, b)),
        (Unique(a), Unique(b)) => Unique(both(a, b)),
        (Enum(mut a), Enum(b)) => {
            a.extend(b.into_iter().filter(|value| !a.contains(value)).collect::<Vec<_>>());
            Enum(a)
        }
        (Unknown(what), _) | (_, Unknown(what)) => Unknown(what),
        (a, b) => Unknown(format!("{a} and {b}").into()),
    }
}

/// The names that lead to the submodules in an option of a type.
fn inside(ty: &TypeDescription) -> Option<Vec<Name>> {
    use TypeDescription::{
        AttrsOf, Checked, CoercedTo, Either, ListOf, NullOr, OpenSubmodule, Submodule, Unique,
    };
    let step = |name, elem| Some([vec![Name::new_static(name)], inside(elem)?].concat());
    match ty {
        Submodule | OpenSubmodule(_) => Some(Vec::new()),
        AttrsOf { elem, .. } => step("<name>", elem),
        ListOf { elem, .. } => step("*", elem),
        NullOr(inner) | Unique(inner) | Checked { base: inner, .. } => inside(inner),
        CoercedTo { to, .. } => inside(to),
        Either(left, right) => inside(left).or_else(|| inside(right)),
        _ => None,
    }
}
