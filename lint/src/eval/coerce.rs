//! Values as strings, the way Nix makes strings of them.

use super::machine::Eval;
use super::sources;
use super::value::*;
use crate::syntax::hir::Name;

/// How many bytes of text that are made or looked through count as one step.
pub(crate) const TEXT_PER_STEP: u64 = 16;

/// How freely a value is made a string.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Coerce {
    /// In `"${…}"` and `+`: strings, paths (which Nix copies to its store) and sets that say how.
    Interpolate,
    /// In a path: the same, but a path stays where it is.
    PathPart,
    /// `builtins.toString`: also null, Booleans, numbers and lists; a path stays where it is.
    ToString,
}

impl Eval<'_> {
    /// Takes steps for `bytes` of text that are made or looked through.
    pub(crate) fn charge_text(&mut self, bytes: usize) -> Res<()> {
        self.charge(bytes as u64 / TEXT_PER_STEP)
    }

    /// `value` as a string.
    pub fn coerce(&mut self, value: Value, how: Coerce) -> Res<Str> {
        match value {
            Value::Str(s) => Ok(s),
            Value::Path(path) => {
                let stand_in = how == Coerce::Interpolate || sources::is_stand_in(&path);
                Ok(Str { text: path, stand_in })
            }
            Value::Symbol(s) => Ok(Str { text: format!("/nix/store/«{s}»").into(), stand_in: true }),
            // Where it is known where it lies, that it says otherwise how it is a string would be known too.
            Value::Attrs(set)
                if set.known("__toString").is_none()
                    && (set.known("outPath").is_some() || matches!(set.rest, Rest::Symbolic(_))) =>
            {
                match (set.known("outPath"), &set.rest) {
                    (None, Rest::Symbolic(name)) => self.coerce(Value::Symbol(name.clone()), how),
                    (Some(attr), _) => {
                        let path = self.force(attr.value)?;
                        self.deeper(|ev| ev.coerce(path, how))
                    }
                    _ => Err(Stop::fail("cannot coerce a set to a string")),
                }
            }
            Value::Attrs(set) => {
                if let Some(attr) = self.attr(&set, &Name::new_static("__toString"))? {
                    let this = self.ready(Value::Attrs(set));
                    let f = self.force(attr.value)?;
                    let result = self.deeper(|ev| ev.call(&f, this))?;
                    return self.deeper(|ev| ev.coerce(result, how));
                }
                if let Some(attr) = self.attr(&set, &Name::new_static("outPath"))? {
                    let path = self.force(attr.value)?;
                    return self.deeper(|ev| ev.coerce(path, how));
                }
                Err(Stop::fail("cannot coerce a set to a string"))
            }
            other if how != Coerce::ToString => {
                Err(Stop::fail(format!("cannot coerce {} to a string", other.describe())))
            }
            Value::Null | Value::Bool(false) => Ok(Str::new("")),
            Value::Bool(true) => Ok(Str::new("1")),
            Value::Int(n) => Ok(Str::new(&n.to_string())),
            // Which sign it is printed with depends on the machine.
            Value::Float(n) if n.is_nan() => Err(Stop::unknown_kind("it is not a number", Kinds::STRING)),
            Value::Float(n) => Ok(Str::new(&format!("{n:.6}"))),
            Value::List(list) => {
                if let Some(why) = &list.open {
                    return Err(Stop::Unknown(why.clone()).yielding(Kinds::STRING));
                }
                let mut text = String::new();
                let mut stand_in = false;
                for (i, item) in list.items.iter().enumerate() {
                    let value = self.force(*item)?;
                    // An empty list inside a list leaves no space.
                    let empty = matches!(&value, Value::List(l) if l.items.is_empty());
                    let part = self.deeper(|ev| ev.coerce(value, how))?;
                    self.charge(1)?;
                    self.charge_text(part.text.len())?;
                    text.push_str(&part.text);
                    stand_in |= part.stand_in;
                    if i + 1 < list.items.len() && !empty {
                        text.push(' ');
                    }
                }
                Ok(Str { text: text.into(), stand_in })
            }
            other @ (Value::Lambda(_) | Value::Builtin(_) | Value::Native(_)) => {
                Err(Stop::fail(format!("cannot coerce {} to a string", other.describe())))
            }
        }
    }
}
