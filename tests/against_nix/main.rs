//! Generated expressions, evaluated by speclint and by the real Nix, must come to the same.
//!
//! Runs where `nix-instantiate` is installed (Debian's nix-bin), and says so where it is not.

mod generate;

use generate::Generator;
use serde_json::Value as Json;
use speclint_lint::eval::host::NoFiles;
use speclint_lint::eval::{Error, Eval, Stop};
use speclint_lint::syntax::lower;
use std::fmt;
use std::process::Command;
use std::sync::Arc;

/// How many expressions are generated, and how many of them one process of Nix gets.
const EXPRESSIONS: u64 = 3000;
const BATCH: usize = 250;

/// What became of an expression.
#[derive(Clone)]
enum Outcome {
    Value(Json),
    /// An error that `tryEval` catches.
    Throws,
    /// Another error.
    Fails,
    /// Only speclint says that.
    Unknown(String),
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Outcome::Value(json) => write!(f, "{json}"),
            Outcome::Throws => f.write_str("an error that tryEval catches"),
            Outcome::Fails => f.write_str("an error"),
            Outcome::Unknown(why) => write!(f, "unknown: {why}"),
        }
    }
}

impl Outcome {
    fn same(&self, other: &Outcome) -> bool {
        match (self, other) {
            (Outcome::Value(a), Outcome::Value(b)) => same(a, b),
            (Outcome::Throws, Outcome::Throws) | (Outcome::Fails, Outcome::Fails) => true,
            _ => false,
        }
    }
}

/// Whether two values are the same; older versions of Nix print only six digits.
fn same(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Number(x), Json::Number(y)) => match (x.as_i64(), y.as_i64()) {
            (Some(x), Some(y)) => x == y,
            _ => {
                let (x, y) = (x.as_f64().unwrap_or(f64::NAN), y.as_f64().unwrap_or(f64::NAN));
                (x - y).abs() <= 1e-5 * x.abs().max(y.abs())
            }
        },
        (Json::Array(x), Json::Array(y)) => x.len() == y.len() && x.iter().zip(y).all(|(a, b)| same(a, b)),
        (Json::Object(x), Json::Object(y)) => {
            x.len() == y.len() && x.iter().all(|(k, a)| y.get(k).is_some_and(|b| same(a, b)))
        }
        _ => a == b,
    }
}

fn ours(expression: &str) -> Outcome {
    let file = lower(expression);
    if let Some(error) = file.errors.first() {
        return Outcome::Unknown(format!("syntax error: {}", error.message));
    }
    let mut eval = Eval::new(&NoFiles, 1_000_000);
    let unit = eval.add_unit("/expression.nix", Arc::new(file));
    let root = eval.root_of(&unit);
    match eval.force(root).and_then(|value| eval.to_json(&value)) {
        Ok(json) => Outcome::Value(json),
        Err(Stop::Unknown(why)) => Outcome::Unknown(why.reason.to_string()),
        Err(Stop::Error(error)) => match &*error {
            Error::Throw(_) => Outcome::Throws,
            _ => Outcome::Fails,
        },
    }
}

/// What Nix makes of an expression; `None` if it stops with an error that is not caught.
fn nix(expression: &str) -> Option<Json> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("expressions.nix");
    std::fs::write(&file, expression).expect("a file in a temporary folder");
    let output = Command::new("nix-instantiate")
        .args(["--eval", "--strict", "--json"])
        .arg(&file)
        .output()
        .expect("nix-instantiate ran before");
    output.status.success().then(|| serde_json::from_slice(&output.stdout).expect("Nix prints JSON"))
}

/// What Nix makes of each expression. An error that is not caught ends the whole process: then each half is tried.
fn theirs(expressions: &[String]) -> Vec<Outcome> {
    let mut all = String::from("map (x: builtins.tryEval (builtins.deepSeq x x)) [\n");
    for expression in expressions {
        all.push_str(&format!("({expression}\n)\n"));
    }
    all.push(']');
    match (nix(&all), expressions) {
        (Some(Json::Array(results)), _) => results
            .into_iter()
            .map(|mut result| match result["success"] {
                Json::Bool(true) => Outcome::Value(result["value"].take()),
                _ => Outcome::Throws,
            })
            .collect(),
        (_, [_] | []) => vec![Outcome::Fails; expressions.len()],
        (_, more) => {
            let (left, right) = more.split_at(more.len() / 2);
            [theirs(left), theirs(right)].concat()
        }
    }
}

/// Whether there is a Nix that works.
fn has_nix() -> bool {
    let works = Command::new("nix-instantiate").args(["--eval", "-E", "1 + 1"]).output();
    let works = works.is_ok_and(|output| output.stdout.starts_with(b"2"));
    if !works {
        println!("skipped: there is no working nix-instantiate here");
    }
    works
}

/// Compares all expressions and tells those that differ, the shortest first.
fn compare(expressions: &[String]) {
    let mut wrong = Vec::new();
    for batch in expressions.chunks(BATCH) {
        for (expression, theirs) in batch.iter().zip(theirs(batch)) {
            let ours = ours(expression);
            if !ours.same(&theirs) {
                wrong.push(format!("{expression}\n  Nix      {theirs}\n  speclint {ours}\n"));
            }
        }
    }
    wrong.sort_by_key(String::len);
    wrong.truncate(10);
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn generated_expressions() {
    if !has_nix() {
        return;
    }
    let expressions: Vec<String> = (0..EXPRESSIONS).map(|seed| Generator::new(seed).expression()).collect();
    compare(&expressions);
}

/// The tables that speclint's own tests use say what Nix says, in so far as Nix gets to the end of it.
#[test]
fn the_tables() {
    if !has_nix() {
        return;
    }
    let tables = [
        include_str!("../../lint/src/eval/eval_tests/operators.txt"),
        include_str!("../../lint/src/eval/eval_tests/language.txt"),
        include_str!("../../lint/src/eval/eval_tests/strings.txt"),
        include_str!("../../lint/src/eval/eval_tests/lists.txt"),
        include_str!("../../lint/src/eval/eval_tests/sets.txt"),
        include_str!("../../lint/src/eval/eval_tests/regex.txt"),
        include_str!("../../lint/src/eval/eval_tests/control.txt"),
    ];
    let cases: Vec<(&str, &str)> =
        tables.iter().flat_map(|t| t.lines()).filter_map(|l| l.split_once(" ⇒ ")).collect();
    let ends = |wanted: &str| !matches!(wanted, "fails" | "recursion" | "unknown");
    // Positions depend on the file.
    let cases: Vec<(&str, &str)> =
        cases.into_iter().filter(|(e, wanted)| ends(wanted) && !e.contains("Pos")).collect();
    let expressions: Vec<String> = cases.iter().map(|(e, _)| (*e).to_owned()).collect();
    for (batch, cases) in expressions.chunks(BATCH).zip(cases.chunks(BATCH)) {
        for (theirs, (expression, wanted)) in theirs(batch).into_iter().zip(cases) {
            let wanted = match serde_json::from_str(wanted) {
                Ok(json) => Outcome::Value(json),
                Err(_) => Outcome::Throws,
            };
            assert!(theirs.same(&wanted), "{expression}\n  Nix   {theirs}\n  table {wanted}");
        }
    }
}
