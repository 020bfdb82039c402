//! Merging the definitions of an option by its type (`lib/types.nix`, `lib/options.nix`).

mod alternatives;
mod by_kind;
mod elements;
mod maybe;
mod scalars;
mod submodules;
mod undefined;

use super::definitions::{Candidate, DefState};
use super::system::{Merged, ModuleSystem, NodeId, show_loc, unknown};
use super::types::{StrRule, Type};
use crate::eval::{Attrs, Eval, List, Res, Rest, Stop, ThunkId, Value};
use scalars::{any_is_true, joined, shallow};
use std::rc::Rc;

impl ModuleSystem {
    /// The merged value of a node.
    pub(super) fn merge_node(&self, ev: &mut Eval<'_>, id: NodeId, merged: &Merged) -> Res {
        let ty = self.type_of(id);
        let certain: Vec<Candidate> =
            merged.candidates.iter().filter(|c| c.state == DefState::Wins).cloned().collect();
        let maybe: Vec<&Candidate> =
            merged.candidates.iter().filter(|c| c.state == DefState::Maybe).collect();
        if maybe.is_empty() {
            return if certain.is_empty() {
                self.empty(ev, id, &ty)
            } else {
                self.merge(ev, id, &ty, &certain)
            };
        }
        let why = maybe[0].maybe.clone().unwrap_or_else(|| unknown("a condition is not known"));
        let same_priority = maybe.iter().all(|c| Some(c.priority) == merged.priority);
        if same_priority && ty.is_nested() {
            // Attribute by attribute: what only the certain definitions have stays known.
            let all: Vec<Candidate> = relevant(merged).cloned().collect();
            return self.merge(ev, id, &ty, &all);
        }
        if let (Type::ListOf { .. }, true) = (&*ty, same_priority || certain.is_empty()) {
            let value =
                if certain.is_empty() { Value::list(Vec::new()) } else { self.merge(ev, id, &ty, &certain)? };
            return match value {
                Value::List(list) => {
                    Ok(Value::List(Rc::new(List { items: list.items.clone(), open: Some(why) })))
                }
                other => Ok(other),
            };
        }
        self.either_way(ev, id, &ty, merged, why)
    }

    /// The value that definitions of the same priority have together.
    fn merge(&self, ev: &mut Eval<'_>, id: NodeId, ty: &Type, defs: &[Candidate]) -> Res {
        for def in defs {
            match ty.accepts(ev, def.value) {
                // The table is that of one release of NixOS: in another the option may have another type.
                Ok(false) if !self.is_exact(id) => {
                    return Err(Stop::unknown(format!(
                        "`{}` was of type `{}` in NixOS 24.11, which this value is not",
                        show_loc(&self.loc(id)),
                        ty.describe()
                    )));
                }
                Ok(false) => {
                    return Err(Stop::throw(format!(
                        "A definition for option `{}' is not of type `{}'",
                        show_loc(&self.loc(id)),
                        ty.describe()
                    )));
                }
                // What cannot be judged is taken to be right: the configuration is meant to build.
                Ok(true) | Err(Stop::Unknown(_)) => {}
                Err(stop) => return Err(stop),
            }
        }
        ev.deeper(|ev| self.merge_as(ev, id, ty, defs))
    }

    fn merge_as(&self, ev: &mut Eval<'_>, id: NodeId, ty: &Type, defs: &[Candidate]) -> Res {
        match ty {
            Type::Bool
            | Type::Int { .. }
            | Type::Float
            | Type::Number { .. }
            | Type::Path { .. }
            | Type::Enum(_)
            | Type::Str(_) => {
                let value = self.merge_equal(ev, id, defs)?;
                match (ty, value) {
                    (Type::Str(StrRule::SingleLine), Value::Str(s)) if !s.stand_in => {
                        Ok(Value::str(s.text.strip_suffix('\n').unwrap_or(&s.text)))
                    }
                    (_, value) => Ok(value),
                }
            }
            Type::BoolByOr => any_is_true(ev, defs),
            Type::Separated(separator) => joined(ev, separator, defs),
            Type::Package | Type::Raw => self.merge_one(ev, id, defs),
            Type::Unique(inner) if defs.len() == 1 => self.merge_as(ev, id, inner, defs),
            Type::Unique(_) => Err(self.defined_twice(id)),
            Type::Anything => self.merge_anything(ev, id, defs),
            Type::Unspecified => self.merge_default(ev, id, defs),
            Type::Attrs => shallow(ev, defs),
            Type::ListOf { elem, .. } => self.merge_list(ev, id, elem, defs),
            Type::AttrsOf { elem, lazy } => self.merge_attrs(ev, id, elem, *lazy, defs),
            Type::NullOr(inner) => self.merge_null_or(ev, id, ty, inner, defs),
            Type::Either(left, right) => self.merge_either(ev, id, ty, [left, right], defs),
            Type::CoercedTo { from, coerce, to } => self.merge_coerced(ev, id, (from, *coerce, to), defs),
            Type::FunctionTo(elem) => Ok(self.merge_functions(id, elem.clone(), defs)),
            Type::Submodule(submodule) => self.merge_submodule(ev, id, submodule, defs),
            Type::DeferredModule(fixed) => self.merge_deferred(ev, id, fixed, defs),
            // A type that is not known may add to a set what its definition does not have.
            Type::Unknown(what) if defs.len() == 1 => Ok(match ev.force(defs[0].value)? {
                Value::Attrs(set) if set.is_closed() => {
                    let reason =
                        format!("what `{}` has besides its definition ({what})", show_loc(&self.loc(id)));
                    let rest = Rest::Open(unknown(reason));
                    Value::Attrs(Rc::new(Attrs { entries: set.entries.clone(), rest }))
                }
                other => other,
            }),
            Type::OptionType | Type::AttrTag(_) if defs.len() == 1 => ev.force(defs[0].value),
            Type::OptionType | Type::AttrTag(_) | Type::Unknown(_) => Err(Stop::unknown(format!(
                "how several definitions of `{}` merge ({})",
                show_loc(&self.loc(id)),
                ty.describe()
            ))),
            Type::AddCheck(inner, _) => self.merge_as(ev, id, inner, defs),
            Type::Recursive(ty) => {
                let ty = Type::from_thunk(ev, *ty)?;
                self.merge_as(ev, id, &ty, defs)
            }
            Type::Format { .. } => self.merge_format(ev, id, defs),
            Type::UnitSetting => self.merge_unit_setting(ev, id, defs),
            Type::Custom { merge, .. } => self.merge_custom(ev, id, *merge, defs),
        }
    }

    /// A type of a module's own, with the function that merges.
    fn merge_custom(&self, ev: &mut Eval<'_>, id: NodeId, merge: ThunkId, defs: &[Candidate]) -> Res {
        let loc: Vec<ThunkId> = self.loc(id).iter().map(|n| ev.ready(Value::str(n))).collect();
        let loc = ev.ready(Value::list(loc));
        let mut items = Vec::new();
        for def in defs {
            let (file, _) = self.module_of_definition(ev, id, def)?;
            let file = ev.ready(Value::str(&file));
            items.push(ev.ready(Value::set([("file", file), ("value", def.value)])));
        }
        let items = ev.ready(Value::list(items));
        let f = ev.force(merge).map_err(Stop::of_any_kind)?;
        ev.call_with(&f, &[loc, items])
    }

    /// A value that may be defined only once.
    fn merge_one(&self, ev: &mut Eval<'_>, id: NodeId, defs: &[Candidate]) -> Res {
        match defs {
            [def] => ev.force(def.value),
            _ => Err(self.defined_twice(id)),
        }
    }

    fn defined_twice(&self, id: NodeId) -> Stop {
        self.conflict(id, |option| {
            format!("The option `{option}' is defined multiple times while it's expected to be unique")
        })
    }
}

/// The definitions that take part or might.
fn relevant(merged: &Merged) -> impl Iterator<Item = &Candidate> {
    merged.candidates.iter().filter(|c| matches!(c.state, DefState::Wins | DefState::Maybe))
}
