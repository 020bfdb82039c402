//! `gitlab`: the report of code quality that GitLab shows in merge requests. Its form is that of Code Climate's issues.

use super::Report;
use super::fingerprint::fingerprints;
use super::json::{Each, line};
use crate::findings::{Finding, Severity};
use crate::render::printable::one_line;
use serde_json::json;
use std::io::{self, Write};

/// Prints a list of issues.
pub(super) fn write<W: Write + ?Sized>(report: &Report<'_>, out: &mut W) -> io::Result<()> {
    let fingerprints = fingerprints(report);
    let issue = |(finding, fingerprint): (&Finding, &String)| {
        let place = report.place(&finding.primary.location);
        json!({
            "type": "issue",
            "check_name": finding.rule,
            "description": one_line(&finding.message),
            "content": { "body": finding.consequence },
            "categories": ["Bug Risk"],
            "severity": match finding.severity {
                Severity::Error => "critical",
                Severity::Warning => "major",
                Severity::Info => "minor",
                Severity::Hint => "info",
            },
            "fingerprint": fingerprint,
            "location": {
                "path": place.file.name,
                "positions": {
                    "begin": { "line": place.start.line, "column": place.start.column },
                    "end": { "line": place.end.line, "column": place.end.column },
                },
            },
        })
    };
    line(&Each(|| report.findings.iter().zip(&fingerprints).map(issue)), out)
}
