//! Findings as a client is shown them: by file, in its own units.

use super::document::Range;
use super::editor::Editor;
use speclint_lint::analysis::Analysis;
use speclint_lint::eval::paths::STORE;
use speclint_lint::findings::{Finding, Label, Location, Severity};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

/// What is called wrong in a file of settings. It is no rule.
const SETTINGS: &str = "invalid-settings";

/// A finding in its file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Shown {
    /// The finding, without mends.
    pub(crate) finding: Arc<Finding>,
    /// What tells it apart from the others of its file, and stays the same while other lines change.
    pub(crate) key: u64,
    /// Where it is.
    pub(crate) range: Range,
    /// Other places that belong to it.
    pub(crate) related: Vec<Related>,
}

/// Another place that belongs to a finding.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Related {
    /// The file, as the client calls it.
    pub(crate) uri: String,
    /// Where in it.
    pub(crate) range: Range,
    /// What is there.
    pub(crate) message: String,
}

/// What came of an analysis.
#[derive(Debug, Default)]
pub(crate) struct Analysed {
    /// The findings of each file that has some.
    pub(crate) by_file: BTreeMap<String, Arc<[Shown]>>,
    /// The files that the systems are made of.
    pub(crate) read: HashSet<String>,
}

/// What tells a finding apart from the others of its file.
pub(crate) fn key(finding: &Finding) -> u64 {
    let mut hasher = DefaultHasher::new();
    (finding.rule, &finding.message, &finding.option, finding.specialisation.as_deref()).hash(&mut hasher);
    hasher.finish()
}

/// What there is to tell of a project, without mends.
pub(crate) fn analyse(analysis: &Analysis, editor: &Editor) -> Analysed {
    let mut by_file: BTreeMap<String, Vec<Shown>> = BTreeMap::new();
    let mut keys: HashMap<(String, u64), u64> = HashMap::new();
    for finding in analysis.unmended().into_iter().chain(of_settings(analysis)) {
        let Location { file, start, end } = finding.primary.location.clone();
        // Nobody can mend anything there.
        if file.starts_with(STORE) {
            continue;
        }
        let first = key(&finding);
        let number = keys.entry((file.to_string(), first)).or_default();
        let key = first.wrapping_add(*number);
        *number += 1;
        let related = |Label { location: Location { file, start, end }, message }: &Label| Related {
            uri: editor.uri(file),
            range: editor.range(analysis, file, *start, *end),
            message: message.clone(),
        };
        let shown = Shown {
            key,
            range: editor.range(analysis, &file, start, end),
            related: finding.related.iter().map(related).collect(),
            finding: Arc::new(finding),
        };
        by_file.entry(file.to_string()).or_default().push(shown);
    }
    let by_file = by_file.into_iter().map(|(file, shown)| (file, shown.into())).collect();
    let systems = analysis.systems();
    let read = systems.iter().flat_map(|system| system.own_files().cloned()).collect();
    Analysed { by_file, read }
}

/// What is wrong in files of settings, as findings.
fn of_settings(analysis: &Analysis) -> impl Iterator<Item = Finding> {
    let problems = analysis.problems().into_iter();
    problems.map(|(path, problem)| Finding {
        rule: SETTINGS,
        severity: Severity::Error,
        message: problem.message,
        primary: Label {
            location: Location { file: path.as_str().into(), start: problem.start, end: problem.end },
            message: String::new(),
        },
        related: Vec::new(),
        consequence: problem.help.unwrap_or_default(),
        systems: Vec::new(),
        specialisation: None,
        option: None,
        fixes: Vec::new(),
    })
}
