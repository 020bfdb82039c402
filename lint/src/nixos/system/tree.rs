//! The tree of options: children of nodes, and their names.

use super::node::{DeclaredNames, Node, TableNode};
use super::{ModuleSystem, NodeId, NodeKind, ScopeId, show_loc};
use crate::eval::{Attr, Eval, Res, Stop, ThunkId, Value};
use crate::nixos::{MOST_NAMES, definitions};
use crate::syntax::hir::Name;

impl ModuleSystem {
    /// The node of `name` below a namespace; `None` if nothing declares or defines it.
    pub fn child(&self, ev: &mut Eval<'_>, parent: NodeId, name: &Name) -> Res<Option<NodeId>> {
        if let Some(known) = self.get(parent, |n| n.children.get(name).copied()) {
            // What is there only since it is defined depends on what decides about definitions.
            if known.is_none_or(|n| matches!(self.kind(n), NodeKind::Undeclared | NodeKind::Element(_))) {
                self.note_pushed(ev, parent);
            }
            return Ok(known);
        }
        let child = self.make_child(ev, parent, name)?;
        self.set(parent, |n| n.children.insert(name.clone(), child));
        Ok(child)
    }

    /// The node of `name` below a namespace if something declares it: its definitions are not looked at.
    pub(in crate::nixos) fn declared_child(
        &self,
        ev: &mut Eval<'_>,
        parent: NodeId,
        name: &Name,
    ) -> Res<Option<NodeId>> {
        if let Some(known) = self.get(parent, |n| n.children.get(name).copied()) {
            return Ok(known.filter(|n| matches!(self.kind(*n), NodeKind::Namespace | NodeKind::Option(_))));
        }
        let declared = self.declared_below(ev, parent, name)?;
        if declared.is_empty() && self.table_of(parent).and_then(|t| t.child(name)).is_none() {
            return Ok(None);
        }
        self.child(ev, parent, name)
    }

    fn is_root(&self, id: NodeId) -> bool {
        let arena = self.0.borrow();
        arena.scopes[arena.nodes[id.0 as usize].at.scope.0 as usize].root == Some(id)
    }

    fn make_child(&self, ev: &mut Eval<'_>, parent: NodeId, name: &Name) -> Res<Option<NodeId>> {
        if self.get(parent, |n| n.at.path.len()) >= MOST_NAMES {
            return Err(Stop::unknown("options are nested too deeply"));
        }
        let declared = self.declared_below(ev, parent, name)?;
        let at = self.get(parent, |n| n.at.below(name));
        let (kind, below) = self.classify(ev, &at, declared)?;
        if matches!(kind, NodeKind::Undeclared | NodeKind::Element(_)) {
            // A node only if something defines it.
            let pushed = self.pushed(ev, parent)?;
            if definitions::descend(ev, &pushed, name, &|| show_loc(&at.path))?.is_empty() {
                return Ok(None);
            }
        }
        let path = at.path.clone();
        let child = self.node(ev, at, kind, below);
        let name = name.clone();
        self.later(ev, child, Node::raw, move |this, ev| {
            let pushed = this.pushed(ev, parent)?;
            definitions::descend(ev, &pushed, &name, &|| show_loc(&path[..path.len() - 1]))
        });
        Ok(Some(child))
    }

    /// Whether what nothing declares looks like a set of options: each definition is a set.
    pub(in crate::nixos) fn looks_like_namespace(&self, ev: &mut Eval<'_>, node: NodeId) -> bool {
        let Ok(pushed) = self.pushed(ev, node) else { return false };
        let none_of = ["_type", "outPath", "__functor"];
        pushed.iter().all(|d| match ev.force(d.value) {
            Ok(Value::Attrs(set)) => {
                !set.entries.is_empty() && none_of.iter().all(|name| set.known(name).is_none())
            }
            _ => false,
        })
    }

    /// The sets of options that modules declare at a node.
    fn declared_sets(&self, ev: &mut Eval<'_>, id: NodeId) -> Res<Vec<ThunkId>> {
        if !self.is_root(id) {
            return Ok(self.get(id, |n| n.declared.clone()));
        }
        let collected = self.collected(ev, self.scope_of(id))?;
        Ok(collected.modules.iter().filter_map(|m| m.options).collect())
    }

    /// What modules declare at `name` below a node.
    fn declared_below(&self, ev: &mut Eval<'_>, parent: NodeId, name: &Name) -> Res<Vec<Attr>> {
        let mut found = Vec::new();
        for thunk in self.declared_sets(ev, parent)? {
            match ev.force(thunk) {
                Ok(Value::Attrs(set)) => match ev.attr(&set, name) {
                    Ok(Some(attr)) => found.push(attr),
                    Ok(None) | Err(Stop::Unknown(_)) => {}
                    Err(stop) => return Err(stop),
                },
                Ok(_) | Err(Stop::Unknown(_)) => {}
                Err(stop) => return Err(stop),
            }
        }
        Ok(found)
    }

    /// The node at a path of names below a scope's root, through namespaces only.
    pub fn find<S: AsRef<str>>(&self, ev: &mut Eval<'_>, scope: ScopeId, path: &[S]) -> Res<Option<NodeId>> {
        let mut node = self.root(ev, scope);
        for name in path {
            match self.child(ev, node, &Name::new(name))? {
                Some(child) => node = child,
                None => return Ok(None),
            }
        }
        Ok(Some(node))
    }

    /// All names that are declared or defined below a namespace, sorted; and whether there may be others.
    pub fn child_names(&self, ev: &mut Eval<'_>, id: NodeId) -> Res<(Vec<Name>, bool)> {
        let pushed = self.pushed(ev, id)?;
        let mut names = definitions::defined_names(ev, &pushed)?;
        let declared = self.declared_names(ev, id)?;
        names.extend(declared.0.iter().cloned());
        names.sort();
        names.dedup();
        Ok((names, declared.1))
    }

    /// Whether all modules that may declare something at a path are known, and all that they declare there and above it.
    pub(in crate::nixos) fn knows_all_declarations(
        &self,
        ev: &mut Eval<'_>,
        scope: ScopeId,
        path: &[Name],
    ) -> bool {
        let Ok(collected) = self.collected(ev, scope) else { return false };
        if self.is_incomplete(scope) || collected.modules.iter().any(|m| m.freeform.is_some()) {
            return false;
        }
        let (freeform, prefix) = self.with_scope(scope, |s| (s.freeform.is_some(), s.prefix.len()));
        let mut node = self.root(ev, scope);
        for name in path.get(prefix..).unwrap_or_default() {
            let Ok(sets) = self.declared_sets(ev, node) else { return false };
            let known = |ev: &mut Eval<'_>, set| matches!(ev.force(set), Ok(Value::Attrs(set)) if ev.names(&set).is_ok());
            if !sets.into_iter().all(|set| known(ev, set)) {
                return false;
            }
            // A declaration that is not known may be one of anything.
            let Ok(declared) = self.declared_below(ev, node, name) else { return false };
            if declared.into_iter().any(|attr| ev.force(attr.value).is_err()) {
                return false;
            }
            let Ok(Some(child)) = self.child(ev, node, name) else { return false };
            node = child;
        }
        !freeform
    }

    /// Whether all options below a path are known that NixOS or Home Manager has there, in whatever release it is.
    pub(in crate::nixos) fn knows_all_listed(&self, scope: ScopeId, path: &[Name]) -> bool {
        let (table, prefix) = self.with_scope(scope, |s| (s.table, s.prefix.len()));
        let Some(TableNode(mut node)) = table else { return true };
        let path = path.get(prefix..).unwrap_or_default();
        // Below a name of its own that no release has, a configuration is by itself.
        let is_own = path.first().is_some_and(|first| node.exact_child(first).is_none());
        let mut is_exact = node.table().is_exact() && node.and_above().all(|above| !above.is_open());
        for name in path {
            match node.child(name) {
                Some(child) => node = child,
                None => break,
            }
            is_exact &= !node.is_open();
        }
        is_own || is_exact
    }

    /// What [`Self::declared_names`] remembers.
    pub(super) fn compute_declared_names(&self, ev: &mut Eval<'_>, id: NodeId) -> Res<DeclaredNames> {
        let sets = self.declared_sets(ev, id)?;
        let of_table = self.with_scope(self.scope_of(id), |s| s.table.is_some());
        let mut complete = !of_table && self.collected(ev, self.scope_of(id))?.troubles.is_empty();
        let mut names = Vec::new();
        for thunk in sets {
            match ev.force(thunk) {
                Ok(Value::Attrs(set)) => match ev.names(&set) {
                    Ok(all) => names.extend(all),
                    Err(Stop::Unknown(_)) => complete = false,
                    Err(stop) => return Err(stop),
                },
                Ok(_) => {}
                Err(Stop::Unknown(_)) => complete = false,
                Err(stop) => return Err(stop),
            }
        }
        names.sort();
        names.dedup();
        Ok((names, complete))
    }
}
