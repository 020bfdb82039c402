//! Findings as they are printed.

use super::super::printable::printable;
use super::super::shown;
use super::arguments::Colour;
use super::count;
use anyhow::{Context as _, Result};
use codespan_reporting::diagnostic::{Diagnostic, Label as SpanLabel, Severity as SpanSeverity};
use codespan_reporting::files::SimpleFiles;
use codespan_reporting::term;
use codespan_reporting::term::termcolor::{ColorChoice, NoColor, StandardStream, WriteColor};
use speclint_lint::analysis::Analysis;
use speclint_lint::findings::{Applicability, Finding, Label, Severity};
use speclint_lint::render;
use speclint_lint::source::LineIndex;
use std::collections::HashMap;
use std::io::{IsTerminal as _, Write as _};
use std::path::Path;

/// Prints findings for people, and sums them up.
pub(super) fn text(analysis: &Analysis, findings: &[Finding], colour: Colour) -> Result<()> {
    let mut files = SimpleFiles::new();
    let mut ids: HashMap<String, usize> = HashMap::new();
    let terminal =
        std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
    let coloured = colour == Colour::Always || (colour == Colour::Auto && terminal);
    let mut out: Box<dyn WriteColor> = if coloured {
        Box::new(StandardStream::stdout(ColorChoice::Always))
    } else {
        Box::new(NoColor::new(std::io::stdout()))
    };
    let config = term::Config::default();
    for finding in findings {
        let mut labels = Vec::new();
        for (label, primary) in
            std::iter::once((&finding.primary, true)).chain(finding.related.iter().map(|l| (l, false)))
        {
            let path = &*label.location.file;
            let id = *ids.entry(path.to_owned()).or_insert_with(|| {
                files.add(
                    shown(Path::new(path)),
                    printable(&analysis.text(path).unwrap_or_default()).into_owned(),
                )
            });
            labels.push(span_label(label, id, primary));
        }
        let severity = match finding.severity {
            Severity::Error => SpanSeverity::Error,
            Severity::Warning => SpanSeverity::Warning,
            Severity::Info => SpanSeverity::Note,
            Severity::Hint => SpanSeverity::Help,
        };
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
        let diagnostic = Diagnostic::new(severity)
            .with_code(finding.rule)
            .with_message(printable(&finding.message))
            .with_labels(labels)
            .with_notes(notes.iter().map(|note| printable(note).into_owned()).collect());
        term::emit_to_write_style(&mut out, &config, &files, &diagnostic)
            .context("cannot print a finding")?;
    }
    out.flush()?;
    summary(findings);
    Ok(())
}

fn span_label(label: &Label, id: usize, primary: bool) -> SpanLabel<usize> {
    let range = label.location.start as usize..label.location.end as usize;
    let span = if primary { SpanLabel::primary(id, range) } else { SpanLabel::secondary(id, range) };
    span.with_message(printable(&label.message))
}

/// Says which systems NixOS refuses as a whole, whatever their specialisations are, so that little can be found in them.
pub(super) fn refusals(analysis: &Analysis, named: &[String]) {
    for system in analysis.systems() {
        let is_asked = named.is_empty() || named.contains(&system.name);
        let Some(trouble) = system.parent.troubles.iter().find(|t| t.refused).filter(|_| is_asked) else {
            continue;
        };
        let place = trouble.span.and_then(|span| {
            let path = system.files.get(span.file as usize)?;
            let at = LineIndex::new(&analysis.text(path)?).line_column(span.range.start());
            Some(format!("{}:{}:{}: ", shown(Path::new(path)), at.line, at.column))
        });
        let note =
            format!("{}NixOS refuses `{}`: {}", place.unwrap_or_default(), system.name, trouble.message);
        eprintln!("note: {}", printable(&note));
    }
}

fn summary(findings: &[Finding]) {
    if findings.is_empty() {
        eprintln!("nothing found");
        return;
    }
    let fixable = |applicability: Applicability| {
        findings.iter().filter(|f| f.fixes.first().is_some_and(|x| x.applicability == applicability)).count()
    };
    let mut line = count(findings.len(), "finding");
    let (safe, uncertain) = (fixable(Applicability::Safe), fixable(Applicability::Unsafe));
    if safe > 0 {
        line.push_str(&format!(", {safe} fixable with --fix"));
    }
    if uncertain > 0 {
        line.push_str(&format!(", {uncertain} with --fix --unsafe-fixes"));
    }
    eprintln!("{line}");
}

/// Prints findings for programs.
pub(super) fn json(analysis: &Analysis, findings: &[Finding]) -> Result<()> {
    let locate = |path: &str, start: u32, end: u32| {
        let text = analysis.text(path).unwrap_or_default();
        let range = rowan::TextRange::new(start.into(), end.into());
        (shown(Path::new(path)), render::range_json(&text, range))
    };
    let mut out = std::io::stdout().lock();
    serde_json::to_writer(&mut out, &render::findings_json(findings, &locate))?;
    out.write_all(b"\n")?;
    out.flush()?;
    Ok(())
}
