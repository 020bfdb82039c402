//! Tables of options that were made before, on disk.
//!
//! An entry is the table's own file, in which comments say what it was made of: each file that was read and each folder that was
//! looked into, with its size and the time of its last change. Asking for these again is twenty times as quick as reading a
//! thousand files to compare their contents, and a file in the Nix store cannot change at all. The program is one of the files: another
//! build may read more out of the same modules. There is one entry for a source and a program, whose name says which.
//!
//! Any number of runs may share the folder: an entry is written under another name and then takes its place, so that whoever
//! reads it reads it whole. What is not as it was written is no entry, and where nothing can be written nothing is.
//!
//! The pages of the rules are kept there too, for editors to open.

use crate::disk::Disk;
use speclint_lint::eval::host::{FileKind, ReadError};
use speclint_lint::eval::paths;
use speclint_lint::nixos::declared::{Declared, Source, declared};
use speclint_lint::nixos::table::Definers;
use speclint_lint::source::files::FileSystem;
use speclint_lint::syntax::hir::Name;
use std::collections::BTreeMap;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

/// How an entry begins. Another number for another form of it.
const MAGIC: &str = "# speclint options, form 2";
/// What stands before each line about a file, and before each that tells what is not known.
const READ: &str = "# read ";
const UNKNOWN: &str = "# unknown ";
/// What stands between the table and which modules define its options, if that is known.
const DEFINERS: &str = "# definers\n";
/// What stands before the number that tells whether all before it is as it was written.
const END: &str = "# end ";
/// Entries beyond this many are removed, those first that were made first.
const MOST_ENTRIES: usize = 16;
/// No entry is as large, in bytes.
const LARGEST: u64 = 64 << 20;
/// What a run that was interrupted left behind is removed after this time.
const STALE: Duration = Duration::from_secs(24 * 60 * 60);

/// The options of a source, as text.
pub(crate) struct Made {
    /// The table's file.
    pub(crate) text: String,
    /// What could not be known.
    pub(crate) troubles: Vec<String>,
    /// Which modules of the source define which options, if that is known.
    pub(crate) definers: Option<Definers>,
}

/// The options of a source: those that were kept, if the source is still the same.
pub(crate) fn options(source: &Source) -> Result<Made, String> {
    let entry = folder().map(|folder| folder.join(format!("options-{:016x}.txt", hash(&key(source)))));
    if let Some(made) = entry.as_deref().and_then(|entry| read(entry, source)) {
        return Ok(made);
    }
    let files = Recorded::default();
    let found = declared(&files, source)?;
    if let Some(entry) = entry {
        // If it cannot be written it is made once more next time.
        let _ = write(&entry, &written(&found, &files.stamps()));
    }
    Ok(Made { text: found.options.to_text(""), troubles: found.troubles, definers: found.definers })
}

/// The file of a page of the documentation, which is written unless it is there; `None` where nothing can be written.
pub(crate) fn page(name: &str, text: &str) -> Option<PathBuf> {
    let path = folder()?.join("rules").join(format!("{name}.md"));
    let is_there = fs::read_to_string(&path).is_ok_and(|there| there == text);
    if !is_there {
        write(&path, text).ok()?;
    }
    Some(path)
}

/// The folder in which this user's programs keep what they can do without.
fn folder() -> Option<PathBuf> {
    let is_absolute = |path: &PathBuf| path.is_absolute();
    let given = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(is_absolute);
    let caches = given.or_else(|| Some(std::env::home_dir().filter(is_absolute)?.join(".cache")))?;
    Some(caches.join("speclint"))
}

/// What an entry is about, and who made it.
fn key(source: &Source) -> (Source, Option<PathBuf>, &'static str) {
    let real = |folder: &str| {
        let real = Path::new(folder).canonicalize().ok();
        real.and_then(|path| path.to_str().map(str::to_owned)).unwrap_or_else(|| folder.to_owned())
    };
    let nixpkgs = source.nixpkgs.as_deref().map(real);
    let source = Source { world: source.world, folder: real(&source.folder), nixpkgs };
    (source, std::env::current_exe().ok(), MAGIC)
}

fn hash(of: &(impl Hash + ?Sized)) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}

/// What there is to say of a path at once: whether it is still what it was.
fn stamp(path: &Path) -> String {
    let Ok(data) = fs::metadata(path) else { return "-".to_owned() };
    let changed = data.modified().ok().and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok());
    let size = if data.is_dir() { 0 } else { data.len() };
    format!("{size}.{}", changed.unwrap_or_default().as_nanos())
}

/// The entry's text.
fn written(found: &Declared, stamps: &BTreeMap<String, String>) -> String {
    let mut text = format!("{MAGIC}\n");
    for (path, stamp) in stamps {
        // A path that cannot stand on a line leaves an entry that is never the same.
        let stamp = if path.contains('\n') { "?" } else { stamp };
        text.extend([READ, stamp, " ", &path.replace('\n', " "), "\n"]);
    }
    for trouble in &found.troubles {
        text.extend([UNKNOWN, &trouble.replace('\n', " "), "\n"]);
    }
    text.push('\n');
    text.push_str(&found.options.to_text(""));
    if let Some(definers) = &found.definers {
        text.extend([DEFINERS, &definers.to_text()]);
    }
    let sum = hash(&text);
    text.push_str(&format!("{END}{sum:016x}\n"));
    text
}

/// The entry in a file, if it is one and nothing has changed since.
fn read(entry: &Path, source: &Source) -> Option<Made> {
    let data = fs::metadata(entry).ok().filter(|data| data.is_file() && data.len() < LARGEST)?;
    let mut text = String::with_capacity(data.len() as usize);
    fs::File::open(entry).ok()?.take(LARGEST).read_to_string(&mut text).ok()?;
    let (body, end) = text.strip_suffix('\n')?.rsplit_once('\n')?;
    let sum = u64::from_str_radix(end.strip_prefix(END)?, 16).ok()?;
    if hash(&text[..=body.len()]) != sum {
        return None;
    }
    let (head, table) = body.split_once("\n\n")?;
    let mut lines = head.lines();
    if lines.next() != Some(MAGIC) {
        return None;
    }
    let mut troubles = Vec::new();
    for line in lines {
        if let Some(read) = line.strip_prefix(READ) {
            let (known, path) = read.split_once(' ')?;
            if stamp(Path::new(path)) != known {
                return None;
            }
        }
        troubles.extend(line.strip_prefix(UNKNOWN).map(str::to_owned));
    }
    let (table, definers) = match table.split_once(&format!("\n{DEFINERS}")) {
        Some((table, definers)) => (table, Some(Definers::read(&source.folder, definers))),
        None => (table, None),
    };
    Some(Made { text: format!("{table}\n"), troubles, definers })
}

/// Writes an entry under another name, which then becomes its own.
fn write(entry: &Path, text: &str) -> std::io::Result<()> {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let folder = entry.parent().unwrap_or(Path::new("/"));
    fs::create_dir_all(folder)?;
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let draft = entry.with_extension(format!("{}-{number}.tmp", std::process::id()));
    let done = fs::File::create_new(&draft)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .and_then(|()| fs::rename(&draft, entry));
    if done.is_err() {
        let _ = fs::remove_file(&draft);
    }
    tidy(folder);
    done
}

/// Removes what is too old or too much.
fn tidy(folder: &Path) {
    let mut entries = Vec::new();
    for file in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = file.file_name();
        let Some(name) = name.to_str().filter(|name| name.starts_with("options-")) else { continue };
        let Some(made) = file.metadata().ok().and_then(|data| data.modified().ok()) else { continue };
        if name.ends_with(".txt") {
            entries.push((made, file.path()));
        } else if name.ends_with(".tmp") && made.elapsed().is_ok_and(|age| age > STALE) {
            let _ = fs::remove_file(file.path());
        }
    }
    entries.sort();
    for (_, entry) in entries.iter().rev().skip(MOST_ENTRIES) {
        let _ = fs::remove_file(entry);
    }
}

/// The files of this machine, and what of them was read.
#[derive(Default)]
struct Recorded(Mutex<BTreeMap<String, String>>);

impl Recorded {
    /// Notes what a path is before it is read: if it changes meanwhile, the entry is one of something that is no longer there.
    fn note(&self, path: &str) {
        let mut stamps = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !stamps.contains_key(path) {
            stamps.insert(path.to_owned(), stamp(Path::new(path)));
        }
    }

    /// What was read, and the program that read it.
    fn stamps(&self) -> BTreeMap<String, String> {
        if let Some(program) = std::env::current_exe().ok().as_deref().and_then(Path::to_str) {
            self.note(program);
        }
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl FileSystem for Recorded {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        self.note(path);
        Disk.read(path)
    }

    fn kind(&self, path: &str) -> Option<FileKind> {
        self.note(path);
        Disk.kind(path)
    }

    fn list(&self, path: &str) -> Result<Vec<(Name, FileKind)>, ReadError> {
        self.note(path);
        Disk.list(path)
    }

    fn nix_files(&self, path: &str) -> Vec<String> {
        self.note(path);
        let files = Disk.nix_files(path);
        // A new file changes the folder that it is in.
        for file in &files {
            let mut folder = paths::parent(file);
            while folder.len() > path.len() {
                self.note(folder);
                folder = paths::parent(folder);
            }
        }
        files
    }
}
