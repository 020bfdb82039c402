//! Mends as they change the files, or would.

use super::super::{shown, write};
use super::count;
use super::session::Session;
use anyhow::Result;
use speclint_lint::analysis::{Fixed, Mended};
use speclint_lint::findings::{Applicability, Finding};
use speclint_lint::render::printable;
use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

/// Applies the mends that are asked for to the files, or writes the suppressions.
pub(super) fn apply(session: &mut Session<'_>) -> Result<()> {
    let fixed = changed(session);
    match &session.piped {
        None => write::all(&fixed.before, &fixed.texts)?,
        Some((path, text)) => {
            let new = fixed.texts.get(path).map_or(text.as_slice(), String::as_bytes);
            let mut out = std::io::stdout().lock();
            out.write_all(new)?;
            out.flush()?;
        }
    }
    if !session.arguments.quiet {
        tell(false, &fixed);
    }
    Ok(())
}

/// Prints what mending or suppressing would change. The exit status is 1 if there would be a change.
pub(super) fn diff(session: &mut Session<'_>) -> Result<ExitCode> {
    let fixed = changed(session);
    let mut out = std::io::stdout().lock();
    for (path, new) in &fixed.texts {
        let old = fixed.before.get(path).map_or("", String::as_str);
        let name = shown(Path::new(path));
        let diff = similar::TextDiff::from_lines(old, new);
        write!(
            out,
            "{}",
            diff.unified_diff().context_radius(3).header(&format!("a/{name}"), &format!("b/{name}"))
        )?;
    }
    out.flush()?;
    if !session.arguments.quiet {
        tell(true, &fixed);
    }
    Ok(if fixed.texts.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What the files become.
fn changed(session: &mut Session<'_>) -> Fixed {
    if !session.arguments.add_ignore {
        return fix(session);
    }
    let wanted = session.wanted();
    let Session { analysis, clock, .. } = session;
    clock.time("mending", || analysis.suppress(wanted))
}

/// Mends in the analysis what is asked about. What would change other files than the one whose text was read from the standard
/// input is left: that text alone would not be right.
fn fix(session: &mut Session<'_>) -> Fixed {
    let unsafe_too = session.arguments.unsafe_fixes;
    let most = if unsafe_too { Applicability::Unsafe } else { Applicability::Safe };
    let wanted = session.wanted();
    let piped = session.piped.as_ref().map(|(path, _)| path.clone());
    let stays = move |finding: &Finding| {
        let fix = finding.fixes.iter().find(|fix| fix.applicability <= most);
        let edits = fix.into_iter().flat_map(|fix| &fix.edits);
        piped.as_deref().is_none_or(|path| edits.into_iter().all(|edit| *edit.location.file == *path))
    };
    let Session { analysis, clock, .. } = session;
    clock.time("mending", || analysis.fix(unsafe_too, |finding| wanted(finding) && stays(finding)))
}

/// Says what was mended or suppressed, or would be, and how else that could be done.
fn tell(would: bool, fixed: &Fixed) {
    if fixed.suppressed > 0 {
        let files = count(fixed.texts.len(), "file");
        let did = if would { "would suppress" } else { "suppressed" };
        eprintln!("{did} {} in {files}", count(fixed.suppressed, "finding"));
        return;
    }
    if fixed.mended.is_empty() {
        return;
    }
    for Mended { finding, fix } in &fixed.mended {
        let files: BTreeSet<&str> = fix.edits.iter().map(|edit| &*edit.location.file).collect();
        let files: Vec<String> = files.into_iter().map(|file| shown(Path::new(file))).collect();
        let told = format!("{}: {} [{}]", files.join(", "), fix.title, finding.rule);
        eprintln!("{}", printable(&told));
        for other in finding.fixes.iter().filter(|other| *other != fix) {
            eprintln!("  or: {}", printable(&other.title));
        }
    }
    let did = if would { "would mend" } else { "mended" };
    eprintln!("{did} {} in {}", count(fixed.mended.len(), "place"), count(fixed.texts.len(), "file"));
}
