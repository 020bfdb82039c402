//! Values that must be equal, are joined or combined: what merges without looking into it.

use crate::eval::{Attrs, Eval, Kinds, Res, Stop, Str, Value};
use crate::nixos::definitions::Candidate;
use crate::nixos::system::{ModuleSystem, NodeId};

impl ModuleSystem {
    /// Definitions that must all be equal.
    pub(super) fn merge_equal(&self, ev: &mut Eval<'_>, id: NodeId, defs: &[Candidate]) -> Res {
        let first = ev.force(defs[0].value);
        if defs.len() == 1 {
            return first;
        }
        if let Err(stop @ Stop::Error(_)) = first {
            return Err(stop);
        }
        let mut unknown = None;
        for (i, a) in defs.iter().enumerate() {
            // Against every later one, so that a contradiction shows also where the first is not known.
            for b in &defs[i + 1..] {
                let (l, r) = (ev.force(a.value), ev.force(b.value));
                match ev.equal_results(l, r) {
                    Ok(true) => {}
                    Ok(false) => return Err(self.contradiction(id)),
                    Err(stop @ Stop::Unknown(_)) => unknown = Some(stop),
                    Err(stop) => return Err(stop),
                }
            }
        }
        match (unknown, first) {
            (None, first) => first,
            (Some(_), Err(stop)) => Err(stop),
            (Some(stop), Ok(value)) => Err(stop.yielding(value.kinds())),
        }
    }

    fn contradiction(&self, id: NodeId) -> Stop {
        self.conflict(id, |option| format!("The option `{option}' has conflicting definition values"))
    }
}

/// `types.boolByOr`: true if any definition is.
pub(super) fn any_is_true(ev: &mut Eval<'_>, defs: &[Candidate]) -> Res {
    let mut unknown = None;
    for def in defs {
        match ev.force(def.value) {
            Ok(Value::Bool(true)) => return Ok(Value::Bool(true)),
            Err(stop @ Stop::Unknown(_)) => unknown = Some(stop),
            Err(stop) => return Err(stop),
            Ok(_) => {}
        }
    }
    unknown.map_or(Ok(Value::Bool(false)), Err)
}

/// `types.separatedString`: all definitions, with `separator` between them.
pub(super) fn joined(ev: &mut Eval<'_>, separator: &str, defs: &[Candidate]) -> Res {
    let mut text = String::new();
    let mut stand_in = false;
    for (i, def) in defs.iter().enumerate() {
        let Value::Str(s) = ev.force(def.value).map_err(|s| s.yielding(Kinds::STRING))? else {
            return Err(Stop::unknown_kind("a definition is not a known string", Kinds::STRING));
        };
        if i > 0 {
            text.push_str(separator);
        }
        text.push_str(&s.text);
        stand_in |= s.stand_in;
    }
    Ok(Value::Str(Str { text: text.into(), stand_in }))
}

/// `types.attrs`: the attributes of all definitions, of equal names those of the last.
pub(super) fn shallow(ev: &mut Eval<'_>, defs: &[Candidate]) -> Res {
    let mut value = Value::Attrs(Attrs::empty());
    for def in defs {
        let next = ev.force(def.value);
        value = ev.update(Ok(value), next)?;
    }
    Ok(value)
}
