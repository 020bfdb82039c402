//! The real file system.

use speclint_lint::eval::host::{FileKind, ReadError};
use speclint_lint::source::files::FileSystem;
use std::fs::{self, FileType};
use std::io::Read;

/// The largest file that is read, in bytes.
const MAX_SIZE: u64 = 8 << 20;

/// The files on disk. Only regular files are read, and none that is too large.
pub struct Disk;

impl FileSystem for Disk {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        let unreadable = |reason: String| ReadError::Unreadable { path: path.to_owned(), reason };
        let metadata = fs::metadata(path).map_err(|e| error(path, &e))?;
        if metadata.is_dir() {
            return Err(unreadable("it is a folder".into()));
        }
        if !metadata.is_file() {
            return Err(unreadable("it is not a regular file".into()));
        }
        if metadata.len() > MAX_SIZE {
            return Err(unreadable(format!("it is larger than {} MiB", MAX_SIZE >> 20)));
        }
        let mut bytes = Vec::with_capacity(metadata.len() as usize);
        // A file may grow, and those of /proc say that they are empty.
        fs::File::open(path)
            .and_then(|f| f.take(MAX_SIZE).read_to_end(&mut bytes))
            .map_err(|e| error(path, &e))?;
        Ok(bytes)
    }

    fn kind(&self, path: &str) -> Option<FileKind> {
        fs::symlink_metadata(path).ok().map(|m| kind(m.file_type()))
    }

    fn list(&self, path: &str) -> Result<Vec<(smol_str::SmolStr, FileKind)>, ReadError> {
        let mut entries = Vec::new();
        for entry in fs::read_dir(path).map_err(|e| error(path, &e))? {
            let entry = entry.map_err(|e| error(path, &e))?;
            // Names that are no text cannot be named in Nix either.
            if let (Some(name), Ok(ty)) = (entry.file_name().to_str(), entry.file_type()) {
                entries.push((name.into(), kind(ty)));
            }
        }
        entries.sort();
        Ok(entries)
    }
}

fn kind(ty: FileType) -> FileKind {
    if ty.is_file() {
        FileKind::Regular
    } else if ty.is_dir() {
        FileKind::Directory
    } else if ty.is_symlink() {
        FileKind::Symlink
    } else {
        FileKind::Other
    }
}

fn error(path: &str, error: &std::io::Error) -> ReadError {
    match error.kind() {
        std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory => {
            ReadError::Missing(path.to_owned())
        }
        _ => ReadError::Unreadable { path: path.to_owned(), reason: error.to_string() },
    }
}
