//! Definitions in the model: where they stand, what became of them, and what they read.

use super::{Builder, OPTION_BUDGET, origin_span, span};
use crate::eval::show::attr_name;
use crate::eval::{self, Eval, Met, ThunkId, Value};
use crate::nixos::definitions::{Candidate, DefState, Property, priority};
use crate::nixos::model::*;
use crate::nixos::system::{Merged, ModuleOrigin, NodeId, show_loc};
use crate::nixos::types::Type;
use crate::syntax::hir::Name;
use rustc_hash::FxHashSet;

/// How many parts of a definition are looked at.
const MOST_PARTS: usize = 500;

impl Builder<'_> {
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
        let of_nixos = self.definition_of_nixos(ev, node, candidate);
        // What NixOS' own modules ask and read is nothing that the configuration does.
        let conditions: &[_] = if of_nixos.is_some() { &[] } else { &candidate.conditions };
        let conditions = conditions.iter().map(|c| self.condition(ev, c.thunk, c.holds)).collect();
        DefinitionModel {
            place: candidate.definition.place.and_then(|p| place(ev, p)),
            priority: candidate.priority,
            order: candidate.order,
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
            reads: match candidate.state {
                _ if of_nixos.is_some() => Vec::new(),
                DefState::Off => self.reads_of(ev, candidate.value),
                _ => self.reads_of_all(ev, vec![candidate.value]),
            },
            misfits: Vec::new(),
            old_name: self.old_name(candidate.definition.by.as_deref()),
            of_nixos,
        }
    }

    /// The old name of an option, as it is told.
    fn old_name(&self, loc: Option<&[Name]>) -> Option<String> {
        loc.map(|loc| show_loc(self.inside(loc)))
    }

    /// A condition that was perhaps not asked yet: what it reads is known once it was.
    fn unsettled(&self, ev: &mut Eval<'_>, thunk: ThunkId) -> ConditionModel {
        let _evaluated = ev.with_budget(OPTION_BUDGET, |ev| ev.force(thunk));
        self.condition(ev, thunk, None)
    }

    fn condition(&self, ev: &mut Eval<'_>, thunk: ThunkId, holds: Option<bool>) -> ConditionModel {
        ConditionModel {
            span: origin_span(ev, thunk),
            guard: guard(ev, thunk),
            holds,
            reads: self.reads_of(ev, thunk),
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
                    takes: misfit.takes,
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
            .map(|d| {
                let properties: Vec<ThunkId> = d.outer.iter().map(Property::thunk).collect();
                let conditions = d.outer.iter().filter(|property| matches!(property, Property::If(_)));
                let conditions = conditions.map(Property::thunk).chain(inner_condition(ev, d.value));
                let conditions: Vec<ThunkId> = conditions.collect();
                DefinitionModel {
                    place: d.place.and_then(|p| place(ev, p)),
                    priority: priority::PLAIN,
                    order: priority::ORDER,
                    state: DefinitionState::Maybe,
                    origin: self.origin(ev, node, d.module),
                    value: None,
                    expression: origin_span(ev, d.value),
                    conditions: conditions.iter().map(|c| self.unsettled(ev, *c)).collect(),
                    reads: self.reads_of_all(ev, properties.into_iter().chain([d.value]).collect()),
                    misfits: Vec::new(),
                    old_name: self.old_name(d.by.as_deref()),
                    of_nixos: None,
                }
            })
            .collect()
    }

    pub(super) fn origin(&self, ev: &mut Eval<'_>, node: NodeId, module: u32) -> Origin {
        if module == u32::MAX {
            return Origin::Default;
        }
        match self.modules.module(ev, self.modules.scope_of(node), module) {
            Ok(Some(m)) if eval::sources::is_stand_in(&m.file) => Origin::System,
            Ok(Some(m)) => match m.origin {
                ModuleOrigin::System => Origin::System,
                ModuleOrigin::Inherited => Origin::Inherited,
                ModuleOrigin::Own => Origin::Own,
            },
            Ok(None) => Origin::Default,
            Err(_) => Origin::Own,
        }
    }

    fn reads_of(&self, ev: &mut Eval<'_>, thunk: ThunkId) -> Vec<Read> {
        ev.met_by(thunk).into_iter().filter_map(|met| self.met(ev, &met)).collect()
    }

    /// What was read to evaluate these, with what is in their lists and sets, and in what they hand to functions of nixpkgs.
    fn reads_of_all(&self, ev: &mut Eval<'_>, mut open: Vec<ThunkId>) -> Vec<Read> {
        let mut reads: Vec<Read> = Vec::new();
        let (mut looked_at, mut known) = (FxHashSet::default(), FxHashSet::default());
        while let Some(thunk) = open.pop()
            && looked_at.len() < MOST_PARTS
        {
            if !looked_at.insert(thunk) {
                continue;
            }
            match ev.with_budget(OPTION_BUDGET, |ev| ev.force(thunk)) {
                Ok(Value::List(list)) => open.extend(&list.items),
                Ok(Value::Attrs(set)) if set.known("outPath").is_none() => {
                    open.extend(set.entries.iter().map(|(_, attr)| attr.value));
                }
                _ => {}
            }
            for met in ev.met_by(thunk) {
                match met {
                    Met::Handed(argument) => open.push(argument),
                    met => {
                        reads.extend(self.met(ev, &met).filter(|read| known.insert(read.clone())));
                    }
                }
            }
        }
        reads
    }

    /// What was met as something read.
    fn met(&self, ev: &Eval<'_>, met: &Met) -> Option<Read> {
        match met {
            Met::Read(key) => self.read(NodeId(*key)),
            Met::Missed(missed) => {
                let option = self.read(NodeId(missed.of))?;
                let missing = Some((missed.asked, span(ev, missed.origin)));
                Some(Read {
                    option: format!("{}.{}", option.option, attr_name(&missed.name)),
                    missing,
                    ..option
                })
            }
            Met::Handed(_) => None,
        }
    }

    pub(super) fn read(&self, node: NodeId) -> Option<Read> {
        let mut scope = self.modules.scope_of(node);
        while !self.scopes.contains_key(&scope) {
            scope = self.modules.around(scope)?;
        }
        let scope = match self.scopes.get(&scope)? {
            of if *of == self.of => ReadScope::Own,
            None => ReadScope::Parent,
            Some(other) => ReadScope::Other(other.clone()),
        };
        Some(Read { scope, option: show_loc(&self.path(node)), missing: None })
    }
}

/// The condition of the `mkIf` that a value is.
fn inner_condition(ev: &mut Eval<'_>, value: ThunkId) -> Option<ThunkId> {
    let Ok(Value::Attrs(set)) = ev.force(value) else { return None };
    set.known("_type").and_then(|_| set.known("condition")).map(|attr| attr.value)
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
