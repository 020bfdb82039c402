//! Types that say little of their values: how definitions merge depends on the kind of value that they are.

use crate::eval::{Eval, Kinds, Res, Stop, Value};
use crate::nixos::definitions::Candidate;
use crate::nixos::system::{ModuleSystem, NodeId};
use crate::nixos::types::Type;
use std::rc::Rc;

impl ModuleSystem {
    /// What options without a type do (`mergeDefaultOption`).
    pub(super) fn merge_default(&self, ev: &mut Eval<'_>, id: NodeId, defs: &[Candidate]) -> Res {
        if defs.len() == 1 {
            return ev.force(defs[0].value);
        }
        if all_kinds(ev, defs, Kinds::LIST)? {
            return self.merge_list(ev, id, &Type::Raw, defs);
        }
        if all_kinds(ev, defs, Kinds::SET)? {
            return self.merge_as(ev, id, &Type::Attrs, defs);
        }
        if all_kinds(ev, defs, Kinds::BOOL)? {
            return self.merge_as(ev, id, &Type::BoolByOr, defs);
        }
        if all_kinds(ev, defs, Kinds::STRING)? {
            return self.merge_as(ev, id, &Type::Separated("".into()), defs);
        }
        if all_kinds(ev, defs, Kinds::INT)? {
            return self.merge_equal(ev, id, defs);
        }
        if all_kinds(ev, defs, Kinds::LAMBDA)? {
            return Err(Stop::unknown_kind("several functions", Kinds::LAMBDA));
        }
        Err(self.conflict(id, |option| format!("Cannot merge definitions of `{option}'")))
    }

    /// `types.anything`: by the kind of the values, recursively.
    pub(super) fn merge_anything(&self, ev: &mut Eval<'_>, id: NodeId, defs: &[Candidate]) -> Res {
        let mut kinds: Option<Kinds> = None;
        for def in defs {
            let value = ev.force(def.value)?;
            if let Value::Symbol(_) = value {
                return if defs.len() == 1 {
                    Ok(value)
                } else {
                    Err(Stop::unknown("a value of nixpkgs among several"))
                };
            }
            let kind = value.kinds();
            if kinds.is_some_and(|k| k != kind) {
                return Err(self.kinds_differ(id));
            }
            kinds = Some(kind);
        }
        match kinds {
            Some(Kinds::SET) => {
                let mut strings = 0;
                for def in defs {
                    if let Value::Attrs(set) = ev.force(def.value)?
                        && (set.known("outPath").is_some() || set.known("__toString").is_some())
                    {
                        strings += 1;
                    }
                }
                if strings == 0 {
                    self.merge_attrs(ev, id, &Rc::new(Type::Anything), false, defs)
                } else if strings == defs.len() {
                    self.merge_as(ev, id, &Type::Raw, defs)
                } else {
                    Err(self.kinds_differ(id))
                }
            }
            Some(Kinds::LAMBDA) if defs.len() > 1 => {
                Ok(self.merge_functions(id, Rc::new(Type::Anything), defs))
            }
            _ => self.merge_equal(ev, id, defs),
        }
    }

    /// The error that definitions of `types.anything` are of different kinds.
    fn kinds_differ(&self, id: NodeId) -> Stop {
        self.conflict(id, |option| format!("The option `{option}' has conflicting option types"))
    }

    /// Values of a format such as JSON: sets merge, lists are concatenated, scalars must be equal.
    pub(super) fn merge_format(&self, ev: &mut Eval<'_>, id: NodeId, defs: &[Candidate]) -> Res {
        let format = Rc::new(Type::Format { nullable: true });
        if defs.len() == 1 && !all_kinds(ev, defs, Kinds::SET)? {
            return ev.force(defs[0].value);
        }
        if all_kinds(ev, defs, Kinds::SET)? {
            return self.merge_attrs(ev, id, &format, false, defs);
        }
        if all_kinds(ev, defs, Kinds::LIST)? {
            return self.merge_list(ev, id, &format, defs);
        }
        let mut kinds = Vec::new();
        for def in defs {
            kinds.push(ev.force(def.value)?.kinds());
        }
        let nulls = kinds.iter().filter(|k| **k == Kinds::NULL).count();
        if nulls > 0 && nulls < kinds.len() {
            return Err(self.null_and_not_null(id));
        }
        if kinds.iter().any(|k| *k != kinds[0]) {
            return Err(Stop::unknown("definitions of different kinds"));
        }
        self.merge_equal(ev, id, defs)
    }

    /// A setting of a systemd unit: lists are concatenated, other values must be equal.
    pub(super) fn merge_unit_setting(&self, ev: &mut Eval<'_>, id: NodeId, defs: &[Candidate]) -> Res {
        if all_kinds(ev, defs, Kinds::LIST)? {
            return self.merge_list(ev, id, &Type::Raw, defs);
        }
        self.merge_equal(ev, id, defs)
    }
}

/// Whether all values are of these kinds; unknown where one is not known to be.
fn all_kinds(ev: &mut Eval<'_>, defs: &[Candidate], kinds: Kinds) -> Res<bool> {
    for def in defs {
        match ev.force(def.value) {
            Ok(Value::Symbol(s)) => return Err(Stop::needs_nixpkgs(&s)),
            Ok(value) if !value.kinds().within(kinds) => return Ok(false),
            Ok(_) => {}
            Err(Stop::Unknown(why)) if why.kinds.within(kinds) => {}
            Err(Stop::Unknown(why)) if why.kinds.disjoint(kinds) => return Ok(false),
            Err(stop) => return Err(stop),
        }
    }
    Ok(true)
}
