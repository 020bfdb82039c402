//! What is analysed for a command line, and what of it is asked about.

use super::super::{Asked, Opened, absolute, expect_settings, is_asked};
use super::arguments::{Arguments, FailOn};
use super::clock::Clock;
use crate::disk::{Disk, Piped, real};
use anyhow::{Context as _, Result};
use speclint_lint::analysis::Analysis;
use speclint_lint::findings::{Finding, Severity};
use std::io::Read as _;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

/// An analysis for a command line.
pub(super) struct Session<'a> {
    /// The command line.
    pub(super) arguments: &'a Arguments,
    /// The analysis.
    pub(super) analysis: Analysis,
    /// The file whose text was read from the standard input, and that text.
    pub(super) piped: Option<(String, Vec<u8>)>,
    /// How long what took.
    pub(super) clock: Clock,
    only: Vec<String>,
}

impl<'a> Session<'a> {
    /// The session that a command line asks for.
    pub(super) fn open(arguments: &'a Arguments) -> Result<Self> {
        let Some(name) = &arguments.stdin_filename else {
            return Session::of(arguments, Opened::new(&arguments.paths, &arguments.sources)?, None);
        };
        let path = place(name)?;
        let mut text = Vec::new();
        std::io::stdin().lock().read_to_end(&mut text).context("cannot read the standard input")?;
        let piped = Piped { path: path.clone(), text: text.clone() };
        Session::of(arguments, Opened::piped(piped, &arguments.sources)?, Some((path, text)))
    }

    /// The session of paths whose projects are known.
    pub(super) fn watching(arguments: &'a Arguments, asked: Vec<Asked>) -> Result<Self> {
        Session::of(arguments, Opened::of(Arc::new(Disk), asked, &arguments.sources)?, None)
    }

    fn of(arguments: &'a Arguments, opened: Opened, piped: Option<(String, Vec<u8>)>) -> Result<Self> {
        opened.expect_systems(&arguments.system)?;
        let Opened { mut analysis, only, .. } = opened;
        analysis.choose(arguments.choice());
        Ok(Session { arguments, analysis, piped, clock: Clock::default(), only })
    }

    /// Whether a finding is asked about.
    pub(super) fn wants(&self, finding: &Finding) -> bool {
        wants(self.arguments, &self.only, finding)
    }

    /// A test whether a finding is asked about, for while the analysis changes.
    pub(super) fn wanted(&self) -> impl Fn(&Finding) -> bool + use<'a> {
        let (arguments, only) = (self.arguments, self.only.clone());
        move |finding| wants(arguments, &only, finding)
    }

    /// Evaluates the systems. Fails if settings are wrong.
    pub(super) fn evaluate(&mut self) -> Result<()> {
        let Session { analysis, clock, .. } = self;
        clock.time("evaluating", || expect_settings(analysis))
    }

    /// The findings that are asked about.
    pub(super) fn findings(&mut self) -> Vec<Finding> {
        let Session { analysis, clock, .. } = self;
        let mut findings = clock.time("judging", || analysis.findings());
        findings.retain(|finding| self.wants(finding));
        findings
    }

    /// Whether a system is asked about by its name.
    pub(super) fn wants_system(&self, name: &str) -> bool {
        self.arguments.system.is_empty() || self.arguments.system.iter().any(|wanted| wanted == name)
    }

    /// Whether a file is asked about.
    pub(super) fn wants_file(&self, path: &str) -> bool {
        is_asked(&self.only, path)
    }

    /// From which severity on a finding makes the check fail.
    pub(super) fn fails_from(&self, finding: &Finding) -> Severity {
        let set = || self.analysis.fails_from(&finding.primary.location.file);
        self.arguments.fail_on.map_or_else(set, FailOn::severity)
    }

    /// The exit status after these findings.
    pub(super) fn status(&self, findings: &[Finding]) -> ExitCode {
        let fails = findings.iter().any(|finding| finding.severity >= self.fails_from(finding));
        if fails && !self.arguments.exit_zero { ExitCode::FAILURE } else { ExitCode::SUCCESS }
    }
}

fn wants(arguments: &Arguments, only: &[String], finding: &Finding) -> bool {
    let mut places = std::iter::once(&finding.primary).chain(&finding.related);
    (arguments.system.is_empty() || finding.systems.iter().any(|s| arguments.system.contains(s)))
        && places.any(|label| is_asked(only, &label.location.file))
}

/// Where a file is, or would be: what of its path exists without links.
fn place(name: &Path) -> Result<String> {
    let path = std::path::absolute(name).with_context(|| format!("cannot find `{}`", name.display()))?;
    real(&path).map_or_else(|| absolute(name), Ok)
}
