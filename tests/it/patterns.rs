//! The ways in which people write specialisations, reach modules and keep configurations: what there is, and what is found.

use crate::rules::check_warnings;
use crate::support::case::{Case, cases};
use crate::support::judge::judge;
use rayon::prelude::*;

/// What is made of a pattern other than what NixOS makes of it; `None` if nothing.
fn unlike_nixos(case: &Case) -> Option<String> {
    let score = judge(case);
    (!score.is_perfect()).then(|| score.examples(20))
}

#[test]
fn patterns_are_understood() {
    let cases = cases("patterns");
    let unlike: Vec<String> = cases.par_iter().filter_map(unlike_nixos).collect();
    assert!(unlike.is_empty(), "{}", unlike.join("\n"));
}

#[test]
fn findings_are_as_marked() {
    check_warnings(&cases("patterns"));
}
