//! Builtins about numbers.

use super::Builtin;
use crate::eval::heap::ThunkId;
use crate::eval::machine::Eval;
use crate::eval::value::*;
use crate::syntax::hir::BinaryOp;

pub(super) const TABLE: &[Builtin] = &[
    Builtin {
        name: "add",
        arity: 2,
        kinds: Kinds::NUMBER,
        run: |ev, args| arithmetic(ev, args, BinaryOp::Add),
    },
    Builtin { name: "bitAnd", arity: 2, kinds: Kinds::INT, run: |ev, args| bits(ev, args, |x, y| x & y) },
    Builtin { name: "bitOr", arity: 2, kinds: Kinds::INT, run: |ev, args| bits(ev, args, |x, y| x | y) },
    Builtin { name: "bitXor", arity: 2, kinds: Kinds::INT, run: |ev, args| bits(ev, args, |x, y| x ^ y) },
    Builtin { name: "ceil", arity: 1, kinds: Kinds::INT, run: |ev, args| round(ev, args, f64::ceil) },
    Builtin {
        name: "div",
        arity: 2,
        kinds: Kinds::NUMBER,
        run: |ev, args| arithmetic(ev, args, BinaryOp::Div),
    },
    Builtin { name: "floor", arity: 1, kinds: Kinds::INT, run: |ev, args| round(ev, args, f64::floor) },
    Builtin {
        name: "mul",
        arity: 2,
        kinds: Kinds::NUMBER,
        run: |ev, args| arithmetic(ev, args, BinaryOp::Mul),
    },
    Builtin {
        name: "sub",
        arity: 2,
        kinds: Kinds::NUMBER,
        run: |ev, args| arithmetic(ev, args, BinaryOp::Sub),
    },
];

fn arithmetic(ev: &mut Eval<'_>, args: &[ThunkId], op: BinaryOp) -> Res {
    let (x, y) = (ev.force(args[0])?, ev.force(args[1])?);
    ev.arithmetic(op, &x, &y)
}

fn bits(ev: &mut Eval<'_>, args: &[ThunkId], op: fn(i64, i64) -> i64) -> Res {
    Ok(Value::Int(op(ev.want_int(args[0])?, ev.want_int(args[1])?)))
}

fn round(ev: &mut Eval<'_>, args: &[ThunkId], op: fn(f64) -> f64) -> Res {
    match ev.force(args[0])? {
        Value::Int(n) => Ok(Value::Int(n)),
        Value::Float(n) => {
            let rounded = op(n);
            // 2^63 is the first that is too large; -2^63 still fits.
            if (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&rounded) {
                Ok(Value::Int(rounded as i64))
            } else {
                Err(Stop::fail(format!("{n} is too large for an integer")))
            }
        }
        other => Err(ev.mismatch("a number", &other)),
    }
}
