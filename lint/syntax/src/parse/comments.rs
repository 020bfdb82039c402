//! The comments of a text, which its lowered form does not have.

use super::strings;
use super::token::{Kind, Token};
use crate::MAX_FILE_SIZE;
use rowan::{TextRange, TextSize};

/// The comments of a text, and what is beside them.
pub struct Comments {
    /// The comments that start with `#`, without their line ends, in order.
    pub lines: Vec<TextRange>,
    /// Where line breaks are part of something: texts of strings, and comments of the other kind.
    solid: Vec<TextRange>,
    tokens: Vec<Token>,
}

impl Comments {
    /// The comments of `text`, whether it parses or not.
    pub fn of(text: &str) -> Self {
        let mut found = Comments { lines: Vec::new(), solid: Vec::new(), tokens: Vec::new() };
        if text.len() > MAX_FILE_SIZE {
            return found;
        }
        let lexed = strings::lex(text);
        for comment in lexed.comments {
            let is_line = text[comment].starts_with('#');
            if is_line { &mut found.lines } else { &mut found.solid }.push(comment);
        }
        let texts = lexed.tokens.iter().filter(|token| token.kind == Kind::StringText);
        found.solid.extend(texts.map(|token| token.range()));
        found.solid.sort_by_key(|range| range.start());
        found.tokens = lexed.tokens;
        found
    }

    /// Where the next token at or behind an offset starts.
    pub fn next_token(&self, offset: TextSize) -> Option<TextSize> {
        self.behind(offset).first().map(|token| token.range().start())
    }

    /// Where the next token at or behind an offset starts that is no opening parenthesis.
    pub fn next_inner_token(&self, offset: TextSize) -> Option<TextSize> {
        let token = self.behind(offset).iter().find(|token| token.kind != Kind::ParenOpen);
        token.map(|token| token.range().start())
    }

    /// Where the `inherit` that starts at an offset ends; `None` if none does.
    pub fn inherit_end(&self, offset: TextSize) -> Option<TextSize> {
        let tokens = self.behind(offset);
        tokens.first().filter(|first| first.kind == Kind::Inherit && first.range().start() == offset)?;
        let mut depth = 0_usize;
        for token in tokens {
            if token.kind.closer().is_some() {
                depth += 1;
            } else if token.kind.is_closer() {
                depth = depth.checked_sub(1)?;
            } else if token.kind == Kind::Semicolon && depth == 0 {
                return Some(token.range().end());
            }
        }
        None
    }

    /// Whether what the last token before an offset opens goes on behind it: a bracket, or a binding.
    pub fn is_open(&self, offset: TextSize) -> bool {
        let before = self.tokens.len() - self.behind(offset).len();
        let last = before.checked_sub(1).and_then(|last| self.tokens.get(last));
        last.is_some_and(|token| {
            matches!(token.kind, Kind::BraceOpen | Kind::BracketOpen | Kind::ParenOpen | Kind::Assign)
        })
    }

    fn behind(&self, offset: TextSize) -> &[Token] {
        &self.tokens[self.tokens.partition_point(|token| token.range().start() < offset)..]
    }

    /// Whether the character at an offset is part of a string's text, or of a comment that is none of [`Comments::lines`].
    pub fn is_solid(&self, offset: TextSize) -> bool {
        let at = self.solid.partition_point(|range| range.start() <= offset);
        at.checked_sub(1).and_then(|last| self.solid.get(last)).is_some_and(|range| range.contains(offset))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The comments of a text.
    fn lines(text: &str) -> Vec<&str> {
        Comments::of(text).lines.into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn only_comments_are_comments() {
        let text = "# a\r\n{ x = \"# b\"; /* # c */ y = \'\'\n# d\n${1 # e\n}\'\'; z = a#f\r; }# g";
        assert_eq!(lines(text), ["# a", "# e", "#f", "# g"]);
        // What is not closed ends where it was most likely meant to.
        assert_eq!(lines("{\n  x = \"a;\n  # b\n  y = \"c\";\n}\n"), ["# b"]);
        assert_eq!(lines("/* # a"), Vec::<&str>::new());
        assert_eq!(lines(""), Vec::<&str>::new());
    }

    #[test]
    fn line_breaks_within_something() {
        let text = "{\n  x = \'\'\n    a\n  \'\'; /*\n */\n}";
        let comments = Comments::of(text);
        let breaks = text.match_indices('\n').map(|(at, _)| TextSize::new(at as u32));
        let solid: Vec<bool> = breaks.map(|at| comments.is_solid(at)).collect();
        assert_eq!(solid, [false, true, true, true, false]);
    }
}
