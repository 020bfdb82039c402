//! The one entrance to the analyser: the command line and the language server are both faces of it.

use crate::db::{self, Database, Db, Entry};
use crate::findings::{Edit, Finding};
use crate::fix::{Fixer, apply};
use crate::nixos::model::System;
use crate::rules::{self, Context, Texts};
use crate::source::files::FileSystem;
use crate::syntax::hir;
use std::collections::BTreeMap;
use std::sync::Arc;

/// An analysis of the systems of a file system. What was found stays known until something that it depends on changes.
pub struct Analysis {
    db: Database,
    entries: Vec<Entry>,
}

/// What came of fixing.
#[derive(Debug, Default)]
pub struct Fixed {
    /// The new text of each file that changed, by path.
    pub texts: BTreeMap<String, String>,
    /// How many fixes were applied.
    pub applied: usize,
}

/// How often fixes are applied before what is left is left.
const MAX_ROUNDS: usize = 10;

impl Analysis {
    /// An analysis of these files.
    pub fn new(files: Arc<dyn FileSystem>) -> Self {
        Analysis { db: Database::new(files), entries: Vec::new() }
    }

    /// The database behind it.
    pub fn database(&mut self) -> &mut Database {
        &mut self.db
    }

    /// Adds the system that starts at the file `path`, which is absolute.
    pub fn add_entry(&mut self, path: &str, name: &str) {
        self.entries.push(Entry::new(&self.db, path.to_owned(), name.to_owned()));
    }

    /// The models of all systems.
    pub fn systems(&self) -> Vec<Arc<System>> {
        self.entries.iter().map(|entry| db::system(&self.db, *entry)).collect()
    }

    /// What the rules find in all systems, in the order of the files.
    pub fn findings(&self) -> Vec<Finding> {
        let mut findings: Vec<Finding> = Vec::new();
        for entry in &self.entries {
            for finding in db::findings(&self.db, *entry).iter() {
                findings.push(finding.clone());
            }
        }
        findings
    }

    /// The text of a file that was read.
    pub fn text(&self, path: &str) -> Option<Arc<str>> {
        self.db.contents(path).text(&self.db).clone().ok()
    }

    /// Applies the preferred fix of each finding that `wanted` names, again and again until none is left. Nothing is written; what
    /// the analysis sees of the files are then the new texts.
    pub fn fix(&mut self, unsafe_too: bool, wanted: impl Fn(&Finding) -> bool) -> Fixed {
        let mut fixed = Fixed::default();
        for _ in 0..MAX_ROUNDS {
            let findings: Vec<Finding> = self.findings().into_iter().filter(|f| wanted(f)).collect();
            let edits = apply::choose(&findings, unsafe_too);
            if edits.is_empty() {
                break;
            }
            let mut changed = false;
            for (path, edits) in apply::by_file(&edits) {
                let Some(text) = self.text(path) else { continue };
                let Some(new) = apply::edited(&text, &edits) else { continue };
                changed |= new != *text;
                self.db.set_text(path, &new);
                fixed.texts.insert(path.to_owned(), new);
            }
            if !changed {
                break;
            }
            fixed.applied += edits.len();
        }
        fixed
    }
}

/// The texts of a database.
pub(crate) struct DbTexts<'d>(pub(crate) &'d dyn Db);

impl Texts for DbTexts<'_> {
    fn text(&self, path: &str) -> Option<Arc<str>> {
        self.0.contents(path).text(self.0).clone().ok()
    }

    fn lowered(&self, path: &str) -> Option<Arc<hir::File>> {
        db::lowered(self.0, self.0.contents(path)).ok()
    }
}

/// What the rules find in a system.
pub(crate) fn check(db: &dyn Db, entry: Entry) -> Vec<Finding> {
    let system = db::system(db, entry);
    let texts = DbTexts(db);
    let evaluate = |edits: &[Edit]| db::edited_system(db, entry, edits);
    let fixer = Fixer::new(Box::new(evaluate));
    rules::check(&Context { system: &system, texts: &texts, fixer: &fixer })
}
