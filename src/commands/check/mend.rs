//! Mends as they would change the files.

use super::super::shown;
use anyhow::Result;
use speclint_lint::analysis::{Analysis, Fixed};
use std::collections::HashMap;
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

/// The texts of all files that were read, by path.
pub(super) fn originals(analysis: &Analysis) -> HashMap<String, String> {
    let systems = analysis.systems();
    let files = systems.iter().flat_map(|s| &s.files);
    files.filter_map(|path| Some((path.clone(), analysis.text(path)?.to_string()))).collect()
}

/// Prints what fixing would change. The exit status is 1 if there would be a change.
pub(super) fn diff(before: &HashMap<String, String>, fixed: &Fixed) -> Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    for (path, new) in &fixed.texts {
        let old = before.get(path).map_or("", String::as_str);
        let name = shown(Path::new(path));
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
