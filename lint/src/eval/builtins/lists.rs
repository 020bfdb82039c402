//! Builtins about lists. An open list, of which only some elements are known, stays open through those that keep its elements.

use super::Builtin;
use crate::eval::heap::ThunkId;
use crate::eval::machine::Eval;
use crate::eval::value::*;
use std::rc::Rc;

pub(super) const TABLE: &[Builtin] = &[
    Builtin { name: "map", arity: 2, kinds: Kinds::LIST, run: map },
    Builtin { name: "filter", arity: 2, kinds: Kinds::LIST, run: filter },
    Builtin { name: "length", arity: 1, kinds: Kinds::INT, run: length },
    Builtin { name: "elem", arity: 2, kinds: Kinds::BOOL, run: elem },
    Builtin { name: "foldl'", arity: 3, kinds: Kinds::ANY, run: foldl },
];

fn map(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let list = ev.want_list(args[1])?;
    ev.charge(list.items.len() as u64)?;
    let items = list.items.iter().map(|item| ev.apply_later(args[0], vec![*item])).collect();
    Ok(Value::List(Rc::new(List { items, open: list.open.clone() })))
}

fn filter(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let list = ev.want_list(args[1])?;
    if list.items.is_empty() {
        return Ok(Value::List(list));
    }
    let predicate = ev.force(args[0])?;
    let mut items = Vec::new();
    let mut open = list.open.clone();
    for item in &list.items {
        match ev.call_bool(&predicate, &[*item]) {
            Ok(true) => items.push(*item),
            Ok(false) => {}
            // The element may be in the result or not.
            Err(Stop::Unknown(why)) => open = Some(why),
            Err(stop) => return Err(stop),
        }
    }
    Ok(Value::List(Rc::new(List { items, open })))
}

fn length(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let list = ev.want_closed_list(args[0])?;
    Ok(Value::Int(list.items.len() as i64))
}

fn elem(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let list = ev.want_list(args[1])?;
    let mut unknown = list.open.clone().map(Stop::Unknown);
    for item in &list.items {
        match ev.equal_thunks(args[0], *item) {
            Ok(true) => return Ok(Value::Bool(true)),
            Ok(false) => {}
            Err(stop @ Stop::Unknown(_)) => unknown = Some(stop),
            Err(stop) => return Err(stop),
        }
    }
    unknown.map_or(Ok(Value::Bool(false)), Err)
}

fn foldl(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let list = ev.want_closed_list(args[2])?;
    let f = ev.force(args[0])?;
    let mut state = args[1];
    for item in &list.items {
        // Each step is evaluated at once; one that is unknown may still be ignored by the next.
        let result = ev.call_with(&f, &[state, *item]);
        state = match result {
            Ok(value) => ev.ready(value),
            Err(stop @ Stop::Unknown(_)) => ev.stopped(stop),
            Err(stop) => return Err(stop),
        };
    }
    ev.force(state)
}
