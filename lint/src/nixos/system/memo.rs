//! What is computed once for each node: its definitions, step by step.

use super::node::{DeclaredNames, Node};
use super::of_nixos::DefinitionsOfNixos;
use super::{Merged, ModuleSystem, NodeId};
use crate::eval::{Eval, Res, Stop, ThunkId, Value};
use crate::nixos::definitions::{self, Definition};
use std::rc::Rc;

/// Something computed once, through a thunk, so that computing it inside itself is infinite recursion.
pub(super) struct Memo<T> {
    /// Made when it is first asked for, unless whoever makes the node sets it.
    thunk: Option<ThunkId>,
    value: Option<Rc<T>>,
}

impl<T> Memo<T> {
    pub(super) const EMPTY: Self = Memo { thunk: None, value: None };

    /// What is known already.
    pub(super) fn done(value: T) -> Self {
        Memo { thunk: None, value: Some(Rc::new(value)) }
    }
}

/// Which memo of a node.
type Which<T> = fn(&mut Node) -> &mut Memo<T>;

impl ModuleSystem {
    /// Has a memo of a node computed when it is first asked for.
    pub(super) fn later<T: 'static>(
        &self,
        ev: &mut Eval<'_>,
        id: NodeId,
        which: Which<T>,
        compute: impl for<'x> FnOnce(&Self, &mut Eval<'x>) -> Res<T> + 'static,
    ) -> ThunkId {
        let this = self.clone();
        let thunk = ev.lazy(move |ev| {
            let value = compute(&this, ev)?;
            this.set(id, |n| which(n).value = Some(Rc::new(value)));
            Ok(Value::Null)
        });
        self.set(id, |n| which(n).thunk = Some(thunk));
        thunk
    }

    /// What a memo of a node holds, once its thunk was forced.
    fn remembered<T>(&self, id: NodeId, which: Which<T>) -> Res<Rc<T>> {
        self.set(id, |n| which(n).value.clone()).ok_or_else(|| Stop::fail("a node without definitions"))
    }

    /// The definitions of a node, with properties still around them.
    pub fn raw(&self, ev: &mut Eval<'_>, id: NodeId) -> Res<Rc<Vec<Definition>>> {
        if let Some(thunk) = self.set(id, |n| n.raw().thunk) {
            ev.force_seeing(thunk)?;
        }
        self.remembered(id, Node::raw)
    }

    /// The definitions of a namespace, with properties pushed down.
    pub fn pushed(&self, ev: &mut Eval<'_>, id: NodeId) -> Res<Rc<Vec<Definition>>> {
        let thunk = self.set(id, |n| n.pushed().thunk).unwrap_or_else(|| {
            self.later(ev, id, Node::pushed, move |this, ev| {
                let mut pushed = Vec::new();
                for definition in this.raw(ev, id)?.iter() {
                    definitions::push_down(ev, definition.clone(), &mut pushed)?;
                }
                Ok(pushed)
            })
        });
        ev.force_seeing(thunk)?;
        self.remembered(id, Node::pushed)
    }

    /// The definitions of an option, with properties taken off.
    pub fn merged(&self, ev: &mut Eval<'_>, id: NodeId) -> Res<Rc<Merged>> {
        let thunk = self.set(id, |n| n.merged().thunk).unwrap_or_else(|| {
            self.later(ev, id, Node::merged, move |this, ev| {
                let (merged, reads) = ev.reading(|ev| this.compute_merged(ev, id));
                let merged = merged.map_err(|stop| this.doubted(stop, &reads.read));
                this.note_reads(ev, id, reads);
                merged
            })
        });
        ev.force(thunk)?;
        self.remembered(id, Node::merged)
    }

    /// What NixOS' own modules define an option as.
    pub(super) fn of_nixos(&self, ev: &mut Eval<'_>, id: NodeId) -> Res<Rc<DefinitionsOfNixos>> {
        let thunk = self.set(id, |n| n.of_nixos().thunk).unwrap_or_else(|| {
            self.later(ev, id, Node::of_nixos, move |this, ev| Ok(this.compute_of_nixos(ev, id)))
        });
        ev.force_seeing(thunk)?;
        self.remembered(id, Node::of_nixos)
    }

    /// Notes again what was read to know which definitions there are in a namespace, if that was asked.
    pub(super) fn note_pushed(&self, ev: &mut Eval<'_>, id: NodeId) {
        if let Some(thunk) = self.set(id, |n| n.pushed().thunk) {
            ev.see(thunk);
        }
    }

    /// The names that modules declare below a namespace, sorted; and whether there are no others.
    pub(in crate::nixos) fn declared_names(&self, ev: &mut Eval<'_>, id: NodeId) -> Res<Rc<DeclaredNames>> {
        let thunk = self.set(id, |n| n.declared_names().thunk).unwrap_or_else(|| {
            self.later(ev, id, Node::declared_names, move |this, ev| this.compute_declared_names(ev, id))
        });
        ev.force(thunk)?;
        self.remembered(id, Node::declared_names)
    }
}
