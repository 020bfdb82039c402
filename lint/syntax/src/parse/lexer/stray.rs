//! Characters that no token starts with.

use super::{Kind, Lexer};

impl Lexer<'_> {
    /// Characters that no token starts with.
    pub(super) fn stray(&mut self) {
        let is_stray =
            |char: &char| !char.is_ascii() || matches!(char, '%' | '^' | '\\' | '`' | '\0'..' ' | '\x7F');
        let rest = &self.text[self.at..];
        let mut chars = rest.chars();
        let Some(first) = chars.next() else { return };
        let is_space = |char: char| matches!(char, ' ' | '\t' | '\n' | '\r');
        let more =
            chars.take_while(|char| is_stray(char) && !is_space(*char)).map(char::len_utf8).sum::<usize>();
        let characters = &rest[..first.len_utf8() + if is_stray(&first) { more } else { 0 }];
        // Between operands it is no whitespace, but something that makes no sense: what stands around it is not
        // what was meant.
        let starts = self.line_start
            || self.out.tokens.last().is_none_or(|last| {
                matches!(
                    last.kind,
                    Kind::Semicolon | Kind::BraceOpen | Kind::BraceClose | Kind::Let | Kind::In
                )
            });
        let nonsense = if starts { " " } else { " ... " };
        let (message, instead) = match first {
            '&' => ("expected `&&`, found `&`".to_owned(), "&&"),
            '|' => ("expected `||`, found `|`".to_owned(), "||"),
            '\u{201C}' | '\u{201D}' | '\u{201E}' | '\u{AB}' | '\u{BB}' => {
                (format!("unexpected `{first}`: strings are quoted with `\"`"), nonsense)
            }
            _ if first.is_whitespace() || first.is_control() || is_invisible(first) => {
                (format!("unexpected invisible character U+{:04X}", u32::from(first)), " ")
            }
            _ if characters.chars().nth(1).is_none() => (format!("unexpected character `{first}`"), nonsense),
            _ => {
                let shown: String = characters.chars().take(20).filter(|char| !char.is_control()).collect();
                (format!("unexpected characters `{shown}`"), nonsense)
            }
        };
        self.error(self.at, self.at + characters.len(), message);
        self.edit(self.at, characters.len(), instead);
        self.at += characters.len();
        self.gap = self.at;
    }
}

/// Characters that have no width or direction only: byte order marks, joiners, direction marks.
fn is_invisible(char: char) -> bool {
    matches!(char, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}' | '\u{FEFF}')
}
