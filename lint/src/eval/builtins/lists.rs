//! Builtins about lists. An open list, of which only some elements are known, stays open through those that keep its elements.

use super::Builtin;
use crate::eval::heap::ThunkId;
use crate::eval::machine::Eval;
use crate::eval::value::*;
use std::rc::Rc;

pub(super) const TABLE: &[Builtin] = &[
    Builtin { name: "all", arity: 2, kinds: Kinds::BOOL, run: |ev, args| decide(ev, args, false) },
    Builtin { name: "any", arity: 2, kinds: Kinds::BOOL, run: |ev, args| decide(ev, args, true) },
    Builtin { name: "concatLists", arity: 1, kinds: Kinds::LIST, run: concat_lists },
    Builtin { name: "concatMap", arity: 2, kinds: Kinds::LIST, run: concat_map },
    Builtin { name: "elem", arity: 2, kinds: Kinds::BOOL, run: elem },
    Builtin { name: "elemAt", arity: 2, kinds: Kinds::ANY, run: elem_at },
    Builtin { name: "filter", arity: 2, kinds: Kinds::LIST, run: filter },
    Builtin { name: "foldl'", arity: 3, kinds: Kinds::ANY, run: foldl },
    Builtin { name: "genList", arity: 2, kinds: Kinds::LIST, run: gen_list },
    Builtin { name: "head", arity: 1, kinds: Kinds::ANY, run: head },
    Builtin { name: "length", arity: 1, kinds: Kinds::INT, run: length },
    Builtin { name: "map", arity: 2, kinds: Kinds::LIST, run: map },
    Builtin { name: "tail", arity: 1, kinds: Kinds::LIST, run: tail },
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
    let predicate = ev.want_function(args[0])?;
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

/// `any` and `all`: the first element for which the predicate is `decisive` decides, also behind unknown ones.
fn decide(ev: &mut Eval<'_>, args: &[ThunkId], decisive: bool) -> Res {
    let list = ev.want_list(args[1])?;
    let predicate = ev.want_function_for(args[0], &list)?;
    let mut unknown = list.open.clone().map(Stop::Unknown);
    for item in &list.items {
        match ev.call_bool(&predicate, &[*item]) {
            Ok(b) if b == decisive => return Ok(Value::Bool(decisive)),
            Ok(_) => {}
            Err(stop @ Stop::Unknown(_)) => {
                unknown.get_or_insert(stop);
            }
            Err(stop) => return Err(unknown.unwrap_or(stop)),
        }
    }
    unknown.map_or(Ok(Value::Bool(!decisive)), Err)
}

fn elem(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let list = ev.want_list(args[1])?;
    let mut unknown = list.open.clone().map(Stop::Unknown);
    for item in &list.items {
        match ev.equal_thunks(args[0], *item) {
            Ok(true) => return Ok(Value::Bool(true)),
            Ok(false) => {}
            Err(stop @ Stop::Unknown(_)) => {
                unknown.get_or_insert(stop);
            }
            Err(stop) => return Err(unknown.unwrap_or(stop)),
        }
    }
    unknown.map_or(Ok(Value::Bool(false)), Err)
}

fn length(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let list = ev.want_closed_list(args[0])?;
    Ok(Value::Int(list.items.len() as i64))
}

fn head(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let list = ev.want_closed_list(args[0])?;
    match list.items.first() {
        Some(item) => ev.force(*item),
        None => Err(Stop::fail("`head` of an empty list")),
    }
}

fn tail(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let list = ev.want_list(args[0])?;
    if list.items.is_empty() && list.open.is_none() {
        return Err(Stop::fail("`tail` of an empty list"));
    }
    ev.charge(list.items.len() as u64 / 8)?;
    // Of an open list it may be a hidden element that goes; all but the first known one certainly stay.
    let items = list.items.iter().skip(1).copied().collect();
    Ok(Value::List(Rc::new(List { items, open: list.open.clone() })))
}

fn elem_at(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let list = ev.want_closed_list(args[0])?;
    let index = ev.want_int(args[1])?;
    match usize::try_from(index).ok().and_then(|i| list.items.get(i)) {
        Some(item) => ev.force(*item),
        None => Err(Stop::fail(format!("`elemAt`: no element {index} in a list of {}", list.items.len()))),
    }
}

fn gen_list(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let count = ev.want_int(args[1])?;
    let Ok(steps) = u64::try_from(count) else {
        return Err(Stop::fail(format!("`genList`: cannot make a list of {count} elements")));
    };
    ev.charge(steps)?;
    let mut items = Vec::with_capacity(steps as usize);
    for n in 0..count {
        let n = ev.ready(Value::Int(n));
        items.push(ev.apply_later(args[0], vec![n]));
    }
    Ok(Value::list(items))
}

fn foldl(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let list = ev.want_closed_list(args[2])?;
    let f = ev.want_function_for(args[0], &list)?;
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

fn concat_lists(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let lists = ev.want_list(args[0])?;
    let mut whole = List { items: Vec::new(), open: lists.open.clone() };
    for list in &lists.items {
        let list = ev.force(*list);
        append(ev, &mut whole, list)?;
    }
    Ok(Value::List(Rc::new(whole)))
}

fn concat_map(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let list = ev.want_list(args[1])?;
    let f = ev.want_function_for(args[0], &list)?;
    let mut whole = List { items: Vec::new(), open: list.open.clone() };
    for item in &list.items {
        let list = ev.call(&f, *item);
        append(ev, &mut whole, list)?;
    }
    Ok(Value::List(Rc::new(whole)))
}

/// Puts the elements of `list` behind those of `whole`; if it is unknown, `whole` becomes open.
fn append(ev: &mut Eval<'_>, whole: &mut List, list: Res) -> Res<()> {
    let list = ev.as_list(list)?;
    ev.charge(1 + list.items.len() as u64 / 8)?;
    whole.items.extend_from_slice(&list.items);
    if whole.open.is_none() {
        whole.open.clone_from(&list.open);
    }
    Ok(())
}
