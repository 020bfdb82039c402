//! `sarif`: SARIF 2.1.0, the format of code scanning.

use super::fingerprint::fingerprints;
use super::json::{Each, line};
use super::{Place, Report};
use crate::findings::{Edit, Finding, Fix, Location, Severity};
use crate::fix::apply;
use crate::render::reference;
use crate::rules;
use serde::Serialize;
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{self, Write};

/// Where the schema of this version of the format is published.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
/// What the folder is called that paths are relative to.
const BASE: &str = "%SRCROOT%";

#[derive(Serialize)]
struct Log<R: Serialize> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<R>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<R: Serialize> {
    tool: Json,
    column_kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    original_uri_base_ids: Option<Json>,
    results: R,
}

/// Prints one document with all findings.
pub(super) fn write<W: Write + ?Sized>(report: &Report<'_>, out: &mut W) -> io::Result<()> {
    let names: Vec<&str> =
        report.findings.iter().map(|f| f.rule).collect::<BTreeSet<&str>>().into_iter().collect();
    let fingerprints = fingerprints(report);
    let results = Each(|| {
        let numbered = report.findings.iter().zip(&fingerprints);
        numbered.map(|(finding, fingerprint)| result(report, &names, finding, fingerprint))
    });
    let version = env!("CARGO_PKG_VERSION");
    let driver = json!({
        "name": "speclint",
        "version": version,
        "semanticVersion": version,
        "rules": names.iter().filter_map(|name| rule(name)).collect::<Vec<Json>>(),
    });
    let run = Run {
        tool: json!({ "driver": driver }),
        column_kind: "unicodeCodePoints",
        original_uri_base_ids: report
            .base
            .as_deref()
            .map(|base| json!({ BASE: { "uri": folder_uri(base) } })),
        results,
    };
    line(&Log { schema: SCHEMA, version: "2.1.0", runs: [run] }, out)
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info | Severity::Hint => "note",
    }
}

fn rule(name: &str) -> Option<Json> {
    let rule = rules::find(name)?;
    let page = reference::page(rule);
    Some(json!({
        "id": rule.name,
        "shortDescription": { "text": rule.summary },
        "help": { "text": page, "markdown": page },
        "defaultConfiguration": { "enabled": rule.default, "level": level(rule.severity) },
    }))
}

fn result(report: &Report<'_>, rules: &[&str], finding: &Finding, fingerprint: &str) -> Json {
    let related = finding.related.iter().enumerate().map(|(id, label)| {
        json!({
            "id": id,
            "physicalLocation": physical(report, &label.location),
            "message": { "text": label.message },
        })
    });
    json!({
        "ruleId": finding.rule,
        "ruleIndex": rules.binary_search(&finding.rule).ok(),
        "level": level(finding.severity),
        "message": { "text": format!("{}\n{}", finding.message, finding.consequence) },
        "locations": [{
            "physicalLocation": physical(report, &finding.primary.location),
            "message": { "text": finding.primary.message },
        }],
        "relatedLocations": related.collect::<Vec<Json>>(),
        "partialFingerprints": { "speclint/v1": fingerprint },
        "fixes": finding.fixes.iter().map(|f| fix(report, f)).collect::<Vec<Json>>(),
        "properties": {
            "systems": finding.systems,
            "specialisation": finding.specialisation.as_ref().map(|name| name.as_str()),
            "option": finding.option,
        },
    })
}

fn physical(report: &Report<'_>, location: &Location) -> Json {
    let place = report.place(location);
    json!({ "artifactLocation": artifact(&place.file.name), "region": region(&place) })
}

fn region(place: &Place<'_>) -> Json {
    json!({
        "startLine": place.start.line,
        "startColumn": place.start.column,
        "endLine": place.end.line,
        "endColumn": place.end.column,
    })
}

fn fix(report: &Report<'_>, fix: &Fix) -> Json {
    let replacement = |edit: &Edit| {
        let region = region(&report.place(&edit.location));
        json!({ "deletedRegion": region, "insertedContent": { "text": edit.text } })
    };
    let change = |edits: Vec<&Edit>| {
        let file = edits.first().map(|edit| artifact(&report.file(&edit.location).name));
        let replacements: Vec<Json> = edits.into_iter().map(replacement).collect();
        json!({ "artifactLocation": file, "replacements": replacements })
    };
    let changes: Vec<Json> = apply::by_file(&fix.edits).into_values().map(change).collect();
    json!({ "description": { "text": fix.title }, "artifactChanges": changes })
}

/// Where a file is: relative to the base if it is below it.
fn artifact(name: &str) -> Json {
    if name.starts_with('/') {
        json!({ "uri": format!("file://{}", encoded(name)) })
    } else {
        json!({ "uri": encoded(name), "uriBaseId": BASE })
    }
}

/// A folder's address, which ends in a slash.
fn folder_uri(folder: &str) -> String {
    format!("file://{}/", encoded(folder.trim_end_matches('/')))
}

/// A path as it stands in an address.
fn encoded(path: &str) -> String {
    let mut encoded = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::{artifact, encoded, folder_uri};

    #[test]
    fn addresses() {
        assert_eq!(encoded("hosts/my host/é#1.nix"), "hosts/my%20host/%C3%A9%231.nix");
        assert_eq!((folder_uri("/"), folder_uri("/a b")), ("file:///".into(), "file:///a%20b/".into()));
        assert_eq!(artifact("/nix/store/a.nix")["uri"], "file:///nix/store/a.nix");
        assert_eq!(artifact("a:b.nix")["uri"], "a%3Ab.nix");
    }
}
