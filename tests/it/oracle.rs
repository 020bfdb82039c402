//! 450 small configurations, and what NixOS' own module system makes of them.

use crate::support::case::{Case, cases};
use crate::support::json;
use crate::support::judge::{Score, judge};
use crate::support::truth::Truth;
use rayon::prelude::*;

fn score(case: &Case) -> Score {
    let truth = case.truth.as_deref().unwrap_or_else(|| panic!("{} has no truth", case.name));
    let truth = Truth::parse(&case.name, truth);
    let analysis = case.analysis();
    let shown = json::shown(&analysis);
    let checked = json::checked(&analysis, &analysis.findings());
    let diagnostics = checked["diagnostics"].as_array().expect("diagnostics are a list");
    judge(&case.name, &truth, &shown["systems"][0], diagnostics)
}

#[test]
fn predictions_are_those_of_nixos() {
    let cases = cases("oracle");
    let total = cases.par_iter().map(score).reduce(Score::default, Score::and);
    println!("{} configurations\n{}", cases.len(), total.table());
    let values = total.agree + total.unknown.len() + total.wrong.len();
    let conflicts = total.found + total.missed.len();
    let good = total.wrong.is_empty()
        && total.priority.is_empty()
        && total.false_alarms.is_empty()
        && total.unknown.len() * 100 <= values
        && total.missed.len() * 100 <= conflicts;
    assert!(good, "{}\n{}", total.table(), total.examples(10));
    assert!(cases.len() == 450 && values > 5900 && conflicts > 140, "cases are missing");
}
