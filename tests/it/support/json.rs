//! What `show` and `check` print as JSON, without a process for it.

use super::case::short;
use serde_json::Value as Json;
use speclint_lint::analysis::Analysis;
use speclint_lint::findings::Finding;
use speclint_lint::render::{self, Report};

/// What `speclint show --format json` prints.
pub(crate) fn shown(analysis: &Analysis) -> Json {
    let systems = analysis.systems();
    let systems: Vec<_> = systems.iter().map(AsRef::as_ref).collect();
    let locate = |path: &str, range| {
        let text = analysis.text(path).unwrap_or_default();
        (short(path).to_owned(), render::range_json(&text, range))
    };
    render::show_json(&systems, &[], &locate)
}

/// What `speclint check --format json` prints.
pub(crate) fn checked(analysis: &Analysis, findings: &[Finding]) -> Json {
    let report = Report::new(findings, &|path| analysis.text(path), &|path| short(path).to_owned());
    render::findings_json(&report)
}
