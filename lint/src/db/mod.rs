//! The incremental database: file texts and folder listings are inputs, and what is made of them is remembered until one of
//! those that it was made of changes.

mod edited;
mod inputs;
#[cfg(test)]
mod tests;
mod typed;

pub(crate) use edited::edited;
pub use inputs::{Contents, Entry, Folder, Options, PathState, Root, Systems, Tree};

use crate::analysis;
use crate::eval::host::{FileKind, Host, ReadError, SourcePlace};
use crate::eval::paths;
use crate::findings::{Edit, Finding};
use crate::fix::Fixer;
use crate::nixos::entry::{self, Found, Outputs, Record};
use crate::nixos::model::{System, World};
use crate::nixos::table::{EmbeddedTables, Tables};
use crate::settings::{self, Settings};
use crate::source::LineIndex;
use crate::source::files::{FileSystem, read_text};
use crate::suppress::Suppressions;
use crate::syntax::hir::{self, Name};
use salsa::Setter;
use std::any::Any;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use typed::Typed;

/// The files of a database.
#[salsa::db]
pub trait Db: salsa::Database {
    /// The text of the file at `path`.
    fn contents(&self, path: &str) -> Contents;
    /// What is at `path`.
    fn state(&self, path: &str) -> PathState;
    /// The lowered form of the text of the file at `path`.
    fn lowered(&self, path: &str, text: &Arc<str>) -> Arc<hir::File>;
    /// What is in the folder `path`.
    fn folder(&self, path: &str) -> Folder;
    /// The Nix files below the folder `path`.
    fn tree(&self, path: &str) -> Tree;
    /// The options of a world in a source.
    fn options(&self, world: World, source: &SourcePlace) -> Options;
    /// The folder of a well-known source that the search path names.
    fn search(&self, kind: &str) -> Option<String>;
    /// What is kept of the last evaluation of a system. It may be of another revision: whoever uses it sees what still holds, so that
    /// the result is the same with it and without.
    fn record(&self, entry: Entry) -> Option<Arc<Record>>;
    /// Keeps this of the evaluation of a system.
    fn keep(&self, entry: Entry, record: Option<Record>);
}

/// A database over a file system. Clones share everything.
#[salsa::db]
#[derive(Clone)]
pub struct Database {
    storage: salsa::Storage<Self>,
    files: Arc<dyn FileSystem>,
    tables: Arc<dyn Tables>,
    inputs: Arc<Mutex<Inputs>>,
    records: Arc<Mutex<HashMap<Entry, Arc<Record>>>>,
    typed: Arc<Typed>,
}

#[derive(Default)]
struct Inputs {
    contents: HashMap<String, Contents>,
    states: HashMap<String, PathState>,
    folders: HashMap<String, Folder>,
    trees: HashMap<String, Tree>,
    options: HashMap<(World, SourcePlace), Options>,
}

#[salsa::db]
impl salsa::Database for Database {}

#[salsa::db]
impl Db for Database {
    fn contents(&self, path: &str) -> Contents {
        let mut inputs = self.inputs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = inputs.contents.get(path) {
            return *known;
        }
        let input = Contents::new(self, path.to_owned(), self.read(path));
        inputs.contents.insert(path.to_owned(), input);
        input
    }

    fn state(&self, path: &str) -> PathState {
        let mut inputs = self.inputs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = inputs.states.get(path) {
            return *known;
        }
        let input = PathState::new(self, path.to_owned(), self.files.kind(path));
        inputs.states.insert(path.to_owned(), input);
        input
    }

    fn lowered(&self, path: &str, text: &Arc<str>) -> Arc<hir::File> {
        self.typed.lowered(path, text)
    }

    fn folder(&self, path: &str) -> Folder {
        let mut inputs = self.inputs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = inputs.folders.get(path) {
            return *known;
        }
        let input = Folder::new(self, path.to_owned(), self.files.list(path).map(Into::into));
        inputs.folders.insert(path.to_owned(), input);
        input
    }

    fn tree(&self, path: &str) -> Tree {
        let mut inputs = self.inputs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = inputs.trees.get(path) {
            return *known;
        }
        let input = Tree::new(self, path.to_owned(), self.files.nix_files(path).into());
        inputs.trees.insert(path.to_owned(), input);
        input
    }

    fn options(&self, world: World, source: &SourcePlace) -> Options {
        let key = (world, source.clone());
        let known = |inputs: &Inputs| inputs.options.get(&key).copied();
        if let Some(known) = known(&self.inputs.lock().unwrap_or_else(PoisonError::into_inner)) {
            return known;
        }
        // Making one takes its time, and whoever makes it sees to it that it is made once.
        let table = self.tables.table(world, source);
        let mut inputs = self.inputs.lock().unwrap_or_else(PoisonError::into_inner);
        known(&inputs).unwrap_or_else(|| {
            let input = Options::new(self, table);
            inputs.options.insert(key, input);
            input
        })
    }

    fn search(&self, kind: &str) -> Option<String> {
        self.tables.search(kind)
    }

    fn record(&self, entry: Entry) -> Option<Arc<Record>> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner).get(&entry).cloned()
    }

    fn keep(&self, entry: Entry, record: Option<Record>) {
        let mut records = self.records.lock().unwrap_or_else(PoisonError::into_inner);
        match record {
            Some(record) => records.insert(entry, Arc::new(record)),
            None => records.remove(&entry),
        };
    }
}

impl Database {
    /// A database over these files, none of which is read yet.
    pub fn new(files: Arc<dyn FileSystem>) -> Self {
        Database::with_events(files, None)
    }

    /// The same, with a function that is told what the database does.
    pub fn with_events(
        files: Arc<dyn FileSystem>,
        events: Option<Box<dyn Fn(salsa::Event) + Send + Sync + 'static>>,
    ) -> Self {
        let tables = Arc::new(EmbeddedTables);
        Database {
            storage: salsa::Storage::new(events),
            files,
            tables,
            inputs: Arc::default(),
            records: Arc::default(),
            typed: Arc::default(),
        }
    }

    /// The same, with options from elsewhere than the embedded tables. To be called before anything is asked.
    #[must_use]
    pub fn with_tables(self, tables: Arc<dyn Tables>) -> Self {
        Database { tables, ..self }
    }

    /// A database over the same files, none of which is read yet.
    pub(crate) fn afresh(&self) -> Self {
        Database::new(self.files.clone()).with_tables(self.tables.clone())
    }

    /// The files that were read, sorted.
    pub fn files(&self) -> Vec<String> {
        let inputs = self.inputs.lock().unwrap_or_else(PoisonError::into_inner);
        let read = inputs.contents.iter().filter(|(_, contents)| contents.text(self).is_ok());
        let mut files: Vec<String> = read.map(|(path, _)| path.clone()).collect();
        files.sort();
        files
    }

    /// The folders that have something whose change is a change of what was read, sorted.
    pub fn folders(&self) -> BTreeSet<String> {
        let inputs = self.inputs.lock().unwrap_or_else(PoisonError::into_inner);
        let in_folders = inputs.contents.keys().chain(inputs.states.keys());
        let in_folders = in_folders.map(|path| paths::parent(path).to_owned());
        in_folders.chain(inputs.folders.keys().cloned()).collect()
    }

    fn read(&self, path: &str) -> Result<Arc<str>, ReadError> {
        read_text(&*self.files, path)
    }

    /// The files as an evaluation reads them.
    pub fn host(&self) -> impl Host {
        host(self)
    }

    /// Makes `text` the text of the file at `path`, whatever the file system says.
    pub fn set_text(&mut self, path: &str, text: &str) {
        let input = self.contents(path);
        if input.text(self).as_deref() != Ok(text) {
            self.typed.note(path);
            let _previous = input.set_text(self).to(Ok(text.into()));
        }
    }

    /// The same if the file was read. Whether it was, and had another text.
    pub fn replace_text(&mut self, path: &str, text: &Arc<str>) -> bool {
        let known = {
            let inputs = self.inputs.lock().unwrap_or_else(PoisonError::into_inner);
            inputs.contents.get(path).copied()
        };
        let Some(input) = known.filter(|input| input.text(self).as_deref() != Ok(text)) else { return false };
        self.typed.note(path);
        let _previous = input.set_text(self).to(Ok(text.clone()));
        true
    }

    /// Lists again the Nix files of each folder that was listed and that `path` is in. Whether there are others now.
    pub fn refresh_trees(&mut self, path: &str) -> bool {
        let trees = {
            let inputs = self.inputs.lock().unwrap_or_else(PoisonError::into_inner);
            let is_in = |folder: &str| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
            let trees = inputs.trees.iter().filter(|(folder, _)| is_in(folder.trim_end_matches('/')));
            trees.map(|(_, tree)| *tree).collect::<Vec<Tree>>()
        };
        let mut changed = false;
        for tree in trees {
            changed |= self.refresh_tree(tree);
        }
        changed
    }

    /// Reads again what was read of `path`, and of the folder that it is in. Whether anything has changed.
    pub fn refresh(&mut self, path: &str) -> bool {
        let (contents, state, folder) = {
            let inputs = self.inputs.lock().unwrap_or_else(PoisonError::into_inner);
            let folder = inputs.folders.get(paths::parent(path)).copied();
            (inputs.contents.get(path).copied(), inputs.states.get(path).copied(), folder)
        };
        let contents = contents.is_some_and(|input| self.refresh_contents(input));
        let state = state.is_some_and(|input| self.refresh_state(input));
        let folder = folder.is_some_and(|input| self.refresh_folder(input));
        contents || state || folder
    }

    /// Reads again all that was read and can change. Whether anything did.
    pub fn refresh_all(&mut self) -> bool {
        let (contents, states, folders, trees) = {
            let inputs = self.inputs.lock().unwrap_or_else(PoisonError::into_inner);
            (
                changing(&inputs.contents),
                changing(&inputs.states),
                changing(&inputs.folders),
                changing(&inputs.trees),
            )
        };
        // Every one of them is read, whether or not an earlier one has changed.
        let mut changed = false;
        for input in contents {
            changed |= self.refresh_contents(input);
        }
        for input in states {
            changed |= self.refresh_state(input);
        }
        for input in folders {
            changed |= self.refresh_folder(input);
        }
        for input in trees {
            changed |= self.refresh_tree(input);
        }
        changed
    }

    fn refresh_contents(&mut self, input: Contents) -> bool {
        let text = self.read(input.path(self));
        let changed = *input.text(self) != text;
        if changed {
            let _previous = input.set_text(self).to(text);
        }
        changed
    }

    fn refresh_state(&mut self, input: PathState) -> bool {
        let kind = self.files.kind(input.path(self));
        let changed = input.kind(self) != kind;
        if changed {
            input.set_kind(self).to(kind);
        }
        changed
    }

    fn refresh_folder(&mut self, input: Folder) -> bool {
        let entries: Result<Arc<[_]>, _> = self.files.list(input.path(self)).map(Into::into);
        let changed = *input.entries(self) != entries;
        if changed {
            let _previous = input.set_entries(self).to(entries);
        }
        changed
    }

    fn refresh_tree(&mut self, input: Tree) -> bool {
        let files: Arc<[String]> = self.files.nix_files(input.path(self)).into();
        let changed = *input.files(self) != files;
        if changed {
            let _previous = input.set_files(self).to(files);
        }
        changed
    }
}

/// The inputs of paths that can change: what is in the Nix store cannot.
fn changing<I: Copy>(inputs: &HashMap<String, I>) -> Vec<I> {
    let changing = inputs.iter().filter(|(path, _)| !path.starts_with(paths::STORE));
    changing.map(|(_, input)| *input).collect()
}

/// The lowered form of a file.
#[salsa::tracked(returns(clone))]
pub fn lowered(db: &dyn Db, contents: Contents) -> Result<Arc<hir::File>, ReadError> {
    let text = contents.text(db).as_ref().map_err(Clone::clone)?;
    Ok(db.lowered(contents.path(db), text))
}

/// A file as far as it matters what it says, but not where.
#[derive(Clone, Debug)]
struct Said(Arc<hir::File>);

impl PartialEq for Said {
    fn eq(&self, other: &Self) -> bool {
        self.0.says_the_same(&other.0)
    }
}

/// What a file says. It stays the same while only places in it change.
#[salsa::tracked(returns(clone))]
fn said(db: &dyn Db, contents: Contents) -> Result<Said, ReadError> {
    lowered(db, contents).map(Said)
}

/// Where the lines of a file start.
#[salsa::tracked(returns(clone))]
pub fn lines(db: &dyn Db, contents: Contents) -> Arc<LineIndex> {
    Arc::new(LineIndex::new(contents.text(db).as_deref().unwrap_or_default()))
}

/// The settings that a file has.
#[salsa::tracked(returns(clone))]
pub fn settings_in(db: &dyn Db, contents: Contents) -> Arc<Settings> {
    let path = contents.path(db);
    Arc::new(match contents.text(db) {
        Ok(text) => Settings::read(path, text),
        Err(error) => Settings::unreadable(path, error),
    })
}

/// The settings for a file: those of the nearest file of settings above it.
pub fn settings_for(db: &dyn Db, path: &str) -> Option<Arc<Settings>> {
    let is_there = |path: &String| db.state(path).kind(db).is_some_and(settings::is_file);
    let nearest = settings::above(path).find(is_there)?;
    Some(settings_in(db, db.contents(&nearest)))
}

/// What a file must contain, in any case, to have to do with specialisations.
const WORDS: [&str; 3] = ["specialisation", "specialization", "nesting"];

/// Whether a file has to do with specialisations.
#[salsa::tracked(returns(copy))]
pub fn is_about_specialisations(db: &dyn Db, contents: Contents) -> bool {
    let Ok(text) = contents.text(db) else { return false };
    let text = text.to_ascii_lowercase();
    WORDS.iter().any(|word| text.contains(word))
}

/// The suppressions of a file, if it has any.
#[salsa::tracked(returns(clone))]
pub fn suppressions(db: &dyn Db, contents: Contents) -> Option<Arc<Suppressions>> {
    let text = contents.text(db).as_ref().ok()?;
    if !Suppressions::may_be_in(text) {
        return None;
    }
    Suppressions::of(text, &*lowered(db, contents).ok()?).map(Arc::new)
}

/// The systems that a flake or a file has.
#[salsa::tracked(returns(clone))]
pub fn discovered(db: &dyn Db, root: Root) -> Arc<Found> {
    Arc::new(entry::discover(&DbHost::without_places(db), root.path(db), root.is_flake(db)))
}

/// What a flake or a file has besides its systems.
#[salsa::tracked(returns(clone))]
pub fn outputs(db: &dyn Db, root: Root) -> Arc<Outputs> {
    Arc::new(entry::outputs(&DbHost::without_places(db), root.path(db), root.is_flake(db)))
}

/// The model of a system.
#[salsa::tracked(returns(clone))]
pub fn system(db: &dyn Db, entry: Entry) -> Arc<System> {
    let former = db.record(entry);
    let (system, record) =
        entry::system(&DbHost::new(db), entry.start(db), entry.name(db), former.as_deref());
    db.keep(entry, record);
    system
}

/// The files that a system is made of.
#[salsa::tracked(returns(clone))]
pub fn files(db: &dyn Db, entry: Entry) -> Arc<BTreeSet<String>> {
    Arc::new(system(db, entry).files.iter().cloned().collect())
}

/// What the rules find in a system, without mends.
#[salsa::tracked(returns(clone))]
pub fn unmended(db: &dyn Db, entry: Entry) -> Arc<Vec<Finding>> {
    Arc::new(analysis::check(db, entry, &Fixer::idle()))
}

/// What the rules find in a system, with mends that are judged by what they do to all systems.
pub fn findings(db: &dyn Db, systems: &[Entry], entry: Entry) -> Arc<Vec<Finding>> {
    findings_among(db, Systems::new(db, systems.to_vec()), entry)
}

#[salsa::tracked(returns(clone))]
fn findings_among<'db>(db: &'db dyn Db, systems: Systems<'db>, entry: Entry) -> Arc<Vec<Finding>> {
    let attempt = |edits: &[Edit]| analysis::attempt(db, systems.entries(db), entry, edits);
    Arc::new(analysis::check(db, entry, &Fixer::new(Box::new(attempt))))
}

/// The files of a database as an evaluation reads them.
pub(crate) fn host(db: &dyn Db) -> impl Host {
    DbHost::new(db)
}

/// A database as the host of an evaluation.
struct DbHost<'d> {
    db: &'d dyn Db,
    /// Whether what comes of the evaluation says where something stands.
    has_places: bool,
}

impl<'d> DbHost<'d> {
    fn new(db: &'d dyn Db) -> Self {
        DbHost { db, has_places: true }
    }

    /// The same for an evaluation of which nothing comes that says where something stands.
    fn without_places(db: &'d dyn Db) -> Self {
        DbHost { db, has_places: false }
    }
}

impl Host for DbHost<'_> {
    fn file(&self, path: &str) -> Result<Arc<hir::File>, ReadError> {
        let contents = self.db.contents(path);
        if self.has_places { lowered(self.db, contents) } else { said(self.db, contents).map(|said| said.0) }
    }

    fn text(&self, path: &str) -> Result<Arc<str>, ReadError> {
        self.db.contents(path).text(self.db).clone()
    }

    fn kind(&self, path: &str) -> Option<FileKind> {
        self.db.state(path).kind(self.db)
    }

    fn entries(&self, path: &str) -> Result<Arc<[(Name, FileKind)]>, ReadError> {
        self.db.folder(path).entries(self.db).clone()
    }

    fn search(&self, name: &str) -> Option<String> {
        self.db.search(name)
    }

    fn kept(&self, name: &str, source: &SourcePlace) -> Option<&'static (dyn Any + Send + Sync)> {
        let table = self.db.options(World::of_table(name)?, source).table(self.db)?;
        Some(table)
    }

    fn pause(&self) {
        self.db.unwind_if_revision_cancelled();
    }
}
