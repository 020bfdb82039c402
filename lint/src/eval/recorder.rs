//! What an evaluation was told by its host: whether another one would be told the same.

use super::host::{FileKind, Host, ReadError, SourcePlace};
use crate::syntax::hir::{File, Name};
use rustc_hash::FxHashMap;
use std::any::Any;
use std::cell::RefCell;
use std::sync::Arc;

/// A host that remembers what it told.
pub(crate) struct Recorder<'h> {
    host: &'h dyn Host,
    told: RefCell<Told>,
}

/// What a host told, by what it was asked.
#[derive(Clone, Default)]
pub(crate) struct Told {
    files: FxHashMap<String, Result<Arc<File>, ReadError>>,
    texts: FxHashMap<String, Result<Arc<str>, ReadError>>,
    kinds: FxHashMap<String, Option<FileKind>>,
    folders: FxHashMap<String, Result<Entries, ReadError>>,
    searched: FxHashMap<String, Option<String>>,
    kept: FxHashMap<(String, SourcePlace), Option<Kept>>,
}

/// The path of a file that is another one, what it was, and what it is.
pub(crate) type Renewed = (String, Arc<File>, Arc<File>);

type Entries = Arc<[(Name, FileKind)]>;
type Kept = &'static (dyn Any + Send + Sync);

impl<'h> Recorder<'h> {
    /// A recorder of what `host` tells, besides what another evaluation was told.
    pub(crate) fn new(host: &'h dyn Host, told: Told) -> Self {
        Recorder { host, told: RefCell::new(told) }
    }

    /// What was told.
    pub(crate) fn told(self) -> Told {
        self.told.into_inner()
    }
}

impl Told {
    /// The files that are others now, each with what it was and what it is; `None` if something else is another.
    pub(crate) fn renewed(&self, host: &dyn Host) -> Option<Vec<Renewed>> {
        let mut renewed = Vec::new();
        for (path, file) in &self.files {
            match (file, host.file(path)) {
                (Ok(old), Ok(new)) if Arc::ptr_eq(old, &new) => {}
                (Ok(old), Ok(new)) => renewed.push((path.clone(), old.clone(), new)),
                (Err(old), Err(new)) if *old == new => {}
                _ => return None,
            }
        }
        let kept = |kept: &Option<Kept>| kept.map(|kept| std::ptr::from_ref(kept).cast::<()>());
        let same = self.texts.iter().all(|(path, text)| host.text(path) == *text)
            && self.kinds.iter().all(|(path, kind)| host.kind(path) == *kind)
            && self.folders.iter().all(|(path, entries)| host.entries(path) == *entries)
            && self.searched.iter().all(|(name, folder)| host.search(name) == *folder)
            && self.kept.iter().all(|((name, source), old)| kept(&host.kept(name, source)) == kept(old));
        same.then_some(renewed)
    }

    /// The same with files that are others now.
    pub(crate) fn with(&self, renewed: &[Renewed]) -> Told {
        let mut told = self.clone();
        told.files.extend(renewed.iter().map(|(path, _, new)| (path.clone(), Ok(new.clone()))));
        told
    }
}

impl Host for Recorder<'_> {
    fn file(&self, path: &str) -> Result<Arc<File>, ReadError> {
        let file = self.host.file(path);
        self.told.borrow_mut().files.insert(path.to_owned(), file.clone());
        file
    }

    fn text(&self, path: &str) -> Result<Arc<str>, ReadError> {
        let text = self.host.text(path);
        self.told.borrow_mut().texts.insert(path.to_owned(), text.clone());
        text
    }

    fn kind(&self, path: &str) -> Option<FileKind> {
        let kind = self.host.kind(path);
        self.told.borrow_mut().kinds.insert(path.to_owned(), kind);
        kind
    }

    fn entries(&self, path: &str) -> Result<Entries, ReadError> {
        let entries = self.host.entries(path);
        self.told.borrow_mut().folders.insert(path.to_owned(), entries.clone());
        entries
    }

    fn search(&self, name: &str) -> Option<String> {
        let folder = self.host.search(name);
        self.told.borrow_mut().searched.insert(name.to_owned(), folder.clone());
        folder
    }

    fn kept(&self, name: &str, source: &SourcePlace) -> Option<Kept> {
        let kept = self.host.kept(name, source);
        self.told.borrow_mut().kept.insert((name.to_owned(), source.clone()), kept);
        kept
    }

    fn pause(&self) {
        self.host.pause();
    }
}
