//! Which options the modules define, as far as that can be told without a configuration: the names in their `config`, whatever
//! the conditions around them.

use super::module::Reader;
use crate::eval::{Attrs, Eval, Rest, Stop, ThunkId, Value};
use crate::nixos::collect::settings;
use crate::nixos::definitions::{Definition, push_down, tag};
use crate::syntax::hir::Name;
use std::rc::Rc;
use std::sync::Arc;

/// How many names the path of a definition may have; below there may be anything.
const DEEPEST: usize = 8;
/// How many steps what a module defines may take.
const BUDGET: u64 = 200_000;

/// Something that a module defines.
#[derive(Debug)]
pub(super) struct FoundDefinition {
    /// The file of the module, seen from the source's folder.
    pub(super) file: Arc<str>,
    /// Where, down to the first value that is no set.
    pub(super) path: Vec<Name>,
    /// Whether it may define anything below the path.
    pub(super) open: bool,
}

impl Reader<'_> {
    /// Notes what a module defines.
    pub(super) fn definitions(&mut self, ev: &mut Eval<'_>, module: &Rc<Attrs>) {
        let config = match module.known("config") {
            Some(attr) => attr.value,
            None if module.known("options").is_some() => return,
            None => ev.ready(settings(module)),
        };
        ev.with_budget(BUDGET, |ev| self.defined_by(ev, config, &mut Vec::new()));
    }

    /// Notes that the module may define anything.
    pub(super) fn defines_anything(&mut self) {
        self.defines(&[], true);
    }

    /// Notes that the module defines something, or may define anything below a path.
    fn defines(&mut self, path: &[Name], open: bool) {
        if self.by_import {
            return;
        }
        match self.file.clone() {
            Some(file) => self.found.defined.push(FoundDefinition { file, path: path.to_vec(), open }),
            None => self.found.lacks_modules = true,
        }
    }

    fn defined_by(&mut self, ev: &mut Eval<'_>, value: ThunkId, path: &mut Vec<Name>) {
        let mut sets = Vec::new();
        if push_down(ev, Definition::without_module(value, None), &mut sets).is_err() {
            return self.defines(path, true);
        }
        for definition in sets {
            match ev.force(definition.value) {
                Ok(Value::Attrs(set)) if is_plain(ev, &set) => {
                    let names = ev.names(&set).ok().or_else(|| ev.possible_names(&set));
                    let known = names.is_some() && path.len() < DEEPEST;
                    if !known || matches!(set.rest, Rest::Symbolic(_)) {
                        self.defines(path, true);
                    }
                    if path.len() >= DEEPEST {
                        continue;
                    }
                    let names = names.unwrap_or_else(|| set.entries.iter().map(|(n, _)| n.clone()).collect());
                    for name in names {
                        path.push(name.clone());
                        match ev.deeper(|ev| ev.attr(&set, &name)) {
                            Ok(Some(attr)) => {
                                let _ = ev
                                    .deeper(|ev| {
                                        self.defined_by(ev, attr.value, path);
                                        Ok(())
                                    })
                                    .map_err(|_| self.defines(path, true));
                            }
                            Ok(None) => {}
                            Err(_) => self.defines(path, true),
                        }
                        path.pop();
                    }
                }
                Ok(Value::Attrs(_)) => self.defines(path, false),
                Ok(Value::Symbol(_)) | Err(Stop::Unknown(_) | Stop::Error(_)) => self.defines(path, true),
                Ok(_) => self.defines(path, false),
            }
        }
    }
}

/// Whether a set is no package and nothing with a meaning of its own.
fn is_plain(ev: &mut Eval<'_>, set: &Rc<Attrs>) -> bool {
    set.known("outPath").is_none() && !matches!(tag(ev, &Value::Attrs(set.clone())), Ok(Some(_)))
}
