//! How many findings each rule has.

use crate::findings::{Applicability, Finding, Severity};
use serde_json::{Value as Json, json};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// The findings of a rule.
pub struct Count {
    /// The rule's name.
    pub rule: &'static str,
    /// How bad the worst of them is.
    pub severity: Severity,
    /// How many there are.
    pub all: usize,
    /// How many have a safe mend.
    pub safe: usize,
    /// How many have one that may change what was meant.
    pub uncertain: usize,
}

/// How many findings each rule has, the most frequent first.
pub fn statistics(findings: &[Finding]) -> Vec<Count> {
    let mut counts: BTreeMap<&str, Count> = BTreeMap::new();
    for finding in findings {
        let Finding { rule, severity, .. } = *finding;
        let none = || Count { rule, severity, all: 0, safe: 0, uncertain: 0 };
        let count = counts.entry(rule).or_insert_with(none);
        count.severity = count.severity.max(severity);
        count.all += 1;
        match finding.fixes.first().map(|fix| fix.applicability) {
            Some(Applicability::Safe) => count.safe += 1,
            Some(Applicability::Unsafe) => count.uncertain += 1,
            Some(Applicability::Manual) | None => {}
        }
    }
    let mut counts: Vec<Count> = counts.into_values().collect();
    counts.sort_by_key(|count| Reverse(count.all));
    counts
}

/// The counts for people: a line for each rule.
pub fn statistics_text(counts: &[Count]) -> String {
    let width = |length: fn(&Count) -> usize| counts.iter().map(length).max().unwrap_or_default();
    let numbers = width(|count| count.all.to_string().len());
    let severities = width(|count| count.severity.name().len());
    let names = width(|count| count.rule.len());
    let line = |count: &Count| {
        let Count { rule, all, .. } = count;
        let severity = count.severity.name();
        let line = format!("{all:>numbers$}  {severity:severities$}  {rule:names$}  {}", fixable(count));
        format!("{}\n", line.trim_end())
    };
    counts.iter().map(line).collect()
}

/// The counts for programs.
pub fn statistics_json(counts: &[Count]) -> Json {
    let entry = |count: &Count| {
        json!({
            "rule": count.rule,
            "severity": count.severity.name(),
            "count": count.all,
            "safe": count.safe,
            "unsafe": count.uncertain,
        })
    };
    counts.iter().map(entry).collect()
}

/// How many of them can be mended, and how.
fn fixable(count: &Count) -> String {
    let how = [(count.safe, "--fix"), (count.uncertain, "--fix --unsafe-fixes")];
    let how = how.iter().filter(|(n, _)| *n > 0).map(|(n, how)| format!("{n} fixable with {how}"));
    how.collect::<Vec<String>>().join(", ")
}
