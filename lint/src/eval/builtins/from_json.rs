//! `builtins.fromJSON`: a reader of its own, because the difference between `-0` and `-0.0` counts and nesting is only
//! limited as for any other evaluation.

use super::Builtin;
use crate::eval::heap::ThunkId;
use crate::eval::machine::Eval;
use crate::eval::value::*;
use crate::syntax::hir::Name;

pub(super) const TABLE: &[Builtin] =
    &[Builtin { name: "fromJSON", arity: 1, kinds: Kinds::ANY, run: from_json }];

fn from_json(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let text = ev.want_text(args[0])?;
    ev.charge_text(text.len())?;
    let mut reader = Reader { text: &text, at: 0 };
    let value = reader.value(ev)?;
    match reader.peek() {
        None => Ok(value),
        Some(_) => Err(reader.wrong()),
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn wrong(&self) -> Stop {
        Stop::fail(format!("`fromJSON`: syntax error at byte {}", self.at))
    }

    /// The next byte that is no blank.
    fn peek(&mut self) -> Option<u8> {
        let rest = &self.text.as_bytes()[self.at..];
        self.at += rest.iter().take_while(|b| b" \t\r\n".contains(b)).count();
        self.text.as_bytes().get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn word(&mut self, word: &str, value: Value) -> Res {
        if !self.text[self.at..].starts_with(word) {
            return Err(self.wrong());
        }
        self.at += word.len();
        Ok(value)
    }

    fn value(&mut self, ev: &mut Eval<'_>) -> Res {
        ev.charge(1)?;
        match self.peek() {
            Some(b'n') => self.word("null", Value::Null),
            Some(b't') => self.word("true", Value::Bool(true)),
            Some(b'f') => self.word("false", Value::Bool(false)),
            Some(b'"') => match self.string()? {
                text if text.contains('\0') => {
                    Err(Stop::unknown_kind("a string with a NUL character", Kinds::STRING))
                }
                text => Ok(Value::str(&text)),
            },
            Some(b'[') => {
                self.at += 1;
                let mut items = Vec::new();
                while !self.eat(b']') {
                    if !items.is_empty() && !self.eat(b',') {
                        return Err(self.wrong());
                    }
                    items.push(self.part(ev)?);
                }
                Ok(Value::list(items))
            }
            Some(b'{') => {
                self.at += 1;
                let mut entries = Vec::new();
                while !self.eat(b'}') {
                    if !entries.is_empty() && !self.eat(b',') || self.peek() != Some(b'"') {
                        return Err(self.wrong());
                    }
                    let name = self.string()?;
                    if !self.eat(b':') {
                        return Err(self.wrong());
                    }
                    entries.push((Name::new(name), Attr::anonymous(self.part(ev)?)));
                }
                Ok(Value::attrs(entries))
            }
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => Err(self.wrong()),
        }
    }

    /// A thunk for an element; only what is in it may be unknown.
    fn part(&mut self, ev: &mut Eval<'_>) -> Res<ThunkId> {
        let start = self.at;
        match ev.deeper(|ev| self.value(ev)) {
            Ok(value) => Ok(ev.ready(value)),
            // The element was read to its end.
            Err(stop @ Stop::Unknown(_)) if self.text[start..self.at].ends_with('"') => Ok(ev.stopped(stop)),
            Err(stop) => Err(stop),
        }
    }

    fn string(&mut self) -> Res<String> {
        let rest = &self.text[self.at..];
        let mut escaped = false;
        let end = rest.bytes().skip(1).position(|b| {
            let end = b == b'"' && !escaped;
            escaped = b == b'\\' && !escaped;
            end
        });
        let token = end.and_then(|end| rest.get(..end + 2)).ok_or_else(|| self.wrong())?;
        let text = serde_json::from_str(token).map_err(|_| self.wrong())?;
        self.at += token.len();
        Ok(text)
    }

    fn number(&mut self) -> Res {
        let rest = &self.text[self.at..];
        let end = rest.find(|c: char| !matches!(c, '0'..='9' | '+' | '-' | '.' | 'e' | 'E'));
        let token = &rest[..end.unwrap_or(rest.len())];
        let number: serde_json::Number = serde_json::from_str(token).map_err(|_| self.wrong())?;
        self.at += token.len();
        if !token.contains(['.', 'e', 'E'])
            && let Ok(n) = token.parse::<i64>()
        {
            return Ok(Value::Int(n));
        }
        match number.as_f64() {
            Some(n) if !number.is_u64() => Ok(Value::Float(n)),
            _ => Err(Stop::fail(format!("`fromJSON`: {token} is too large for an integer"))),
        }
    }
}
