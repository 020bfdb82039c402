//! Strings, and the interpolations in them: where they end, and what closes those that do not.

use super::{Break, Context, Kind, Lexer};

impl Lexer<'_> {
    /// The text of a string up to its end or an interpolation, and that as well.
    pub(super) fn string_text(&mut self, open: Kind, quotes: usize) {
        let limit = match self.guess {
            Some(Break::String { open, close }) if open as usize == quotes => close as usize,
            _ => self.bytes.len(),
        };
        let bytes = &self.bytes[..limit];
        let mut at = self.at;
        let (kind, length) = loop {
            match (open, bytes.get(at..).unwrap_or_default()) {
                (_, []) => break (Kind::StringText, 0),
                (_, [b'$', b'{', ..]) => break (Kind::InterpolationOpen, 2),
                (_, [b'$', b'$', ..]) => at += 2,
                (Kind::StringOpen, [b'"', ..]) => break (Kind::StringClose, 1),
                (Kind::StringOpen, [b'\\', ..]) => at += 2,
                (Kind::IndentedOpen, [b'\'', b'\'', b'$' | b'\'', ..]) => at += 3,
                (Kind::IndentedOpen, [b'\'', b'\'', b'\\', _, ..]) => at += 4,
                (Kind::IndentedOpen, [b'\'', b'\'', ..]) => break (Kind::IndentedClose, 2),
                _ => at += 1,
            }
        };
        let at = at.min(limit);
        self.line_start = false;
        if at > self.at {
            self.push(Kind::StringText, at);
        }
        match kind {
            Kind::InterpolationOpen => self.contexts.push(Context::Interpolation(at)),
            Kind::StringText if limit == self.bytes.len() => return,
            Kind::StringText => {
                self.error(quotes, quotes + quotes_length(open), "unclosed string");
                self.close_string(open);
                self.contexts.pop();
                return;
            }
            _ => {
                self.contexts.pop();
            }
        }
        self.push(kind, at + length);
    }

    /// Closes a string here, where no quotes stand.
    fn close_string(&mut self, open: Kind) {
        let before = &self.bytes[..self.at];
        match open {
            Kind::StringOpen => {
                let backslashes = before.iter().rev().take_while(|&&byte| byte == b'\\').count();
                let escape = backslashes % 2;
                self.edit(self.at - escape, escape, "\"");
            }
            _ if before.ends_with(b"'") => self.edit(self.at, 0, " ''"),
            _ => self.edit(self.at, 0, "''"),
        }
        self.push(open.closer().unwrap_or(Kind::StringClose), self.at);
    }

    /// If we are in an interpolation in a string, ends it here, where no brace stands.
    pub(super) fn break_interpolation(&mut self) -> bool {
        let [.., Context::String(Kind::StringOpen, _), Context::Interpolation(start)] = self.contexts[..]
        else {
            return false;
        };
        self.contexts.pop();
        self.error(start, start + 2, "unclosed `${`");
        self.edit(self.at, 0, "}");
        self.push(Kind::InterpolationClose, self.at);
        true
    }

    /// Closes the strings that the text ends in, and what is open inside of them.
    pub(super) fn end_of_file(&mut self) {
        let is_string = |context: &Context| matches!(context, Context::String(..));
        let Some(outermost) = self.contexts.iter().position(is_string) else { return };
        self.out.unclosed_string = true;
        let mut reported = false;
        while self.contexts.len() > outermost {
            match self.contexts.pop() {
                Some(Context::String(open, start)) => {
                    if !std::mem::replace(&mut reported, true) {
                        self.error(start, start + quotes_length(open), "unclosed string");
                    }
                    self.close_string(open);
                }
                Some(Context::Interpolation(start)) => {
                    if !std::mem::replace(&mut reported, true) {
                        self.error(start, start + 2, "unclosed `${`");
                    }
                    self.edit(self.at, 0, "}");
                }
                Some(Context::Brace) => self.edit(self.at, 0, "}"),
                Some(Context::Path(_)) | None => {}
            }
        }
    }
}

fn quotes_length(open: Kind) -> usize {
    if open == Kind::StringOpen { 1 } else { 2 }
}
