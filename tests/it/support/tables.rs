//! The options of sources that are part of a case.

use speclint_lint::eval::host::SourcePlace;
use speclint_lint::nixos::declared::{Source, declared};
use speclint_lint::nixos::model::World;
use speclint_lint::nixos::table::{OptionTable, Tables};
use speclint_lint::source::files::MemoryFiles;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// The tables of the sources that lie in the folders of a case.
pub(crate) struct OwnTables {
    files: Arc<MemoryFiles>,
    made: Mutex<HashMap<Source, Option<&'static OptionTable>>>,
}

impl OwnTables {
    pub(crate) fn new(files: Arc<MemoryFiles>) -> Self {
        OwnTables { files, made: Mutex::default() }
    }

    fn make(&self, source: &Source) -> Option<&'static OptionTable> {
        let made = source.is_there(&*self.files).then(|| declared(&*self.files, source))?;
        // One whose list is broken is none.
        let text = made.ok()?.options.to_text("");
        let (_, table) = OptionTable::read(text).expect("a table");
        // Whatever was found with it refers to it.
        Some(Box::leak(Box::new(table)))
    }
}

impl Tables for OwnTables {
    fn table(&self, world: World, place: &SourcePlace) -> Option<&'static OptionTable> {
        let SourcePlace::Folder(folder) = place else { return None };
        let source = match world {
            World::HomeManager => Source::home_manager(folder, None),
            _ => Source::nixpkgs(folder),
        };
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        *made.entry(source.clone()).or_insert_with(|| self.make(&source))
    }

    fn search(&self, _: &str) -> Option<String> {
        None
    }
}
