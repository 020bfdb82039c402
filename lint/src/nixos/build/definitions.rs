//! Definitions in the model: where they stand, what became of them, and what they read.

use super::{Builder, OPTION_BUDGET, origin_span, span};
use crate::eval::{self, Eval, ThunkId, Value};
use crate::nixos::definitions::{Candidate, DefState, priority};
use crate::nixos::model::*;
use crate::nixos::system::{Merged, ModuleOrigin, NodeId, show_loc};
use crate::nixos::types::Type;
use crate::syntax::hir::Name;

/// How many parts of a definition are looked at.
const MOST_PARTS: usize = 500;

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
            reads: self.reads_of_all(ev, candidate),
            misfits: Vec::new(),
        }
    }

    /// Notes what in definitions that certainly take part is not of the option's type.
    pub(super) fn note_misfits(
        &self,
        ev: &mut Eval<'_>,
        node: NodeId,
        merged: &Merged,
        ty: &Type,
        definitions: &mut [DefinitionModel],
    ) {
        // Something stronger might take the place of all of them.
        if merged.candidates.iter().any(|c| c.state == DefState::Maybe) {
            return;
        }
        let exact = self.modules.is_exact(node);
        let winners = merged.candidates.iter().zip(definitions).filter(|(c, _)| c.state == DefState::Wins);
        for (i, (candidate, definition)) in winners.enumerate() {
            let misfits = ev.with_budget(OPTION_BUDGET, |ev| ty.misfits(ev, candidate.value, i + 1));
            for misfit in misfits.into_iter().filter(|m| exact || m.in_any_release) {
                let path: Vec<Name> = self.path(node).into_iter().chain(misfit.path).collect();
                definition.misfits.push(Misfit {
                    option: show_loc(&path),
                    type_name: misfit.type_name,
                    takes_lists: misfit.takes_lists,
                    value: ev.force(misfit.thunk).ok().and_then(|value| ev.to_json(&value).ok()),
                    span: origin_span(ev, misfit.thunk),
                });
            }
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
                misfits: Vec::new(),
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

    /// What was read to evaluate a definition, with what is in its lists and sets.
    fn reads_of_all(&self, ev: &mut Eval<'_>, candidate: &Candidate) -> Vec<Read> {
        let mut keys: Vec<u32> = Vec::new();
        let mut open = vec![candidate.value];
        let mut looked_at = 0;
        while let Some(thunk) = open.pop()
            && looked_at < MOST_PARTS
        {
            looked_at += 1;
            if candidate.state != DefState::Off {
                match ev.with_budget(OPTION_BUDGET, |ev| ev.force(thunk)) {
                    Ok(Value::List(list)) => open.extend(&list.items),
                    Ok(Value::Attrs(set)) if set.known("outPath").is_none() => {
                        open.extend(set.entries.iter().map(|(_, attr)| attr.value));
                    }
                    _ => {}
                }
            }
            keys.extend(ev.reads_of(thunk));
        }
        keys.sort_unstable();
        keys.dedup();
        keys.into_iter().filter_map(|key| self.read(NodeId(key))).collect()
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
