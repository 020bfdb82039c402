//! Attributes of values: `a.b`, `a ? b`.

use super::{Eval, Unit};
use crate::eval::heap::FrameId;
use crate::eval::reads::Asked;
use crate::eval::show;
use crate::eval::value::*;
use crate::syntax::hir::{AttrName, ExprId, Name};
use std::rc::Rc;

/// An attribute that is not there.
pub(super) struct Absent {
    name: Name,
    /// The set that does not have it; `None` where there is no set.
    set: Option<Rc<Attrs>>,
    /// The error, unless the expression says what there is instead.
    stop: Stop,
}

impl Absent {
    fn new(name: Name, set: &Rc<Attrs>) -> Self {
        let stop = Stop::fail(format!("attribute '{name}' missing"));
        Absent { name, set: Some(set.clone()), stop }
    }
}

impl Eval<'_> {
    /// The attribute `name` of a set, or `None` if there is certainly none.
    pub fn attr(&mut self, set: &Attrs, name: &Name) -> Res<Option<Attr>> {
        if let Some(attr) = set.known(name) {
            return Ok(Some(attr));
        }
        match &set.rest {
            Rest::Closed => Ok(None),
            Rest::Presumed(why) => Err(absent(name, why)),
            Rest::Open(why) => Err(Stop::unknown(why.reason.clone())),
            Rest::Symbolic(root) => Ok(Some(self.symbol_attr(root, name))),
            Rest::Lazy(lazy) => {
                let lazy = lazy.clone();
                self.deeper(|ev| lazy.get(ev, name))
            }
        }
    }

    /// An attribute of something that is only known by its name.
    fn symbol_attr(&mut self, root: &str, name: &str) -> Attr {
        let symbol = Value::Symbol(format!("{root}.{}", show::attr_name(name)).into());
        Attr::anonymous(self.ready(symbol))
    }

    /// The attribute `name` of a value; an error if there is none.
    pub fn select(&mut self, value: &Value, name: &Name) -> Res<Attr> {
        match value {
            Value::Attrs(set) => match self.attr(set, name)? {
                Some(attr) => Ok(attr),
                None => {
                    let origin = self.forcing.last().and_then(|thunk| self.heap.origin(*thunk));
                    Err(self.absent(Absent::new(name.clone(), set), origin))
                }
            },
            Value::Symbol(root) => Ok(self.symbol_attr(&root.clone(), name)),
            other => Err(self.mismatch("a set", other)),
        }
    }

    /// The error that an attribute is missing, which the expression `origin` selects.
    pub(super) fn absent(&mut self, absent: Absent, origin: Option<Origin>) -> Stop {
        if let Some(origin) = origin {
            self.note_absent(&absent, origin, Asked::Needed);
        }
        absent.stop
    }

    /// Notes that an attribute is missing that the expression `origin` asks for.
    pub(super) fn note_absent(&mut self, absent: &Absent, origin: Origin, asked: Asked) {
        if let Some(set) = &absent.set {
            self.reads.miss(set, &absent.name, origin, asked);
        }
    }

    /// Notes that the expression `origin` compares a set with a text.
    pub(in crate::eval) fn note_compared(&mut self, set: &Rc<Attrs>, text: &str, origin: Origin) {
        self.reads.miss(set, &Name::new(text), origin, Asked::Compared);
    }

    /// The name that an [`AttrName`] is; `None` for `${null}`, which only bindings may have.
    fn attr_name(&mut self, unit: &Rc<Unit>, name: &AttrName, frame: FrameId) -> Res<Option<Name>> {
        match name {
            AttrName::Static(name) => Ok(Some(name.clone())),
            AttrName::Dynamic(e) => {
                let value = self.eval(unit, *e, frame)?;
                self.name_of(value)
            }
        }
    }

    /// A value as an attribute's name.
    pub(in crate::eval) fn name_of(&mut self, value: Value) -> Res<Option<Name>> {
        match value {
            Value::Null => Ok(None),
            Value::Str(s) if s.stand_in => Err(Stop::unknown("the attribute's name contains a store path")),
            Value::Str(s) => Ok(Some(Name::new(&s.text))),
            Value::Symbol(s) => Err(Stop::needs_nixpkgs(&s)),
            other => Err(self.mismatch("a string", &other)),
        }
    }

    /// `base.path`: the value, or the error that the attribute is missing.
    pub(super) fn select_path(
        &mut self,
        unit: &Rc<Unit>,
        base: ExprId,
        path: &[AttrName],
        frame: FrameId,
    ) -> Res<Result<Value, Absent>> {
        let mut value = self.eval(unit, base, frame).map_err(Stop::of_any_kind)?;
        for (i, name) in path.iter().enumerate() {
            let Some(name) = self.attr_name(unit, name, frame).map_err(Stop::of_any_kind)? else {
                return Err(Stop::fail("an attribute's name is null"));
            };
            let attr = match &value {
                Value::Attrs(set) => self.attr(set, &name)?,
                Value::Symbol(root) => Some(self.symbol_attr(&root.clone(), &name)),
                other => return Ok(Err(Absent { name, set: None, stop: self.mismatch("a set", other) })),
            };
            match (attr, &value) {
                (Some(attr), _) if i + 1 < path.len() => {
                    value = self.force(attr.value).map_err(Stop::of_any_kind)?
                }
                (Some(attr), _) => value = self.force(attr.value)?,
                (None, Value::Attrs(set)) => return Ok(Err(Absent::new(name, set))),
                (None, _) => return Err(Stop::fail(format!("attribute '{name}' missing"))),
            }
        }
        Ok(Ok(value))
    }

    /// `base ? path`
    pub(super) fn has_attr(
        &mut self,
        unit: &Rc<Unit>,
        base: ExprId,
        path: &[AttrName],
        frame: FrameId,
    ) -> Res {
        let mut value = self.eval(unit, base, frame).map_err(|s| s.yielding(Kinds::BOOL))?;
        for (i, name) in path.iter().enumerate() {
            let name = self.attr_name(unit, name, frame).map_err(|s| s.yielding(Kinds::BOOL))?;
            let Some(name) = name else {
                return Err(Stop::fail("an attribute's name is null"));
            };
            let attr = match &value {
                Value::Attrs(set) => {
                    if let (None, Rest::Symbolic(root)) = (set.known(&name), &set.rest) {
                        return Err(Stop::needs_nixpkgs(root).yielding(Kinds::BOOL));
                    }
                    self.attr(set, &name).map_err(|s| s.yielding(Kinds::BOOL))?
                }
                Value::Symbol(root) => {
                    return Err(Stop::needs_nixpkgs(root).yielding(Kinds::BOOL));
                }
                _ => None,
            };
            match attr {
                Some(attr) if i + 1 < path.len() => {
                    value = self.force(attr.value).map_err(|s| s.yielding(Kinds::BOOL))?
                }
                Some(_) => {}
                None => return Ok(Value::Bool(false)),
            }
        }
        Ok(Value::Bool(true))
    }
}

/// Why an attribute that a [`Rest::Presumed`] does not have is not known.
pub(super) fn absent(name: &str, why: &Unknown) -> Stop {
    Stop::unknown(format!("there is no `{name}` in {}", why.reason))
}
