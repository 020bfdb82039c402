//! Builtins about attribute sets. Attributes keep the place of the binding that they come from: findings point there.

use super::Builtin;
use super::views::{Filtered, Keep, Mapped};
use crate::eval::heap::ThunkId;
use crate::eval::machine::Eval;
use crate::eval::prelude;
use crate::eval::value::*;
use crate::syntax::hir::{Expr, Name, Param};
use std::collections::HashSet;
use std::rc::Rc;

pub(super) const TABLE: &[Builtin] = &[
    Builtin { name: "attrNames", arity: 1, kinds: Kinds::LIST, run: attr_names },
    Builtin { name: "attrValues", arity: 1, kinds: Kinds::LIST, run: attr_values },
    Builtin { name: "catAttrs", arity: 2, kinds: Kinds::LIST, run: cat_attrs },
    Builtin { name: "functionArgs", arity: 1, kinds: Kinds::SET, run: function_args },
    Builtin { name: "getAttr", arity: 2, kinds: Kinds::ANY, run: get_attr },
    Builtin { name: "hasAttr", arity: 2, kinds: Kinds::BOOL, run: has_attr },
    Builtin { name: "intersectAttrs", arity: 2, kinds: Kinds::SET, run: intersect_attrs },
    Builtin { name: "listToAttrs", arity: 1, kinds: Kinds::SET, run: list_to_attrs },
    Builtin { name: "mapAttrs", arity: 2, kinds: Kinds::SET, run: map_attrs },
    Builtin { name: "removeAttrs", arity: 2, kinds: Kinds::SET, run: remove_attrs },
    Builtin {
        name: "unsafeGetAttrPos",
        arity: 2,
        kinds: Kinds(Kinds::SET.0 | Kinds::NULL.0),
        run: unsafe_get_attr_pos,
    },
];

/// The entries of a set that are known, sorted by name, and why there may be others if there may be.
pub(crate) type Listing = (Vec<(Name, Attr)>, Option<Rc<Unknown>>);

impl Eval<'_> {
    /// What is known of a set's entries.
    pub(crate) fn listing(&mut self, set: &Attrs) -> Res<Listing> {
        match self.entries(set) {
            Ok(entries) => Ok((entries, None)),
            Err(Stop::Unknown(why)) => Ok((set.entries.clone(), Some(why))),
            Err(stop) => Err(stop),
        }
    }

    /// Whether a set has the attribute `name`.
    pub(crate) fn has(&mut self, set: &Attrs, name: &Name) -> Res<bool> {
        match &set.rest {
            Rest::Symbolic(root) if set.known(name).is_none() => Err(Stop::needs_nixpkgs(root)),
            _ => Ok(self.attr(set, name)?.is_some()),
        }
    }
}

fn attr_names(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let set = ev.want_attrs(args[0])?;
    let (names, open) = match ev.names(&set) {
        Ok(names) => (names, None),
        Err(Stop::Unknown(why)) => (set.entries.iter().map(|(n, _)| n.clone()).collect(), Some(why)),
        Err(stop) => return Err(stop),
    };
    ev.charge(names.len() as u64)?;
    let items = names.iter().map(|name| ev.ready(Value::str(name))).collect();
    Ok(Value::List(Rc::new(List { items, open })))
}

fn attr_values(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let set = ev.want_attrs(args[0])?;
    let (entries, open) = ev.listing(&set)?;
    ev.charge(entries.len() as u64 / 8)?;
    let items = entries.iter().map(|(_, attr)| attr.value).collect();
    Ok(Value::List(Rc::new(List { items, open })))
}

fn get_attr(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let name = ev.want_name(args[0])?;
    let set = ev.force(args[1])?;
    let attr = ev.select(&set, &name)?;
    ev.force(attr.value)
}

fn has_attr(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let name = ev.want_name(args[0])?;
    let set = ev.want_attrs(args[1])?;
    ev.has(&set, &name).map(Value::Bool)
}

fn cat_attrs(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let name = ev.want_name(args[0])?;
    let list = ev.want_list(args[1])?;
    ev.charge(list.items.len() as u64)?;
    let mut items = Vec::new();
    let mut open = list.open.clone();
    for item in &list.items {
        let found = ev
            .want_attrs(*item)
            .and_then(|set| if ev.has(&set, &name)? { ev.attr(&set, &name) } else { Ok(None) });
        match found {
            Ok(Some(attr)) => items.push(attr.value),
            Ok(None) => {}
            Err(Stop::Unknown(why)) => open = Some(why),
            Err(stop) => return Err(stop),
        }
    }
    Ok(Value::List(Rc::new(List { items, open })))
}

fn map_attrs(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let set = ev.want_attrs(args[1])?;
    ev.charge(set.entries.len() as u64)?;
    let mut entries = Vec::with_capacity(set.entries.len());
    for (name, attr) in &set.entries {
        let text = ev.ready(Value::str(name));
        let value = ev.apply_later(args[0], vec![text, attr.value]);
        entries.push((name.clone(), Attr { value, place: attr.place }));
    }
    let rest = match &set.rest {
        rest @ (Rest::Closed | Rest::Presumed(_) | Rest::Open(_)) => rest.clone(),
        rest => Rest::Lazy(Mapped::of(rest.clone(), args[0])),
    };
    Ok(Value::Attrs(Rc::new(Attrs { entries, rest })))
}

fn remove_attrs(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let set = ev.want_attrs(args[0])?;
    let list = ev.want_list(args[1])?;
    let mut names = Vec::with_capacity(list.items.len());
    let mut unknown = list.open.clone();
    for item in &list.items {
        match ev.want_name(*item) {
            Ok(name) => names.push(name),
            Err(Stop::Unknown(why)) => unknown = Some(why),
            Err(stop) => return Err(stop),
        }
    }
    // Any attribute may be the one that goes.
    if let Some(why) = unknown {
        let nothing = set.entries.is_empty() && set.is_closed();
        let rest = if nothing { Rest::Closed } else { Rest::Open(why) };
        return Ok(Value::Attrs(Rc::new(Attrs { entries: Vec::new(), rest })));
    }
    ev.charge((set.entries.len() + names.len()) as u64)?;
    names.sort();
    let entries = set.entries.iter().filter(|(n, _)| names.binary_search(n).is_err()).cloned().collect();
    let rest = match &set.rest {
        rest @ (Rest::Closed | Rest::Presumed(_) | Rest::Open(_)) => rest.clone(),
        rest => Rest::Lazy(Filtered::of(rest.clone(), Keep::AllBut(names))),
    };
    Ok(Value::Attrs(Rc::new(Attrs { entries, rest })))
}

/// The attributes of the second set whose names the first one has.
fn intersect_attrs(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let (wanted, set) = (ev.want_attrs(args[0])?, ev.want_attrs(args[1])?);
    ev.charge((wanted.entries.len() + set.entries.len()) as u64)?;
    let mut entries = Vec::new();
    let mut open = None;
    for (name, attr) in &set.entries {
        match ev.has(&wanted, name) {
            Ok(true) => entries.push((name.clone(), *attr)),
            Ok(false) => {}
            Err(Stop::Unknown(why)) => open = Some(why),
            Err(stop) => return Err(stop),
        }
    }
    // What the second set may have besides matters only where the first one asks for more.
    let complete = wanted.is_closed() && wanted.entries.iter().all(|(n, _)| set.known(n).is_some());
    let rest = match (&set.rest, open) {
        (Rest::Closed, Some(why)) => Rest::Open(why),
        (Rest::Closed, None) => Rest::Closed,
        _ if complete => Rest::Closed,
        (_, Some(why)) => Rest::Open(why),
        (rest @ (Rest::Presumed(_) | Rest::Open(_)), None) => rest.clone(),
        (rest, None) => Rest::Lazy(Filtered::of(rest.clone(), Keep::Of(wanted.clone()))),
    };
    Ok(Value::Attrs(Rc::new(Attrs { entries, rest })))
}

fn list_to_attrs(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let list = ev.want_list(args[0])?;
    ev.charge(list.items.len() as u64)?;
    let mut entries: Vec<(Name, Attr)> = Vec::with_capacity(list.items.len());
    let mut seen: HashSet<Name> = HashSet::with_capacity(list.items.len());
    // The first element of a name counts: behind one whose name is unknown, no value is certain.
    let mut unknown = list.open.clone();
    for item in &list.items {
        let element = ev.want_attrs(*item).and_then(|element| {
            let name = ev.want_attr(&element, "name")?;
            Ok((ev.want_name(name)?, element))
        });
        let (name, element) = match element {
            Ok(found) => found,
            Err(Stop::Unknown(why)) => {
                unknown.get_or_insert(why);
                continue;
            }
            Err(stop) => return Err(stop),
        };
        if !seen.insert(name.clone()) {
            continue;
        }
        let attr = match ev.attr(&element, &Name::new_static("value")) {
            Ok(Some(attr)) => attr,
            Ok(None) => return Err(Stop::fail("attribute 'value' missing")),
            Err(stop @ Stop::Unknown(_)) => Attr::anonymous(ev.stopped(stop)),
            Err(stop) => return Err(stop),
        };
        // A pair that `lib` made has no place in the user's files.
        let place = attr.place.filter(|p| !prelude::is_own(&ev.units()[p.unit as usize].path));
        let value = match &unknown {
            None => attr.value,
            Some(why) => ev.stopped(Stop::Unknown(why.clone()).yielding(Kinds::ANY)),
        };
        entries.push((name, Attr { value, place }));
    }
    let mut set = Attrs::from_entries(entries);
    set.rest = unknown.map_or(Rest::Closed, Rest::Open);
    Ok(Value::Attrs(Rc::new(set)))
}

fn function_args(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let function = ev.force(args[0])?;
    let closure = match &function {
        Value::Lambda(closure) => closure,
        Value::Builtin(_) | Value::Native(_) => return Ok(Value::Attrs(Attrs::empty())),
        other => return Err(ev.mismatch("a function", other)),
    };
    let mut entries = Vec::new();
    if let Expr::Lambda(lambda) = closure.unit.file.expr(closure.lambda)
        && let Param::Pattern { formals, .. } = &lambda.param
    {
        ev.charge(formals.len() as u64)?;
        for formal in formals {
            let optional = ev.ready(Value::Bool(formal.default.is_some()));
            entries.push((formal.name.clone(), Attr::anonymous(optional)));
        }
    }
    Ok(Value::attrs(entries))
}

fn unsafe_get_attr_pos(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let name = ev.want_name(args[0])?;
    let set = ev.want_attrs(args[1])?;
    let place = if ev.has(&set, &name)? { ev.attr(&set, &name)?.and_then(|attr| attr.place) } else { None };
    let Some(place) = place else { return Ok(Value::Null) };
    let range = ev.units()[place.unit as usize].file.entry(place.entry).path;
    ev.position(place.unit, range)
}
