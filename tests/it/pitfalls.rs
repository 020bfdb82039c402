//! Twenty small pitfalls: what NixOS makes of them, and what is reported of them.

use crate::rules::check;
use crate::support::case::{Case, cases};
use crate::support::judge::judge;

/// What the model says of a pitfall other than NixOS; empty if nothing.
fn unlike_nixos(case: &Case) -> String {
    let score = judge(case);
    let unlike = score.wrong.into_iter().chain(score.unknown).chain(score.priority);
    unlike.collect::<Vec<_>>().join("\n")
}

#[test]
fn models_are_what_nixos_makes() {
    let unlike: Vec<String> = cases("pitfalls").iter().map(unlike_nixos).filter(|u| !u.is_empty()).collect();
    assert!(unlike.is_empty(), "{}", unlike.join("\n"));
}

/// Those whose rule exists are reported by it, the others not at all.
#[test]
fn findings_are_as_marked() {
    check(&cases("pitfalls"));
}
