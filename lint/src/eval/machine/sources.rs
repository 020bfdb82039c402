//! Well-known sources: where each is that a folder stands for.

use super::Eval;
use crate::eval::host::{FileKind, SourcePlace};
use crate::eval::sources;
use std::rc::Rc;

impl Eval<'_> {
    /// Notes where the source is that a folder stands for.
    pub(in crate::eval) fn place_source(&mut self, root: Rc<str>, place: SourcePlace) {
        self.places.insert(root, place);
    }

    /// Where the source is that a path seems to lie in; `None` if the path is not of such a source.
    pub(crate) fn source_place(&self, path: &str) -> Option<SourcePlace> {
        let (root, kind, _) = sources::parts(path)?;
        let unsaid =
            if root == sources::root(kind, kind) { SourcePlace::Searched } else { SourcePlace::Elsewhere };
        Some(self.places.get(root).cloned().unwrap_or(unsaid))
    }

    /// The file at a path that seems to lie in a source, or its `default.nix`, if the source is at hand: where it seems to lie, and
    /// where it is.
    pub(crate) fn at_hand(&self, path: &str) -> Option<(String, String)> {
        let (_, kind, below) = sources::parts(path)?;
        let folder = match self.source_place(path)? {
            SourcePlace::Folder(folder) => folder,
            SourcePlace::Searched => self.host.search(kind)?,
            SourcePlace::Elsewhere => return None,
        };
        let file = format!("{folder}{below}");
        match self.host.kind(&file)? {
            FileKind::Directory => Some((format!("{path}/default.nix"), format!("{file}/default.nix"))),
            _ => Some((path.to_owned(), file)),
        }
    }
}
