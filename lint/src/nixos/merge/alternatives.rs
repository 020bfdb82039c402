//! Types that leave the merge to one of several others: `nullOr`, `either`, `coercedTo`.

use crate::eval::{Eval, Kinds, Res, Stop, ThunkId, Value};
use crate::nixos::conversions;
use crate::nixos::definitions::Candidate;
use crate::nixos::system::{ModuleSystem, NodeId, show_loc};
use crate::nixos::types::Type;

impl ModuleSystem {
    /// `types.nullOr inner`, which is `ty`.
    pub(super) fn merge_null_or(
        &self,
        ev: &mut Eval<'_>,
        id: NodeId,
        ty: &Type,
        inner: &Type,
        defs: &[Candidate],
    ) -> Res {
        let mut nulls = 0;
        for def in defs {
            match ev.force(def.value) {
                Ok(Value::Null) => nulls += 1,
                Ok(_) => {}
                Err(Stop::Unknown(why)) if !why.kinds.disjoint(Kinds::NULL) => {
                    return Err(Stop::Unknown(why).yielding(ty.kinds()));
                }
                Err(Stop::Unknown(_)) => {}
                Err(stop) => return Err(stop),
            }
        }
        if nulls == defs.len() {
            Ok(Value::Null)
        } else if nulls == 0 {
            self.merge_as(ev, id, inner, defs)
        } else {
            Err(self.null_and_not_null(id))
        }
    }

    /// The error that some definitions are null and others are not.
    pub(super) fn null_and_not_null(&self, id: NodeId) -> Stop {
        self.conflict(id, |option| format!("The option `{option}` is defined both null and not null"))
    }

    /// `types.either left right`, which is `ty`.
    pub(super) fn merge_either(
        &self,
        ev: &mut Eval<'_>,
        id: NodeId,
        ty: &Type,
        [left, right]: [&Type; 2],
        defs: &[Candidate],
    ) -> Res {
        for (alternative, last) in [(left, false), (right, true)] {
            let mut fits = true;
            for def in defs {
                match alternative.accepts(ev, def.value) {
                    Ok(accepted) => fits &= accepted,
                    Err(Stop::Unknown(why)) if defs.len() > 1 || !last => {
                        return Err(Stop::Unknown(why).yielding(ty.kinds()));
                    }
                    Err(Stop::Unknown(_)) => {}
                    Err(stop) => return Err(stop),
                }
            }
            if fits {
                return self.merge_as(ev, id, alternative, defs);
            }
        }
        Err(self.conflict(id, |option| {
            format!("The definitions of option `{option}' are of different types that do not merge")
        }))
    }

    /// `types.coercedTo from coerce to`: the definitions that are `from`, as `to`, and the others.
    pub(super) fn merge_coerced(
        &self,
        ev: &mut Eval<'_>,
        id: NodeId,
        (from, coerce, to): (&Type, Option<ThunkId>, &Type),
        defs: &[Candidate],
    ) -> Res {
        let mut coerced = Vec::with_capacity(defs.len());
        for def in defs {
            let converts = from.accepts(ev, def.value).map_err(|s| s.yielding(to.kinds()))?;
            let value = match (converts, coerce) {
                (false, _) => def.value,
                (true, Some(f)) => ev.apply_later(f, vec![def.value]),
                (true, None) => match conversions::convert(ev, from, to, def.value) {
                    Some(converted) => converted,
                    None => {
                        let why = format!("how NixOS converts the value of `{}`", show_loc(&self.loc(id)));
                        let unknown = Stop::unknown_kind(why, to.kinds());
                        // There is no telling what options of a submodule it would define.
                        if matches!(to, Type::Submodule(_)) {
                            return Err(unknown);
                        }
                        ev.stopped(unknown)
                    }
                },
            };
            coerced.push(Candidate { value, ..def.clone() });
        }
        self.merge_as(ev, id, to, &coerced)
    }
}
