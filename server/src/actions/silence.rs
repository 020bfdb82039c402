//! Ways to silence a finding: where it is, in its file, or in the settings.

use super::Action;
use crate::engine::{View, key};
use rowan::TextRange;
use speclint_lint::eval::paths::parent;
use speclint_lint::findings::{Edit, Finding, Location};
use speclint_lint::rules::{self, Texts as _};
use speclint_lint::settings::NAME;
use speclint_lint::suppress::add::Adder;

/// The ways to silence a finding of the document.
pub(super) fn ways(view: &View, finding: &Finding) -> Vec<Action> {
    let rule = finding.rule;
    if rules::find(rule).is_none() {
        return Vec::new();
    }
    let action =
        |title: String, edits: Vec<Edit>| Action { title, finding: key(finding), is_preferred: false, edits };
    let here = by_comment(view, finding, false).map(|edits| action(format!("Ignore {rule} here"), edits));
    let in_file =
        by_comment(view, finding, true).map(|edits| action(format!("Ignore {rule} in this file"), edits));
    let set = by_settings(view, rule).map(|edit| action(format!("Ignore {rule} in {NAME}"), vec![edit]));
    [here, in_file, set].into_iter().flatten().collect()
}

fn by_comment(view: &View, finding: &Finding, whole_file: bool) -> Option<Vec<Edit>> {
    let (text, file) = (view.text(&view.path)?, view.lowered(&view.path)?);
    let Location { start, end, .. } = finding.primary.location;
    let range = TextRange::new(start.into(), end.max(start).into());
    let edits = Adder::new(&view.path, &text, &file).edits(&[(finding.rule, range)], whole_file);
    (!edits.is_empty()).then_some(edits)
}

/// The edit of the nearest file of settings, or of one in the project's folder that is to be made.
fn by_settings(view: &View, rule: &str) -> Option<Edit> {
    let analysis = view.analyses.first()?;
    let insertion = |path: &str, at: usize, text: String| Edit {
        location: Location::new(path, TextRange::empty((at as u32).into())),
        text,
    };
    let Some(settings) = analysis.settings_for(&view.path) else {
        let (projects, _) = analysis.folders();
        let folder = projects.first().map_or_else(|| parent(&view.path), String::as_str);
        let path = format!("{}/{NAME}", folder.trim_end_matches('/'));
        return Some(insertion(&path, 0, format!("ignore = [\"{rule}\"]\n")));
    };
    // What is not understood is not to be written to.
    if !settings.problems.is_empty() {
        return None;
    }
    let text = view.text(&settings.path)?;
    let Some(ignore) = &settings.ignore else {
        // In front of all tables.
        return Some(insertion(&settings.path, 0, format!("ignore = [\"{rule}\"]\n")));
    };
    let list = text.get(usize::from(ignore.range.start())..usize::from(ignore.range.end()))?;
    let inside = list.trim_end().strip_suffix(']')?.trim_end();
    let at = usize::from(ignore.range.start()) + inside.len();
    let comma = if inside.ends_with(['[', ',']) { "" } else { "," };
    let space = if inside.ends_with('[') { "" } else { " " };
    Some(insertion(&settings.path, at, format!("{comma}{space}\"{rule}\"")))
}
