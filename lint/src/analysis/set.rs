//! What settings say about an analysis.

use super::Analysis;
use crate::db::{self, Db};
use crate::eval::paths;
use crate::findings::Severity;
use crate::project::{Project, Source};
use crate::settings::{self, FAILS_FROM, Problem, Settings};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

impl Analysis {
    /// The settings for a file: those of the nearest file of settings above it.
    pub fn settings_for(&self, path: &str) -> Option<Arc<Settings>> {
        db::settings_for(&self.db, path)
    }

    /// From which severity on a finding in a file makes `check` fail.
    pub fn fails_from(&self, file: &str) -> Severity {
        let set = self.settings_for(file).and_then(|settings| Some(settings.fail_on.as_ref()?.value));
        set.unwrap_or(FAILS_FROM)
    }

    /// What is wrong with the files of settings that count for something, by the files' paths.
    pub fn problems(&self) -> Vec<(String, Problem)> {
        let mut folders: BTreeSet<String> = BTreeSet::new();
        let mut note = |file: &str| folders.insert(paths::parent(file).to_owned());
        for (project, _) in &self.projects {
            note(&inside(&project.folder));
            for source in &project.sources {
                note(&source.file());
            }
        }
        for (_, system) in self.evaluated() {
            for file in system.own_files().filter(|file| !file.starts_with(paths::STORE)) {
                note(file);
            }
        }
        let settings = folders.iter().filter_map(|folder| self.settings_for(&inside(folder)));
        let files: BTreeMap<String, Arc<Settings>> =
            settings.map(|settings| (settings.path.clone(), settings)).collect();
        let mut problems = Vec::new();
        for (path, settings) in files {
            let missing = settings.missing_entries(|path| self.is_there(path));
            problems.extend(
                settings.problems.iter().cloned().chain(missing).map(|problem| (path.clone(), problem)),
            );
        }
        problems
    }

    /// What settings say that systems of a project start from.
    pub(super) fn set_sources(&self, project: &Project) -> Vec<Source> {
        let Some(settings) = self.settings_for(&inside(&project.folder)) else { return Vec::new() };
        let of_all = paths::parent(&settings.path) == project.folder;
        let is_in = |path: &str| path.strip_prefix(&project.folder).is_some_and(|rest| rest.starts_with('/'));
        let files = settings.entries.iter().map(|entry| &entry.value);
        let files = files.filter(|file| (of_all || is_in(file)) && self.is_there(file));
        files.map(|file| Source::named(file)).collect()
    }

    fn is_there(&self, file: &str) -> bool {
        self.db.state(file).kind(&self.db).is_some_and(settings::is_file)
    }
}

/// A path in a folder.
fn inside(folder: &str) -> String {
    format!("{}/.", folder.trim_end_matches('/'))
}
