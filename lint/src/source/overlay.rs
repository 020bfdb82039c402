//! Files some of which have another text than the one on disk: what an editor has not saved, or what comes through a pipe.

use super::files::FileSystem;
use crate::eval::host::{FileKind, ReadError};
use crate::eval::paths;
use crate::syntax::hir::Name;
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

/// A file system with texts over some of its files, or where it has none.
pub struct Overlay {
    below: Arc<dyn FileSystem>,
    texts: RwLock<BTreeMap<String, Arc<[u8]>>>,
}

impl Overlay {
    /// These files, with no texts over them.
    pub fn new(below: Arc<dyn FileSystem>) -> Self {
        Overlay { below, texts: RwLock::default() }
    }

    /// Puts a text over the file at `path`, which need not exist.
    pub fn set(&self, path: &str, text: impl Into<Arc<[u8]>>) {
        let mut texts = self.texts.write().unwrap_or_else(PoisonError::into_inner);
        texts.insert(path.to_owned(), text.into());
    }

    /// Takes the text over a file away.
    pub fn remove(&self, path: &str) {
        self.texts.write().unwrap_or_else(PoisonError::into_inner).remove(path);
    }

    /// What is at a path below the texts.
    pub fn kind_below(&self, path: &str) -> Option<FileKind> {
        self.below.kind(path)
    }

    fn text(&self, path: &str) -> Option<Arc<[u8]>> {
        self.texts.read().unwrap_or_else(PoisonError::into_inner).get(path).cloned()
    }

    /// The texts below a folder where there is no file, with what there is of their paths behind the folder's.
    fn added(&self, folder: &str) -> Vec<(String, String)> {
        let folder = folder.trim_end_matches('/');
        let texts = self.texts.read().unwrap_or_else(PoisonError::into_inner);
        let below = texts.keys().filter_map(|path| {
            let rest = path.strip_prefix(folder)?.strip_prefix('/')?;
            Some((path.clone(), rest.to_owned()))
        });
        let below: Vec<(String, String)> = below.collect();
        drop(texts);
        below.into_iter().filter(|(path, _)| self.below.kind(path).is_none()).collect()
    }
}

impl FileSystem for Overlay {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        self.text(path).map_or_else(|| self.below.read(path), |text| Ok(text.to_vec()))
    }

    fn kind(&self, path: &str) -> Option<FileKind> {
        self.below.kind(path).or_else(|| self.text(path).map(|_| FileKind::Regular))
    }

    fn list(&self, path: &str) -> Result<Vec<(Name, FileKind)>, ReadError> {
        let mut entries = self.below.list(path)?;
        for (file, name) in self.added(path) {
            let name = Name::new(&name);
            if let (true, Err(place)) =
                (paths::parent(&file) == path, entries.binary_search_by(|(other, _)| other.cmp(&name)))
            {
                entries.insert(place, (name, FileKind::Regular));
            }
        }
        Ok(entries)
    }

    fn nix_files(&self, path: &str) -> Vec<String> {
        let mut files = self.below.nix_files(path);
        let is_hidden = |rest: &str| rest.split('/').any(|part| part.starts_with('.'));
        for (file, rest) in self.added(path) {
            if let (true, Err(place)) =
                (rest.ends_with(".nix") && !is_hidden(&rest), files.binary_search(&file))
            {
                files.insert(place, file);
            }
        }
        files
    }
}

#[cfg(test)]
mod tests {
    use super::super::files::MemoryFiles;
    use super::*;

    #[test]
    fn a_text_is_over_its_file_or_in_a_place_of_its_own() {
        let files = [("/r/a.nix", "1"), ("/r/c.nix", "3")].map(|(path, text)| (path.into(), text.into()));
        let files = Overlay::new(Arc::new(MemoryFiles(files.into_iter().collect())));
        let seen = || {
            let names = files.list("/r").expect("a folder").into_iter().map(|(name, _)| name.to_string());
            (names.collect::<Vec<_>>(), files.nix_files("/r"))
        };
        let own = (vec!["a.nix".to_owned(), "c.nix".into()], vec!["/r/a.nix".to_owned(), "/r/c.nix".into()]);
        assert_eq!(seen(), own);
        files.set("/r/a.nix", *b"2");
        assert_eq!((files.read("/r/a.nix"), seen()), (Ok(b"2".to_vec()), own.clone()));
        files.set("/r/b.nix", *b"2");
        files.set("/r/.hidden.nix", *b"2");
        files.set("/r/new/d.nix", *b"2");
        assert_eq!(files.kind("/r/b.nix"), Some(FileKind::Regular));
        assert_eq!(seen().0, [".hidden.nix", "a.nix", "b.nix", "c.nix"]);
        assert_eq!(seen().1, ["/r/a.nix", "/r/b.nix", "/r/c.nix", "/r/new/d.nix"]);
        for path in ["/r/a.nix", "/r/b.nix", "/r/.hidden.nix", "/r/new/d.nix"] {
            files.remove(path);
        }
        assert_eq!((files.read("/r/a.nix"), seen()), (Ok(b"1".to_vec()), own));
        assert_eq!(files.read("/r/b.nix"), Err(ReadError::Missing("/r/b.nix".into())));
    }
}
