//! A file system in memory.

use crate::eval::host::{FileKind, Host, ReadError};
use crate::eval::paths;
use crate::syntax::hir::{File, Name};
use crate::syntax::lower;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Files by their paths; folders are where files are.
#[derive(Default)]
pub(super) struct Memory {
    files: BTreeMap<String, Content>,
}

enum Content {
    Text(Arc<str>),
    Link(String),
    Pipe,
}

impl Memory {
    pub(super) fn with(mut self, path: &str, text: &str) -> Self {
        self.files.insert(path.to_owned(), Content::Text(text.into()));
        self
    }

    /// The path with links in it followed.
    fn real(&self, path: &str) -> String {
        let mut path = path.to_owned();
        for _ in 0..8 {
            let link = self.files.iter().find_map(|(at, content)| match content {
                Content::Link(to) => path
                    .strip_prefix(at)
                    .filter(|r| r.is_empty() || r.starts_with('/'))
                    .map(|r| format!("{to}{r}")),
                _ => None,
            });
            match link {
                Some(to) => path = to,
                None => break,
            }
        }
        path
    }

    fn at(&self, path: &str) -> Option<FileKind> {
        match self.files.get(path) {
            Some(Content::Text(_)) => Some(FileKind::Regular),
            Some(Content::Link(_)) => Some(FileKind::Symlink),
            Some(Content::Pipe) => Some(FileKind::Other),
            None => {
                let below = format!("{}/", path.trim_end_matches('/'));
                self.files.keys().any(|p| p.starts_with(&below)).then_some(FileKind::Directory)
            }
        }
    }
}

impl Host for Memory {
    fn file(&self, path: &str) -> Result<Arc<File>, ReadError> {
        self.text(path).map(|text| Arc::new(lower(&text)))
    }

    fn text(&self, path: &str) -> Result<Arc<str>, ReadError> {
        match self.files.get(&self.real(path)) {
            Some(Content::Text(text)) => Ok(text.clone()),
            Some(_) => Err(ReadError::Unreadable { path: path.to_owned(), reason: "no file".to_owned() }),
            None => Err(ReadError::Missing(path.to_owned())),
        }
    }

    fn kind(&self, path: &str) -> Option<FileKind> {
        let folder = self.real(paths::parent(path));
        self.at(&paths::normalise(&format!("{folder}/{}", paths::base_name(path))))
    }

    fn entries(&self, path: &str) -> Result<Arc<[(Name, FileKind)]>, ReadError> {
        let folder = self.real(path);
        if self.at(&folder) != Some(FileKind::Directory) {
            return Err(ReadError::Missing(path.to_owned()));
        }
        let below = format!("{}/", folder.trim_end_matches('/'));
        let mut names: Vec<&str> =
            self.files.keys().filter_map(|p| p.strip_prefix(&below)?.split('/').next()).collect();
        names.dedup();
        let kind = |name: &str| self.at(&format!("{below}{name}")).unwrap_or(FileKind::Other);
        Ok(names.into_iter().map(|name| (Name::new(name), kind(name))).collect())
    }

    fn search(&self, name: &str) -> Option<String> {
        name.starts_with("known").then(|| format!("/tree/{name}"))
    }
}

/// A host with one file more.
pub(super) struct Case<'a> {
    pub(super) host: &'a Memory,
    pub(super) text: Arc<str>,
}

impl Case<'_> {
    /// Where the file is.
    pub(super) const PATH: &'static str = "/test/case.nix";
}

impl Host for Case<'_> {
    fn file(&self, path: &str) -> Result<Arc<File>, ReadError> {
        self.host.file(path)
    }
    fn text(&self, path: &str) -> Result<Arc<str>, ReadError> {
        if path == Case::PATH { Ok(self.text.clone()) } else { self.host.text(path) }
    }
    fn kind(&self, path: &str) -> Option<FileKind> {
        self.host.kind(path)
    }
    fn entries(&self, path: &str) -> Result<Arc<[(Name, FileKind)]>, ReadError> {
        self.host.entries(path)
    }
    fn search(&self, name: &str) -> Option<String> {
        self.host.search(name)
    }
}

/// The files that the table about files speaks of.
pub(super) fn tree() -> Memory {
    let mut tree = Memory::default()
        .with("/tree/one.nix", "1")
        .with("/nix/store/known-source/one.nix", "1")
        .with("/tree/function.nix", "{ a, b ? 2 }: a + b")
        .with("/tree/folder/default.nix", "{ here = ./.; up = import ../one.nix; }")
        .with("/tree/folder/inner/x.txt", "text\n")
        .with("/tree/known/default.nix", "\"known\"")
        .with("/tree/cycle-a.nix", "import ./cycle-b.nix")
        .with("/tree/cycle-b.nix", "import ./cycle-a.nix")
        .with("/tree/lazy-cycle.nix", "{ a = 1; b = (import ./lazy-cycle.nix).a; }")
        .with("/tree/broken.nix", "{ a = ; b = 1; }")
        .with("/tree/data.json", "{\"a\": [1, 2]}")
        .with("/tree/data.toml", "a = 1\n")
        .with("/tree/empty", "")
        .with("/tree/bad.txt", "a\u{fffd}b")
        .with("/test/near.nix", "\"near\"");
    tree.files.insert("/tree/link".to_owned(), Content::Link("/tree/folder".to_owned()));
    tree.files.insert("/tree/dangling".to_owned(), Content::Link("/tree/nowhere".to_owned()));
    tree.files.insert("/tree/pipe".to_owned(), Content::Pipe);
    tree
}
