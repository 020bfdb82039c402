//! Options' values: which of the definitions take part, and what they make.

use super::{ModuleSystem, NodeId, NodeKind, show_loc, unknown};
use crate::eval::{Eval, Place, Res, Stop, ThunkId, Value};
use crate::nixos::definitions::{self, Candidate, DefState, Definition, priority};
use crate::nixos::types::Type;
use std::rc::Rc;

/// An option's definitions after their properties were taken off.
pub struct Merged {
    /// All of them, in the order in which they merge.
    pub candidates: Vec<Candidate>,
    /// The priority of those that take part; `None` if there are none.
    pub priority: Option<i64>,
    /// Whether there is a definition or default, `None` if that is not known.
    pub defined: Option<bool>,
}

impl ModuleSystem {
    /// The type of an option or element.
    pub fn type_of(&self, id: NodeId) -> Rc<Type> {
        match self.kind(id) {
            NodeKind::Option(declaration) => declaration.ty.clone(),
            NodeKind::Element(ty) => ty,
            NodeKind::Namespace => Rc::new(Type::Attrs),
            NodeKind::Undeclared => Rc::new(Type::Unknown("the option is not known".into())),
        }
    }

    /// Takes the properties off the definitions, and finds those that take part.
    pub(super) fn compute_merged(&self, ev: &mut Eval<'_>, id: NodeId) -> Res<Merged> {
        let mut candidates = Vec::new();
        if let NodeKind::Option(declaration) = self.kind(id)
            && let Some(default) = declaration.default
        {
            candidates.push(default_candidate(default, declaration.default_place));
        }
        for definition in self.raw(ev, id)?.iter() {
            definitions::discharge(ev, definition, &mut candidates)?;
        }
        self.add_those_of_nixos(ev, id, &mut candidates)?;
        let mut best = candidates.iter().filter(|c| c.state == DefState::Wins).map(|c| c.priority).min();
        // The default of an option of the table counts only where nothing stronger does.
        if best.is_some_and(|best| best >= priority::OPTION_DEFAULT)
            && let Some(default) = self.default_of_table(ev, id)?
        {
            best = best.min(Some(default.priority));
            candidates.insert(0, default);
        }
        for candidate in &mut candidates {
            let hidden = best.is_some_and(|best| candidate.priority > best);
            if hidden
                && matches!(candidate.state, DefState::Wins | DefState::Maybe)
                && !undetermined(ev, candidate)
            {
                candidate.state = DefState::Loses;
            }
        }
        // A stable sort: definitions of the same order stay as they are.
        candidates.sort_by_key(|c| c.order);
        let maybe = candidates.iter().any(|c| c.state == DefState::Maybe);
        let defined = if best.is_none() && maybe { None } else { Some(best.is_some()) };
        Ok(Merged { candidates, priority: best, defined })
    }

    /// The own default of an option that only the table declares, as a candidate; with an unknown value where it is not known.
    fn default_of_table(&self, ev: &mut Eval<'_>, id: NodeId) -> Res<Option<Candidate>> {
        if self.table_of(id).is_none() || matches!(self.kind(id), NodeKind::Option(d) if d.by_module) {
            return Ok(None);
        }
        if self.type_of(id).is_nested() {
            return Ok(None);
        }
        Ok(Some(match self.nixos_default(ev, id)? {
            Some(value) => default_candidate(ev.ready(value), None),
            None => {
                let why = unknown(format!("the default of `{}` is NixOS' own", show_loc(&self.loc(id))));
                let value = ev.stopped(Stop::Unknown(why.clone()));
                Candidate { state: DefState::Maybe, maybe: Some(why), ..default_candidate(value, None) }
            }
        }))
    }

    /// The value of an option or element, with `apply` applied.
    pub(super) fn compute_value(&self, ev: &mut Eval<'_>, id: NodeId) -> Res {
        let NodeKind::Option(declaration) = self.kind(id) else { return self.compute_merge(ev, id) };
        match declaration.apply {
            Some(apply) => {
                // The function may not look at the value at all.
                let this = self.clone();
                let value = ev.lazy(move |ev| this.compute_merge(ev, id));
                let f = ev.force(apply).map_err(Stop::of_any_kind)?;
                ev.call(&f, value)
            }
            None => self.compute_merge(ev, id),
        }
    }

    fn compute_merge(&self, ev: &mut Eval<'_>, id: NodeId) -> Res {
        let value = self.merged(ev, id).and_then(|merged| self.merge_node(ev, id, &merged));
        // Whatever it was that is not known, the value is one of the type.
        let ty = self.type_of(id);
        if let (Ok(Value::Attrs(set)), Type::AttrsOf { .. }) = (&value, &*ty) {
            ev.name_set(set, id.0);
        }
        let kinds = ty.kinds();
        value.map_err(|stop| stop.yielding_one_of(kinds))
    }
}

/// An option's default as a candidate.
fn default_candidate(value: ThunkId, place: Option<Place>) -> Candidate {
    Candidate {
        definition: Definition::without_module(value, place),
        conditions: Vec::new(),
        priority: priority::OPTION_DEFAULT,
        order: priority::ORDER,
        value,
        state: DefState::Wins,
        maybe: None,
    }
}

/// Whether a candidate whose condition is not known might also have another priority than it seems: its value is unknown,
/// and properties may be around it.
fn undetermined(ev: &mut Eval<'_>, candidate: &Candidate) -> bool {
    candidate.definition.maybe.is_some() && matches!(ev.force(candidate.value), Err(Stop::Unknown(_)))
}
