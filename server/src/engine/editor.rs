//! What the client has and how it counts, at one moment.

use super::document::{Range, range};
use super::places::{self, Root};
use speclint_lint::analysis::Analysis;
use speclint_lint::source::{ColumnUnit, LineIndex};
use std::collections::HashMap;
use std::sync::Arc;

/// A document that is open.
#[derive(Clone, Debug)]
pub(crate) struct Open {
    /// What the client calls it.
    pub(crate) uri: String,
    /// The client's number of its state.
    pub(crate) version: i32,
    /// Where its lines start.
    pub(crate) lines: Arc<LineIndex>,
}

/// What the client has open, and how it counts.
#[derive(Clone, Debug)]
pub(crate) struct Editor {
    /// What columns are counted in.
    pub(crate) unit: ColumnUnit,
    /// The open documents, by path.
    pub(crate) open: HashMap<String, Open>,
    /// The folders of the workspace.
    pub(crate) roots: Arc<[Root]>,
}

impl Editor {
    /// What the client calls a file.
    pub(crate) fn uri(&self, path: &str) -> String {
        let in_folder = || self.roots.iter().find_map(|root| root.uri_of(path));
        let open = self.open.get(path).map(|open| open.uri.clone());
        open.or_else(in_folder).unwrap_or_else(|| places::uri(path))
    }

    /// The version of a file, if it is open.
    pub(crate) fn version(&self, path: &str) -> Option<i32> {
        self.open.get(path).map(|open| open.version)
    }

    /// Where the lines of a file start.
    pub(crate) fn lines(&self, analysis: &Analysis, path: &str) -> Arc<LineIndex> {
        self.open.get(path).map_or_else(|| analysis.lines(path), |open| open.lines.clone())
    }

    /// A range of a file, as the client counts.
    pub(crate) fn range(&self, analysis: &Analysis, path: &str, start: u32, end: u32) -> Range {
        range(&self.lines(analysis, path), start, end, self.unit)
    }
}
