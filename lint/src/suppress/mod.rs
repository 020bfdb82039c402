//! Suppressions: comments that say what is not to be reported.
//!
//! `# speclint: ignore[rule, …] reason` at the end of a line is about what is found in that line: what is underlined starts or ends
//! there. On a line of its own it is about the binding below, the whole of it, or else about the element of a list or the line below.
//! `ignore-file` is about the whole file, and between `off` and `on` nothing is reported. Without brackets all rules are meant.

pub mod add;
mod directive;

pub use directive::{Directive, Flaw, Kind, Named};

use crate::findings::Location;
use crate::source::{ColumnUnit, LineIndex};
use crate::syntax::Comments;
use crate::syntax::hir::{self, Expr};
use rowan::{TextRange, TextSize};

/// The suppressions of a file.
#[derive(PartialEq, Eq, Debug)]
pub struct Suppressions {
    directives: Vec<(Directive, Extent)>,
    lines: LineIndex,
}

/// What a directive is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Extent {
    /// A line, from 0.
    Line(u32),
    /// What starts in a range.
    Range(TextRange),
    /// The whole file.
    File,
    /// What follows, until it is taken back.
    From,
    /// Nothing, but what came before ends here.
    End,
    /// Nothing.
    Nothing,
}

/// A part of the suppressions of a file: a directive, and which of the rules that it names, if it names any.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Part {
    /// Which of [`Suppressions::directives`].
    pub directive: usize,
    /// Which of [`Directive::rules`]; `None` if it is about all rules.
    pub rule: Option<usize>,
}

impl Suppressions {
    /// Whether a text may have any.
    pub fn may_be_in(text: &str) -> bool {
        text.contains(directive::MARK)
    }

    /// Those of a text, and its lowered form; `None` if it has none.
    pub fn of(text: &str, file: &hir::File) -> Option<Self> {
        let comments = Comments::of(text);
        let lines = LineIndex::new(text);
        let found = comments.lines.iter().flat_map(|comment| directive::directives(text, *comment));
        let with_extent = found.map(|directive| {
            let extent = extent(text, file, &comments, &lines, &directive);
            (directive, extent)
        });
        let directives: Vec<(Directive, Extent)> = with_extent.collect();
        (!directives.is_empty()).then_some(Suppressions { directives, lines })
    }

    /// What the comments say, in their order.
    pub fn directives(&self) -> impl Iterator<Item = &Directive> {
        self.directives.iter().map(|(directive, _)| directive)
    }

    /// What of them is about the findings of a rule at a place in the file.
    pub fn about(&self, rule: &str, location: &Location) -> Vec<Part> {
        let (start, end) = (TextSize::new(location.start), TextSize::new(location.end));
        let line = |offset: TextSize| self.lines.position(offset, ColumnUnit::Utf8).line;
        let (first, last) = (line(start), line(end));
        let mut off: Vec<Part> = Vec::new();
        let mut parts = Vec::new();
        for (index, (directive, extent)) in self.directives.iter().enumerate() {
            let Some(part) = part(index, directive, rule) else { continue };
            match extent {
                Extent::Line(line) if *line == first || *line == last => parts.push(part),
                Extent::Range(range) if range.contains(start) => parts.push(part),
                Extent::File => parts.push(part),
                Extent::From if directive.range.start() <= start => off.push(part),
                Extent::End if directive.range.start() <= start => off.clear(),
                _ => {}
            }
        }
        parts.extend(off);
        parts
    }

    /// What of each `on` ends something.
    pub fn ended(&self) -> Vec<Part> {
        let mut off: Vec<Option<&str>> = Vec::new();
        let mut ended = Vec::new();
        for (index, (directive, extent)) in self.directives.iter().enumerate() {
            let names = directive.rules.as_deref().map(|rules| rules.iter().map(|rule| rule.name.as_str()));
            match (extent, names) {
                (Extent::From, None) => off.push(None),
                (Extent::From, Some(names)) => off.extend(names.map(Some)),
                (Extent::End, None) => {
                    if !off.is_empty() {
                        ended.push(Part { directive: index, rule: None });
                    }
                    off.clear();
                }
                (Extent::End, Some(names)) => {
                    for (rule, name) in names.enumerate() {
                        if off.iter().any(|off| off.is_none_or(|off| off == name)) {
                            ended.push(Part { directive: index, rule: Some(rule) });
                        }
                        off.retain(|off| *off != Some(name));
                    }
                }
                _ => {}
            }
        }
        ended
    }
}

/// What of a directive is about a rule.
fn part(index: usize, directive: &Directive, rule: &str) -> Option<Part> {
    let Some(rules) = &directive.rules else { return Some(Part { directive: index, rule: None }) };
    let named = rules.iter().position(|named| named.name == rule)?;
    Some(Part { directive: index, rule: Some(named) })
}

fn extent(
    text: &str,
    file: &hir::File,
    comments: &Comments,
    lines: &LineIndex,
    directive: &Directive,
) -> Extent {
    match directive.kind {
        None => Extent::Nothing,
        Some(Kind::IgnoreFile) => Extent::File,
        Some(Kind::Off) => Extent::From,
        Some(Kind::On) => Extent::End,
        Some(Kind::Ignore) => {
            let line = |offset| lines.position(offset, ColumnUnit::Utf8).line;
            if !is_alone(text, directive.comment) {
                return Extent::Line(line(directive.comment.start()));
            }
            let Some(next) = comments.next_token(directive.comment.end()) else { return Extent::Nothing };
            match below(file, comments, next) {
                Some(end) => Extent::Range(TextRange::new(next, end)),
                None => Extent::Line(line(next)),
            }
        }
    }
}

/// Whether nothing stands before a comment in its line.
fn is_alone(text: &str, comment: TextRange) -> bool {
    let before = &text[..usize::from(comment.start())];
    let line = before.rsplit(['\n', '\r']).next().unwrap_or(before);
    line.trim_start_matches('\u{feff}').trim().is_empty()
}

/// Where the binding or the element of a list ends that starts with the token at this offset.
fn below(file: &hir::File, comments: &Comments, token: TextSize) -> Option<TextSize> {
    let bindings = file.entries.iter().map(|entry| entry.range).filter(|range| range.start() == token);
    if let Some(end) = bindings.map(TextRange::end).max() {
        return Some(end);
    }
    if let Some(end) = comments.inherit_end(token) {
        return Some(end);
    }
    // Parentheses are no expressions.
    let inner = comments.next_inner_token(token)?;
    let lists = file.exprs.iter().filter_map(|expr| match expr {
        Expr::List(elements) => Some(elements),
        _ => None,
    });
    let elements = lists.flatten().map(|element| file.range(*element));
    elements.filter(|range| range.start() == inner).map(TextRange::end).max()
}
