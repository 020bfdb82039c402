//! The rules, one file each. A rule is a question to the model of a system: it says what it found and how that is mended.
//!
//! To add one, write its file and its line in [`ALL`].

mod conflicting_definitions;
mod context;
mod dead_guard;
mod ineffective_override;
mod inverted_guard;
mod missing_tag;
mod needs_mkdefault;
mod nested_specialisation;
mod syntax_error;
mod unguarded_default;

pub use context::{Context, Texts};

use crate::findings::{Finding, Severity};
use std::cmp::Ordering;

/// A rule.
pub struct Rule {
    /// Its name, which is also its code: it is never given to another rule.
    pub name: &'static str,
    /// How bad what it finds is, unless the configuration says otherwise.
    pub severity: Severity,
    /// The version that introduced it.
    pub since: &'static str,
    /// What it finds, in one line.
    pub summary: &'static str,
    /// What it finds, why that hurts, an example before and after, and when it is wrong: in Markdown.
    pub documentation: &'static str,
    /// Finds it in a system.
    pub check: fn(&Context<'_>, &mut Vec<Finding>),
}

/// All rules, by name.
pub const ALL: &[Rule] = &[
    conflicting_definitions::RULE,
    dead_guard::RULE,
    ineffective_override::RULE,
    inverted_guard::RULE,
    missing_tag::RULE,
    needs_mkdefault::RULE,
    nested_specialisation::RULE,
    syntax_error::RULE,
    unguarded_default::RULE,
];

/// The rule of that name.
pub fn find(name: &str) -> Option<&'static Rule> {
    ALL.iter().find(|rule| rule.name == name)
}

/// What all rules find in a system, in the order of the files.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for rule in ALL {
        (rule.check)(context, &mut findings);
    }
    for finding in &mut findings {
        if finding.systems.is_empty() {
            finding.systems.push(context.system.name.clone());
        }
    }
    findings.sort_by(in_order);
    findings
}

/// The order in which findings are told: that of the files.
fn in_order(a: &Finding, b: &Finding) -> Ordering {
    let key =
        |f: &'_ Finding| (f.primary.location.clone(), f.rule, f.option.clone(), f.specialisation.clone());
    key(a).cmp(&key(b))
}

/// The findings of several systems in the order of the files. Those that say the same of the same place are one, which names all
/// the systems.
pub fn united(all: impl IntoIterator<Item = Finding>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = all.into_iter().collect();
    findings.sort_by(in_order);
    let mut united: Vec<Finding> = Vec::with_capacity(findings.len());
    for finding in findings {
        let same =
            united.iter_mut().rev().take_while(|f| f.primary.location == finding.primary.location).find(
                |f| {
                    f.rule == finding.rule
                        && f.specialisation == finding.specialisation
                        && f.message == finding.message
                        && f.primary == finding.primary
                        && f.related == finding.related
                },
            );
        match same {
            Some(first) => {
                // A mend must be one in every system.
                first.fixes.retain_mut(|fix| {
                    let there = finding.fixes.iter().find(|other| other.edits == fix.edits);
                    fix.applicability =
                        there.map_or(fix.applicability, |f| f.applicability.max(fix.applicability));
                    there.is_some()
                });
                first.fixes.sort_by_key(|fix| fix.applicability);
                first.systems.extend(finding.systems);
                first.systems.sort();
                first.systems.dedup();
            }
            None => united.push(finding),
        }
    }
    united
}
