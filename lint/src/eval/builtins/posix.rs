//! POSIX extended regular expressions, as Nix' C++ library reads them, written anew for `regex-automata`.
//!
//! They are about bytes: `.` is any byte but NUL, and classes know only ASCII. Where the library's answer for an unusual
//! expression is its own invention, there is none here.

/// Why an expression cannot be used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Bad {
    /// Nix refuses it as well.
    Invalid,
    /// It is understood in too special a way, or it is too large.
    Unclear,
}

/// An expression in the other syntax.
#[derive(Debug)]
pub(super) struct Translated {
    /// The text, for an engine without Unicode.
    pub(super) text: String,
    /// How many groups it has.
    pub(super) groups: usize,
    /// Whether something in it may match any number of times.
    pub(super) repeats: bool,
    /// Whether a group is repeated that may match nothing. What such a group matched last is Nix' library's own invention.
    pub(super) unclear_groups: bool,
    /// How many states it may need: the number of its characters, those that are repeated counted as often.
    pub(super) weight: usize,
}

/// More states than any expression in a configuration has.
const MAX_WEIGHT: usize = 50_000;
/// How deeply groups may be nested.
const MAX_NESTING: u32 = 100;

/// Characters that a backslash may stand before.
const ESCAPABLE: &[u8] = b".[\\()*+?{|^$";

pub(super) fn translate(pattern: &str) -> Result<Translated, Bad> {
    let mut parser =
        Parser { bytes: pattern.as_bytes(), at: 0, groups: 0, repeats: false, unclear_groups: false };
    let Piece { text, weight, .. } = parser.alternatives(0)?;
    if parser.at < parser.bytes.len() {
        return Err(Bad::Invalid);
    }
    let Parser { groups, repeats, unclear_groups, .. } = parser;
    Ok(Translated { text, groups, repeats, unclear_groups, weight })
}

/// A part of an expression.
struct Piece {
    text: String,
    weight: usize,
    /// Whether it may match nothing.
    nullable: bool,
}

struct Parser<'a> {
    bytes: &'a [u8],
    at: usize,
    groups: usize,
    repeats: bool,
    unclear_groups: bool,
}

/// How often something is repeated.
struct Quantifier {
    text: String,
    /// How many copies of it are needed.
    copies: usize,
    optional: bool,
    endless: bool,
}

fn literal(byte: u8) -> String {
    format!("\\x{byte:02x}")
}

impl Parser<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    /// `a|b|…`, up to the end or a closing parenthesis.
    fn alternatives(&mut self, nesting: u32) -> Result<Piece, Bad> {
        if nesting > MAX_NESTING {
            return Err(Bad::Unclear);
        }
        let mut whole = Piece { text: String::new(), weight: 1, nullable: false };
        let mut nullable = true;
        loop {
            while let Some(term) = self.term(nesting)? {
                whole.text.push_str(&term.text);
                whole.weight = Self::bounded(whole.weight + term.weight)?;
                nullable &= term.nullable;
            }
            whole.nullable |= nullable;
            if !self.eat(b'|') {
                return Ok(whole);
            }
            whole.text.push('|');
            nullable = true;
        }
    }

    fn bounded(weight: usize) -> Result<usize, Bad> {
        if weight > MAX_WEIGHT { Err(Bad::Unclear) } else { Ok(weight) }
    }

    /// An anchor, or an atom with its quantifiers; `None` at the end of an alternative.
    fn term(&mut self, nesting: u32) -> Result<Option<Piece>, Bad> {
        let Some(byte) = self.peek() else { return Ok(None) };
        let groups = self.groups;
        let mut piece = match byte {
            b'|' | b')' => return Ok(None),
            b'^' | b'$' => {
                self.at += 1;
                let text = if byte == b'^' { "\\A" } else { "\\z" };
                return Ok(Some(Piece { text: text.to_owned(), weight: 1, nullable: true }));
            }
            b'(' => {
                self.at += 1;
                self.groups += 1;
                let inner = self.alternatives(nesting + 1)?;
                if !self.eat(b')') {
                    return Err(Bad::Invalid);
                }
                Piece {
                    text: format!("({})", inner.text),
                    weight: inner.weight + 2,
                    nullable: inner.nullable,
                }
            }
            _ => Piece { text: self.character(byte)?, weight: 1, nullable: false },
        };
        while let Some(Quantifier { text, copies, optional, endless }) = self.quantifier()? {
            self.unclear_groups |= endless && piece.nullable && self.groups > groups;
            piece.text = format!("(?:{}){text}", piece.text);
            piece.weight = Self::bounded(piece.weight.saturating_mul(copies) + 1)?;
            piece.nullable |= optional;
        }
        Ok(Some(piece))
    }

    /// What matches one byte.
    fn character(&mut self, byte: u8) -> Result<String, Bad> {
        self.at += 1;
        match byte {
            // Nothing can be repeated here.
            b'*' | b'+' | b'?' | b'{' => Err(Bad::Invalid),
            b'.' => Ok("[^\\x00]".to_owned()),
            b'[' => self.bracket(),
            b'\\' => match self.next() {
                Some(escaped) if ESCAPABLE.contains(&escaped) => Ok(literal(escaped)),
                _ => Err(Bad::Invalid),
            },
            other => Ok(literal(other)),
        }
    }

    fn quantifier(&mut self) -> Result<Option<Quantifier>, Bad> {
        let (text, optional, endless) = match self.peek() {
            Some(b'*') => ("*", true, true),
            Some(b'+') => ("+", false, true),
            Some(b'?') => ("?", true, false),
            Some(b'{') => {
                self.at += 1;
                return self.interval().map(Some);
            }
            _ => return Ok(None),
        };
        self.at += 1;
        self.repeats |= endless;
        Ok(Some(Quantifier { text: text.to_owned(), copies: 1, optional, endless }))
    }

    /// What follows `{`.
    fn interval(&mut self) -> Result<Quantifier, Bad> {
        let low = self.number()?.ok_or(Bad::Invalid)?;
        let (text, copies, endless) = if self.eat(b',') {
            match self.number()? {
                Some(high) if high < low => return Err(Bad::Invalid),
                Some(high) => (format!("{{{low},{high}}}"), high, false),
                None => (format!("{{{low},}}"), low + 1, true),
            }
        } else {
            (format!("{{{low}}}"), low, false)
        };
        if !self.eat(b'}') {
            return Err(Bad::Invalid);
        }
        self.repeats |= endless;
        Ok(Quantifier { text, copies, optional: low == 0, endless })
    }

    fn number(&mut self) -> Result<Option<usize>, Bad> {
        let mut number = None;
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            self.at += 1;
            number = Some(number.unwrap_or(0) * 10 + usize::from(digit - b'0'));
            if number > Some(MAX_WEIGHT) {
                return Err(Bad::Unclear);
            }
        }
        Ok(number)
    }

    /// What follows `[`. A backslash is nothing special there.
    fn bracket(&mut self) -> Result<String, Bad> {
        let mut text = String::from(if self.eat(b'^') { "[^" } else { "[" });
        // A character that may yet turn out to begin a range.
        let mut last: Option<u8> = None;
        let mut first = true;
        loop {
            let byte = self.next().ok_or(Bad::Invalid)?;
            match byte {
                b']' if !first => break,
                b'[' if matches!(self.peek(), Some(b'.' | b'=')) => return Err(Bad::Unclear),
                b'[' if self.peek() == Some(b':') => {
                    self.at += 1;
                    text.extend(last.take().map(literal));
                    text.push_str(self.class()?);
                }
                b'-' if first => last = Some(byte),
                b'-' => match last.take() {
                    // Behind a range or a class a dash can only be the last character.
                    None if self.peek() == Some(b']') => last = Some(b'-'),
                    None => return Err(Bad::Invalid),
                    Some(start) => match self.peek().ok_or(Bad::Invalid)? {
                        b']' => {
                            text.push_str(&literal(start));
                            last = Some(b'-');
                        }
                        b'[' if matches!(self.bytes.get(self.at + 1), Some(b':' | b'.' | b'=')) => {
                            return Err(Bad::Unclear);
                        }
                        end => {
                            self.at += 1;
                            if !start.is_ascii() || !end.is_ascii() {
                                return Err(Bad::Unclear);
                            }
                            if end < start {
                                return Err(Bad::Invalid);
                            }
                            text.push_str(&format!("{}-{}", literal(start), literal(end)));
                        }
                    },
                },
                other => text.extend(last.replace(other).map(literal)),
            }
            first = false;
        }
        text.extend(last.map(literal));
        text.push(']');
        Ok(text)
    }

    /// What follows `[:`: a class, to stand inside brackets.
    fn class(&mut self) -> Result<&'static str, Bad> {
        let rest = &self.bytes[self.at..];
        let end = rest.windows(2).position(|w| w == b":]").ok_or(Bad::Invalid)?;
        let name = rest[..end].to_ascii_lowercase();
        self.at += end + 2;
        Ok(match &*name {
            b"alnum" => "[:alnum:]",
            b"alpha" => "[:alpha:]",
            b"blank" => "[:blank:]",
            b"cntrl" => "[:cntrl:]",
            b"digit" | b"d" => "[:digit:]",
            b"graph" => "[:graph:]",
            b"lower" => "[:lower:]",
            b"print" => "[:print:]",
            b"punct" => "[:punct:]",
            b"space" | b"s" => "[:space:]",
            b"upper" => "[:upper:]",
            b"w" => "[:word:]",
            b"xdigit" => "[:xdigit:]",
            _ => return Err(Bad::Invalid),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nix_refuses() {
        // Each of them makes Nix 2.8 say "invalid regular expression".
        for pattern in [
            "\\d",
            "\\]",
            "\\}",
            "\\-",
            "\\/",
            "\\n",
            "*a",
            "a|*b",
            "(*a)",
            "^*",
            "a{,3}",
            "{",
            "a{",
            "a{3,2}",
            "a{1 }",
            "(a",
            "a)",
            "[a",
            "a\\",
            "[a-z-9]",
            "[a--]",
            "[z-a]",
            "[[:foo:]]",
            "[[:alpha:]",
            "[[:alpha:]-z]",
            "[]",
        ] {
            assert_eq!(translate(pattern).err(), Some(Bad::Invalid), "{pattern}");
        }
    }

    #[test]
    fn what_is_left_open() {
        for pattern in ["[[.a.]]", "[[=a=]]", "[a-ä]", "a{99999999999999999999}", "((a{1000}){1000}){1000}"]
        {
            assert_eq!(translate(pattern).err(), Some(Bad::Unclear), "{pattern}");
        }
        let nested = "(".repeat(10_000);
        assert_eq!(translate(&nested).err(), Some(Bad::Unclear));
    }

    #[test]
    fn the_other_syntax() {
        for (pattern, wanted) in [
            ("a+?", "(?:(?:\\x61)+)?"),
            ("[]a]", "[\\x5d\\x61]"),
            ("[^-a]", "[^\\x2d\\x61]"),
            ("[--0]", "[\\x2d-\\x30]"),
            ("[a-]", "[\\x61\\x2d]"),
            ("[[:alpha:]_-]", "[[:alpha:]\\x5f\\x2d]"),
            ("[\\d]", "[\\x5c\\x64]"),
            ("[[a]", "[\\x5b\\x61]"),
            ("(|a){2,}$", "(?:(|\\x61)){2,}\\z"),
            ("}]", "\\x7d\\x5d"),
        ] {
            assert_eq!(translate(pattern).map(|t| t.text).as_deref(), Ok(wanted), "{pattern}");
        }
    }
}
