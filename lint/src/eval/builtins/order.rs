//! Builtins that compare values with each other: sorting and transitive closures.

use super::Builtin;
use crate::eval::heap::ThunkId;
use crate::eval::machine::Eval;
use crate::eval::value::*;
use std::collections::VecDeque;

pub(super) const TABLE: &[Builtin] = &[
    Builtin { name: "genericClosure", arity: 1, kinds: Kinds::LIST, run: generic_closure },
    Builtin { name: "lessThan", arity: 2, kinds: Kinds::BOOL, run: less_than },
    Builtin { name: "sort", arity: 2, kinds: Kinds::LIST, run: sort },
];

fn less_than(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let (a, b) = (ev.force(args[0])?, ev.force(args[1])?);
    ev.less(&a, &b).map(Value::Bool)
}

fn sort(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let list = ev.want_list(args[1])?;
    let less = ev.want_function_for(args[0], &list)?;
    match merge_sort(ev, list.items.clone(), &less) {
        Ok(items) => Ok(Value::List(std::rc::Rc::new(List { items, open: list.open.clone() }))),
        // How many there are is known, not which stands where.
        Err(Stop::Unknown(why)) => {
            let items = list.items.iter().map(|_| ev.unknown(&why)).collect();
            Ok(Value::List(std::rc::Rc::new(List { items, open: list.open.clone() })))
        }
        Err(stop) => Err(stop),
    }
}

/// Sorts stably. The standard library's sort cannot stop in between, and panics where `less` contradicts itself.
fn merge_sort(ev: &mut Eval<'_>, mut items: Vec<ThunkId>, less: &Value) -> Res<Vec<ThunkId>> {
    let mut width = 1;
    while width < items.len() {
        let mut merged = Vec::with_capacity(items.len());
        for pair in items.chunks(2 * width) {
            let (mut left, mut right) = pair.split_at(width.min(pair.len()));
            while let ([l, ls @ ..], [r, rs @ ..]) = (left, right) {
                if ev.call_bool(less, &[*r, *l])? {
                    merged.push(*r);
                    right = rs;
                } else {
                    merged.push(*l);
                    left = ls;
                }
            }
            merged.extend_from_slice(left);
            merged.extend_from_slice(right);
        }
        items = merged;
        width *= 2;
    }
    Ok(items)
}

fn generic_closure(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let set = ev.want_attrs(args[0])?;
    let start = ev.want_attr(&set, "startSet")?;
    let start = ev.want_closed_list(start)?;
    if start.items.is_empty() {
        return Ok(Value::List(start));
    }
    let operator = ev.want_attr(&set, "operator")?;
    let operator = ev.want_function(operator)?;
    let mut work: VecDeque<ThunkId> = start.items.iter().copied().collect();
    // The keys that were met, in their order.
    let mut keys: Vec<Value> = Vec::new();
    let mut found = Vec::new();
    while let Some(item) = work.pop_front() {
        let element = ev.want_attrs(item)?;
        let key = ev.want_attr(&element, "key")?;
        let key = ev.force(key)?;
        let (mut low, mut high) = (0, keys.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if ev.less(&keys[middle], &key)? { low = middle + 1 } else { high = middle }
        }
        if low < keys.len() && !ev.less(&key, &keys[low])? {
            continue;
        }
        ev.charge(1 + keys.len() as u64 / 128)?;
        keys.insert(low, key);
        found.push(item);
        let next = ev.call(&operator, item);
        let next = ev.as_list(next)?;
        if let Some(why) = &next.open {
            return Err(Stop::Unknown(why.clone()));
        }
        ev.charge(next.items.len() as u64)?;
        work.extend(&next.items);
    }
    Ok(Value::list(found))
}
