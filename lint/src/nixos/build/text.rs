//! What evaluations and definitions are in the text, and how types merge, in the model's terms.

use crate::eval::{self, Error, Eval, Stop, ThunkId};
use crate::nixos::guards;
use crate::nixos::model::*;
use crate::nixos::types::Type;
use std::rc::Rc;

/// What an evaluation that stopped means for an option.
pub(super) fn prediction_of(ev: &Eval<'_>, stop: &Stop) -> Prediction {
    match stop {
        Stop::Unknown(why) => Prediction::Unknown(why.reason.to_string()),
        Stop::Error(e) => match &**e {
            Error::Conflict { option, message } => {
                Prediction::Conflict { option: option.clone(), message: message.clone() }
            }
            Error::Recursion(chain) => Prediction::Recursion(chain.iter().map(|o| span(ev, *o)).collect()),
            Error::Throw(m) | Error::Fail(m) => Prediction::Refused(m.clone()),
        },
    }
}

pub(super) fn message(stop: &Stop) -> String {
    match stop {
        Stop::Unknown(why) => why.reason.to_string(),
        Stop::Error(e) => e.to_string(),
    }
}

pub(super) fn trouble(ev: &Eval<'_>, stop: &Stop) -> Trouble {
    let span = match stop {
        Stop::Error(e) => match &**e {
            Error::Recursion(chain) => chain.first().map(|o| span(ev, *o)),
            _ => None,
        },
        Stop::Unknown(_) => None,
    };
    Trouble { span, message: message(stop), refused: matches!(stop, Stop::Error(_)) }
}

pub(super) fn span(ev: &Eval<'_>, origin: eval::Origin) -> Span {
    let unit: &Rc<eval::Unit> = &ev.units()[origin.unit as usize];
    Span { file: origin.unit, range: unit.file.range(origin.expr) }
}

pub(super) fn origin_span(ev: &Eval<'_>, thunk: ThunkId) -> Option<Span> {
    ev.origin(thunk).map(|o| span(ev, o))
}

/// What a condition asks about specialisations.
pub(super) fn guard(ev: &Eval<'_>, thunk: ThunkId) -> Option<(Guard, Span)> {
    let origin = ev.origin(thunk)?;
    let (guard, expr) = guards::find(&ev.units()[origin.unit as usize].file, origin.expr)?;
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

pub(super) fn merging(ty: &Type) -> Merging {
    match ty {
        Type::Bool
        | Type::Int { .. }
        | Type::Float
        | Type::Number { .. }
        | Type::Str(_)
        | Type::Path { .. }
        | Type::Enum(_) => Merging::Equal,
        Type::Package | Type::Raw | Type::Unique(_) => Merging::Single,
        Type::Separated(_)
        | Type::ListOf { .. }
        | Type::AttrsOf { .. }
        | Type::Attrs
        | Type::Submodule(_)
        | Type::BoolByOr
        | Type::FunctionTo(_)
        | Type::DeferredModule(_) => Merging::Combined,
        Type::NullOr(t) | Type::AddCheck(t, _) => merging(t),
        Type::CoercedTo { to, .. } => merging(to),
        Type::Either(a, b) if merging(a) == merging(b) => merging(a),
        _ => Merging::Unknown,
    }
}
