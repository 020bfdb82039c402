//! Names, keywords, URIs and numbers.

use super::{Kind, Lexer, is_path};

impl Lexer<'_> {
    /// A name, a keyword, a URI, or a path.
    pub(super) fn word(&mut self) {
        let end = |byte: &u8| !(byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'\''));
        let length = self.rest().iter().position(end).unwrap_or(self.rest().len());
        // Names that end before a space or a semicolon, as most do, are neither paths nor URIs.
        if matches!(self.peek(length), b'.' | b'+' | b'/' | b':') {
            if self.starts_path() {
                return self.path();
            }
            let run = self.run();
            let starts_uri = self.peek(0) != b'_'
                && run.scheme_start <= self.at
                && self.bytes[run.end..].starts_with(b":")
                && self.bytes.get(run.end + 1).is_some_and(|&byte| is_uri(byte));
            if starts_uri {
                let rest = &self.bytes[run.end + 1..];
                let length = rest.iter().position(|&byte| !is_uri(byte)).unwrap_or(rest.len());
                return self.push(Kind::Uri, run.end + 1 + length);
            }
        }
        let kind = match &self.rest()[..length] {
            b"assert" => Kind::Assert,
            b"else" => Kind::Else,
            b"if" => Kind::If,
            b"in" => Kind::In,
            b"inherit" => Kind::Inherit,
            b"let" => Kind::Let,
            b"or" => Kind::Or,
            b"rec" => Kind::Rec,
            b"then" => Kind::Then,
            b"with" => Kind::With,
            _ => Kind::Ident,
        };
        self.push(kind, self.at + length);
    }

    /// A number, or a path that starts like one.
    pub(super) fn number_or_path(&mut self) {
        if self.starts_path() {
            return self.path();
        }
        let digits = |from: usize| {
            let rest = &self.rest()[from..];
            from + rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len())
        };
        let whole = digits(0);
        // A float starts with another digit than 0, or with nothing or a single 0 before the dot, and in
        // that case has digits behind it.
        let dot = self.peek(whole) == b'.';
        let float = match self.peek(0) {
            b'1'..=b'9' => dot,
            _ => dot && whole <= 1 && self.peek(whole + 1).is_ascii_digit(),
        };
        if !float {
            if dot && whole == 1 && self.peek(0) == b'0' {
                // rnix takes `0.` for a float.
                self.edit(self.at + 1, 0, " ");
            }
            return self.push(Kind::Int, self.at + whole);
        }
        let mut end = digits(whole + 1);
        if matches!(self.peek(end), b'e' | b'E') {
            let sign = usize::from(matches!(self.peek(end + 1), b'+' | b'-'));
            if self.peek(end + 1 + sign).is_ascii_digit() {
                end = digits(end + 1 + sign);
            } else {
                // rnix finds an error in `1.0e`, which is 1.0 and a name.
                self.edit(self.at + end, 0, " ");
            }
        }
        self.push(Kind::Float, self.at + end);
    }
}

/// A character that can follow a URI's colon.
fn is_uri(byte: u8) -> bool {
    is_path(byte)
        || matches!(
            byte,
            b'%' | b'/' | b'?' | b':' | b'@' | b'&' | b'=' | b'$' | b',' | b'!' | b'~' | b'*' | b'\''
        )
}
