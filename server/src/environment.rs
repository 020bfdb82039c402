//! What the program lends the server: it has no files, sources or processes of its own.

use speclint_lint::nixos::table::Tables;
use speclint_lint::project::Project;
use speclint_lint::source::files::FileSystem;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The machine, as far as the server needs it.
pub trait Environment: Send + Sync + 'static {
    /// The files on disk.
    fn files(&self) -> Arc<dyn FileSystem>;

    /// Where the options of a project come from.
    ///
    /// # Errors
    ///
    /// Where settings name sources that cannot be used; says why.
    fn tables(&self, files: &dyn FileSystem, project: &Project) -> Result<Arc<dyn Tables>, String>;

    /// A path without links in it, as far as it exists.
    fn real(&self, path: &str) -> String;

    /// Calls `changed` whenever something changes in the folders that are followed; `None` if that cannot be known.
    fn watch(&self, changed: Box<dyn Fn() + Send>) -> Option<Box<dyn Watch>>;

    /// Writes a line to the log, if it is one of those that are wanted.
    fn log(&self, level: Level, text: &str);

    /// Keeps a page of the documentation as a file that an editor can open; its path, if it can be kept.
    fn keep_page(&self, name: &str, text: &str) -> Option<String>;

    /// Whether a process is there.
    fn is_running(&self, process: u32) -> bool;
}

/// How much a line of the log matters. The order is from the most to the least.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Level {
    /// Something went wrong.
    Error,
    /// Something is not as it should be.
    Warning,
    /// Something that happens seldom.
    Info,
    /// What is done all the time.
    Debug,
}

impl Level {
    /// The level of that name.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "error" => Some(Level::Error),
            "warning" | "warn" => Some(Level::Warning),
            "info" => Some(Level::Info),
            "debug" | "trace" => Some(Level::Debug),
            _ => None,
        }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Info => "info",
            Level::Debug => "debug",
        }
    }
}

/// Folders that are watched.
pub trait Watch: Send {
    /// Watches the folders of these projects, and folders of which something was read, and no others.
    fn follow(&mut self, projects: &[String], read: &BTreeSet<String>);
}
