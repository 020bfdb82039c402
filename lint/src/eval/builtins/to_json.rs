//! `builtins.toJSON`.

use super::Builtin;
use crate::eval::coerce::Coerce;
use crate::eval::heap::ThunkId;
use crate::eval::machine::Eval;
use crate::eval::value::*;
use crate::syntax::hir::Name;

pub(super) const TABLE: &[Builtin] =
    &[Builtin { name: "toJSON", arity: 1, kinds: Kinds::STRING, run: to_json }];

fn to_json(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let mut out = Str { text: "".into(), stand_in: false };
    let mut text = String::new();
    write(ev, args[0], &mut text, &mut out.stand_in)?;
    out.text = text.into();
    Ok(Value::Str(out))
}

fn write(ev: &mut Eval<'_>, thunk: ThunkId, out: &mut String, stand_in: &mut bool) -> Res<()> {
    let value = ev.force(thunk)?;
    ev.charge(1)?;
    match &value {
        Value::Null => out.push_str("null"),
        Value::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
        Value::Int(n) => out.push_str(&n.to_string()),
        Value::Float(n) => out.push_str(&float(*n)),
        // A path is copied to the store.
        Value::Str(_) | Value::Path(_) => {
            let s = ev.coerce(value, Coerce::Interpolate)?;
            ev.charge_text(s.text.len())?;
            string(&s.text, out);
            *stand_in |= s.stand_in;
        }
        Value::List(list) => {
            if let Some(why) = &list.open {
                return Err(Stop::Unknown(why.clone()));
            }
            out.push('[');
            for (i, item) in list.items.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                ev.deeper(|ev| write(ev, *item, out, stand_in))?;
            }
            out.push(']');
        }
        Value::Attrs(set) => {
            if ev.attr(set, &Name::new_static("__toString"))?.is_some() {
                let s = ev.coerce(value, Coerce::Interpolate)?;
                string(&s.text, out);
                *stand_in |= s.stand_in;
            } else if let Some(path) = ev.attr(set, &Name::new_static("outPath"))? {
                ev.deeper(|ev| write(ev, path.value, out, stand_in))?;
            } else {
                out.push('{');
                for (i, (name, attr)) in ev.entries(set)?.into_iter().enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    string(&name, out);
                    out.push(':');
                    ev.deeper(|ev| write(ev, attr.value, out, stand_in))?;
                }
                out.push('}');
            }
        }
        Value::Symbol(_) => return Err(ev.mismatch("a value", &value)),
        Value::Lambda(_) | Value::Builtin(_) | Value::Native(_) => {
            return Err(Stop::fail("`toJSON`: cannot convert a function"));
        }
    }
    Ok(())
}

fn string(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            c if c < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
}

/// A number as Nix' JSON library writes it: as few digits as tell it apart, always with a point or an exponent.
fn float(n: f64) -> String {
    if !n.is_finite() {
        return "null".to_owned();
    }
    let scientific = format!("{:e}", n.abs());
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let digits = digits.replace('.', "");
    // The point stands behind this many digits.
    let point = exponent.parse::<i32>().unwrap_or(0) + 1;
    let sign = if n.is_sign_negative() { "-" } else { "" };
    let count = digits.len() as i32;
    if n == 0.0 {
        format!("{sign}0.0")
    } else if count <= point && point <= 15 {
        format!("{sign}{digits}{}.0", "0".repeat((point - count) as usize))
    } else if 0 < point && point <= 15 {
        let (whole, part) = digits.split_at(point as usize);
        format!("{sign}{whole}.{part}")
    } else if -4 < point && point <= 0 {
        format!("{sign}0.{}{digits}", "0".repeat(-point as usize))
    } else {
        let (first, others) = digits.split_at(1);
        let dot = if others.is_empty() { "" } else { "." };
        let power = point - 1;
        let power_sign = if power < 0 { '-' } else { '+' };
        format!("{sign}{first}{dot}{others}e{power_sign}{:02}", power.abs())
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn floats() {
        for (n, wanted) in [
            (0.0, "0.0"),
            (1.0, "1.0"),
            (-1.5, "-1.5"),
            (0.1, "0.1"),
            (0.001, "0.001"),
            (0.00001, "1e-05"),
            (123456789.125, "123456789.125"),
            (1e14, "100000000000000.0"),
            (1e15, "1e+15"),
            (1.5e30, "1.5e+30"),
            (1e300, "1e+300"),
            (f64::INFINITY, "null"),
        ] {
            assert_eq!(super::float(n), wanted);
        }
    }
}
