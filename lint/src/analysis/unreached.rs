//! What of a project no system reads, and what the project has besides its systems.

use super::Analysis;
use crate::db::{self, Db, Entry, Root};
use crate::findings::Location;
use crate::nixos::entry::{Outputs, Reference, Start};
use crate::nixos::model::{OptionModel, System, World};
use crate::project::Project;
use crate::rules::Unreached;
use salsa::Database as _;
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// What a file must contain to refer to a specialisation of a system from outside.
const REFERENCE: [&str; 2] = ["Configurations", "specialisation"];

impl Analysis {
    /// The files of a project that define specialisations and that nothing reads.
    pub(super) fn unread(
        &self,
        project: &Project,
        roots: &[Root],
        systems: &[(Entry, Arc<System>)],
    ) -> Vec<Unreached> {
        if !project.whole {
            return Vec::new();
        }
        let mut candidates: Vec<String> = self.files_about_specialisations(project).collect();
        let read: HashSet<&str> = systems.iter().flat_map(|(_, s)| &s.files).map(String::as_str).collect();
        let listed: HashSet<String> = candidates.iter().cloned().collect();
        candidates.retain(|file| {
            !read.contains(file.as_str()) && !self.is_read_by_another_case(file, &read, &listed)
        });
        // A file that was only looked at, and is no set of systems, is not a part of anything.
        let is_part =
            |root: &&Root| root.is_flake(&self.db) || !db::discovered(&self.db, **root).systems.is_empty();
        let parts: Vec<Root> = roots.iter().filter(is_part).copied().collect();
        for root in &parts {
            let found = db::discovered(&self.db, *root);
            candidates.retain(|file| !found.files.contains(file));
        }
        if candidates.is_empty() {
            return Vec::new();
        }
        let outputs: Vec<Arc<Outputs>> = self.outputs(&parts).collect();
        candidates.retain(|file| !outputs.iter().any(|o| belongs_to(file, o)));
        let has_darwin = self.has_darwin(roots);
        let is_certain = self.is_certain(roots, systems) && outputs.iter().all(|o| o.complete);
        let by_itself = |db: &dyn Db, (nixos, home): &(Entry, Entry)| {
            let file = nixos.start(db).file();
            let nixos = db::system(db, *nixos);
            let specialisations = defined(&nixos, &file);
            let home = (has_darwin || specialisations.is_empty()).then(|| db::system(db, *home));
            // Configurations of nix-darwin are not evaluated, and may have homes.
            let is_of_nixos = home.as_ref().is_none_or(|home| nixos.strangers() < home.strangers());
            let specialisations = match &home {
                Some(home) if specialisations.is_empty() => defined(home, &file),
                _ => specialisations,
            };
            let certain = is_certain && (is_of_nixos || !has_darwin);
            (!specialisations.is_empty()).then_some(Unreached { file, specialisations, certain })
        };
        let entries: Vec<(Entry, Entry)> = candidates
            .iter()
            .map(|file| {
                let entry = |start| self.entry(start, file);
                (entry(Start::Module(file.clone())), entry(Start::HomeModule(file.clone())))
            })
            .collect();
        self.for_each(&entries, by_itself).into_iter().flatten().collect()
    }

    /// Whether a file was read by another spelling than it is listed by, as file systems allow that do not tell upper from lower case.
    fn is_read_by_another_case(&self, file: &str, read: &HashSet<&str>, listed: &HashSet<String>) -> bool {
        let is_it = |other: &&&str| other.len() == file.len() && other.to_lowercase() == file.to_lowercase();
        let mut others = read.iter().filter(is_it).filter(|other| !listed.contains(**other));
        others.any(|other| self.text(other) == self.text(file))
    }

    /// References of a project to specialisations that do not exist, in what it has besides its systems.
    pub(super) fn references(&self, project: &Project, roots: &[Root]) -> Vec<Reference> {
        let refers = |path: &String| {
            let text = self.db.contents(path).text(&self.db);
            text.as_ref().is_ok_and(|text| REFERENCE.iter().all(|word| text.contains(word)))
        };
        if !self.files_about_specialisations(project).any(|path| refers(&path)) {
            return Vec::new();
        }
        self.outputs(roots).flat_map(|outputs| outputs.references.clone()).collect()
    }

    /// Does something while another thread finds out what flakes have besides their systems, if that was asked for the last time: it takes
    /// as long as a system.
    pub(super) fn while_outputs_are_found<T>(&self, work: impl FnOnce() -> T) -> T {
        if !self.needs_outputs.swap(false, Ordering::Relaxed) {
            return work();
        }
        let db = self.db.clone();
        if let Some(stop) = &self.stop {
            stop.note(db.cancellation_token());
        }
        let roots: Vec<Root> = self.projects.iter().flat_map(|(_, roots)| roots).copied().collect();
        rayon::in_place_scope(|scope| {
            scope.spawn(move |_| {
                let flakes = roots.into_iter().filter(|root| root.is_flake(&db));
                flakes.for_each(|root| drop(db::outputs(&db, root)));
            });
            work()
        })
    }

    fn outputs(&self, roots: &[Root]) -> impl Iterator<Item = Arc<Outputs>> {
        self.needs_outputs.store(true, Ordering::Relaxed);
        roots.iter().map(|root| db::outputs(&self.db, *root))
    }

    fn has_darwin(&self, roots: &[Root]) -> bool {
        let is_darwin = |root: &Root| {
            let found = db::discovered(&self.db, *root);
            found.systems.iter().any(|(_, _, world)| *world == World::Darwin)
        };
        roots.iter().any(is_darwin)
    }

    /// Whether all that systems read is known: there are no others, and of each every module that may be a file.
    fn is_certain(&self, roots: &[Root], systems: &[(Entry, Arc<System>)]) -> bool {
        // A file that is taken for a module may be none.
        let is_one = |system: &System| {
            let defines = |o: &OptionModel| {
                o.existence.missing().is_none() && o.definitions.iter().any(|d| d.place.is_some())
            };
            system.parent.options.values().any(|option| defines(option))
        };
        systems.iter().any(|(_, system)| is_one(system))
            && systems.iter().all(|(_, system)| !system.lacks_own())
            && roots.iter().all(|root| db::discovered(&self.db, *root).incomplete.is_empty())
    }
}

/// Whether a file is read for outputs, or is part of a template.
fn belongs_to(file: &String, outputs: &Outputs) -> bool {
    let is_in =
        |folder: &String| file.strip_prefix(folder.as_str()).is_some_and(|rest| rest.starts_with('/'));
    outputs.files.contains(file) || outputs.templates.iter().any(is_in)
}

/// The specialisations that a file itself defines, in the system that it is alone.
fn defined(system: &System, file: &str) -> Vec<(crate::syntax::hir::Name, Location)> {
    let here = |span_file: u32| system.files.get(span_file as usize).is_some_and(|path| path == file);
    let named = system.named.iter().filter(|(_, place)| here(place.file));
    named.map(|(name, place)| (name.clone(), Location::new(file, place.path))).collect()
}
