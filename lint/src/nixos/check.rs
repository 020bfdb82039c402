//! Whether a value is of a type.

use super::types::{EnumValue, StrRule, Type};
use crate::eval::{Eval, Kinds, Res, Stop, ThunkId, Value};
use crate::syntax::hir::Name;

impl Type {
    /// Whether the thunk's value is of this type, as far as NixOS looks at this point (not inside lists and sets). Unknown where it
    /// depends on something that is not known.
    pub(super) fn accepts(&self, ev: &mut Eval<'_>, thunk: ThunkId) -> Res<bool> {
        match ev.force(thunk) {
            Ok(Value::Symbol(_)) if matches!(self, Type::Package) => Ok(true),
            Ok(value) => ev.deeper(|ev| self.accepts_value(ev, thunk, &value)),
            Err(Stop::Unknown(why)) => {
                let kinds = self.kinds();
                if why.kinds.disjoint(kinds) {
                    Ok(false)
                } else if why.kinds.within(kinds) && self.is_decided_by_kind() {
                    Ok(true)
                } else {
                    Err(Stop::Unknown(why))
                }
            }
            Err(stop) => Err(stop),
        }
    }

    fn accepts_value(&self, ev: &mut Eval<'_>, thunk: ThunkId, value: &Value) -> Res<bool> {
        if let Value::Symbol(s) = value {
            return match self {
                Type::Raw | Type::Anything | Type::Unspecified => Ok(true),
                _ => Err(Stop::needs_nixpkgs(s)),
            };
        }
        if let Type::Recursive(ty) = self {
            return Type::from_thunk(ev, *ty)?.accepts_value(ev, thunk, value);
        }
        Ok(match self {
            Type::Bool | Type::BoolByOr => matches!(value, Value::Bool(_)),
            Type::Int { lowest, highest } => match value {
                Value::Int(n) => lowest.is_none_or(|l| *n >= l) && highest.is_none_or(|h| *n <= h),
                _ => false,
            },
            Type::Float => matches!(value, Value::Float(_)),
            Type::Number { lowest, highest } => {
                let n = match value {
                    Value::Int(n) => *n as f64,
                    Value::Float(n) => *n,
                    _ => return Ok(false),
                };
                lowest.is_none_or(|l| n >= l) && highest.is_none_or(|h| n <= h)
            }
            Type::Str(rule) => match value {
                Value::Str(s) if s.stand_in => match rule {
                    StrRule::Any | StrRule::NonEmpty => true,
                    _ => return Err(Stop::unknown("a store path is not known")),
                },
                Value::Str(s) => match rule {
                    StrRule::Any => true,
                    StrRule::NonEmpty => !s.text.chars().all(|c| matches!(c, ' ' | '\t' | '\n')),
                    StrRule::SingleLine => {
                        !s.text.strip_suffix('\n').unwrap_or(&s.text).contains(['\n', '\r'])
                    }
                    StrRule::PasswdEntry => !s.text.contains([':', '\n']),
                    StrRule::Matching(pattern) => {
                        let pattern = ev.ready(Value::str(pattern));
                        let matched = ev.call_builtin("match", &[pattern, thunk])?;
                        !matches!(matched, Value::Null)
                    }
                },
                _ => false,
            },
            Type::Separated(_) => matches!(value, Value::Str(_)),
            Type::Path { absolute, in_store } => match value {
                Value::Path(_) => *in_store != Some(true),
                Value::Str(s) => {
                    let wanted = |inside: bool| in_store.is_none_or(|wanted| wanted == inside);
                    absolute.is_none_or(|absolute| absolute == s.text.starts_with('/'))
                        && wanted(s.stand_in || is_in_store(&s.text))
                }
                Value::Attrs(set) => ["outPath", "__toString"].iter().any(|n| set.known(n).is_some()),
                _ => false,
            },
            Type::Package => match value {
                Value::Attrs(set) => match ev.attr(set, &Name::new_static("type"))? {
                    Some(attr) => matches!(ev.force(attr.value)?, Value::Str(s) if &*s.text == "derivation"),
                    None => false,
                },
                Value::Path(_) => return Err(Stop::unknown("whether the path is in the store")),
                Value::Str(s) => s.stand_in || s.text.starts_with("/nix/store/"),
                _ => false,
            },
            Type::Raw
            | Type::Anything
            | Type::Unspecified
            | Type::Unknown(_)
            | Type::Recursive(_)
            | Type::UnitSetting => true,
            Type::Attrs | Type::AttrsOf { .. } | Type::AttrTag(_) => matches!(value, Value::Attrs(_)),
            Type::Enum(values) => {
                let mut unknown = None;
                for candidate in values.iter() {
                    let equal = match candidate {
                        EnumValue::Thunk(t) => ev.equal_thunks(*t, thunk),
                        EnumValue::Json(json) => {
                            let json = from_json(json);
                            ev.equal(&json, value)
                        }
                    };
                    match equal {
                        Ok(true) => return Ok(true),
                        Ok(false) => {}
                        Err(stop @ Stop::Unknown(_)) => unknown = Some(stop),
                        Err(stop) => return Err(stop),
                    }
                }
                match unknown {
                    Some(stop) => return Err(stop),
                    None => false,
                }
            }
            Type::ListOf { non_empty, .. } => match value {
                Value::List(list) => !non_empty || !list.items.is_empty() || list.open.is_some(),
                _ => false,
            },
            Type::NullOr(t) => matches!(value, Value::Null) || t.accepts_value(ev, thunk, value)?,
            Type::Either(a, b) => match a.accepts_value(ev, thunk, value) {
                Ok(true) => true,
                Ok(false) => return b.accepts_value(ev, thunk, value),
                Err(stop) => match b.accepts_value(ev, thunk, value)? {
                    true => true,
                    false => return Err(stop),
                },
            },
            Type::Unique(t) => return t.accepts_value(ev, thunk, value),
            Type::FunctionTo(_) => match value {
                Value::Attrs(set) => set.known("__functor").is_some(),
                value => value.kinds() == Kinds::LAMBDA,
            },
            Type::CoercedTo { from, coerce, to } => {
                if to.accepts_value(ev, thunk, value)? {
                    return Ok(true);
                }
                if !from.accepts_value(ev, thunk, value)? {
                    return Ok(false);
                }
                match coerce {
                    None => true,
                    Some(f) => {
                        let coerced = ev.apply_later(*f, vec![thunk]);
                        return to.accepts(ev, coerced);
                    }
                }
            }
            Type::Submodule(_) | Type::DeferredModule(_) => match value {
                Value::Str(s) => s.text.starts_with('/'),
                value => value.kinds().within(Kinds(Kinds::SET.0 | Kinds::LAMBDA.0 | Kinds::PATH.0)),
            },
            Type::OptionType => match value {
                Value::Attrs(set) => set.known("_type").is_some(),
                _ => false,
            },
            Type::AddCheck(t, check) => {
                if !t.accepts_value(ev, thunk, value)? {
                    return Ok(false);
                }
                let f = ev.force(*check)?;
                return match ev.call(&f, thunk)? {
                    Value::Bool(b) => Ok(b),
                    _ => Err(Stop::fail("a type's check does not yield a Boolean")),
                };
            }
            Type::Format { nullable } => match value {
                Value::Null => *nullable,
                value => value.kinds() != Kinds::LAMBDA,
            },
            Type::Custom { check, .. } => {
                let f = ev.force(*check)?;
                return match ev.call(&f, thunk)? {
                    Value::Bool(b) => Ok(b),
                    _ => Err(Stop::fail("a type's check does not yield a Boolean")),
                };
            }
        })
    }

    /// The kinds of values among which those of this type are.
    pub(super) fn kinds(&self) -> Kinds {
        match self {
            Type::Bool | Type::BoolByOr => Kinds::BOOL,
            Type::Int { .. } => Kinds::INT,
            Type::Float => Kinds::FLOAT,
            Type::Number { .. } => Kinds::NUMBER,
            Type::Str(_) | Type::Separated(_) => Kinds::STRING,
            Type::Path { .. } | Type::Package => Kinds(Kinds::STRING.0 | Kinds::PATH.0 | Kinds::SET.0),
            Type::Attrs | Type::AttrsOf { .. } | Type::OptionType | Type::AttrTag(_) => Kinds::SET,
            Type::ListOf { .. } => Kinds::LIST,
            Type::NullOr(t) => Kinds(Kinds::NULL.0 | t.kinds().0),
            Type::Either(a, b) => Kinds(a.kinds().0 | b.kinds().0),
            Type::CoercedTo { from, to, .. } => Kinds(from.kinds().0 | to.kinds().0),
            Type::Unique(t) | Type::AddCheck(t, _) => t.kinds(),
            Type::FunctionTo(_) => Kinds(Kinds::LAMBDA.0 | Kinds::SET.0),
            Type::Submodule(_) | Type::DeferredModule(_) => {
                Kinds(Kinds::SET.0 | Kinds::LAMBDA.0 | Kinds::PATH.0 | Kinds::STRING.0)
            }
            Type::Enum(_)
            | Type::Raw
            | Type::Anything
            | Type::Unspecified
            | Type::Format { .. }
            | Type::UnitSetting
            | Type::Custom { .. }
            | Type::Recursive(_)
            | Type::Unknown(_) => Kinds::ANY,
        }
    }

    /// Whether every value of the right kind is accepted.
    fn is_decided_by_kind(&self) -> bool {
        match self {
            Type::Bool
            | Type::BoolByOr
            | Type::Float
            | Type::Separated(_)
            | Type::Str(StrRule::Any)
            | Type::Int { lowest: None, highest: None }
            | Type::Attrs
            | Type::AttrsOf { .. }
            | Type::ListOf { non_empty: false, .. }
            | Type::Raw
            | Type::Anything
            | Type::Unspecified => true,
            Type::NullOr(t) | Type::Unique(t) => t.is_decided_by_kind(),
            Type::Either(a, b) => a.is_decided_by_kind() && b.is_decided_by_kind(),
            _ => false,
        }
    }
}

/// Whether a text is the path of something in the Nix store.
fn is_in_store(text: &str) -> bool {
    text.strip_prefix("/nix/store/").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
}

/// A scalar of the table as a value.
pub(super) fn from_json(json: &serde_json::Value) -> Value {
    match json {
        serde_json::Value::Bool(b) => Value::Bool(*b),
        serde_json::Value::String(s) => Value::str(s),
        serde_json::Value::Number(n) => match n.as_i64() {
            Some(n) => Value::Int(n),
            None => Value::Float(n.as_f64().unwrap_or_default()),
        },
        _ => Value::Null,
    }
}
