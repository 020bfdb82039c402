//! What a specialisation has from its parent unchanged, which is not evaluated again.
//!
//! A specialisation has the modules of its parent and its own. An option that its own modules do not define is what it is in the parent
//! if they define nothing either that had a part in the evaluation of the option there. Debug builds evaluate everything all the same,
//! and compare.

use super::aliases::Renamed;
use super::{Builder, note_troubles};
use crate::eval::{Eval, Value};
use crate::nixos::collect::Collected;
use crate::nixos::definitions::{self, Definition};
#[cfg(debug_assertions)]
use crate::nixos::model::Prediction;
use crate::nixos::model::{DefinitionModel, OptionModel, Origin, Scope};
use crate::nixos::system::{ModuleOrigin, ModuleSystem, NodeId, NodeKind, ScopeId, show_loc};
use crate::syntax::hir::Name;
use rustc_hash::FxHashMap;
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The way through a parent: what was evaluated, and what had a part in it.
#[derive(Default)]
pub(super) struct Walk {
    /// The outermost options, in the order of their paths.
    units: Vec<Unit>,
    /// The keys of what had a part in which options there are.
    seen: Vec<u32>,
    /// Whether the way is through one of the units.
    inside: bool,
    /// Whether there may be more options than are known.
    open: bool,
    /// Whether something failed that is none of the units.
    broken: bool,
    dependencies: OnceCell<Dependencies>,
    heritage: OnceCell<Heritage>,
}

/// An option, or a set of what nothing declares, with all that is in it.
struct Unit {
    path: Vec<Name>,
    /// The path as NixOS prints it.
    key: String,
    /// The keys of what had a part in its evaluation.
    seen: Vec<u32>,
    /// Whether it left nothing behind but options, and there is nothing in it that is not known.
    plain: bool,
}

/// What there is to inherit.
struct Heritage {
    /// In the order of their paths.
    options: Vec<Inherited>,
    /// Which units have a part that fails: each scope tells that of itself.
    failing: Vec<bool>,
    /// What has taken the place of options, and which units these belong to.
    renamed: Vec<(usize, Renamed)>,
}

/// An option as specialisations have it that change nothing about it.
struct Inherited {
    /// The path as NixOS prints it.
    path: String,
    /// Which unit it belongs to.
    unit: usize,
    option: Arc<OptionModel>,
}

/// What had a part in what, as a graph.
struct Dependencies {
    /// The paths of the nodes, with these, in order.
    paths: Vec<(Vec<Name>, usize)>,
    /// The nodes that each had a part in.
    readers: Vec<Vec<usize>>,
    /// The nodes that had a part in each unit.
    of_units: Vec<Vec<usize>>,
    /// Those that had a part in which options there are.
    of_names: Vec<usize>,
}

/// What the own modules of a specialisation define.
struct Own {
    /// The nodes of the outermost options, by path.
    units: BTreeMap<Vec<Name>, NodeId>,
    /// What options among them may be old names of.
    renamed: Vec<Vec<Name>>,
}

impl Builder {
    /// The scope that others inherit from, with what is to be known for them.
    pub(super) fn parent(&mut self, ev: &mut Eval<'_>, id: ScopeId) -> (Scope, Walk) {
        self.walk = Some(Walk::default());
        let scope = self.scope(ev, id);
        let mut walk = self.walk.take().unwrap_or_default();
        walk.broken |= ev.forgot_reads() || scope.options.keys().any(|option| option.starts_with("_module."));
        (scope, walk)
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
            Some(walk) if walk.inside => seen.into_iter().for_each(|key| ev.note_seen(key)),
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
        let ((), reads) = ev.reading(|ev| self.described(ev, node, scope, nesting));
        let plain = scope.complete && !scope.lacks_own && left(scope) == before;
        scope.complete &= complete;
        scope.lacks_own |= lacks_own;
        let path = self.path(node);
        if let Some(walk) = &mut self.walk {
            walk.inside = false;
            walk.units.push(Unit { key: show_loc(&path), path, seen: reads.seen, plain });
        }
    }

    /// The scope of a specialisation.
    pub(super) fn child(
        &mut self,
        ev: &mut Eval<'_>,
        id: ScopeId,
        parents: (ScopeId, &Scope),
        walk: &Walk,
    ) -> Scope {
        let Some(scope) = self.inherited(ev, id, parents, walk) else { return self.scope(ev, id) };
        #[cfg(debug_assertions)]
        compare(&scope, &self.scope(ev, id));
        scope
    }

    /// The scope of a specialisation, with what it has unchanged as it is in the parent; `None` if that is not to be told.
    fn inherited(
        &mut self,
        ev: &mut Eval<'_>,
        id: ScopeId,
        (parent_id, parent): (ScopeId, &Scope),
        walk: &Walk,
    ) -> Option<Scope> {
        if walk.broken || !self.modules.is_like(id, parent_id) {
            return None;
        }
        let collected = self.modules.collected(ev, id).ok()?;
        let of_parent = self.modules.collected(ev, parent_id).ok()?;
        let definitions = own_definitions(&collected, &of_parent)?;
        let mut own = Own { units: BTreeMap::new(), renamed: Vec::new() };
        let root = self.modules.root(ev, id);
        self.own_units(ev, root, &definitions, &mut own)?;
        if let Some(table) = self.modules.table(id) {
            let renamed = own.units.keys().flat_map(|path| table.new_names(path));
            own.renamed = renamed.map(|path| path.iter().map(Name::new).collect()).collect();
        }
        let dependencies = walk.dependencies.get_or_init(|| self.dependencies(walk));
        let affected = dependencies.affected(&own)?;
        let mut scope = Scope { complete: true, ..Scope::default() };
        note_troubles(ev, &collected.troubles, &mut scope);
        scope.complete &= !walk.open;
        let mut open = own.units;
        open.retain(|path, _| path[0] != "specialisation");
        let heritage = walk.heritage.get_or_init(|| self.heritage(walk, parent));
        let mut changed = affected;
        for ((unit, failing), changed) in walk.units.iter().zip(&heritage.failing).zip(&mut changed) {
            let is_theirs = unit.path[0] == "specialisation";
            if !is_theirs && !open.contains_key(&unit.path) && (*changed || !unit.plain || *failing) {
                open.insert(unit.path.clone(), self.modules.find(ev, id, &unit.path).ok()??);
            }
            *changed |= is_theirs || open.contains_key(&unit.path);
        }
        for (path, node) in open {
            self.node(ev, node, &mut scope, path.len() - 1);
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
    fn heritage(&self, walk: &Walk, parent: &Scope) -> Heritage {
        let mut options = Vec::with_capacity(parent.options.len());
        let mut failing = vec![false; walk.units.len()];
        let mut renamed = Vec::new();
        for (i, unit) in walk.units.iter().enumerate() {
            let below = format!("{}.", unit.key);
            let itself = parent.options.get_key_value(&unit.key);
            let of_unit: Vec<_> = itself.into_iter().chain(parent.options_from(&below)).collect();
            renamed
                .extend(self.renamed_among(of_unit.iter().copied()).into_iter().map(|renamed| (i, renamed)));
            for (path, option) in of_unit {
                failing[i] |= option.prediction.fails();
                options.push(Inherited { path: path.clone(), unit: i, option: in_child(option) });
            }
        }
        options.sort_by(|a, b| a.path.cmp(&b.path));
        Heritage { options, failing, renamed }
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

    /// What had a part in what in a parent.
    fn dependencies(&self, walk: &Walk) -> Dependencies {
        let mut graph = Graph::default();
        let of_units = walk.units.iter().map(|unit| graph.nodes_of(&unit.seen)).collect();
        let of_names = graph.nodes_of(&walk.seen);
        let mut reader = 0;
        while let Some(node) = graph.nodes.get(reader).copied() {
            for seen in self.modules.seen(node) {
                let seen = graph.node(seen);
                graph.readers[seen].push(reader);
            }
            reader += 1;
        }
        let nodes = graph.nodes.iter().zip(0..);
        let mut paths: Vec<(Vec<Name>, usize)> = nodes.map(|(node, i)| (self.path(*node), i)).collect();
        paths.sort_unstable();
        Dependencies { paths, readers: graph.readers, of_units, of_names }
    }
}

/// The nodes of [`Dependencies`] while they are found.
#[derive(Default)]
struct Graph {
    nodes: Vec<NodeId>,
    readers: Vec<Vec<usize>>,
    numbers: FxHashMap<NodeId, usize>,
}

impl Graph {
    fn node(&mut self, node: NodeId) -> usize {
        *self.numbers.entry(node).or_insert_with(|| {
            self.nodes.push(node);
            self.readers.push(Vec::new());
            self.nodes.len() - 1
        })
    }

    fn nodes_of(&mut self, keys: &[u32]) -> Vec<usize> {
        keys.iter().map(|key| self.node(NodeId(*key))).collect()
    }
}

impl Dependencies {
    /// Which units are not what they are in the parent; `None` if there may be others.
    fn affected(&self, own: &Own) -> Option<Vec<bool>> {
        let mut affected = vec![false; self.readers.len()];
        let mut open: Vec<usize> = Vec::new();
        for path in own.units.keys().chain(&own.renamed) {
            for node in self.around(path) {
                if !std::mem::replace(&mut affected[node], true) {
                    open.push(node);
                }
            }
        }
        while let Some(node) = open.pop() {
            for reader in &self.readers[node] {
                if !std::mem::replace(&mut affected[*reader], true) {
                    open.push(*reader);
                }
            }
        }
        if self.of_names.iter().any(|node| affected[*node]) {
            return None;
        }
        Some(self.of_units.iter().map(|nodes| nodes.iter().any(|node| affected[*node])).collect())
    }

    /// The nodes at a path, above it and below it.
    fn around(&self, path: &[Name]) -> impl Iterator<Item = usize> {
        let from = |path: &[Name]| self.paths.partition_point(|(other, _)| other.as_slice() < path);
        let at = move |path: &[Name]| self.paths[from(path)..].iter();
        let above = (0..path.len()).flat_map(move |end| {
            let above = &path[..end];
            at(above).take_while(move |(other, _)| other == above)
        });
        let below = at(path).take_while(move |(other, _)| other.starts_with(path));
        above.chain(below).map(|(_, node)| *node)
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

/// Holds a scope against what its evaluation makes of it.
#[cfg(debug_assertions)]
fn compare(inherited: &Scope, evaluated: &Scope) {
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
    let options = |scope: &Scope| -> BTreeMap<String, OptionModel> {
        let own = scope.options.iter().filter(|(_, option)| option.path[0] != "specialisation");
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
