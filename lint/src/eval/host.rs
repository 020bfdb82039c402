//! What an evaluation may read of the outside world.

use crate::syntax::hir::{File, Name};
use std::any::Any;
use std::sync::Arc;

/// The files that an evaluation may read. Whoever implements it knows afterwards what was read. Paths are absolute and normalised.
pub trait Host {
    /// The lowered form of the Nix file at `path`.
    fn file(&self, path: &str) -> Result<Arc<File>, ReadError>;
    /// The text of the file at `path`.
    fn text(&self, path: &str) -> Result<Arc<str>, ReadError>;
    /// What is at `path`; `None` where nothing is. Does not follow a link in the last place.
    fn kind(&self, path: &str) -> Option<FileKind>;
    /// What is in the folder `path`, by name.
    fn entries(&self, path: &str) -> Result<Arc<[(Name, FileKind)]>, ReadError>;
    /// The folder or file that `<name>` means, where that is known.
    fn search(&self, name: &str) -> Option<String>;
    /// What the layers above keep about a source, under a name of theirs, for as long as the program runs.
    fn kept(&self, _name: &str, _source: &SourcePlace) -> Option<&'static (dyn Any + Send + Sync)> {
        None
    }
    /// Called again and again while an evaluation goes on: whoever no longer wants its result unwinds here.
    fn pause(&self) {}
}

/// Where a well-known source is.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum SourcePlace {
    /// In this folder.
    Folder(String),
    /// Where the search path says.
    Searched,
    /// Not at hand.
    Elsewhere,
}

/// What there may be at a path.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum FileKind {
    /// A file.
    Regular,
    /// A folder.
    Directory,
    /// A symbolic link.
    Symlink,
    /// Something else.
    Other,
}

impl FileKind {
    /// What `builtins.readDir` calls it.
    pub fn name(self) -> &'static str {
        match self {
            FileKind::Regular => "regular",
            FileKind::Directory => "directory",
            FileKind::Symlink => "symlink",
            FileKind::Other => "unknown",
        }
    }
}

/// Why something could not be read.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ReadError {
    /// There is nothing at that path.
    #[error("`{0}` does not exist")]
    Missing(String),
    /// There is something, but it cannot be read, for a reason that has nothing to do with the configuration.
    #[error("cannot read `{path}`: {reason}")]
    Unreadable {
        /// The path.
        path: String,
        /// The reason.
        reason: String,
    },
}

/// A host without files.
pub struct NoFiles;

impl Host for NoFiles {
    fn file(&self, path: &str) -> Result<Arc<File>, ReadError> {
        Err(ReadError::Missing(path.into()))
    }
    fn text(&self, path: &str) -> Result<Arc<str>, ReadError> {
        Err(ReadError::Missing(path.into()))
    }
    fn kind(&self, _: &str) -> Option<FileKind> {
        None
    }
    fn entries(&self, path: &str) -> Result<Arc<[(Name, FileKind)]>, ReadError> {
        Err(ReadError::Missing(path.into()))
    }
    fn search(&self, _: &str) -> Option<String> {
        None
    }
}
