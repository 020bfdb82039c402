//! Operators, with unknown operands taken into account: `false && unknown` is false, `[ unknown ] ++ [ 1 ]` has two elements.

use super::coerce::Coerce;
use super::heap::{FrameId, ThunkId};
use super::machine::{Eval, Unit};
use super::value::*;
use crate::syntax::hir::{BinaryOp, ExprId, Name};
use std::cmp::Ordering;
use std::rc::Rc;

impl Eval<'_> {
    pub(super) fn binary(
        &mut self,
        unit: &Rc<Unit>,
        expr: ExprId,
        (op, left, right): (BinaryOp, ExprId, ExprId),
        frame: FrameId,
    ) -> Res {
        match op {
            BinaryOp::And => self.logic(unit, left, right, frame, false, false),
            BinaryOp::Or => self.logic(unit, left, right, frame, true, false),
            BinaryOp::Implies => self.logic(unit, left, right, frame, true, true),
            BinaryOp::Equal | BinaryOp::NotEqual => {
                let l = self.eval(unit, left, frame);
                let r = self.eval_beside(&l, unit, right, frame);
                if let (Ok(Value::Attrs(set)), Ok(Value::Str(text)))
                | (Ok(Value::Str(text)), Ok(Value::Attrs(set))) = (&l, &r)
                {
                    let origin = Origin { unit: unit.id, expr };
                    self.note_compared(set, &text.text, origin);
                }
                let equal = self.equal_results(l, r).map_err(|s| s.yielding(Kinds::BOOL))?;
                Ok(Value::Bool(equal == (op == BinaryOp::Equal)))
            }
            BinaryOp::Update => {
                let l = self.eval(unit, left, frame);
                let r = self.eval_beside(&l, unit, right, frame);
                self.update(l, r)
            }
            BinaryOp::Concat => {
                let l = self.eval(unit, left, frame);
                let r = self.eval_beside(&l, unit, right, frame);
                self.concat(l, r)
            }
            BinaryOp::Less | BinaryOp::LessEqual | BinaryOp::Greater | BinaryOp::GreaterEqual => {
                let l = self.eval(unit, left, frame).map_err(|s| s.yielding(Kinds::BOOL))?;
                let r = self.eval(unit, right, frame).map_err(|s| s.yielding(Kinds::BOOL))?;
                // Nix has only `<`, which is false for NaN on either side.
                let result = match op {
                    BinaryOp::Less => self.less(&l, &r),
                    BinaryOp::Greater => self.less(&r, &l),
                    BinaryOp::LessEqual => self.less(&r, &l).map(|less| !less),
                    _ => self.less(&l, &r).map(|less| !less),
                };
                result.map(Value::Bool).map_err(|s| s.yielding(Kinds::BOOL))
            }
            BinaryOp::Add => {
                let l = match self.eval(unit, left, frame) {
                    Ok(l) => l,
                    Err(Stop::Unknown(u)) => {
                        let kinds = if u.kinds.within(Kinds::STRING) { Kinds::STRING } else { Kinds::ANY };
                        return Err(Stop::Unknown(u).yielding(kinds));
                    }
                    Err(stop) => return Err(stop),
                };
                let kinds = match &l {
                    Value::Int(_) | Value::Float(_) => Kinds::NUMBER,
                    Value::Path(_) => Kinds::PATH,
                    Value::Str(_) | Value::Attrs(_) => Kinds::STRING,
                    _ => Kinds::ANY,
                };
                let r = self.eval(unit, right, frame).map_err(|s| s.yielding(kinds))?;
                self.add(l, r).map_err(|s| s.yielding(kinds))
            }
            BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div => {
                let l = self.eval(unit, left, frame).map_err(|s| s.yielding(Kinds::NUMBER))?;
                let r = self.eval(unit, right, frame).map_err(|s| s.yielding(Kinds::NUMBER))?;
                self.arithmetic(op, &l, &r)
            }
        }
    }

    /// The right operand, unless the left one already stopped with an error.
    fn eval_beside(&mut self, left: &Res, unit: &Rc<Unit>, right: ExprId, frame: FrameId) -> Res {
        match left {
            Err(stop @ Stop::Error(_)) => Err(stop.clone()),
            _ => self.eval(unit, right, frame),
        }
    }

    /// `&&`, `||` and `->`: `decisive` is the left operand (negated where `negate`) that decides alone.
    fn logic(
        &mut self,
        unit: &Rc<Unit>,
        left: ExprId,
        right: ExprId,
        frame: FrameId,
        decisive: bool,
        negate: bool,
    ) -> Res {
        match self.eval(unit, left, frame) {
            Ok(value) => {
                if (self.expect_bool(value)? != negate) == decisive {
                    return Ok(Value::Bool(decisive));
                }
                let right = self.eval(unit, right, frame).map_err(|s| s.yielding(Kinds::BOOL))?;
                self.expect_bool(right).map(Value::Bool)
            }
            Err(Stop::Unknown(why)) => match self.eval(unit, right, frame) {
                Ok(Value::Bool(b)) if b == decisive => Ok(Value::Bool(decisive)),
                _ => Err(Stop::Unknown(why).yielding(Kinds::BOOL)),
            },
            Err(stop) => Err(stop),
        }
    }

    /// Whether two results are equal; kinds that do not meet are enough to say that they are not.
    pub(crate) fn equal_results(&mut self, l: Res, r: Res) -> Res<bool> {
        let kinds = |r: &Res| match r {
            Ok(v) => v.kinds(),
            Err(Stop::Unknown(u)) => u.kinds,
            Err(Stop::Error(_)) => Kinds::ANY,
        };
        match (l, r) {
            (Ok(l), Ok(r)) => self.equal(&l, &r),
            (Err(stop @ Stop::Error(_)), _) | (_, Err(stop @ Stop::Error(_))) => Err(stop),
            (l, r) => {
                let (a, b) = (kinds(&l), kinds(&r));
                let numbers = !a.disjoint(Kinds::NUMBER) && !b.disjoint(Kinds::NUMBER);
                if a.disjoint(b) && !numbers {
                    return Ok(false);
                }
                match (l, r) {
                    (Err(stop), _) | (_, Err(stop)) => Err(stop.yielding(Kinds::BOOL)),
                    _ => Ok(false),
                }
            }
        }
    }

    /// Whether two thunks are equal. The same thunk is, without being evaluated, as in Nix.
    pub fn equal_thunks(&mut self, a: ThunkId, b: ThunkId) -> Res<bool> {
        if a == b {
            return Ok(true);
        }
        let l = self.force(a);
        if let Err(stop @ Stop::Error(_)) = l {
            return Err(stop);
        }
        let r = self.force(b);
        self.deeper(|ev| ev.equal_results(l, r))
    }

    /// Whether two values are equal, as `==` has it.
    pub fn equal(&mut self, a: &Value, b: &Value) -> Res<bool> {
        self.charge(1)?;
        Ok(match (a, b) {
            (Value::Symbol(x), Value::Symbol(y)) if x == y => true,
            (Value::Symbol(s), _) | (_, Value::Symbol(s)) => {
                return Err(Stop::needs_nixpkgs(s).yielding(Kinds::BOOL));
            }
            (Value::Null, Value::Null) => true,
            (Value::Bool(x), Value::Bool(y)) => x == y,
            (Value::Int(x), Value::Int(y)) => x == y,
            (Value::Float(x), Value::Float(y)) => x == y,
            (Value::Int(x), Value::Float(y)) | (Value::Float(y), Value::Int(x)) => *x as f64 == *y,
            (Value::Str(x), Value::Str(y)) => {
                if x.text != y.text && (x.stand_in || y.stand_in) {
                    if differ_at_the_end(x, y) {
                        return Ok(false);
                    }
                    return Err(Stop::unknown_kind("a store path is not known", Kinds::BOOL));
                }
                x.text == y.text
            }
            (Value::Path(x), Value::Path(y)) => x == y,
            (Value::List(x), Value::List(y)) => {
                let (x, y) = (x.clone(), y.clone());
                return self.equal_lists(&x, &y);
            }
            (Value::Attrs(x), Value::Attrs(y)) => {
                if Rc::ptr_eq(x, y) {
                    return Ok(true);
                }
                let (x, y) = (x.clone(), y.clone());
                return self.equal_attrs(&x, &y);
            }
            _ => false,
        })
    }

    fn equal_lists(&mut self, x: &List, y: &List) -> Res<bool> {
        if let Some(why) = x.open.as_ref().or(y.open.as_ref()) {
            return Err(Stop::Unknown(why.clone()).yielding(Kinds::BOOL));
        }
        if x.items.len() != y.items.len() {
            return Ok(false);
        }
        let pairs: Vec<_> = x.items.iter().copied().zip(y.items.iter().copied()).collect();
        self.equal_pairs(&pairs)
    }

    /// Whether all pairs are equal: one that certainly is not decides, else one that is unknown.
    fn equal_pairs(&mut self, pairs: &[(ThunkId, ThunkId)]) -> Res<bool> {
        let mut unknown = None;
        for (a, b) in pairs {
            match self.equal_thunks(*a, *b) {
                Ok(true) => {}
                Ok(false) => return Ok(false),
                Err(stop @ Stop::Unknown(_)) => {
                    unknown.get_or_insert(stop);
                }
                Err(stop) => return Err(unknown.unwrap_or(stop)),
            }
        }
        match unknown {
            None => Ok(true),
            Some(stop) => Err(stop.yielding(Kinds::BOOL)),
        }
    }

    fn equal_attrs(&mut self, x: &Attrs, y: &Attrs) -> Res<bool> {
        if let (Some(a), Some(b)) = (self.derivation_path(x)?, self.derivation_path(y)?) {
            return self.equal_thunks(a, b);
        }
        // A name that one side certainly has and the other certainly has not decides.
        for (one, other) in [(x, y), (y, x)] {
            if other.is_closed() && one.entries.iter().any(|(n, _)| other.known(n).is_none()) {
                return Ok(false);
            }
        }
        let xs = self.entries(x).map_err(|s| s.yielding(Kinds::BOOL))?;
        let ys = self.entries(y).map_err(|s| s.yielding(Kinds::BOOL))?;
        if xs.len() != ys.len() || xs.iter().zip(&ys).any(|(a, b)| a.0 != b.0) {
            return Ok(false);
        }
        let pairs: Vec<_> = xs.iter().zip(&ys).map(|(a, b)| (a.1.value, b.1.value)).collect();
        self.equal_pairs(&pairs)
    }

    /// The `outPath` of a set that is a derivation.
    pub(super) fn derivation_path(&mut self, set: &Attrs) -> Res<Option<ThunkId>> {
        let (Some(kind), Some(path)) = (set.known("type"), set.known("outPath")) else { return Ok(None) };
        match self.force(kind.value)? {
            Value::Str(s) if &*s.text == "derivation" => Ok(Some(path.value)),
            _ => Ok(None),
        }
    }

    /// All entries of a set, sorted by name; unknown if there may be others than the known ones.
    pub fn entries(&mut self, set: &Attrs) -> Res<Vec<(Name, Attr)>> {
        match &set.rest {
            Rest::Lazy(lazy) => {
                let lazy = lazy.clone();
                let mut entries = set.entries.clone();
                for name in self.deeper(|ev| lazy.names(ev))? {
                    if set.known(&name).is_none()
                        && let Some(attr) = self.deeper(|ev| lazy.get(ev, &name))?
                    {
                        entries.push((name, attr));
                    }
                }
                entries.sort_by(|a, b| a.0.cmp(&b.0));
                Ok(entries)
            }
            _ => {
                self.all_known(set)?;
                Ok(set.entries.clone())
            }
        }
    }

    /// All names of a set, sorted; unknown if there may be others than the known ones.
    pub fn names(&mut self, set: &Attrs) -> Res<Vec<Name>> {
        match &set.rest {
            Rest::Lazy(lazy) => {
                let lazy = lazy.clone();
                let mut names = self.deeper(|ev| lazy.names(ev))?;
                names.extend(set.entries.iter().map(|(n, _)| n.clone()));
                names.sort();
                names.dedup();
                Ok(names)
            }
            _ => {
                self.all_known(set)?;
                Ok(set.entries.iter().map(|(n, _)| n.clone()).collect())
            }
        }
    }

    /// Unknown if a set may have other attributes than those that are known.
    pub fn all_known(&mut self, set: &Attrs) -> Res<()> {
        match &set.rest {
            Rest::Closed | Rest::Presumed(_) => Ok(()),
            Rest::Open(why) => Err(Stop::Unknown(why.clone())),
            Rest::Symbolic(root) => Err(Stop::needs_nixpkgs(root)),
            Rest::Lazy(lazy) => {
                let lazy = lazy.clone();
                self.deeper(|ev| lazy.names(ev)).map(drop)
            }
        }
    }

    /// Whether `a < b`.
    pub(crate) fn less(&mut self, a: &Value, b: &Value) -> Res<bool> {
        Ok(match (a, b) {
            (Value::Int(x), Value::Int(y)) => x < y,
            (Value::Float(x), Value::Float(y)) => x < y,
            (Value::Int(x), Value::Float(y)) => (*x as f64) < *y,
            (Value::Float(x), Value::Int(y)) => *x < *y as f64,
            (Value::Str(x), Value::Str(y)) => {
                if x.stand_in || y.stand_in {
                    return Err(Stop::unknown_kind("a store path is not known", Kinds::BOOL));
                }
                x.text.as_bytes().cmp(y.text.as_bytes()) == Ordering::Less
            }
            (Value::Path(x), Value::Path(y)) => x < y,
            (Value::List(x), Value::List(y)) => {
                if let Some(why) = x.open.as_ref().or(y.open.as_ref()) {
                    return Err(Stop::Unknown(why.clone()).yielding(Kinds::BOOL));
                }
                let (x, y) = (x.clone(), y.clone());
                for (i, a) in x.items.iter().enumerate() {
                    let Some(b) = y.items.get(i) else { return Ok(false) };
                    if !self.equal_thunks(*a, *b)? {
                        let (a, b) = (self.force(*a)?, self.force(*b)?);
                        return self.deeper(|ev| ev.less(&a, &b));
                    }
                }
                x.items.len() < y.items.len()
            }
            (Value::Symbol(s), _) | (_, Value::Symbol(s)) => {
                return Err(Stop::needs_nixpkgs(s).yielding(Kinds::BOOL));
            }
            _ => return Err(Stop::fail(format!("cannot compare {} with {}", a.describe(), b.describe()))),
        })
    }

    /// `l + r`.
    pub(crate) fn add(&mut self, l: Value, r: Value) -> Res {
        match (&l, &r) {
            (Value::Int(_) | Value::Float(_), Value::Int(_) | Value::Float(_)) => {
                return self.arithmetic(BinaryOp::Add, &l, &r);
            }
            (Value::Int(_) | Value::Float(_), other) => return Err(self.mismatch("a number", other)),
            _ => {}
        }
        if let Value::Path(path) = &l {
            let right = self.coerce(r, Coerce::PathPart).map_err(|s| s.yielding(Kinds::PATH))?;
            if right.stand_in {
                return Err(Stop::unknown_kind("the path contains a store path", Kinds::PATH));
            }
            return Ok(Value::Path(super::paths::normalise(&format!("{path}{}", right.text)).into()));
        }
        // Only behind a string is a path copied to the store.
        let how = if matches!(l, Value::Str(_)) { Coerce::Interpolate } else { Coerce::PathPart };
        let left = self.coerce(l, how)?;
        let right = self.coerce(r, how).map_err(|s| s.yielding(Kinds::STRING))?;
        self.charge_text(left.text.len() + right.text.len())?;
        let text = format!("{}{}", left.text, right.text);
        Ok(Value::Str(Str { text: text.into(), stand_in: left.stand_in || right.stand_in }))
    }

    /// `+`, `-`, `*` and `/` of numbers.
    pub(crate) fn arithmetic(&mut self, op: BinaryOp, l: &Value, r: &Value) -> Res {
        let (x, y) = match (l, r) {
            (Value::Int(x), Value::Int(y)) => {
                let result = match op {
                    BinaryOp::Add => x.checked_add(*y),
                    BinaryOp::Sub => x.checked_sub(*y),
                    BinaryOp::Mul => x.checked_mul(*y),
                    _ if *y == 0 => return Err(Stop::fail("division by zero")),
                    _ => x.checked_div(*y),
                };
                return result.map(Value::Int).ok_or_else(|| Stop::fail("integer overflow"));
            }
            (Value::Int(x), Value::Float(y)) => (*x as f64, *y),
            (Value::Float(x), Value::Int(y)) => (*x, *y as f64),
            (Value::Float(x), Value::Float(y)) => (*x, *y),
            (Value::Int(_) | Value::Float(_), other) | (other, _) => {
                return Err(self.mismatch("a number", other));
            }
        };
        Ok(Value::Float(match op {
            BinaryOp::Add => x + y,
            BinaryOp::Sub => x - y,
            BinaryOp::Mul => x * y,
            _ if y == 0.0 => return Err(Stop::fail("division by zero")),
            _ => x / y,
        }))
    }

    /// `l // r`, where either may be unknown.
    pub(crate) fn update(&mut self, l: Res, r: Res) -> Res {
        let l = self.as_set(l)?;
        let r = self.as_set(r)?;
        if r.entries.is_empty() && r.is_closed() {
            return Ok(Value::Attrs(l));
        }
        // What the right side may have besides its known entries hides what the left side has.
        let (hidden, right) = match &r.rest {
            Rest::Closed | Rest::Presumed(_) => (None, r.entries.clone()),
            Rest::Lazy(_) => match self.entries(&r) {
                Ok(entries) => (None, entries),
                Err(Stop::Unknown(why)) => match self.update_with_possible(&l, &r) {
                    Some(value) => return Ok(value),
                    None => (Some(why), r.entries.clone()),
                },
                Err(stop) => return Err(stop),
            },
            Rest::Open(why) => (Some(why.clone()), r.entries.clone()),
            Rest::Symbolic(root) => (Some(Unknown::needs_nixpkgs(root)), r.entries.clone()),
        };
        self.charge((l.entries.len() + right.len()) as u64)?;
        let mut entries = Vec::with_capacity(l.entries.len() + right.len());
        let mut rights = right.into_iter().peekable();
        for (name, attr) in &l.entries {
            while let Some(entry) = rights.next_if(|(n, _)| n < name) {
                entries.push(entry);
            }
            match rights.next_if(|(n, _)| n == name) {
                Some(entry) => entries.push(entry),
                None => {
                    let attr = match &hidden {
                        None => *attr,
                        Some(why) => Attr { value: self.unknown(why), place: attr.place },
                    };
                    entries.push((name.clone(), attr));
                }
            }
        }
        entries.extend(rights);
        let rest = match (hidden, &l.rest, &r.rest) {
            (Some(why), ..) => Rest::Open(why),
            (None, Rest::Closed, Rest::Presumed(_)) => r.rest.clone(),
            (None, rest, _) => rest.clone(),
        };
        Ok(Value::Attrs(Rc::new(Attrs { entries, rest })))
    }

    /// A result as a set; an open one without known entries if it is unknown.
    fn as_set(&mut self, result: Res) -> Res<Rc<Attrs>> {
        match result {
            Ok(Value::Attrs(set)) => Ok(set),
            Ok(Value::Symbol(s)) => Ok(Rc::new(Attrs { entries: Vec::new(), rest: Rest::Symbolic(s) })),
            Ok(other) => Err(self.mismatch("a set", &other)),
            Err(Stop::Unknown(why)) => Ok(Rc::new(Attrs { entries: Vec::new(), rest: Rest::Open(why) })),
            Err(stop) => Err(stop),
        }
    }

    /// `l ++ r`, where either may be unknown.
    pub(crate) fn concat(&mut self, l: Res, r: Res) -> Res {
        let l = self.as_list(l)?;
        let r = self.as_list(r)?;
        if l.items.is_empty() && l.open.is_none() {
            return Ok(Value::List(r));
        }
        if r.items.is_empty() && r.open.is_none() {
            return Ok(Value::List(l));
        }
        self.charge((l.items.len() + r.items.len()) as u64 / 8)?;
        let items = l.items.iter().chain(&r.items).copied().collect();
        Ok(Value::List(Rc::new(List { items, open: l.open.clone().or_else(|| r.open.clone()) })))
    }

    /// A result as a list; an open one without known elements if it is unknown.
    pub(crate) fn as_list(&mut self, result: Res) -> Res<Rc<List>> {
        match result {
            Ok(Value::List(list)) => Ok(list),
            Ok(Value::Symbol(s)) => {
                Ok(Rc::new(List { items: Vec::new(), open: Some(Unknown::needs_nixpkgs(&s)) }))
            }
            Ok(other) => Err(self.mismatch("a list", &other)),
            Err(Stop::Unknown(why)) => Ok(Rc::new(List { items: Vec::new(), open: Some(why) })),
            Err(stop) => Err(stop),
        }
    }
}

/// Whether strings that stand for others certainly differ: in the file's name that is behind what stands for a store path. Of a file
/// of the configuration's that is copied to the store, not even that is known.
fn differ_at_the_end(x: &Str, y: &Str) -> bool {
    fn end(s: &Str) -> Option<&str> {
        if !s.stand_in {
            return Some(&s.text);
        }
        let (_, below) = s.text.rsplit_once('»').filter(|(_, below)| !below.contains([' ', ':', '\n']))?;
        Some(below.rsplit_once('/').map_or(below, |(_, name)| name))
    }
    match (end(x), end(y)) {
        (Some(x), Some(y)) => !x.ends_with(y) && !y.ends_with(x),
        _ => false,
    }
}
