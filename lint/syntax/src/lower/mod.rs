//! From a file's text to its lowered form.

mod attrs;
mod bindings;
mod expr;
mod globals;
mod literals;
mod params;
mod paths;
mod scope;
mod strings;
mod tree;

use super::hir::{Entry, EntryId, Expr, ExprId, File, Name, Shift, SyntaxError};
use super::parse::{self, Draft, Edit, Tree};
use attrs::Set;
use rowan::{GreenNodeData, TextRange, TextSize};
use scope::Scope;
use std::sync::Arc;
use tree::Node;

/// How deep expressions can be nested in each other in a lowered file: in any [`File`], no chain of
/// children is longer. What is nested deeper is [`Expr::Missing`], with an error.
pub const MAX_DEPTH: u32 = 5_000;

/// How many errors of a file are noted, the first ones.
const MAX_ERRORS: usize = 500;

/// How much stack an expression's lowering has at least, and how much more it is given when it has not.
const STACK: (usize, usize) = (128 << 10, 4 << 20);

/// Lowers a file's text. Never fails: what Nix cannot parse is noted in [`File::errors`], and what makes sense all
/// the same is lowered.
pub fn lower(text: &str) -> File {
    let parsed = parse::parse(text);
    file(text, &parsed.draft, parsed.tree.as_ref().and_then(Tree::root), &parsed.errors)
}

/// What is kept of a text that parses as it is, and of its lowered form, for when the text has been edited.
#[derive(Clone, Debug)]
pub struct Kept {
    pub(crate) parsed: parse::Kept,
    file: Arc<File>,
}

/// The same for a text that is edited again and again, with what was kept of it, and what is to be kept for the next time: only what
/// is around an edit is then parsed, and nothing is lowered if that is between tokens.
pub fn lower_edited(text: &Arc<str>, former: Option<Kept>) -> (Arc<File>, Option<Kept>) {
    if let Some(Kept { parsed, file: old }) = &former
        && let Some((parsed, edit)) = parsed.edited(text)
    {
        let file = Arc::new(match edit {
            Edit::BetweenTokens(shift) => moved(old, shift),
            Edit::OfTokens => file(text, &Draft::new(text), Some(parsed.tree()), &[]),
        });
        return (file.clone(), Some(Kept { parsed, file }));
    }
    let parsed = parse::parse(text);
    let file = Arc::new(file(text, &parsed.draft, parsed.tree.as_ref().and_then(Tree::root), &parsed.errors));
    let kept = parsed.kept(text).map(|parsed| Kept { parsed, file: file.clone() });
    (file, kept.or(former))
}

/// The lowered form of a text that parses as it is, when something was edited between two of its tokens.
fn moved(file: &File, shift: Shift) -> File {
    let range = |range: &TextRange| shift.range(*range);
    let entry = |entry: &Entry| Entry {
        kind: entry.kind,
        range: range(&entry.range),
        path: range(&entry.path),
        name: range(&entry.name),
        value: range(&entry.value),
    };
    let error = |SyntaxError { range: place, message }: &SyntaxError| SyntaxError {
        range: range(place),
        message: message.clone(),
    };
    File {
        exprs: file.exprs.clone(),
        ranges: file.ranges.iter().map(range).collect(),
        entries: file.entries.iter().map(entry).collect(),
        root: file.root,
        errors: file.errors.iter().map(error).collect(),
    }
}

/// The lowered form of a tree.
fn file(text: &str, draft: &Draft, tree: Option<&GreenNodeData>, more: &[SyntaxError]) -> File {
    let mut lowerer = Lowerer::new(draft);
    let root = match tree {
        Some(tree) => lowerer.root(Node::root(tree)),
        None => lowerer.missing(TextRange::empty(TextSize::of(text))),
    };
    let Lowerer { exprs, ranges, entries, errors, .. } = lowerer;
    let mut file = File { exprs: exprs.into(), ranges, entries, root, errors };
    if !draft.is_original() {
        map_ranges(&mut file, draft);
    }
    file.errors.extend_from_slice(more);
    // One error for each place: the first that was found tells best what is wrong.
    file.errors.sort_by_key(|error| error.range.start());
    file.errors.dedup_by_key(|error| error.range.start());
    file.errors.truncate(MAX_ERRORS);
    file
}

/// Replaces a draft's ranges by those of the file.
fn map_ranges(file: &mut File, draft: &Draft) {
    let map = |range: &mut TextRange| *range = draft.original_range(*range);
    file.ranges.iter_mut().for_each(map);
    for Entry { range, path, name, value, .. } in &mut file.entries {
        [range, path, name, value].into_iter().for_each(map);
    }
    for error in &mut file.errors {
        map(&mut error.range);
    }
}

/// What has been lowered so far, and where we are.
struct Lowerer<'t> {
    draft: &'t Draft<'t>,
    exprs: Vec<Expr>,
    ranges: Vec<TextRange>,
    entries: Vec<Entry>,
    errors: Vec<SyntaxError>,
    scope: Scope,
    /// The attribute sets that are being put together.
    sets: Vec<Set<'t>>,
    /// In how many expressions we are.
    depth: u32,
}

impl<'t> Lowerer<'t> {
    fn new(draft: &'t Draft<'t>) -> Self {
        Lowerer {
            draft,
            exprs: Vec::new(),
            ranges: Vec::new(),
            entries: Vec::new(),
            errors: Vec::new(),
            scope: Scope::default(),
            sets: Vec::new(),
            depth: 0,
        }
    }

    fn push(&mut self, expr: Expr, range: TextRange) -> ExprId {
        let id = ExprId(self.exprs.len() as u32);
        self.exprs.push(expr);
        self.ranges.push(range);
        id
    }

    fn push_entry(&mut self, entry: Entry) -> EntryId {
        let id = EntryId(self.entries.len() as u32);
        self.entries.push(entry);
        id
    }

    fn missing(&mut self, range: TextRange) -> ExprId {
        self.push(Expr::Missing, range)
    }

    fn error(&mut self, range: TextRange, message: impl Into<String>) {
        self.errors.push(SyntaxError { range, message: message.into() });
    }

    /// A variable, as it is seen from here.
    fn variable(&mut self, name: Name, range: TextRange) -> ExprId {
        let expr = self.scope.resolve(name);
        self.push(expr, range)
    }

    /// Whether a token was put in for something that is missing.
    fn is_placeholder(&self, range: TextRange) -> bool {
        self.draft.is_inserted(range.start())
    }

    /// Calls `lower` one level deeper, with enough stack. `None`, and an error, if that is too deep.
    fn deeper<T>(&mut self, range: TextRange, lower: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.depth >= MAX_DEPTH {
            // Once is enough: everything around is as deep.
            const MESSAGE: &str = "nested too deeply";
            if self.errors.last().is_none_or(|error| error.message != MESSAGE) {
                self.error(TextRange::empty(range.start()), MESSAGE);
            }
            return None;
        }
        self.depth += 1;
        let result = stacker::maybe_grow(STACK.0, STACK.1, || lower(self));
        self.depth -= 1;
        Some(result)
    }
}
