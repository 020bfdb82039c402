//! Nix' builtins, one file a subject. To add one, write its function and its line in that file's table.

mod context;
mod control;
mod derivations;
mod files;
mod flakes;
mod from_json;
mod groups;
mod hashes;

mod lists;
mod nix32;
mod numbers;
mod order;
mod outside;
mod own;
mod posix;
mod regex;
mod replace;
mod sets;
mod strings;
mod to_json;
mod toml;
mod types;
mod versions;
mod views;
mod xml;

pub use hashes::source_path;

use super::coerce::Coerce;
use super::heap::ThunkId;
use super::machine::Eval;
use super::value::*;
use crate::syntax::hir::Name;
use rustc_hash::FxHashMap;
use std::rc::Rc;
use std::sync::OnceLock;

/// A builtin function.
pub struct Builtin {
    /// Its name in `builtins`.
    pub name: &'static str,
    /// How many arguments it takes.
    pub arity: usize,
    /// What it may yield; known even where the result is not.
    pub kinds: Kinds,
    /// What it does. An unknown argument that it needs ends it with `?`.
    pub run: fn(&mut Eval<'_>, &[ThunkId]) -> Res,
}

/// All builtin functions, by subject.
const TABLES: &[&[Builtin]] = &[
    context::TABLE,
    control::TABLE,
    derivations::TABLE,
    files::TABLE,
    flakes::TABLE,
    groups::TABLE,
    hashes::TABLE,
    from_json::TABLE,
    lists::TABLE,
    numbers::TABLE,
    order::TABLE,
    outside::SOURCES,
    outside::TABLE,
    own::TABLE,
    regex::TABLE,
    replace::TABLE,
    sets::TABLE,
    strings::TABLE,
    to_json::TABLE,
    toml::TABLE,
    types::TABLE,
    versions::TABLE,
    xml::TABLE,
];

fn find(name: &str) -> Option<&'static Builtin> {
    static INDEX: OnceLock<FxHashMap<&'static str, &'static Builtin>> = OnceLock::new();
    let index = INDEX.get_or_init(|| TABLES.iter().flat_map(|t| t.iter()).map(|b| (b.name, b)).collect());
    index.get(name).copied()
}

/// A builtin that has got no argument yet.
fn function(builtin: &'static Builtin) -> Value {
    Value::Builtin(Rc::new(Partial { builtin, arguments: Vec::new() }))
}

/// The set `builtins`, which is to contain itself as `this`.
pub(super) fn set(eval: &mut Eval<'_>, this: ThunkId) -> Value {
    let mut entries = vec![(Name::new_static("builtins"), Attr::anonymous(this))];
    for builtin in TABLES.iter().flat_map(|t| t.iter()) {
        let value = eval.ready(function(builtin));
        entries.push((Name::new_static(builtin.name), Attr::anonymous(value)));
    }
    for (name, value) in eval.natives().to_vec() {
        entries.push((Name::new_static(name), Attr::anonymous(value)));
    }
    for (name, value) in [
        ("true", Value::Bool(true)),
        ("false", Value::Bool(false)),
        ("null", Value::Null),
        ("langVersion", Value::Int(6)),
        ("storeDir", Value::str("/nix/store")),
    ] {
        let value = eval.ready(value);
        entries.push((Name::new_static(name), Attr::anonymous(value)));
    }
    for (name, kinds, why) in outside::CONSTANTS {
        let value = eval.stopped(Stop::unknown_kind(*why, *kinds));
        entries.push((Name::new_static(name), Attr::anonymous(value)));
    }
    Value::attrs(entries)
}

/// The value of a name in Nix' global scope.
pub(super) fn global(eval: &mut Eval<'_>, name: &str) -> Res {
    match name {
        "true" => return Ok(Value::Bool(true)),
        "false" => return Ok(Value::Bool(false)),
        "null" => return Ok(Value::Null),
        "builtins" => {
            let set = eval.builtins();
            return eval.force(set);
        }
        _ => {}
    }
    // Which names are there with the underscores and which without is settled when a file is lowered.
    let name = name.strip_prefix("__").unwrap_or(name);
    if let Some(builtin) = find(name) {
        return Ok(function(builtin));
    }
    // A constant such as `__currentSystem`.
    let set = eval.builtins();
    let set = eval.force(set)?;
    let attr = eval.select(&set, &Name::new(name))?;
    eval.force(attr.value)
}

/// The arguments of builtins, each forced and expected to be of a kind.
impl Eval<'_> {
    pub(crate) fn want_list(&mut self, thunk: ThunkId) -> Res<Rc<List>> {
        match self.force(thunk)? {
            Value::List(list) => Ok(list),
            other => Err(self.mismatch("a list", &other)),
        }
    }

    /// A list whose elements are all known to be there.
    pub(crate) fn want_closed_list(&mut self, thunk: ThunkId) -> Res<Rc<List>> {
        let list = self.want_list(thunk)?;
        match &list.open {
            None => Ok(list),
            Some(why) => Err(Stop::Unknown(why.clone())),
        }
    }

    pub(crate) fn want_attrs(&mut self, thunk: ThunkId) -> Res<Rc<Attrs>> {
        match self.force(thunk)? {
            Value::Attrs(set) => Ok(set),
            Value::Symbol(s) => Ok(Rc::new(Attrs { entries: Vec::new(), rest: Rest::Symbolic(s) })),
            other => Err(self.mismatch("a set", &other)),
        }
    }

    pub(crate) fn want_int(&mut self, thunk: ThunkId) -> Res<i64> {
        match self.force(thunk)? {
            Value::Int(n) => Ok(n),
            other => Err(self.mismatch("an integer", &other)),
        }
    }

    /// A string as it is, perhaps with stand-ins for store paths.
    pub(crate) fn want_str(&mut self, thunk: ThunkId) -> Res<Str> {
        match self.force(thunk)? {
            Value::Str(s) => Ok(s),
            other => Err(self.mismatch("a string", &other)),
        }
    }

    /// A string whose text is exactly what Nix would see.
    pub(crate) fn want_text(&mut self, thunk: ThunkId) -> Res<Rc<str>> {
        let s = self.want_str(thunk)?;
        exact(s)
    }

    /// A string, or what interpolation would make one of, as text that is exactly what Nix would see.
    pub(crate) fn want_coerced(&mut self, thunk: ThunkId) -> Res<Rc<str>> {
        let value = self.force(thunk)?;
        exact(self.coerce(value, Coerce::Interpolate)?)
    }

    /// A string as an attribute's name.
    pub(crate) fn want_name(&mut self, thunk: ThunkId) -> Res<Name> {
        Ok(Name::new(self.want_text(thunk)?))
    }

    /// A function, or a set that can be called like one.
    pub(crate) fn want_function(&mut self, thunk: ThunkId) -> Res {
        let value = self.force(thunk)?;
        match &value {
            Value::Lambda(_) | Value::Builtin(_) | Value::Native(_) | Value::Symbol(_) => Ok(value),
            Value::Attrs(set) => match self.attr(set, &Name::new_static("__functor"))? {
                Some(_) => Ok(value),
                None => Err(self.mismatch("a function", &value)),
            },
            _ => Err(self.mismatch("a function", &value)),
        }
    }

    /// The function that is to be applied to a list's elements; where there are none, it may be unknown.
    pub(crate) fn want_function_for(&mut self, thunk: ThunkId, list: &List) -> Res {
        match self.want_function(thunk) {
            Err(Stop::Unknown(_)) if list.items.is_empty() => Ok(Value::Null),
            result => result,
        }
    }

    /// The attribute that a builtin needs of its argument.
    pub(crate) fn want_attr(&mut self, set: &Attrs, name: &'static str) -> Res<ThunkId> {
        match self.attr(set, &Name::new_static(name))? {
            Some(attr) => Ok(attr.value),
            None => Err(Stop::fail(format!("attribute '{name}' missing"))),
        }
    }

    /// The result of a function that must yield a Boolean.
    pub(crate) fn call_bool(&mut self, function: &Value, arguments: &[ThunkId]) -> Res<bool> {
        let value = self.call_with(function, arguments)?;
        self.expect_bool(value)
    }
}

/// The text of a string, if it is exactly what Nix would see.
fn exact(s: Str) -> Res<Rc<str>> {
    if s.stand_in {
        return Err(Stop::unknown_kind("a store path is not known", Kinds::STRING));
    }
    Ok(s.text)
}
