//! What in a definition is certainly not of its option's type.

use super::check::is_plain_text;
use super::definitions::tag;
use super::types::{EnumValue, Type};
use crate::eval::{Eval, Kinds, Stop, ThunkId, Value};
use crate::syntax::hir::Name;
use serde_json::Value as Json;

/// A part of a definition that is not of its type.
pub(super) struct Misfit {
    /// The path, from the option down to the part.
    pub(super) path: Vec<Name>,
    /// The type's description.
    pub(super) type_name: String,
    /// The kinds of values that are of the type.
    pub(super) takes: Kinds,
    /// The part.
    pub(super) thunk: ThunkId,
    /// Whether no release is likely to accept it. Types grow: by further words, by `null`, by lists, and by sets of settings where
    /// there was a text; a string hardly takes the place of a Boolean.
    pub(super) in_any_release: bool,
}

/// How many are noted of one definition.
const MOST: usize = 8;
/// How deep lists and sets are looked into.
const DEPTH: usize = 6;

impl Type {
    /// Notes what in a value is certainly not of this type. `definition` is its number among those that take part.
    pub(super) fn misfits(&self, ev: &mut Eval<'_>, thunk: ThunkId, definition: usize) -> Vec<Misfit> {
        let mut search = Search { definition, path: Vec::new(), found: Vec::new() };
        search.at(ev, self, thunk);
        search.found
    }

    /// Whether no release is likely to accept the value, which this type does not.
    fn refuses_kind(&self, value: &Value) -> bool {
        match self {
            _ if matches!(value, Value::Null | Value::Symbol(_) | Value::List(_) | Value::Attrs(_)) => false,
            Type::NullOr(ty) | Type::Unique(ty) | Type::AddCheck(ty, _) => ty.refuses_kind(value),
            Type::Either(a, b) | Type::CoercedTo { from: a, to: b, .. } => {
                a.refuses_kind(value) && b.refuses_kind(value)
            }
            Type::Package | Type::Path { .. } if is_plain_text(value) => true,
            // Ports will not be more.
            Type::Int { lowest: Some(0 | 1), highest: Some(65535) } if matches!(value, Value::Int(_)) => true,
            Type::Enum(values) => values.iter().all(|listed| match listed {
                EnumValue::Json(json) => value.kinds().disjoint(kinds(json)),
                EnumValue::Thunk(_) => false,
            }),
            // A module may be a function.
            ty if value.kinds() == Kinds::LAMBDA => ty.kinds().within(Kinds::SCALAR),
            ty => value.kinds().disjoint(ty.kinds()),
        }
    }
}

fn kinds(json: &Json) -> Kinds {
    match json {
        Json::Null => Kinds::NULL,
        Json::Bool(_) => Kinds::BOOL,
        Json::Number(_) => Kinds::NUMBER,
        Json::String(_) => Kinds::STRING,
        Json::Array(_) => Kinds::LIST,
        Json::Object(_) => Kinds::SET,
    }
}

struct Search {
    definition: usize,
    path: Vec<Name>,
    found: Vec<Misfit>,
}

impl Search {
    fn at(&mut self, ev: &mut Eval<'_>, ty: &Type, thunk: ThunkId) {
        if self.found.len() >= MOST || self.path.len() > DEPTH {
            return;
        }
        let value = match ev.force(thunk) {
            Ok(value) => Some(value),
            Err(Stop::Unknown(_)) => None,
            Err(Stop::Error(_)) => return,
        };
        // Properties may stand around an element too: they are taken off when that is merged.
        if !self.path.is_empty() && value.as_ref().is_some_and(|v| !matches!(tag(ev, v), Ok(None))) {
            return;
        }
        match (ty.accepts(ev, thunk), value) {
            (Ok(false), value) => {
                let in_any_release = value.is_some_and(|value| ty.refuses_kind(&value));
                self.found.push(Misfit {
                    path: self.path.clone(),
                    type_name: ty.describe(ev),
                    takes: ty.kinds(),
                    thunk,
                    in_any_release,
                });
            }
            (Ok(true), Some(value)) => self.inside(ev, ty, thunk, &value),
            _ => {}
        }
    }

    /// What a value consists of that is itself of the type.
    fn inside(&mut self, ev: &mut Eval<'_>, ty: &Type, thunk: ThunkId, value: &Value) {
        match (ty, value) {
            (Type::NullOr(_), Value::Null) => {}
            (Type::NullOr(ty) | Type::Unique(ty) | Type::AddCheck(ty, _), _) => {
                self.inside(ev, ty, thunk, value);
            }
            (Type::Either(left, right), _) => match left.accepts(ev, thunk) {
                Ok(true) => self.inside(ev, left, thunk, value),
                Ok(false) => self.inside(ev, right, thunk, value),
                Err(_) => {}
            },
            (Type::CoercedTo { from, to, .. }, _) if matches!(from.accepts(ev, thunk), Ok(false)) => {
                self.inside(ev, to, thunk, value);
            }
            (Type::ListOf { elem, .. }, Value::List(list)) => {
                for (i, item) in list.items.iter().enumerate() {
                    self.path.push(element(self.definition, i + 1));
                    self.at(ev, elem, *item);
                    self.path.pop();
                }
            }
            // Attributes of an option itself have definitions of their own.
            (Type::AttrsOf { elem, .. }, Value::Attrs(set)) if !self.path.is_empty() => {
                for (name, attr) in &set.entries {
                    self.path.push(name.clone());
                    self.at(ev, elem, attr.value);
                    self.path.pop();
                }
            }
            _ => {}
        }
    }
}

/// What NixOS calls an element of a list.
pub(super) fn element(definition: usize, entry: usize) -> Name {
    Name::new(format!("[definition {definition}-entry {entry}]"))
}
