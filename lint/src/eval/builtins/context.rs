//! Builtins about what Nix calls a string's context: which store paths it refers to. Here a string only knows whether
//! its text contains one.

use super::Builtin;
use crate::eval::heap::ThunkId;
use crate::eval::machine::Eval;
use crate::eval::value::*;

pub(super) const TABLE: &[Builtin] = &[
    Builtin { name: "addDrvOutputDependencies", arity: 1, kinds: Kinds::STRING, run: same },
    Builtin { name: "appendContext", arity: 2, kinds: Kinds::STRING, run: append_context },
    Builtin { name: "getContext", arity: 1, kinds: Kinds::SET, run: get_context },
    Builtin { name: "hasContext", arity: 1, kinds: Kinds::BOOL, run: has_context },
    Builtin { name: "unsafeDiscardOutputDependency", arity: 1, kinds: Kinds::STRING, run: coerced },
    Builtin { name: "unsafeDiscardStringContext", arity: 1, kinds: Kinds::STRING, run: coerced },
];

fn same(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    ev.want_str(args[0]).map(Value::Str)
}

/// The text stays what it is, and so does what is not known of it.
fn coerced(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let value = ev.force(args[0])?;
    ev.coerce(value, crate::eval::Coerce::Interpolate).map(Value::Str)
}

fn append_context(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let text = ev.want_str(args[0])?;
    match ev.want_attrs(args[1]) {
        Err(stop @ Stop::Error(_)) => Err(stop),
        _ => Ok(Value::Str(text)),
    }
}

fn has_context(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let s = ev.want_str(args[0])?;
    Ok(Value::Bool(s.stand_in))
}

fn get_context(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let s = ev.want_str(args[0])?;
    if s.stand_in {
        return Err(Stop::unknown("which store paths a string refers to is not known"));
    }
    Ok(Value::Attrs(Attrs::empty()))
}
