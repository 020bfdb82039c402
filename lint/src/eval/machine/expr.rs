//! Expressions: what each form evaluates to.

use super::select::absent;
use super::{Eval, Unit};
use crate::eval::builtins;
use crate::eval::heap::{FrameId, Thunk, ThunkId};
use crate::eval::reads::Asked;
use crate::eval::value::*;
use crate::syntax::hir::{Expr, ExprId, Name};
use std::rc::Rc;

impl Eval<'_> {
    /// A thunk for an expression in a frame.
    pub(in crate::eval) fn delay(&mut self, unit: &Rc<Unit>, expr: ExprId, frame: FrameId) -> ThunkId {
        let origin = Some(Origin { unit: unit.id, expr });
        let state = match unit.file.expr(expr) {
            // The frame is complete: its slots can be shared.
            Expr::Local { depth, slot } => return self.heap.slot(frame, *depth, *slot),
            Expr::Int(n) => Thunk::Done(Value::Int(*n)),
            Expr::Text(text) => Thunk::Done(Value::str(text)),
            _ => Thunk::Expr { unit: unit.id, expr, frame },
        };
        self.heap.alloc(state, origin)
    }

    /// The same inside a frame whose slots are not all set yet.
    pub(super) fn delay_inside(&mut self, unit: &Rc<Unit>, expr: ExprId, frame: FrameId) -> ThunkId {
        self.heap.alloc(Thunk::Expr { unit: unit.id, expr, frame }, Some(Origin { unit: unit.id, expr }))
    }

    /// The value of an expression in a frame.
    pub(in crate::eval) fn eval(&mut self, unit: &Rc<Unit>, expr: ExprId, frame: FrameId) -> Res {
        self.charge(1)?;
        match unit.file.expr(expr) {
            Expr::Missing => Err(Stop::unknown("there is a syntax error here")),
            Expr::Int(n) => Ok(Value::Int(*n)),
            Expr::Float(n) => Ok(Value::Float(*n)),
            Expr::Text(text) => Ok(Value::str(text)),
            Expr::Str(parts) => self.interpolate(unit, parts, frame),
            Expr::Path(kind, parts) => self.path_literal(unit, *kind, parts, frame),
            Expr::Local { depth, slot } => {
                let thunk = self.heap.slot(frame, *depth, *slot);
                self.force(thunk)
            }
            Expr::With { name, scopes } => {
                let found = self.with_lookup(name, scopes, frame)?;
                self.force(found)
            }
            Expr::Global(name) => builtins::global(self, name),
            Expr::Undefined(name) => Err(Stop::fail(format!("undefined variable '{name}'"))),
            Expr::Select { base, path, default } => {
                self.deeper(|ev| match ev.select_path(unit, *base, path, frame)? {
                    Ok(value) => Ok(value),
                    Err(absent) => match default {
                        Some(default) => {
                            ev.note_absent(&absent, Origin { unit: unit.id, expr }, Asked::OrElse);
                            ev.eval(unit, *default, frame)
                        }
                        None => Err(ev.absent(absent, Some(Origin { unit: unit.id, expr }))),
                    },
                })
            }
            Expr::HasAttr { base, path } => self.deeper(|ev| ev.has_attr(unit, *base, path, frame)),
            Expr::Apply { function, argument } => self.deeper(|ev| {
                let f = ev.eval(unit, *function, frame).map_err(Stop::of_any_kind);
                let argument = ev.delay(unit, *argument, frame);
                if let Err(Stop::Unknown(_)) | Ok(Value::Symbol(_)) = &f {
                    ev.reads.hand(argument);
                }
                ev.call(&f?, argument)
            }),
            Expr::Lambda(_) => {
                Ok(Value::Lambda(Rc::new(Closure { unit: unit.clone(), lambda: expr, frame })))
            }
            Expr::Let { bindings, body } => {
                let inner = self.let_frame(unit, bindings, frame);
                self.deeper(|ev| ev.eval(unit, *body, inner))
            }
            Expr::Attrs { recursive, bindings } => {
                self.deeper(|ev| ev.attrs(unit, *recursive, bindings, frame))
            }
            Expr::List(items) => {
                let items = items.iter().map(|e| self.delay(unit, *e, frame)).collect();
                Ok(Value::list(items))
            }
            Expr::WithIn { scope, body } => {
                let scope = self.delay(unit, *scope, frame);
                let inner = self.heap.frame(frame, 1, scope);
                self.deeper(|ev| ev.eval(unit, *body, inner))
            }
            Expr::If { condition, yes, no } => self.deeper(|ev| {
                match ev.eval(unit, *condition, frame).and_then(|value| ev.expect_bool(value)) {
                    Ok(holds) => ev.eval(unit, if holds { *yes } else { *no }, frame),
                    Err(Stop::Unknown(why)) => ev.undecided(unit, [*yes, *no], frame, why),
                    Err(stop) => Err(stop),
                }
            }),
            Expr::Assert { condition, body } => self.deeper(|ev| {
                // An assertion that cannot be judged is taken to hold: the configuration is meant to build.
                match ev.eval(unit, *condition, frame) {
                    Ok(value) => {
                        if !ev.expect_bool(value)? {
                            return Err(Stop::throw("assertion failed"));
                        }
                    }
                    Err(Stop::Unknown(_)) => {}
                    Err(stop) => return Err(stop),
                }
                ev.eval(unit, *body, frame)
            }),
            Expr::Binary { op, left, right } => {
                self.deeper(|ev| ev.binary(unit, expr, (*op, *left, *right), frame))
            }
            Expr::Not(operand) => {
                let value = self.deeper(|ev| ev.eval(unit, *operand, frame));
                let value = value.map_err(|s| s.yielding(Kinds::BOOL))?;
                Ok(Value::Bool(!self.expect_bool(value)?))
            }
            Expr::Negate(operand) => match self.deeper(|ev| ev.eval(unit, *operand, frame))? {
                Value::Int(n) => {
                    n.checked_neg().map(Value::Int).ok_or_else(|| Stop::fail("integer overflow"))
                }
                // Nix subtracts it from zero, which is why -0.0 is 0.0.
                Value::Float(n) => Ok(Value::Float(0.0 - n)),
                other => Err(self.mismatch("a number", &other)),
            },
            Expr::CurPos => {
                let range = unit.file.range(expr);
                self.position(unit.id, range)
            }
        }
    }

    /// The thunk of a name that `with` may bind, from the scopes around it.
    fn with_lookup(&mut self, name: &Name, scopes: &[u32], frame: FrameId) -> Res<ThunkId> {
        // A set that is only known as part of nixpkgs is asked last: it has none of `lib`'s names.
        let (mut symbolic, mut presumed) = (None, None);
        for depth in scopes {
            let thunk = self.heap.slot(frame, *depth, 0);
            let scope = self.force(thunk).map_err(Stop::of_any_kind)?;
            match &scope {
                Value::Symbol(_) => {
                    symbolic.get_or_insert(scope);
                }
                Value::Attrs(set) => match (set.known(name), &set.rest) {
                    (None, Rest::Symbolic(_)) => {
                        symbolic.get_or_insert(scope);
                    }
                    (None, Rest::Presumed(why)) => {
                        presumed.get_or_insert_with(|| why.clone());
                    }
                    _ => {
                        if let Some(attr) = self.attr(set, name)? {
                            return Ok(attr.value);
                        }
                    }
                },
                other => return Err(self.mismatch("a set", other)),
            }
        }
        match (symbolic, presumed) {
            (Some(scope), _) => self.select(&scope, name).map(|a| a.value),
            (None, Some(why)) => Err(absent(name, &why)),
            (None, None) => Err(Stop::fail(format!("undefined variable '{name}'"))),
        }
    }
}
