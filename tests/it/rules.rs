//! The findings in the configurations of `fixtures/rules` and `fixtures/machines` are those that are marked in them: no other, and
//! none is missing.

use crate::support::case::{Case, cases, rule_cases};
use crate::support::marks;
use rayon::prelude::*;
use speclint_lint::findings::{Finding, Severity};
use std::collections::{BTreeMap, BTreeSet};

/// What is not as it is marked in these cases, as one message for each; of the findings, those that are of interest in a case.
fn unlike_marks(cases: &[Case], is_of_interest: impl Fn(&Case, &Finding) -> bool + Sync) -> Vec<String> {
    let judged = cases.par_iter().map(|case| {
        let analysis = case.analysis();
        let mut findings = analysis.findings();
        findings.retain(|finding| is_of_interest(case, finding));
        let comparison = marks::compare(case, &analysis, &findings);
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            marks::update(case, &comparison);
        }
        (!comparison.is_empty()).then(|| format!("── {}\n{comparison}", case.name))
    });
    judged.flatten().collect()
}

#[track_caller]
pub(crate) fn check(cases: &[Case]) {
    // What is off by default is of interest where it is what the case is about.
    let is_about = |case: &Case, rule: &str| case.name.starts_with(&format!("rules/{rule}/"));
    check_those(cases, |case, f| speclint_lint::rules::is_default(f.rule) || is_about(case, f.rule));
}

/// Only what makes `check` fail counts.
#[track_caller]
pub(crate) fn check_warnings(cases: &[Case]) {
    check_those(cases, |_, f| f.severity >= Severity::Warning && speclint_lint::rules::is_default(f.rule));
}

#[track_caller]
fn check_those(cases: &[Case], is_of_interest: impl Fn(&Case, &Finding) -> bool + Sync) {
    let wrong = unlike_marks(cases, is_of_interest);
    assert!(wrong.is_empty(), "{}\n{} of {} are not as marked", wrong.join("\n"), wrong.len(), cases.len());
}

#[test]
fn rules_find_what_is_marked() {
    let (syntax, others): (Vec<Case>, Vec<Case>) = rule_cases().into_iter().partition(is_about_syntax);
    check(&others);
    // Where exactly errors are, and what they are called, is the parser's matter and tested there. Here counts in which files.
    for case in syntax {
        let analysis = case.analysis();
        let findings = analysis.findings().into_iter().filter(|f| f.rule == "syntax-error");
        let found: BTreeSet<String> = findings.map(|f| f.primary.location.file.to_string()).collect();
        let marked = case.files.iter().filter(|(_, text)| text.contains("error[syntax-error]"));
        let marked: BTreeSet<String> = marked.map(|(path, _)| path.clone()).collect();
        assert_eq!(found, marked, "{}", case.name);
    }
}

fn is_about_syntax(case: &Case) -> bool {
    case.name.starts_with("rules/syntax-error/")
}

#[test]
fn machines_are_as_marked() {
    check(&cases("machines"));
}

/// Every rule is shown where it speaks, and where it must not.
#[test]
fn every_rule_has_cases() {
    let mut speaks: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let cases = rule_cases();
    for rule in speclint_lint::rules::ALL {
        let of_rule = cases.iter().filter(|c| c.name.starts_with(&format!("rules/{}/", rule.name)));
        let counts = speaks.entry(rule.name).or_default();
        for case in of_rule {
            let marked = case.files.values().any(|text| text.contains(&format!("[{}]", rule.name)));
            match marked {
                true => counts.0 += 1,
                false => counts.1 += 1,
            }
        }
    }
    let few: Vec<_> = speaks.iter().filter(|(_, (where_, not))| *where_ < 3 || *not < 4).collect();
    assert!(
        few.is_empty(),
        "rules with fewer than 3 cases where they speak, or 4 where they do not: {few:?}"
    );
}

/// What comments name of the traps that real configurations set: `# trap d7, d10`.
fn traps(case: &Case) -> BTreeSet<u32> {
    let lines = case.files.values().flat_map(|text| text.lines());
    let named = lines.filter_map(|line| line.strip_prefix("# trap ")).flat_map(|names| names.split(", "));
    named
        .map(|name| name.strip_prefix('d').and_then(|n| n.parse().ok()).filter(|n| (1..=TRAPS).contains(n)))
        .map(|number| number.unwrap_or_else(|| panic!("{} names a trap that there is not", case.name)))
        .collect()
}

/// How many traps there are; `fixtures/README.md` has them.
const TRAPS: u32 = 14;

#[test]
fn every_rule_passes_traps() {
    let cases = rule_cases();
    let mut passed: BTreeSet<u32> = BTreeSet::new();
    let mut few = Vec::new();
    for rule in speclint_lint::rules::ALL {
        let silent = cases.iter().filter(|case| {
            case.name.starts_with(&format!("rules/{}/", rule.name))
                && !case.files.values().any(|text| text.contains(&format!("[{}]:", rule.name)))
        });
        let with_traps: Vec<BTreeSet<u32>> = silent.map(traps).filter(|traps| !traps.is_empty()).collect();
        if with_traps.len() < 2 {
            few.push(rule.name);
        }
        passed.extend(with_traps.into_iter().flatten());
    }
    assert!(few.is_empty(), "rules with fewer than 2 silent cases that name a trap: {few:?}");
    assert_eq!(passed, (1..=TRAPS).collect());
}

/// The harness itself: both a mark without a finding and a finding without a mark are told, with the mark to be copied.
#[test]
fn marks_are_compared_both_ways() {
    let text = r#"
{
  services.xserver.enable = false;
# ------------------------------ the parent sets it to false
  specialisation.tv.configuration = {
    system.nixos.tags = [ "tv" ];
    services.xserver.enable = true;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[dead-guard]: never
  };
}"#;
    let case = Case::parse("inline", text);
    let analysis = case.analysis();
    let findings = analysis.findings();
    expect_test::expect![[r#"
        not marked: configuration.nix:7:5
            services.xserver.enable = true;
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[needs-mkdefault]: `services.xserver.enable` cannot be both false and true in specialisation `tv`
           related: configuration.nix:3:3
          services.xserver.enable = false;
        # -------------------------------- the parent sets it to false, and neither has precedence
        not found: configuration.nix:3:3: the parent sets it to false
        not found: configuration.nix:7:5: error[dead-guard]: never
    "#]].assert_eq(&marks::compare(&case, &analysis, &findings).to_string());
}
