//! `builtins.replaceStrings`.

use super::Builtin;
use crate::eval::coerce::TEXT_PER_STEP;
use crate::eval::heap::ThunkId;
use crate::eval::machine::Eval;
use crate::eval::value::*;
use std::rc::Rc;

pub(super) const TABLE: &[Builtin] =
    &[Builtin { name: "replaceStrings", arity: 3, kinds: Kinds::STRING, run: replace_strings }];

/// At each place the first pattern that fits is replaced, and the search goes on behind it. An empty pattern fits everywhere,
/// also at the end; the character behind it is kept.
fn replace_strings(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let from = ev.want_closed_list(args[0])?;
    let to = ev.want_closed_list(args[1])?;
    if from.items.len() != to.items.len() {
        return Err(Stop::fail("the first two arguments of `replaceStrings` are of different length"));
    }
    let mut patterns: Vec<Rc<str>> = Vec::with_capacity(from.items.len());
    for item in &from.items {
        patterns.push(ev.want_text(*item)?);
    }
    let text = ev.want_text(args[2])?;
    // Which patterns can begin with a byte, in their order.
    let mut starts: Vec<Vec<u32>> = vec![Vec::new(); 256];
    let empty = patterns.iter().position(|p| p.is_empty());
    for (i, pattern) in patterns.iter().enumerate() {
        if let Some(first) = pattern.as_bytes().first() {
            starts[usize::from(*first)].push(i as u32);
        }
    }
    let mut result: Vec<u8> = Vec::with_capacity(text.len());
    let mut stand_in = false;
    let bytes = text.as_bytes();
    let mut at = 0;
    let mut work = 0;
    while at <= bytes.len() {
        let candidates = bytes.get(at).map_or(&[][..], |b| &starts[usize::from(*b)]);
        let mut found = None;
        for candidate in candidates {
            let pattern = &patterns[*candidate as usize];
            work += 1 + pattern.len() as u64 / 8;
            if bytes[at..].starts_with(pattern.as_bytes()) {
                found = Some(*candidate as usize);
                break;
            }
        }
        let found = match (found, empty) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        let mut step = 1;
        let mut keep = true;
        if let Some(i) = found {
            // A replacement that is not used is not evaluated.
            let replacement = ev.want_str(to.items[i])?;
            work += 8 + replacement.text.len() as u64;
            result.extend_from_slice(replacement.text.as_bytes());
            stand_in |= replacement.stand_in;
            if !patterns[i].is_empty() {
                step = patterns[i].len();
                keep = false;
            }
        }
        if keep && let Some(byte) = bytes.get(at) {
            result.push(*byte);
        }
        at += step;
        work += 1;
        if work >= 64 * TEXT_PER_STEP {
            ev.charge(work / TEXT_PER_STEP)?;
            work = 0;
        }
    }
    ev.charge(work / TEXT_PER_STEP)?;
    match String::from_utf8(result) {
        Ok(text) => Ok(Value::Str(Str { text: text.into(), stand_in })),
        Err(_) => Err(Stop::unknown_kind("a string that cuts a character in two", Kinds::STRING)),
    }
}
