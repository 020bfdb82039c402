//! What several modules declare, put together.

use crate::nixos::model::World;
use crate::nixos::table::{Facts, OptionTableBuilder, TypeDescription};
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
    }

    /// Notes that a whole batch could not be evaluated.
    pub(super) fn failed(&mut self, why: String) {
        self.open.push(Vec::new());
        self.troubles.push(why);
    }

    /// The options, and what could not be known.
    pub(super) fn finish(mut self, world: World) -> (OptionTableBuilder, Vec<String>) {
        self.place_added();
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
        (builder, self.troubles)
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
