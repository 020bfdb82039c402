//! What happens to files and folders outside of the editor.

use super::Happened;
use super::actor::Actor;
use super::places::Root;
use super::projects::says_where_systems_start;

/// From so many files on everything that was read is read again.
const MANY: usize = 20;

/// Whether a path is that of a file that was asked about, by its name. Of anything else it is only known that it may be a folder.
fn is_file(path: &str) -> bool {
    [".nix", ".lock", ".toml"].iter().any(|end| path.ends_with(end))
}

impl Actor {
    /// Folders of the workspace went, and came.
    pub(super) fn change_folders(&mut self, gone: &[String], come: &[String]) {
        self.forget_editor();
        for uri in gone {
            let uri = uri.trim_end_matches('/');
            self.roots.retain(|root| {
                let stays = root.uri != uri;
                if !stays {
                    self.projects.release(&root.path);
                }
                stays
            });
        }
        for uri in come {
            let path = self.path(uri);
            let uri = uri.trim_end_matches('/').to_owned();
            if !self.roots.iter().any(|root| root.uri == uri) {
                self.projects.assign(&path);
                self.roots.push(Root { uri, path });
            }
        }
    }

    /// A document was saved: what was written may say where systems start.
    pub(super) fn saved(&mut self, uri: &str) {
        let path = self.path(uri);
        if says_where_systems_start(&path) {
            self.projects.reconsider();
        }
    }

    /// Files on disk have changed.
    pub(super) fn files_changed(&mut self, files: &[(String, Happened)]) {
        if files.len() > MANY {
            self.disk_has_changed = true;
            return;
        }
        for (uri, happened) in files {
            let path = self.path(uri);
            match happened {
                Happened::Changed => {
                    self.projects.for_each(|project| project.analysis.database().refresh(&path))
                }
                Happened::CameOrWent if is_file(&path) => self.came_or_went(&path),
                // Whatever was in it has come or gone with it.
                Happened::CameOrWent => self.disk_has_changed = true,
            }
            if says_where_systems_start(&path) {
                self.projects.reconsider();
            }
        }
    }

    /// Something on disk has changed, and nobody knows what.
    pub(super) fn disk_changed(&mut self) {
        self.projects.for_each(|project| project.analysis.refresh());
        self.projects.reconsider();
        self.follow_anew();
    }

    /// A file is there now, or no longer, or has another text.
    pub(super) fn came_or_went(&mut self, path: &str) {
        self.projects.for_each(|project| {
            let database = project.analysis.database();
            let changed = database.refresh(path);
            database.refresh_trees(path) || changed
        });
        if says_where_systems_start(path) {
            self.projects.reconsider();
        }
    }

    /// Forgets all that is known of files, and begins anew.
    pub(super) fn restart(&mut self) {
        self.projects.forget();
        for root in &self.roots {
            self.projects.assign(&root.path);
        }
        for path in self.documents.keys() {
            self.projects.assign(path);
        }
    }
}
