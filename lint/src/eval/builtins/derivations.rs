//! `derivation`: nothing is built, but what the expression says of itself is known. The store paths are stand-ins, each
//! evaluation of a derivation having its own: whether two of them are the same is unknown.

use super::Builtin;
use crate::eval::coerce::Coerce;
use crate::eval::heap::ThunkId;
use crate::eval::machine::Eval;
use crate::eval::value::*;
use crate::syntax::hir::Name;
use std::cell::OnceCell;
use std::rc::Rc;

pub(super) const TABLE: &[Builtin] = &[
    Builtin { name: "derivation", arity: 1, kinds: Kinds::SET, run: derivation },
    Builtin { name: "derivationStrict", arity: 1, kinds: Kinds::SET, run: derivation_strict },
];

/// How the name of a store path begins that stands for something built.
pub(super) const PREFIX: &str = "derivation ";

/// The names of a derivation's outputs.
fn outputs(ev: &mut Eval<'_>, set: &Attrs) -> Res<Vec<Name>> {
    let Some(attr) = ev.attr(set, &Name::new_static("outputs"))? else {
        return Ok(vec![Name::new_static("out")]);
    };
    let list = ev.want_closed_list(attr.value)?;
    if list.items.is_empty() {
        return Err(Stop::fail("a derivation has no outputs"));
    }
    list.items.iter().map(|item| ev.want_name(*item)).collect()
}

/// A thunk for the store path of an output, or of the derivation itself. It needs the name that the derivation must have.
fn store_path(ev: &mut Eval<'_>, set: &Rc<Attrs>, output: &str, identity: usize) -> ThunkId {
    let set = set.clone();
    let suffix = if output == "out" { String::new() } else { format!(".{output}") };
    ev.lazy(move |ev| {
        let name = ev.want_attr(&set, "name")?;
        let value = ev.force(name)?;
        let name = ev.coerce(value, Coerce::Interpolate)?;
        let text = format!("/nix/store/«{PREFIX}{}{suffix} {identity}»", name.text.replace('/', "-"));
        Ok(Value::Str(Str { text: text.into(), stand_in: true }))
    })
}

/// What the values of a derivation's outputs have in common.
struct Shape {
    set: Rc<Attrs>,
    argument: ThunkId,
    drv_path: ThunkId,
    outputs: Vec<(Name, ThunkId)>,
    /// The value of each output.
    values: OnceCell<Vec<ThunkId>>,
}

impl Shape {
    /// The value of one output: the derivation's own attributes, all outputs, and the output's path.
    fn value(&self, ev: &mut Eval<'_>, index: usize) -> Res {
        let values = self.values.get().map_or(&[][..], |v| v);
        let mut entries = self.set.entries.clone();
        let all = ev.ready(Value::list(values.to_vec()));
        let kind = ev.ready(Value::str("derivation"));
        let name = ev.ready(Value::str(&self.outputs[index].0));
        let mut add = |name: Name, value| entries.push((name, Attr::anonymous(value)));
        for ((name, _), value) in self.outputs.iter().zip(values) {
            add(name.clone(), *value);
        }
        add(Name::new_static("all"), all);
        add(Name::new_static("drvAttrs"), self.argument);
        add(Name::new_static("outPath"), self.outputs[index].1);
        add(Name::new_static("drvPath"), self.drv_path);
        add(Name::new_static("type"), kind);
        add(Name::new_static("outputName"), name);
        let mut value = Attrs::from_entries(entries);
        value.rest = self.set.rest.clone();
        Ok(Value::Attrs(Rc::new(value)))
    }
}

fn derivation(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let set = ev.want_attrs(args[0])?;
    let names = outputs(ev, &set)?;
    ev.charge((set.entries.len() + names.len()) as u64)?;
    let identity = ev.heap.len();
    let outputs = names
        .into_iter()
        .map(|name| {
            let path = store_path(ev, &set, &name, identity);
            (name, path)
        })
        .collect::<Vec<_>>();
    let drv_path = store_path(ev, &set, "drv", identity);
    let shape = Rc::new(Shape { set, argument: args[0], drv_path, outputs, values: OnceCell::new() });
    let values = (0..shape.outputs.len())
        .map(|index| {
            let shape = shape.clone();
            ev.lazy(move |ev| shape.value(ev, index))
        })
        .collect::<Vec<_>>();
    let first = values[0];
    // It cannot be set already: the shape is new.
    let _ = shape.values.set(values);
    ev.force(first)
}

fn derivation_strict(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let set = ev.want_attrs(args[0])?;
    let identity = ev.heap.len();
    let mut entries = vec![(Name::new_static("drvPath"), store_path(ev, &set, "drv", identity))];
    for name in outputs(ev, &set)? {
        let path = store_path(ev, &set, &name, identity);
        entries.push((name, path));
    }
    Ok(Value::attrs(entries.into_iter().map(|(name, path)| (name, Attr::anonymous(path))).collect()))
}
