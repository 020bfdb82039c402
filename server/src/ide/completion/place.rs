//! Where in a text something is being written.

use crate::ide::tree::is_of_name;
use crate::ide::view::{OptionAt, View};
use rowan::{TextRange, TextSize};
use speclint_lint::syntax::hir::{EntryId, Expr, ExprId, Name};

/// Functions that a value may stand behind without being another one.
const TRANSPARENT: [&str; 2] = ["mkDefault", "mkForce"];

/// Where something is being written.
pub(super) enum Place<'t> {
    /// In a comment: where its line starts, and what stands before the cursor.
    Comment { line: usize, before: &'t str },
    /// The name of an attribute.
    Name(NamePlace),
    /// The name of what is read.
    Read(ReadPlace),
    /// A value.
    Value(ValuePlace),
}

/// The name of an attribute that is being written.
pub(super) struct NamePlace {
    /// What the names before it lead to.
    pub(super) places: Vec<OptionAt>,
    /// What is written of it.
    pub(super) word: TextRange,
    /// Whether nothing stands behind it in its line, so that a value is to follow.
    pub(super) is_alone: bool,
}

/// A name that is selected from something.
pub(super) struct ReadPlace {
    /// What the expression and the names before it lead to.
    pub(super) places: Vec<OptionAt>,
    /// What is written of it.
    pub(super) word: TextRange,
}

/// A value that is being written.
pub(super) struct ValuePlace {
    /// The options that it is one of.
    pub(super) places: Vec<OptionAt>,
    /// What is written of it.
    pub(super) word: TextRange,
    /// Whether it is the whole value, and not an element or a part of it.
    pub(super) is_whole: bool,
    /// Whether it stands in quotation marks already.
    pub(super) in_string: bool,
    /// Whether it is an element of a list.
    pub(super) in_list: bool,
    /// Whether `lib.` stands before it.
    pub(super) of_lib: bool,
}

/// Where in a file something is being written at an offset.
pub(super) fn place<'t>(view: &'t View<'_>, offset: TextSize) -> Option<Place<'t>> {
    let text = &*view.text;
    let at = usize::from(offset);
    let before = text.get(..at)?;
    let line = before.rfind('\n').map_or(0, |at| at + 1);
    if let Some(string) = string_at(view, offset) {
        return in_string(view, offset, string);
    }
    if comment_start(&before[line..]).is_some() {
        return Some(Place::Comment { line, before: &before[line..] });
    }
    let (names, start) = names_before(before);
    let word = TextRange::new(TextSize::new((at - word_before(before).len()) as u32), offset);
    let rest = code_before(&before[..start]);
    match rest.chars().next_back() {
        Some('{' | ';') => {
            let set = set_around(view, TextSize::new(start as u32))?;
            let places = below(view, view.places_of(set), &names);
            let line_end = text[at..].find('\n').map_or(text.len(), |end| at + end);
            let behind = text[at..line_end].trim();
            let is_alone = behind.is_empty() || behind == "}";
            Some(Place::Name(NamePlace { places, word, is_alone }))
        }
        _ => {
            let of_lib = names.last().is_some_and(|name| name == "lib");
            if !names.is_empty() && !of_lib {
                return read(view, &names, start, word).map(Place::Read);
            }
            value(view, rest, word, of_lib).map(Place::Value)
        }
    }
}

/// A read whose first name starts there.
fn read(view: &View<'_>, names: &[Name], start: usize, word: TextRange) -> Option<ReadPlace> {
    let first = TextRange::at(TextSize::new(start as u32), TextSize::of(names.first()?.as_str()));
    let at = view.tree.file.ranges.iter().position(|range| *range == first)?;
    let reading = view.tree.reading(ExprId(at as u32))?;
    let path: Vec<_> = names[1..].iter().cloned().map(speclint_lint::syntax::hir::AttrName::Static).collect();
    let places = crate::ide::target::places_of(view, &reading.below(&path)?);
    Some(ReadPlace { places, word })
}

/// A value before which a text ends.
fn value(view: &View<'_>, mut before: &str, word: TextRange, of_lib: bool) -> Option<ValuePlace> {
    let mut is_whole = true;
    loop {
        let stripped = TRANSPARENT.iter().find_map(|name| before.strip_suffix(name));
        let Some(rest) = stripped else { break };
        is_whole = false;
        before = code_before(rest.strip_suffix("lib.").unwrap_or(rest)).trim_end_matches('(');
        before = code_before(before);
    }
    if let Some(binding) = before.strip_suffix('=').filter(|rest| !rest.ends_with(['=', '!', '<', '>'])) {
        let end = TextSize::of(code_before(binding));
        let mut entries = view.tree.file.entries.iter().enumerate();
        let (number, entry) = entries.rfind(|(_, entry)| entry.path.end() == end)?;
        let names = crate::ide::tree::names_in(
            &view.text[..entry.path.end().into()],
            entry.path.start().into(),
            usize::MAX,
        );
        let places = view.places_of_name(EntryId(number as u32), names.len().checked_sub(1)?, names.len());
        return Some(ValuePlace { places, word, is_whole, in_string: false, in_list: false, of_lib });
    }
    let at = TextSize::of(before);
    let in_list = matches!(view.tree.expr_at(at).map(|id| view.tree.file.expr(id)), Some(Expr::List(_)));
    let places = in_list.then(|| places_around(view, at)).flatten()?;
    Some(ValuePlace { places, word, is_whole: false, in_string: false, in_list, of_lib })
}

/// The options whose value something at an offset is part of.
fn places_around(view: &View<'_>, offset: TextSize) -> Option<Vec<OptionAt>> {
    let expr = view.tree.expr_at(offset)?;
    let steps = view.tree.steps_around(expr);
    let step = steps.steps.last()?;
    let entry = view.tree.file.entry(step.entry);
    let names = crate::ide::tree::names_in(
        &view.text[..entry.path.end().into()],
        entry.path.start().into(),
        usize::MAX,
    );
    Some(view.places_of_name(step.entry, names.len().checked_sub(1)?, names.len()))
}

/// The string in which an offset lies, and its range.
fn string_at(view: &View<'_>, offset: TextSize) -> Option<ExprId> {
    let expr = view.tree.expr_at(offset)?;
    let range = view.tree.file.range(expr);
    let is_string = matches!(view.tree.file.expr(expr), Expr::Text(_) | Expr::Str(_));
    let is_inside = range.start() < offset && (offset < range.end() || is_open(view.text_of(range)));
    (is_string && is_inside).then_some(expr)
}

/// Whether a string is not closed.
fn is_open(text: &str) -> bool {
    text.len() < 2 || !text.ends_with('"')
}

fn in_string<'t>(view: &View<'_>, offset: TextSize, string: ExprId) -> Option<Place<'t>> {
    let range = view.tree.file.range(string);
    let content = view.text_of(range).strip_prefix('"')?;
    let start = range.start() + TextSize::of('"');
    let end = match is_open(view.text_of(range)) {
        true => offset,
        false => start + TextSize::of(content) - TextSize::of('"'),
    };
    let places = places_around(view, range.start())?;
    let in_list = view
        .tree
        .outward(string)
        .nth(1)
        .is_some_and(|above| matches!(view.tree.file.expr(above), Expr::List(_)));
    let word = TextRange::new(start, end.max(start));
    if view.text_of(word).contains('\n') {
        return None;
    }
    let value = ValuePlace { places, word, is_whole: false, in_string: true, in_list, of_lib: false };
    Some(Place::Value(value))
}

/// Where a comment starts in a line, if one does.
fn comment_start(line: &str) -> Option<usize> {
    let is_start = |at: &usize| line[..*at].matches('"').count().is_multiple_of(2);
    line.match_indices('#').map(|(at, _)| at).find(is_start)
}

/// A text without the white space and comments at its end.
fn code_before(text: &str) -> &str {
    let mut text = text.trim_end();
    loop {
        if let Some(comment) = text.strip_suffix("*/")
            && let Some(start) = comment.rfind("/*")
        {
            text = text[..start].trim_end();
            continue;
        }
        let line = text.rfind('\n').map_or(0, |at| at + 1);
        match comment_start(&text[line..]) {
            Some(start) => text = text[..line + start].trim_end(),
            None => return text,
        }
    }
}

/// What is written of a name that ends with a text.
fn word_before(text: &str) -> &str {
    let start = text
        .rfind(|c: char| !is_of_name(c))
        .map_or(0, |at| at + text[at..].chars().next().map_or(1, char::len_utf8));
    &text[start..]
}

/// The names before the word that a text ends with, each followed by a dot, and where the first of all starts.
fn names_before(text: &str) -> (Vec<Name>, usize) {
    let mut names = Vec::new();
    let mut start = text.len() - word_before(text).len();
    while let Some(rest) = text[..start].strip_suffix('.') {
        let name = match rest.strip_suffix('"') {
            Some(inner) => match inner.rfind('"') {
                Some(open) => &rest[open..],
                None => break,
            },
            None => word_before(rest),
        };
        if name.is_empty() {
            break;
        }
        names.push(Name::new(name.trim_matches('"')));
        start = rest.len() - name.len();
    }
    names.reverse();
    (names, start)
}

/// The innermost set that is written around an offset.
fn set_around(view: &View<'_>, offset: TextSize) -> Option<ExprId> {
    let file = &view.tree.file;
    let is_around = |id: &usize| {
        let range = file.ranges[*id];
        let is_written = || {
            let text = view.text_of(range);
            text.starts_with('{') || text.starts_with("rec")
        };
        matches!(file.exprs[*id], Expr::Attrs { .. })
            && range.start() < offset
            && offset <= range.end()
            && is_written()
    };
    let sets = (0..file.exprs.len()).filter(is_around);
    sets.min_by_key(|id| file.ranges[*id].len()).map(|id| ExprId(id as u32))
}

/// The places that names lead to from others.
fn below(view: &View<'_>, places: Vec<OptionAt>, names: &[Name]) -> Vec<OptionAt> {
    let mut places: Vec<OptionAt> = places.iter().map(|place| view.below(place, names)).collect();
    places.sort();
    places.dedup();
    places
}
