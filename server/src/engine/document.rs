//! What an editor has open.

use rowan::{TextRange, TextSize};
use speclint_lint::source::{ColumnUnit, LineIndex, Position};
use std::sync::Arc;

/// A range as the client counts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct Range {
    /// Where it starts.
    pub(crate) start: Position,
    /// Where it ends.
    pub(crate) end: Position,
}

/// A change of a text; of the whole one where there is no range.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Change {
    /// What is replaced.
    pub(crate) range: Option<Range>,
    /// By what.
    pub(crate) text: String,
}

/// A document that is open in the editor.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    /// What the client calls it.
    pub(crate) uri: String,
    /// The client's number of its state.
    pub(crate) version: i32,
    /// Its text.
    pub(crate) text: String,
    /// Where its lines start. Shared with whoever looks at this state.
    pub(crate) lines: Arc<LineIndex>,
}

impl Document {
    /// A document that was opened with this text.
    pub(crate) fn new(uri: String, version: i32, text: String) -> Self {
        let lines = Arc::new(LineIndex::new(&text));
        Document { uri, version, text, lines }
    }

    /// Makes the changes that lead to a version.
    pub(crate) fn become_next(&mut self, version: i32, changes: &[Change], unit: ColumnUnit) {
        for change in changes {
            self.change(change, unit);
        }
        self.version = version;
    }

    /// Makes a change. Places that do not exist mean the nearest ones before, and whichever end is said first, all between them is meant.
    pub(crate) fn change(&mut self, change: &Change, unit: ColumnUnit) {
        let Some(range) = change.range else {
            self.text.clone_from(&change.text);
            self.lines = Arc::new(LineIndex::new(&self.text));
            return;
        };
        let [start, end] = [range.start, range.end].map(|at| self.lines.offset_of(at, unit));
        let (start, end) = (start.min(end), start.max(end));
        self.text.replace_range(usize::from(start)..usize::from(end), &change.text);
        Arc::make_mut(&mut self.lines).edit(TextRange::new(start, end), change.text.len(), &self.text);
    }
}

/// A range of a text, as the client counts.
pub(crate) fn range(lines: &LineIndex, start: u32, end: u32, unit: ColumnUnit) -> Range {
    let at = |offset: u32| lines.position(TextSize::new(offset), unit);
    Range { start: at(start), end: at(end) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(line: u32, start: u32, end: u32) -> Option<Range> {
        Some(Range { start: Position { line, column: start }, end: Position { line, column: end } })
    }

    #[test]
    fn changes_count_in_the_units_of_the_client() {
        for (unit, column) in [(ColumnUnit::Utf8, 7), (ColumnUnit::Utf16, 3), (ColumnUnit::Utf32, 2)] {
            let mut document = Document::new("file:///a.nix".into(), 1, "x\n漢🎮b\n".into());
            document.change(&Change { range: at(1, column, column + 1), text: "é".into() }, unit);
            assert_eq!(document.text, "x\n漢🎮é\n", "{unit:?}");
            assert_eq!(*document.lines, LineIndex::new(&document.text));
        }
    }

    #[test]
    fn a_change_without_a_place_is_the_whole_text() {
        let mut document = Document::new("file:///a.nix".into(), 1, "a".into());
        document.change(&Change { range: None, text: "b\nc".into() }, ColumnUnit::Utf16);
        document.change(&Change { range: at(9, 9, 0), text: "d".into() }, ColumnUnit::Utf16);
        assert_eq!(document.text, "b\ncd");
    }

    #[test]
    fn the_end_may_be_said_first() {
        let mut document = Document::new("file:///a.nix".into(), 1, "abcd".into());
        document.change(&Change { range: at(0, 3, 1), text: "x".into() }, ColumnUnit::Utf16);
        assert_eq!(document.text, "axd");
    }
}
