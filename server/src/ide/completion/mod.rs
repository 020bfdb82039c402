//! What may be written at a place. It works in a file that is half written: the tree is that of the mended text, and what is being
//! written is read from the text itself.

mod comments;
mod options;
mod place;
mod values;

use super::view::View;
use place::Place;
use rowan::{TextRange, TextSize};

/// How many completions are told at most.
const MOST: usize = 300;

/// Something that may be written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Completion {
    /// What it is called.
    pub label: String,
    /// What there is to say of it in a line.
    pub detail: Option<String>,
    /// What else there is to say of it, in Markdown.
    pub documentation: Option<String>,
    /// What it is.
    pub kind: CompletionKind,
    /// What it takes the place of.
    pub replaces: TextRange,
    /// What is written.
    pub text: String,
    /// The same for an editor that has snippets, where that is more; `$0` is where the cursor goes.
    pub snippet: Option<String>,
    /// Its place in the order: what is told first has the lowest.
    pub rank: u8,
}

/// What a completion is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum CompletionKind {
    /// An option.
    Option,
    /// A set of options.
    Set,
    /// A value.
    Value,
    /// A function of `lib`.
    Function,
    /// The name of a specialisation.
    Specialisation,
    /// The name of a rule.
    Rule,
    /// A word of a comment.
    Word,
}

/// What may be written at a place.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Completions {
    /// It, in order.
    pub items: Vec<Completion>,
    /// Whether there is more, so that it is to be asked again when more is written.
    pub incomplete: bool,
}

pub(super) fn completions(view: &View<'_>, offset: TextSize) -> Completions {
    let mut items = match place::place(view, offset) {
        Some(Place::Comment { line, before }) => comments::completions(view, line, before, offset),
        Some(Place::Name(name)) => options::of_name(view, &name),
        Some(Place::Read(read)) => options::of_read(view, &read),
        Some(Place::Value(value)) => values::completions(view, &value),
        None => Vec::new(),
    };
    items.sort_by(|a, b| (a.rank, &a.label).cmp(&(b.rank, &b.label)));
    items.dedup_by(|a, b| a.label == b.label);
    let incomplete = items.len() > MOST;
    items.truncate(MOST);
    Completions { items, incomplete }
}

/// Whether a name goes with what is written of it so far.
fn goes_with(name: &str, word: &str) -> bool {
    word.is_empty() || name.to_lowercase().contains(&word.to_lowercase())
}
