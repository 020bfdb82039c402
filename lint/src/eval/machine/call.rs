//! Functions: calling them, and binding their parameters.

use super::Eval;
use crate::eval::builtins;
use crate::eval::heap::{FrameId, ThunkId};
use crate::eval::value::*;
use crate::syntax::hir::{Expr, Name, Param};
use std::rc::Rc;

impl Eval<'_> {
    /// A function applied to an argument.
    pub fn call(&mut self, function: &Value, argument: ThunkId) -> Res {
        self.charge(1)?;
        match function {
            Value::Lambda(closure) => {
                let closure = closure.clone();
                let Expr::Lambda(lambda) = closure.unit.file.expr(closure.lambda) else {
                    return Err(Stop::fail("a closure without a lambda"));
                };
                let frame = self.bind(&closure, &lambda.param, argument)?;
                self.deeper(|ev| ev.eval(&closure.unit, lambda.body, frame))
            }
            Value::Builtin(partial) => {
                let partial = partial.clone();
                let mut arguments = Vec::with_capacity(partial.arguments.len() + 1);
                arguments.extend_from_slice(&partial.arguments);
                arguments.push(argument);
                if arguments.len() < partial.builtin.arity {
                    return Ok(Value::Builtin(Rc::new(Partial { builtin: partial.builtin, arguments })));
                }
                let builtin = partial.builtin;
                self.deeper(|ev| (builtin.run)(ev, &arguments)).map_err(|s| s.yielding(builtin.kinds))
            }
            Value::Native(f) => {
                let f = f.0.clone();
                self.deeper(|ev| f(ev, argument))
            }
            Value::Attrs(set) => {
                let functor = self.attr(set, &Name::new_static("__functor"))?;
                let Some(functor) = functor else {
                    return Err(self.mismatch("a function", function));
                };
                let this = self.ready(function.clone());
                let f = self.force(functor.value).map_err(Stop::of_any_kind)?;
                let f = self.deeper(|ev| ev.call(&f, this)).map_err(Stop::of_any_kind)?;
                self.deeper(|ev| ev.call(&f, argument))
            }
            Value::Symbol(s) => Err(Stop::needs_nixpkgs(s)),
            other => Err(self.mismatch("a function", other)),
        }
    }

    /// A function applied to several arguments.
    pub fn call_with(&mut self, function: &Value, arguments: &[ThunkId]) -> Res {
        let Some((last, others)) = arguments.split_last() else { return Ok(function.clone()) };
        let mut f = function.clone();
        for argument in others {
            f = self.call(&f, *argument).map_err(Stop::of_any_kind)?;
        }
        self.call(&f, *last)
    }

    /// A builtin applied to all of its arguments.
    pub(crate) fn call_builtin(&mut self, name: &str, arguments: &[ThunkId]) -> Res {
        let function = builtins::global(self, &format!("__{name}"))?;
        self.call_with(&function, arguments)
    }

    /// The frame that a parameter makes of an argument.
    fn bind(&mut self, closure: &Closure, param: &Param, argument: ThunkId) -> Res<FrameId> {
        let (formals, open, bind) = match param {
            Param::Name(_) => return Ok(self.heap.frame(closure.frame, 1, argument)),
            Param::Pattern { formals, open, bind } => (formals, *open, bind),
        };
        let value = self.force(argument).map_err(Stop::of_any_kind)?;
        let set = match &value {
            Value::Attrs(set) => set.clone(),
            Value::Symbol(s) => Rc::new(Attrs { entries: Vec::new(), rest: Rest::Symbolic(s.clone()) }),
            other => return Err(self.mismatch("a set", other)),
        };
        let size = formals.len() + usize::from(bind.is_some());
        let frame = self.heap.frame(closure.frame, size, self.filler);
        let mut used = 0;
        for (slot, formal) in formals.iter().enumerate() {
            let found = match self.attr(&set, &formal.name) {
                Ok(found) => found.map(|a| a.value),
                // What is presumed to be all there is leaves the others to their defaults.
                Err(Stop::Unknown(_))
                    if formal.default.is_some() && matches!(set.rest, Rest::Presumed(_)) =>
                {
                    None
                }
                Err(stop @ Stop::Unknown(_)) => Some(self.stopped(stop)),
                Err(stop) => return Err(stop),
            };
            let thunk = match (found, formal.default) {
                (Some(thunk), _) => {
                    used += 1;
                    thunk
                }
                (None, Some(default)) => self.delay_inside(&closure.unit, default, frame),
                (None, None) => {
                    return Err(Stop::fail(format!(
                        "function called without required argument '{}'",
                        formal.name
                    )));
                }
            };
            self.heap.set(frame, slot, thunk);
        }
        if bind.is_some() {
            self.heap.set(frame, formals.len(), argument);
        }
        if !open && set.is_closed() && used < set.entries.len() {
            let extra = set.entries.iter().map(|(n, _)| n).find(|n| !formals.iter().any(|f| f.name == **n));
            if let Some(extra) = extra {
                return Err(Stop::fail(format!("function called with unexpected argument '{extra}'")));
            }
        }
        Ok(frame)
    }
}
