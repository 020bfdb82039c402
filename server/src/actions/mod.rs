//! What can be done about findings: mending them, one by one or all at once, and silencing them. No protocol.

mod silence;

use crate::engine::{View, key};
use rowan::TextRange;
use speclint_lint::findings::{Applicability, Edit, Finding};
use speclint_lint::rules::UNUSED_SUPPRESSION;

/// Something that can be done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Action {
    /// What it does, in the imperative.
    pub(crate) title: String,
    /// Which finding it is about.
    pub(crate) finding: u64,
    /// Whether it is what one would do unseen.
    pub(crate) is_preferred: bool,
    /// The edits. A file that is not there is made.
    pub(crate) edits: Vec<Edit>,
}

/// What can be done about the findings in a part of a document: how they are mended, and then how they are silenced.
pub(crate) fn at(view: &View, range: TextRange) -> Vec<Action> {
    let touches = |finding: &&Finding| {
        let location = &finding.primary.location;
        *location.file == *view.path
            && location.start <= range.end().into()
            && u32::from(range.start()) <= location.end
    };
    let findings = view.findings();
    let found: Vec<&Finding> = findings.iter().filter(touches).collect();
    let mut actions: Vec<Action> = found.iter().flat_map(|finding| mends(finding)).collect();
    for finding in found.iter().filter(|finding| finding.rule != UNUSED_SUPPRESSION) {
        for action in silence::ways(view, finding) {
            // Two findings of a rule in a line are silenced at once.
            if !actions.iter().any(|other| other.title == action.title && other.edits == action.edits) {
                actions.push(action);
            }
        }
    }
    actions
}

/// Every mend of a finding. The first is preferred if it is safe.
fn mends(finding: &Finding) -> impl Iterator<Item = Action> {
    finding.fixes.iter().enumerate().map(|(index, fix)| Action {
        title: fix.title.clone(),
        finding: key(finding),
        is_preferred: index == 0 && fix.applicability == Applicability::Safe,
        edits: fix.edits.clone(),
    })
}

/// The edits that mend all that can safely be mended of what is found in a document.
pub(crate) fn fix_all(view: &View) -> Option<Vec<Edit>> {
    let analysis = view.analyses.first()?;
    // What it takes for another text must not be taken so by anybody else.
    let mut analysis = analysis.afresh();
    let fixed = analysis.fix(false, |finding| *finding.primary.location.file == *view.path);
    let mut edits = Vec::new();
    for (path, new) in &fixed.texts {
        let before = fixed.before.get(path)?;
        // The editor has gone on meanwhile.
        if view.analyses.first()?.text(path)?.as_ref() != before {
            return None;
        }
        edits.extend(differences(path, before, new));
    }
    Some(edits)
}

/// The edits that make one text of another, line by line.
fn differences(path: &str, before: &str, after: &str) -> Vec<Edit> {
    use similar::{DiffTag, TextDiff};
    use speclint_lint::findings::Location;
    let diff = TextDiff::from_lines(before, after);
    let offsets = |lines: &[&str]| -> Vec<usize> {
        let starts = lines.iter().scan(0, |at, line| {
            *at += line.len();
            Some(*at)
        });
        std::iter::once(0).chain(starts).collect()
    };
    let old: Vec<&str> = (0..).map_while(|line| diff.old_slice(line)).collect();
    let new: Vec<&str> = (0..).map_while(|line| diff.new_slice(line)).collect();
    let (old, new) = (offsets(&old), offsets(&new));
    let changed = diff.ops().iter().filter(|op| op.tag() != DiffTag::Equal);
    let edit = changed.map(|op| {
        let (from, to) = (op.old_range(), op.new_range());
        let range = TextRange::new((old[from.start] as u32).into(), (old[from.end] as u32).into());
        Edit { location: Location::new(path, range), text: after[new[to.start]..new[to.end]].to_owned() }
    });
    edit.collect()
}
