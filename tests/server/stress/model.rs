//! Texts as the protocol's specification has clients and servers change them. It knows nothing of how the server does it: it counts.

use super::numbers::Numbers;

/// What columns are counted in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Encoding {
    Utf8,
    Utf16,
    Utf32,
}

impl Encoding {
    pub(super) const ALL: [Encoding; 3] = [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32];

    /// What the client offers the server.
    pub(super) fn offered(self) -> &'static [&'static str] {
        match self {
            Encoding::Utf8 => &["utf-8"],
            Encoding::Utf16 => &["utf-16"],
            Encoding::Utf32 => &["utf-32"],
        }
    }

    fn width(self, c: char) -> u32 {
        (match self {
            Encoding::Utf8 => c.len_utf8(),
            Encoding::Utf16 => c.len_utf16(),
            Encoding::Utf32 => 1,
        }) as u32
    }
}

/// A line and a column, from 0.
pub(super) type At = (u32, u32);

/// A change: from where, to where, and what stands there then. Without a place it is the whole text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Change {
    pub(super) place: Option<(At, At)>,
    pub(super) text: String,
}

/// How long the line break is that a text starts with: there are `\n`, `\r\n` and `\r`, and no others.
fn line_break(text: &str) -> Option<usize> {
    if text.starts_with("\r\n") {
        return Some(2);
    }
    text.starts_with(['\n', '\r']).then_some(1)
}

/// The offset of a place. A column behind the end of its line means that end, a line behind the last one the end of the text, and a column
/// within a character means its start.
fn offset(text: &str, (line, column): At, encoding: Encoding) -> usize {
    let mut at = 0;
    let mut lines = 0;
    while lines < line {
        let Some(end) = text[at..].find(['\n', '\r']) else { return text.len() };
        at += end + line_break(&text[at + end..]).unwrap_or_default();
        lines += 1;
    }
    let mut left = column;
    for (start, c) in text[at..].char_indices() {
        let width = encoding.width(c);
        if line_break(&text[at + start..]).is_some() || left < width {
            return at + start;
        }
        left -= width;
    }
    text.len()
}

/// The place behind the last character.
pub(super) fn end(text: &str, encoding: Encoding) -> At {
    let (mut line, mut at) = (0, 0);
    while let Some(end) = text[at..].find(['\n', '\r']) {
        at += end + line_break(&text[at + end..]).unwrap_or_default();
        line += 1;
    }
    (line, text[at..].chars().map(|c| encoding.width(c)).sum())
}

impl Change {
    /// Makes the change.
    pub(super) fn apply(&self, text: &mut String, encoding: Encoding) {
        let Some((from, to)) = self.place else {
            text.clone_from(&self.text);
            return;
        };
        let (from, to) = (offset(text, from, encoding), offset(text, to, encoding));
        // Whichever of them is said first.
        text.replace_range(from.min(to)..from.max(to), &self.text);
    }

    /// A change of a text that is as long as this one.
    pub(super) fn any(length: usize, lines: u32, numbers: &mut Numbers) -> Self {
        // What has grown long is cut.
        if numbers.is_one_of(400) || length > 1500 && numbers.is_one_of(8) {
            return Change { place: None, text: piece(numbers, 30) };
        }
        let from = place(lines, numbers);
        let to = match numbers.below(8) {
            0 | 1 => from,
            2..6 => (from.0, from.1.saturating_add(numbers.below(5) as u32)),
            6 => (from.0.saturating_add(1), from.1),
            _ => place(lines, numbers),
        };
        let most = if length > 1000 { 1 } else { 6 };
        Change { place: Some((from, to)), text: piece(numbers, most) }
    }
}

/// A place in a text of this many lines, or behind it.
fn place(lines: u32, numbers: &mut Numbers) -> At {
    // The greatest number that the protocol has, and that there is at all.
    const HUGE: [u32; 3] = [0x7FFF_FFFF, u32::MAX, 0xFFFF];
    let line =
        if numbers.is_one_of(60) { numbers.one_of(&HUGE) } else { numbers.below(lines as usize + 2) as u32 };
    let column = match numbers.below(30) {
        0 => numbers.one_of(&HUGE),
        1..10 => numbers.below(60) as u32,
        _ => numbers.below(9) as u32,
    };
    (line, column)
}

/// Pieces that texts are made of: of all widths, with all that is a line break and all that only looks like one, and bits of Nix. No star:
/// what is looked at in the end stands in a comment.
const PIECES: [&str; 48] = [
    "a",
    "b",
    " ",
    "x1",
    "\n",
    "\n",
    "\r\n",
    "\r\n",
    "\r",
    "\r",
    "é",
    "e\u{301}",
    "漢字",
    "🎮",
    "👩‍👩‍👧",
    "\u{2028}",
    "\u{2029}",
    "\u{85}",
    "\u{b}",
    "\u{c}",
    "\u{7f}",
    "\u{feff}",
    "\u{10ffff}",
    "\u{202e}",
    "\t",
    "{",
    "}",
    "\"",
    "''",
    "${",
    ";",
    " = ",
    "# ",
    "/",
    "\\",
    "[",
    "]",
    ":",
    "(",
    ")",
    ",",
    ".",
    "let ",
    " in ",
    "if ",
    "inherit ",
    "specialisation.tv.configuration",
    "services.xserver.enable = true;",
];

/// A text of so many pieces at most.
pub(super) fn piece(numbers: &mut Numbers, most: usize) -> String {
    (0..numbers.below(most + 1)).map(|_| numbers.one_of(&PIECES)).collect()
}

#[test]
fn places_are_what_the_specification_says() {
    let text = "a🎮b\r\n\r漢\n";
    for (encoding, columns) in
        [(Encoding::Utf8, [1, 5, 6]), (Encoding::Utf16, [1, 3, 4]), (Encoding::Utf32, [1, 2, 3])]
    {
        let at = |line, column| offset(text, (line, column), encoding);
        assert_eq!(columns.map(|column| at(0, column)), [1, 5, 6], "{encoding:?}");
        assert_eq!(
            [at(0, 99), at(1, 0), at(1, 5), at(2, 0), at(3, 0), at(3, 1), at(9, 0)],
            [6, 8, 8, 9, 13, 13, 13]
        );
        assert_eq!(end(text, encoding), (3, 0));
    }
    assert_eq!(offset(text, (0, 2), Encoding::Utf16), 1, "within a character");
    assert_eq!(end("a\n漢🎮", Encoding::Utf16), (1, 3));
}
