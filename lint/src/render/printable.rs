//! Text for terminals. What stands in a configuration is not to be trusted with them: control characters could do anything there.

use std::borrow::Cow;

/// The text without characters that terminals obey, those that turn the direction of writing included. Others of the same length stand
/// in their place, so that offsets stay.
pub fn printable(text: &str) -> Cow<'_, str> {
    let is_obeyed = |c: char| {
        c.is_control() && !matches!(c, '\n' | '\r' | '\t')
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if !text.contains(is_obeyed) {
        return Cow::Borrowed(text);
    }
    let shown = |c: char| match c.len_utf8() {
        _ if !is_obeyed(c) => c,
        1 => '?',
        2 => '\u{b7}',
        _ => char::REPLACEMENT_CHARACTER,
    };
    Cow::Owned(text.chars().map(shown).collect())
}

/// The same in one line.
pub(crate) fn one_line(text: &str) -> Cow<'_, str> {
    let text = printable(text);
    if text.contains(['\n', '\r']) { Cow::Owned(text.replace(['\n', '\r'], " ")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::{one_line, printable};

    #[test]
    fn what_terminals_obey_is_replaced() {
        for (text, wanted) in [
            ("a\tb\r\n", "a\tb\r\n"),
            ("\u{1b}[31mred\u{7f}", "?[31mred?"),
            ("\u{9b}31m é", "·31m é"),
            ("x\u{202e}y", "x\u{fffd}y"),
        ] {
            let shown = printable(text);
            assert_eq!(shown, wanted);
            assert_eq!(shown.len(), text.len());
        }
    }

    #[test]
    fn a_message_is_a_line() {
        assert_eq!(one_line("a\r\nb\u{1b}c\td"), "a  b?c\td");
    }
}
