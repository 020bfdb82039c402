//! Scopes (evaluations of a list of modules) and the tree of their options and definitions, built as far as it is asked for.

mod classify;
mod memo;
mod node;
mod of_nixos;
mod renamed;
mod scope;
mod tree;
mod undeclared;
mod value;

pub(super) use node::TableNode;
pub use node::{Declaration, NodeId, NodeKind};
pub use scope::{InitialModule, Module, ModuleOrigin, ScopeId, Trouble, Within};
pub(super) use scope::{MixedModule, NewScope};
pub use value::Merged;

use crate::eval::show::attr_name;
use crate::eval::{Error, Stop, ThunkId, Unknown};
use crate::nixos::types::Type;
use crate::syntax::hir::Name;
use node::Node;
use rustc_hash::FxHashMap;
use scope::Scope;
use std::cell::RefCell;
use std::rc::Rc;

/// All scopes of an evaluation. Cheap to clone.
#[derive(Clone, Default)]
pub struct ModuleSystem(Rc<RefCell<Arena>>);

#[derive(Default)]
struct Arena {
    scopes: Vec<Scope>,
    nodes: Vec<Node>,
    /// How many steps what NixOS' own modules define may still take; none where that is left out.
    nixos_steps: u64,
    /// What the table declares at the places that were asked for.
    of_table: FxHashMap<TableNode, Option<Rc<Declaration>>>,
    /// The types that were read, by their thunks, each with the keys of what had a part in it.
    types: FxHashMap<ThunkId, (Rc<Type>, Rc<[u32]>)>,
    /// The module that declares the module system's own options.
    internal: Option<ThunkId>,
    /// Where the scope is that is asked for, if it is inside of another one: that one, and its path in it.
    start: Option<(ScopeId, Box<[Name]>)>,
}

impl ModuleSystem {
    /// The module that declares the module system's own options, if it was asked for already.
    pub(super) fn internal_module(&self) -> Option<ThunkId> {
        self.0.borrow().internal
    }

    pub(super) fn set_internal_module(&self, module: ThunkId) {
        self.0.borrow_mut().internal = Some(module);
    }

    /// The error that definitions of a node contradict each other.
    pub(super) fn conflict(&self, id: NodeId, message: impl FnOnce(&str) -> String) -> Stop {
        let option = show_loc(&self.loc(id));
        let message = message(&option);
        Stop::Error(Rc::new(Error::Conflict { option, message }))
    }
}

/// Whether a path is that of a specialisation's configuration.
pub(super) fn is_specialisation(loc: &[Name]) -> bool {
    matches!(loc, [.., first, _, last] if first == "specialisation" && last == "configuration")
}

/// An option's path the way NixOS prints it.
pub fn show_loc(loc: &[Name]) -> String {
    let mut shown = String::with_capacity(loc.iter().map(|n| n.len() + 1).sum());
    for name in loc {
        if !shown.is_empty() {
            shown.push('.');
        }
        shown.push_str(&attr_name(name));
    }
    shown
}

/// Why the value of something in a scope is not known.
pub(super) fn unknown(reason: impl Into<Rc<str>>) -> Rc<Unknown> {
    Rc::new(Unknown { reason: reason.into(), kinds: crate::eval::Kinds::ANY })
}
