//! Nix' lexer: what rnix' tokens should be.
//!
//! rnix reads some texts differently from Nix (`a/(b)`, `1.0e`, a comment that ends in a lone CR), and
//! what it makes of unclosed strings and stray characters loses the rest of the file. So the text is
//! read here first, by Nix' rules; where rnix would read something else, or nothing can be read, an
//! [`Edit`] makes the text plain.

use super::draft::Edit;
use super::token::{Kind, Token};
use crate::syntax::hir::SyntaxError;
use rowan::{TextRange, TextSize};

/// What a text consists of.
#[derive(Default)]
pub(super) struct Lexed {
    pub(super) tokens: Vec<Token>,
    /// What no token can start with, end with or contain.
    pub(super) errors: Vec<SyntaxError>,
    /// What has to be changed before rnix can read the text as Nix does, in order.
    pub(super) edits: Vec<Edit>,
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
                    self.at += length.unwrap_or(self.rest().len());
                    // rnix' comments end at LF only.
                    if self.peek(0) == b'\r' && self.peek(1) != b'\n' {
                        self.edit(self.at, 1, "\n");
                    }
                }
                b'/' if self.peek(1) == b'*' => match find(&self.bytes[self.at + 2..], b"*/") {
                    Some(length) => self.at += length + 4,
                    None => {
                        self.error(self.at, self.at + 2, "unclosed comment");
                        self.edit(self.at, self.rest().len(), "");
                        self.at = self.bytes.len();
                    }
                },
                _ => return,
            }
        }
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

    /// The stretch of path characters from here on.
    fn run(&mut self) -> Run {
        if self.run.end <= self.at {
            let end = self.rest().iter().position(|&byte| !is_path(byte)).unwrap_or(self.rest().len());
            let run = &self.rest()[..end];
            let scheme_start = run.iter().rposition(|&byte| byte == b'_').map_or(0, |last| last + 1);
            self.run = Run { end: self.at + end, scheme_start: self.at + scheme_start };
        }
        self.run
    }

    /// Whether Nix reads a path from here on: path characters, a slash, and more of them or an interpolation.
    fn starts_path(&mut self) -> bool {
        let end = self.run().end.max(self.at);
        let rest = &self.bytes[end..];
        rest.first() == Some(&b'/')
            && (rest.get(1).is_some_and(|&byte| is_path(byte)) || rest[1..].starts_with(b"${"))
    }

    fn word(&mut self) {
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

    fn number_or_path(&mut self) {
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

    /// `<nixpkgs>`, or an operator.
    fn less(&mut self) {
        let mut end = self.at + 1;
        loop {
            let segment = self.bytes[end..].iter().take_while(|&&byte| is_path(byte)).count();
            end += segment;
            match self.bytes.get(end) {
                Some(b'/') if segment > 0 => end += 1,
                Some(b'>') if segment > 0 => return self.push(Kind::Search, end + 1),
                _ => break,
            }
        }
        let (kind, length) = match self.peek(1) {
            b'=' => (Kind::LessEqual, 2),
            b'|' => (Kind::PipeLeft, 2),
            next => {
                // rnix takes more for a search path than Nix does.
                if is_path(next) || matches!(next, b'/' | b'<') {
                    self.edit(self.at + 1, 0, " ");
                }
                (Kind::Less, 1)
            }
        };
        self.push(kind, self.at + length);
    }

    /// A path's first part.
    fn path(&mut self) {
        if self.rest().starts_with(b"...") {
            // rnix reads `...` first.
            self.edit(self.at, 0, "./");
        }
        self.contexts.push(Context::Path(self.out.tokens.len()));
        self.path_part(Kind::Path);
    }

    /// What follows a path's part: an interpolation, another part, or something else.
    fn path_more(&mut self, first: usize) {
        if self.rest().starts_with(b"${") {
            self.contexts.push(Context::Interpolation(self.at));
            self.push(Kind::InterpolationOpen, self.at + 2);
        } else if is_path(self.peek(0)) || self.peek(0) == b'/' {
            self.path_part(Kind::PathMore);
        } else {
            self.contexts.pop();
            self.end_of_path(first);
        }
    }

    fn path_part(&mut self, kind: Kind) {
        let start = self.at + usize::from(self.peek(0) == b'~');
        let rest = &self.bytes[start..];
        let part = |&byte: &u8| !(is_path(byte) || byte == b'/');
        let end = start + rest.iter().position(part).unwrap_or(rest.len());
        // Several slashes are as good as one, where they are allowed; rnix allows them nowhere.
        let mut from = start;
        while let Some(found) = find(&self.bytes[from..end], b"//") {
            self.edit(from + found, 1, "");
            from += found + 1;
        }
        self.push(kind, end);
    }

    fn end_of_path(&mut self, first: usize) {
        let tokens = &self.out.tokens[first..];
        let (Some(part), Some(last)) = (tokens.first().copied(), tokens.last().copied()) else { return };
        let (start, end) = (part.start as usize, last.end as usize);
        if self.bytes[..end].ends_with(b"/") {
            self.error(end - 1, end, "a path cannot end in `/`");
            self.edit(end - 1, 1, "");
        } else if tokens.len() == 1
            && let Some(at) = find(&self.bytes[start..end], b"//")
        {
            self.error(start + at, start + at + 2, "a path cannot contain `//`");
        }
    }

    /// The text of a string up to its end or an interpolation, and that as well.
    fn string_text(&mut self, open: Kind, quotes: usize) {
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
    fn break_interpolation(&mut self) -> bool {
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
    fn end_of_file(&mut self) {
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

    /// Characters that no token starts with.
    fn stray(&mut self) {
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

fn quotes_length(open: Kind) -> usize {
    if open == Kind::StringOpen { 1 } else { 2 }
}

/// A character that can be in a path, besides the slash.
fn is_path(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'+')
}

/// A character that can follow a URI's colon.
fn is_uri(byte: u8) -> bool {
    is_path(byte)
        || matches!(
            byte,
            b'%' | b'/' | b'?' | b':' | b'@' | b'&' | b'=' | b'$' | b',' | b'!' | b'~' | b'*' | b'\''
        )
}

/// Characters that have no width or direction only: byte order marks, joiners, direction marks.
fn is_invisible(char: char) -> bool {
    matches!(char, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}' | '\u{FEFF}')
}

fn find(bytes: &[u8], what: &[u8; 2]) -> Option<usize> {
    bytes.windows(2).position(|window| window == what)
}
