//! `speclint check`: the findings, and their mends.

use super::printable::printable;
use crate::sources::{Given, Sources};
use anyhow::{Context as _, Result, bail};
use clap::{Args, ValueEnum};
use codespan_reporting::diagnostic::{Diagnostic, Label as SpanLabel, Severity as SpanSeverity};
use codespan_reporting::files::SimpleFiles;
use codespan_reporting::term;
use codespan_reporting::term::termcolor::{ColorChoice, NoColor, StandardStream, WriteColor};
use speclint_lint::analysis::{Analysis, Fixed};
use speclint_lint::findings::{Applicability, Finding, Label, Severity};
use speclint_lint::nixos::table::nearest;
use speclint_lint::settings::Choice;
use speclint_lint::source::LineIndex;
use speclint_lint::{render, rules};
use std::collections::HashMap;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Args)]
pub(crate) struct Arguments {
    /// Files or folders with a configuration.
    #[arg(default_value = ".")]
    paths: Vec<PathBuf>,
    /// Report on these systems only.
    #[arg(long, value_name = "NAME")]
    system: Vec<String>,
    #[command(flatten)]
    sources: Given,
    /// How to print the findings.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Apply the mends that are safe.
    #[arg(long)]
    fix: bool,
    /// With --fix or --diff: apply also the mends that may change what was meant.
    #[arg(long)]
    unsafe_fixes: bool,
    /// Show what --fix or --add-ignore would change, and change nothing. Exits 1 if there would be a change.
    #[arg(long)]
    diff: bool,
    /// Suppress all that is found by comments, so that only what is new is reported from now on.
    #[arg(long, conflicts_with_all = ["fix", "unsafe_fixes"])]
    add_ignore: bool,
    /// Report these rules only, those included that are off by default.
    #[arg(long, value_delimiter = ',', value_name = "RULE")]
    select: Vec<String>,
    /// Do not report these rules.
    #[arg(long, value_delimiter = ',', value_name = "RULE")]
    ignore: Vec<String>,
    /// The least severity that makes the exit status 1.
    #[arg(long, value_enum, default_value_t = FailOn::Warning)]
    fail_on: FailOn,
    /// Exit 0 whatever is found.
    #[arg(long)]
    exit_zero: bool,
    /// Whether to use colours.
    #[arg(long, value_enum, default_value_t = Colour::Auto)]
    color: Colour,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum FailOn {
    Error,
    Warning,
    Info,
    Hint,
}

impl FailOn {
    fn severity(self) -> Severity {
        match self {
            FailOn::Error => Severity::Error,
            FailOn::Warning => Severity::Warning,
            FailOn::Info => Severity::Info,
            FailOn::Hint => Severity::Hint,
        }
    }
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Colour {
    Auto,
    Always,
    Never,
}

/// Runs the subcommand.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    for name in arguments.select.iter().chain(&arguments.ignore) {
        expect_rule(name)?;
    }
    let mut opened = super::Opened::new(&arguments.paths, Sources::new(&arguments.sources)?.into())?;
    opened.expect_systems(&arguments.system)?;
    let only = std::mem::take(&mut opened.only);
    let analysis = &mut opened.analysis;
    analysis.choose(Choice { select: arguments.select.clone(), ignore: arguments.ignore.clone() });
    let wanted = |f: &Finding| {
        let places = std::iter::once(&f.primary).chain(&f.related);
        (arguments.system.is_empty() || f.systems.iter().any(|s| arguments.system.contains(s)))
            && places.into_iter().any(|label| super::is_asked(&only, &label.location.file))
    };
    if arguments.fix || arguments.diff || arguments.add_ignore {
        let (fixed, done, what) = if arguments.add_ignore {
            (analysis.suppress(wanted), "suppressed", "finding")
        } else {
            (analysis.fix(arguments.unsafe_fixes, wanted), "mended", "place")
        };
        if arguments.diff {
            return diff(&fixed);
        }
        super::write::all(&fixed.before, &fixed.texts)?;
        if fixed.applied > 0 {
            eprintln!("{done} {} in {}", count(fixed.applied, what), count(fixed.texts.len(), "file"));
        }
    }
    let findings: Vec<Finding> = analysis.findings().into_iter().filter(|f| wanted(f)).collect();
    match arguments.format {
        Format::Text => text(analysis, &findings, arguments.color)?,
        Format::Json => json(analysis, &findings)?,
    }
    refusals(analysis, &arguments.system);
    let fails = findings.iter().any(|f| f.severity >= arguments.fail_on.severity());
    Ok(if fails && !arguments.exit_zero { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Fails if there is no rule of that name.
fn expect_rule(name: &str) -> Result<()> {
    if rules::find(name).is_some() {
        return Ok(());
    }
    let names = || rules::ALL.iter().map(|rule| rule.name);
    match nearest(name, names(), 1).first() {
        Some(near) => bail!("there is no rule `{name}`: did you mean `{near}`?"),
        None => bail!("there is no rule `{name}`; the rules are {}", names().collect::<Vec<_>>().join(", ")),
    }
}

fn diff(fixed: &Fixed) -> Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    for (path, new) in &fixed.texts {
        let old = fixed.before.get(path).map_or("", String::as_str);
        let name = super::shown(Path::new(path));
        let diff = similar::TextDiff::from_lines(old, new);
        write!(
            out,
            "{}",
            diff.unified_diff().context_radius(3).header(&format!("a/{name}"), &format!("b/{name}"))
        )?;
    }
    out.flush()?;
    Ok(if fixed.texts.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn count(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

fn text(analysis: &Analysis, findings: &[Finding], colour: Colour) -> Result<()> {
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
                    super::shown(Path::new(path)),
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
fn refusals(analysis: &Analysis, named: &[String]) {
    for system in analysis.systems() {
        let is_asked = named.is_empty() || named.contains(&system.name);
        let Some(trouble) = system.parent.troubles.iter().find(|t| t.refused).filter(|_| is_asked) else {
            continue;
        };
        let place = trouble.span.and_then(|span| {
            let path = system.files.get(span.file as usize)?;
            let at = LineIndex::new(&analysis.text(path)?).line_column(span.range.start());
            Some(format!("{}:{}:{}: ", super::shown(Path::new(path)), at.line, at.column))
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

fn json(analysis: &Analysis, findings: &[Finding]) -> Result<()> {
    let locate = |path: &str, start: u32, end: u32| {
        let text = analysis.text(path).unwrap_or_default();
        let range = rowan::TextRange::new(start.into(), end.into());
        (super::shown(Path::new(path)), render::range_json(&text, range))
    };
    let mut out = std::io::stdout().lock();
    serde_json::to_writer(&mut out, &render::findings_json(findings, &locate))?;
    out.write_all(b"\n")?;
    out.flush()?;
    Ok(())
}
