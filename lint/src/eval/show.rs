//! Values as text and as JSON.

use super::coerce::Coerce;
use super::heap::ThunkId;
use super::machine::Eval;
use super::value::*;
use serde_json::Value as Json;
use std::borrow::Cow;

/// Words that Nix does not accept as an attribute's name without quotes.
const KEYWORDS: [&str; 9] = ["assert", "else", "if", "in", "inherit", "let", "rec", "then", "with"];

/// An attribute's name as it is written in Nix, with quotes if it needs them.
pub fn attr_name(name: &str) -> Cow<'_, str> {
    let mut chars = name.chars();
    let plain = chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '\''))
        && !KEYWORDS.contains(&name);
    if plain { Cow::Borrowed(name) } else { Cow::Owned(quoted(name)) }
}

/// A string as it is written in Nix.
pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '$' if chars.peek() == Some(&'{') => out.push_str("\\$"),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// How deeply nested a value is shown as JSON at most: what reads it has its limits too.
const MAX_NESTING: usize = 256;
/// How deeply nested a value is shown as text at most.
const MAX_INDENT: usize = 64;
/// How many values are written out at most as text.
const MAX_NODES: usize = 20_000;
/// How many characters a line has at most, unless a single value is longer.
const LINE_WIDTH: usize = 100;

impl Eval<'_> {
    /// A value with everything in it, as JSON; unknown if any of it is, or if it contains a function. A path becomes its text,
    /// a derivation its output's path.
    pub fn to_json(&mut self, value: &Value) -> Res<Json> {
        self.json(value, 0)
    }

    fn json(&mut self, value: &Value, nesting: usize) -> Res<Json> {
        if nesting > MAX_NESTING {
            return Err(Stop::unknown("the value is nested too deeply"));
        }
        // Each takes much more memory than the value itself.
        self.charge(8)?;
        Ok(match value {
            Value::Null => Json::Null,
            Value::Bool(b) => Json::Bool(*b),
            Value::Int(n) => Json::from(*n),
            Value::Float(n) => serde_json::Number::from_f64(*n).map_or(Json::Null, Json::Number),
            Value::Str(s) if s.stand_in => {
                return Err(Stop::unknown_kind("a store path is not known", Kinds::STRING));
            }
            Value::Str(s) => {
                self.charge_text(s.text.len())?;
                Json::String(s.text.to_string())
            }
            Value::Path(path) => Json::String(path.to_string()),
            Value::Symbol(s) => return Err(Stop::needs_nixpkgs(s)),
            Value::Lambda(_) | Value::Builtin(_) | Value::Native(_) => {
                return Err(Stop::unknown_kind("it is a function", Kinds::LAMBDA));
            }
            Value::List(list) => {
                if let Some(why) = &list.open {
                    return Err(Stop::Unknown(why.clone()).yielding(Kinds::LIST));
                }
                let mut items = Vec::with_capacity(list.items.len());
                for item in &list.items {
                    let item = self.force(*item)?;
                    items.push(self.deeper(|ev| ev.json(&item, nesting + 1))?);
                }
                Json::Array(items)
            }
            // As Nix has it: what can be made a string is one.
            Value::Attrs(set) if set.known("__toString").is_some() => {
                let text = self.coerce(value.clone(), Coerce::Interpolate)?;
                self.deeper(|ev| ev.json(&Value::Str(text), nesting + 1))?
            }
            Value::Attrs(set) if let Some(path) = set.known("outPath") => {
                let path = self.force(path.value)?;
                self.deeper(|ev| ev.json(&path, nesting + 1))?
            }
            Value::Attrs(set) => {
                let mut object = serde_json::Map::new();
                for (name, attr) in self.entries(set)? {
                    let value = self.force(attr.value)?;
                    let value = self.deeper(|ev| ev.json(&value, nesting + 1))?;
                    object.insert(name.to_string(), value);
                }
                Json::Object(object)
            }
        })
    }

    /// A value with everything in it, as it is written in Nix, over several lines if it is long. What cannot be written
    /// stands between `«` and `»`: functions, what is unknown, errors.
    pub fn to_text(&mut self, value: &Value) -> String {
        let mut nodes = 0;
        let node = self.node(value, 0, &mut nodes);
        let mut out = String::new();
        node.write(&mut out, 0);
        out
    }

    fn node(&mut self, value: &Value, nesting: usize, nodes: &mut usize) -> Node {
        *nodes += 1;
        if nesting > MAX_INDENT || *nodes > MAX_NODES {
            return Node::leaf("…");
        }
        match value {
            Value::Null => Node::leaf("null"),
            Value::Bool(b) => Node::leaf(b.to_string()),
            Value::Int(n) => Node::leaf(n.to_string()),
            Value::Float(n) if n.is_finite() => {
                let text = format!("{n:?}");
                // Nix wants a point before an exponent.
                Node::leaf(if text.contains('.') { text } else { text.replacen('e', ".0e", 1) })
            }
            Value::Float(n) => Node::leaf(format!("«{n}»")),
            Value::Str(s) if s.stand_in => Node::leaf(format!("«{}»", s.text)),
            Value::Str(s) => Node::leaf(quoted(&s.text)),
            Value::Path(path) => Node::leaf(&**path),
            Value::Symbol(s) => Node::leaf(format!("«{s}»")),
            Value::Lambda(closure) => {
                let path = closure.unit.path.clone();
                Node::leaf(format!("«a function in {path}»"))
            }
            Value::Builtin(partial) => Node::leaf(format!("«builtins.{}»", partial.builtin.name)),
            Value::Native(_) => Node::leaf("«a function»"),
            Value::List(list) => {
                let mut parts: Vec<(String, Node)> = Vec::with_capacity(list.items.len());
                for item in &list.items {
                    parts.push((String::new(), self.node_of(*item, nesting + 1, nodes)));
                }
                if let Some(why) = &list.open {
                    parts.push((String::new(), unknown(why)));
                }
                Node::group("[", parts, "]")
            }
            Value::Attrs(set) => {
                let (entries, open) = match self.listing(set) {
                    Ok(listing) => listing,
                    Err(stop) => return stopped(&stop),
                };
                let mut parts = Vec::with_capacity(entries.len());
                for (name, attr) in entries {
                    let mut node = self.node_of(attr.value, nesting + 1, nodes);
                    node.end(";");
                    parts.push((format!("{} = ", attr_name(&name)), node));
                }
                parts.extend(open.map(|why| (String::new(), unknown(&why))));
                Node::group("{", parts, "}")
            }
        }
    }

    fn node_of(&mut self, thunk: ThunkId, nesting: usize, nodes: &mut usize) -> Node {
        let value = if *nodes > MAX_NODES { return Node::leaf("…") } else { self.force(thunk) };
        let result = self.deeper(|ev| match value {
            Ok(value) => Ok(ev.node(&value, nesting, nodes)),
            Err(stop) => Err(stop),
        });
        result.unwrap_or_else(|stop| stopped(&stop))
    }
}

fn unknown(why: &Unknown) -> Node {
    Node::leaf(format!("«unknown: {}»", why.reason))
}

fn stopped(stop: &Stop) -> Node {
    match stop {
        Stop::Unknown(why) => unknown(why),
        Stop::Error(error) => Node::leaf(format!("«error: {error}»")),
    }
}

/// A text that can be laid out on one line or on several.
struct Node {
    /// What stands before the parts; all there is if there are none.
    head: String,
    /// The parts, each with what introduces it.
    parts: Vec<(String, Node)>,
    tail: String,
    /// How many bytes it has on one line.
    width: usize,
}

impl Node {
    fn leaf(text: impl Into<String>) -> Self {
        let head = text.into();
        Node { width: head.len(), head, parts: Vec::new(), tail: String::new() }
    }

    fn group(head: &str, parts: Vec<(String, Node)>, tail: &str) -> Self {
        let inner: usize = parts.iter().map(|(intro, node)| intro.len() + node.width + 1).sum();
        Node {
            width: head.len() + inner + 1 + tail.len(),
            head: head.to_owned(),
            parts,
            tail: tail.to_owned(),
        }
    }

    fn end(&mut self, text: &str) {
        let end = if self.tail.is_empty() { &mut self.head } else { &mut self.tail };
        end.push_str(text);
        self.width += text.len();
    }

    fn write(&self, out: &mut String, indent: usize) {
        out.push_str(&self.head);
        if self.tail.is_empty() {
            return;
        }
        let broken = indent + self.width > LINE_WIDTH && !self.parts.is_empty();
        for (intro, node) in &self.parts {
            Self::separate(out, broken.then_some(indent + 2));
            out.push_str(intro);
            node.write(out, indent + 2);
        }
        Self::separate(out, broken.then_some(indent));
        out.push_str(&self.tail);
    }

    fn separate(out: &mut String, line: Option<usize>) {
        match line {
            Some(indent) => {
                out.push('\n');
                out.extend(std::iter::repeat_n(' ', indent));
            }
            None => out.push(' '),
        }
    }
}
