//! The rules, one file each. A rule is a question to the model of a system: it says what it found and how that is mended.
//!
//! To add one, write its file and its line in [`ALL`].

mod appended_list;
mod bare_system;
mod captured_config;
mod conflicting_definitions;
mod context;
mod data;
mod dead_guard;
mod dropped_default;
mod duplicate_tag;
mod empty_specialisation;
mod guard_by_name;
mod incompatible_options;
mod ineffective_override;
mod invalid_name;
mod invalid_tag;
mod inverted_guard;
mod misplaced_imports;
mod misplaced_setting;
mod missing_tag;
mod mixed_config;
mod needs_mkdefault;
mod needs_reboot;
mod nested_specialisation;
mod recursive_guard;
mod redundant_inherit;
mod redundant_override;
mod removed_nesting;
mod renamed_option;
mod siblings;
mod switch_marker;
mod syntax_error;
mod tag_mismatch;
mod tags;
mod undeclared_option;
mod unguarded_default;
mod unknown_option;
mod unknown_specialisation;
mod unreached_specialisation;
mod unused_suppression;
mod wrong_type;

pub use context::{Context, ProjectContext, SuppressionContext, Texts, Unreached};
pub use incompatible_options::Alternative;
pub use tags::valid as valid_tag;
pub use unused_suppression::NAME as UNUSED_SUPPRESSION;

use crate::findings::{Finding, Severity};
use crate::nixos::model::System;
use crate::nixos::table;
use std::cmp::Ordering;
use std::sync::Arc;

/// A rule.
pub struct Rule {
    /// Its name, which is also its code: it is never given to another rule.
    pub name: &'static str,
    /// How bad what it finds is, unless the configuration says otherwise.
    pub severity: Severity,
    /// Whether it is reported unless the configuration says otherwise.
    pub default: bool,
    /// Whether there is a mend for what it finds, or for some of it.
    pub fixable: bool,
    /// The version that introduced it.
    pub since: &'static str,
    /// What it finds, in one line.
    pub summary: &'static str,
    /// What it finds, why that hurts, an example before and after, and when it is wrong: in Markdown.
    pub documentation: &'static str,
    /// What finds it.
    pub checks: &'static [Check],
}

/// A function that finds something.
pub enum Check {
    /// In a system.
    System(fn(&Context<'_>, &mut Vec<Finding>)),
    /// In a system, of what is only worth telling if it is so in all systems that read the file.
    Everywhere(fn(&Context<'_>, &mut Vec<Finding>)),
    /// In a project as a whole.
    Project(fn(&ProjectContext<'_>, &mut Vec<Finding>)),
    /// In the suppressions of a file.
    Suppressions(fn(&SuppressionContext<'_>, &mut Vec<Finding>)),
}

/// All rules, by name.
pub const ALL: &[Rule] = &[
    appended_list::RULE,
    bare_system::RULE,
    captured_config::RULE,
    conflicting_definitions::RULE,
    dead_guard::RULE,
    dropped_default::RULE,
    duplicate_tag::RULE,
    empty_specialisation::RULE,
    guard_by_name::RULE,
    incompatible_options::RULE,
    ineffective_override::RULE,
    invalid_name::RULE,
    invalid_tag::RULE,
    inverted_guard::RULE,
    misplaced_imports::RULE,
    misplaced_setting::RULE,
    missing_tag::RULE,
    mixed_config::RULE,
    needs_mkdefault::RULE,
    needs_reboot::RULE,
    nested_specialisation::RULE,
    recursive_guard::RULE,
    redundant_inherit::RULE,
    redundant_override::RULE,
    removed_nesting::RULE,
    renamed_option::RULE,
    switch_marker::RULE,
    syntax_error::RULE,
    tag_mismatch::RULE,
    undeclared_option::RULE,
    unguarded_default::RULE,
    unknown_option::RULE,
    unknown_specialisation::RULE,
    unreached_specialisation::RULE,
    unused_suppression::RULE,
    wrong_type::RULE,
];

/// The rule of that name.
pub fn find(name: &str) -> Option<&'static Rule> {
    ALL.iter().find(|rule| rule.name == name)
}

/// The name of the rule that is most like `name`, if one is; or the only one that it is a part of.
pub fn nearest(name: &str) -> Option<&'static str> {
    let names = || ALL.iter().map(|rule| rule.name);
    let part = || {
        let mut whole = names().filter(|rule| !name.is_empty() && rule.contains(name));
        whole.next().filter(|_| whole.next().is_none())
    };
    table::nearest(name, names(), 1).first().copied().or_else(part)
}

/// Whether a rule is reported unless the configuration says otherwise.
pub fn is_default(name: &str) -> bool {
    find(name).is_some_and(|rule| rule.default)
}

/// What all rules find in a system, in the order of the files.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for check in ALL.iter().flat_map(|rule| rule.checks) {
        if let Check::System(check) | Check::Everywhere(check) = check {
            check(context, &mut findings);
        }
    }
    for finding in &mut findings {
        if finding.systems.is_empty() {
            finding.systems.push(context.system.name.clone());
        }
    }
    findings.sort_by(in_order);
    findings
}

/// What all rules find in a project besides what is in its systems.
pub fn check_project(context: &ProjectContext<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for check in ALL.iter().flat_map(|rule| rule.checks) {
        if let Check::Project(check) = check {
            check(context, &mut findings);
        }
    }
    findings
}

/// What all rules find in the suppressions of a file, once it is known which of them are needed.
pub fn check_suppressions(context: &SuppressionContext<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for check in ALL.iter().flat_map(|rule| rule.checks) {
        if let Check::Suppressions(check) = check {
            check(context, &mut findings);
        }
    }
    findings
}

/// Whether a finding is only worth telling if all systems that read the file have it.
fn is_of_everywhere(finding: &Finding) -> bool {
    find(finding.rule).is_some_and(|rule| rule.checks.iter().any(|c| matches!(c, Check::Everywhere(_))))
}

/// What was found in systems, without what should be so in all of them that read the file and is not, or may not be.
pub fn agreed(found: &[(Arc<System>, Arc<Vec<Finding>>)]) -> impl Iterator<Item = &Finding> {
    let may_disagree = |finding: &Finding, of: &System, system: &System, findings: &[Finding]| {
        let has_it = || {
            let here = |f: &Finding| f.rule == finding.rule && f.primary.location == finding.primary.location;
            findings.iter().any(here)
        };
        let reads =
            || system.world == of.world && system.files.iter().any(|f| **f == *finding.primary.location.file);
        (system.lacks_own() || reads()) && !has_it()
    };
    let is_agreed = move |finding: &Finding, of: &System| {
        !is_of_everywhere(finding)
            || !found.iter().any(|(system, findings)| may_disagree(finding, of, system, findings))
    };
    found.iter().flat_map(move |(of, findings)| findings.iter().filter(move |f| is_agreed(f, of)))
}

/// The order in which findings are told: that of the files.
fn in_order(a: &Finding, b: &Finding) -> Ordering {
    let key =
        |f: &'_ Finding| (f.primary.location.clone(), f.rule, f.option.clone(), f.specialisation.clone());
    key(a).cmp(&key(b))
}

/// Whether the second option is the first one in the home of a user of NixOS.
fn is_at_home(home: &Option<String>, system: &Option<String>) -> bool {
    let (Some(home), Some(system)) = (home, system) else { return false };
    system.strip_prefix("home-manager.users.").is_some_and(|rest| {
        rest.strip_suffix(home.as_str()).is_some_and(|user| user.ends_with('.') && !user.starts_with('.'))
    })
}

/// Whether two findings at the same place, of different systems, are one.
fn says_the_same(a: &Finding, b: &Finding) -> bool {
    let same_words = a.message == b.message && a.primary == b.primary;
    let of_home =
        a.specialisation.is_none() && (is_at_home(&a.option, &b.option) || is_at_home(&b.option, &a.option));
    a.rule == b.rule
        && a.specialisation == b.specialisation
        && (same_words || of_home)
        && a.related == b.related
}

/// The findings of several systems in the order of the files. Those that say the same of the same place are one, which names all
/// the systems. What is found in a home by itself and in the system that it is in is told of the home.
pub fn united(all: impl IntoIterator<Item = Finding>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = all.into_iter().collect();
    findings.sort_by(in_order);
    let mut united: Vec<Finding> = Vec::with_capacity(findings.len());
    for mut finding in findings {
        let here = united.iter_mut().rev().take_while(|f| f.primary.location == finding.primary.location);
        let same = here.into_iter().find(|f| says_the_same(f, &finding));
        match same {
            Some(first) => {
                if is_at_home(&finding.option, &first.option) {
                    std::mem::swap(first, &mut finding);
                }
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
