//! In comments that suppress findings: their words, and the names of rules.

use super::{Completion, CompletionKind, goes_with};
use crate::ide::view::View;
use rowan::{TextRange, TextSize};
use speclint_lint::rules;

/// What such a comment starts with.
const MARK: &str = "speclint:";

/// The words that may follow, and what they ask for.
const WORDS: [(&str, &str); 4] = [
    ("ignore", "report nothing of this line, or of the binding below"),
    ("ignore-file", "report nothing of this file"),
    ("off", "report nothing from here on"),
    ("on", "report everything again"),
];

pub(super) fn completions(view: &View<'_>, line: usize, before: &str, offset: TextSize) -> Vec<Completion> {
    let Some(mark) = before.rfind(MARK) else { return Vec::new() };
    let said = &before[mark + MARK.len()..];
    let size = |at: usize| TextSize::new((line + at) as u32);
    let since = |start: usize| TextRange::new(size(start), offset);
    match said.rfind('[') {
        Some(open) if !said[open..].contains(']') => {
            let list = &said[open + 1..];
            let start = list.rfind(|c: char| c == ',' || c.is_whitespace()).map_or(0, |at| at + 1);
            let word = &list[start..];
            let replaces = since(before.len() - word.len());
            let named = names_of_line(view, line);
            let rules = rules::ALL.iter().filter(|rule| goes_with(rule.name, word));
            let others = rules.filter(|rule| rule.name == word || !named.contains(&rule.name));
            others
                .map(|rule| Completion {
                    label: rule.name.to_owned(),
                    detail: Some(format!("{}: {}", rule.severity.name(), rule.summary)),
                    documentation: Some(rule.documentation.to_owned()),
                    kind: CompletionKind::Rule,
                    replaces,
                    text: rule.name.to_owned(),
                    snippet: None,
                    rank: 0,
                })
                .collect()
        }
        Some(_) => Vec::new(),
        None => {
            let word = said.trim_start();
            if word.contains(char::is_whitespace) {
                return Vec::new();
            }
            let replaces = since(before.len() - word.len());
            let words = WORDS.iter().filter(|(name, _)| name.starts_with(word));
            words
                .map(|(name, what)| Completion {
                    label: (*name).to_owned(),
                    detail: Some((*what).to_owned()),
                    documentation: None,
                    kind: CompletionKind::Word,
                    replaces,
                    text: (*name).to_owned(),
                    snippet: Some(format!("{name}[$0]")),
                    rank: 0,
                })
                .collect()
        }
    }
}

/// The words in the brackets of a line.
fn names_of_line<'v>(view: &'v View<'_>, line: usize) -> Vec<&'v str> {
    let text = view.text[line..].lines().next().unwrap_or_default();
    text.split(|c: char| c == ',' || c == '[' || c == ']' || c.is_whitespace()).collect()
}
