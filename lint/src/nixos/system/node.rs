//! Nodes: the places in a scope's tree of options.

use super::memo::Memo;
use super::of_nixos::DefinitionsOfNixos;
use super::{Merged, ModuleSystem, ScopeId, show_loc};
use crate::eval::{Error, Eval, Place, Reads, Stop, ThunkId};
use crate::nixos::definitions::Definition;
use crate::nixos::table;
use crate::nixos::types::Type;
use crate::syntax::hir::Name;
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// A place in the tree of options of a scope.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct NodeId(pub u32);

/// A place in a table of options that no module at hand declares.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TableNode(pub(in crate::nixos) table::Node<'static>);

/// What stands at a place in the tree of options.
#[derive(Clone)]
pub enum NodeKind {
    /// A set of options.
    Namespace,
    /// An option.
    Option(Rc<Declaration>),
    /// An attribute of an `attrsOf`, a value like an option's but without a declaration.
    Element(Rc<Type>),
    /// Nothing that is known: an option of another NixOS, of an input, or none at all.
    Undeclared,
}

/// A declared option.
pub struct Declaration {
    /// Its type.
    pub ty: Rc<Type>,
    /// The keys of what had a part in how it is declared, its type above all.
    pub(super) seen: Rc<[u32]>,
    /// Its default.
    pub default: Option<ThunkId>,
    /// Where the default stands.
    pub default_place: Option<Place>,
    /// Its `apply` function.
    pub apply: Option<ThunkId>,
    /// Where a module declares it; `None` for an option of the table alone.
    pub place: Option<Place>,
    /// Whether a module declares it.
    pub by_module: bool,
    /// What `mkOption` made, where a module declares it.
    pub set: Option<ThunkId>,
}

/// Where a node is.
#[derive(Clone)]
pub(super) struct Location {
    pub(super) scope: ScopeId,
    /// Its path, from the root of the system.
    pub(super) path: Rc<[Name]>,
    pub(super) table: Option<TableNode>,
}

impl Location {
    /// Where `name` below it is.
    pub(super) fn below(&self, name: &Name) -> Self {
        Location {
            scope: self.scope,
            path: self.path.iter().cloned().chain([name.clone()]).collect(),
            table: self.table.and_then(|t| t.child(name)),
        }
    }
}

pub(super) struct Node {
    pub(super) at: Location,
    kind: NodeKind,
    /// Whether its type is the one that it has for certain: a module at hand says so, or a table made of such, and not that of one
    /// release.
    exact: bool,
    /// The sets of options that modules declare here.
    pub(super) declared: Vec<ThunkId>,
    raw: Memo<Vec<Definition>>,
    pushed: Memo<Vec<Definition>>,
    merged: Memo<Merged>,
    declared_names: Memo<DeclaredNames>,
    of_nixos: Memo<DefinitionsOfNixos>,
    value: ThunkId,
    pub(super) children: FxHashMap<Name, Option<NodeId>>,
    /// The elements that merging made, for an option of sets.
    elements: Vec<(Name, NodeId)>,
    /// The configuration that merging made, for a submodule.
    submodule: Option<ScopeId>,
    /// What was read to evaluate this one.
    reads: Reads,
}

/// The names that modules declare below a node, sorted, and whether there are no others.
pub(super) type DeclaredNames = (Vec<Name>, bool);

impl Node {
    pub(super) fn raw(&mut self) -> &mut Memo<Vec<Definition>> {
        &mut self.raw
    }

    pub(super) fn pushed(&mut self) -> &mut Memo<Vec<Definition>> {
        &mut self.pushed
    }

    pub(super) fn merged(&mut self) -> &mut Memo<Merged> {
        &mut self.merged
    }

    pub(super) fn of_nixos(&mut self) -> &mut Memo<DefinitionsOfNixos> {
        &mut self.of_nixos
    }

    pub(super) fn declared_names(&mut self) -> &mut Memo<DeclaredNames> {
        &mut self.declared_names
    }
}

impl ModuleSystem {
    /// A new node, with the sets of options that modules declare there.
    pub(super) fn node(
        &self,
        ev: &mut Eval<'_>,
        at: Location,
        kind: NodeKind,
        declared: Vec<ThunkId>,
    ) -> NodeId {
        let id = NodeId(self.0.borrow().nodes.len() as u32);
        let this = self.clone();
        let value = ev.lazy(move |ev| {
            let (value, reads) = ev.reading(|ev| this.compute_value(ev, id));
            let value = value.map_err(|stop| this.doubted(stop, &reads.read));
            this.note_reads(ev, id, reads);
            value
        });
        let exact = match &kind {
            NodeKind::Option(declaration) => {
                declaration.by_module || at.table.is_some_and(TableNode::is_exact)
            }
            NodeKind::Element(_) => self.with_scope(at.scope, |s| s.table.is_none() && s.freeform.is_none()),
            NodeKind::Namespace | NodeKind::Undeclared => false,
        };
        let mut reads = Reads::default();
        if let NodeKind::Option(declaration) = &kind {
            // Whoever depends on the option depends on its type.
            reads.seen.extend_from_slice(&declaration.seen);
        }
        self.0.borrow_mut().nodes.push(Node {
            at,
            kind,
            exact,
            declared,
            raw: Memo::EMPTY,
            pushed: Memo::EMPTY,
            merged: Memo::EMPTY,
            declared_names: Memo::EMPTY,
            of_nixos: Memo::EMPTY,
            value,
            children: FxHashMap::default(),
            elements: Vec::new(),
            submodule: None,
            reads,
        });
        id
    }

    /// A node for an attribute of an option of sets, with these definitions.
    pub(in crate::nixos) fn element(
        &self,
        ev: &mut Eval<'_>,
        parent: NodeId,
        name: &Name,
        ty: Rc<Type>,
        raw: Vec<Definition>,
    ) -> NodeId {
        let at = self.get(parent, |n| n.at.below(name));
        let node = self.node(ev, at, NodeKind::Element(ty), Vec::new());
        let exact = self.is_exact(parent);
        self.set(node, |n| {
            n.raw = Memo::done(raw);
            n.exact = exact;
        });
        node
    }

    /// Whether the type of a node is the one that it has for certain.
    pub(in crate::nixos) fn is_exact(&self, id: NodeId) -> bool {
        self.get(id, |n| n.exact)
    }

    /// What an evaluation stops with that read these nodes: what failed on something whose type is not known may not fail.
    pub(in crate::nixos) fn doubted(&self, stop: Stop, reads: &[u32]) -> Stop {
        let Stop::Error(error) = &stop else { return stop };
        if !matches!(**error, Error::Throw(_) | Error::Fail(_)) {
            return stop;
        }
        let guessed = reads.iter().map(|n| NodeId(*n)).find(|n| match self.kind(*n) {
            NodeKind::Undeclared => true,
            NodeKind::Option(declaration) => matches!(*declaration.ty, Type::Unknown(_)),
            NodeKind::Element(ty) => matches!(*ty, Type::Unknown(_)),
            NodeKind::Namespace => false,
        });
        match guessed {
            Some(node) => {
                Stop::unknown(format!("what `{}` makes of its definitions", show_loc(&self.loc(node))))
            }
            None => stop,
        }
    }

    pub(super) fn set<T>(&self, id: NodeId, f: impl FnOnce(&mut Node) -> T) -> T {
        f(&mut self.0.borrow_mut().nodes[id.0 as usize])
    }

    pub(super) fn get<T>(&self, id: NodeId, f: impl FnOnce(&Node) -> T) -> T {
        f(&self.0.borrow().nodes[id.0 as usize])
    }

    /// The path of a node, from the root of the system.
    pub fn loc(&self, id: NodeId) -> Rc<[Name]> {
        self.get(id, |n| n.at.path.clone())
    }

    /// What stands at a node.
    pub fn kind(&self, id: NodeId) -> NodeKind {
        self.get(id, |n| n.kind.clone())
    }

    /// The scope that a node is of.
    pub fn scope_of(&self, id: NodeId) -> ScopeId {
        self.get(id, |n| n.at.scope)
    }

    /// Where the table has this node.
    pub(in crate::nixos) fn table_of(&self, id: NodeId) -> Option<TableNode> {
        self.get(id, |n| n.at.table)
    }

    /// The thunk of a node's value: the option's, with `apply` applied.
    pub fn value(&self, id: NodeId) -> ThunkId {
        self.get(id, |n| n.value)
    }

    /// The elements of an option of sets, once its value was evaluated.
    pub fn elements(&self, id: NodeId) -> Vec<(Name, NodeId)> {
        self.get(id, |n| n.elements.clone())
    }

    /// The configuration that a submodule's value is, once it was evaluated.
    pub fn submodule(&self, id: NodeId) -> Option<ScopeId> {
        self.get(id, |n| n.submodule)
    }

    /// The nodes that were read by name to evaluate this one, so far.
    pub fn reads(&self, id: NodeId) -> Vec<NodeId> {
        self.get(id, |n| n.reads.read.iter().map(|n| NodeId(*n)).collect())
    }

    /// The nodes that had a part in the evaluation of this one, so far.
    pub(in crate::nixos) fn seen(&self, id: NodeId) -> Vec<NodeId> {
        self.get(id, |n| n.reads.seen.iter().map(|n| NodeId(*n)).collect())
    }

    /// Remembers what was read to evaluate a node. Whoever asked for it depends on the node.
    pub(super) fn note_reads(&self, ev: &mut Eval<'_>, id: NodeId, reads: Reads) {
        self.set(id, |n| {
            n.reads.read.extend(reads.read);
            n.reads.seen.extend(reads.seen);
        });
        ev.note_seen(id.0);
    }

    pub(in crate::nixos) fn set_elements(&self, id: NodeId, elements: Vec<(Name, NodeId)>) {
        self.set(id, |n| n.elements = elements);
    }

    pub(in crate::nixos) fn set_submodule(&self, id: NodeId, scope: ScopeId) {
        self.set(id, |n| n.submodule = Some(scope));
    }
}
