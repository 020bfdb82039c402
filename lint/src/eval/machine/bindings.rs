//! What bindings make: sets, and the frames of `let` and `rec`.

use super::{Eval, Unit};
use crate::eval::heap::{FrameId, ThunkId};
use crate::eval::value::*;
use crate::syntax::hir::{BindingValue, Bindings, Name};
use std::rc::Rc;

impl Eval<'_> {
    /// The frame of a `let` or `rec`, its slots set.
    pub(super) fn let_frame(&mut self, unit: &Rc<Unit>, bindings: &Bindings, outer: FrameId) -> FrameId {
        let inner = self.heap.frame(outer, bindings.statics.len(), self.filler);
        let sources: Vec<ThunkId> =
            bindings.sources.iter().map(|e| self.delay_inside(unit, *e, inner)).collect();
        for (slot, binding) in bindings.statics.iter().enumerate() {
            let thunk = match binding.value {
                BindingValue::Expr(e) => self.delay_inside(unit, e, inner),
                BindingValue::Outer(e) => self.delay(unit, e, outer),
                BindingValue::From(source) => {
                    self.select_later(sources[source as usize], binding.name.clone())
                }
            };
            self.heap.set(inner, slot, thunk);
        }
        inner
    }

    /// A set: the value of `{ … }` or `rec { … }`.
    pub(super) fn attrs(
        &mut self,
        unit: &Rc<Unit>,
        recursive: bool,
        bindings: &Bindings,
        outer: FrameId,
    ) -> Res {
        let mut entries: Vec<(Name, Attr)> = Vec::with_capacity(bindings.statics.len());
        let inner = if recursive { self.let_frame(unit, bindings, outer) } else { outer };
        if recursive {
            for slot in bindings.by_name.iter() {
                let binding = &bindings.statics[*slot as usize];
                let value = self.heap.slot(inner, 0, *slot);
                let place = Some(Place { unit: unit.id, entry: binding.entry });
                entries.push((binding.name.clone(), Attr { value, place }));
            }
        } else {
            let sources: Vec<ThunkId> =
                bindings.sources.iter().map(|e| self.delay(unit, *e, outer)).collect();
            for binding in bindings.by_name.iter().map(|i| &bindings.statics[*i as usize]) {
                let value = match binding.value {
                    BindingValue::Expr(e) | BindingValue::Outer(e) => self.delay(unit, e, outer),
                    BindingValue::From(source) => {
                        self.select_later(sources[source as usize], binding.name.clone())
                    }
                };
                let place = Some(Place { unit: unit.id, entry: binding.entry });
                entries.push((binding.name.clone(), Attr { value, place }));
            }
        }
        if bindings.dynamics.is_empty() {
            return Ok(Value::Attrs(Rc::new(Attrs { entries, rest: Rest::Closed })));
        }
        let mut rest = Rest::Closed;
        for binding in &bindings.dynamics {
            let name = match self.eval(unit, binding.name, inner).and_then(|v| self.name_of(v)) {
                Ok(Some(name)) => name,
                Ok(None) => continue,
                // What the other names are bound to is known all the same.
                Err(Stop::Unknown(why)) => {
                    rest = Rest::Open(why);
                    continue;
                }
                Err(stop) => return Err(stop),
            };
            if entries.iter().any(|(n, _)| *n == name) {
                return Err(Stop::fail(format!("dynamic attribute '{name}' already defined")));
            }
            let value = self.delay(unit, binding.value, inner);
            entries.push((name, Attr { value, place: Some(Place { unit: unit.id, entry: binding.entry }) }));
        }
        let mut set = Attrs::from_entries(entries);
        set.rest = rest;
        Ok(Value::Attrs(Rc::new(set)))
    }
}
