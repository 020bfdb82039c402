//! `builtins.toXML`.

use super::Builtin;
use crate::eval::heap::ThunkId;
use crate::eval::machine::Eval;
use crate::eval::value::*;
use crate::syntax::hir::{Expr, Name, Param};
use std::collections::HashSet;
use std::rc::Rc;

pub(super) const TABLE: &[Builtin] =
    &[Builtin { name: "toXML", arity: 1, kinds: Kinds::STRING, run: to_xml }];

/// A document that is being written.
#[derive(Default)]
struct Writer {
    text: String,
    depth: usize,
    stand_in: bool,
    /// The `drvPath`s that were written: a derivation is written out once.
    seen: HashSet<Rc<str>>,
}

fn to_xml(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let mut out = Writer { depth: 1, ..Writer::default() };
    out.text.push_str("<?xml version='1.0' encoding='utf-8'?>\n<expr>\n");
    write(ev, args[0], &mut out)?;
    out.text.push_str("</expr>\n");
    Ok(Value::Str(Str { text: out.text.into(), stand_in: out.stand_in }))
}

impl Writer {
    /// A line with a tag: `inside` stands between the angle brackets.
    fn tag(&mut self, inside: &str) {
        self.text.extend(std::iter::repeat_n("  ", self.depth));
        self.text.push('<');
        self.text.push_str(inside);
        self.text.push_str(">\n");
    }

    fn open(&mut self, inside: &str) {
        self.tag(inside);
        self.depth += 1;
    }

    fn close(&mut self, name: &str) {
        self.depth -= 1;
        self.tag(&format!("/{name}"));
    }

    fn scalar(&mut self, name: &str, value: &str) {
        self.tag(&format!("{name} value=\"{}\" /", escaped(value)));
    }
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' => out.push_str("&quot;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\n' => out.push_str("&#xA;"),
            c => out.push(c),
        }
    }
    out
}

fn write(ev: &mut Eval<'_>, thunk: ThunkId, out: &mut Writer) -> Res<()> {
    let value = ev.force(thunk)?;
    // Every line is indented.
    ev.charge(1 + out.depth as u64)?;
    match &value {
        Value::Null => out.tag("null /"),
        Value::Bool(b) => out.scalar("bool", if *b { "true" } else { "false" }),
        Value::Int(n) => out.scalar("int", &n.to_string()),
        Value::Float(n) => out.scalar("float", &six_digits(*n)),
        Value::Path(path) => out.scalar("path", path),
        Value::Str(s) => {
            ev.charge_text(s.text.len())?;
            out.stand_in |= s.stand_in;
            out.scalar("string", &s.text);
        }
        Value::List(list) => {
            if let Some(why) = &list.open {
                return Err(Stop::Unknown(why.clone()));
            }
            out.open("list");
            for item in &list.items {
                ev.deeper(|ev| write(ev, *item, out))?;
            }
            out.close("list");
        }
        Value::Attrs(set) => {
            let entries = ev.entries(set)?;
            let derivation = ev.derivation_path(set)?.is_some();
            if !derivation {
                out.open("attrs");
                attributes(ev, &entries, out)?;
                out.close("attrs");
                return Ok(());
            }
            let mut tag = "derivation".to_owned();
            let mut first = true;
            for name in ["drvPath", "outPath"] {
                let Some(attr) = set.known(name) else { continue };
                if let Value::Str(s) = ev.force(attr.value)? {
                    tag.push_str(&format!(" {name}=\"{}\"", escaped(&s.text)));
                    out.stand_in |= s.stand_in;
                    first &= name != "drvPath" || out.seen.insert(s.text);
                }
            }
            out.open(&tag);
            if first {
                attributes(ev, &entries, out)?;
            } else {
                out.tag("repeated /");
            }
            out.close("derivation");
        }
        Value::Lambda(closure) => {
            let Expr::Lambda(lambda) = closure.unit.file.expr(closure.lambda) else { return Ok(()) };
            out.open("function");
            parameter(&lambda.param, out);
            out.close("function");
        }
        Value::Builtin(_) | Value::Native(_) => out.tag("unevaluated /"),
        Value::Symbol(_) => return Err(ev.mismatch("a value", &value)),
    }
    Ok(())
}

fn attributes(ev: &mut Eval<'_>, entries: &[(Name, Attr)], out: &mut Writer) -> Res<()> {
    for (name, attr) in entries {
        out.open(&format!("attr name=\"{}\"", escaped(name)));
        ev.deeper(|ev| write(ev, attr.value, out))?;
        out.close("attr");
    }
    Ok(())
}

fn parameter(param: &Param, out: &mut Writer) {
    match param {
        Param::Name(name) => out.tag(&format!("varpat name=\"{}\" /", escaped(name))),
        Param::Pattern { formals, open, bind } => {
            let mut tag = "attrspat".to_owned();
            if *open {
                tag.push_str(" ellipsis=\"1\"");
            }
            if let Some(bind) = bind {
                tag.push_str(&format!(" name=\"{}\"", escaped(bind)));
            }
            out.open(&tag);
            let mut names: Vec<&Name> = formals.iter().map(|f| &f.name).collect();
            names.sort();
            for name in names {
                out.tag(&format!("attr name=\"{}\" /", escaped(name)));
            }
            out.close("attrspat");
        }
    }
}

/// A number with at most six significant digits, as C++ prints it.
fn six_digits(n: f64) -> String {
    if !n.is_finite() {
        return if n.is_nan() { "nan".to_owned() } else { format!("{n}") };
    }
    let scientific = format!("{n:.5e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let short = |text: &str| match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text.to_owned(),
    };
    if (-4..6).contains(&exponent) {
        short(&format!("{n:.*}", (5 - exponent) as usize))
    } else {
        let sign = if exponent < 0 { '-' } else { '+' };
        format!("{}e{sign}{:02}", short(digits), exponent.abs())
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn floats() {
        for (n, wanted) in [
            (1.0, "1"),
            (1.5, "1.5"),
            (-0.1, "-0.1"),
            (123456.7, "123457"),
            (1234567.0, "1.23457e+06"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (0.0, "0"),
            (f64::INFINITY, "inf"),
        ] {
            assert_eq!(super::six_digits(n), wanted);
        }
    }
}
