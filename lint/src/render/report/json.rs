//! `json` and `json-lines`: the project's own format, for programs. `docs/findings.schema.json` describes it.

use super::{Place, Report};
use crate::findings::{Finding, Location};
use serde::{Serialize, Serializer};
use serde_json::{Value as Json, json};
use std::io::{self, Write};

/// The document.
#[derive(Serialize)]
struct Document<D: Serialize> {
    version: u32,
    diagnostics: D,
}

/// A sequence whose elements are made one after the other, so that a large document is never held as a whole.
pub(super) struct Each<F>(pub(super) F);

impl<F: Fn() -> I, I: IntoIterator<Item: Serialize>> Serialize for Each<F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((self.0)())
    }
}

/// Prints one document with all findings.
pub(super) fn write<W: Write + ?Sized>(report: &Report<'_>, out: &mut W) -> io::Result<()> {
    let diagnostics = Each(|| report.findings.iter().map(|finding| diagnostic(report, finding)));
    line(&Document { version: 1, diagnostics }, out)
}

/// The document that `check --format json` prints.
pub fn document(report: &Report<'_>) -> Json {
    let diagnostics = report.findings.iter().map(|finding| diagnostic(report, finding));
    json!({ "version": 1, "diagnostics": diagnostics.collect::<Vec<Json>>() })
}

/// Prints a document a line, one for each finding.
pub(super) fn write_lines<W: Write + ?Sized>(report: &Report<'_>, out: &mut W) -> io::Result<()> {
    report.findings.iter().try_for_each(|finding| line(&diagnostic(report, finding), out))
}

/// Prints a document and ends the line.
pub(super) fn line<W: Write + ?Sized>(document: &impl Serialize, out: &mut W) -> io::Result<()> {
    serde_json::to_writer(&mut *out, document)?;
    out.write_all(b"\n")
}

fn range(place: &Place<'_>) -> Json {
    json!({
        "start": { "line": place.start.line, "column": place.start.column },
        "end": { "line": place.end.line, "column": place.end.column },
    })
}

fn diagnostic(report: &Report<'_>, finding: &Finding) -> Json {
    let at = |location: &Location| {
        let place = report.place(location);
        (place.file.name.as_str(), range(&place))
    };
    let (file, range) = at(&finding.primary.location);
    let related = finding.related.iter().map(|label| {
        let (file, range) = at(&label.location);
        json!({ "file": file, "range": range, "message": label.message })
    });
    let fixes = finding.fixes.iter().map(|fix| {
        let edits = fix.edits.iter().map(|edit| {
            let (file, range) = at(&edit.location);
            json!({ "file": file, "range": range, "text": edit.text })
        });
        json!({
            "title": fix.title,
            "applicability": fix.applicability.name(),
            "edits": edits.collect::<Vec<Json>>(),
        })
    });
    json!({
        "rule": finding.rule,
        "severity": finding.severity.name(),
        "message": finding.message,
        "file": file,
        "range": range,
        "systems": finding.systems,
        "specialisation": finding.specialisation.as_ref().map(|name| name.as_str()),
        "option": finding.option,
        "related": related.collect::<Vec<Json>>(),
        "fixes": fixes.collect::<Vec<Json>>(),
    })
}
