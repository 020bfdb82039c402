//! Findings as JSON.

use crate::findings::{Finding, Location};
use serde_json::{Value as Json, json};

/// Turns a place in a file into what is printed of it: the file's name, and its range as JSON.
pub(crate) type LocateBytes<'l> = dyn Fn(&str, u32, u32) -> (String, Json) + 'l;

/// The findings as the document that `check --format json` prints.
pub fn findings_json(findings: &[Finding], locate: &LocateBytes<'_>) -> Json {
    let at = |location: &Location| locate(&location.file, location.start, location.end);
    let diagnostics: Vec<Json> = findings
        .iter()
        .map(|f| {
            let (file, range) = at(&f.primary.location);
            let related: Vec<Json> = f
                .related
                .iter()
                .map(|l| {
                    let (file, range) = at(&l.location);
                    json!({ "file": file, "range": range, "message": l.message })
                })
                .collect();
            let fixes: Vec<Json> = f
                .fixes
                .iter()
                .map(|fix| {
                    let edits: Vec<Json> = fix
                        .edits
                        .iter()
                        .map(|e| {
                            let (file, range) = at(&e.location);
                            json!({ "file": file, "range": range, "text": e.text })
                        })
                        .collect();
                    json!({ "title": fix.title, "applicability": fix.applicability.name(), "edits": edits })
                })
                .collect();
            json!({
                "rule": f.rule,
                "severity": f.severity.name(),
                "message": f.message,
                "file": file,
                "range": range,
                "systems": f.systems,
                "specialisation": f.specialisation.as_ref().map(|s| s.as_str()),
                "option": f.option,
                "related": related,
                "fixes": fixes,
            })
        })
        .collect();
    json!({ "version": 1, "diagnostics": diagnostics })
}
