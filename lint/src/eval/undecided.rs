//! Sets that are one of two, where a condition is not known: what neither has, they do not have.

use super::heap::{FrameId, ThunkId};
use super::machine::{Eval, Unit};
use super::value::*;
use crate::syntax::hir::{BinaryOp, Expr, ExprId, File, Name};
use std::rc::Rc;

/// Whether an expression is written as a set.
fn is_set(file: &File, expr: ExprId) -> bool {
    matches!(file.expr(expr), Expr::Attrs { .. } | Expr::Binary { op: BinaryOp::Update, .. })
}

struct Undecided {
    alternatives: [ThunkId; 2],
    why: Rc<Unknown>,
}

impl Undecided {
    fn unknown<T>(&self) -> Res<T> {
        Err(Stop::Unknown(self.why.clone()).of_any_kind())
    }

    /// Both sets. Not if one of them is none, or is a property such as `mkIf`, which is not a set of settings.
    fn both(&self, ev: &mut Eval<'_>) -> Res<[Rc<Attrs>; 2]> {
        let [a, b] = self.alternatives;
        match (ev.force(a), ev.force(b)) {
            (Ok(Value::Attrs(a)), Ok(Value::Attrs(b)))
                if a.known("_type").is_none() && b.known("_type").is_none() =>
            {
                Ok([a, b])
            }
            _ => self.unknown(),
        }
    }
}

impl LazyAttrs for Undecided {
    fn get(&self, ev: &mut Eval<'_>, name: &Name) -> Res<Option<Attr>> {
        let [a, b] = self.both(ev)?;
        match (ev.attr(&a, name), ev.attr(&b, name)) {
            (Ok(None), Ok(None)) => Ok(None),
            (Ok(Some(a)), Ok(Some(b))) => match ev.equal_thunks(a.value, b.value) {
                Ok(true) => Ok(Some(a)),
                _ => self.unknown(),
            },
            _ => self.unknown(),
        }
    }

    fn names(&self, ev: &mut Eval<'_>) -> Res<Vec<Name>> {
        let [a, b] = self.both(ev)?;
        let names = ev.names(&a)?;
        if names == ev.names(&b)? { Ok(names) } else { self.unknown() }
    }

    fn possible_names(&self, ev: &mut Eval<'_>) -> Option<Vec<Name>> {
        let mut names = Vec::new();
        for set in self.both(ev).ok()? {
            names.extend(ev.possible_names(&set)?);
        }
        Some(names)
    }
}

/// What one set that answers for each name has in front of another.
struct Over {
    front: Attrs,
    back: Attrs,
}

impl LazyAttrs for Over {
    fn get(&self, ev: &mut Eval<'_>, name: &Name) -> Res<Option<Attr>> {
        match ev.attr(&self.front, name)? {
            Some(attr) => Ok(Some(attr)),
            None => ev.attr(&self.back, name),
        }
    }

    fn names(&self, ev: &mut Eval<'_>) -> Res<Vec<Name>> {
        let mut names = ev.names(&self.front)?;
        names.extend(ev.names(&self.back)?);
        names.sort();
        names.dedup();
        Ok(names)
    }

    fn possible_names(&self, ev: &mut Eval<'_>) -> Option<Vec<Name>> {
        let mut names = ev.possible_names(&self.front)?;
        names.extend(ev.possible_names(&self.back)?);
        Some(names)
    }
}

impl Eval<'_> {
    /// What an `if` yields whose condition is not known.
    pub(super) fn undecided(
        &mut self,
        unit: &Rc<Unit>,
        branches: [ExprId; 2],
        frame: FrameId,
        why: Rc<Unknown>,
    ) -> Res {
        let [yes, no] = branches.map(|branch| is_set(&unit.file, branch));
        // In `lib`, what has a set for its other branch is a set, as in `optionalAttrs`.
        let in_lib = unit.path.starts_with(super::prelude::ROOT);
        if !(yes && no || in_lib && (yes || no)) {
            return Err(Stop::Unknown(why).of_any_kind());
        }
        let alternatives = branches.map(|branch| self.delay(unit, branch, frame));
        let rest = Rest::Lazy(Rc::new(Undecided { alternatives, why }));
        Ok(Value::Attrs(Rc::new(Attrs { entries: Vec::new(), rest })))
    }

    /// All names that a set may have, in any order; `None` if that is not known.
    pub(crate) fn possible_names(&mut self, set: &Attrs) -> Option<Vec<Name>> {
        let mut names: Vec<Name> = set.entries.iter().map(|(n, _)| n.clone()).collect();
        match &set.rest {
            Rest::Closed | Rest::Presumed(_) => {}
            Rest::Open(_) | Rest::Symbolic(_) => return None,
            Rest::Lazy(lazy) => {
                let lazy = lazy.clone();
                names.extend(self.deeper(|ev| Ok(lazy.possible_names(ev))).ok()??);
            }
        }
        Some(names)
    }

    /// `l // r` where it is not known which attributes `r` has, but which it may have; `None` if not even that is known.
    pub(super) fn update_with_possible(&mut self, l: &Attrs, r: &Attrs) -> Option<Value> {
        let possible = self.possible_names(r)?;
        let only = |rest: &Rest| Attrs { entries: Vec::new(), rest: rest.clone() };
        let rest = match &l.rest {
            Rest::Closed | Rest::Presumed(_) => r.rest.clone(),
            Rest::Lazy(_) => Rest::Lazy(Rc::new(Over { front: only(&r.rest), back: only(&l.rest) })),
            Rest::Open(_) | Rest::Symbolic(_) => return None,
        };
        let mut behind = Vec::new();
        let mut entries = r.entries.clone();
        for (name, attr) in &l.entries {
            if !possible.contains(name) {
                entries.push((name.clone(), *attr));
            } else if r.known(name).is_none() {
                behind.push((name.clone(), *attr));
            }
        }
        let rest = match (behind.is_empty(), rest) {
            (false, rest) => {
                let back = Attrs { entries: behind, rest: Rest::Closed };
                Rest::Lazy(Rc::new(Over { front: Attrs { entries: Vec::new(), rest }, back }))
            }
            (true, rest) => rest,
        };
        let mut set = Attrs::from_entries(entries);
        set.rest = rest;
        Some(Value::Attrs(Rc::new(set)))
    }
}
