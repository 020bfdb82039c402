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
    findings.sort_by(|a, b| {
        (&a.primary.location, a.rule, &a.option, &a.specialisation).cmp(&(
            &b.primary.location,
            b.rule,
            &b.option,
            &b.specialisation,
        ))
    });
    findings
}
