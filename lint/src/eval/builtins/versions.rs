//! Builtins about version numbers and the names of derivations.

use super::Builtin;
use crate::eval::heap::ThunkId;
use crate::eval::machine::Eval;
use crate::eval::value::*;
use crate::syntax::hir::Name;
use std::cmp::Ordering;

pub(super) const TABLE: &[Builtin] = &[
    Builtin { name: "compareVersions", arity: 2, kinds: Kinds::INT, run: compare_versions },
    Builtin { name: "parseDrvName", arity: 1, kinds: Kinds::SET, run: parse_drv_name },
    Builtin { name: "splitVersion", arity: 1, kinds: Kinds::LIST, run: split_version },
];

/// The components of a version: runs of digits and runs of anything else; dots and dashes only separate.
fn components(version: &str) -> impl Iterator<Item = &str> {
    let mut rest = version;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(['.', '-']);
        let digits = rest.starts_with(|c: char| c.is_ascii_digit());
        let end =
            rest.find(|c: char| c == '.' || c == '-' || c.is_ascii_digit() != digits).unwrap_or(rest.len());
        let (component, behind) = rest.split_at(end);
        rest = behind;
        (!component.is_empty()).then_some(component)
    })
}

/// Numbers (those that fit 32 bits, as in Nix) are above words and above nothing, "pre" is below everything, nothing is below words.
fn compare_components(a: &str, b: &str) -> Ordering {
    let number = |s: &str| s.parse::<i32>().ok();
    let rank = |s: &str| match s {
        "pre" => 0,
        "" => 1,
        s if number(s).is_none() => 2,
        _ => 3,
    };
    match (number(a), number(b)) {
        (Some(a), Some(b)) => a.cmp(&b),
        _ if rank(a) == 2 && rank(b) == 2 => a.cmp(b),
        _ => rank(a).cmp(&rank(b)),
    }
}

fn compare(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (components(a), components(b));
    loop {
        match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (x, y) => match compare_components(x.unwrap_or(""), y.unwrap_or("")) {
                Ordering::Equal => {}
                different => return different,
            },
        }
    }
}

fn compare_versions(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let (a, b) = (ev.want_text(args[0])?, ev.want_text(args[1])?);
    ev.charge_text(a.len() + b.len())?;
    Ok(Value::Int(compare(&a, &b) as i64))
}

fn split_version(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let version = ev.want_text(args[0])?;
    ev.charge(version.len() as u64)?;
    let items = components(&version).map(|component| ev.ready(Value::str(component))).collect();
    Ok(Value::list(items))
}

/// The version begins behind the first dash that no letter follows.
fn parse_drv_name(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let text = ev.want_text(args[0])?;
    ev.charge_text(text.len())?;
    let dash = text.as_bytes().windows(2).position(|pair| pair[0] == b'-' && !pair[1].is_ascii_alphabetic());
    let (name, version) = match dash {
        Some(i) => (&text[..i], &text[i + 1..]),
        None => (&*text, ""),
    };
    let (name, version) = (ev.ready(Value::str(name)), ev.ready(Value::str(version)));
    Ok(Value::attrs(vec![
        (Name::new_static("name"), Attr::anonymous(name)),
        (Name::new_static("version"), Attr::anonymous(version)),
    ]))
}
