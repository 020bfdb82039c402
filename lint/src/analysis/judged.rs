//! What of the findings is reported.

use super::{Analysis, Fixed};
use crate::db::{self, Db, Entry};
use crate::eval::paths::{self, STORE};
use crate::findings::{Finding, Severity};
use crate::fix::apply;
use crate::nixos::model::System;
use crate::rules::{self, SuppressionContext, UNUSED_SUPPRESSION};
use crate::settings::{Choice, Settings};
use crate::suppress::add::Adder;
use crate::suppress::{Part, Suppressions};
use crate::syntax::lower;
use rowan::TextRange;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// A file with suppressions, and who reads it.
struct Read {
    suppressions: Arc<Suppressions>,
    systems: Vec<String>,
    is_known: bool,
    has_source: bool,
}

/// What is set for files.
struct Files<'a> {
    analysis: &'a Analysis,
    /// The settings of the files that were asked about, by their folders.
    settings: RefCell<HashMap<String, Option<Arc<Settings>>>>,
}

impl Files<'_> {
    fn settings(&self, file: &str) -> Option<Arc<Settings>> {
        let mut known = self.settings.borrow_mut();
        let folder = paths::parent(file);
        if let Some(settings) = known.get(folder) {
            return settings.clone();
        }
        let settings = self.analysis.settings_for(file);
        known.insert(folder.to_owned(), settings.clone());
        settings
    }

    /// How bad the findings of a rule are in a file, if they are reported, be it without the command line or with it: to choose fewer
    /// rules does not make a suppression useless.
    fn severity(&self, rule: &str, file: &str) -> Option<Option<Severity>> {
        let (rule, settings) = (rules::find(rule)?, self.settings(file));
        let decided = |choice: &Choice| choice.decide(settings.as_deref(), rule).severity;
        decided(&self.analysis.choice).or_else(|| decided(&Choice::default()))
    }

    /// Whether the command line, or what is set, has it that a finding is reported.
    fn is_chosen(&self, finding: &Finding) -> bool {
        let settings = self.settings(&finding.primary.location.file);
        let rule = rules::find(finding.rule);
        rule.is_some_and(|rule| self.analysis.choice.decide(settings.as_deref(), rule).severity.is_some())
    }

    /// Whether a finding may be reported, in which it becomes as bad as is set.
    fn report(&self, finding: &mut Finding) -> bool {
        let Some(severity) = self.severity(finding.rule, &finding.primary.location.file) else {
            return false;
        };
        let settings = self.settings(&finding.primary.location.file);
        finding.severity = severity.unwrap_or(finding.severity);
        let Some(settings) = settings else { return true };
        let was_in_some = !finding.systems.is_empty();
        finding.systems.retain(|system| !settings.is_ignored_of(system, finding.rule));
        settings.ignored_in(&finding.primary.location.file, finding.rule).is_none()
            && (!was_in_some || !finding.systems.is_empty())
    }

    /// Whether findings of a rule may be reported of a file in all systems that read it.
    fn is_reported(&self, rule: &str, file: &str, systems: &[String]) -> bool {
        let settings = self.settings(file);
        self.severity(rule, file).is_some()
            && settings.is_none_or(|settings| {
                settings.ignored_in(file, rule).is_none()
                    && !systems.iter().any(|system| settings.is_ignored_of(system, rule))
            })
    }
}

impl Analysis {
    /// The findings that are reported of all that there are: those of the chosen rules that no comment suppresses, and the comments that
    /// suppress nothing.
    pub(super) fn judged(
        &self,
        mut findings: Vec<Finding>,
        systems: &[(Entry, Arc<System>)],
    ) -> Vec<Finding> {
        let files = Files { analysis: self, settings: RefCell::default() };
        findings.retain_mut(|finding| files.report(finding));
        let mut used: HashMap<String, HashSet<Part>> = HashMap::new();
        let is_left = |finding: &Finding| {
            let parts = self.suppressing(finding);
            let is_left = parts.is_empty();
            used.entry(finding.primary.location.file.to_string()).or_default().extend(parts);
            is_left
        };
        let (left, suppressed): (Vec<Finding>, Vec<Finding>) = findings.into_iter().partition(is_left);
        let mut unused = Vec::new();
        for (file, read) in self.with_suppressions(systems) {
            let ended = read.suppressions.ended();
            let mut used = used.remove(&file).unwrap_or_default();
            used.extend(ended);
            let mut missed: HashMap<Part, &Finding> = HashMap::new();
            for finding in left.iter().chain(&suppressed) {
                for label in finding.related.iter().filter(|label| *label.location.file == *file) {
                    for part in read.suppressions.about(finding.rule, &label.location) {
                        missed.entry(part).or_insert(finding);
                    }
                }
            }
            unused.extend(rules::check_suppressions(&SuppressionContext {
                file: &file,
                text: &self.text(&file).unwrap_or_default(),
                suppressions: &read.suppressions,
                used: &used,
                systems: &read.systems,
                is_known: read.is_known,
                has_source: read.has_source,
                is_reported: &|rule| files.is_reported(rule, &file, &read.systems),
                missed: &missed,
            }));
        }
        unused.retain_mut(|finding| files.report(finding) && self.suppressing(finding).is_empty());
        let mut reported =
            if unused.is_empty() { left } else { rules::united(left.into_iter().chain(unused)) };
        reported.retain(|finding| files.is_chosen(finding));
        reported
    }

    /// Suppresses each finding that `wanted` names by a comment, and takes out those of the comments that suppress nothing. Nothing is
    /// written; what the analysis sees of the files are then the new texts.
    pub fn suppress(&mut self, wanted: impl Fn(&Finding) -> bool) -> Fixed {
        let wanted_now = |analysis: &Self| -> Vec<Finding> {
            analysis.unmended().into_iter().filter(|finding| wanted(finding)).collect()
        };
        let is_unused = |finding: &Finding| finding.rule == UNUSED_SUPPRESSION;
        let mut fixed = Fixed::default();
        let mut findings = wanted_now(self);
        if findings.iter().any(is_unused) {
            fixed = self.fix(false, |finding| is_unused(finding) && wanted(finding));
            findings = wanted_now(self);
        }
        // What cannot be suppressed at its place is for the whole file.
        for whole_file in [false, true] {
            for (path, new) in self.with_comments(&findings, whole_file) {
                self.change(&mut fixed, path, new);
            }
            let left = wanted_now(self);
            fixed.suppressed += findings.len().saturating_sub(left.len());
            findings = left;
            if findings.is_empty() {
                break;
            }
        }
        fixed
    }

    /// The texts of files with comments that suppress findings in them.
    fn with_comments(&self, findings: &[Finding], whole_file: bool) -> BTreeMap<String, String> {
        let mut files: BTreeMap<&str, Vec<(&str, TextRange)>> = BTreeMap::new();
        for Finding { rule, primary, .. } in
            findings.iter().filter(|finding| finding.rule != UNUSED_SUPPRESSION)
        {
            let range = TextRange::new(primary.location.start.into(), primary.location.end.into());
            files.entry(&primary.location.file).or_default().push((rule, range));
        }
        let new = |(path, found): (&str, Vec<(&str, TextRange)>)| {
            let text = self.text(path).filter(|text| !text.contains(char::REPLACEMENT_CHARACTER))?;
            let file = db::lowered(&self.db, self.db.contents(path)).ok()?;
            let edits = Adder::new(path, &text, &file).edits(&found, whole_file);
            let new = apply::edited(&text, &edits.iter().collect::<Vec<_>>())?;
            let still_parses = lower(&new).errors.len() <= file.errors.len();
            still_parses.then(|| (path.to_owned(), new))
        };
        files.into_iter().filter(|(path, _)| !path.starts_with(STORE)).filter_map(new).collect()
    }

    /// What suppresses a finding.
    fn suppressing(&self, finding: &Finding) -> Vec<Part> {
        let location = &finding.primary.location;
        let suppressions = db::suppressions(&self.db, self.db.contents(&location.file));
        let mut parts = suppressions.map(|s| s.about(finding.rule, location)).unwrap_or_default();
        // What is meant for all rules does not hide that it is not needed.
        parts.retain(|part| finding.rule != UNUSED_SUPPRESSION || part.rule.is_some());
        parts
    }

    /// The files of systems that have suppressions.
    fn with_suppressions(&self, systems: &[(Entry, Arc<System>)]) -> BTreeMap<String, Read> {
        let mut files: BTreeMap<String, Read> = BTreeMap::new();
        for (_, system) in systems {
            let is_known = system.scopes().all(|(_, scope)| scope.complete);
            let has_source = system.options.is_some_and(|options| options.table().definers().is_some());
            for file in system.own_files().filter(|file| !file.starts_with(STORE)) {
                let Some(suppressions) = db::suppressions(&self.db, self.db.contents(file)) else { continue };
                let read = files.entry(file.clone()).or_insert_with(|| Read {
                    suppressions,
                    systems: Vec::new(),
                    is_known: true,
                    has_source: true,
                });
                read.systems.push(system.name.clone());
                read.is_known &= is_known;
                read.has_source &= has_source;
            }
        }
        for read in files.values_mut() {
            read.systems.sort();
            read.systems.dedup();
        }
        files
    }
}
