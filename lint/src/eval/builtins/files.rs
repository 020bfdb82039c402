//! Builtins that read files and folders, all through the evaluation's host.
//!
//! What Nix copies to its store stays where it is: the string that a copy would be names the original, marked as a stand-in.

use super::Builtin;
use super::derivations;
use super::hashes::STORE_FOLDER;
use crate::eval::coerce::Coerce;
use crate::eval::heap::ThunkId;
use crate::eval::host::{FileKind, ReadError};
use crate::eval::machine::Eval;
use crate::eval::paths;
use crate::eval::prelude;
use crate::eval::value::*;
use crate::syntax::hir::Name;
use std::rc::Rc;

pub(super) const TABLE: &[Builtin] = &[
    Builtin { name: "filterSource", arity: 2, kinds: Kinds::STRING, run: filter_source },
    Builtin { name: "findFile", arity: 2, kinds: Kinds::PATH, run: find_file },
    Builtin { name: "import", arity: 1, kinds: Kinds::ANY, run: import },
    Builtin { name: "path", arity: 1, kinds: Kinds::STRING, run: path },
    Builtin { name: "pathExists", arity: 1, kinds: Kinds::BOOL, run: path_exists },
    Builtin { name: "readDir", arity: 1, kinds: Kinds::SET, run: read_dir },
    Builtin { name: "readFile", arity: 1, kinds: Kinds::STRING, run: read_file },
    Builtin { name: "readFileType", arity: 1, kinds: Kinds::STRING, run: read_file_type },
    Builtin { name: "scopedImport", arity: 2, kinds: Kinds::ANY, run: scoped_import },
    Builtin { name: "toPath", arity: 1, kinds: Kinds::STRING, run: to_path },
];

/// Why a text with stand-ins is no path that can be read, if it is none.
fn unreadable(s: &Str) -> Option<Stop> {
    let (_, rest) = s.text.split_once('«').filter(|_| s.stand_in)?;
    if prelude::file(&paths::normalise(&s.text)).is_some() {
        return None;
    }
    let name = rest.split('»').next().unwrap_or(rest);
    Some(match name.strip_prefix(derivations::PREFIX) {
        Some(name) => Stop::unknown(format!("the derivation `{}` is not built", name.trim())),
        None => Stop::needs_nixpkgs(name),
    })
}

impl Eval<'_> {
    /// A path, or what can be made one, for reading what is there; not normalised.
    fn want_raw_path(&mut self, thunk: ThunkId) -> Res<Rc<str>> {
        let value = self.force(thunk)?;
        let s = self.coerce(value, Coerce::PathPart)?;
        if let Some(stop) = unreadable(&s) {
            return Err(stop);
        }
        if !s.text.starts_with('/') {
            return Err(Stop::fail(format!("string '{}' does not represent an absolute path", s.text)));
        }
        Ok(s.text)
    }

    /// A path, or what can be made one, for reading what is there.
    pub(crate) fn want_path(&mut self, thunk: ThunkId) -> Res<String> {
        Ok(paths::normalise(&self.want_raw_path(thunk)?))
    }

    /// The error that reading ended with: certain where nothing is in a place that is not Nix' store, or in what the store has.
    fn failed(&self, error: ReadError) -> Stop {
        match &error {
            ReadError::Missing(path) if self.is_surely_missing(path) => Stop::fail(error.to_string()),
            _ => Stop::unknown(error.to_string()),
        }
    }

    /// Whether it is certain that nothing is at a path where nothing is. Nix may fetch what is not in its store, but what is in it
    /// is whole.
    fn is_surely_missing(&self, path: &str) -> bool {
        let Some(below) = path.strip_prefix(STORE_FOLDER) else { return true };
        let object = below.split_once('/').map(|(object, _)| format!("{STORE_FOLDER}{object}"));
        object.is_some_and(|object| self.host.kind(&object).is_some())
    }

    /// The text of a file.
    pub(super) fn read(&mut self, path: &str) -> Res<Rc<str>> {
        let text = self.host.text(path).map_err(|error| self.failed(error))?;
        self.charge(1)?;
        self.charge_text(text.len())?;
        if text.contains(char::REPLACEMENT_CHARACTER) {
            return Err(Stop::unknown_kind(format!("`{path}` is perhaps no text"), Kinds::STRING));
        }
        Ok((&*text).into())
    }

    /// What is at a path; `None` if certainly nothing is.
    fn kind(&mut self, path: &str) -> Res<Option<FileKind>> {
        self.charge(1)?;
        if let Some((found, _)) = prelude::file(path) {
            return Ok(Some(if found == path { FileKind::Regular } else { FileKind::Directory }));
        }
        match self.host.kind(path) {
            None if !self.is_surely_missing(path) => Err(self.failed(ReadError::Missing(path.to_owned()))),
            kind => Ok(kind),
        }
    }
}

/// What a file yields in a source that is not at hand; `None` if the text does not lead into one.
fn of_unknown_source(s: &Str) -> Option<Value> {
    let (name, below) = s.text.split_once('«').filter(|_| s.stand_in)?.1.split_once('»')?;
    let is_source = !name.starts_with(derivations::PREFIX) && unreadable(s).is_some();
    is_source.then(|| Value::Symbol(format!("(import {name}{below})").into()))
}

fn import(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let value = ev.force(args[0])?;
    if let Some(symbol) = ev.coerce(value, Coerce::PathPart).ok().as_ref().and_then(of_unknown_source) {
        return Ok(symbol);
    }
    let path = ev.want_path(args[0])?;
    if path.starts_with(STORE_FOLDER) {
        ev.kind(&path)?;
    }
    let value = ev.import_later(&path)?;
    ev.note_file_of(value);
    ev.force(value)
}

/// Only with an empty scope is it an `import` like any other.
fn scoped_import(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let scope = ev.want_attrs(args[0])?;
    if scope.entries.is_empty() && scope.is_closed() {
        return import(ev, &args[1..]);
    }
    Err(Stop::unknown("`scopedImport` is not followed"))
}

fn read_file(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let path = ev.want_path(args[0])?;
    let text = ev.read(&path)?;
    Ok(Value::Str(Str { text, stand_in: false }))
}

fn read_dir(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let path = ev.want_path(args[0])?;
    let found = ev.host.entries(&path).map_err(|error| ev.failed(error))?;
    ev.charge(1 + found.len() as u64)?;
    let mut entries = Vec::with_capacity(found.len());
    for (name, kind) in found.iter() {
        let kind = ev.ready(Value::str(kind.name()));
        entries.push((name.clone(), Attr::anonymous(kind)));
    }
    Ok(Value::attrs(entries))
}

fn read_file_type(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let path = ev.want_path(args[0])?;
    match ev.kind(&path)? {
        Some(kind) => Ok(Value::str(kind.name())),
        None => Err(ev.failed(ReadError::Missing(path))),
    }
}

fn path_exists(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let raw = ev.want_raw_path(args[0])?;
    let path = paths::normalise(&raw);
    let kind = ev.kind(&path)?;
    // A slash at the end asks for a folder.
    let exists = if raw.ends_with('/') || raw.ends_with("/.") {
        kind == Some(FileKind::Directory) || kind == Some(FileKind::Symlink) && ev.host.entries(&path).is_ok()
    } else {
        kind.is_some()
    };
    Ok(Value::Bool(exists))
}

fn to_path(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let value = ev.force(args[0])?;
    let s = ev.coerce(value, Coerce::PathPart)?;
    if !s.text.starts_with('/') {
        return Err(Stop::fail(format!("string '{}' does not represent an absolute path", s.text)));
    }
    Ok(Value::Str(Str { text: paths::normalise(&s.text).into(), stand_in: s.stand_in }))
}

/// The string that stands for the copy of a path in the store.
fn copied(ev: &mut Eval<'_>, thunk: ThunkId) -> Res {
    let value = ev.force(thunk)?;
    let s = ev.coerce(value, Coerce::PathPart)?;
    if !s.text.starts_with('/') {
        return Err(Stop::fail(format!("string '{}' does not represent an absolute path", s.text)));
    }
    Ok(Value::Str(Str { text: paths::normalise(&s.text).into(), stand_in: true }))
}

/// What the filter leaves out is not asked: no expression can see it but by reading the copy.
fn filter_source(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    if let Err(stop @ Stop::Error(_)) = ev.want_function(args[0]) {
        return Err(stop);
    }
    copied(ev, args[1])
}

fn path(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let set = ev.want_attrs(args[0])?;
    const ATTRIBUTES: [&str; 5] = ["filter", "name", "path", "recursive", "sha256"];
    if let Some((name, _)) = set.entries.iter().find(|(n, _)| !ATTRIBUTES.contains(&n.as_str())) {
        return Err(Stop::fail(format!("`path`: unsupported argument '{name}'")));
    }
    let path = ev.want_attr(&set, "path")?;
    copied(ev, path)
}

/// The first entry of a search path that has the file; the entries' prefixes stand for the beginnings of names.
fn find_file(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let list = ev.want_closed_list(args[0])?;
    let name = ev.want_text(args[1])?;
    for item in &list.items {
        let entry = ev.want_attrs(*item)?;
        let prefix = match ev.attr(&entry, &Name::new_static("prefix"))? {
            Some(attr) => ev.want_text(attr.value)?,
            None => "".into(),
        };
        let below = match name.strip_prefix(&*prefix) {
            Some(rest) if prefix.is_empty() => format!("/{rest}"),
            Some(rest) if rest.is_empty() || rest.starts_with('/') => rest.to_owned(),
            _ => continue,
        };
        let folder = ev.want_attr(&entry, "path")?;
        let value = ev.force(folder)?;
        let folder = ev.coerce(value, Coerce::PathPart)?;
        if let Some(stop) = unreadable(&folder) {
            return Err(stop);
        }
        if !folder.text.starts_with('/') {
            return Err(Stop::unknown("an entry of the search path is not a local folder"));
        }
        let path = paths::normalise(&format!("{}{below}", folder.text));
        if ev.kind(&path)?.is_some() {
            return Ok(Value::Path(path.into()));
        }
    }
    Err(Stop::throw(format!("file '{name}' was not found in the Nix search path")))
}
