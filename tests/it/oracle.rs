//! 450 small configurations and 24 whole repositories, and what NixOS' own module system makes of them.

use crate::support::case::{Case, cases};
use crate::support::judge::{Score, judge};
use rayon::prelude::*;

/// The score of these cases; it must be good.
#[track_caller]
fn good_score(cases: &[Case]) -> Score {
    let total = cases.par_iter().map(judge).reduce(Score::default, Score::and);
    println!("{} configurations\n{}", cases.len(), total.table());
    let values = total.agree + total.unknown.len() + total.wrong.len();
    let conflicts = total.found + total.missed.len();
    let good = total.wrong.is_empty()
        && total.priority.is_empty()
        && total.false_alarms.is_empty()
        && total.unknown.len() * 100 <= values
        && total.missed.len() * 100 <= conflicts;
    assert!(good, "{}\n{}", total.table(), total.examples(10));
    total
}

#[test]
fn predictions_are_those_of_nixos() {
    let cases = cases("oracle");
    let total = good_score(&cases);
    assert!(cases.len() == 450 && total.agree > 5900 && total.found > 140, "cases are missing");
}

/// Of repositories, the systems are found, too.
#[test]
fn repositories_are_what_nixos_makes_of_them() {
    let cases = cases("repositories");
    let total = good_score(&cases);
    let systems: usize = cases.iter().map(|case| case.truths.len()).sum();
    let whole = cases.len() == 24 && systems == 54 && total.agree >= 1266 && total.found >= 29;
    assert!(whole && total.unknown.is_empty(), "cases are missing, or not all is known");
}
