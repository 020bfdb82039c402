//! Modules: what each declares, and what it imports.

use super::Source;
use super::union::Found;
use crate::eval::{Attr, Attrs, Coerce, Eval, Origin, Res, Rest, Stop, ThunkId, Value, paths, prelude};
use crate::nixos::definitions::tag;
use crate::nixos::{MOST_NAMES, show_loc};
use crate::source::LineIndex;
use crate::syntax::hir::{Expr, ExprId, Name, Param};
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

/// Modules that are evaluated together.
pub(super) enum Batch {
    /// Those of the source's list from one place to another.
    Listed(Range<usize>),
    /// Files that may be modules, but that none of the list mentions.
    Others(Vec<String>),
}

/// How many steps it takes to look at a set of options.
const COST: u64 = 200;

/// Reads the modules of a batch.
pub(super) struct Reader<'s> {
    pub(super) source: &'s Source,
    list: ThunkId,
    /// What every module is called with.
    pub(super) arguments: Rc<Attrs>,
    pub(super) found: Found,
    /// The lines of the files in which options are declared, by file.
    pub(super) lines: HashMap<u32, LineIndex>,
    /// Whether the modules are only there where a configuration imports them.
    pub(super) by_import: bool,
    /// The submodules that are being read, outermost first.
    pub(super) inside: Vec<(u32, ExprId)>,
    /// Where the module stands that is being read, if it is not a file of its own.
    pub(super) module: Option<Origin>,
    /// The file that the module is of, seen from the source's folder.
    pub(super) file: Option<Arc<str>>,
}

/// A set of modules whose options make one tree: the source's, or a submodule's.
pub(super) struct Scope {
    /// Where the tree begins.
    pub(super) at: Vec<Name>,
    pub(super) arguments: Rc<Attrs>,
    /// The files that are part of it.
    seen: HashSet<Rc<str>>,
    /// The type of attributes that are no option.
    pub(super) freeform: Option<ThunkId>,
    /// Whether all its modules are known.
    pub(super) complete: bool,
}

impl Scope {
    pub(super) fn new(at: Vec<Name>, arguments: Rc<Attrs>) -> Self {
        Scope { at, arguments, seen: HashSet::new(), freeform: None, complete: true }
    }
}

/// The arguments that a module can ask for in any configuration.
const USUAL: [&str; 12] = [
    "_class",
    "_prefix",
    "baseModules",
    "config",
    "extendModules",
    "lib",
    "modulesPath",
    "options",
    "pkgs",
    "specialArgs",
    "utils",
    "noUserModules",
];

impl<'s> Reader<'s> {
    pub(super) fn new(source: &'s Source, list: ThunkId, arguments: Rc<Attrs>) -> Self {
        Reader {
            source,
            list,
            arguments,
            found: Found::default(),
            lines: HashMap::new(),
            by_import: false,
            inside: Vec::new(),
            module: None,
            file: None,
        }
    }

    /// The modules of a batch, as far as they are known.
    pub(super) fn items(&mut self, ev: &mut Eval<'_>, batch: &Batch) -> Res<Vec<ThunkId>> {
        match batch {
            Batch::Listed(range) => {
                let list = ev.force(self.list);
                let list = ev.as_list(list)?;
                if let (Some(why), 0) = (&list.open, range.start) {
                    self.open(&[], &why.reason.clone());
                    self.found.lacks_modules = true;
                }
                Ok(list.items[range.start.min(list.items.len())..range.end.min(list.items.len())].to_vec())
            }
            Batch::Others(files) => {
                Ok(files.iter().map(|file| ev.ready(Value::Path(file.as_str().into()))).collect())
            }
        }
    }

    /// Reads the modules of a batch.
    pub(super) fn batch(&mut self, ev: &mut Eval<'_>, batch: &Batch) -> Res<()> {
        self.by_import = matches!(batch, Batch::Others(_));
        let mut scope = Scope::new(Vec::new(), self.arguments.clone());
        for item in self.items(ev, batch)? {
            if self.by_import && !is_module(ev, item) {
                continue;
            }
            self.load(ev, &mut scope, item);
        }
        Ok(())
    }

    /// Reads a module, and those that it imports.
    pub(super) fn load(&mut self, ev: &mut Eval<'_>, scope: &mut Scope, thunk: ThunkId) {
        let written = ev.origin(thunk).filter(|o| !prelude::is_own(&ev.units()[o.unit as usize].path));
        let outer = self.module;
        self.module = written.or(outer);
        let result = ev.deeper(|ev| self.try_load(ev, scope, thunk));
        self.module = outer;
        if let Err(stop) = result {
            // A file that is no module of its own fails like this when it is taken for one.
            if !self.by_import {
                let file = match ev.force(thunk) {
                    Ok(Value::Path(path)) => Some(path),
                    _ => ev.origin(thunk).map(|origin| ev.units()[origin.unit as usize].path.clone()),
                };
                scope.complete = false;
                self.trouble(&scope.at, file.as_deref(), &stop);
                if scope.at.is_empty() {
                    self.defines_anything();
                }
            }
        }
    }

    fn try_load(&mut self, ev: &mut Eval<'_>, scope: &mut Scope, thunk: ThunkId) -> Res<()> {
        let value = match ev.force(thunk)? {
            Value::Path(path) => return self.load_file(ev, scope, &path),
            Value::Str(path) => return self.load_file(ev, scope, &path.text),
            Value::Symbol(s) => return Err(Stop::needs_nixpkgs(&s)),
            Value::Attrs(set) if set.known("outPath").is_some() && set.known("config").is_none() => {
                let path = ev.coerce(Value::Attrs(set), Coerce::PathPart)?.text;
                return self.load_file(ev, scope, &path);
            }
            value => value,
        };
        self.unify(ev, scope, &value)
    }

    fn load_file(&mut self, ev: &mut Eval<'_>, scope: &mut Scope, path: &str) -> Res<()> {
        let path = paths::normalise(path);
        if !scope.seen.insert(path.as_str().into()) {
            return Ok(());
        }
        let outer = self.file.replace(self.source.shown(&path).into());
        let result = ev.import(&path).and_then(|value| self.unify(ev, scope, &value));
        if result.is_err() && scope.at.is_empty() {
            self.defines_anything();
        }
        self.file = outer;
        result
    }

    fn unify(&mut self, ev: &mut Eval<'_>, scope: &mut Scope, value: &Value) -> Res<()> {
        let set: Rc<Attrs> = match apply(ev, value, &scope.arguments)? {
            Value::Attrs(set) => set,
            Value::Symbol(s) => return Err(Stop::needs_nixpkgs(&s)),
            other => return Err(ev.mismatch("a module", &other)),
        };
        if let (Rest::Open(why), None) = (&set.rest, set.known("options")) {
            return Err(Stop::Unknown(why.clone()));
        }
        for name in ["imports", "require"] {
            let Some(attr) = set.known(name) else { continue };
            let list = ev.force(attr.value);
            match ev.as_list(list) {
                Ok(list) => {
                    for item in &list.items {
                        self.load(ev, scope, *item);
                    }
                    if let Some(why) = &list.open {
                        scope.complete = false;
                        self.open(&scope.at, &why.reason);
                        if scope.at.is_empty() {
                            self.defines_anything();
                        }
                    }
                }
                // A legacy module may have a setting of that name.
                Err(_) if name == "require" => {}
                Err(stop) => return Err(stop),
            }
        }
        if scope.freeform.is_none() {
            scope.freeform = set.known("freeformType").map(|attr| attr.value);
        }
        let before = self.found.options.len();
        if let Some(options) = set.known("options") {
            let mut path = scope.at.clone();
            scope.complete &= self.options(ev, scope, options, &mut path);
        }
        // What defines the new name of an option by the old one is told with the old one.
        let is_renaming = self.found.options[before..]
            .iter()
            .any(|o| o.facts.removed.is_some() || !o.facts.renamed_to.is_empty());
        if scope.at.is_empty() && !self.by_import && !is_renaming {
            self.definitions(ev, &set);
        }
        Ok(())
    }

    /// Reads a set of options; whether all that is in it is known.
    pub(super) fn options(
        &mut self,
        ev: &mut Eval<'_>,
        scope: &Scope,
        attr: Attr,
        path: &mut Vec<Name>,
    ) -> bool {
        match ev.deeper(|ev| self.try_options(ev, scope, attr, path)) {
            Ok(complete) => complete,
            Err(stop) => {
                let file = ev.origin(attr.value).map(|origin| ev.units()[origin.unit as usize].path.clone());
                self.trouble(path, file.as_deref(), &stop);
                false
            }
        }
    }

    fn try_options(
        &mut self,
        ev: &mut Eval<'_>,
        scope: &Scope,
        attr: Attr,
        path: &mut Vec<Name>,
    ) -> Res<bool> {
        // A set may be in itself.
        ev.charge(COST)?;
        if path.len() >= MOST_NAMES {
            return Err(Stop::unknown("options are nested too deeply"));
        }
        let set = match ev.force(attr.value)? {
            Value::Attrs(set) => set,
            Value::Symbol(s) => return Err(Stop::needs_nixpkgs(&s)),
            other => return Err(ev.mismatch("a set of options", &other)),
        };
        if tag(ev, &Value::Attrs(set.clone()))?.as_deref() == Some("option") {
            self.option(ev, scope, &set, attr, path);
            return Ok(true);
        }
        let (entries, complete) = match ev.entries(&set) {
            Ok(entries) => (entries, true),
            Err(Stop::Unknown(why)) => {
                self.open(path, &why.reason);
                (set.entries.clone(), false)
            }
            Err(stop) => return Err(stop),
        };
        for (name, attr) in entries {
            path.push(name);
            self.options(ev, scope, attr, path);
            path.pop();
        }
        Ok(complete)
    }

    /// Notes that there may be options below a path that cannot be known.
    pub(super) fn open(&mut self, path: &[Name], why: &str) {
        self.found.open.push((path.to_vec(), self.by_import));
        self.found.troubles.push(format!("{}: {why}", place(path)));
    }

    fn trouble(&mut self, path: &[Name], file: Option<&str>, stop: &Stop) {
        self.found.open.push((path.to_vec(), self.by_import));
        let file = file.map_or(String::new(), |file| format!(" ({})", self.source.shown(file)));
        self.found.troubles.push(format!("{}: {stop}{file}", place(path)));
    }
}

fn place(path: &[Name]) -> String {
    if path.is_empty() { "the options".to_owned() } else { format!("below `{}`", show_loc(path)) }
}

/// Whether a file's value can be a module by itself: a function of the usual arguments and any other, or a set.
fn is_module(ev: &mut Eval<'_>, thunk: ThunkId) -> bool {
    let Ok(Value::Path(path)) = ev.force(thunk) else { return false };
    match ev.import(&path) {
        Ok(Value::Lambda(closure)) => match closure.unit.file.expr(closure.lambda) {
            Expr::Lambda(lambda) => match &lambda.param {
                Param::Pattern { formals, open, .. } => {
                    *open
                        && formals
                            .iter()
                            .all(|formal| formal.default.is_some() || USUAL.contains(&formal.name.as_str()))
                }
                Param::Name(_) => false,
            },
            _ => false,
        },
        Ok(Value::Attrs(set)) => set.known("options").is_some(),
        _ => false,
    }
}

/// What a module that is a function yields. Arguments that it asks for and that are not given are unknown.
fn apply(ev: &mut Eval<'_>, value: &Value, arguments: &Attrs) -> Res {
    let formals: Vec<Name> = match value {
        Value::Lambda(closure) => match closure.unit.file.expr(closure.lambda) {
            Expr::Lambda(lambda) => match &lambda.param {
                Param::Pattern { formals, .. } => formals.iter().map(|formal| formal.name.clone()).collect(),
                Param::Name(_) => Vec::new(),
            },
            _ => Vec::new(),
        },
        Value::Builtin(_) | Value::Native(_) => Vec::new(),
        Value::Attrs(set) if set.known("__functor").is_some() => Vec::new(),
        other => return Ok(other.clone()),
    };
    let mut entries = arguments.entries.clone();
    for name in formals {
        if arguments.known(&name).is_none() {
            let unknown = Stop::unknown(format!("nothing says what the module argument `{name}` is"));
            entries.push((name, Attr::anonymous(ev.stopped(unknown))));
        }
    }
    let mut set = Attrs::from_entries(entries);
    set.rest = arguments.rest.clone();
    let argument = ev.ready(Value::Attrs(Rc::new(set)));
    ev.call(value, argument)
}
