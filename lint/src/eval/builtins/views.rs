//! Sets whose attributes are those of another set that is not known as a whole, but answers for each name.

use crate::eval::heap::ThunkId;
use crate::eval::machine::Eval;
use crate::eval::value::*;
use crate::syntax::hir::Name;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// A set without known entries.
fn only(rest: Rest) -> Attrs {
    Attrs { entries: Vec::new(), rest }
}

/// Another set's attributes, each given to a function together with its name.
pub(super) struct Mapped {
    base: Attrs,
    function: ThunkId,
    /// Each application is made once, so that it is evaluated once.
    made: RefCell<HashMap<Name, Attr>>,
}

impl Mapped {
    pub(super) fn of(base: Rest, function: ThunkId) -> Rc<dyn LazyAttrs> {
        Rc::new(Mapped { base: only(base), function, made: RefCell::default() })
    }
}

impl LazyAttrs for Mapped {
    fn get(&self, ev: &mut Eval<'_>, name: &Name) -> Res<Option<Attr>> {
        if let Some(attr) = self.made.borrow().get(name) {
            return Ok(Some(*attr));
        }
        let Some(attr) = ev.attr(&self.base, name)? else { return Ok(None) };
        let text = ev.ready(Value::str(name));
        let value = ev.apply_later(self.function, vec![text, attr.value]);
        let attr = Attr { value, place: attr.place };
        self.made.borrow_mut().insert(name.clone(), attr);
        Ok(Some(attr))
    }

    fn names(&self, ev: &mut Eval<'_>) -> Res<Vec<Name>> {
        ev.names(&self.base)
    }
}

/// Which of another set's attributes are kept.
pub(super) enum Keep {
    /// Those whose names are not among these, which are sorted.
    AllBut(Vec<Name>),
    /// Those whose names this set has.
    Of(Rc<Attrs>),
}

/// Some of another set's attributes.
pub(super) struct Filtered {
    base: Attrs,
    keep: Keep,
}

impl Filtered {
    pub(super) fn of(base: Rest, keep: Keep) -> Rc<dyn LazyAttrs> {
        Rc::new(Filtered { base: only(base), keep })
    }

    fn keeps(&self, ev: &mut Eval<'_>, name: &Name) -> Res<bool> {
        match &self.keep {
            Keep::AllBut(names) => Ok(names.binary_search(name).is_err()),
            Keep::Of(set) => ev.has(set, name),
        }
    }
}

impl LazyAttrs for Filtered {
    fn get(&self, ev: &mut Eval<'_>, name: &Name) -> Res<Option<Attr>> {
        if self.keeps(ev, name)? { ev.attr(&self.base, name) } else { Ok(None) }
    }

    fn names(&self, ev: &mut Eval<'_>) -> Res<Vec<Name>> {
        let mut kept = Vec::new();
        for name in ev.names(&self.base)? {
            if self.keeps(ev, &name)? {
                kept.push(name);
            }
        }
        Ok(kept)
    }
}
