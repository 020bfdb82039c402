//! Builtins of the analyser's own, with which the prelude says what is not known, and what is known of it all the same.

use super::Builtin;
use super::hashes;
use crate::eval::heap::ThunkId;
use crate::eval::host::SourcePlace;
use crate::eval::machine::Eval;
use crate::eval::releases::Release;
use crate::eval::value::*;
use crate::eval::{paths, sources};
use crate::syntax::hir::Name;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

pub(super) const TABLE: &[Builtin] = &[
    Builtin { name: "__attempt", arity: 2, kinds: Kinds::ANY, run: attempt },
    Builtin { name: "__everyAttr", arity: 1, kinds: Kinds::SET, run: every_attr },
    Builtin { name: "__fresh", arity: 1, kinds: Kinds::STRING, run: fresh },
    Builtin { name: "__beside", arity: 2, kinds: Kinds::SET, run: beside },
    Builtin { name: "__has", arity: 2, kinds: Kinds::BOOL, run: has },
    Builtin { name: "__identify", arity: 1, kinds: Kinds::ANY, run: identify },
    Builtin { name: "__presumed", arity: 2, kinds: Kinds::SET, run: presumed },
    Builtin { name: "__sourceInStore", arity: 1, kinds: Kinds::ANY, run: source_in_store },
    Builtin { name: "__standIn", arity: 3, kinds: Kinds::STRING, run: stand_in },
    Builtin { name: "__symbol", arity: 1, kinds: Kinds::ANY, run: symbol },
    Builtin { name: "__symbolic", arity: 2, kinds: Kinds::SET, run: symbolic },
    Builtin { name: "__released", arity: 3, kinds: Kinds::STRING, run: released },
    Builtin { name: "__uncertain", arity: 3, kinds: Kinds::SET, run: uncertain },
    Builtin { name: "__unknown", arity: 1, kinds: Kinds::ANY, run: unknown },
];

/// Unknown, for the reason that is given.
fn unknown(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let reason = ev.want_str(args[0])?.text;
    Err(Stop::unknown(reason))
}

/// A set of which another release may have more; the first argument calls the set.
fn presumed(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let reason = ev.want_str(args[0])?.text;
    let set = ev.want_attrs(args[1])?;
    let rest = Rest::Presumed(Rc::new(Unknown { reason, kinds: Kinds::ANY }));
    Ok(Value::Attrs(Rc::new(Attrs { entries: set.entries.clone(), rest })))
}

/// Whether a set has an attribute of this name; what is presumed to be all there is, is taken to be.
fn has(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let set = ev.want_attrs(args[0])?;
    let name = ev.want_name(args[1])?;
    let presumed = matches!(set.rest, Rest::Presumed(_));
    Ok(Value::Bool(if presumed { set.known(&name).is_some() } else { ev.attr(&set, &name)?.is_some() }))
}

/// The second argument, where the first stops for whatever reason.
fn attempt(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    ev.force(args[0]).or_else(|_| ev.force(args[1]))
}

/// Something with this name of which nothing else is known.
fn symbol(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    Ok(Value::Symbol(ev.want_text(args[0])?))
}

/// A set with these attributes, whose others are symbols below a name.
fn symbolic(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let set = ev.want_attrs(args[0])?;
    let name = ev.want_text(args[1])?;
    Ok(Value::Attrs(Rc::new(Attrs { entries: ev.entries(&set)?, rest: Rest::Symbolic(name) })))
}

/// A name that nothing else has.
fn fresh(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let name = ev.want_text(args[0])?;
    Ok(Value::str(&format!("{name} #{}", ev.heap.len())))
}

/// The set that has every attribute: a function of its name.
struct EveryAttr {
    function: ThunkId,
    made: RefCell<HashMap<Name, Attr>>,
}

impl LazyAttrs for EveryAttr {
    fn get(&self, ev: &mut Eval<'_>, name: &Name) -> Res<Option<Attr>> {
        if let Some(attr) = self.made.borrow().get(name) {
            return Ok(Some(*attr));
        }
        let text = ev.ready(Value::str(name));
        let attr = Attr::anonymous(ev.apply_later(self.function, vec![text]));
        self.made.borrow_mut().insert(name.clone(), attr);
        Ok(Some(attr))
    }

    fn names(&self, _: &mut Eval<'_>) -> Res<Vec<Name>> {
        Err(Stop::unknown("which attributes there are is not known"))
    }
}

fn every_attr(_: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let lazy = EveryAttr { function: args[0], made: RefCell::default() };
    Ok(Value::Attrs(Rc::new(Attrs { entries: Vec::new(), rest: Rest::Lazy(Rc::new(lazy)) })))
}

/// The attributes of a set that is not evaluated before one of them is asked for.
struct Deferred(ThunkId);

impl LazyAttrs for Deferred {
    fn get(&self, ev: &mut Eval<'_>, name: &Name) -> Res<Option<Attr>> {
        let set = ev.want_attrs(self.0)?;
        ev.attr(&set, name)
    }

    fn names(&self, ev: &mut Eval<'_>) -> Res<Vec<Name>> {
        let set = ev.want_attrs(self.0)?;
        ev.names(&set)
    }
}

/// The attributes of the first set, and those of the second, which is not evaluated before one of its own is asked for.
fn beside(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let set = ev.want_attrs(args[0])?;
    let rest = Rest::Lazy(Rc::new(Deferred(args[1])) as Rc<dyn LazyAttrs>);
    Ok(Value::Attrs(Rc::new(Attrs { entries: ev.entries(&set)?, rest })))
}

/// Attributes of which it is not known whether they are there.
struct Uncertain {
    names: Vec<Name>,
    reason: Rc<str>,
}

impl LazyAttrs for Uncertain {
    fn get(&self, _: &mut Eval<'_>, name: &Name) -> Res<Option<Attr>> {
        if self.names.contains(name) { Err(Stop::unknown(self.reason.clone())) } else { Ok(None) }
    }

    fn names(&self, _: &mut Eval<'_>) -> Res<Vec<Name>> {
        Err(Stop::unknown(self.reason.clone()))
    }
}

/// The attributes of a set; whether it has any of these names besides is not known.
fn uncertain(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let list = ev.want_closed_list(args[0])?;
    let names = list.items.iter().map(|item| ev.want_name(*item)).collect::<Res<_>>()?;
    let reason = ev.want_text(args[1])?;
    let set = ev.want_attrs(args[2])?;
    let rest = match set.rest {
        Rest::Closed => Rest::Lazy(Rc::new(Uncertain { names, reason }) as Rc<dyn LazyAttrs>),
        ref open => open.clone(),
    };
    Ok(Value::Attrs(Rc::new(Attrs { entries: set.entries.clone(), rest })))
}

/// The folder that stands for a source, as a string: of which kind it is, what it is called, and where it is if it is at hand.
fn stand_in(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let (kind, name) = (ev.want_text(args[0])?, ev.want_text(args[1])?);
    let place = match ev.force(args[2]) {
        Ok(Value::Str(folder)) if !folder.stand_in => SourcePlace::Folder(paths::normalise(&folder.text)),
        Ok(Value::Path(folder)) => SourcePlace::Folder(paths::normalise(&folder)),
        Err(stop @ Stop::Error(_)) => return Err(stop),
        _ => SourcePlace::Elsewhere,
    };
    let text: Rc<str> = sources::root(&kind, &name).into();
    ev.place_source(text.clone(), place);
    Ok(Value::Str(Str { text, stand_in: true }))
}

/// A stand-in, of which is known what refers to it and when it was last changed: `null` if it is not.
fn released(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let source = ev.force(args[0])?;
    let reference = ev.want_text(args[1]);
    let time = ev.force(args[2]);
    if let Value::Str(folder) = &source {
        let named = reference.ok().and_then(|reference| Release::named(&reference));
        let of_time = || match time {
            Ok(Value::Int(seconds)) => Release::of_time(seconds),
            _ => None,
        };
        if let Some(release) = named.or_else(of_time) {
            ev.note_release(folder.text.clone(), release);
        }
    }
    Ok(source)
}

/// Which well-known source a URL is about; `null` if none.
fn identify(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let url = ev.want_text(args[0])?;
    ev.charge_text(url.len())?;
    Ok(sources::identify(&url).map_or(Value::Null, Value::str))
}

/// Where a source with this hash lies in the Nix store; `null` if it does not, or if the hash is none.
fn source_in_store(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let hash = ev.want_text(args[0])?;
    ev.charge(1)?;
    let Some(path) = hashes::source_path(&hash) else { return Ok(Value::Null) };
    Ok(if ev.host.kind(&path).is_some() { Value::str(&path) } else { Value::Null })
}
