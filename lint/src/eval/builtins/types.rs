//! Builtins that ask what kind of value something is; often that is known of something unknown.

use super::Builtin;
use crate::eval::heap::ThunkId;
use crate::eval::machine::Eval;
use crate::eval::value::*;

pub(super) const TABLE: &[Builtin] = &[
    Builtin { name: "isAttrs", arity: 1, kinds: Kinds::BOOL, run: |ev, args| is(ev, args, Kinds::SET) },
    Builtin { name: "isBool", arity: 1, kinds: Kinds::BOOL, run: |ev, args| is(ev, args, Kinds::BOOL) },
    Builtin { name: "isFloat", arity: 1, kinds: Kinds::BOOL, run: |ev, args| is(ev, args, Kinds::FLOAT) },
    Builtin { name: "isFunction", arity: 1, kinds: Kinds::BOOL, run: |ev, args| is(ev, args, Kinds::LAMBDA) },
    Builtin { name: "isInt", arity: 1, kinds: Kinds::BOOL, run: |ev, args| is(ev, args, Kinds::INT) },
    Builtin { name: "isList", arity: 1, kinds: Kinds::BOOL, run: |ev, args| is(ev, args, Kinds::LIST) },
    Builtin { name: "isNull", arity: 1, kinds: Kinds::BOOL, run: |ev, args| is(ev, args, Kinds::NULL) },
    Builtin { name: "isPath", arity: 1, kinds: Kinds::BOOL, run: |ev, args| is(ev, args, Kinds::PATH) },
    Builtin { name: "isString", arity: 1, kinds: Kinds::BOOL, run: |ev, args| is(ev, args, Kinds::STRING) },
    Builtin { name: "typeOf", arity: 1, kinds: Kinds::STRING, run: type_of },
];

/// The names that `typeOf` has for kinds.
const NAMES: [(Kinds, &str); 9] = [
    (Kinds::NULL, "null"),
    (Kinds::BOOL, "bool"),
    (Kinds::INT, "int"),
    (Kinds::FLOAT, "float"),
    (Kinds::STRING, "string"),
    (Kinds::PATH, "path"),
    (Kinds::LIST, "list"),
    (Kinds::SET, "set"),
    (Kinds::LAMBDA, "lambda"),
];

/// The kinds that a value may be, and why they are not known exactly if they are not.
fn kinds(ev: &mut Eval<'_>, thunk: ThunkId) -> Res<(Kinds, Stop)> {
    match ev.force(thunk) {
        Ok(Value::Symbol(s)) => Ok((Kinds::ANY, Stop::needs_nixpkgs(&s))),
        Ok(value) => Ok((value.kinds(), Stop::unknown("its kind is not known"))),
        Err(Stop::Unknown(why)) => Ok((why.kinds, Stop::Unknown(why))),
        Err(stop) => Err(stop),
    }
}

fn is(ev: &mut Eval<'_>, args: &[ThunkId], wanted: Kinds) -> Res {
    let (kinds, unknown) = kinds(ev, args[0])?;
    if kinds.within(wanted) {
        Ok(Value::Bool(true))
    } else if kinds.disjoint(wanted) {
        Ok(Value::Bool(false))
    } else {
        Err(unknown)
    }
}

fn type_of(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let (kinds, unknown) = kinds(ev, args[0])?;
    NAMES.iter().find(|(kind, _)| *kind == kinds).map(|(_, name)| Value::str(name)).ok_or(unknown)
}
