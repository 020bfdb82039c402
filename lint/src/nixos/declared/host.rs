//! The files of a source as an evaluation reads them.

use crate::eval::host::{FileKind, Host, ReadError};
use crate::eval::prelude;
use crate::source::files::{FileSystem, read_text};
use crate::syntax::hir::{File, Name};
use crate::syntax::lower;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

/// The files of a source. Its `lib` is the program's own.
pub(super) struct SourceHost<'f> {
    pub(super) files: &'f dyn FileSystem,
    /// Where nixpkgs lies, if it is at hand.
    pub(super) nixpkgs: Option<&'f str>,
    /// The files that were lowered.
    lowered: Mutex<BTreeSet<String>>,
    /// Those of them that Nix cannot parse.
    broken: Mutex<BTreeSet<String>>,
}

impl<'f> SourceHost<'f> {
    pub(super) fn new(files: &'f dyn FileSystem, nixpkgs: Option<&'f str>) -> Self {
        SourceHost { files, nixpkgs, lowered: Mutex::default(), broken: Mutex::default() }
    }

    /// The files that were lowered so far.
    pub(super) fn lowered(&self) -> BTreeSet<String> {
        self.lowered.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Those that Nix cannot parse.
    pub(super) fn broken(&self) -> BTreeSet<String> {
        self.broken.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Host for SourceHost<'_> {
    fn file(&self, path: &str) -> Result<Arc<File>, ReadError> {
        let text = self.text(path)?;
        self.lowered.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned());
        let below = self.nixpkgs.and_then(|nixpkgs| path.strip_prefix(nixpkgs));
        if below == Some("/lib/default.nix") {
            return Ok(Arc::new(lower(&format!("import \"{}\"", prelude::ENTRY))));
        }
        let file = lower(&text);
        if !file.errors.is_empty() {
            self.broken.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned());
        }
        Ok(Arc::new(file))
    }

    fn text(&self, path: &str) -> Result<Arc<str>, ReadError> {
        read_text(self.files, path)
    }

    fn kind(&self, path: &str) -> Option<FileKind> {
        self.files.kind(path)
    }

    fn entries(&self, path: &str) -> Result<Arc<[(Name, FileKind)]>, ReadError> {
        self.files.list(path).map(Into::into)
    }

    fn search(&self, name: &str) -> Option<String> {
        self.nixpkgs.filter(|_| name == "nixpkgs").map(str::to_owned)
    }
}
