//! Guessing which string is not closed.
//!
//! One missing quote turns all text behind it inside out: what was code becomes string, and the last string
//! ends nowhere. The likeliest place is the one after which the rest of the text looks best.

use super::lexer::{Break, Lexed, lex as lex_with};
use super::token::{Kind, Token};

/// How many guesses are tried.
const MAX_GUESSES: usize = 24;

/// How many bytes of a string or line are looked at.
const MAX_LOOK: usize = 4 << 10;

/// How many tokens before a string are looked at.
const MAX_LOOK_BACK: usize = 100;

/// The largest text, in bytes, in which guesses are made.
const MAX_SIZE: usize = 1 << 20;

/// Reads `text`, ending unclosed strings and interpolations where they were most likely meant to end.
pub(super) fn lex(text: &str) -> Lexed {
    let lexed = lex_with(text, None);
    if !lexed.unclosed_string || text.len() > MAX_SIZE {
        return lexed;
    }
    let guesses = guesses(text, &lexed.tokens);
    let attempts = guesses.into_iter().map(|guess| lex_with(text, Some(guess)));
    let mut best = lexed;
    let mut best_score = score(text, &best);
    for attempt in attempts {
        let score = score(text, &attempt);
        if score < best_score {
            (best, best_score) = (attempt, score);
        }
    }
    best
}

/// Strings that may not be closed where they seem to be.
fn guesses(text: &str, tokens: &[Token]) -> Vec<Break> {
    let ends = string_ends(text, tokens);
    let suspicious = tokens.iter().enumerate().filter(|&(at, token)| is_suspicious(text, token, ends[at]));
    let mut guesses = Vec::new();
    for (at, token) in suspicious.take(MAX_GUESSES) {
        let open = token.start;
        let rest = &text[open as usize..];
        if token.kind == Kind::StringOpen {
            let is_in_line = |before: &&Token| !text[before.end as usize..open as usize].contains('\n');
            let in_line = tokens[..at].iter().rev().take(MAX_LOOK_BACK).take_while(is_in_line);
            let last = in_line
                .map(|before| before.kind)
                .find(|kind| matches!(kind, Kind::InterpolationOpen | Kind::InterpolationClose));
            if last == Some(Kind::InterpolationOpen) {
                guesses.push(Break::Interpolation(open));
            }
            let line = rest.lines().next().unwrap_or_default().trim_end();
            let line = line.strip_suffix([';', ',', ')', ']']).unwrap_or(line);
            guesses.push(Break::String { open, close: open + (line.len() as u32).max(1) });
        } else {
            let indent = indent_of_line(text, open as usize);
            let lines = rest.split_inclusive('\n');
            let inside = lines.enumerate().take_while(|&(at, line)| at == 0 || is_deeper(line, indent));
            let length: usize = inside.map(|(_, line)| line.len()).sum();
            let length = rest[..length].trim_end().len().max(2) as u32;
            guesses.push(Break::String { open, close: open + length });
        }
    }
    guesses.truncate(MAX_GUESSES);
    guesses
}

/// For each token that opens a string, where that ends.
fn string_ends(text: &str, tokens: &[Token]) -> Vec<usize> {
    let mut ends = vec![text.len(); tokens.len()];
    let mut open = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        match token.kind {
            Kind::StringOpen | Kind::IndentedOpen => open.push(at),
            Kind::StringClose | Kind::IndentedClose => {
                if let Some(start) = open.pop() {
                    ends[start] = token.end as usize;
                }
            }
            _ => {}
        }
    }
    ends
}

/// Whether a token opens a string as no one writes strings: over several lines, or, if it is an indented one, with
/// lines that are not indented.
fn is_suspicious(text: &str, token: &Token, end: usize) -> bool {
    let start = token.start as usize;
    let content = &text.as_bytes()[start..end.min(start + MAX_LOOK)];
    match token.kind {
        Kind::StringOpen => content.contains(&b'\n'),
        Kind::IndentedOpen => {
            let indent = indent_of_line(text, start);
            let mut lines = content.split(|&byte| byte == b'\n');
            // The first line stands behind the opening quotes, the last before the closing ones.
            lines.next();
            lines.next_back();
            lines.filter_map(|line| str::from_utf8(line).ok()).any(|line| !is_deeper(line, indent))
        }
        _ => false,
    }
}

/// Whether a line is indented deeper than that, or empty.
fn is_deeper(line: &str, indent: usize) -> bool {
    line.trim().is_empty() || line.len() - line.trim_start().len() > indent
}

fn indent_of_line(text: &str, at: usize) -> usize {
    let before = &text.as_bytes()[at.saturating_sub(MAX_LOOK)..at];
    let line = before.iter().rposition(|&byte| byte == b'\n').map_or(before, |end| &before[end + 1..]);
    line.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}

/// How bad the text looks: lower is better.
fn score(text: &str, lexed: &Lexed) -> usize {
    let mut open: Vec<Kind> = Vec::new();
    let mut score = lexed.errors.len() + 5 * usize::from(lexed.unclosed_string);
    let ends = string_ends(text, &lexed.tokens);
    for (token, end) in lexed.tokens.iter().zip(ends) {
        if let Some(closer) = token.kind.closer() {
            open.push(closer);
        } else if token.kind.is_closer() {
            if open.last() == Some(&token.kind) {
                open.pop();
            } else {
                score += 1;
            }
        }
        score += usize::from(is_suspicious(text, token, end));
    }
    score + open.len()
}
