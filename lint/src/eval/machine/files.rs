//! Files: loading them, and what they evaluate to.

use super::{Eval, Unit};
use crate::eval::heap::{Thunk, ThunkId};
use crate::eval::host::{FileKind, ReadError};
use crate::eval::prelude;
use crate::eval::value::*;
use crate::syntax::hir::File;
use std::rc::Rc;
use std::sync::Arc;

impl Eval<'_> {
    /// The value of the Nix file at `path`, or of its `default.nix` if it is a folder.
    pub fn import(&mut self, path: &str) -> Res {
        let thunk = self.import_later(path)?;
        self.force(thunk)
    }

    /// A thunk for the value of the Nix file at `path`, which is read now.
    pub fn import_later(&mut self, path: &str) -> Res<ThunkId> {
        if let Some(thunk) = self.imported.get(path) {
            return Ok(*thunk);
        }
        let unit = self.load(path)?;
        let thunk = self.root_of(&unit);
        self.imported.insert(path.into(), thunk);
        self.imported.insert(unit.path.clone(), thunk);
        Ok(thunk)
    }

    /// A thunk for the expression that a file is.
    pub fn root_of(&mut self, unit: &Rc<Unit>) -> ThunkId {
        let (expr, frame) = (unit.file.root, self.root);
        self.heap.alloc(Thunk::Expr { unit: unit.id, expr, frame }, Some(Origin { unit: unit.id, expr }))
    }

    fn load(&mut self, path: &str) -> Res<Rc<Unit>> {
        if let Some((path, file)) = prelude::file(path) {
            return Ok(self.add_unit(&path, file));
        }
        if let Some((seeming, path)) = self.at_hand(path) {
            return self.host_file(&seeming, &path);
        }
        let mut path = path.to_owned();
        let folder = match self.host.kind(&path) {
            Some(FileKind::Directory) => true,
            // The host does not say where a link leads.
            Some(FileKind::Symlink) => self.host.entries(&path).is_ok(),
            _ => false,
        };
        if folder {
            path.push_str("/default.nix");
        }
        if let Some(unit) = self.units.iter().find(|u| *u.path == path).cloned() {
            self.adopted.remove(path.as_str());
            return Ok(unit);
        }
        self.host_file(&path, &path)
    }

    /// The file at `path`, as if it stood at `seeming`.
    fn host_file(&mut self, seeming: &str, path: &str) -> Res<Rc<Unit>> {
        match self.host.file(path) {
            Ok(file) => Ok(self.add_unit(seeming, file)),
            Err(e @ ReadError::Missing(_)) => Err(Stop::fail(e.to_string())),
            Err(e) => Err(Stop::unknown(e.to_string())),
        }
    }

    /// Makes a lowered text part of the evaluation, as if it stood at `path`.
    pub fn add_unit(&mut self, path: &str, file: Arc<File>) -> Rc<Unit> {
        if let Some(id) = self.adopted.remove(path) {
            return self.units[id as usize].clone();
        }
        let unit = Rc::new(Unit { id: self.units.len() as u32, path: path.into(), file });
        self.units.push(unit.clone());
        unit
    }

    /// Gives the files of another evaluation the same numbers in this one. To be called before anything is evaluated.
    pub(crate) fn adopt(&mut self, files: impl Iterator<Item = (Arc<str>, Arc<File>)>) {
        for (path, file) in files {
            let unit = Rc::new(Unit { id: self.units.len() as u32, path: path.as_ref().into(), file });
            self.adopted.insert(unit.path.clone(), unit.id);
            self.units.push(unit);
        }
    }

    /// Those of the adopted files that were not asked for.
    pub(crate) fn unasked(&self) -> impl Iterator<Item = &Rc<Unit>> {
        self.adopted.values().map(|id| &self.units[*id as usize])
    }

    /// nixpkgs' `lib`.
    pub fn lib(&mut self) -> Res<ThunkId> {
        if let Some(lib) = self.lib {
            return Ok(lib);
        }
        let lib = self.import_later(prelude::ENTRY)?;
        self.lib = Some(lib);
        Ok(lib)
    }
}
