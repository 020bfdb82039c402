//! The text that rnix is given: the file's, with small changes, and the way back from it.

use rowan::{TextRange, TextSize};
use std::borrow::Cow;

/// A change to a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Edit {
    pub(super) at: u32,
    pub(super) remove: u32,
    pub(super) insert: &'static str,
}

impl Edit {
    pub(super) fn insert(at: u32, insert: &'static str) -> Edit {
        Edit { at, remove: 0, insert }
    }

    pub(super) fn replace(range: TextRange, insert: &'static str) -> Edit {
        Edit { at: range.start().into(), remove: range.len().into(), insert }
    }
}

/// A file's text after some edits.
#[derive(Clone, Debug)]
pub(crate) struct Draft<'t> {
    pub(super) text: Cow<'t, str>,
    /// What the text consists of, in order, without gaps.
    pieces: Vec<Piece>,
}

#[derive(Clone, Copy, Debug)]
struct Piece {
    /// Where it starts in the draft.
    at: u32,
    /// Where it starts in the file's text, or, if it was inserted, where it was inserted.
    original: u32,
    inserted: bool,
}

impl<'t> Draft<'t> {
    /// The text as it is.
    pub(crate) fn new(text: &'t str) -> Draft<'t> {
        Draft { text: Cow::Borrowed(text), pieces: vec![Piece { at: 0, original: 0, inserted: false }] }
    }

    /// Applies edits, which are in order, do not overlap and are in this draft's offsets.
    pub(super) fn edit(&mut self, edits: &[Edit]) {
        if edits.is_empty() {
            return;
        }
        let mut text = String::with_capacity(self.text.len() + edits.len());
        let mut pieces: Vec<Piece> = Vec::with_capacity(self.pieces.len() + 2 * edits.len());
        let mut old_pieces = self.pieces.iter().copied().peekable();
        let mut current = Piece { at: 0, original: 0, inserted: false };
        let mut from = 0;
        for edit in edits.iter().copied().chain([Edit::insert(self.text.len() as u32, "")]) {
            // What stands between the last edit and this one, piece by piece.
            loop {
                while let Some(piece) = old_pieces.next_if(|piece| piece.at <= from) {
                    current = piece;
                }
                let end = old_pieces.peek().map_or(edit.at, |piece| piece.at.min(edit.at));
                if end > from {
                    let original = current.original + if current.inserted { 0 } else { from - current.at };
                    pieces.push(Piece { at: text.len() as u32, original, ..current });
                    text.push_str(&self.text[from as usize..end as usize]);
                    from = end;
                }
                if from >= edit.at {
                    break;
                }
            }
            if !edit.insert.is_empty() {
                let original = u32::from(self.original(edit.at.into()));
                pieces.push(Piece { at: text.len() as u32, original, inserted: true });
                text.push_str(edit.insert);
            }
            from = edit.at + edit.remove;
        }
        if pieces.is_empty() {
            pieces.push(Piece { at: 0, original: 0, inserted: false });
        }
        self.text = Cow::Owned(text);
        self.pieces = pieces;
    }

    /// Whether the draft is the file's text.
    pub(crate) fn is_original(&self) -> bool {
        matches!(self.text, Cow::Borrowed(_))
    }

    fn piece(&self, offset: u32) -> Piece {
        let count = self.pieces.partition_point(|piece| piece.at <= offset);
        self.pieces[count.saturating_sub(1)]
    }

    /// The place in the file's text that an offset of the draft stands for; for inserted text, where it was inserted.
    pub(crate) fn original(&self, offset: TextSize) -> TextSize {
        let offset = u32::from(offset);
        let piece = self.piece(offset);
        // A place between two pieces belongs to the one before: there is where text is missing.
        let piece = if piece.at == offset && offset > 0 { self.piece(offset - 1) } else { piece };
        TextSize::new(piece.original + if piece.inserted { 0 } else { offset - piece.at })
    }

    /// The range of the file's text that a range of the draft stands for.
    pub(crate) fn original_range(&self, range: TextRange) -> TextRange {
        let start = u32::from(range.start());
        let piece = self.piece(start);
        let start = TextSize::new(piece.original + if piece.inserted { 0 } else { start - piece.at });
        let end = self.original(range.end());
        TextRange::new(start.min(end), end)
    }

    /// Whether what stands at an offset was inserted: it stands for something that is missing.
    pub(crate) fn is_inserted(&self, offset: TextSize) -> bool {
        self.piece(offset.into()).inserted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_add_up_and_lead_back() {
        let mut draft = Draft::new("a = 1 }%x");
        draft.edit(&[Edit { at: 7, remove: 1, insert: "" }]);
        assert_eq!(draft.text, "a = 1 }x");
        draft.edit(&[Edit::insert(5, ";"), Edit::insert(7, " _")]);
        assert_eq!(draft.text, "a = 1; } _x");
        draft.edit(&[Edit::insert(5, "0")]);
        assert_eq!(draft.text, "a = 10; } _x");
        let found: Vec<_> = (0..=12).map(|at| u32::from(draft.original(TextSize::new(at)))).collect();
        //                      a  ␣  =  ␣  1  0  ;  ␣  }  ␣  _  x
        assert_eq!(found, [0, 1, 2, 3, 4, 5, 5, 5, 6, 7, 7, 7, 9]);
        let range = |start: u32, end: u32| draft.original_range(TextRange::new(start.into(), end.into()));
        assert_eq!(range(4, 7), TextRange::new(4.into(), 5.into()));
        assert_eq!(range(6, 7), TextRange::empty(5.into()));
        assert_eq!(range(11, 12), TextRange::new(8.into(), 9.into()));
        let inserted: Vec<_> = (0..12).filter(|&at| draft.is_inserted(TextSize::new(at))).collect();
        assert_eq!(inserted, [5, 6, 9, 10]);
    }
}
