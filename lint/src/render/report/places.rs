//! The places of findings, as people and programs are told them.

use crate::findings::{Finding, Location};
use crate::source::{ColumnUnit, LineColumn, LineIndex};
use std::collections::HashMap;
use std::sync::Arc;

/// The files that findings are about.
pub(super) struct Places(HashMap<Arc<str>, File>);

/// A file that a finding is about.
pub(super) struct File {
    /// What it is called.
    pub(super) name: String,
    /// Its text.
    pub(super) text: Arc<str>,
    lines: LineIndex,
}

/// A piece of a file.
pub(super) struct Place<'r> {
    /// The file.
    pub(super) file: &'r File,
    /// Where it starts.
    pub(super) start: LineColumn,
    /// Where it ends: what is there is no part of it.
    pub(super) end: LineColumn,
}

impl Places {
    /// The places of these findings, in files of these texts and names.
    pub(super) fn new(
        findings: &[Finding],
        text: &dyn Fn(&str) -> Option<Arc<str>>,
        name: &dyn Fn(&str) -> String,
    ) -> Self {
        let mut files = HashMap::new();
        let labels = findings.iter().flat_map(|f| std::iter::once(&f.primary).chain(&f.related));
        let edits = findings.iter().flat_map(|f| &f.fixes).flat_map(|fix| &fix.edits);
        for location in labels.map(|label| &label.location).chain(edits.map(|edit| &edit.location)) {
            if !files.contains_key(&location.file) {
                let text = text(&location.file).unwrap_or_default();
                let lines = LineIndex::new(&text);
                let name = name(&location.file);
                files.insert(location.file.clone(), File { name, text, lines });
            }
        }
        Places(files)
    }

    /// The file of a location of a finding.
    pub(super) fn file(&self, location: &Location) -> &File {
        &self.0[&location.file]
    }

    /// A location of a finding.
    pub(super) fn place(&self, location: &Location, unit: ColumnUnit) -> Place<'_> {
        let file = self.file(location);
        let at = |offset: u32| {
            let at = file.lines.position(offset.into(), unit);
            LineColumn { line: at.line + 1, column: at.column + 1 }
        };
        Place { file, start: at(location.start), end: at(location.end) }
    }
}

impl File {
    /// The line that an offset is in, without the blanks around it.
    pub(super) fn line_at(&self, offset: u32) -> &str {
        let line = self.lines.position(offset.into(), ColumnUnit::Utf8).line;
        let text = self.lines.line_range(line).and_then(|range| self.text.get(std::ops::Range::from(range)));
        text.map_or("", str::trim)
    }
}
