//! What a specialisation has from its parent unchanged, which is not evaluated again.
//!
//! A specialisation has the modules of its parent and its own. An option that its own modules do not define is what it is in the parent
//! if they define nothing either that had a part in the evaluation of the option there. Debug builds evaluate everything all the same,
//! and compare.

use super::aliases::Renamed;
use super::walk::{Unit, Walk};
use super::{Builder, dependencies, note_troubles};
use crate::eval::{Eval, Value};
use crate::nixos::collect::Collected;
use crate::nixos::definitions::{self, Definition};
#[cfg(debug_assertions)]
use crate::nixos::model::Prediction;
use crate::nixos::model::{DefinitionModel, OptionModel, OptionPath, Origin, Scope};
use crate::nixos::system::{ModuleOrigin, ModuleSystem, NodeId, NodeKind, ScopeId};
use crate::syntax::hir::Name;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What there is to inherit.
pub(super) struct Heritage {
    /// In the order of their paths.
    options: Vec<Inherited>,
    /// Which units have a part that fails.
    failing: Vec<bool>,
    /// What has taken the place of options, and which units these belong to.
    renamed: Vec<(usize, Renamed)>,
}

/// An option as specialisations have it that change nothing about it.
struct Inherited {
    /// The path as NixOS prints it.
    path: OptionPath,
    /// Which unit it belongs to.
    unit: usize,
    option: Arc<OptionModel>,
}

/// What some modules of a scope define.
#[derive(Default)]
pub(super) struct Own {
    /// The nodes of the outermost options, by path.
    pub(super) units: BTreeMap<Vec<Name>, NodeId>,
    /// What options among them may be old names of.
    pub(super) renamed: Vec<Vec<Name>>,
    /// The path that stands for all.
    all: Option<Vec<Name>>,
}

impl Own {
    /// The paths of all.
    pub(super) fn paths(&self) -> impl Iterator<Item = &[Name]> {
        self.units.keys().chain(&self.renamed).chain(&self.all).map(Vec::as_slice)
    }
}

impl Builder<'_> {
    /// The scope of a specialisation.
    pub(super) fn child(&mut self, ev: &mut Eval<'_>, id: ScopeId, parent: ScopeId, walk: &Walk) -> Scope {
        let Some(scope) = self.inherited(ev, id, parent, walk) else { return self.walked(ev, id).0 };
        #[cfg(debug_assertions)]
        {
            let evaluated = self.walked(ev, id).0;
            // What is evaluated twice may take longer than anything may.
            if !ev.is_exhausted() {
                compare(&scope, &evaluated, |path| path[0] != "specialisation");
            }
        }
        scope
    }

    /// The scope of a specialisation, with what it has unchanged as it is in the parent; `None` if that is not to be told.
    fn inherited(&mut self, ev: &mut Eval<'_>, id: ScopeId, parent: ScopeId, walk: &Walk) -> Option<Scope> {
        if walk.broken || !self.modules.is_like(id, parent) {
            return None;
        }
        let collected = self.modules.collected(ev, id).ok()?;
        let of_parent = self.modules.collected(ev, parent).ok()?;
        let definitions = own_definitions(&collected, &of_parent)?;
        let own = self.own(ev, id, &definitions)?;
        let dependencies = walk.dependencies.get_or_init(|| self.dependencies(ev, walk).into());
        let affected = dependencies.affected(own.paths())?;
        let mut scope = Scope { complete: true, ..Scope::default() };
        note_troubles(ev, &collected.troubles, &mut scope);
        scope.complete &= !walk.open;
        let mut open: BTreeMap<Vec<Name>, Option<NodeId>> =
            own.units.into_iter().map(|(path, node)| (path, Some(node))).collect();
        open.retain(|path, _| path[0] != "specialisation");
        let heritage = walk.heritage.get_or_init(|| self.heritage(&walk.units));
        let mut changed = affected;
        for ((unit, failing), changed) in walk.units.iter().zip(&heritage.failing).zip(&mut changed) {
            let is_theirs = unit.path[0] == "specialisation";
            if !is_theirs && !open.contains_key(&unit.path) && (*changed || !unit.plain || *failing) {
                open.insert(unit.path.clone(), None);
            }
            *changed |= is_theirs || open.contains_key(&unit.path);
            if !*changed {
                unit.note_gaps(&mut scope);
            }
        }
        let mut held = self.held(ev, id);
        let mut holding = Vec::new();
        self.walk = Some(Walk::default());
        for (path, node) in open {
            if let Some(unit) = held.as_mut().and_then(|held| held.units.remove(path.as_slice())) {
                unit.1.note_gaps(&mut scope);
                holding.push(unit);
                continue;
            }
            let node = match node {
                Some(node) => Some(node),
                None => self.modules.find(ev, id, &path).ok().flatten(),
            };
            let Some(node) = node else {
                self.walk = None;
                return None;
            };
            self.node(ev, node, &mut scope, path.len() - 1);
        }
        let walk = self.walk.take().unwrap_or_default();
        let units = self.keep_child(ev, id, walk, held.map(|held| (held.kept, holding)));
        for (path, option) in units.iter().flat_map(|unit| unit.options.iter().cloned()) {
            scope.options.insert_sorted(path, option);
        }
        let mut renamed = self.renamed_among(scope.options.iter());
        let unchanged = heritage.options.iter().filter(|option| !changed[option.unit]);
        let unchanged = unchanged.map(|o| (o.path.clone(), o.option.clone()));
        let mut options: Vec<_> = unchanged.chain(std::mem::take(&mut scope.options)).collect();
        options.sort_by(|(a, _), (b, _)| a.cmp(b));
        scope.options = options.into_iter().collect();
        self.conflicts_of_nixos(ev, id, &mut scope);
        renamed.extend(heritage.renamed.iter().filter(|(unit, _)| !changed[*unit]).map(|(_, r)| r.clone()));
        renamed.sort();
        self.unite_names(ev, id, renamed, &mut scope);
        Self::refuse_strangers(&mut scope);
        Some(scope)
    }

    /// What specialisations have from a parent.
    fn heritage(&self, units: &[Arc<Unit>]) -> Heritage {
        let (mut options, mut renamed) = (Vec::new(), Vec::new());
        for (i, unit) in units.iter().enumerate() {
            let of_unit = self.renamed_among(unit.options.iter().map(|(path, option)| (path, option)));
            renamed.extend(of_unit.into_iter().map(|renamed| (i, renamed)));
            let all = || unit.options.iter().map(|(_, option)| in_child(option)).collect();
            let all = unit.inherited.get_or_init(all).iter();
            let inherited = |((path, _), option): (&(OptionPath, _), &Arc<OptionModel>)| Inherited {
                path: path.clone(),
                unit: i,
                option: option.clone(),
            };
            options.extend(unit.options.iter().zip(all).map(inherited));
        }
        options.sort_by(|a, b| a.path.cmp(&b.path));
        Heritage { options, failing: units.iter().map(|unit| unit.fails()).collect(), renamed }
    }

    /// What definitions of a scope are about; `None` if that is not known.
    pub(super) fn own(&self, ev: &mut Eval<'_>, id: ScopeId, definitions: &[Definition]) -> Option<Own> {
        let mut own = Own::default();
        let root = self.modules.root(ev, id);
        self.own_units(ev, root, definitions, &mut own)?;
        own.renamed = self.new_names_of(id, own.units.keys());
        own.all = (!own.units.is_empty()).then(dependencies::all);
        Some(own)
    }

    /// What options at these paths may be old names of.
    pub(super) fn new_names_of<'p>(
        &self,
        id: ScopeId,
        paths: impl Iterator<Item = &'p Vec<Name>>,
    ) -> Vec<Vec<Name>> {
        let Some(table) = self.modules.table(id) else { return Vec::new() };
        let renamed = paths.flat_map(|path| table.new_names(path));
        renamed.map(|path| path.iter().map(Name::new).collect()).collect()
    }

    /// The outermost options that definitions are about; `None` if that is not known, or if something is defined that changes what
    /// the other modules are.
    fn own_units(
        &self,
        ev: &mut Eval<'_>,
        node: NodeId,
        definitions: &[Definition],
        own: &mut Own,
    ) -> Option<()> {
        let mut sets = Vec::new();
        for definition in definitions {
            definitions::push_down(ev, definition.clone(), &mut sets).ok()?;
        }
        for set in &sets {
            let Ok(Value::Attrs(set)) = ev.force(set.value) else { return None };
            ev.names(&set).ok()?;
        }
        for name in definitions::defined_names(ev, &sets).ok()? {
            let below = definitions::descend(ev, &sets, &name, &String::new).ok()?;
            let child = self.modules.child(ev, node, &name).ok()??;
            let path = self.path(child);
            match (path.as_slice(), self.modules.kind(child)) {
                ([first], _) if first == "imports" => return None,
                // What it is called, as every submodule is told: that is seen to where the argument is asked for.
                ([first, second], _) if first == "_module" => {
                    if second != "args" || self.argument_names(ev, &below)?.iter().any(|name| name != "name")
                    {
                        return None;
                    }
                }
                (_, NodeKind::Namespace) => self.own_units(ev, child, &below, own)?,
                _ => {
                    own.units.insert(path, child);
                }
            }
        }
        Some(())
    }

    fn argument_names(&self, ev: &mut Eval<'_>, definitions: &[Definition]) -> Option<Vec<Name>> {
        let mut sets = Vec::new();
        for definition in definitions {
            definitions::push_down(ev, definition.clone(), &mut sets).ok()?;
        }
        definitions::defined_names(ev, &sets).ok()
    }
}

impl ModuleSystem {
    /// Whether two scopes are evaluated the same way, but for their modules.
    fn is_like(&self, a: ScopeId, b: ScopeId) -> bool {
        self.with_scope(a, |a| {
            self.with_scope(b, |b| {
                a.prefix == b.prefix
                    && a.special_args == b.special_args
                    && a.table == b.table
                    && a.class == b.class
                    && a.freeform.is_none()
                    && b.freeform.is_none()
            })
        })
    }
}

/// What the modules define that a scope has besides those of another one; `None` if it does not have these as they are there, or if
/// there is more to them than settings.
fn own_definitions(child: &Collected, parent: &Collected) -> Option<Vec<Definition>> {
    if child.troubles.len() != parent.troubles.len() || child.disabled != parent.disabled {
        return None;
    }
    let mut inherited = parent.modules.iter().peekable();
    let mut own = Vec::new();
    for (i, module) in (0..).zip(&child.modules) {
        let is_own = module.origin == ModuleOrigin::Own;
        if inherited.next_if(|same| !is_own && same.key == module.key && same.file == module.file).is_some() {
            continue;
        }
        if module.options.is_some() || module.freeform.is_some() {
            return None;
        }
        own.extend(module.config.iter().map(|config| Definition::new(i, *config, None)));
    }
    inherited.next().is_none().then_some(own)
}

/// An option of a parent as its specialisations have it, if they change nothing about it.
fn in_child(option: &Arc<OptionModel>) -> Arc<OptionModel> {
    let origins = |definition: &DefinitionModel| {
        let because = definition.of_nixos.iter().flat_map(|made| &made.because).map(|(_, origin)| *origin);
        because.chain([definition.origin]).any(|origin| origin == Origin::Own)
    };
    let mut option = option.clone();
    if option.definitions.iter().any(origins) {
        for definition in &mut Arc::make_mut(&mut option).definitions {
            let because =
                definition.of_nixos.iter_mut().flat_map(|made| &mut made.because).map(|(_, origin)| origin);
            for origin in because.chain([&mut definition.origin]).filter(|origin| **origin == Origin::Own) {
                *origin = Origin::Inherited;
            }
        }
    }
    option
}

/// Holds the options of a scope that are wanted against what its evaluation makes of them.
#[cfg(debug_assertions)]
pub(super) fn compare(inherited: &Scope, evaluated: &Scope, wanted: impl Fn(&[Name]) -> bool) {
    let ordered = |reads: &mut Vec<crate::nixos::model::Read>| {
        reads.sort_by_key(|read| format!("{read:?}"));
        reads.dedup();
    };
    let plain = |option: &Arc<OptionModel>| {
        let mut option = OptionModel::clone(option);
        // Packages that are imported are numbered as they are met.
        if let Prediction::Unknown(reason) = &mut option.prediction
            && let Some(number) = reason.find(" #")
        {
            reason.truncate(number);
        }
        ordered(&mut option.reads);
        for definition in &mut option.definitions {
            ordered(&mut definition.reads);
            definition.conditions.iter_mut().for_each(|condition| ordered(&mut condition.reads));
        }
        option
    };
    let options = |scope: &Scope| -> BTreeMap<OptionPath, OptionModel> {
        let own = scope.options.iter().filter(|(_, option)| wanted(&option.path));
        own.map(|(path, option)| (path.clone(), plain(option))).collect()
    };
    let (inherited_options, evaluated_options) = (options(inherited), options(evaluated));
    for (path, option) in &evaluated_options {
        assert_eq!(inherited_options.get(path), Some(option), "`{path}` is inherited");
    }
    assert_eq!(inherited_options.len(), evaluated_options.len(), "as many options are inherited");
    assert_eq!(inherited.complete, evaluated.complete, "as complete as it is evaluated");
    assert_eq!(inherited.lacks_own, evaluated.lacks_own, "lacks what it lacks evaluated");
    assert_eq!(inherited.troubles, evaluated.troubles, "has the same troubles");
}
