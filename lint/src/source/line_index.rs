//! From offsets to lines and columns, and back.

mod edited;

use rowan::{TextRange, TextSize};

/// Where a text's lines start, and which of its characters are wider than a byte.
///
/// Lines end in LF, CRLF or a lone CR, as editors and the language server protocol have it. The line
/// end belongs to no column: positions in it or behind it count as the end of the line. Every question
/// is answered in O(log n); none panics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineIndex {
    /// Where each line starts; the first is 0.
    starts: Vec<u32>,
    /// Where each line's text ends, before the line end.
    ends: Vec<u32>,
    /// Every character of more than one byte, in the order of the text.
    wide: Vec<Wide>,
}

/// A character of more than one byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Wide {
    /// Where it starts.
    offset: u32,
    /// Its length in bytes.
    len: u32,
    /// How many bytes all wide characters before it have beyond one each.
    bytes_before: u32,
    /// How many UTF-16 units they have beyond one each.
    units_before: u32,
}

impl Wide {
    fn end(self) -> u32 {
        self.offset + self.len
    }

    /// Only characters of four bytes have two UTF-16 units.
    fn extra_units(self) -> u32 {
        u32::from(self.len == 4)
    }
}

/// What columns are counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ColumnUnit {
    /// Bytes.
    Utf8,
    /// UTF-16 code units, what the language server protocol counts in unless agreed otherwise.
    Utf16,
    /// Characters.
    Utf32,
}

/// A place as people are told it: both from 1, the column in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LineColumn {
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
}

/// A place as the language server protocol has it: both from 0, the column in a [`ColumnUnit`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Position {
    /// The line, from 0.
    pub line: u32,
    /// The column, from 0.
    pub column: u32,
}

impl LineIndex {
    /// Indexes `text`. What lies behind the first 4 GiB cannot be addressed and is left out.
    pub fn new(text: &str) -> LineIndex {
        let bytes = &text.as_bytes()[..text.len().min(u32::MAX as usize)];
        let mut index = LineIndex { starts: vec![0], ends: Vec::new(), wide: Vec::new() };
        let (mut bytes_before, mut units_before) = (0, 0);
        let mut offset = 0;
        while let Some(&byte) = bytes.get(offset) {
            let at = offset as u32;
            match byte {
                b'\n' | b'\r' => {
                    let crlf = byte == b'\r' && bytes.get(offset + 1) == Some(&b'\n');
                    offset += if crlf { 2 } else { 1 };
                    index.ends.push(at);
                    index.starts.push(offset as u32);
                }
                0..0x80 => offset += 1,
                _ => {
                    // The leading byte tells the length.
                    let len = if byte < 0xE0 { 2 } else { 3 + u32::from(byte >= 0xF0) };
                    let wide = Wide { offset: at, len, bytes_before, units_before };
                    bytes_before += len - 1;
                    units_before += wide.extra_units();
                    index.wide.push(wide);
                    offset += len as usize;
                }
            }
        }
        index.ends.push(bytes.len() as u32);
        index
    }

    /// How many lines there are: one more than line ends.
    pub fn line_count(&self) -> u32 {
        self.starts.len() as u32
    }

    /// The text of a line (from 0), without its line end.
    pub fn line_range(&self, line: u32) -> Option<TextRange> {
        let (start, end) = (self.starts.get(line as usize)?, self.ends.get(line as usize)?);
        Some(TextRange::new(TextSize::new(*start), TextSize::new(*end)))
    }

    /// The line and column of `offset` as people are told it.
    pub fn line_column(&self, offset: TextSize) -> LineColumn {
        let Position { line, column } = self.position(offset, ColumnUnit::Utf32);
        LineColumn { line: line + 1, column: column + 1 }
    }

    /// The offset of a line and column. Columns behind a line's end mean its end, lines behind the last
    /// the text's end.
    pub fn offset(&self, at: LineColumn) -> TextSize {
        let at = Position { line: at.line.saturating_sub(1), column: at.column.saturating_sub(1) };
        self.offset_of(at, ColumnUnit::Utf32)
    }

    /// The position of `offset`, with the column in `unit`s. An offset inside a character means its start.
    pub fn position(&self, offset: TextSize, unit: ColumnUnit) -> Position {
        let offset = u32::from(offset);
        let line = self.starts.partition_point(|&start| start <= offset).saturating_sub(1);
        let mut offset = offset.min(self.ends[line]);
        if let Some(last) = self.last_wide_before(offset)
            && offset < last.end()
        {
            offset = last.offset;
        }
        Position { line: line as u32, column: self.column(self.starts[line], offset, unit) }
    }

    /// The offset of a position whose column is in `unit`s. Columns behind a line's end mean its end, lines
    /// behind the last the text's end, columns inside a character its start.
    pub fn offset_of(&self, at: Position, unit: ColumnUnit) -> TextSize {
        let line = at.line as usize;
        let (Some(&start), Some(&end)) = (self.starts.get(line), self.ends.get(line)) else {
            return TextSize::new(self.ends.last().copied().unwrap_or_default());
        };
        let first = self.wide.partition_point(|wide| wide.offset < start);
        let wide = &self.wide[first..];
        // The last wide character of the line that starts at or before the column.
        let count = wide
            .partition_point(|wide| wide.offset < end && self.column(start, wide.offset, unit) <= at.column);
        let offset = match count.checked_sub(1).map(|last| wide[last]) {
            None => start.saturating_add(at.column),
            Some(last) => match at.column.checked_sub(self.column(start, last.end(), unit)) {
                None => last.offset,
                Some(behind) => last.end().saturating_add(behind),
            },
        };
        TextSize::new(offset.min(end))
    }

    /// The column of `offset`, which must be in the line that starts at `start`, and at no character's middle.
    fn column(&self, start: u32, offset: u32, unit: ColumnUnit) -> u32 {
        let bytes = offset - start;
        let (from, to) = (self.extra_before(start), self.extra_before(offset));
        let characters = bytes - (to.0 - from.0);
        match unit {
            ColumnUnit::Utf8 => bytes,
            ColumnUnit::Utf16 => characters + (to.1 - from.1),
            ColumnUnit::Utf32 => characters,
        }
    }

    /// How many bytes and UTF-16 units all characters before `offset` have beyond one each.
    fn extra_before(&self, offset: u32) -> (u32, u32) {
        self.last_wide_before(offset)
            .map_or((0, 0), |wide| (wide.bytes_before + wide.len - 1, wide.units_before + wide.extra_units()))
    }

    fn last_wide_before(&self, offset: u32) -> Option<Wide> {
        let count = self.wide.partition_point(|wide| wide.offset < offset);
        count.checked_sub(1).map(|last| self.wide[last])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Every offset of a text as line and column, both ways.
    #[test]
    fn lines_and_columns_as_people_are_told_them() {
        let index = LineIndex::new("ab\nä𝄞c\r\n\rz");
        let cases = [
            (0, 1, 1),  // a
            (2, 1, 3),  // LF
            (3, 2, 1),  // ä
            (5, 2, 2),  // 𝄞
            (9, 2, 3),  // c
            (10, 2, 4), // CR of CRLF
            (12, 3, 1), // lone CR
            (13, 4, 1), // z
            (14, 4, 2), // the end
        ];
        for (offset, line, column) in cases {
            assert_eq!(index.line_column(TextSize::new(offset)), LineColumn { line, column }, "{offset}");
            assert_eq!(index.offset(LineColumn { line, column }), TextSize::new(offset), "{line}:{column}");
        }
        assert_eq!(index.line_count(), 4);
        assert_eq!(index.line_range(1), Some(TextRange::new(3.into(), 10.into())));
        assert_eq!(index.line_range(4), None);
    }

    #[test]
    fn columns_in_every_unit() {
        let index = LineIndex::new("\nä€𝄞x\n");
        for (unit, columns) in [
            (ColumnUnit::Utf8, [0, 2, 5, 9, 10]),
            (ColumnUnit::Utf16, [0, 1, 2, 4, 5]),
            (ColumnUnit::Utf32, [0, 1, 2, 3, 4]),
        ] {
            for (offset, column) in [1, 3, 6, 10, 11].into_iter().zip(columns) {
                let position = Position { line: 1, column };
                assert_eq!(index.position(TextSize::new(offset), unit), position);
                assert_eq!(index.offset_of(position, unit), TextSize::new(offset));
            }
        }
    }

    #[test]
    fn places_that_do_not_exist_mean_the_nearest_before() {
        let index = LineIndex::new("a𝄞\r\nb");
        let utf16 = |line, column| index.offset_of(Position { line, column }, ColumnUnit::Utf16);
        assert_eq!(utf16(0, 2), 1.into(), "inside a character");
        assert_eq!(utf16(0, 99), 5.into(), "behind a line's end");
        assert_eq!(utf16(7, 0), 8.into(), "behind the last line");
        assert_eq!(utf16(u32::MAX, u32::MAX), 8.into());
        let column = |offset: u32| index.position(offset.into(), ColumnUnit::Utf32);
        assert_eq!(column(3), Position { line: 0, column: 1 }, "inside a character");
        assert_eq!(column(6), Position { line: 0, column: 2 }, "between CR and LF");
        assert_eq!(column(99), Position { line: 1, column: 1 }, "behind the end");
        assert_eq!(index.offset(LineColumn { line: 0, column: 0 }), 0.into());
        assert_eq!(LineIndex::new("").line_column(0.into()), LineColumn { line: 1, column: 1 });
    }

    /// The same by counting.
    fn counted(text: &str, offset: usize, unit: ColumnUnit) -> Position {
        let before = &text[..offset];
        let crs = before.matches('\r').count();
        let lfs = before.char_indices().filter(|&(at, c)| c == '\n' && !text[..at].ends_with('\r')).count();
        let start = before.rfind(['\r', '\n']).map_or(0, |at| at + 1);
        let column = match unit {
            ColumnUnit::Utf8 => before[start..].len(),
            ColumnUnit::Utf16 => before[start..].encode_utf16().count(),
            ColumnUnit::Utf32 => before[start..].chars().count(),
        };
        Position { line: (crs + lfs) as u32, column: column as u32 }
    }

    proptest! {
        #[test]
        fn agrees_with_counting(text in "[ab\r\n\u{e4}\u{20ac}\u{1d11e}]{0,40}") {
            let index = LineIndex::new(&text);
            for (offset, char) in text.char_indices().chain([(text.len(), ' ')]) {
                if char == '\n' && text[..offset].ends_with('\r') {
                    continue;
                }
                for unit in [ColumnUnit::Utf8, ColumnUnit::Utf16, ColumnUnit::Utf32] {
                    let position = index.position((offset as u32).into(), unit);
                    prop_assert_eq!(position, counted(&text, offset, unit));
                    prop_assert_eq!(index.offset_of(position, unit), (offset as u32).into());
                }
            }
        }

        #[test]
        fn never_panics(text: String, offset: u32, line: u32, column: u32) {
            let index = LineIndex::new(&text);
            for offset in [offset, offset % (text.len() as u32 + 2)] {
                for unit in [ColumnUnit::Utf8, ColumnUnit::Utf16, ColumnUnit::Utf32] {
                    index.position(offset.into(), unit);
                    let line = line % (index.line_count() + 1);
                    let back = index.offset_of(Position { line, column: column % 50 }, unit);
                    prop_assert!(text.is_char_boundary(back.into()));
                }
            }
            index.offset(LineColumn { line, column });
        }
    }
}
