//! What the engine says, in the words of the protocol.

use super::types::{
    CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag, Location,
    NumberOrString, Position, Range, Uri,
};
use crate::engine::{self, Shown};
use serde_json::json;
use speclint_lint::findings::{Finding, Severity};
use speclint_lint::source;

/// What the diagnostics say that they come from.
pub(super) const SOURCE: &str = "speclint";
/// The rules that find what NixOS drops, or what does nothing.
pub(super) const OF_WHAT_IS_DROPPED: &[&str] = &[
    "dead-guard",
    "dropped-default",
    "ineffective-override",
    "nested-specialisation",
    "redundant-inherit",
    "redundant-override",
    "unused-suppression",
];

pub(super) fn position(position: Position) -> source::Position {
    source::Position { line: position.line, column: position.character }
}

pub(super) fn range(range: engine::Range) -> Range {
    let at = |position: source::Position| Position { line: position.line, character: position.column };
    Range { start: at(range.start), end: at(range.end) }
}

pub(super) fn own_range(range: Range) -> engine::Range {
    engine::Range { start: position(range.start), end: position(range.end) }
}

/// A name that the engine has from the client, or made.
pub(super) fn uri(uri: &str) -> Option<Uri> {
    uri.parse().ok()
}

fn severity(severity: Severity) -> DiagnosticSeverity {
    match severity {
        Severity::Error => DiagnosticSeverity::ERROR,
        Severity::Warning => DiagnosticSeverity::WARNING,
        Severity::Info => DiagnosticSeverity::INFORMATION,
        Severity::Hint => DiagnosticSeverity::HINT,
    }
}

/// What identifies a finding in the data of its diagnostic.
pub(super) fn identity(key: u64) -> String {
    format!("{key:016x}")
}

/// A finding as a diagnostic, with the page of its rule, and with its other places if the client shows them.
pub(super) fn diagnostic(shown: &Shown, page: Option<Uri>, with_related: bool) -> Diagnostic {
    let finding = &*shown.finding;
    let related = shown.related.iter().filter_map(|related| {
        let location = Location { uri: uri(&related.uri)?, range: range(related.range) };
        Some(DiagnosticRelatedInformation { location, message: related.message.clone() })
    });
    let related: Vec<DiagnosticRelatedInformation> = related.filter(|_| with_related).collect();
    let is_dropped = OF_WHAT_IS_DROPPED.contains(&finding.rule);
    Diagnostic {
        range: range(shown.range),
        severity: Some(severity(finding.severity)),
        code: Some(NumberOrString::String(finding.rule.to_owned())),
        code_description: page.map(|href| CodeDescription { href }),
        source: Some(SOURCE.to_owned()),
        message: message(finding),
        related_information: (!related.is_empty()).then_some(related),
        tags: is_dropped.then(|| vec![DiagnosticTag::UNNECESSARY]),
        data: Some(json!({ "finding": identity(shown.key) })),
    }
}

/// What a diagnostic says: what is the matter, what NixOS does about it, and where that is so if not everywhere.
fn message(finding: &Finding) -> String {
    let mut text = finding.message.clone();
    if !finding.consequence.is_empty() {
        text.push_str(&format!("\n{}", finding.consequence));
    }
    match finding.systems.as_slice() {
        [] | [_] => {}
        systems => text.push_str(&format!("\nin systems {}", systems.join(", "))),
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use speclint_lint::rules;

    #[test]
    fn rules_are_called_by_their_names() {
        let unknown = OF_WHAT_IS_DROPPED.iter().filter(|name| rules::find(name).is_none());
        assert_eq!(unknown.collect::<Vec<_>>(), [&""; 0]);
    }
}
