//! `speclint eval`: what speclint thinks an expression is.

use crate::disk::Disk;
use anyhow::{Context, bail};
use clap::ValueEnum;
use serde_json::{Value as Json, json};
use speclint_lint::db::Database;
use speclint_lint::eval::host::Host;
use speclint_lint::eval::{Error, Eval, Origin, Res, Stop, Value};
use speclint_lint::nixos::ModuleSystem;
use speclint_lint::source::LineIndex;
use speclint_lint::syntax::hir::{File, Name};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

/// How many steps the evaluation may take: about a second's worth.
const BUDGET: u64 = 5_000_000;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The Nix file, or a folder with a default.nix
    #[arg(required_unless_present = "expr", conflicts_with = "expr")]
    file: Option<PathBuf>,
    /// Evaluate this expression instead of a file
    #[arg(long, value_name = "E")]
    expr: Option<String>,
    /// Evaluate this attribute of it (`a.b."c d"`)
    #[arg(long, value_name = "PATH")]
    attr: Option<String>,
    /// How to print the answer
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// The value as it is written in Nix
    Text,
    /// An object with a status
    Json,
}

/// What came out.
enum Answer {
    Text(String),
    Json(Json),
}

pub(crate) fn run(args: Args) -> anyhow::Result<ExitCode> {
    let attributes = args.attr.as_deref().map(attr_path).transpose()?.unwrap_or_default();
    let mut files = Database::new(Arc::new(Disk));
    let path = match (&args.file, args.expr) {
        (Some(file), _) if file.is_dir() => super::absolute(&file.join("default.nix"))?,
        (Some(file), _) => super::absolute(file)?,
        (None, Some(expr)) => {
            let path = super::absolute(Path::new("<expression>"))?;
            files.set_text(&path, &expr);
            path
        }
        (None, None) => bail!("neither a file nor an expression is given"),
    };
    let host = files.host();
    let file = host.file(&path)?;
    let answer = evaluate(&host, &path, &file, &attributes, args.format);
    let mut out = std::io::stdout().lock();
    match answer {
        Answer::Text(text) => writeln!(out, "{text}")?,
        Answer::Json(json) => writeln!(out, "{json}")?,
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

fn evaluate(host: &dyn Host, path: &str, file: &Arc<File>, attributes: &[Name], format: Format) -> Answer {
    let mut eval = Eval::new(host, BUDGET);
    ModuleSystem::new(&mut eval);
    let unit = eval.add_unit(path, file.clone());
    let result = match file.errors.first() {
        Some(error) => {
            let at = place(host, path, error.range);
            Err(Stop::fail(format!("syntax error at {}: {}", position(&at), error.message)))
        }
        None => {
            let root = eval.root_of(&unit);
            eval.force(root).and_then(|value| select(&mut eval, value, attributes))
        }
    };
    match format {
        Format::Text => Answer::Text(match result {
            Ok(value) => eval.to_text(&value),
            Err(stop) => told(&eval, host, &stop),
        }),
        Format::Json => Answer::Json(match result.and_then(|value| eval.to_json(&value)) {
            Ok(value) => json!({ "status": "ok", "value": value }),
            Err(Stop::Unknown(why)) => json!({ "status": "unknown", "reason": &*why.reason }),
            Err(Stop::Error(error)) => match &*error {
                Error::Recursion(circle) => {
                    let chain: Vec<Json> = circle.places.iter().map(|at| origin(&eval, host, *at)).collect();
                    json!({ "status": "recursion", "chain": chain })
                }
                other => json!({ "status": "error", "message": other.to_string() }),
            },
        }),
    }
}

fn select(eval: &mut Eval<'_>, mut value: Value, attributes: &[Name]) -> Res {
    for name in attributes {
        let attr = eval.select(&value, name)?;
        value = eval.force(attr.value)?;
    }
    Ok(value)
}

/// Why there is no value, for people.
fn told(eval: &Eval<'_>, host: &dyn Host, stop: &Stop) -> String {
    match stop {
        Stop::Unknown(why) => format!("unknown: {}", why.reason),
        Stop::Error(error) => match &**error {
            Error::Recursion(circle) => {
                let mut text = "infinite recursion".to_owned();
                for at in &circle.places {
                    text.push_str(&format!("\n  through {}", position(&origin(eval, host, *at))));
                }
                text
            }
            other => format!("error: {other}"),
        },
    }
}

/// The place of an expression.
fn origin(eval: &Eval<'_>, host: &dyn Host, origin: Origin) -> Json {
    let unit = &eval.units()[origin.unit as usize];
    place(host, &unit.path, unit.file.range(origin.expr))
}

/// A range in a file, with lines and columns from 1.
fn place(host: &dyn Host, path: &str, range: rowan::TextRange) -> Json {
    let text = host.text(path).unwrap_or_default();
    let lines = LineIndex::new(&text);
    let [start, end] = [range.start(), range.end()].map(|offset| {
        let at = lines.line_column(offset);
        json!({ "line": at.line, "column": at.column })
    });
    json!({ "file": path, "range": { "start": start, "end": end } })
}

/// Where a place begins, for people.
fn position(place: &Json) -> String {
    let start = &place["range"]["start"];
    format!("{}:{}:{}", place["file"].as_str().unwrap_or_default(), start["line"], start["column"])
}

/// The names of an attribute path, those with dots in quotes.
fn attr_path(text: &str) -> anyhow::Result<Vec<Name>> {
    let wrong = || format!("`{text}` is no attribute path; write `a.b.\"c d\"`");
    let mut names = Vec::new();
    let mut rest = text;
    loop {
        let name = match rest.strip_prefix('"') {
            Some(quoted) => {
                let end = quoted.find('"').with_context(wrong)?;
                rest = &quoted[end + 1..];
                &quoted[..end]
            }
            None => {
                let end = rest.find('.').unwrap_or(rest.len());
                let (name, behind) = rest.split_at(end);
                rest = behind;
                if name.is_empty() || name.contains('"') {
                    bail!(wrong());
                }
                name
            }
        };
        names.push(Name::new(name));
        if rest.is_empty() {
            return Ok(names);
        }
        rest = rest.strip_prefix('.').with_context(wrong)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attribute_paths() {
        for (text, wanted) in [
            ("a", Some(vec!["a"])),
            ("a.b", Some(vec!["a", "b"])),
            ("\"a.b\".c", Some(vec!["a.b", "c"])),
            ("\"\"", Some(vec![""])),
            ("", None),
            ("a.", None),
            ("a..b", None),
            ("\"a", None),
            ("a\"b\"", None),
            ("\"a\"b", None),
        ] {
            let found = attr_path(text).ok();
            let wanted = wanted.map(|names| names.into_iter().map(Name::new).collect::<Vec<_>>());
            assert_eq!(found, wanted, "{text}");
        }
    }
}
