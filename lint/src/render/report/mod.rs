//! Findings as they are printed: one file a format.

mod concise;
mod fingerprint;
mod github;
mod gitlab;
mod json;
mod junit;
mod places;
mod rdjson;
mod sarif;
mod statistics;
mod text;

pub use json::document as findings_json;
pub use statistics::{Count, statistics, statistics_json, statistics_text};

use crate::findings::{Finding, Location, Severity};
use crate::settings::FAILS_FROM;
use crate::source::ColumnUnit;
use codespan_reporting::term::termcolor::WriteColor;
use places::{File, Place, Places};
use std::collections::HashMap;
use std::io;
use std::sync::Arc;

/// How findings are printed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// For people: with the places in the source.
    Text,
    /// For people: one line each.
    Concise,
    /// One document for programs.
    Json,
    /// One document a line for programs.
    JsonLines,
    /// SARIF 2.1.0.
    Sarif,
    /// Annotations of GitHub's workflows.
    Github,
    /// GitLab's report of code quality.
    Gitlab,
    /// A report of tests, as JUnit writes it.
    Junit,
    /// Reviewdog's format.
    Rdjson,
}

impl Format {
    /// All formats.
    pub const ALL: [Format; 9] = [
        Format::Text,
        Format::Concise,
        Format::Json,
        Format::JsonLines,
        Format::Sarif,
        Format::Github,
        Format::Gitlab,
        Format::Junit,
        Format::Rdjson,
    ];

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Format::Text => "text",
            Format::Concise => "concise",
            Format::Json => "json",
            Format::JsonLines => "json-lines",
            Format::Sarif => "sarif",
            Format::Github => "github",
            Format::Gitlab => "gitlab",
            Format::Junit => "junit",
            Format::Rdjson => "rdjson",
        }
    }

    /// The format of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Format::ALL.into_iter().find(|format| format.name() == name)
    }

    /// What it is, in a few words.
    pub fn about(self) -> &'static str {
        match self {
            Format::Text => "For people: with the places in the source",
            Format::Concise => "For people: one line each",
            Format::Json => "For programs: one document",
            Format::JsonLines => "For programs: one document a line",
            Format::Sarif => "SARIF 2.1.0, for code scanning",
            Format::Github => "Annotations of GitHub's workflows",
            Format::Gitlab => "GitLab's report of code quality",
            Format::Junit => "A report of tests, as JUnit writes it",
            Format::Rdjson => "Reviewdog's format, with suggestions",
        }
    }
}

/// Findings that are to be printed, with the files that they are about.
pub struct Report<'f> {
    findings: &'f [Finding],
    /// From which severity on findings in a file fail the check, where it is another than usual.
    fails_from: HashMap<Arc<str>, Severity>,
    base: Option<String>,
    places: Places,
}

impl<'f> Report<'f> {
    /// A report of these findings, in order, in files of these texts and names.
    pub fn new(
        findings: &'f [Finding],
        text: &dyn Fn(&str) -> Option<Arc<str>>,
        name: &dyn Fn(&str) -> String,
    ) -> Self {
        let places = Places::new(findings, text, name);
        Report { findings, fails_from: HashMap::new(), base: None, places }
    }

    /// The same, with files in which the check fails from another severity on.
    #[must_use]
    pub fn with_fails_from(self, fails_from: HashMap<Arc<str>, Severity>) -> Self {
        Report { fails_from, ..self }
    }

    /// The same, with the folder that names of files are relative to.
    #[must_use]
    pub fn with_base(self, base: Option<String>) -> Self {
        Report { base, ..self }
    }

    /// Prints it.
    pub fn write(&self, format: Format, out: &mut dyn WriteColor) -> io::Result<()> {
        match format {
            Format::Text => text::write(self, out),
            Format::Concise => concise::write(self, out),
            Format::Json => json::write(self, out),
            Format::JsonLines => json::write_lines(self, out),
            Format::Sarif => sarif::write(self, out),
            Format::Github => github::write(self, out),
            Format::Gitlab => gitlab::write(self, out),
            Format::Junit => junit::write(self, out),
            Format::Rdjson => rdjson::write(self, out),
        }
    }

    fn file(&self, location: &Location) -> &File {
        self.places.file(location)
    }

    /// A location of a finding, with columns in characters.
    fn place(&self, location: &Location) -> Place<'_> {
        self.places.place(location, ColumnUnit::Utf32)
    }

    /// A location of a finding, with columns in bytes.
    fn place_in_bytes(&self, location: &Location) -> Place<'_> {
        self.places.place(location, ColumnUnit::Utf8)
    }

    /// Whether a finding fails the check.
    fn fails(&self, finding: &Finding) -> bool {
        let of_file = self.fails_from.get(&finding.primary.location.file);
        finding.severity >= of_file.copied().unwrap_or(FAILS_FROM)
    }
}
