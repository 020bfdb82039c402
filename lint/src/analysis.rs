//! The one entrance to the analyser: the command line and the language server are both faces of it.

mod further;
mod judged;
mod outside;
mod set;
mod stop;
mod unreached;

pub use stop::Stop;

use crate::db::{self, Database, Db, Entry, Root};
use crate::eval::host::Host;
use crate::findings::{Edit, Finding, Fix};
use crate::fix::{Edited, Fixer, Trial, apply};
use crate::nixos::entry::Start;
use crate::nixos::model::{System, World};
use crate::nixos::table::{EmbeddedTables, Tables};
use crate::project::{Project, Source};
use crate::rules::{self, Context, ProjectContext, Texts};
use crate::settings::{Choice, Settings};
use crate::source::LineIndex;
use crate::source::files::FileSystem;
use crate::syntax::hir;
use rayon::prelude::*;
use salsa::Database as _;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};

/// An analysis of the systems of a file system. What was found stays known until something that it depends on changes.
///
/// A clone shares all of that, for another thread. Whoever changes the files of one waits until all others are dropped, while what they
/// are asked unwinds with [`salsa::Cancelled`].
#[derive(Clone)]
pub struct Analysis {
    db: Database,
    projects: Vec<(Project, Vec<Root>)>,
    /// Systems that were named one by one.
    named: Vec<Entry>,
    /// Those that were found, so that each keeps what is known of it.
    found: Arc<Mutex<HashMap<(Start, String), Entry>>>,
    /// What has systems besides the sources of projects, likewise.
    further: Arc<Mutex<HashMap<Source, Root>>>,
    choice: Choice,
    stop: Option<Stop>,
    /// Whether what projects have besides their systems was asked for the last time.
    needs_outputs: Arc<AtomicBool>,
}

/// What came of fixing.
#[derive(Debug, Default)]
pub struct Fixed {
    /// The new text of each file that changed, by path.
    pub texts: BTreeMap<String, String>,
    /// What their texts were.
    pub before: BTreeMap<String, String>,
    /// What was mended, and how.
    pub mended: Vec<Mended>,
    /// How many findings were suppressed.
    pub suppressed: usize,
}

/// A finding that was mended.
#[derive(Debug)]
pub struct Mended {
    /// The finding, with all of its mends.
    pub finding: Finding,
    /// The mend that was applied.
    pub fix: Fix,
}

/// How often fixes are applied before what is left is left. A round applies all that do not touch each other or do something else together,
/// and two are enough for nearly every configuration; another one is for what was hidden by what is mended.
const MAX_ROUNDS: usize = 10;

impl Analysis {
    /// An analysis of these files.
    pub fn new(files: Arc<dyn FileSystem>) -> Self {
        Analysis::with_tables(files, Arc::new(EmbeddedTables))
    }

    /// An analysis of these files, with options from elsewhere than the embedded tables.
    pub fn with_tables(files: Arc<dyn FileSystem>, tables: Arc<dyn Tables>) -> Self {
        Analysis {
            db: Database::new(files).with_tables(tables),
            projects: Vec::new(),
            named: Vec::new(),
            found: Arc::default(),
            further: Arc::default(),
            choice: Choice::default(),
            stop: None,
            needs_outputs: Arc::default(),
        }
    }

    /// An analysis of the same, of which nothing is known yet and whose files can be changed without others seeing it.
    pub fn afresh(&self) -> Self {
        let mut afresh = Analysis {
            db: self.db.afresh(),
            projects: Vec::new(),
            named: Vec::new(),
            found: Arc::default(),
            further: Arc::default(),
            choice: self.choice.clone(),
            stop: None,
            needs_outputs: Arc::default(),
        };
        for (project, _) in &self.projects {
            afresh.add_project(project.clone());
        }
        for entry in &self.named {
            let entry = afresh.entry(entry.start(&self.db).clone(), entry.name(&self.db));
            afresh.named.push(entry);
        }
        afresh
    }

    /// Makes this the choice of rules.
    pub fn choose(&mut self, choice: Choice) {
        self.choice = choice;
    }

    /// The database behind it.
    pub fn database(&mut self) -> &mut Database {
        &mut self.db
    }

    /// The files that were read, sorted.
    pub fn files(&self) -> Vec<String> {
        self.db.files()
    }

    /// The folders of the projects, and those that have something else whose change is a change of what was read.
    pub fn folders(&self) -> (Vec<String>, BTreeSet<String>) {
        (self.projects.iter().flat_map(|(project, _)| project.folders()).collect(), self.db.folders())
    }

    /// Reads again all that was read. Whether anything has changed.
    pub fn refresh(&mut self) -> bool {
        self.db.refresh_all()
    }

    /// Adds the system that starts at the file `path`, which is absolute.
    pub fn add_entry(&mut self, path: &str, name: &str) {
        let entry = self.entry(Start::Module(path.to_owned()), name);
        self.named.push(entry);
    }

    /// Adds the systems of a project, unless it is there already.
    pub fn add_project(&mut self, project: Project) {
        if self.projects.iter().any(|(known, _)| *known == project) {
            return;
        }
        let roots = project.sources.iter().filter_map(|source| self.new_root(source)).collect();
        self.projects.push((project, roots));
    }

    /// Where systems are looked for in a source, unless it is one.
    fn new_root(&self, source: &Source) -> Option<Root> {
        match source {
            Source::Flake(folder) => Some(Root::new(&self.db, folder.clone(), true)),
            Source::File(file) | Source::Set(file) => Some(Root::new(&self.db, file.clone(), false)),
            Source::Module(_) | Source::Home(_) => None,
        }
    }

    /// The same of several, of each always the same one.
    fn roots_of(&self, sources: &[Source]) -> Vec<Root> {
        let mut known = self.further.lock().unwrap_or_else(PoisonError::into_inner);
        let root = |source: &Source| match known.get(source) {
            Some(root) => Some(*root),
            None => {
                let root = self.new_root(source)?;
                known.insert(source.clone(), root);
                Some(root)
            }
        };
        sources.iter().filter_map(root).collect()
    }

    /// Where systems of a project are looked for.
    fn all_roots(&self, project: &Project, roots: &[Root]) -> Vec<Root> {
        [roots, &self.roots_of(&self.further_sources(project))].concat()
    }

    fn entry(&self, start: Start, name: &str) -> Entry {
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        *found
            .entry((start.clone(), name.to_owned()))
            .or_insert_with(|| Entry::new(&self.db, start, name.to_owned()))
    }

    /// The systems, in the order in which they are told; those of worlds without specialisations left out.
    fn entries(&self) -> Vec<Entry> {
        let mut entries = self.named.clone();
        for (project, roots) in &self.projects {
            let further = self.further_sources(project);
            if project.whole && further.is_empty() && !self.speaks_of_specialisations(project) {
                continue;
            }
            let further_roots = self.roots_of(&further);
            let mut roots = roots.iter().chain(&further_roots);
            for source in project.sources.iter().chain(&further) {
                match source {
                    Source::Module(file) => entries.push(self.module(project, file)),
                    Source::Home(file) => {
                        entries.push(self.entry(Start::HomeModule(file.clone()), below(project, file)));
                    }
                    Source::Flake(_) | Source::File(_) | Source::Set(_) => {
                        let Some(root) = roots.next() else { continue };
                        let found = db::discovered(&self.db, *root);
                        let systems = found.systems.iter().filter(|(_, _, world)| *world != World::Darwin);
                        // Several flakes may have systems of the same name.
                        let called = |name: &str| match source {
                            Source::Flake(folder) if further.contains(source) => {
                                format!("{}#{name}", below(project, folder))
                            }
                            _ => name.to_owned(),
                        };
                        let found_here = systems.map(|(name, start, _)| (start.clone(), called(name)));
                        entries.extend(found_here.map(|(start, name)| self.entry(start, &name)));
                        // A file that is no set of systems is a module.
                        if let (true, Source::File(file)) = (found.systems.is_empty(), source) {
                            entries.push(self.module(project, file));
                        }
                    }
                }
            }
        }
        // Settings may name what is found anyway.
        let mut seen = HashSet::new();
        entries.retain(|entry| seen.insert(*entry));
        entries
    }

    /// The system that starts at a module, called after its place in the project.
    fn module(&self, project: &Project, file: &str) -> Entry {
        self.entry(Start::Module(file.to_owned()), below(project, file))
    }

    /// Whether any file of a project has to do with specialisations, or any that its systems may have besides.
    fn speaks_of_specialisations(&self, project: &Project) -> bool {
        self.files_about_specialisations(project).next().is_some() || self.reaches_specialisations(project)
    }

    fn files_about_specialisations(&self, project: &Project) -> impl Iterator<Item = String> {
        let files = project.folders().into_iter().flat_map(|folder| {
            let tree = self.db.tree(&folder).files(&self.db).clone();
            (0..tree.len()).map(move |i| tree[i].clone())
        });
        files.filter(|path| self.is_about_specialisations(path))
    }

    fn is_about_specialisations(&self, path: &str) -> bool {
        db::is_about_specialisations(&self.db, self.db.contents(path))
    }

    /// The models of all systems. After the NixOS systems come the homes in them that have specialisations of their own.
    pub fn systems(&self) -> Vec<Arc<System>> {
        self.evaluated().into_iter().map(|(_, system)| system).collect()
    }

    fn evaluated(&self) -> Vec<(Entry, Arc<System>)> {
        let evaluate = |entries: Vec<Entry>| -> Vec<(Entry, Arc<System>)> {
            let systems = self.for_each(&entries, |db, entry| db::system(db, *entry));
            entries.into_iter().zip(systems).collect()
        };
        let systems = evaluate(self.entries());
        let mut homes = Vec::new();
        for (entry, system) in &systems {
            for user in &system.homes {
                let name = format!("{user}@{}", system.name);
                let start =
                    Start::Home { system: Box::new(entry.start(&self.db).clone()), user: user.clone() };
                homes.push(self.entry(start, &name));
            }
        }
        systems.into_iter().chain(evaluate(homes)).collect()
    }

    /// Asks something of each of several, on as many threads as there are; of one alone where we are.
    fn for_each<A: Sync, B: Send>(&self, all: &[A], ask: impl Fn(&dyn Db, &A) -> B + Sync) -> Vec<B> {
        match all {
            [one] => vec![ask(&self.db, one)],
            // Each thread has a handle of its own on the same database.
            all => {
                let stop = self.stop.as_ref();
                let ask = |db: &mut Database, one: &A| {
                    if let Some(stop) = stop {
                        stop.note(db.cancellation_token());
                    }
                    ask(db, one)
                };
                all.par_iter().map_with(self.db.clone(), ask).collect()
            }
        }
    }

    /// The files of the projects that define specialisations but that nothing reads, sorted.
    pub fn unreached(&self) -> Vec<String> {
        let systems = self.evaluated();
        let unreached = self
            .projects
            .iter()
            .flat_map(|(project, roots)| self.unread(project, &self.all_roots(project, roots), &systems));
        let files: BTreeSet<String> = unreached.map(|unreached| unreached.file).collect();
        files.into_iter().collect()
    }

    /// What the rules find that is to be reported, in the order of the files. What is found at the same place in several systems is told
    /// once, and what a comment suppresses is left out.
    pub fn findings(&self) -> Vec<Finding> {
        self.found(db::findings)
    }

    /// The same without mends, each of which takes an evaluation to judge: for whoever must not wait for them.
    pub fn unmended(&self) -> Vec<Finding> {
        self.found(|db, _, entry| db::unmended(db, entry))
    }

    /// What the rules find in the systems by `find`, and in the projects.
    fn found(&self, find: impl Fn(&dyn Db, &[Entry], Entry) -> Arc<Vec<Finding>> + Sync) -> Vec<Finding> {
        let (systems, found) = self.while_outputs_are_found(|| {
            let systems = self.evaluated();
            let entries: Vec<Entry> = systems.iter().map(|(entry, _)| *entry).collect();
            let found =
                self.for_each(&systems, |db, (entry, system)| (system.clone(), find(db, &entries, *entry)));
            (systems, found)
        });
        let host = db::host(&self.db);
        let of_projects = self.projects.iter().flat_map(|(project, roots)| {
            let roots = self.all_roots(project, roots);
            let unreached = self.unread(project, &roots, &systems);
            let references = self.references(project, &roots);
            rules::check_project(&ProjectContext {
                unreached: &unreached,
                references: &references,
                texts: &HostTexts(&host),
            })
        });
        self.judged(rules::united(rules::agreed(&found).cloned().chain(of_projects)), &systems)
    }

    /// The text of a file that was read.
    pub fn text(&self, path: &str) -> Option<Arc<str>> {
        self.db.contents(path).text(&self.db).clone().ok()
    }

    /// Where the lines of a file that was read start.
    pub fn lines(&self, path: &str) -> Arc<LineIndex> {
        db::lines(&self.db, self.db.contents(path))
    }

    /// Applies the preferred fix of each finding that `wanted` names, again and again until none is left. Nothing is written; what
    /// the analysis sees of the files are then the new texts.
    pub fn fix(&mut self, unsafe_too: bool, wanted: impl Fn(&Finding) -> bool) -> Fixed {
        let mut fixed = Fixed::default();
        for _ in 0..MAX_ROUNDS {
            let findings: Vec<Finding> = self.findings().into_iter().filter(|f| wanted(f)).collect();
            let chosen = self.that_add_up(apply::choose(&findings, unsafe_too));
            let texts = self.edited(&apply::edits(&chosen));
            let Some(texts) = texts.filter(|texts| !texts.is_empty()) else { break };
            fixed.mended.extend(chosen.iter().filter_map(|fix| mended(&findings, fix)));
            for (path, new) in texts {
                self.change(&mut fixed, path, new);
            }
        }
        fixed
    }

    /// Makes a text the new one of a file.
    fn change(&mut self, fixed: &mut Fixed, path: String, new: String) {
        if let (None, Some(old)) = (fixed.before.get(&path), self.text(&path)) {
            fixed.before.insert(path.clone(), old.to_string());
        }
        self.db.set_text(&path, &new);
        fixed.texts.insert(path, new);
    }

    /// The new texts of all files that edits change; `None` if they do not fit.
    fn edited(&self, edits: &[Edit]) -> Option<BTreeMap<String, String>> {
        let mut texts = BTreeMap::new();
        for (path, edits) in apply::by_file(edits) {
            let old = self.text(path)?;
            let new = apply::edited(&old, &edits)?;
            if new != *old {
                texts.insert(path.to_owned(), new);
            }
        }
        Some(texts)
    }

    /// As many of these fixes as do no more together than each of them does alone: that is how each was judged. The others are for the next
    /// round.
    fn that_add_up<'f>(&self, fixes: Vec<&'f Fix>) -> Vec<&'f Fix> {
        let mut taken: Vec<&Fix> = Vec::new();
        let mut groups = vec![fixes];
        while let Some(mut group) = groups.pop() {
            let together = [&taken[..], &group[..]].concat();
            if together.len() < 2 || self.add_up(&together) {
                taken = together;
            } else if group.len() > 1 {
                // One of them, or several: they are looked for by halves.
                let later = group.split_off(group.len() / 2);
                groups.extend([later, group]);
            }
        }
        taken
    }

    /// Whether fixes do no more together than each of them does alone.
    fn add_up(&self, fixes: &[&Fix]) -> bool {
        let together = apply::edits(fixes);
        let systems = self.evaluated().into_iter().map(|(entry, _)| entry);
        systems.filter(|entry| reads(&self.db, *entry, &together)).all(|entry| {
            let Some(trial) = trial(&self.db, entry, &together) else { return false };
            let alone = fixes.iter().map(|fix| db::edited(&self.db, entry, &fix.edits));
            let alone: Option<Vec<Arc<Edited>>> = alone.collect();
            alone.is_some_and(|alone| trial.is_sum_of(&alone))
        })
    }
}

/// The finding that a fix is one of.
fn mended(findings: &[Finding], fix: &Fix) -> Option<Mended> {
    let has_it = |finding: &&Finding| finding.fixes.iter().any(|other| std::ptr::eq(other, fix));
    findings.iter().find(has_it).map(|finding| Mended { finding: finding.clone(), fix: fix.clone() })
}

/// What a file is called within its project.
fn below<'f>(project: &Project, file: &'f str) -> &'f str {
    file.strip_prefix(&project.folder).map_or(file, |rest| rest.trim_start_matches('/'))
}

impl Texts for Analysis {
    fn text(&self, path: &str) -> Option<Arc<str>> {
        Analysis::text(self, path)
    }

    fn lowered(&self, path: &str) -> Option<Arc<hir::File>> {
        db::lowered(&self.db, self.db.contents(path)).ok()
    }
}

/// The texts of a host.
pub(crate) struct HostTexts<'h>(pub(crate) &'h dyn Host);

impl Texts for HostTexts<'_> {
    fn text(&self, path: &str) -> Option<Arc<str>> {
        self.0.text(path).ok()
    }

    fn lowered(&self, path: &str) -> Option<Arc<hir::File>> {
        self.0.file(path).ok()
    }
}

/// What the rules find in a system.
pub(crate) fn check(db: &dyn Db, entry: Entry, fixer: &Fixer<'_>) -> Vec<Finding> {
    let system = db::system(db, entry);
    let settings = db::settings_for(db, &entry.start(db).file());
    let alternatives = settings.as_deref().map(Settings::alternatives).unwrap_or_default();
    let texts = &HostTexts(&db::host(db));
    rules::check(&Context { system: &system, texts, fixer, alternatives: &alternatives })
}

/// Tries edits on a system, and on all others that they touch.
pub(crate) fn attempt(db: &dyn Db, systems: &[Entry], entry: Entry, edits: &[Edit]) -> Option<Vec<Trial>> {
    let own = trial(db, entry, edits)?;
    let others = systems.iter().filter(|other| **other != entry && reads(db, **other, edits));
    std::iter::once(Some(own)).chain(others.map(|other| trial(db, *other, edits))).collect()
}

/// A system before and after edits.
fn trial(db: &dyn Db, entry: Entry, edits: &[Edit]) -> Option<Trial> {
    let after = db::edited(db, entry, edits)?;
    Some(Trial { before: db::system(db, entry), found: db::unmended(db, entry), after })
}

/// Whether a system reads a file that edits change.
fn reads(db: &dyn Db, entry: Entry, edits: &[Edit]) -> bool {
    let edited: BTreeSet<&str> = edits.iter().map(|edit| &*edit.location.file).collect();
    let files = db::files(db, entry);
    edited.into_iter().any(|file| files.contains(file))
}
