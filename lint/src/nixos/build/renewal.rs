//! What is evaluated of a system once something of it is another than in a former evaluation: what that has a part in.

use super::dependencies::{Dependencies, all, are_around, of_file};
use super::known_modules::KnownModule;
use super::moved::Edited;
use super::record::{Kept, KeptScope, declared};
use super::walk::{Unit, Walk, options_of};
use super::{Builder, note_troubles};
use crate::eval::{Eval, prelude};
use crate::nixos::collect::is_setting;
use crate::nixos::definitions::Definition;
use crate::nixos::difference::Difference;
use crate::nixos::homes;
use crate::nixos::model::Scope;
use crate::nixos::system::{ModuleOrigin, NodeId, NodeKind, ScopeId, is_specialisation};
use crate::syntax::hir::Name;
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A former evaluation, and what is another now.
pub(in crate::nixos) struct Base<'r> {
    /// What is kept of it.
    pub(in crate::nixos) kept: &'r Kept,
    /// The files that are others now.
    pub(in crate::nixos) changed: Changed,
}

/// Files that are others than they were, by their paths.
pub(in crate::nixos) type Changed = FxHashMap<Arc<str>, Change>;

/// A file that is another one.
pub(in crate::nixos) struct Change {
    /// Its number.
    pub(in crate::nixos) file: u32,
    /// Which settings are others, if that is all.
    pub(in crate::nixos) difference: Option<Difference>,
}

impl Change {
    /// Whether the file says the same, if perhaps at other places.
    pub(in crate::nixos) fn is_none(&self) -> bool {
        self.difference.as_ref().is_some_and(|difference| difference.is_none)
    }
}

/// The files whose differences are known, by their numbers.
pub(super) fn edited(changed: &Changed) -> Edited<'_> {
    changed.values().filter_map(|change| Some((change.file, change.difference.as_ref()?))).collect()
}

/// What of the specialisations of a former evaluation still holds: all but what is at these paths.
pub(super) struct Holds {
    paths: BTreeSet<Vec<Name>>,
}

/// The settings of a scope that are others.
#[derive(Default)]
struct Changes {
    /// The outermost options that they are in now.
    units: BTreeMap<Vec<Name>, NodeId>,
    /// The paths of these, of those that they were in, and of what is declared anew.
    paths: BTreeSet<Vec<Name>>,
    /// Which of its modules are new, and the numbers of the others now, by those that they had.
    modules: Renumbered,
}

/// What numbers modules have among which there are new ones.
#[derive(Default)]
struct Renumbered {
    has_new: bool,
    numbers: Vec<u32>,
}

impl Renumbered {
    /// A unit, by the numbers that its modules have now.
    fn renumber(&self, unit: Arc<Unit>) -> Arc<Unit> {
        if self.has_new { unit.of_modules(&self.numbers) } else { unit }
    }
}

/// Which settings of a module are others.
enum ChangedSettings<'d> {
    All,
    /// These, and the declarations of these options.
    These(Vec<&'d [Name]>, &'d [Vec<Name>]),
}

/// The option of all specialisations.
const SPECIALISATION: &str = "specialisation";

/// Units of a former evaluation, with their numbers there.
pub(super) type Holding = Vec<(usize, Arc<Unit>)>;

impl<'r> Base<'r> {
    /// Which settings of a module are others; `None` if none of them is. Of a specialisation only those are meant that are its own.
    fn changed_settings(&self, module: &KnownModule, child: Option<&Name>) -> Option<ChangedSettings<'_>> {
        let (file, whole) = module.within.as_ref()?;
        let change = self.changed.get(&**file)?;
        if child.is_some() && module.origin != ModuleOrigin::Own {
            return None;
        }
        let Some(difference) = &change.difference else { return Some(ChangedSettings::All) };
        let changed = difference.changed.iter().map(Vec::as_slice);
        let changed = match (whole, child) {
            (true, _) => changed.collect(),
            // What it imports is the same.
            (false, None) => return None,
            (false, Some(name)) => {
                let mut own = Vec::new();
                for path in changed.filter(|path| may_be_of(path, name)) {
                    match in_configuration(path) {
                        Some(below) if is_setting(&below[0]) => own.push(below),
                        _ => return Some(ChangedSettings::All),
                    }
                }
                own
            }
        };
        let declared = if *whole { difference.declared.as_slice() } else { &[] };
        (!changed.is_empty() || !declared.is_empty()).then_some(ChangedSettings::These(changed, declared))
    }
}

impl ChangedSettings<'_> {
    /// Whether one of them may be in the option at a path, or one above it.
    fn may_be_in(&self, unit: &[Name]) -> bool {
        match self {
            ChangedSettings::All => true,
            ChangedSettings::These(paths, _) => paths.iter().any(|path| are_around(path, unit)),
        }
    }

    /// Whether the declaration of an option is another.
    fn declare(&self, option: &[Name]) -> bool {
        match self {
            ChangedSettings::All => true,
            ChangedSettings::These(_, declared) => declared.iter().any(|path| are_around(path, option)),
        }
    }
}

/// What a path is in the configuration of a specialisation, if it leads into one.
fn in_configuration(path: &[Name]) -> Option<&[Name]> {
    let place = path.get(..3).filter(|place| is_specialisation(place))?;
    path.get(place.len()..).filter(|below| !below.is_empty())
}

/// Whether what is at a path is of a specialisation.
fn is_theirs(path: &[Name]) -> bool {
    path.first().is_some_and(|first| first == SPECIALISATION)
}

/// Whether what is at a path may be of the configuration of this specialisation.
fn may_be_of(path: &[Name], name: &Name) -> bool {
    let place = [&Name::new_static(SPECIALISATION), name, &Name::new_static("configuration")];
    path.iter().zip(place).all(|(a, b)| a == b)
}

impl<'b> Builder<'b> {
    /// The settings of a scope that are others; `None` if more than settings is.
    fn changes(
        &self,
        ev: &mut Eval<'_>,
        (id, child): (ScopeId, Option<&Name>),
        kept: &KeptScope,
        base: &Base<'_>,
    ) -> Option<Changes> {
        let collected = self.modules.collected(ev, id).ok()?;
        let mut changes = Changes::default();
        let modules = kept.former_modules(ev, &collected, &edited(&base.changed))?;
        for (i, (former, module)) in (0..).zip(modules.into_iter().zip(&collected.modules)) {
            let known = former.map(|former| &kept.modules[former as usize]);
            let settings = match known {
                Some(known) => {
                    changes.modules.numbers.push(i);
                    base.changed_settings(known, child)
                }
                None => {
                    changes.modules.has_new = true;
                    // What a specialisation inherits is a matter of the parent.
                    let is_own = child.is_none() || module.origin == ModuleOrigin::Own;
                    is_own.then_some(ChangedSettings::All)
                }
            };
            let Some(settings) = settings else { continue };
            if module.freeform.is_some() || former.is_some_and(|former| kept.arguments.contains(&former)) {
                return None;
            }
            let declares = !matches!(settings, ChangedSettings::These(_, []));
            if declares && module.options.is_some() {
                let now = declared(ev, module)?;
                let is_as_it_was = match known {
                    Some(known) => known.declared.as_ref() == Some(&now),
                    None => now.iter().all(|option| kept.unit(option).is_some()),
                };
                if !is_as_it_was {
                    return None;
                }
                changes.paths.extend(now.into_iter().filter(|option| settings.declare(option)));
            }
            let definitions = module.config.iter().map(|config| Definition::new(i, *config, None));
            let mut own = self.own(ev, id, &definitions.collect::<Vec<_>>())?;
            own.units.retain(|path, _| settings.may_be_in(path));
            // A new module has no part in which specialisations there are.
            if known.is_none() && own.units.keys().any(|path| is_theirs(path)) {
                return None;
            }
            if let Some(former) = former {
                let was = kept.units.iter().filter(|unit| unit.modules.contains(&former));
                let was = was.map(|unit| &unit.path).filter(|path| settings.may_be_in(path));
                changes.paths.extend(was.cloned());
            }
            changes.paths.extend(own.units.keys().cloned());
            changes.units.extend(own.units);
        }
        let renamed = self.new_names_of(id, changes.paths.iter());
        changes.paths.extend(renamed);
        if !changes.paths.is_empty() {
            changes.paths.insert(all());
        }
        Some(changes)
    }

    /// A scope of which only that is evaluated in which what has changed since a former evaluation has a part, and the way through it;
    /// `None` if more than that is another.
    pub(super) fn renewed(
        &mut self,
        ev: &mut Eval<'_>,
        id: ScopeId,
        base: &Base<'_>,
    ) -> Option<(Scope, Walk)> {
        let kept = &base.kept.parent;
        let collected = self.modules.collected(ev, id).ok()?;
        let Changes { units, mut paths, modules } = self.changes(ev, (id, None), kept, base)?;
        let others = base.changed.iter().filter(|(_, change)| !change.is_none());
        paths.extend(others.map(|(file, _)| of_file(file)));
        let as_they_were = kept.unaffected(&paths, &edited(&base.changed))?;
        let mut open: BTreeMap<Vec<Name>, Option<NodeId>> =
            units.into_iter().map(|(path, node)| (path, Some(node))).collect();
        let (mut unchanged, mut moved) = (Vec::new(), Vec::new());
        for (i, (former, unit)) in kept.units.iter().zip(as_they_were).enumerate() {
            if open.contains_key(&former.path) {
                continue;
            }
            match unit {
                Some(unit) => {
                    unchanged.push(i);
                    moved.push(modules.renumber(unit));
                }
                None => {
                    open.insert(former.path.clone(), self.present(ev, id, &former.path)?);
                }
            }
        }
        self.holds = self.what_holds(base, paths, modules.has_new);
        let mut scope = Scope { complete: true, ..Scope::default() };
        note_troubles(ev, &collected.troubles, &mut scope);
        moved.iter().for_each(|unit| unit.note_gaps(&mut scope));
        self.walk = Some(Walk::default());
        for (path, node) in open {
            if let Some(node) = node {
                self.node(ev, node, &mut scope, path.len() - 1);
            }
        }
        let mut walk = self.walk.take()?;
        if walk.broken || walk.open || ev.forgot_reads() || !scope.options.is_empty() {
            return None;
        }
        self.join(ev, &mut walk, (&kept.dependencies, unchanged), moved);
        scope.options = options_of(&walk.units);
        self.complete(ev, id, &mut scope);
        let has_arguments = scope.options.keys().any(|option| option.starts_with("_module."));
        (!has_arguments).then_some((scope, walk))
    }

    /// The users whose homes have specialisations, if a former evaluation says it and nothing of their homes is another.
    pub(super) fn homes_as_they_were(&self) -> Option<Vec<Name>> {
        let kept = self.base?.kept;
        let users = kept.parent.unit(&homes::USERS.map(Name::new_static))?;
        self.unchanged.get(&None)?.contains(&users).then(|| kept.homes.clone())
    }

    /// Adds units that are unchanged, of these numbers, to those of a way.
    fn join(
        &mut self,
        ev: &Eval<'_>,
        walk: &mut Walk,
        (dependencies, unchanged): (&Dependencies, Vec<usize>),
        moved: Vec<Arc<Unit>>,
    ) {
        let units: Vec<Arc<Unit>> = moved.into_iter().chain(std::mem::take(&mut walk.units)).collect();
        let mut order: Vec<usize> = (0..units.len()).collect();
        order.sort_by(|a, b| units[*a].path.cmp(&units[*b].path));
        // Specialisations have theirs from the parent; nothing else asks for what is not kept.
        if self.keeps || self.of.is_none() {
            let new = self.dependencies(ev, walk);
            let _unset = walk.dependencies.set(dependencies.renewed(&unchanged, &new, &order).into());
        }
        walk.units = order.iter().map(|i| units[*i].clone()).collect();
        self.unchanged.insert(self.of.clone(), unchanged);
    }

    /// What of the specialisations holds while what is at these paths is another; `None` if which modules they have may be another. There
    /// may be new modules.
    fn what_holds(&self, base: &Base<'_>, mut paths: BTreeSet<Vec<Name>>, has_new: bool) -> Option<Holds> {
        let kept = &base.kept.parent;
        // They have a part in each other by being of one scope; that makes no other modules of them.
        let others = || paths.iter().filter(|path| !is_theirs(path) && **path != all()).map(Vec::as_slice);
        let i = kept.unit(&[Name::new_static(SPECIALISATION)])?;
        let is_affected = kept.dependencies.affected(others()).is_none_or(|affected| affected[i]);
        let mut deep = Vec::new();
        for known in &kept.modules {
            let Some((file, whole)) = &known.within else { continue };
            let Some(change) = base.changed.get(&**file) else { continue };
            let declares =
                known.declared.as_ref().is_none_or(|paths| paths.iter().any(|path| is_theirs(path)));
            match &change.difference {
                // What declares them has modules of its own for them.
                Some(difference) if declares && !difference.declared.is_empty() => return None,
                Some(difference) => {
                    deep.extend(difference.changed.iter().filter(|path| *whole && is_theirs(path)).cloned());
                }
                None if declares => return None,
                None => {
                    let mut defining = kept.units[i].modules.iter();
                    if defining.any(|number| std::ptr::eq(&kept.modules[*number as usize], known)) {
                        return None;
                    }
                }
            }
        }
        if is_affected || !deep.iter().all(|path| in_configuration(path).is_some()) {
            return None;
        }
        paths.retain(|path| !is_theirs(path));
        paths.extend(deep);
        // A new module may declare more of what specialisations are: something in one that asks for the like has another answer then.
        if has_new {
            paths.insert(vec![Name::new_static(SPECIALISATION)]);
        }
        Some(Holds { paths })
    }

    /// Which units of a specialisation's former evaluation hold.
    pub(super) fn held(&self, ev: &mut Eval<'_>, id: ScopeId) -> Option<Held<'b>> {
        let (base, holds, name) = (self.base?, self.holds.as_ref()?, self.of.as_ref()?);
        let kept = base.kept.children.get(name)?;
        let Changes { mut paths, modules, .. } = self.changes(ev, (id, Some(name)), kept, base)?;
        paths.extend(holds.paths.iter().cloned());
        let as_they_were = kept.unaffected(&paths, &edited(&base.changed))?.into_iter().enumerate();
        let held = as_they_were
            .filter_map(|(i, unit)| Some((kept.units[i].path.as_slice(), (i, modules.renumber(unit?)))));
        let units = held.collect();
        Some(Held { kept, units })
    }

    /// Adds units that hold to those of the way through a specialisation, which is then kept.
    pub(super) fn keep_child(
        &mut self,
        ev: &mut Eval<'_>,
        id: ScopeId,
        mut walk: Walk,
        held: Option<(&KeptScope, Holding)>,
    ) -> Vec<Arc<Unit>> {
        let former = held.as_ref().map(|(kept, _)| *kept);
        if let Some((kept, units)) = held {
            let (numbers, moved): (Vec<usize>, Vec<Arc<Unit>>) = units.into_iter().unzip();
            self.join(ev, &mut walk, (&kept.dependencies, numbers), moved);
        }
        let units = walk.units.clone();
        if let Some(name) = self.of.clone().filter(|_| self.keeps)
            && let Some(kept) = self.kept_scope(ev, id, walk, former)
        {
            self.children.insert(name, kept);
        }
        units
    }

    /// The node at a path, if something is defined or declared there; `None` if that is not known.
    fn present(&self, ev: &mut Eval<'_>, id: ScopeId, path: &[Name]) -> Option<Option<NodeId>> {
        let mut node = self.modules.root(ev, id);
        for name in path {
            if !self.modules.child_names(ev, node).ok()?.0.contains(name) {
                return Some(None);
            }
            match self.modules.child(ev, node, name).ok()? {
                Some(child) => node = child,
                None => return Some(None),
            }
        }
        (!matches!(self.modules.kind(node), NodeKind::Namespace)).then_some(Some(node))
    }
}

/// The units of a specialisation's former evaluation that hold.
pub(super) struct Held<'k> {
    /// The former evaluation.
    pub(super) kept: &'k KeptScope,
    /// The units, with their numbers there.
    pub(super) units: BTreeMap<&'k [Name], (usize, Arc<Unit>)>,
}

/// Whether all files of a former evaluation still have a part in the system: those that nothing has asked for have one in what is
/// unchanged.
pub(super) fn has_all_files(
    ev: &Eval<'_>,
    base: &Base<'_>,
    unchanged: &BTreeMap<Option<Name>, Vec<usize>>,
) -> bool {
    let kept = base.kept;
    let scopes = || {
        unchanged.iter().filter_map(|(name, units)| match name {
            None => Some((&kept.parent, units)),
            Some(name) => Some((kept.children.get(name)?, units)),
        })
    };
    let mut unasked = ev.unasked().filter(|unit| !prelude::is_own(&unit.path));
    unasked.all(|unit| scopes().any(|(kept, units)| kept.dependencies.has_file(&unit.path, units)))
}
