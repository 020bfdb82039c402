//! Folders whose changes are told.

use crate::disk;
use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};
use speclint_lint::eval::paths::STORE;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Folders whose changes are told.
pub(crate) struct Watched {
    watcher: RecommendedWatcher,
    folders: BTreeSet<PathBuf>,
}

impl Watched {
    /// No folders yet; `changed` is called when something in them has changed.
    pub(crate) fn new(changed: impl Fn() + Send + 'static) -> notify::Result<Self> {
        let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            // To look at a file is no change of it.
            if event.is_ok_and(|event| !event.kind.is_access()) {
                changed();
            }
        })?;
        Ok(Watched { watcher, folders: BTreeSet::new() })
    }

    /// Watches the folders of these projects, and those of which something was read, and no others.
    pub(crate) fn follow(&mut self, projects: &[String], read: &BTreeSet<String>) {
        let read = read.iter().filter(|folder| !folder.starts_with(STORE)).map(PathBuf::from);
        let below = projects.iter().flat_map(|folder| disk::folders(folder));
        let wanted: BTreeSet<PathBuf> =
            read.filter(|folder| folder != Path::new("/") && folder.is_dir()).chain(below).collect();
        for gone in self.folders.difference(&wanted) {
            // It may be gone altogether.
            let _ = self.watcher.unwatch(gone);
        }
        let (old, watcher) = (&self.folders, &mut self.watcher);
        let mut refused = None;
        let followed = wanted.into_iter().filter(|folder| {
            old.contains(folder)
                || watcher
                    .watch(folder, RecursiveMode::NonRecursive)
                    .map_err(|error| refused = Some(error))
                    .is_ok()
        });
        self.folders = followed.collect();
        if let Some(error) = refused {
            eprintln!("speclint: some folders cannot be watched: {error}");
        }
    }
}
