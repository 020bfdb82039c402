//! The way through the options of a scope, and what is remembered of it.

use super::dependencies::Dependencies;
use super::inheritance::Heritage;
use super::moved::files_of;
use super::{Builder, note_troubles, trouble};
use crate::eval::Eval;
use crate::nixos::model::{OptionModel, OptionPath, Options, Scope};
use crate::nixos::system::{NodeId, ScopeId};
use crate::syntax::hir::Name;
use std::cell::OnceCell;
use std::sync::{Arc, OnceLock};

/// The way through a scope: what was evaluated, and what had a part in it.
#[derive(Default)]
pub(super) struct Walk {
    /// The outermost options, in the order of their paths.
    pub(super) units: Vec<Arc<Unit>>,
    /// The keys of what had a part in each of them.
    pub(super) seen_by: Vec<Vec<u32>>,
    /// The keys of what had a part in which options there are.
    pub(super) seen: Vec<u32>,
    /// Whether the way is through one of the units.
    pub(super) inside: bool,
    /// Whether there may be more options than are known.
    pub(super) open: bool,
    /// Whether something failed that is none of the units.
    pub(super) broken: bool,
    pub(super) dependencies: OnceCell<Arc<Dependencies>>,
    pub(super) heritage: OnceCell<Heritage>,
}

/// An option, or a set of what nothing declares, with all that is in it.
#[derive(Clone)]
pub(super) struct Unit {
    pub(super) path: Vec<Name>,
    /// Whether it left nothing behind in the scope but options, and what is not known of them.
    pub(super) plain: bool,
    /// Whether all that is in it is known.
    pub(super) complete: bool,
    /// Whether something of the configuration's own is missing in it.
    pub(super) lacks_own: bool,
    /// The modules that define it, by their numbers.
    pub(super) modules: Vec<u32>,
    /// The options of the scope that it is, before anything else is made of them.
    pub(super) options: Vec<(OptionPath, Arc<OptionModel>)>,
    /// These as specialisations have them that change nothing about them, once one is evaluated.
    pub(super) inherited: OnceLock<Arc<[Arc<OptionModel>]>>,
    /// The files that it has places in, by their numbers.
    pub(super) files: Vec<u32>,
}

impl Unit {
    /// Whether any of its options fails: each scope tells that of itself.
    pub(super) fn fails(&self) -> bool {
        self.options.iter().any(|(_, option)| option.prediction.fails())
    }

    /// Notes in a scope what is not known of the unit, which is one of it.
    pub(super) fn note_gaps(&self, scope: &mut Scope) {
        scope.complete &= self.complete;
        scope.lacks_own |= self.lacks_own;
    }
}

/// The options of units.
pub(super) fn options_of<'u>(units: impl IntoIterator<Item = &'u Arc<Unit>>) -> Options {
    let units = units.into_iter().flat_map(|unit| unit.options.iter().cloned());
    let mut options: Vec<(OptionPath, Arc<OptionModel>)> = units.collect();
    options.sort_by(|(a, _), (b, _)| a.cmp(b));
    options.into_iter().collect()
}

impl Builder<'_> {
    /// A scope without its specialisations, and the way through it.
    pub(super) fn walked(&mut self, ev: &mut Eval<'_>, id: ScopeId) -> (Scope, Walk) {
        self.walk = Some(Walk::default());
        let mut scope = Scope { complete: true, ..Scope::default() };
        match self.modules.troubles(ev, id) {
            Ok(troubles) => {
                note_troubles(ev, &troubles, &mut scope);
                let root = self.modules.root(ev, id);
                self.namespace(ev, root, &mut scope, 0);
            }
            Err(stop) => {
                scope.complete = false;
                scope.lacks_own = true;
                scope.troubles.push(trouble(ev, &stop));
                self.failed_scope(ev, &stop, &mut scope);
                return (scope, self.walk.take().unwrap_or_default());
            }
        }
        let mut walk = self.walk.take().unwrap_or_default();
        // What is in none of the units failed.
        for (path, option) in std::mem::replace(&mut scope.options, options_of(&walk.units)) {
            scope.options.insert_sorted(path, option);
        }
        self.complete(ev, id, &mut scope);
        walk.broken |= ev.forgot_reads() || scope.options.keys().any(|option| option.starts_with("_module."));
        (scope, walk)
    }

    /// What becomes of the options of a scope once all of them are there.
    pub(super) fn complete(&mut self, ev: &mut Eval<'_>, id: ScopeId, scope: &mut Scope) {
        self.contradicting_arguments(ev, id, scope);
        self.conflicts_of_nixos(ev, id, scope);
        let renamed = self.renamed_among(scope.options.iter());
        self.unite_names(ev, id, renamed, scope);
        Self::refuse_strangers(scope);
    }

    /// Notes that something failed of which no option can say.
    pub(super) fn note_failure(&mut self) {
        if let Some(walk) = &mut self.walk {
            walk.broken = true;
        }
    }

    /// Notes that not all names in a namespace are known.
    pub(super) fn note_open(&mut self) {
        if let Some(walk) = self.walk.as_mut().filter(|walk| !walk.inside) {
            walk.open = true;
        }
    }

    /// Notes what had a part in which options there are in a namespace.
    pub(super) fn note_names(&mut self, ev: &mut Eval<'_>, seen: Vec<u32>) {
        match &mut self.walk {
            Some(walk) if walk.inside => ev.note_all_seen(&seen),
            Some(walk) => walk.seen.extend(seen),
            None => {}
        }
    }

    /// What stands at a node that is not just a namespace.
    pub(super) fn unit(&mut self, ev: &mut Eval<'_>, node: NodeId, scope: &mut Scope, nesting: usize) {
        match &mut self.walk {
            Some(walk) if !walk.inside => walk.inside = true,
            _ => return self.described(ev, node, scope, nesting),
        }
        let left = |scope: &Scope| (scope.troubles.len(), scope.intruders.len());
        let before = left(scope);
        let (complete, lacks_own) = (scope.complete, scope.lacks_own);
        (scope.complete, scope.lacks_own) = (true, false);
        let others = std::mem::take(&mut scope.options);
        let (modules, reads) = ev.reading(|ev| {
            self.described(ev, node, scope, nesting);
            let raw = self.modules.raw(ev, node);
            let mut modules: Vec<u32> =
                raw.iter().flat_map(|raw| raw.iter()).map(|definition| definition.module).collect();
            modules.sort_unstable();
            modules.dedup();
            modules
        });
        let plain = left(scope) == before;
        let known = (scope.complete, scope.lacks_own);
        scope.complete &= complete;
        scope.lacks_own |= lacks_own;
        let options = std::mem::replace(&mut scope.options, others).into_iter().collect::<Vec<_>>();
        let files = files_of(&options);
        let path = self.path(node);
        if let Some(walk) = &mut self.walk {
            walk.inside = false;
            let (complete, lacks_own) = known;
            let inherited = OnceLock::new();
            let unit = Unit { path, plain, complete, lacks_own, modules, options, inherited, files };
            walk.units.push(Arc::new(unit));
            walk.seen_by.push(reads.seen);
        }
    }
}
