//! What is typed is wrong most of the time: whatever a text looks like, it is judged to an end, and its mends leave it one that can be.

use crate::support::case::{Case, cases, rule_cases};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};
use std::collections::BTreeMap;
use std::sync::LazyLock;

static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| {
    let folders = ["machines", "pitfalls", "repositories", "partial"];
    rule_cases().into_iter().chain(folders.into_iter().flat_map(cases)).collect()
});

/// What is put into texts, besides pieces of themselves.
const PIECES: &[&str] = &[
    "",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    ";",
    "=",
    ".",
    "\"",
    "''",
    "${",
    "#",
    "/*",
    "\0",
    "\u{feff}",
    "é",
    "\r\n",
    "config",
    "specialisation",
    "inherit ",
    "with lib; ",
    "rec ",
    "imports = [ ./configuration.nix ]; ",
    "config.specialisation",
    " // config",
    "lib.mkForce ",
    "lib.mkIf config.specialisation != { } ",
    "let x = x; in x",
    "builtins.throw \"no\" ",
    "args: ",
    "{ config, ... }: ",
    "1 / 0",
    "builtins.genList (x: x) 100000000",
    "abort",
    "import ./. ",
    "null",
    "-",
    "or",
    "|>",
    "<nixpkgs>",
    "~/x",
    "...",
    " # speclint: ignore\n",
    "\n# speclint: off[needs-mkdefault, missing-tag",
    "# speclint: on[é]\n# speclint: ignore-file[nothing] # speclint: ignore[wrong-type]\n",
];

/// A piece of a text becomes another.
#[derive(Debug, Clone)]
struct Change {
    file: Index,
    from: Index,
    length: u8,
    with: Index,
}

fn change() -> impl Strategy<Value = Change> {
    let parts = (any::<Index>(), any::<Index>(), 0u8..40, any::<Index>());
    parts.prop_map(|(file, from, length, with)| Change { file, from, length, with })
}

/// The case with a piece of it replaced.
fn changed(case: &Case, change: &Change) -> Case {
    let files: Vec<(&String, &String)> = case.files.iter().collect();
    let (path, text) = change.file.get(&files);
    let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let from = change.from.index(starts.len());
    let to = (from + usize::from(change.length)).min(starts.len() - 1);
    let new: String = [&text[..starts[from]], *change.with.get(PIECES), &text[starts[to]..]].concat();
    case.edited(&BTreeMap::from([((*path).clone(), new)]))
}

/// Whether a changed case can be judged, and mended.
fn is_judged(case: &Case, changes: &[Change]) -> Result<(), TestCaseError> {
    let changed =
        changes.iter().skip(1).fold(changed(case, &changes[0]), |case, change| changed(&case, change));
    let mut analysis = changed.analysis();
    for finding in analysis.findings() {
        let text = analysis.text(&finding.primary.location.file).unwrap_or_default();
        let (start, end) = (finding.primary.location.start as usize, finding.primary.location.end as usize);
        prop_assert!(text.get(start..end).is_some(), "{finding:?}");
    }
    analysis.fix(true, |_| true);
    let suppressed = analysis.suppress(|_| true);
    for (path, new) in &suppressed.texts {
        let errors = |text: &str| speclint_lint::syntax::lower(text).errors.len();
        prop_assert!(errors(new) <= errors(&suppressed.before[path]), "{path}: {new}");
    }
    Ok(())
}

/// A number from the environment: `SPECLINT_CASES` for more cases, `SPECLINT_SEED` for others.
fn number(variable: &str, default: u32) -> u32 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

#[test]
fn texts_of_all_kinds_are_judged() {
    let cases = number("SPECLINT_CASES", 150);
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    let seed = [number("SPECLINT_SEED", 0).to_le_bytes(); 8].concat();
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let cases_and_changes = (any::<Index>(), prop::collection::vec(change(), 1..4));
    let judge = |(case, changes): (Index, Vec<Change>)| is_judged(case.get(&CASES), &changes);
    if let Err(error) = TestRunner::new_with_rng(config, rng).run(&cases_and_changes, judge) {
        panic!("{error}");
    }
}
