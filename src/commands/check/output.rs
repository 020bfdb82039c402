//! Findings as they are printed, and what is said beside them.

use super::super::shown;
use super::count;
use super::session::Session;
use anyhow::Result;
use speclint_lint::findings::{Applicability, Finding};
use speclint_lint::render::{self, Format, Report, printable};
use speclint_lint::source::LineIndex;
use std::collections::{BTreeSet, HashMap};
use std::env;
use std::path::{Path, PathBuf};

/// Prints findings, or how many there are, and sums them up.
pub(super) fn print(session: &mut Session<'_>, findings: &[Finding]) -> Result<()> {
    let mut fails_from = HashMap::new();
    for finding in findings {
        let file = finding.primary.location.file.clone();
        fails_from.entry(file).or_insert_with(|| session.fails_from(finding));
    }
    let Session { arguments, analysis, clock, .. } = session;
    let format = arguments.format;
    clock.time("printing", || {
        arguments.destination().write(arguments.color, |out| {
            if arguments.statistics {
                let counts = render::statistics(findings);
                let text = match format {
                    Format::Json => format!("{}\n", render::statistics_json(&counts)),
                    _ => render::statistics_text(&counts),
                };
                return Ok(out.write_all(text.as_bytes())?);
            }
            let base = base(format);
            let name = |path: &str| relative(base.as_deref(), path);
            let report = Report::new(findings, &|path| analysis.text(path), &name);
            let report = report.with_fails_from(fails_from);
            let base = base.as_deref().and_then(Path::to_str).map(str::to_owned);
            Ok(report.with_base(base).write(format, out)?)
        })
    })?;
    if !session.arguments.quiet {
        if matches!(format, Format::Text | Format::Concise) {
            summary(findings);
        }
        refusals(session);
    }
    if session.arguments.verbose {
        reading(session);
    }
    Ok(())
}

/// The folder that a format's readers take names of files to be relative to: that of the repository where their machines say which
/// one it is, else the working folder.
fn base(format: Format) -> Option<PathBuf> {
    let of_machine = match format {
        Format::Github => env::var_os("GITHUB_WORKSPACE"),
        Format::Gitlab => env::var_os("CI_PROJECT_DIR"),
        _ => None,
    };
    let of_machine = of_machine.map(PathBuf::from).filter(|folder| folder.is_absolute());
    let base = of_machine.or_else(|| env::current_dir().ok());
    base.and_then(|folder| folder.canonicalize().ok())
}

/// A path as it is printed: relative to the base where it is below it.
fn relative(base: Option<&Path>, path: &str) -> String {
    let path = Path::new(path);
    base.and_then(|base| path.strip_prefix(base).ok()).unwrap_or(path).display().to_string()
}

/// Says how many findings there are, how many of them can be mended, and how.
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

/// Says which systems NixOS refuses as a whole, whatever their specialisations are, so that little can be found in them.
fn refusals(session: &Session<'_>) {
    let analysis = &session.analysis;
    for system in analysis.systems() {
        let is_asked = session.wants_system(&system.name);
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

/// Says what was read and how long each stage took.
fn reading(session: &mut Session<'_>) {
    let told = |text: &str| eprintln!("{}", printable(text));
    let files: BTreeSet<String> = session.analysis.files().into_iter().collect();
    for file in &files {
        told(&format!("read {}", shown(Path::new(file))));
    }
    for system in session.analysis.systems() {
        let files = count(super::files::files(&system, &files).len(), "file");
        let specialisations = count(system.specialisations.len(), "specialisation");
        told(&format!("system `{}`: {files}, {specialisations}", system.name));
    }
    told(&format!("{} read; {}", count(files.len(), "file"), session.clock.told()));
}
