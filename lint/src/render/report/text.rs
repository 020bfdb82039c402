//! `text`: each finding with the places in the source that it is about.

use super::Report;
use crate::findings::{Applicability, Finding, Label, Severity};
use crate::render::printable::printable;
use codespan_reporting::diagnostic::{Diagnostic, Label as SpanLabel, Severity as SpanSeverity};
use codespan_reporting::files::{self, SimpleFiles};
use codespan_reporting::term;
use codespan_reporting::term::termcolor::WriteColor;
use std::collections::HashMap;
use std::io;

/// Prints the findings, and what may be done about each.
pub(super) fn write(report: &Report<'_>, mut out: &mut dyn WriteColor) -> io::Result<()> {
    let mut sources = SimpleFiles::new();
    let mut ids: HashMap<&str, usize> = HashMap::new();
    let config = term::Config::default();
    for finding in report.findings {
        let primary = std::iter::once((&finding.primary, true));
        let related = finding.related.iter().map(|label| (label, false));
        let labels = primary.chain(related).map(|(label, is_primary)| {
            let id = *ids.entry(&label.location.file).or_insert_with(|| {
                let file = report.file(&label.location);
                sources.add(printable(&file.name).into_owned(), printable(&file.text).into_owned())
            });
            span_label(label, id, is_primary)
        });
        let severity = match finding.severity {
            Severity::Error => SpanSeverity::Error,
            Severity::Warning => SpanSeverity::Warning,
            Severity::Info => SpanSeverity::Note,
            Severity::Hint => SpanSeverity::Help,
        };
        let diagnostic = Diagnostic::new(severity)
            .with_code(finding.rule)
            .with_message(printable(&finding.message))
            .with_labels(labels.collect())
            .with_notes(notes(finding));
        term::emit_to_write_style(&mut out, &config, &sources, &diagnostic).map_err(|error| match error {
            files::Error::Io(error) => error,
            error => io::Error::other(error),
        })?;
    }
    Ok(())
}

fn span_label(label: &Label, id: usize, primary: bool) -> SpanLabel<usize> {
    let range = label.location.start as usize..label.location.end as usize;
    let span = if primary { SpanLabel::primary(id, range) } else { SpanLabel::secondary(id, range) };
    span.with_message(printable(&label.message))
}

/// What NixOS does about it, the mend that is preferred and how it is applied, the others, and the systems if there are several.
fn notes(finding: &Finding) -> Vec<String> {
    let mut notes = vec![finding.consequence.clone()];
    if let Some(fix) = finding.fixes.first() {
        let how = match fix.applicability {
            Applicability::Safe => "speclint check --fix",
            Applicability::Unsafe => "speclint check --fix --unsafe-fixes",
            Applicability::Manual => "by hand: more than that would change",
        };
        notes.push(format!("help: {} ({how})", fix.title));
    }
    notes.extend(finding.fixes.iter().skip(1).map(|fix| format!("or: {}", fix.title)));
    if finding.systems.len() > 1 {
        notes.push(format!("in systems {}", finding.systems.join(", ")));
    }
    notes.iter().map(|note| printable(note).into_owned()).collect()
}
