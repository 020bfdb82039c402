//! The file system as an evaluation sees it: regular files of moderate size and folders, nothing that can block or does not end.

use speclint_lint::eval::host::{FileKind, Host, ReadError};
use speclint_lint::source::{DecodeError, decode};
use speclint_lint::syntax::hir::{File, Name};
use speclint_lint::syntax::lower::lower;
use std::fs;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

/// The largest file that is read, in bytes.
const MAX_FILE: u64 = 8 << 20;
/// The largest folder that is listed, in entries.
const MAX_ENTRIES: usize = 100_000;
/// Where files are no files: reading them may block, or do something.
const NO_FILES: [&str; 3] = ["/dev", "/proc", "/sys"];

/// The file system of this machine.
#[derive(Default)]
pub(crate) struct Disk {
    /// A text that seems to stand in a file: the path, and the text.
    pub(crate) extra: Option<(String, Arc<str>)>,
}

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

fn read(path: &str) -> Result<Vec<u8>, ReadError> {
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

impl Host for Disk {
    fn file(&self, path: &str) -> Result<Arc<File>, ReadError> {
        self.text(path).map(|text| Arc::new(lower(&text)))
    }

    fn text(&self, path: &str) -> Result<Arc<str>, ReadError> {
        if let Some((_, text)) = self.extra.as_ref().filter(|(extra, _)| extra == path) {
            return Ok(text.clone());
        }
        let decoded = decode(read(path)?);
        match decoded.error {
            // What is no text is replaced, as Nix only looks at it in strings and comments.
            None | Some(DecodeError::NotUtf8 { .. }) => Ok(decoded.text.into()),
            Some(error) => Err(unreadable(path, error.to_string())),
        }
    }

    fn kind(&self, path: &str) -> Option<FileKind> {
        fs::symlink_metadata(path).ok().map(|m| kind(m.file_type()))
    }

    fn entries(&self, path: &str) -> Result<Arc<[(Name, FileKind)]>, ReadError> {
        let mut entries = Vec::new();
        for entry in fs::read_dir(path).map_err(|e| failed(path, &e))? {
            let entry = entry.map_err(|e| failed(path, &e))?;
            let name = entry.file_name();
            let name = name.to_str().ok_or_else(|| unreadable(path, "a name in it is no text"))?;
            let kind = entry.file_type().map_or(FileKind::Other, kind);
            entries.push((Name::new(name), kind));
            if entries.len() > MAX_ENTRIES {
                return Err(unreadable(path, "there is too much in it"));
            }
        }
        entries.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(entries.into())
    }

    fn search(&self, _: &str) -> Option<String> {
        None
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

/// `path` as an absolute path with forward slashes; relative ones start at the working folder.
pub(crate) fn absolute(path: &Path) -> anyhow::Result<String> {
    use anyhow::Context;
    let path = std::path::absolute(path).with_context(|| format!("cannot find `{}`", path.display()))?;
    let text = path.to_str().with_context(|| format!("the path `{}` is no text", path.display()))?;
    Ok(speclint_lint::eval::paths::normalise(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_ends_is_read() {
        let disk = Disk::default();
        for path in ["/dev/zero", "/dev/null", "/proc/self/mem", "/proc/kmsg"] {
            if Path::new(path).exists() {
                assert!(matches!(disk.text(path), Err(ReadError::Unreadable { .. })), "{path}");
            }
        }
        let folder = tempfile::tempdir().expect("a temporary folder");
        let at = |name: &str| format!("{}/{name}", folder.path().to_str().expect("a path that is text"));
        fs::File::create(at("large")).and_then(|f| f.set_len(MAX_FILE + 1)).expect("a large file");
        fs::write(at("b.nix"), "1").expect("a file");
        fs::create_dir(at("a")).expect("a folder");
        assert!(matches!(disk.text(&at("large")), Err(ReadError::Unreadable { .. })));
        assert!(matches!(disk.text(&at("a")), Err(ReadError::Unreadable { .. })));
        assert!(matches!(disk.text(&at("none")), Err(ReadError::Missing(_))));
        assert!(matches!(disk.text(&at("b.nix/c")), Err(ReadError::Missing(_))));
        assert_eq!(disk.text(&at("b.nix")).as_deref(), Ok("1"));
        let names: Vec<_> = disk.entries(&at("")).expect("a listing").iter().cloned().collect();
        let wanted = [("a", FileKind::Directory), ("b.nix", FileKind::Regular), ("large", FileKind::Regular)];
        assert_eq!(names, wanted.map(|(n, k)| (Name::new(n), k)));
    }
}
