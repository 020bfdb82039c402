//! The inputs of the database: what the file system says, and which systems there are.
#![allow(missing_docs, reason = "salsa's macros make methods without documentation")]

use crate::eval::host::{FileKind, ReadError};
use crate::nixos::entry::Start;
use crate::nixos::table::OptionTable;
use crate::syntax::hir::Name;
use std::sync::Arc;

/// The text of a file, or why there is none.
#[salsa::input]
pub struct Contents {
    /// The file's path.
    #[returns(ref)]
    pub path: String,
    /// Its text.
    #[returns(ref)]
    pub text: Result<Arc<str>, ReadError>,
}

/// What is at a path.
#[salsa::input]
pub struct PathState {
    /// The path.
    #[returns(ref)]
    pub path: String,
    /// What is there.
    #[returns(copy)]
    pub kind: Option<FileKind>,
}

/// What is in a folder.
#[salsa::input]
pub struct Folder {
    /// The folder's path.
    #[returns(ref)]
    pub path: String,
    /// Its entries, by name.
    #[returns(ref)]
    pub entries: Result<Arc<[(Name, FileKind)]>, ReadError>,
}

/// The Nix files below a folder.
#[salsa::input]
pub struct Tree {
    /// The folder.
    #[returns(ref)]
    pub path: String,
    /// Their paths, sorted.
    #[returns(ref)]
    pub files: Arc<[String]>,
}

/// The options of a world in a source, if they are not those of the embedded table.
#[salsa::input]
pub struct Options {
    /// The table.
    #[returns(copy)]
    pub table: Option<&'static OptionTable>,
}

/// A flake or a file that may have systems.
#[salsa::input]
pub struct Root {
    /// The flake's folder, or the file.
    #[returns(ref)]
    pub path: String,
    /// Whether it is a flake.
    #[returns(copy)]
    pub is_flake: bool,
}

/// A system.
#[salsa::input]
pub struct Entry {
    /// Where it starts.
    #[returns(ref)]
    pub start: Start,
    /// What it is called.
    #[returns(ref)]
    pub name: String,
}

/// All systems that are analysed.
#[salsa::interned]
pub struct Systems<'db> {
    /// The systems.
    #[returns(ref)]
    pub entries: Vec<Entry>,
}
