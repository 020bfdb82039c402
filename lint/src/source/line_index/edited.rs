//! The index of a text that was edited, from that of the text before.

use super::{LineIndex, Wide};
use rowan::TextRange;

impl LineIndex {
    /// Follows an edit: what stood at `range` is now as long as `inserted` in `text`, the whole text after it. Only the lines that the edit
    /// touches are looked at. A range or a length that does not fit makes the index anew.
    pub fn edit(&mut self, range: TextRange, inserted: usize, text: &str) {
        if self.try_edit(range, inserted, text).is_none() {
            *self = LineIndex::new(text);
        }
    }

    fn try_edit(&mut self, range: TextRange, inserted: usize, text: &str) -> Option<()> {
        let (start, end) = (u32::from(range.start()), u32::from(range.end()));
        let old_len = *self.ends.last()?;
        let inserted = u32::try_from(inserted).ok()?;
        let new_len = (old_len.checked_sub(end - start)?).checked_add(inserted)?;
        if end > old_len || new_len as usize != text.len() {
            return None;
        }
        let line_at = |offset: u32| self.starts.partition_point(|&start| start <= offset).saturating_sub(1);
        let (mut first, last) = (line_at(start), line_at(end));
        // A line break at the start may become one with the one before it.
        if self.starts[first] == start {
            first = first.saturating_sub(1);
        }
        let from = self.starts[first];
        let old_to = self.starts.get(last + 1).copied();
        let to = old_to.map_or(new_len, |to| to - (end - start) + inserted);
        let mut piece = LineIndex::new(text.get(from as usize..to as usize)?);
        if old_to.is_some() {
            // The line that begins behind the piece is there already.
            piece.starts.pop();
            piece.ends.pop();
        }
        let moved = |offset: u32| offset - (end - start) + inserted;
        for starts in [&mut self.starts, &mut self.ends] {
            for offset in &mut starts[last + 1..] {
                *offset = moved(*offset);
            }
        }
        self.starts.splice(first..=last, piece.starts.iter().map(|offset| offset + from));
        self.ends.splice(first..=last, piece.ends.iter().map(|offset| offset + from));
        self.replace_wide(from, old_to.unwrap_or(old_len + 1), &piece.wide, moved);
        Some(())
    }

    /// Replaces the wide characters from one offset to another, and moves those behind.
    fn replace_wide(&mut self, from: u32, to: u32, new: &[Wide], moved: impl Fn(u32) -> u32) {
        let before = |wide: &[Wide], at: u32| wide.partition_point(|wide| wide.offset < at);
        let (first, behind) = (before(&self.wide, from), before(&self.wide, to));
        let extra = |wide: &Wide| (wide.bytes_before + wide.len - 1, wide.units_before + wide.extra_units());
        let base = first.checked_sub(1).map_or((0, 0), |last| extra(&self.wide[last]));
        let old = behind.checked_sub(1).map_or((0, 0), |last| extra(&self.wide[last]));
        let own = new.last().map_or((0, 0), extra);
        for wide in &mut self.wide[behind..] {
            wide.offset = moved(wide.offset);
            wide.bytes_before = wide.bytes_before - old.0 + base.0 + own.0;
            wide.units_before = wide.units_before - old.1 + base.1 + own.1;
        }
        let new = new.iter().map(|wide| Wide {
            offset: wide.offset + from,
            bytes_before: wide.bytes_before + base.0,
            units_before: wide.units_before + base.1,
            ..*wide
        });
        self.wide.splice(first..behind, new);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rowan::TextSize;

    proptest! {
        #[test]
        fn is_the_index_of_the_new_text(
            text in "[ab\r\n\u{e4}\u{20ac}\u{1d11e}]{0,30}",
            edits in prop::collection::vec((0..40usize, 0..12usize, "[ab\r\n\u{e4}\u{20ac}\u{1d11e}]{0,6}"), 1..8),
        ) {
            let mut text = text;
            let mut index = LineIndex::new(&text);
            for (start, len, new) in edits {
                let boundary = |mut at: usize| {
                    at = at.min(text.len());
                    while !text.is_char_boundary(at) {
                        at -= 1;
                    }
                    at
                };
                let (start, end) = (boundary(start), boundary(start + len));
                text.replace_range(start..end, &new);
                let range = TextRange::new(TextSize::new(start as u32), TextSize::new(end as u32));
                index.edit(range, new.len(), &text);
                prop_assert_eq!(&index, &LineIndex::new(&text));
            }
        }
    }

    #[test]
    fn a_range_that_does_not_fit_does_no_harm() {
        let mut index = LineIndex::new("ab");
        index.edit(TextRange::new(1.into(), 9.into()), 0, "a\n");
        assert_eq!(index, LineIndex::new("a\n"));
    }
}
