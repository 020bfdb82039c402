//! Definitions of which it is not known whether they are made.

use crate::eval::{Eval, Res, Stop, Unknown};
use crate::nixos::definitions::{Candidate, DefState};
use crate::nixos::system::{Merged, ModuleSystem, NodeId};
use crate::nixos::types::Type;
use std::rc::Rc;

/// How many definitions of which it is not known whether they are made are tried with and without.
const MAX_MAYBE: usize = 3;

impl ModuleSystem {
    /// The value if it is the same with and without each definition that is not certain.
    pub(super) fn either_way(
        &self,
        ev: &mut Eval<'_>,
        id: NodeId,
        ty: &Type,
        merged: &Merged,
        why: Rc<Unknown>,
    ) -> Res {
        let maybe: Vec<usize> =
            (0..merged.candidates.len()).filter(|i| merged.candidates[*i].state == DefState::Maybe).collect();
        let unknown = || Err(Stop::unknown_kind(why.reason.clone(), ty.kinds()));
        if maybe.len() > MAX_MAYBE || ty.is_nested() {
            return unknown();
        }
        let mut result: Option<(Res, Option<serde_json::Value>)> = None;
        for made in 0..1u32 << maybe.len() {
            let in_play: Vec<&Candidate> = merged
                .candidates
                .iter()
                .enumerate()
                .filter(|(i, c)| match maybe.iter().position(|m| m == i) {
                    Some(bit) => made >> bit & 1 == 1,
                    None => c.state == DefState::Wins,
                })
                .map(|(_, c)| c)
                .collect();
            let best = in_play.iter().map(|c| c.priority).min();
            let winners: Vec<Candidate> =
                in_play.into_iter().filter(|c| Some(c.priority) == best).cloned().collect();
            let value =
                if winners.is_empty() { self.empty(ev, id, ty) } else { self.merge(ev, id, ty, &winners) };
            let json = match &value {
                Ok(value) => ev.to_json(value).ok(),
                Err(_) => None,
            };
            let agrees = match (&result, &value) {
                (None, _) => true,
                (Some((Ok(_), Some(first))), Ok(_)) => json.as_ref() == Some(first),
                (Some((Err(Stop::Error(_)), _)), Err(Stop::Error(_))) => true,
                _ => false,
            };
            if !agrees || (value.is_ok() && json.is_none()) {
                return unknown();
            }
            result = Some((value, json));
        }
        result.map_or_else(unknown, |(value, _)| value)
    }
}
