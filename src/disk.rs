//! The real file system: regular files of moderate size and folders, nothing that can block or does not end.

use speclint_lint::eval::host::{FileKind, ReadError};
use speclint_lint::eval::paths;
use speclint_lint::source::files::FileSystem;
use speclint_lint::syntax::hir::Name;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// The largest file that is read, in bytes.
const MAX_FILE: u64 = 8 << 20;
/// The largest folder that is listed, in entries.
const MAX_ENTRIES: usize = 100_000;
/// How deep folders are walked through.
const MAX_FOLDERS: usize = 64;
/// Where files are no files: reading them may block, or do something.
const NO_FILES: [&str; 3] = ["/dev", "/proc", "/sys"];

/// The file system of this machine.
pub(crate) struct Disk;

/// Why something could not be read, in the evaluation's terms.
fn failed(path: &str, error: &io::Error) -> ReadError {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => ReadError::Missing(path.to_owned()),
        _ => unreadable(path, error.to_string()),
    }
}

fn unreadable(path: &str, reason: impl Into<String>) -> ReadError {
    ReadError::Unreadable { path: path.to_owned(), reason: reason.into() }
}

impl FileSystem for Disk {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        let real = fs::canonicalize(path).map_err(|e| failed(path, &e))?;
        if NO_FILES.iter().any(|folder| real.starts_with(folder)) {
            return Err(unreadable(path, "it is no ordinary file"));
        }
        // Opening a pipe would wait for somebody to write.
        if !fs::metadata(&real).map_err(|e| failed(path, &e))?.is_file() {
            return Err(unreadable(path, "it is not a file"));
        }
        let file = fs::File::open(&real).map_err(|e| failed(path, &e))?;
        let mut bytes = Vec::new();
        file.take(MAX_FILE + 1).read_to_end(&mut bytes).map_err(|e| failed(path, &e))?;
        if bytes.len() as u64 > MAX_FILE {
            return Err(unreadable(path, format!("it is larger than {} MiB", MAX_FILE >> 20)));
        }
        Ok(bytes)
    }

    fn kind(&self, path: &str) -> Option<FileKind> {
        fs::symlink_metadata(path).ok().map(|m| kind(m.file_type()))
    }

    fn list(&self, path: &str) -> Result<Vec<(Name, FileKind)>, ReadError> {
        let mut entries = Vec::new();
        for entry in fs::read_dir(path).map_err(|e| failed(path, &e))? {
            let entry = entry.map_err(|e| failed(path, &e))?;
            let name = entry.file_name();
            let name = name.to_str().ok_or_else(|| unreadable(path, "a name in it is no text"))?;
            entries.push((Name::new(name), entry.file_type().map_or(FileKind::Other, kind)));
            if entries.len() > MAX_ENTRIES {
                return Err(unreadable(path, "there is too much in it"));
            }
        }
        entries.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(entries)
    }

    fn nix_files(&self, path: &str) -> Vec<String> {
        let mut files: Vec<String> = walk(path)
            .filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()))
            .filter(|entry| entry.path().extension().is_some_and(|extension| extension == "nix"))
            .filter_map(|entry| entry.into_path().into_os_string().into_string().ok())
            .collect();
        files.sort();
        files
    }
}

/// What is below a folder and belongs to it: neither hidden, nor ignored by version control, nor behind a link.
fn walk(path: &str) -> impl Iterator<Item = ignore::DirEntry> {
    let walk = ignore::WalkBuilder::new(path)
        .follow_links(false)
        .max_depth(Some(MAX_FOLDERS))
        .filter_entry(|entry| !entry.path_is_symlink())
        .build();
    walk.flatten().take(MAX_ENTRIES)
}

/// The folder itself and those below it that belong to it.
pub(crate) fn folders(path: &str) -> impl Iterator<Item = PathBuf> {
    let folders = walk(path).filter(|entry| entry.file_type().is_some_and(|kind| kind.is_dir()));
    folders.map(ignore::DirEntry::into_path)
}

/// A path without links in what exists of it; `None` if it is not absolute, or no UTF-8.
pub(crate) fn real(path: &Path) -> Option<String> {
    if let Ok(real) = path.canonicalize() {
        return real.into_os_string().into_string().ok();
    }
    let above = real(path.parent()?)?;
    let name = path.file_name()?.to_str()?;
    Some(format!("{}/{name}", above.trim_end_matches('/')))
}

/// The file system of this machine, but for one file whose text is given.
pub(crate) struct Piped {
    /// The file's path.
    pub(crate) path: String,
    /// Its text.
    pub(crate) text: Vec<u8>,
}

impl FileSystem for Piped {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        if path == self.path { Ok(self.text.clone()) } else { Disk.read(path) }
    }

    fn kind(&self, path: &str) -> Option<FileKind> {
        Disk.kind(path).or_else(|| (path == self.path).then_some(FileKind::Regular))
    }

    fn list(&self, path: &str) -> Result<Vec<(Name, FileKind)>, ReadError> {
        let mut entries = Disk.list(path)?;
        if paths::parent(&self.path) == path {
            let name = Name::new(paths::base_name(&self.path));
            if let Err(place) = entries.binary_search_by(|(other, _)| other.cmp(&name)) {
                entries.insert(place, (name, FileKind::Regular));
            }
        }
        Ok(entries)
    }

    fn nix_files(&self, path: &str) -> Vec<String> {
        let mut files = Disk.nix_files(path);
        let is_below = self.path.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'));
        if is_below
            && self.path.ends_with(".nix")
            && let Err(place) = files.binary_search(&self.path)
        {
            files.insert(place, self.path.clone());
        }
        files
    }
}

fn kind(file_type: fs::FileType) -> FileKind {
    if file_type.is_symlink() {
        FileKind::Symlink
    } else if file_type.is_dir() {
        FileKind::Directory
    } else if file_type.is_file() {
        FileKind::Regular
    } else {
        FileKind::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_ends_is_read() {
        for path in ["/dev/zero", "/dev/null", "/proc/self/mem", "/proc/kmsg"] {
            if Path::new(path).exists() {
                assert!(matches!(Disk.read(path), Err(ReadError::Unreadable { .. })), "{path}");
            }
        }
        let folder = tempfile::tempdir().expect("a temporary folder");
        let at = |name: &str| format!("{}/{name}", folder.path().to_str().expect("a path that is text"));
        fs::File::create(at("large")).and_then(|f| f.set_len(MAX_FILE + 1)).expect("a large file");
        fs::write(at("b.nix"), "1").expect("a file");
        fs::create_dir(at("a")).expect("a folder");
        assert!(matches!(Disk.read(&at("large")), Err(ReadError::Unreadable { .. })));
        assert!(matches!(Disk.read(&at("a")), Err(ReadError::Unreadable { .. })));
        assert!(matches!(Disk.read(&at("none")), Err(ReadError::Missing(_))));
        assert!(matches!(Disk.read(&at("b.nix/c")), Err(ReadError::Missing(_))));
        assert_eq!(Disk.read(&at("b.nix")), Ok(b"1".to_vec()));
        let wanted = [("a", FileKind::Directory), ("b.nix", FileKind::Regular), ("large", FileKind::Regular)];
        assert_eq!(Disk.list(&at("")), Ok(wanted.map(|(n, k)| (Name::new(n), k)).to_vec()));
    }

    #[test]
    fn a_text_that_is_piped_is_a_file() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().to_str().expect("a path that is text");
        let at = |name: &str| format!("{path}/{name}");
        fs::write(at("a.nix"), "1").expect("a file");
        fs::write(at("c.nix"), "3").expect("a file");
        let list = |piped: &Piped| -> Vec<String> {
            let entries = piped.list(path).expect("a folder");
            entries.iter().map(|(name, _)| name.to_string()).collect()
        };
        let all = ["a.nix", "b.nix", "c.nix"].map(at).to_vec();
        let new = Piped { path: at("b.nix"), text: b"2".to_vec() };
        assert_eq!((new.read(&at("b.nix")), new.read(&at("a.nix"))), (Ok(b"2".to_vec()), Ok(b"1".to_vec())));
        assert_eq!(new.kind(&at("b.nix")), Some(FileKind::Regular));
        assert_eq!(
            (list(&new), new.nix_files(path)),
            (vec!["a.nix".into(), "b.nix".into(), "c.nix".into()], all)
        );
        let old = Piped { path: at("a.nix"), text: b"2".to_vec() };
        assert_eq!(old.read(&at("a.nix")), Ok(b"2".to_vec()));
        assert_eq!((list(&old).len(), old.nix_files(path).len()), (2, 2));
    }
}
