//! Builtins about flake references, as far as their usual forms go; other forms are unknown.

use super::Builtin;
use crate::eval::heap::ThunkId;
use crate::eval::machine::Eval;
use crate::eval::value::*;
use crate::syntax::hir::Name;

pub(super) const TABLE: &[Builtin] = &[
    Builtin { name: "flakeRefToString", arity: 1, kinds: Kinds::STRING, run: flake_ref_to_string },
    Builtin { name: "parseFlakeRef", arity: 1, kinds: Kinds::SET, run: parse_flake_ref },
];

/// Forges whose references are `forge:owner/repo`.
const FORGES: [&str; 3] = ["github", "gitlab", "sourcehut"];
/// What may follow the question mark of a reference, and whether it is a number or a flag in the set.
const QUERIES: [(&str, Query); 10] = [
    ("allRefs", Query::Flag),
    ("dir", Query::Text),
    ("host", Query::Text),
    ("lastModified", Query::Number),
    ("narHash", Query::Text),
    ("ref", Query::Text),
    ("rev", Query::Text),
    ("revCount", Query::Number),
    ("shallow", Query::Flag),
    ("submodules", Query::Flag),
];

#[derive(Clone, Copy)]
enum Query {
    Text,
    Number,
    Flag,
}

/// An attribute of a reference as a set.
enum Part {
    Text(String),
    Number(i64),
    Flag(bool),
}

fn not_followed() -> Stop {
    Stop::unknown("this form of flake reference is not followed")
}

/// Whether a text stands in a URL as it is.
fn plain(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~/:@+".contains(&b))
}

fn is_revision(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|b| b.is_ascii_hexdigit())
}

fn text(value: &str) -> Part {
    Part::Text(value.to_owned())
}

fn parse(reference: &str) -> Option<Vec<(&'static str, Part)>> {
    let (base, query) = reference.split_once('?').unwrap_or((reference, ""));
    if !plain(base) {
        return None;
    }
    let mut parts = Vec::new();
    if let Some((forge, path)) = base.split_once(':').filter(|(forge, _)| FORGES.contains(forge)) {
        let mut names = path.splitn(3, '/');
        parts.push(("type", text(forge)));
        parts.push(("owner", text(names.next()?)));
        parts.push(("repo", text(names.next()?)));
        parts.extend(names.next().map(at));
    } else if let Some(url) = base.strip_prefix("git+").filter(|url| url.contains("://")) {
        parts.push(("type", text("git")));
        parts.push(("url", text(url)));
    } else if let Some(path) = base.strip_prefix("path:").filter(|path| path.starts_with('/')) {
        parts.push(("type", text("path")));
        parts.push(("path", text(path)));
    } else {
        let path = base.strip_prefix("flake:").unwrap_or(base);
        if path.contains([':', '.', '@', '~']) || !path.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return None;
        }
        let mut names = path.split('/');
        parts.push(("type", text("indirect")));
        parts.push(("id", text(names.next()?)));
        parts.extend(names.next().map(at));
        parts.extend(names.next().map(|rev| ("rev", text(rev))));
        if names.next().is_some() {
            return None;
        }
    }
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').filter(|(_, value)| plain(value))?;
        let (name, kind) = QUERIES.iter().find(|(n, _)| *n == name)?;
        if parts.iter().any(|(n, _)| n == name) {
            return None;
        }
        let value = match kind {
            Query::Text => text(value),
            Query::Number => Part::Number(value.parse().ok()?),
            Query::Flag => Part::Flag(value == "1"),
        };
        parts.push((name, value));
    }
    Some(parts)
}

/// What stands behind a repository: a revision or a branch.
fn at(name: &str) -> (&'static str, Part) {
    (if is_revision(name) { "rev" } else { "ref" }, text(name))
}

fn parse_flake_ref(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let reference = ev.want_text(args[0])?;
    ev.charge(1 + reference.len() as u64)?;
    let parts = parse(&reference).ok_or_else(not_followed)?;
    let entries = parts.into_iter().map(|(name, part)| {
        let value = ev.ready(match part {
            Part::Text(text) => Value::str(&text),
            Part::Number(n) => Value::Int(n),
            Part::Flag(b) => Value::Bool(b),
        });
        (Name::new_static(name), Attr::anonymous(value))
    });
    let entries = entries.collect();
    Ok(Value::attrs(entries))
}

fn flake_ref_to_string(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let set = ev.want_attrs(args[0])?;
    let mut parts: Vec<(Name, String)> = Vec::new();
    for (name, attr) in ev.entries(&set)? {
        let text = match ev.force(attr.value)? {
            Value::Str(s) if !s.stand_in && plain(&s.text) => s.text.to_string(),
            Value::Int(n) => n.to_string(),
            Value::Bool(b) => u8::from(b).to_string(),
            Value::Str(_) => return Err(not_followed()),
            other => return Err(ev.mismatch("a string, a number or a Boolean", &other)),
        };
        ev.charge_text(text.len())?;
        parts.push((name, text));
    }
    let mut take = |name: &str| {
        let i = parts.iter().position(|(n, _)| n == name)?;
        Some(parts.remove(i).1)
    };
    let Some(kind) = take("type") else {
        return Err(Stop::fail("a flake reference without `type`"));
    };
    let missing = || Stop::fail("an attribute of the flake reference is missing");
    let mut url = match kind.as_str() {
        "indirect" => format!("flake:{}", take("id").ok_or_else(missing)?),
        "path" => format!("path:{}", take("path").ok_or_else(missing)?),
        "git" => format!("git+{}", take("url").ok_or_else(missing)?),
        forge if FORGES.contains(&forge) => {
            format!("{forge}:{}/{}", take("owner").ok_or_else(missing)?, take("repo").ok_or_else(missing)?)
        }
        _ => return Err(not_followed()),
    };
    if kind != "path" && kind != "git" {
        for name in ["ref", "rev"] {
            if let Some(value) = take(name) {
                url.push('/');
                url.push_str(&value);
            }
        }
    }
    for (i, (name, value)) in parts.iter().enumerate() {
        if !QUERIES.iter().any(|(n, _)| n == name) {
            return Err(not_followed());
        }
        url.push_str(&format!("{}{name}={value}", if i == 0 { '?' } else { '&' }));
    }
    Ok(Value::str(&url))
}
