//! Values as text and as JSON.

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

impl Eval<'_> {
    /// A value with everything in it, as JSON; unknown if any of it is, or if it contains a function. A path becomes its text.
    pub fn to_json(&mut self, value: &Value) -> Res<Json> {
        self.charge(1)?;
        Ok(match value {
            Value::Null => Json::Null,
            Value::Bool(b) => Json::Bool(*b),
            Value::Int(n) => Json::from(*n),
            Value::Float(n) => serde_json::Number::from_f64(*n).map_or(Json::Null, Json::Number),
            Value::Str(s) if s.stand_in => {
                return Err(Stop::unknown_kind("a store path is not known", Kinds::STRING));
            }
            Value::Str(s) => Json::String(s.text.to_string()),
            Value::Path(path) => Json::String(path.to_string()),
            Value::Symbol(s) => return Err(Stop::unknown(format!("`{s}` needs nixpkgs"))),
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
                    items.push(self.deeper(|ev| ev.to_json(&item))?);
                }
                Json::Array(items)
            }
            Value::Attrs(set) => {
                let mut object = serde_json::Map::new();
                for (name, attr) in self.entries(set)? {
                    let value = self.force(attr.value)?;
                    let value = self.deeper(|ev| ev.to_json(&value))?;
                    object.insert(name.to_string(), value);
                }
                Json::Object(object)
            }
        })
    }
}
