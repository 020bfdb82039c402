//! Builtins that steer the evaluation itself.

use super::Builtin;
use crate::eval::coerce::Coerce;
use crate::eval::heap::ThunkId;
use crate::eval::machine::Eval;
use crate::eval::value::*;
use crate::syntax::hir::Name;
use std::collections::HashSet;

pub(super) const TABLE: &[Builtin] = &[
    Builtin { name: "abort", arity: 1, kinds: Kinds::ANY, run: abort },
    Builtin { name: "addErrorContext", arity: 2, kinds: Kinds::ANY, run: second },
    Builtin { name: "break", arity: 1, kinds: Kinds::ANY, run: |ev, args| ev.force(args[0]) },
    Builtin { name: "deepSeq", arity: 2, kinds: Kinds::ANY, run: deep_seq },
    Builtin { name: "seq", arity: 2, kinds: Kinds::ANY, run: seq },
    Builtin { name: "throw", arity: 1, kinds: Kinds::ANY, run: throw },
    Builtin { name: "trace", arity: 2, kinds: Kinds::ANY, run: seq },
    Builtin { name: "traceVerbose", arity: 2, kinds: Kinds::ANY, run: second },
    Builtin { name: "tryEval", arity: 1, kinds: Kinds::SET, run: try_eval },
    Builtin { name: "warn", arity: 2, kinds: Kinds::ANY, run: warn },
];

/// The message of a `throw` or `abort`, which stops also if its message is unknown.
fn message(ev: &mut Eval<'_>, thunk: ThunkId) -> Res<String> {
    let value = ev.force(thunk);
    match value.and_then(|value| ev.deeper(|ev| ev.coerce(value, Coerce::Interpolate))) {
        Ok(message) => Ok(message.text.to_string()),
        Err(Stop::Unknown(why)) => Ok(format!("(a message that is not known: {})", why.reason)),
        Err(stop) => Err(stop),
    }
}

fn throw(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    Err(Stop::throw(message(ev, args[0])?))
}

fn abort(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    Err(Stop::fail(format!("evaluation aborted: {}", message(ev, args[0])?)))
}

fn second(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    ev.force(args[1])
}

/// `seq` and `trace`: an unknown first value does not matter, an error does.
fn seq(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    if let Err(stop @ Stop::Error(_)) = ev.force(args[0]) {
        return Err(stop);
    }
    ev.force(args[1])
}

fn warn(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    if let Err(stop @ Stop::Error(_)) = ev.want_str(args[0]) {
        return Err(stop);
    }
    ev.force(args[1])
}

fn deep_seq(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    // A list instead of recursion: what is nested deeply needs no deep stack, and cycles end.
    let mut work = vec![args[0]];
    let mut seen = HashSet::new();
    while let Some(thunk) = work.pop() {
        if !seen.insert(thunk) {
            continue;
        }
        ev.charge(1)?;
        match ev.force(thunk) {
            Ok(Value::List(list)) => work.extend(list.items.iter().rev()),
            Ok(Value::Attrs(set)) => {
                let (entries, _) = ev.listing(&set)?;
                work.extend(entries.iter().rev().map(|(_, attr)| attr.value));
            }
            Ok(_) | Err(Stop::Unknown(_)) => {}
            Err(stop) => return Err(stop),
        }
    }
    ev.force(args[1])
}

fn try_eval(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let (success, value) = match ev.force(args[0]) {
        Ok(value) => (Ok(Value::Bool(true)), Ok(value)),
        Err(Stop::Unknown(why)) => {
            let unknown = Stop::Unknown(why);
            (Err(unknown.clone().yielding(Kinds::BOOL)), Err(unknown.yielding(Kinds::ANY)))
        }
        Err(Stop::Error(error)) => match &*error {
            Error::Throw(_) | Error::Conflict { .. } => (Ok(Value::Bool(false)), Ok(Value::Bool(false))),
            Error::Fail(_) | Error::Recursion(_) => return Err(Stop::Error(error)),
        },
    };
    let mut entries = Vec::with_capacity(2);
    for (name, result) in [("success", success), ("value", value)] {
        let thunk = match result {
            Ok(value) => ev.ready(value),
            Err(stop) => ev.stopped(stop),
        };
        entries.push((Name::new_static(name), Attr::anonymous(thunk)));
    }
    Ok(Value::attrs(entries))
}
