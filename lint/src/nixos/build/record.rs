//! What is kept of the evaluation of a system, so that another one after an edit evaluates only what the edit has a part in.
//!
//! A file that is a module, and nothing else, says something of the options that it defines or declares, and of those in which these have
//! a part. All others are what they were. Where more changes than that (which modules there are, which options they declare), everything
//! is evaluated. Debug builds do that in any case, and compare.

use super::Builder;
use super::dependencies::Dependencies;
use super::known_modules::{self, KnownModule};
use super::moved::{Edited, Mover};
use super::renewal::{Change, Changed, edited};
use super::walk::{Unit, Walk};
use crate::eval::recorder::Told;
use crate::eval::{Eval, ThunkId, Value};
use crate::nixos::MOST_NAMES;
use crate::nixos::collect::Collected;
use crate::nixos::definitions::tag;
use crate::nixos::model::{Scope, System};
use crate::nixos::system::{Module, ScopeId, Trouble};
use crate::syntax::hir::{File, Name};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What is kept of the evaluation of a system.
pub struct Record {
    /// What its host told.
    pub(in crate::nixos) told: Told,
    /// Its files, by their numbers.
    pub(in crate::nixos) files: Vec<(Arc<str>, Arc<File>)>,
    /// How many of them had a part in what modules the system starts from.
    pub(in crate::nixos) outer: usize,
    /// The system.
    pub(in crate::nixos) system: Arc<System>,
    /// What is kept of its scopes, if that is of use.
    pub(in crate::nixos) kept: Option<Kept>,
}

/// What is kept of the scopes of a system.
pub(in crate::nixos) struct Kept {
    pub(super) parent: KeptScope,
    /// Of each specialisation what it does not have from the parent.
    pub(super) children: BTreeMap<Name, KeptScope>,
    /// The users whose homes have specialisations, or ask for them.
    pub(super) homes: Vec<Name>,
    /// How large the dependencies were when everything was evaluated.
    size: usize,
}

/// What is kept of a scope.
pub(super) struct KeptScope {
    pub(super) modules: Vec<Arc<KnownModule>>,
    troubles: Arc<[KnownTrouble]>,
    disabled: Arc<BTreeSet<String>>,
    /// The numbers of the modules that define arguments of modules.
    pub(super) arguments: Arc<[u32]>,
    pub(super) units: Vec<Arc<Unit>>,
    pub(super) dependencies: Arc<Dependencies>,
}

/// A trouble, likewise.
#[derive(PartialEq)]
struct KnownTrouble {
    file: Box<str>,
    message: String,
    foreign: bool,
    mixed: bool,
}

/// How many times as large as they were the dependencies may become: they are never forgotten.
const MOST_GROWTH: usize = 4;

impl KnownTrouble {
    fn of(trouble: &Trouble) -> Self {
        KnownTrouble {
            file: (&*trouble.file).into(),
            message: super::message(&trouble.stop),
            foreign: trouble.foreign,
            mixed: trouble.mixed.is_some(),
        }
    }
}

fn disabled(collected: &Collected) -> BTreeSet<String> {
    collected.disabled.iter().map(|key| key.to_string()).collect()
}

/// A system that was evaluated, and what is kept of its scopes, where its files say what they said, if perhaps at other places; `None`
/// if one of them says something else.
pub(in crate::nixos) fn moved(former: &Record, changed: &Changed) -> Option<(Arc<System>, Option<Kept>)> {
    if !changed.values().all(Change::is_none) {
        return None;
    }
    Mover::all(&edited(changed), |mover| {
        let kept = former.kept.as_ref().map(|kept| Kept {
            parent: kept.parent.moved(mover),
            children: kept.children.iter().map(|(name, kept)| (name.clone(), kept.moved(mover))).collect(),
            homes: kept.homes.clone(),
            size: kept.size,
        });
        (mover.system(&former.system).into(), kept)
    })
}

/// Lets a system have the scopes of a former one that are no others.
pub(in crate::nixos) fn share(system: &mut System, former: &System) {
    let share = |scope: &mut Arc<Scope>, former: &Arc<Scope>| {
        if scope.shares_all_with(former) {
            *scope = former.clone();
        }
    };
    share(&mut system.parent, &former.parent);
    for specialisation in &mut system.specialisations {
        let former = former.specialisations.iter().find(|former| former.name == specialisation.name);
        if let Some(former) = former {
            share(&mut specialisation.scope, &former.scope);
        }
    }
}

impl KeptScope {
    /// The same with its places in new texts.
    fn moved(&self, mover: &mut Mover<'_>) -> Self {
        KeptScope {
            modules: self.modules.iter().map(|module| module.moved(mover)).collect(),
            troubles: self.troubles.clone(),
            disabled: self.disabled.clone(),
            arguments: self.arguments.clone(),
            units: self.units.iter().map(|unit| mover.unit(unit)).collect(),
            dependencies: self.dependencies.clone(),
        }
    }

    /// Which of the modules that there were each of these is, by its number; `None` if one of them is gone, or if they are in another
    /// order.
    pub(super) fn former_modules(
        &self,
        ev: &Eval<'_>,
        collected: &Collected,
        edited: &Edited<'_>,
    ) -> Option<Vec<Option<u32>>> {
        let same = self.troubles.len() == collected.troubles.len()
            && self.troubles.iter().zip(&collected.troubles).all(|(k, t)| *k == KnownTrouble::of(t))
            && *self.disabled == disabled(collected);
        if same { known_modules::former(ev, &self.modules, &collected.modules, edited) } else { None }
    }

    /// The units as they are now where they are what they were, once what is at these paths is another; `None` if there may be others.
    pub(super) fn unaffected(
        &self,
        paths: &BTreeSet<Vec<Name>>,
        edited: &Edited<'_>,
    ) -> Option<Vec<Option<Arc<Unit>>>> {
        let affected = self.dependencies.affected(paths.iter().map(Vec::as_slice))?;
        let units = self.units.iter().zip(affected).map(|(unit, affected)| {
            let is_other = affected || !unit.plain || paths.contains(&unit.path);
            if is_other { None } else { unit.moved(edited) }
        });
        Some(units.collect())
    }

    /// A unit, by its path.
    pub(super) fn unit(&self, path: &[Name]) -> Option<usize> {
        self.units.binary_search_by(|unit| unit.path.as_slice().cmp(path)).ok()
    }
}

impl<'b> Builder<'b> {
    /// What is to be kept of a system, if anything.
    pub(super) fn kept(
        &mut self,
        ev: &mut Eval<'_>,
        id: ScopeId,
        walk: Walk,
        homes: &[Name],
    ) -> Option<Kept> {
        if ev.is_exhausted() {
            return None;
        }
        let former = self.base.map(|base| base.kept);
        let parent = self.kept_scope(ev, id, walk, former.map(|kept| &kept.parent))?;
        let size = former.map_or(parent.dependencies.size(), |kept| kept.size);
        let children = std::mem::take(&mut self.children);
        let homes = homes.to_vec();
        (parent.dependencies.size() <= size * MOST_GROWTH).then_some(Kept { parent, children, homes, size })
    }

    /// What is to be kept of a scope, if anything.
    pub(super) fn kept_scope(
        &self,
        ev: &mut Eval<'_>,
        id: ScopeId,
        walk: Walk,
        former: Option<&KeptScope>,
    ) -> Option<KeptScope> {
        if walk.broken || walk.open || ev.forgot_reads() {
            return None;
        }
        let collected = self.modules.collected(ev, id).ok()?;
        let mut modules: Vec<KnownModule> =
            collected.modules.iter().map(|module| KnownModule::of(ev, module)).collect();
        for (i, (known, module)) in modules.iter_mut().zip(&collected.modules).enumerate() {
            known.declared = match former.and_then(|former| former.modules.get(i)) {
                Some(former) if former.is_like(module) => former.declared.clone(),
                _ => declared(ev, module),
            };
        }
        let arguments = match self.modules.find(ev, id, &["_module"]) {
            Ok(Some(node)) => self.modules.raw(ev, node).ok()?.iter().map(|d| d.module).collect(),
            _ => Arc::default(),
        };
        let dependencies = match walk.dependencies.get() {
            Some(known) => known.clone(),
            None => self.dependencies(ev, &walk).into(),
        };
        Some(KeptScope {
            modules: modules.into_iter().map(Arc::new).collect(),
            troubles: collected.troubles.iter().map(KnownTrouble::of).collect(),
            disabled: disabled(&collected).into(),
            arguments,
            units: walk.units,
            dependencies,
        })
    }
}

/// Holds a system against what its evaluation makes of it.
#[cfg(debug_assertions)]
pub(in crate::nixos) fn compare(renewed: &System, evaluated: &System) {
    use super::inheritance::compare;
    compare(&renewed.parent, &evaluated.parent, |_| true);
    let names = |system: &System| -> Vec<_> {
        let all = system.specialisations.iter();
        all.map(|s| (s.name.clone(), s.inherits, s.certain, s.places.clone())).collect()
    };
    assert_eq!(names(renewed), names(evaluated), "has the specialisations that it has");
    for (renewed, evaluated) in renewed.specialisations.iter().zip(&evaluated.specialisations) {
        compare(&renewed.scope, &evaluated.scope, |_| true);
        assert_eq!(renewed.nested, evaluated.nested, "loses what it loses");
    }
    assert_eq!(renewed.homes, evaluated.homes, "has the homes that it has");
    assert_eq!(renewed.named, evaluated.named, "names what it names");
    assert_eq!(renewed.release, evaluated.release, "is of its release");
    assert_eq!(renewed.lacks_platform, evaluated.lacks_platform, "lacks what it lacks");
}

/// The paths of the options that a module declares, sorted; `None` if they are not all known.
pub(super) fn declared(ev: &mut Eval<'_>, module: &Module) -> Option<Vec<Vec<Name>>> {
    let mut paths = Vec::new();
    if let Some(options) = module.options {
        declared_below(ev, options, &mut Vec::new(), &mut paths)?;
    }
    paths.sort();
    Some(paths)
}

fn declared_below(
    ev: &mut Eval<'_>,
    set: ThunkId,
    path: &mut Vec<Name>,
    found: &mut Vec<Vec<Name>>,
) -> Option<()> {
    let value = ev.force(set).ok()?;
    if tag(ev, &value).ok()?.as_deref() == Some("option") {
        found.push(path.clone());
        return Some(());
    }
    let Value::Attrs(set) = value else { return None };
    if path.len() >= MOST_NAMES {
        return None;
    }
    ev.names(&set).ok()?;
    for (name, attr) in &set.entries {
        path.push(name.clone());
        declared_below(ev, attr.value, path, found)?;
        path.pop();
    }
    Some(())
}
