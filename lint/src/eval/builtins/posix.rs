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
    let mut parser = Parser { bytes: pattern.as_bytes(), at: 0, groups: 0, repeats: false };
    let (text, weight) = parser.alternatives(0)?;
    if parser.at < parser.bytes.len() {
        return Err(Bad::Invalid);
    }
    if weight > MAX_WEIGHT {
        return Err(Bad::Unclear);
    }
    Ok(Translated { text, groups: parser.groups, repeats: parser.repeats, weight })
}

struct Parser<'a> {
    bytes: &'a [u8],
    at: usize,
    groups: usize,
    repeats: bool,
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

    /// `a|b|…`, up to the end or a closing parenthesis. Text and weight.
    fn alternatives(&mut self, nesting: u32) -> Result<(String, usize), Bad> {
        if nesting > MAX_NESTING {
            return Err(Bad::Unclear);
        }
        let mut text = String::new();
        let mut weight = 1;
        loop {
            while let Some((term, w)) = self.term(nesting)? {
                text.push_str(&term);
                weight = Self::bounded(weight + w)?;
            }
            if !self.eat(b'|') {
                return Ok((text, weight));
            }
            text.push('|');
        }
    }

    fn bounded(weight: usize) -> Result<usize, Bad> {
        if weight > MAX_WEIGHT { Err(Bad::Unclear) } else { Ok(weight) }
    }

    /// An anchor, or an atom with its quantifiers; `None` at the end of an alternative.
    fn term(&mut self, nesting: u32) -> Result<Option<(String, usize)>, Bad> {
        let Some(byte) = self.peek() else { return Ok(None) };
        let (mut text, mut weight) = match byte {
            b'|' | b')' => return Ok(None),
            // Nothing can be repeated here.
            b'*' | b'+' | b'?' | b'{' => return Err(Bad::Invalid),
            b'^' | b'$' => {
                self.at += 1;
                let anchor = if byte == b'^' { "\\A" } else { "\\z" };
                return Ok(Some((anchor.to_owned(), 1)));
            }
            b'(' => {
                self.at += 1;
                self.groups += 1;
                let (inner, weight) = self.alternatives(nesting + 1)?;
                if !self.eat(b')') {
                    return Err(Bad::Invalid);
                }
                (format!("({inner})"), weight + 2)
            }
            b'.' => {
                self.at += 1;
                ("[^\\x00]".to_owned(), 1)
            }
            b'[' => {
                self.at += 1;
                (self.bracket()?, 1)
            }
            b'\\' => {
                self.at += 1;
                match self.next() {
                    Some(escaped) if ESCAPABLE.contains(&escaped) => (literal(escaped), 1),
                    _ => return Err(Bad::Invalid),
                }
            }
            other => {
                self.at += 1;
                (literal(other), 1)
            }
        };
        while let Some((quantifier, times)) = self.quantifier()? {
            text = format!("(?:{text}){quantifier}");
            weight = Self::bounded(weight.saturating_mul(times) + 1)?;
        }
        Ok(Some((text, weight)))
    }

    /// A quantifier, and how many copies of what it repeats it needs.
    fn quantifier(&mut self) -> Result<Option<(String, usize)>, Bad> {
        let text = match self.peek() {
            Some(b'*') => "*",
            Some(b'+') => "+",
            Some(b'?') => "?",
            Some(b'{') => {
                self.at += 1;
                return self.interval().map(Some);
            }
            _ => return Ok(None),
        };
        self.at += 1;
        self.repeats |= text != "?";
        Ok(Some((text.to_owned(), 1)))
    }

    /// What follows `{`.
    fn interval(&mut self) -> Result<(String, usize), Bad> {
        let low = self.number()?.ok_or(Bad::Invalid)?;
        let (text, times) = if self.eat(b',') {
            match self.number()? {
                Some(high) if high < low => return Err(Bad::Invalid),
                Some(high) => (format!("{{{low},{high}}}"), high),
                None => {
                    self.repeats = true;
                    (format!("{{{low},}}"), low + 1)
                }
            }
        } else {
            (format!("{{{low}}}"), low)
        };
        if !self.eat(b'}') {
            return Err(Bad::Invalid);
        }
        Ok((text, times))
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
