//! `builtins.match` and `builtins.split`.
//!
//! Nix' C++ library tries alternatives in order and keeps the longest match that it comes by; of equally long ones the first.
//! For a whole match, and where the first match is also the longest, that is what the engine here does as well. Where they
//! differ and the expression repeats something, the library may miss the longest: then the result is unknown.

use super::Builtin;
use super::posix::{self, Bad, Translated};
use crate::eval::coerce::TEXT_PER_STEP;
use crate::eval::heap::ThunkId;
use crate::eval::machine::Eval;
use crate::eval::value::*;
use regex_automata::hybrid::dfa;
use regex_automata::util::captures::Captures;
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input, MatchKind, meta};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

pub(super) const TABLE: &[Builtin] = &[
    Builtin { name: "match", arity: 2, kinds: Kinds(Kinds::NULL.0 | Kinds::LIST.0), run: match_ },
    Builtin { name: "split", arity: 2, kinds: Kinds::LIST, run: split },
];

/// Upper limit for an expression's automata, in bytes each.
const SIZE_LIMIT: usize = 4 << 20;
/// How many expressions a thread remembers.
const REMEMBERED: usize = 64;

/// An expression, ready for use.
struct Regex {
    source: Translated,
    /// The expression up to the end of the text.
    whole: meta::Regex,
    /// The expression, for searching; made when it is first needed.
    search: RefCell<Option<Search>>,
}

/// What finds the end of a match from its start.
struct Search {
    first: (dfa::DFA, dfa::Cache),
    longest: (dfa::DFA, dfa::Cache),
}

/// Something about the engine that is not the expression's fault, such as its size.
fn too_large() -> Stop {
    Stop::unknown("the regular expression is not understood")
}

/// Where it is not the expression that says what matches.
fn library() -> Stop {
    Stop::unknown("what the regular expression matches depends on Nix' library")
}

fn dfa(pattern: &str, kind: MatchKind) -> Res<(dfa::DFA, dfa::Cache)> {
    let config = dfa::Config::new().match_kind(kind).skip_cache_capacity_check(true).cache_capacity(1 << 18);
    let thompson = regex_automata::nfa::thompson::Config::new().nfa_size_limit(Some(SIZE_LIMIT)).utf8(false);
    let dfa = dfa::DFA::builder()
        .configure(config)
        .syntax(syntax_config())
        .thompson(thompson)
        .build(pattern)
        .map_err(|_| too_large())?;
    let cache = dfa.create_cache();
    Ok((dfa, cache))
}

fn syntax_config() -> syntax::Config {
    syntax::Config::new().unicode(false).utf8(false)
}

/// The end of the match that begins at `start`, and how many bytes were looked at.
fn end(engine: &mut (dfa::DFA, dfa::Cache), text: &[u8], start: usize) -> Res<(Option<usize>, usize)> {
    let (dfa, cache) = engine;
    let input = Input::new(text).range(start..).anchored(Anchored::Yes);
    let mut state = dfa.start_state_forward(cache, &input).map_err(|_| too_large())?;
    let mut found = None;
    for (i, byte) in text.iter().enumerate().skip(start) {
        state = dfa.next_state(cache, state, *byte).map_err(|_| too_large())?;
        // A match is seen one byte late.
        if state.is_match() {
            found = Some(i);
        } else if state.is_dead() {
            return Ok((found, i - start));
        }
    }
    state = dfa.next_eoi_state(cache, state).map_err(|_| too_large())?;
    if state.is_match() {
        found = Some(text.len());
    }
    Ok((found, text.len() - start))
}

impl Regex {
    fn new(pattern: &str) -> Result<Regex, Bad> {
        let source = posix::translate(pattern)?;
        let config = meta::Config::new()
            .nfa_size_limit(Some(SIZE_LIMIT))
            .hybrid_cache_capacity(1 << 18)
            .onepass_size_limit(Some(1 << 18))
            .utf8_empty(false);
        let whole = meta::Regex::builder()
            .configure(config)
            .syntax(syntax_config())
            .build(&format!("(?:{})\\z", source.text))
            .map_err(|_| Bad::Unclear)?;
        Ok(Regex { source, whole, search: RefCell::new(None) })
    }

    /// Takes steps for looking at so many bytes with the slower engine.
    fn charge(&self, ev: &mut Eval<'_>, bytes: usize) -> Res<()> {
        let work = bytes.saturating_mul(1 + self.source.weight / 8);
        ev.charge(1 + work as u64 / TEXT_PER_STEP)
    }

    /// The match that begins at `start` and ends with the text.
    fn captures(&self, ev: &mut Eval<'_>, text: &[u8], start: usize) -> Res<Option<Captures>> {
        self.charge(ev, text.len() - start)?;
        let mut captures = self.whole.create_captures();
        self.whole.search_captures(&Input::new(text).range(start..).anchored(Anchored::Yes), &mut captures);
        Ok(captures.is_match().then_some(captures))
    }

    /// The first match at or behind `start`: where it begins and ends.
    fn find(&self, ev: &mut Eval<'_>, text: &[u8], start: usize) -> Res<Option<(usize, usize)>> {
        let mut search = self.search.borrow_mut();
        if search.is_none() {
            let first = dfa(&self.source.text, MatchKind::LeftmostFirst)?;
            let longest = dfa(&self.source.text, MatchKind::All)?;
            *search = Some(Search { first, longest });
        }
        let Some(search) = search.as_mut() else { return Ok(None) };
        let mut seen = 0;
        for at in start..=text.len() {
            let (longest, bytes) = end(&mut search.longest, text, at)?;
            seen += 1 + bytes;
            if seen >= 1 << 12 {
                ev.charge_text(seen)?;
                seen = 0;
            }
            let Some(longest) = longest else { continue };
            ev.charge_text(seen)?;
            if self.source.repeats && end(&mut search.first, text, at)?.0 != Some(longest) {
                return Err(library());
            }
            return Ok(Some((at, longest)));
        }
        ev.charge_text(seen)?;
        Ok(None)
    }
}

/// What became of each expression.
type Made = HashMap<Rc<str>, Result<Rc<Regex>, Bad>>;

/// The expression `pattern`, made only once.
fn compiled(ev: &mut Eval<'_>, pattern: &Rc<str>) -> Res<Rc<Regex>> {
    thread_local! {
        static MADE: RefCell<Made> = RefCell::default();
    }
    ev.charge(1 + pattern.len() as u64 / 4)?;
    let made = MADE.with_borrow(|made| made.get(pattern).cloned());
    let regex = made.unwrap_or_else(|| {
        let regex = Regex::new(pattern).map(Rc::new);
        MADE.with_borrow_mut(|made| {
            if made.len() >= REMEMBERED {
                made.clear();
            }
            made.insert(pattern.clone(), regex.clone());
        });
        regex
    });
    regex.map_err(|bad| match bad {
        Bad::Invalid => Stop::fail(format!("invalid regular expression '{pattern}'")),
        Bad::Unclear => too_large(),
    })
}

/// A part of the text as a string.
fn part(ev: &mut Eval<'_>, text: &[u8], range: std::ops::Range<usize>) -> ThunkId {
    match std::str::from_utf8(&text[range]) {
        Ok(part) => ev.ready(Value::str(part)),
        Err(_) => {
            ev.stopped(Stop::unknown_kind("a part of a string that cuts a character in two", Kinds::STRING))
        }
    }
}

/// What each group matched: a string, or null.
fn groups(ev: &mut Eval<'_>, text: &[u8], regex: &Regex, captures: &Captures) -> Res {
    ev.charge(1 + regex.source.groups as u64)?;
    let mut items = Vec::with_capacity(regex.source.groups);
    for i in 1..=regex.source.groups {
        let item = match captures.get_group(i) {
            _ if regex.source.unclear_groups => ev.stopped(library()),
            Some(span) => part(ev, text, span.start..span.end),
            None => ev.ready(Value::Null),
        };
        items.push(item);
    }
    Ok(Value::list(items))
}

fn match_(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let pattern = ev.want_text(args[0])?;
    let text = ev.want_text(args[1])?;
    let regex = compiled(ev, &pattern)?;
    match regex.captures(ev, text.as_bytes(), 0)? {
        Some(captures) => groups(ev, text.as_bytes(), &regex, &captures),
        None => Ok(Value::Null),
    }
}

fn split(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let pattern = ev.want_text(args[0])?;
    let text = ev.want_text(args[1])?;
    let regex = compiled(ev, &pattern)?;
    let bytes = text.as_bytes();
    let mut items = Vec::new();
    // Behind the last match, and where the next search begins.
    let (mut behind, mut at) = (0, 0);
    while at <= bytes.len()
        && let Some((start, end)) = regex.find(ev, bytes, at)?
    {
        ev.charge(2)?;
        items.push(part(ev, bytes, behind..start));
        let list = if regex.source.groups == 0 {
            Value::list(Vec::new())
        } else {
            // The groups of the match that ends just there.
            let Some(captures) = regex.captures(ev, &bytes[..end], start)? else { return Err(too_large()) };
            groups(ev, bytes, &regex, &captures)?
        };
        items.push(ev.ready(list));
        behind = end;
        // A match of nothing is not found twice at the same place.
        at = if end == start { end + 1 } else { end };
    }
    items.push(part(ev, bytes, behind..bytes.len()));
    Ok(Value::list(items))
}
