//! Builtins that sort the elements of a list, or the attributes of several sets, into groups. An element that goes to an
//! unknown group leaves every group open.

use super::Builtin;
use crate::eval::heap::ThunkId;
use crate::eval::machine::Eval;
use crate::eval::value::*;
use crate::syntax::hir::Name;
use std::collections::BTreeMap;
use std::rc::Rc;

pub(super) const TABLE: &[Builtin] = &[
    Builtin { name: "groupBy", arity: 2, kinds: Kinds::SET, run: group_by },
    Builtin { name: "partition", arity: 2, kinds: Kinds::SET, run: partition },
    Builtin { name: "zipAttrsWith", arity: 2, kinds: Kinds::SET, run: zip_attrs_with },
];

fn partition(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let list = ev.want_list(args[1])?;
    let predicate = ev.want_function_for(args[0], &list)?;
    let (mut right, mut wrong) = (Vec::new(), Vec::new());
    let mut open = list.open.clone();
    for item in &list.items {
        // Nix evaluates each element, whatever the predicate does with it.
        if let Err(stop @ Stop::Error(_)) = ev.force(*item) {
            return Err(stop);
        }
        match ev.call_bool(&predicate, &[*item]) {
            Ok(true) => right.push(*item),
            Ok(false) => wrong.push(*item),
            Err(Stop::Unknown(why)) => open = Some(why),
            Err(stop) => return Err(stop),
        }
    }
    let mut group = |name, items| {
        let value = ev.ready(Value::List(Rc::new(List { items, open: open.clone() })));
        (Name::new_static(name), Attr::anonymous(value))
    };
    Ok(Value::attrs(vec![group("right", right), group("wrong", wrong)]))
}

fn group_by(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let list = ev.want_list(args[1])?;
    let f = ev.want_function_for(args[0], &list)?;
    let mut groups: BTreeMap<Name, Vec<ThunkId>> = BTreeMap::new();
    let mut open = list.open.clone();
    for item in &list.items {
        let key = ev.call(&f, *item).and_then(|key| match key {
            Value::Null => Err(ev.mismatch("a string", &Value::Null)),
            key => ev.name_of(key),
        });
        match key {
            Ok(Some(key)) => groups.entry(key).or_default().push(*item),
            Ok(None) => {}
            Err(Stop::Unknown(why)) => open = Some(why),
            Err(stop) => return Err(stop),
        }
    }
    let mut entries = Vec::with_capacity(groups.len());
    for (name, items) in groups {
        let value = ev.ready(Value::List(Rc::new(List { items, open: open.clone() })));
        entries.push((name, Attr::anonymous(value)));
    }
    Ok(Value::Attrs(Rc::new(Attrs { entries, rest: open.map_or(Rest::Closed, Rest::Open) })))
}

fn zip_attrs_with(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let sets = ev.want_list(args[1])?;
    if let Err(stop @ Stop::Error(_)) = ev.want_function(args[0]) {
        return Err(stop);
    }
    let mut groups: BTreeMap<Name, (Option<Place>, Vec<ThunkId>)> = BTreeMap::new();
    let mut open = sets.open.clone();
    for set in &sets.items {
        let (entries, others) = match ev.want_attrs(*set) {
            Ok(set) => ev.listing(&set)?,
            Err(Stop::Unknown(why)) => (Vec::new(), Some(why)),
            Err(stop) => return Err(stop),
        };
        ev.charge(1 + entries.len() as u64)?;
        open = open.or(others);
        for (name, attr) in entries {
            groups.entry(name).or_insert_with(|| (attr.place, Vec::new())).1.push(attr.value);
        }
    }
    let mut entries = Vec::with_capacity(groups.len());
    for (name, (place, items)) in groups {
        let values = ev.ready(Value::List(Rc::new(List { items, open: open.clone() })));
        let text = ev.ready(Value::str(&name));
        let value = ev.apply_later(args[0], vec![text, values]);
        entries.push((name, Attr { value, place }));
    }
    Ok(Value::Attrs(Rc::new(Attrs { entries, rest: open.map_or(Rest::Closed, Rest::Open) })))
}
