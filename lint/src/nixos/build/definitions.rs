//! Definitions in the model: where they stand, what became of them, and what they read.

use super::{Builder, OPTION_BUDGET, origin_span, span};
use crate::eval::{self, Eval, ThunkId};
use crate::nixos::definitions::{Candidate, DefState, priority};
use crate::nixos::model::*;
use crate::nixos::system::{ModuleOrigin, NodeId, show_loc};

impl Builder {
    pub(super) fn definition(
        &self,
        ev: &mut Eval<'_>,
        node: NodeId,
        candidate: &Candidate,
    ) -> DefinitionModel {
        let expression = origin_span(ev, candidate.value);
        let value = if candidate.state == DefState::Off {
            None
        } else {
            ev.with_budget(OPTION_BUDGET, |ev| {
                let value = ev.force(candidate.value).ok()?;
                ev.to_json(&value).ok()
            })
        };
        let conditions = candidate
            .conditions
            .iter()
            .map(|c| ConditionModel {
                span: origin_span(ev, c.thunk),
                guard: guard(ev, c.thunk),
                holds: c.holds,
                reads: self.reads_of(ev, c.thunk),
            })
            .collect();
        DefinitionModel {
            place: candidate.definition.place.and_then(|p| place(ev, p)),
            priority: candidate.priority,
            state: match candidate.state {
                DefState::Wins => DefinitionState::Wins,
                DefState::Loses => DefinitionState::Loses,
                DefState::Off => DefinitionState::Off,
                DefState::Maybe => DefinitionState::Maybe,
            },
            origin: self.origin(ev, node, candidate.definition.module),
            value,
            expression,
            conditions,
            reads: self.reads_of(ev, candidate.value),
        }
    }

    /// The definitions of an option whose conditions cannot be evaluated.
    pub(super) fn undischarged(&self, ev: &mut Eval<'_>, node: NodeId) -> Vec<DefinitionModel> {
        let Ok(raw) = self.modules.raw(ev, node) else { return Vec::new() };
        raw.iter()
            .map(|d| DefinitionModel {
                place: d.place.and_then(|p| place(ev, p)),
                priority: priority::PLAIN,
                state: DefinitionState::Maybe,
                origin: self.origin(ev, node, d.module),
                value: None,
                expression: origin_span(ev, d.value),
                conditions: Vec::new(),
                reads: Vec::new(),
            })
            .collect()
    }

    pub(super) fn origin(&self, ev: &mut Eval<'_>, node: NodeId, module: u32) -> Origin {
        if module == u32::MAX {
            return Origin::Default;
        }
        match self.modules.collected(ev, self.modules.scope_of(node)) {
            Ok(collected) => match collected.modules.get(module as usize) {
                Some(m) if eval::sources::is_stand_in(&m.file) => Origin::System,
                Some(m) => match m.origin {
                    ModuleOrigin::System => Origin::System,
                    ModuleOrigin::Inherited => Origin::Inherited,
                    ModuleOrigin::Own => Origin::Own,
                },
                None => Origin::Default,
            },
            Err(_) => Origin::Own,
        }
    }

    pub(super) fn reads_of(&self, ev: &mut Eval<'_>, thunk: ThunkId) -> Vec<Read> {
        ev.reads_of(thunk).iter().filter_map(|key| self.read(NodeId(*key))).collect()
    }

    pub(super) fn read(&self, node: NodeId) -> Option<Read> {
        let specialisation = self.scopes.get(&self.modules.scope_of(node))?.clone();
        Some(Read { specialisation, option: show_loc(&self.path(node)) })
    }
}

/// What a condition asks about specialisations.
fn guard(ev: &Eval<'_>, thunk: ThunkId) -> Option<(Guard, Span)> {
    let origin = ev.origin(thunk)?;
    let (guard, expr) = crate::nixos::guards::find(&ev.units()[origin.unit as usize].file, origin.expr)?;
    Some((guard, span(ev, eval::Origin { expr, ..origin })))
}

pub(super) fn place(ev: &Eval<'_>, place: eval::Place) -> Option<Place> {
    let unit = &ev.units()[place.unit as usize];
    if eval::prelude::is_own(&unit.path) {
        return None;
    }
    let entry = unit.file.entry(place.entry);
    Some(Place {
        file: place.unit,
        range: entry.range,
        path: entry.path,
        value: entry.value,
        kind: entry.kind,
    })
}
