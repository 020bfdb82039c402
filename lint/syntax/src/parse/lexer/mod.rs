//! Nix' lexer: what rnix' tokens should be.
//!
//! rnix reads some texts differently from Nix (`a/(b)`, `1.0e`, a comment that ends in a lone CR), and
//! what it makes of unclosed strings and stray characters loses the rest of the file. So the text is
//! read here first, by Nix' rules; where rnix would read something else, or nothing can be read, an
//! [`Edit`] makes the text plain.

mod paths;
mod stray;
mod strings;
mod words;

use super::draft::Edit;
use super::token::{Kind, Token};
use crate::hir::SyntaxError;
use rowan::{TextRange, TextSize};

/// What a text consists of.
#[derive(Default)]
pub(super) struct Lexed {
    pub(super) tokens: Vec<Token>,
    /// What no token can start with, end with or contain.
    pub(super) errors: Vec<SyntaxError>,
    /// What has to be changed before rnix can read the text as Nix does, in order.
    pub(super) edits: Vec<Edit>,
    /// The comments of both kinds, in order.
    pub(super) comments: Vec<TextRange>,
    /// Whether the text ends inside a string.
    pub(super) unclosed_string: bool,
}

/// A guess where a string or interpolation that is not closed should be.
#[derive(Clone, Copy)]
pub(super) enum Break {
    /// The string whose quotes start at `open` ends at `close`.
    String { open: u32, close: u32 },
    /// The quotes at this offset do not start a string in an interpolation, but end the string around it.
    Interpolation(u32),
}

/// Reads `text`. What `guess` says is not closed is closed there, with an error.
pub(super) fn lex(text: &str, guess: Option<Break>) -> Lexed {
    let mut lexer = Lexer {
        text,
        bytes: text.as_bytes(),
        at: 0,
        line_start: true,
        contexts: Vec::new(),
        run: Run::default(),
        gap: 0,
        stretch: 0,
        guess,
        out: Lexed::default(),
    };
    lexer.out.tokens.reserve(text.len() / 5);
    lexer.file();
    lexer.out.edits.sort_by_key(|edit| edit.at);
    lexer.out
}

/// rnix looks at all path characters that follow whenever it starts a token. This is as many as it may have to.
const LONGEST_RUN: usize = 256;

/// rowan remembers nodes of up to three children, if their children are remembered as well, and whenever its
/// memory grows it walks through all that is below each: for nodes nested in each other as deep as the text is
/// long, that takes hours. Bindings have more children, so only expressions without any can be like that. In
/// those, after as many tokens, [`CHILDREN`] ends it.
const LONGEST_STRETCH: usize = 512;

/// Whitespace and comments that are more than three children.
const CHILDREN: &str = " /**/ /**/ ";

/// What the lexer is inside of.
#[derive(Clone, Copy)]
enum Context {
    Brace,
    /// `${`, wherever it stands, and its offset.
    Interpolation(usize),
    /// A string, its opening token's kind and its offset.
    String(Kind, usize),
    /// A path, from the token with this index on.
    Path(usize),
}

/// A stretch of characters that can be in a path or before a URI's colon. It is remembered, so that each is
/// looked at once however many tokens it turns out to be.
#[derive(Clone, Copy, Default)]
struct Run {
    end: usize,
    /// Behind the last underscore, which no URI's scheme can have.
    scheme_start: usize,
}

struct Lexer<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    /// Whether only whitespace stands between here and the start of the line.
    line_start: bool,
    contexts: Vec<Context>,
    run: Run,
    /// The last place at which rnix stops when it looks at path characters.
    gap: usize,
    /// How many tokens were read since the last binding's name.
    stretch: usize,
    guess: Option<Break>,
    out: Lexed,
}

impl Lexer<'_> {
    fn file(&mut self) {
        if self.text.starts_with('\u{FEFF}') {
            self.error(0, 3, "the file starts with a byte order mark, which Nix does not accept");
            self.edit(0, 3, "");
            self.at = 3;
        }
        loop {
            match self.contexts.last() {
                Some(&Context::String(open, start)) => self.string_text(open, start),
                Some(&Context::Path(first)) => self.path_more(first),
                _ => {
                    self.trivia();
                    if self.at >= self.bytes.len() {
                        break;
                    }
                    self.code();
                }
            }
            if self.at >= self.bytes.len() && !matches!(self.contexts.last(), Some(Context::Path(_))) {
                break;
            }
        }
        self.end_of_file();
    }

    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn rest(&self) -> &[u8] {
        &self.bytes[self.at..]
    }

    /// Adds a token that ends at `end`, and what rnix needs before it.
    fn push(&mut self, kind: Kind, end: usize) {
        use Kind::*;
        let inside = matches!(kind, StringText | StringClose | IndentedClose | PathMore | InterpolationOpen);
        if self.at == 0
            || !(is_path(self.bytes[self.at - 1]) || matches!(self.bytes[self.at - 1], b'<' | b'/'))
        {
            self.gap = self.at;
        } else if self.at - self.gap > LONGEST_RUN && !inside {
            self.edit(self.at, 0, " ");
            self.gap = self.at;
        }
        let is_name = |token: &Token| matches!(token.kind, Ident | Or | StringClose | InterpolationClose);
        if kind == Assign && self.out.tokens.last().is_some_and(is_name) {
            self.stretch = 0;
        } else if self.stretch >= LONGEST_STRETCH && !inside {
            self.edit(self.at, 0, CHILDREN);
            self.stretch = 0;
        }
        self.stretch += 1;
        let first_in_line = std::mem::take(&mut self.line_start);
        self.out.tokens.push(Token { kind, first_in_line, start: self.at as u32, end: end as u32 });
        self.at = end;
    }

    fn error(&mut self, start: usize, end: usize, message: impl Into<String>) {
        let range = TextRange::new(TextSize::new(start as u32), TextSize::new(end as u32));
        self.out.errors.push(SyntaxError { range, message: message.into() });
    }

    fn edit(&mut self, at: usize, remove: usize, insert: &'static str) {
        self.out.edits.push(Edit { at: at as u32, remove: remove as u32, insert });
    }

    /// Whitespace and comments.
    fn trivia(&mut self) {
        loop {
            match self.peek(0) {
                b' ' | b'\t' => self.at += 1,
                b'\n' | b'\r' => {
                    self.at += 1;
                    self.line_start = true;
                }
                b'#' => {
                    let length = self.rest().iter().position(|byte| matches!(byte, b'\n' | b'\r'));
                    self.comment(length.unwrap_or(self.rest().len()));
                    // rnix' comments end at LF only.
                    if self.peek(0) == b'\r' && self.peek(1) != b'\n' {
                        self.edit(self.at, 1, "\n");
                    }
                }
                b'/' if self.peek(1) == b'*' => match find(&self.bytes[self.at + 2..], b"*/") {
                    Some(length) => self.comment(length + 4),
                    None => {
                        self.error(self.at, self.at + 2, "unclosed comment");
                        self.edit(self.at, self.rest().len(), "");
                        self.comment(self.rest().len());
                    }
                },
                _ => return,
            }
        }
    }

    fn comment(&mut self, length: usize) {
        let end = self.at + length;
        self.out.comments.push(TextRange::new(TextSize::new(self.at as u32), TextSize::new(end as u32)));
        self.at = end;
    }

    /// A token outside of strings and paths; there is at least one more character.
    fn code(&mut self) {
        use Kind::*;
        let (byte, next) = (self.peek(0), self.peek(1));
        let (kind, length) = match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => return self.word(),
            b'0'..=b'9' => return self.number_or_path(),
            b'.' | b'/' | b'-' | b'+' if self.starts_path() => return self.path(),
            b'.' if next.is_ascii_digit() => return self.number_or_path(),
            b'.' if self.rest().starts_with(b"...") => (Ellipsis, 3),
            b'.' => (Dot, 1),
            b'~' if next == b'/'
                && (is_path(self.peek(2)) || self.bytes[self.at + 2..].starts_with(b"${")) =>
            {
                return self.path();
            }
            b'<' => return self.less(),
            b'"' => {
                if matches!(self.guess, Some(Break::Interpolation(at)) if at as usize == self.at)
                    && self.break_interpolation()
                {
                    return;
                }
                self.contexts.push(Context::String(StringOpen, self.at));
                (StringOpen, 1)
            }
            b'\'' if next == b'\'' => {
                self.contexts.push(Context::String(IndentedOpen, self.at));
                (IndentedOpen, 2)
            }
            b'$' if next == b'{' => {
                self.contexts.push(Context::Interpolation(self.at));
                (InterpolationOpen, 2)
            }
            b'{' => {
                self.contexts.push(Context::Brace);
                (BraceOpen, 1)
            }
            b'}' => match self.contexts.pop() {
                Some(Context::Interpolation(_)) => (InterpolationClose, 1),
                _ => (BraceClose, 1),
            },
            b'[' => (BracketOpen, 1),
            b']' => (BracketClose, 1),
            b'(' => (ParenOpen, 1),
            b')' => (ParenClose, 1),
            b';' => (Semicolon, 1),
            b':' => (Colon, 1),
            b',' => (Comma, 1),
            b'@' => (At, 1),
            b'?' => (Question, 1),
            b'=' if next == b'=' => (Equal, 2),
            b'=' => (Assign, 1),
            b'!' if next == b'=' => (NotEqual, 2),
            b'!' => (Not, 1),
            b'>' if next == b'=' => (GreaterEqual, 2),
            b'>' => (Greater, 1),
            b'&' if next == b'&' => (And, 2),
            b'|' if next == b'|' => (Either, 2),
            b'|' if next == b'>' => (PipeRight, 2),
            b'-' if next == b'>' => (Implies, 2),
            b'/' if next == b'/' => (Update, 2),
            b'+' if next == b'+' => (Concat, 2),
            b'+' => (Add, 1),
            b'-' => (Sub, 1),
            b'*' => (Mul, 1),
            b'/' => {
                // rnix takes `a/(b)` for a path that ends in a slash.
                if self.at > 0 && is_path(self.bytes[self.at - 1]) {
                    self.edit(self.at, 0, " ");
                }
                (Div, 1)
            }
            _ => return self.stray(),
        };
        self.push(kind, self.at + length);
    }
}

/// A character that can be in a path, besides the slash.
fn is_path(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'+')
}

/// Where two bytes stand first.
fn find(bytes: &[u8], what: &[u8; 2]) -> Option<usize> {
    bytes.windows(2).position(|window| window == what)
}
