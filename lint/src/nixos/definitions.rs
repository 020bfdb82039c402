//! Definitions and the properties around them: `mkIf`, `mkMerge`, `mkOverride`, `mkOrder`.

use crate::eval::{Attrs, Eval, Place, Res, Stop, ThunkId, Unknown, Value};
use crate::syntax::hir::Name;
use std::rc::Rc;

/// Priorities of definitions; the lowest number wins (`lib/modules.nix`).
pub mod priority {
    /// An option's own default.
    pub const OPTION_DEFAULT: i64 = 1500;
    /// `mkDefault`
    pub const DEFAULT: i64 = 1000;
    /// A definition without `mkOverride`.
    pub const PLAIN: i64 = 100;
    /// `mkImageMediaOverride`
    pub const IMAGE_MEDIA: i64 = 60;
    /// `mkForce`
    pub const FORCE: i64 = 50;
    /// `mkVMOverride`
    pub const VM: i64 = 10;
    /// The order of a definition without `mkOrder`.
    pub const ORDER: i64 = 1000;
}

/// A definition as a module makes it, with what was pushed down to it from the sets around it.
#[derive(Clone)]
pub struct Definition {
    /// The module that makes it: an index into its scope's modules.
    pub module: u32,
    /// The value, properties directly around it included.
    pub value: ThunkId,
    /// The binding that it stands in.
    pub place: Option<Place>,
    /// Properties of the sets around it, outermost first.
    pub outer: Rc<[Property]>,
    /// Set when it is not known whether the definition is made at all.
    pub maybe: Option<Rc<Unknown>>,
    /// The old name of the option, if it is made by that.
    pub by: Option<Rc<[Name]>>,
}

impl Definition {
    /// A definition without properties around it.
    pub(super) fn new(module: u32, value: ThunkId, place: Option<Place>) -> Self {
        Definition { module, value, place, outer: Rc::new([]), maybe: None, by: None }
    }

    /// The same, made by no module: a default, or a value that is merged by itself.
    pub(super) fn without_module(value: ThunkId, place: Option<Place>) -> Self {
        Definition::new(u32::MAX, value, place)
    }
}

/// A property that was pushed down.
#[derive(Clone, Copy, Debug)]
pub enum Property {
    /// `mkIf`, with its condition.
    If(ThunkId),
    /// `mkOverride`, with its priority.
    Override(ThunkId),
}

impl Property {
    /// Its condition or priority.
    pub(super) fn thunk(&self) -> ThunkId {
        match self {
            Property::If(thunk) | Property::Override(thunk) => *thunk,
        }
    }
}

/// A condition around a definition and how it came out.
#[derive(Clone, Debug)]
pub struct Condition {
    /// The condition.
    pub thunk: ThunkId,
    /// Whether it holds; `None` if it is not known.
    pub holds: Option<bool>,
}

/// What became of a definition.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DefState {
    /// It takes part in the merge.
    Wins,
    /// A stronger definition hides it.
    Loses,
    /// Its condition does not hold.
    Off,
    /// It is not known whether its condition holds.
    Maybe,
}

/// A definition with its properties taken off.
#[derive(Clone)]
pub struct Candidate {
    /// The definition; several candidates may come from one (`mkMerge` around a value).
    pub definition: Definition,
    /// The conditions around it, outermost first, up to the first that does not hold.
    pub conditions: Vec<Condition>,
    /// Its priority.
    pub priority: i64,
    /// Its order among others of the same priority.
    pub order: i64,
    /// The value without properties.
    pub value: ThunkId,
    /// What became of it.
    pub state: DefState,
    /// Why it is a [`DefState::Maybe`].
    pub maybe: Option<Rc<Unknown>>,
}

/// The `_type` of a set, as far as it is known.
pub(super) fn tag(ev: &mut Eval<'_>, value: &Value) -> Res<Option<Rc<str>>> {
    let Value::Attrs(set) = value else { return Ok(None) };
    let Some(attr) = set.known("_type") else { return Ok(None) };
    match ev.force(attr.value) {
        Ok(Value::Str(s)) => Ok(Some(s.text)),
        Ok(_) | Err(Stop::Unknown(_)) => Ok(None),
        Err(stop) => Err(stop),
    }
}

fn field(set: &Attrs, name: &'static str) -> Res<ThunkId> {
    match set.known(name) {
        Some(attr) => Ok(attr.value),
        None => Err(Stop::fail(format!("a property without `{name}`"))),
    }
}

/// Takes the properties around a definition of a set and pushes them down: what remains are definitions whose values are sets
/// without properties, except for those whose value is not known.
pub(super) fn push_down(ev: &mut Eval<'_>, definition: Definition, out: &mut Vec<Definition>) -> Res<()> {
    let value = match ev.force(definition.value) {
        Ok(value) => value,
        Err(Stop::Unknown(_)) => {
            out.push(definition);
            return Ok(());
        }
        Err(stop) => return Err(stop),
    };
    let (Some(tag), Value::Attrs(set)) = (tag(ev, &value)?, &value) else {
        out.push(definition);
        return Ok(());
    };
    let with = |property| definition.outer.iter().copied().chain([property]).collect::<Rc<[Property]>>();
    match &*tag {
        "merge" => {
            let contents = ev.force(field(set, "contents")?);
            let list = ev.as_list(contents)?;
            for item in &list.items {
                let inner = Definition { value: *item, ..definition.clone() };
                ev.deeper(|ev| push_down(ev, inner, out))?;
            }
            if let Some(why) = &list.open {
                let value = ev.unknown(why);
                out.push(Definition { value, maybe: Some(why.clone()), ..definition });
            }
            Ok(())
        }
        "if" => {
            let outer = with(Property::If(field(set, "condition")?));
            let inner = Definition { value: field(set, "content")?, outer, ..definition };
            ev.deeper(|ev| push_down(ev, inner, out))
        }
        "override" => {
            let outer = with(Property::Override(field(set, "priority")?));
            let inner = Definition { value: field(set, "content")?, outer, ..definition };
            ev.deeper(|ev| push_down(ev, inner, out))
        }
        _ => {
            out.push(definition);
            Ok(())
        }
    }
}

/// The definitions of `name` in sets that [`push_down`] has left.
pub(super) fn descend(
    ev: &mut Eval<'_>,
    sets: &[Definition],
    name: &Name,
    loc: &dyn Fn() -> String,
) -> Res<Vec<Definition>> {
    let mut found = Vec::new();
    for definition in sets {
        let value = match ev.force(definition.value) {
            Ok(value) => value,
            Err(Stop::Unknown(why)) => {
                // It may or may not define this one.
                found.push(Definition { maybe: Some(why), ..definition.clone() });
                continue;
            }
            Err(stop) => return Err(stop),
        };
        match &value {
            Value::Attrs(set) => match ev.attr(set, name) {
                Ok(Some(attr)) => found.push(Definition {
                    value: attr.value,
                    place: attr.place.or(definition.place),
                    ..definition.clone()
                }),
                Ok(None) => {}
                Err(Stop::Unknown(why)) => {
                    let value = ev.unknown(&why);
                    found.push(Definition { value, maybe: Some(why), ..definition.clone() });
                }
                Err(stop) => return Err(stop),
            },
            Value::Symbol(_) => {}
            other => {
                return Err(Stop::fail(format!(
                    "`{}` is a set of options, but it is defined as {}",
                    loc(),
                    other.describe()
                )));
            }
        }
    }
    Ok(found)
}

/// All names that are defined in sets that [`push_down`] has left, sorted.
pub(super) fn defined_names(ev: &mut Eval<'_>, sets: &[Definition]) -> Res<Vec<Name>> {
    let mut names = Vec::new();
    for definition in sets {
        match ev.force(definition.value) {
            Ok(Value::Attrs(set)) => match ev.names(&set) {
                Ok(all) => names.extend(all),
                Err(Stop::Unknown(_)) => match ev.possible_names(&set) {
                    Some(possible) => names.extend(possible),
                    None => names.extend(set.entries.iter().map(|(n, _)| n.clone())),
                },
                Err(stop) => return Err(stop),
            },
            Ok(_) | Err(Stop::Unknown(_)) => {}
            Err(stop) => return Err(stop),
        }
    }
    names.sort();
    names.dedup();
    Ok(names)
}

/// Takes all properties off a definition. A condition that is not known makes a [`DefState::Maybe`].
pub(super) fn discharge(ev: &mut Eval<'_>, definition: &Definition, out: &mut Vec<Candidate>) -> Res<()> {
    let mut candidate = Candidate {
        definition: definition.clone(),
        conditions: Vec::new(),
        priority: priority::PLAIN,
        order: priority::ORDER,
        value: definition.value,
        state: DefState::Wins,
        maybe: definition.maybe.clone(),
    };
    let mut overridden = false;
    for property in definition.outer.iter() {
        if overridden {
            return Err(Stop::fail("a property inside of `mkOverride` is not a value"));
        }
        match property {
            Property::If(condition) => {
                if !hold(ev, &mut candidate, *condition)? {
                    out.push(candidate);
                    return Ok(());
                }
            }
            Property::Override(thunk) => {
                candidate.priority = number(ev, *thunk)?;
                overridden = true;
            }
        }
    }
    if overridden { order(ev, candidate, out) } else { inline(ev, candidate, out) }
}

/// Properties directly around the value.
fn inline(ev: &mut Eval<'_>, mut candidate: Candidate, out: &mut Vec<Candidate>) -> Res<()> {
    let value = match ev.force(candidate.value) {
        Ok(value) => value,
        Err(Stop::Unknown(why)) => {
            if candidate.definition.maybe.is_some() {
                candidate.maybe.get_or_insert(why);
            }
            out.push(settled(candidate));
            return Ok(());
        }
        Err(stop) => return Err(stop),
    };
    let (Some(tag), Value::Attrs(set)) = (tag(ev, &value)?, &value) else {
        out.push(settled(candidate));
        return Ok(());
    };
    match &*tag {
        "merge" => {
            let contents = ev.force(field(set, "contents")?);
            let list = ev.as_list(contents)?;
            for item in &list.items {
                let inner = Candidate { value: *item, ..candidate.clone() };
                ev.deeper(|ev| inline(ev, inner, out))?;
            }
            if let Some(why) = &list.open {
                candidate.value = ev.unknown(why);
                candidate.maybe = Some(why.clone());
                out.push(settled(candidate));
            }
            Ok(())
        }
        "if" => {
            if !hold(ev, &mut candidate, field(set, "condition")?)? {
                out.push(candidate);
                return Ok(());
            }
            candidate.value = field(set, "content")?;
            ev.deeper(|ev| inline(ev, candidate, out))
        }
        "override" => {
            candidate.priority = number(ev, field(set, "priority")?)?;
            candidate.value = field(set, "content")?;
            order(ev, candidate, out)
        }
        // `mkDefinition`: a definition that says which file it is of.
        "definition" => {
            candidate.value = field(set, "value")?;
            ev.deeper(|ev| inline(ev, candidate, out))
        }
        _ => order(ev, candidate, out),
    }
}

/// `mkOrder`, the innermost property.
fn order(ev: &mut Eval<'_>, mut candidate: Candidate, out: &mut Vec<Candidate>) -> Res<()> {
    let value = match ev.force(candidate.value) {
        Ok(value) => value,
        Err(Stop::Unknown(_)) => {
            out.push(settled(candidate));
            return Ok(());
        }
        Err(stop) => return Err(stop),
    };
    if let (Some(tag), Value::Attrs(set)) = (tag(ev, &value)?, &value)
        && &*tag == "order"
    {
        candidate.order = number(ev, field(set, "priority")?)?;
        candidate.value = field(set, "content")?;
    }
    out.push(settled(candidate));
    Ok(())
}

/// The final state of a candidate none of whose conditions is false.
fn settled(mut candidate: Candidate) -> Candidate {
    if candidate.maybe.is_some() {
        candidate.state = DefState::Maybe;
    }
    candidate
}

/// Evaluates a condition; false if it certainly does not hold.
fn hold(ev: &mut Eval<'_>, candidate: &mut Candidate, thunk: ThunkId) -> Res<bool> {
    match ev.force(thunk) {
        Ok(Value::Bool(holds)) => {
            candidate.conditions.push(Condition { thunk, holds: Some(holds) });
            if !holds {
                candidate.state = DefState::Off;
            }
            Ok(holds)
        }
        Ok(Value::Symbol(s)) => {
            let why = Stop::needs_nixpkgs(&s);
            unsure(candidate, thunk, why)
        }
        Ok(_) => Err(Stop::throw("`mkIf` is called with a condition that is not a Boolean")),
        Err(stop @ Stop::Unknown(_)) => unsure(candidate, thunk, stop),
        Err(stop) => Err(stop),
    }
}

fn unsure(candidate: &mut Candidate, thunk: ThunkId, why: Stop) -> Res<bool> {
    candidate.conditions.push(Condition { thunk, holds: None });
    if let Stop::Unknown(why) = why {
        candidate.maybe = Some(why);
    }
    Ok(true)
}

fn number(ev: &mut Eval<'_>, thunk: ThunkId) -> Res<i64> {
    match ev.force(thunk)? {
        Value::Int(n) => Ok(n),
        other => Err(Stop::fail(format!("a priority must be a number, but it is {}", other.describe()))),
    }
}
