//! Thunks: making them, and forcing them.

use super::Eval;
use crate::eval::heap::{Thunk, ThunkId};
use crate::eval::value::*;
use crate::syntax::hir::Name;
use std::rc::Rc;

impl Eval<'_> {
    /// A thunk that is already evaluated.
    pub fn ready(&mut self, value: Value) -> ThunkId {
        self.heap.alloc(Thunk::Done(value), None)
    }

    /// A thunk that stops.
    pub fn stopped(&mut self, stop: Stop) -> ThunkId {
        self.heap.alloc(Thunk::Stopped(stop), None)
    }

    /// A thunk of something of which no more is known than why. What kinds of value the reason tells of are those of another thing.
    pub fn unknown(&mut self, why: &Unknown) -> ThunkId {
        self.stopped(Stop::unknown(why.reason.clone()))
    }

    /// A thunk for a computation of the analyser's own.
    pub fn lazy(&mut self, f: impl for<'x> FnOnce(&mut Eval<'x>) -> Res + 'static) -> ThunkId {
        self.heap.alloc(Thunk::Native(Box::new(f)), None)
    }

    /// A thunk for `function` applied to `arguments`.
    pub fn apply_later(&mut self, function: ThunkId, arguments: Vec<ThunkId>) -> ThunkId {
        let origin = self.heap.origin(function);
        self.heap.alloc(Thunk::Apply { function, arguments }, origin)
    }

    /// A thunk for the attribute `name` of `base`.
    pub fn select_later(&mut self, base: ThunkId, name: Name) -> ThunkId {
        self.heap.alloc(Thunk::Select { base, name }, None)
    }

    /// The expression that a thunk was made for, where there is one.
    pub fn origin(&self, thunk: ThunkId) -> Option<Origin> {
        self.heap.origin(thunk)
    }

    /// The value of a thunk, evaluated now if it was not.
    pub fn force(&mut self, id: ThunkId) -> Res {
        if let Some(known) = self.heap.known(id) {
            self.reads.repeat(id);
            return known;
        }
        if self.heap.is_busy(id) {
            return Err(self.recursion(id));
        }
        let mark = self.reads.mark();
        self.forcing.push(id);
        let state = self.heap.replace(id, Thunk::Busy);
        let result = self.deeper(|ev| ev.run(state));
        self.forcing.pop();
        self.reads.save(id, mark);
        if self.forcing.is_empty() {
            self.reads.forget();
        }
        let done = match &result {
            Ok(value) => Thunk::Done(value.clone()),
            Err(stop) => Thunk::Stopped(stop.clone()),
        };
        self.heap.replace(id, done);
        result
    }

    fn run(&mut self, state: Thunk) -> Res {
        match state {
            Thunk::Expr { unit, expr, frame } => {
                let unit = self.units[unit as usize].clone();
                self.eval(&unit, expr, frame)
            }
            Thunk::Select { base, name } => {
                let base = self.force(base).map_err(Stop::of_any_kind)?;
                self.select(&base, &name).and_then(|a| self.force(a.value))
            }
            Thunk::Apply { function, arguments } => {
                let f = self.force(function).map_err(Stop::of_any_kind)?;
                self.call_with(&f, &arguments)
            }
            Thunk::Native(f) => {
                self.charge(1)?;
                f(self)
            }
            Thunk::Done(_) | Thunk::Stopped(_) | Thunk::Busy => Err(Stop::fail("a thunk was run twice")),
        }
    }

    /// Infinite recursion through the thunk `id`, with the places from its first visit to now.
    fn recursion(&self, id: ThunkId) -> Stop {
        let start = self.forcing.iter().rposition(|t| *t == id).unwrap_or(0);
        let circle = &self.forcing[start..];
        let places: Vec<Origin> = circle.iter().filter_map(|t| self.heap.origin(*t)).collect();
        let is_outside = places.len() < circle.len();
        Stop::Error(Rc::new(Error::Recursion(Circle { places, is_outside })))
    }
}
