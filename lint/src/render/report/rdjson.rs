//! `rdjson`: reviewdog's format, with suggestions.

use super::json::{Each, line};
use super::{Place, Report};
use crate::findings::{Edit, Finding, Fix, Label, Location, Severity};
use crate::fix::apply;
use serde::Serialize;
use serde_json::{Value as Json, json};
use std::io::{self, Write};

/// How much text a suggestion may replace, in bytes: what is longer nobody reads in a comment.
const LONGEST: u32 = 2000;

/// The document.
#[derive(Serialize)]
struct Document<D: Serialize> {
    source: Json,
    diagnostics: D,
}

/// Prints one document with all findings.
pub(super) fn write<W: Write + ?Sized>(report: &Report<'_>, out: &mut W) -> io::Result<()> {
    let diagnostics = Each(|| report.findings.iter().map(|finding| diagnostic(report, finding)));
    line(&Document { source: json!({ "name": "speclint" }), diagnostics }, out)
}

fn diagnostic(report: &Report<'_>, finding: &Finding) -> Json {
    let primary = &finding.primary.location;
    let related = finding.related.iter().map(
        |label: &Label| json!({ "message": label.message, "location": location(report, &label.location) }),
    );
    let suggestions = finding.fixes.iter().filter_map(|fix| suggestion(report, primary, fix));
    json!({
        "message": format!("{}\n{}", finding.message, finding.consequence),
        "location": location(report, primary),
        "severity": match finding.severity {
            Severity::Error => "ERROR",
            Severity::Warning => "WARNING",
            Severity::Info | Severity::Hint => "INFO",
        },
        "code": { "value": finding.rule },
        "suggestions": suggestions.collect::<Vec<Json>>(),
        "related_locations": related.collect::<Vec<Json>>(),
    })
}

fn location(report: &Report<'_>, location: &Location) -> Json {
    let place = report.place_in_bytes(location);
    json!({ "path": place.file.name, "range": range(&place) })
}

fn range(place: &Place<'_>) -> Json {
    json!({
        "start": { "line": place.start.line, "column": place.start.column },
        "end": { "line": place.end.line, "column": place.end.column },
    })
}

/// A mend as one replacement: a suggestion is applied alone, and the edits of a mend belong together. `None` where they are in
/// another file than the finding, or far from each other.
fn suggestion(report: &Report<'_>, primary: &Location, fix: &Fix) -> Option<Json> {
    if fix.edits.iter().any(|edit| edit.location.file != primary.file) {
        return None;
    }
    let start = fix.edits.iter().map(|edit| edit.location.start).min()?;
    let end = fix.edits.iter().map(|edit| edit.location.end).max()?;
    if end.checked_sub(start)? > LONGEST {
        return None;
    }
    let whole = Location { file: primary.file.clone(), start, end };
    let old = report.file(&whole).text.get(start as usize..end as usize)?;
    let shifted: Vec<Edit> = fix.edits.iter().map(|edit| shifted(edit, start)).collect();
    let edits = apply::by_file(&shifted);
    let text = apply::edited(old, edits.values().next()?)?;
    Some(json!({ "range": range(&report.place_in_bytes(&whole)), "text": text }))
}

/// An edit of a file as one of the text that starts there.
fn shifted(edit: &Edit, by: u32) -> Edit {
    let Edit { location, text } = edit;
    let (start, end) = (location.start - by, location.end - by);
    Edit { location: Location { file: location.file.clone(), start, end }, text: text.clone() }
}
