//! Which binder a name belongs to.

use super::globals::is_global;
use crate::hir::{Expr, Name};
use std::collections::HashMap;

/// The frames around an expression.
#[derive(Default)]
pub(super) struct Scope {
    /// What each frame binds; a `with`'s nothing.
    frames: Vec<Vec<Name>>,
    /// For each name that is bound, the frames that bind it and the slots, innermost last.
    binders: HashMap<Name, Vec<(u32, u32)>>,
    /// Which of the frames are `with`s'.
    withs: Vec<u32>,
}

impl Scope {
    /// Enters a frame with these slots.
    pub(super) fn enter(&mut self, names: Vec<Name>) {
        let frame = self.frames.len() as u32;
        for (slot, name) in names.iter().enumerate() {
            self.binders.entry(name.clone()).or_default().push((frame, slot as u32));
        }
        self.frames.push(names);
    }

    /// Enters a `with`'s frame.
    pub(super) fn enter_with(&mut self) {
        self.withs.push(self.frames.len() as u32);
        self.frames.push(Vec::new());
    }

    /// Leaves the innermost frame.
    pub(super) fn leave(&mut self) {
        for name in self.frames.pop().unwrap_or_default() {
            if let Some(binders) = self.binders.get_mut(&name) {
                binders.pop();
            }
        }
        if self.withs.last() == Some(&(self.frames.len() as u32)) {
            self.withs.pop();
        }
    }

    /// What a variable is here. Nix looks for it in the frames of `let`, `rec` and functions first, however far
    /// out, then in its global scope, and only then in `with`s.
    pub(super) fn resolve(&self, name: Name) -> Expr {
        let depth = |frame: u32| self.frames.len() as u32 - 1 - frame;
        if let Some(&(frame, slot)) = self.binders.get(&name).and_then(|binders| binders.last()) {
            return Expr::Local { depth: depth(frame), slot };
        }
        if is_global(&name) {
            return Expr::Global(name);
        }
        if !self.withs.is_empty() {
            let scopes = self.withs.iter().rev().map(|&frame| depth(frame)).collect();
            return Expr::With { name, scopes };
        }
        // A builtin that is newer than our list, most likely.
        if name.starts_with("__") { Expr::Global(name) } else { Expr::Undefined(name) }
    }
}
