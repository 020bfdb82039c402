//! Where the analyser's files come from.

use super::{DecodeError, decode};
use crate::eval::host::{FileKind, ReadError};
use crate::syntax::hir::Name;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A file system, or something that looks like one. Paths are absolute and normalised.
pub trait FileSystem: Send + Sync {
    /// The bytes of the regular file at `path`.
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError>;
    /// What is at `path`, links in the last place not followed; `None` where nothing is.
    fn kind(&self, path: &str) -> Option<FileKind>;
    /// What is in the folder `path`, sorted by name.
    fn list(&self, path: &str) -> Result<Vec<(Name, FileKind)>, ReadError>;
    /// The paths of the Nix files below the folder `path` that belong to it, sorted: those that version control ignores, hidden ones
    /// and what links lead to are left out.
    fn nix_files(&self, path: &str) -> Vec<String>;
}

/// The text of the file at `path`.
///
/// # Errors
///
/// Where it cannot be read, or is no text that Nix would read.
pub fn read_text(files: &dyn FileSystem, path: &str) -> Result<Arc<str>, ReadError> {
    let decoded = decode(files.read(path)?);
    match decoded.error {
        // What is no text is replaced, as Nix only looks at it in strings and comments.
        None | Some(DecodeError::NotUtf8 { .. }) => Ok(decoded.text.into()),
        Some(error) => Err(ReadError::Unreadable { path: path.to_owned(), reason: error.to_string() }),
    }
}

/// Files that exist in memory only: for tests, and for what an editor has not saved.
#[derive(Clone, Default, Debug)]
pub struct MemoryFiles(pub BTreeMap<String, String>);

impl FileSystem for MemoryFiles {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        match self.0.get(path) {
            Some(text) => Ok(text.clone().into_bytes()),
            None => Err(ReadError::Missing(path.to_owned())),
        }
    }

    fn kind(&self, path: &str) -> Option<FileKind> {
        if self.0.contains_key(path) {
            return Some(FileKind::Regular);
        }
        let folder = format!("{}/", path.trim_end_matches('/'));
        self.0
            .range(folder.clone()..)
            .next()
            .filter(|(p, _)| p.starts_with(&folder))
            .map(|_| FileKind::Directory)
    }

    fn list(&self, path: &str) -> Result<Vec<(Name, FileKind)>, ReadError> {
        let folder = format!("{}/", path.trim_end_matches('/'));
        let mut entries: Vec<(Name, FileKind)> = Vec::new();
        for (p, _) in self.0.range(folder.clone()..).take_while(|(p, _)| p.starts_with(&folder)) {
            let rest = &p[folder.len()..];
            let entry = match rest.split_once('/') {
                Some((name, _)) => (Name::new(name), FileKind::Directory),
                None => (Name::new(rest), FileKind::Regular),
            };
            if entries.last() != Some(&entry) {
                entries.push(entry);
            }
        }
        if entries.is_empty() { Err(ReadError::Missing(path.to_owned())) } else { Ok(entries) }
    }

    fn nix_files(&self, path: &str) -> Vec<String> {
        let folder = format!("{}/", path.trim_end_matches('/'));
        let is_nix = |path: &&String| {
            let below = path.strip_prefix(&folder).filter(|below| below.ends_with(".nix"));
            below.is_some_and(|below| !below.split('/').any(|name| name.starts_with('.')))
        };
        self.0.keys().filter(is_nix).cloned().collect()
    }
}
