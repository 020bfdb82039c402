//! Nix' language as Nix has it: tables of expressions and what becomes of them.
//!
//! A case is an expression, perhaps of several lines, with `⇒` and the result behind it: a value as JSON, or one of `throws`
//! (an error that `tryEval` catches), `fails` (any other error), `recursion` and `unknown`. The expected results are those of
//! Nix 2.8; where a builtin is newer or has changed since, those of the current manual.

mod host;
mod places;
mod robust;

use super::*;
use crate::syntax::lower;
use host::{Case, Memory};
use serde_json::Value as Json;
use std::sync::Arc;

/// More than enough for any case.
const BUDGET: u64 = 1_000_000;

/// The value of an expression in a file of its own.
fn evaluate(host: &Memory, expression: &str, natives: &'static [Builtin]) -> Res<Json> {
    let file = Arc::new(lower(expression));
    if let Some(error) = file.errors.first() {
        return Err(Stop::fail(error.message.clone()));
    }
    let host = Case { host, text: expression.into() };
    let mut eval = Eval::new(&host, BUDGET);
    for builtin in natives {
        let function = Partial { builtin, arguments: Vec::new() };
        let function = eval.ready(Value::Builtin(std::rc::Rc::new(function)));
        eval.define(builtin.name, function);
    }
    let unit = eval.add_unit(Case::PATH, file);
    let root = eval.root_of(&unit);
    let value = eval.force(root)?;
    eval.to_json(&value)
}

/// A result in the tables' words.
fn outcome(result: Res<Json>) -> Result<Json, &'static str> {
    result.map_err(|stop| match stop {
        Stop::Unknown(_) => "unknown",
        Stop::Error(error) => match &*error {
            Error::Throw(_) | Error::Conflict { .. } => "throws",
            Error::Fail(_) => "fails",
            Error::Recursion(_) => "recursion",
        },
    })
}

/// Whether two results are the same; Nix prints only six digits.
fn same(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Number(x), Json::Number(y)) if x.is_f64() || y.is_f64() => {
            let (x, y) = (x.as_f64().unwrap_or(f64::NAN), y.as_f64().unwrap_or(f64::NAN));
            (x - y).abs() <= 1e-5 * x.abs().max(y.abs())
        }
        (Json::Array(x), Json::Array(y)) => x.len() == y.len() && x.iter().zip(y).all(|(a, b)| same(a, b)),
        (Json::Object(x), Json::Object(y)) => {
            x.len() == y.len() && x.iter().all(|(k, a)| y.get(k).is_some_and(|b| same(a, b)))
        }
        _ => a == b,
    }
}

/// Checks all cases of a table and tells all that differ.
fn check(host: &Memory, table: &str) {
    let mut wrong = String::new();
    let mut expression = String::new();
    for line in table.lines() {
        if expression.is_empty() && (line.is_empty() || line.starts_with('#')) {
            continue;
        }
        let Some((last, wanted)) = line.split_once(" ⇒ ") else {
            expression.push_str(line);
            expression.push('\n');
            continue;
        };
        expression.push_str(last);
        let found = outcome(evaluate(host, &expression, &[]));
        let right = match (&found, serde_json::from_str::<Json>(wanted)) {
            (Ok(found), Ok(wanted)) => same(found, &wanted),
            (Err(found), Err(_)) => *found == wanted,
            _ => false,
        };
        if !right {
            let found = found.map_or_else(str::to_owned, |json| json.to_string());
            wrong.push_str(&format!("{expression}\n  wanted {wanted}\n  found  {found}\n"));
        }
        expression.clear();
    }
    assert!(expression.is_empty(), "a case without a result: {expression}");
    assert!(wrong.is_empty(), "\n{wrong}");
}

macro_rules! tables {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            check(&Memory::default(), include_str!(concat!(stringify!($name), ".txt")));
        })*
    };
}

tables! { operators language strings regex lists sets control newer unknowns }

#[test]
fn files() {
    check(&host::tree(), include_str!("files.txt"));
}

/// Builtins of the layer above, which is not here.
const NATIVES: &[Builtin] =
    &[absent("__evalModules"), absent("__mergeDefinitions"), absent("__typeCheck"), absent("__typeMerge")];
const ABSENT: &str = "the module system is not here";

const fn absent(name: &'static str) -> Builtin {
    Builtin { name, arity: 1, kinds: Kinds::ANY, run: |_, _| Err(Stop::unknown(ABSENT)) }
}

/// The prelude's own table has a tab before the result, and `throws` in it means any error.
#[test]
fn prelude() {
    let host = Memory::default();
    let mut wrong = String::new();
    let mut skipped = 0;
    for line in include_str!("../prelude/cases.txt").lines().filter(|l| !l.is_empty() && !l.starts_with('#'))
    {
        let (expression, wanted) = line.rsplit_once('\t').unwrap_or((line, "no result"));
        let expression = format!("let lib = import \"{}\"; in\n{expression}", prelude::ENTRY);
        let result = evaluate(&host, &expression, NATIVES);
        if matches!(&result, Err(Stop::Unknown(why)) if &*why.reason == ABSENT) {
            skipped += 1;
            continue;
        }
        let found = outcome(result);
        let right = match (&found, serde_json::from_str::<Json>(wanted)) {
            (Ok(found), Ok(wanted)) => same(found, &wanted),
            (Err(found), Err(_)) => *found == "throws" || *found == "fails",
            _ => false,
        };
        if !right {
            let found = found.map_or_else(str::to_owned, |json| json.to_string());
            wrong.push_str(&format!("{expression}\n  wanted {wanted}\n  found  {found}\n"));
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
    assert!(skipped < 200, "{skipped} cases need the module system");
}
