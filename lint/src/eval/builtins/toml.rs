//! `builtins.fromTOML`.

use super::Builtin;
use crate::eval::heap::ThunkId;
use crate::eval::machine::Eval;
use crate::eval::value::*;
use crate::syntax::hir::Name;
use toml::Value as Toml;

pub(super) const TABLE: &[Builtin] =
    &[Builtin { name: "fromTOML", arity: 1, kinds: Kinds::SET, run: from_toml }];

fn from_toml(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let text = ev.want_text(args[0])?;
    ev.charge(1 + text.len() as u64 / 8)?;
    match text.parse::<toml::Table>() {
        Ok(table) => read(ev, Toml::Table(table)),
        Err(e) if e.message().contains("recursion") => Err(Stop::unknown("the TOML is nested too deeply")),
        Err(e) => Err(Stop::fail(format!("`fromTOML`: {}", e.message()))),
    }
}

fn read(ev: &mut Eval<'_>, toml: Toml) -> Res {
    Ok(match toml {
        Toml::String(s) if s.contains('\0') => {
            return Err(Stop::unknown_kind("a string with a NUL character", Kinds::STRING));
        }
        Toml::String(s) => Value::str(&s),
        Toml::Integer(n) => Value::Int(n),
        Toml::Float(n) => Value::Float(n),
        Toml::Boolean(b) => Value::Bool(b),
        Toml::Datetime(_) => return Err(Stop::fail("`fromTOML`: dates and times are not supported")),
        Toml::Array(array) => {
            let mut items = Vec::with_capacity(array.len());
            for toml in array {
                items.push(part(ev, toml)?);
            }
            Value::list(items)
        }
        Toml::Table(table) => {
            let mut entries = Vec::with_capacity(table.len());
            for (name, toml) in table {
                entries.push((Name::new(name), Attr::anonymous(part(ev, toml)?)));
            }
            Value::attrs(entries)
        }
    })
}

fn part(ev: &mut Eval<'_>, toml: Toml) -> Res<ThunkId> {
    match read(ev, toml) {
        Ok(value) => Ok(ev.ready(value)),
        Err(stop @ Stop::Unknown(_)) => Ok(ev.stopped(stop)),
        Err(stop) => Err(stop),
    }
}
