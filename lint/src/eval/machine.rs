//! The evaluator: thunks forced on demand, within a budget of steps and depth.

use super::builtins;
use super::heap::{FrameId, Heap, Thunk, ThunkId};
use super::host::Host;
use super::reads::ReadLog;
use super::value::*;
use crate::syntax::hir::{AttrName, Expr, ExprId, File, Name, Param, Part};
use rustc_hash::FxHashMap;
use std::rc::Rc;
use std::sync::Arc;

/// How many nested evaluations there may be. Nix' own stack ends at about as many.
const MAX_DEPTH: u32 = 30_000;
/// How many thunks there may be. A large system has fifty thousand.
const MAX_THUNKS: usize = 2_000_000;
/// Stack that must be left for one level of evaluation, and how much is added when it is not there. In bytes.
const RED_ZONE: usize = 128 * 1024;
const STACK_SEGMENT: usize = 4 * 1024 * 1024;

/// A file that takes part in an evaluation.
pub struct Unit {
    /// Its index in [`Eval::units`].
    pub id: u32,
    /// Its absolute path; for a file of the prelude, one below [`super::prelude::ROOT`].
    pub path: Rc<str>,
    /// Its lowered form.
    pub file: Arc<File>,
}

/// An evaluation: everything that was evaluated so far, and what is left of its budget.
pub struct Eval<'h> {
    /// What may be read.
    pub host: &'h dyn Host,
    pub(crate) heap: Heap,
    /// The files that were lowered for it.
    units: Vec<Rc<Unit>>,
    /// The value of each imported file.
    imported: FxHashMap<Rc<str>, ThunkId>,
    /// What is being forced, outermost first.
    forcing: Vec<ThunkId>,
    /// What was read of the scopes' configurations.
    pub(crate) reads: ReadLog,
    depth: u32,
    steps: u64,
    budget: u64,
    /// The outermost frame, which has no slots.
    pub(crate) root: FrameId,
    /// A thunk that fills slots until they are set.
    filler: ThunkId,
    builtins: Option<ThunkId>,
    lib: Option<ThunkId>,
    /// Builtins that the layers above define for the prelude.
    natives: Vec<(&'static str, ThunkId)>,
}

impl<'h> Eval<'h> {
    /// A new evaluation that may take `budget` steps; a step is an expression, or as much work as one.
    pub fn new(host: &'h dyn Host, budget: u64) -> Self {
        let mut heap = Heap::default();
        let filler = heap.alloc(Thunk::Stopped(Stop::fail("a variable was used before it was bound")), None);
        let root = heap.frame(FrameId(0), 0, filler);
        Eval {
            host,
            heap,
            units: Vec::new(),
            imported: FxHashMap::default(),
            forcing: Vec::new(),
            reads: ReadLog::default(),
            depth: 0,
            steps: 0,
            budget,
            root,
            filler,
            builtins: None,
            lib: None,
            natives: Vec::new(),
        }
    }

    /// The files that were lowered so far; a [`Place`] and an [`Origin`] refer to them by index.
    pub fn units(&self) -> &[Rc<Unit>] {
        &self.units
    }

    /// How many steps were taken.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Takes `n` steps of the budget.
    pub fn charge(&mut self, n: u64) -> Res<()> {
        self.steps = self.steps.saturating_add(n);
        if self.steps > self.budget {
            return Err(Stop::unknown("the evaluation takes too long"));
        }
        if self.heap.len() > MAX_THUNKS {
            return Err(Stop::unknown("the evaluation takes too much memory"));
        }
        Ok(())
    }

    /// Runs `f` with at most `steps` more steps, and leaves the rest of the budget to others.
    pub fn with_budget<T>(&mut self, steps: u64, f: impl FnOnce(&mut Self) -> T) -> T {
        let whole = self.budget;
        self.budget = whole.min(self.steps.saturating_add(steps));
        let result = f(self);
        self.budget = whole;
        result
    }

    /// Runs `f` one level deeper, on a stack that is large enough.
    pub fn deeper<T>(&mut self, f: impl FnOnce(&mut Self) -> Res<T>) -> Res<T> {
        if self.depth >= MAX_DEPTH {
            return Err(Stop::unknown("the evaluation is nested too deeply"));
        }
        self.depth += 1;
        let result = stacker::maybe_grow(RED_ZONE, STACK_SEGMENT, || f(self));
        self.depth -= 1;
        result
    }

    // ---- thunks ----

    /// A thunk that is already evaluated.
    pub fn ready(&mut self, value: Value) -> ThunkId {
        self.heap.alloc(Thunk::Done(value), None)
    }

    /// A thunk that stops.
    pub fn stopped(&mut self, stop: Stop) -> ThunkId {
        self.heap.alloc(Thunk::Stopped(stop), None)
    }

    /// A thunk for a computation of the analyser's own.
    pub fn lazy(&mut self, f: impl for<'x> FnOnce(&mut Eval<'x>) -> Res + 'static) -> ThunkId {
        self.heap.alloc(Thunk::Native(Box::new(f)), None)
    }

    /// A thunk for `function` applied to `arguments`.
    pub fn apply_later(&mut self, function: ThunkId, arguments: Vec<ThunkId>) -> ThunkId {
        let origin = self.heap.origin(function);
        self.heap.alloc(Thunk::Apply { function, arguments }, origin)
    }

    /// A thunk for the attribute `name` of `base`.
    pub fn select_later(&mut self, base: ThunkId, name: Name) -> ThunkId {
        self.heap.alloc(Thunk::Select { base, name }, None)
    }

    /// The expression that a thunk was made for, where there is one.
    pub fn origin(&self, thunk: ThunkId) -> Option<Origin> {
        self.heap.origin(thunk)
    }

    /// The value of a thunk, evaluated now if it was not.
    pub fn force(&mut self, id: ThunkId) -> Res {
        match self.heap.state(id) {
            Thunk::Done(value) => {
                let value = value.clone();
                self.reads.repeat(id);
                return Ok(value);
            }
            Thunk::Stopped(stop) => {
                let stop = stop.clone();
                self.reads.repeat(id);
                return Err(stop);
            }
            Thunk::Busy => return Err(self.recursion(id)),
            _ => {}
        }
        let mark = self.reads.mark();
        self.forcing.push(id);
        let state = self.heap.replace(id, Thunk::Busy);
        let result = self.deeper(|ev| ev.run(state));
        self.forcing.pop();
        self.reads.save(id, mark);
        let done = match &result {
            Ok(value) => Thunk::Done(value.clone()),
            Err(stop) => Thunk::Stopped(stop.clone()),
        };
        self.heap.replace(id, done);
        result
    }

    fn run(&mut self, state: Thunk) -> Res {
        match state {
            Thunk::Expr { unit, expr, frame } => {
                let unit = self.units[unit as usize].clone();
                self.eval(&unit, expr, frame)
            }
            Thunk::Select { base, name } => {
                let base = self.force(base).map_err(Stop::of_any_kind)?;
                self.select(&base, &name).and_then(|a| self.force(a.value))
            }
            Thunk::Apply { function, arguments } => {
                let f = self.force(function).map_err(Stop::of_any_kind)?;
                self.call_with(&f, &arguments)
            }
            Thunk::Native(f) => {
                self.charge(1)?;
                f(self)
            }
            Thunk::Done(_) | Thunk::Stopped(_) | Thunk::Busy => Err(Stop::fail("a thunk was run twice")),
        }
    }

    /// Infinite recursion through the thunk `id`, with the places from its first visit to now.
    fn recursion(&self, id: ThunkId) -> Stop {
        let start = self.forcing.iter().rposition(|t| *t == id).unwrap_or(0);
        let chain = self.forcing[start..].iter().filter_map(|t| self.heap.origin(*t)).collect();
        Stop::Error(Rc::new(Error::Recursion(chain)))
    }

    // ---- files ----

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
        if let Some(file) = super::prelude::file(path) {
            return Ok(self.add_unit(path, file));
        }
        let mut path = path.to_owned();
        let folder = match self.host.kind(&path) {
            Some(super::host::FileKind::Directory) => true,
            // The host does not say where a link leads.
            Some(super::host::FileKind::Symlink) => self.host.entries(&path).is_ok(),
            _ => false,
        };
        if folder {
            path.push_str("/default.nix");
        }
        if let Some(unit) = self.units.iter().find(|u| *u.path == path) {
            return Ok(unit.clone());
        }
        match self.host.file(&path) {
            Ok(file) => Ok(self.add_unit(&path, file)),
            Err(e @ super::host::ReadError::Missing(_)) => Err(Stop::fail(e.to_string())),
            Err(e) => Err(Stop::unknown(e.to_string())),
        }
    }

    /// Makes a lowered text part of the evaluation, as if it stood at `path`.
    pub fn add_unit(&mut self, path: &str, file: Arc<File>) -> Rc<Unit> {
        let unit = Rc::new(Unit { id: self.units.len() as u32, path: path.into(), file });
        self.units.push(unit.clone());
        unit
    }

    /// nixpkgs' `lib`.
    pub fn lib(&mut self) -> Res<ThunkId> {
        if let Some(lib) = self.lib {
            return Ok(lib);
        }
        let lib = self.import_later(super::prelude::ENTRY)?;
        self.lib = Some(lib);
        Ok(lib)
    }

    /// Defines a builtin for the prelude; its name starts with two underscores. To be called before anything is evaluated.
    pub fn define(&mut self, name: &'static str, value: ThunkId) {
        self.natives.push((name, value));
    }

    /// The builtins that were defined for the prelude.
    pub(crate) fn natives(&self) -> &[(&'static str, ThunkId)] {
        &self.natives
    }

    /// A builtin applied to all of its arguments.
    pub(crate) fn call_builtin(&mut self, name: &str, arguments: &[ThunkId]) -> Res {
        let function = builtins::global(self, &format!("__{name}"))?;
        self.call_with(&function, arguments)
    }

    /// Notes that something outside of the evaluation was read: `key` means what the layer above wants.
    pub(crate) fn note_read(&mut self, key: u32) {
        self.reads.note(key);
    }

    /// What was read when a thunk was evaluated.
    pub(crate) fn reads_of(&self, thunk: ThunkId) -> &[u32] {
        self.reads.of(thunk)
    }

    /// Runs `f` and returns with its result what was read in it, which does not count as read outside.
    pub(crate) fn reading<T>(&mut self, f: impl FnOnce(&mut Self) -> T) -> (T, Vec<u32>) {
        let outer = self.reads.enter();
        let result = f(self);
        (result, self.reads.leave(outer))
    }

    /// The set of builtins.
    pub(crate) fn builtins(&mut self) -> ThunkId {
        if let Some(set) = self.builtins {
            return set;
        }
        // The set contains itself.
        let set = self.heap.alloc(Thunk::Busy, None);
        self.builtins = Some(set);
        let value = builtins::set(self, set);
        self.heap.replace(set, Thunk::Done(value));
        set
    }

    // ---- expressions ----

    /// A thunk for an expression in a frame.
    pub(crate) fn delay(&mut self, unit: &Rc<Unit>, expr: ExprId, frame: FrameId) -> ThunkId {
        let origin = Some(Origin { unit: unit.id, expr });
        let state = match unit.file.expr(expr) {
            // The frame is complete: its slots can be shared.
            Expr::Local { depth, slot } => return self.heap.slot(frame, *depth, *slot),
            Expr::Int(n) => Thunk::Done(Value::Int(*n)),
            Expr::Text(text) => Thunk::Done(Value::str(text)),
            _ => Thunk::Expr { unit: unit.id, expr, frame },
        };
        self.heap.alloc(state, origin)
    }

    /// The same inside a frame whose slots are not all set yet.
    fn delay_inside(&mut self, unit: &Rc<Unit>, expr: ExprId, frame: FrameId) -> ThunkId {
        self.heap.alloc(Thunk::Expr { unit: unit.id, expr, frame }, Some(Origin { unit: unit.id, expr }))
    }

    /// The value of an expression in a frame.
    pub(crate) fn eval(&mut self, unit: &Rc<Unit>, expr: ExprId, frame: FrameId) -> Res {
        self.charge(1)?;
        match unit.file.expr(expr) {
            Expr::Missing => Err(Stop::unknown("there is a syntax error here")),
            Expr::Int(n) => Ok(Value::Int(*n)),
            Expr::Float(n) => Ok(Value::Float(*n)),
            Expr::Text(text) => Ok(Value::str(text)),
            Expr::Str(parts) => self.interpolate(unit, parts, frame),
            Expr::Path(kind, parts) => self.path_literal(unit, *kind, parts, frame),
            Expr::Local { depth, slot } => {
                let thunk = self.heap.slot(frame, *depth, *slot);
                self.force(thunk)
            }
            Expr::With { name, scopes } => {
                let found = self.with_lookup(name, scopes, frame)?;
                self.force(found)
            }
            Expr::Global(name) => builtins::global(self, name),
            Expr::Undefined(name) => Err(Stop::fail(format!("undefined variable '{name}'"))),
            Expr::Select { base, path, default } => {
                self.deeper(|ev| match ev.select_path(unit, *base, path, frame)? {
                    Ok(value) => Ok(value),
                    Err(missing) => match default {
                        Some(default) => ev.eval(unit, *default, frame),
                        None => Err(missing),
                    },
                })
            }
            Expr::HasAttr { base, path } => self.deeper(|ev| ev.has_attr(unit, *base, path, frame)),
            Expr::Apply { function, argument } => self.deeper(|ev| {
                let f = ev.eval(unit, *function, frame).map_err(Stop::of_any_kind)?;
                let argument = ev.delay(unit, *argument, frame);
                ev.call(&f, argument)
            }),
            Expr::Lambda(_) => {
                Ok(Value::Lambda(Rc::new(Closure { unit: unit.clone(), lambda: expr, frame })))
            }
            Expr::Let { bindings, body } => {
                let inner = self.let_frame(unit, bindings, frame);
                self.deeper(|ev| ev.eval(unit, *body, inner))
            }
            Expr::Attrs { recursive, bindings } => {
                self.deeper(|ev| ev.attrs(unit, *recursive, bindings, frame))
            }
            Expr::List(items) => {
                let items = items.iter().map(|e| self.delay(unit, *e, frame)).collect();
                Ok(Value::list(items))
            }
            Expr::WithIn { scope, body } => {
                let scope = self.delay(unit, *scope, frame);
                let inner = self.heap.frame(frame, 1, scope);
                self.deeper(|ev| ev.eval(unit, *body, inner))
            }
            Expr::If { condition, yes, no } => self.deeper(|ev| {
                match ev.eval(unit, *condition, frame).and_then(|value| ev.expect_bool(value)) {
                    Ok(holds) => ev.eval(unit, if holds { *yes } else { *no }, frame),
                    Err(Stop::Unknown(why)) => ev.undecided(unit, [*yes, *no], frame, why),
                    Err(stop) => Err(stop),
                }
            }),
            Expr::Assert { condition, body } => self.deeper(|ev| {
                // An assertion that cannot be judged is taken to hold: the configuration is meant to build.
                match ev.eval(unit, *condition, frame) {
                    Ok(value) => {
                        if !ev.expect_bool(value)? {
                            return Err(Stop::throw("assertion failed"));
                        }
                    }
                    Err(Stop::Unknown(_)) => {}
                    Err(stop) => return Err(stop),
                }
                ev.eval(unit, *body, frame)
            }),
            Expr::Binary { op, left, right } => self.deeper(|ev| ev.binary(unit, *op, *left, *right, frame)),
            Expr::Not(operand) => {
                let value = self.deeper(|ev| ev.eval(unit, *operand, frame));
                let value = value.map_err(|s| s.yielding(Kinds::BOOL))?;
                Ok(Value::Bool(!self.expect_bool(value)?))
            }
            Expr::Negate(operand) => match self.deeper(|ev| ev.eval(unit, *operand, frame))? {
                Value::Int(n) => {
                    n.checked_neg().map(Value::Int).ok_or_else(|| Stop::fail("integer overflow"))
                }
                // Nix subtracts it from zero, which is why -0.0 is 0.0.
                Value::Float(n) => Ok(Value::Float(0.0 - n)),
                other => Err(self.mismatch("a number", &other)),
            },
            Expr::CurPos => {
                let range = unit.file.range(expr);
                self.position(unit.id, range)
            }
        }
    }

    fn interpolate(&mut self, unit: &Rc<Unit>, parts: &[Part], frame: FrameId) -> Res {
        let mut text = String::new();
        let mut stand_in = false;
        for part in parts {
            match part {
                Part::Text(t) => text.push_str(t),
                Part::Interpolation(e) => {
                    let value = self
                        .deeper(|ev| {
                            ev.eval(unit, *e, frame)
                                .and_then(|v| ev.coerce(v, super::coerce::Coerce::Interpolate))
                        })
                        .map_err(|s| s.yielding(Kinds::STRING))?;
                    self.charge_text(value.text.len())?;
                    text.push_str(&value.text);
                    stand_in |= value.stand_in;
                }
            }
        }
        Ok(Value::Str(Str { text: text.into(), stand_in }))
    }

    fn path_literal(
        &mut self,
        unit: &Rc<Unit>,
        kind: crate::syntax::hir::PathKind,
        parts: &[Part],
        frame: FrameId,
    ) -> Res {
        use crate::syntax::hir::PathKind;
        let text = match parts {
            [Part::Text(t)] => t.to_string(),
            _ => {
                let mut text = String::new();
                for part in parts {
                    match part {
                        Part::Text(t) => text.push_str(t),
                        Part::Interpolation(e) => {
                            let value = self
                                .deeper(|ev| {
                                    ev.eval(unit, *e, frame)
                                        .and_then(|v| ev.coerce(v, super::coerce::Coerce::PathPart))
                                })
                                .map_err(|s| s.yielding(Kinds::PATH))?;
                            if value.stand_in {
                                return Err(Stop::unknown_kind(
                                    "the path contains a store path",
                                    Kinds::PATH,
                                ));
                            }
                            text.push_str(&value.text);
                        }
                    }
                }
                text
            }
        };
        match kind {
            PathKind::Absolute => Ok(Value::Path(super::paths::normalise(&text).into())),
            PathKind::Relative => {
                let folder = super::paths::parent(&unit.path);
                Ok(Value::Path(super::paths::normalise(&format!("{folder}/{text}")).into()))
            }
            PathKind::Home => Err(Stop::unknown_kind("the home folder is not known", Kinds::PATH)),
            PathKind::Search => self.search_path(&text),
        }
    }

    /// What `<name>` means.
    pub(crate) fn search_path(&mut self, name: &str) -> Res {
        match self.host.search(name) {
            Some(path) => Ok(Value::Path(path.into())),
            // Whatever nixpkgs it is, its `lib` is the one that is known.
            None if name == "nixpkgs/lib" => Ok(Value::Path(super::prelude::ENTRY.into())),
            None => Ok(Value::Symbol(format!("<{name}>").into())),
        }
    }

    fn with_lookup(&mut self, name: &Name, scopes: &[u32], frame: FrameId) -> Res<ThunkId> {
        // A set that is only known as part of nixpkgs is asked last: it has none of `lib`'s names.
        let (mut symbolic, mut presumed) = (None, None);
        for depth in scopes {
            let thunk = self.heap.slot(frame, *depth, 0);
            let scope = self.force(thunk).map_err(Stop::of_any_kind)?;
            match &scope {
                Value::Symbol(_) => {
                    symbolic.get_or_insert(scope);
                }
                Value::Attrs(set) => match (set.known(name), &set.rest) {
                    (None, Rest::Symbolic(_)) => {
                        symbolic.get_or_insert(scope);
                    }
                    (None, Rest::Presumed(why)) => {
                        presumed.get_or_insert_with(|| why.clone());
                    }
                    _ => {
                        if let Some(attr) = self.attr(set, name)? {
                            return Ok(attr.value);
                        }
                    }
                },
                other => return Err(self.mismatch("a set", other)),
            }
        }
        match (symbolic, presumed) {
            (Some(scope), _) => self.select(&scope, name).map(|a| a.value),
            (None, Some(why)) => Err(absent(name, &why)),
            (None, None) => Err(Stop::fail(format!("undefined variable '{name}'"))),
        }
    }

    // ---- selection ----

    /// The attribute `name` of a set, or `None` if there is certainly none.
    pub fn attr(&mut self, set: &Attrs, name: &Name) -> Res<Option<Attr>> {
        if let Some(attr) = set.known(name) {
            return Ok(Some(attr));
        }
        match &set.rest {
            Rest::Closed => Ok(None),
            Rest::Presumed(why) => Err(absent(name, why)),
            Rest::Open(why) => Err(Stop::unknown(why.reason.clone())),
            Rest::Symbolic(root) => Ok(Some(self.symbol_attr(root, name))),
            Rest::Lazy(lazy) => {
                let lazy = lazy.clone();
                self.deeper(|ev| lazy.get(ev, name))
            }
        }
    }

    fn symbol_attr(&mut self, root: &str, name: &str) -> Attr {
        let symbol = Value::Symbol(format!("{root}.{}", super::show::attr_name(name)).into());
        Attr::anonymous(self.ready(symbol))
    }

    /// The attribute `name` of a value; an error if there is none.
    pub fn select(&mut self, value: &Value, name: &Name) -> Res<Attr> {
        match value {
            Value::Attrs(set) => match self.attr(set, name)? {
                Some(attr) => Ok(attr),
                None => Err(Stop::fail(format!("attribute '{name}' missing"))),
            },
            Value::Symbol(root) => Ok(self.symbol_attr(&root.clone(), name)),
            other => Err(self.mismatch("a set", other)),
        }
    }

    /// The name that an [`AttrName`] is; `None` for `${null}`, which only bindings may have.
    fn attr_name(&mut self, unit: &Rc<Unit>, name: &AttrName, frame: FrameId) -> Res<Option<Name>> {
        match name {
            AttrName::Static(name) => Ok(Some(name.clone())),
            AttrName::Dynamic(e) => {
                let value = self.eval(unit, *e, frame)?;
                self.name_of(value)
            }
        }
    }

    /// A value as an attribute's name.
    pub(crate) fn name_of(&mut self, value: Value) -> Res<Option<Name>> {
        match value {
            Value::Null => Ok(None),
            Value::Str(s) if s.stand_in => Err(Stop::unknown("the attribute's name contains a store path")),
            Value::Str(s) => Ok(Some(Name::new(&s.text))),
            Value::Symbol(s) => Err(Stop::unknown(format!("`{s}` needs nixpkgs"))),
            other => Err(self.mismatch("a string", &other)),
        }
    }

    /// `base.path`: the value, or the error that the attribute is missing.
    #[allow(clippy::type_complexity)]
    fn select_path(
        &mut self,
        unit: &Rc<Unit>,
        base: ExprId,
        path: &[AttrName],
        frame: FrameId,
    ) -> Res<Result<Value, Stop>> {
        let mut value = self.eval(unit, base, frame).map_err(Stop::of_any_kind)?;
        for (i, name) in path.iter().enumerate() {
            let Some(name) = self.attr_name(unit, name, frame).map_err(Stop::of_any_kind)? else {
                return Err(Stop::fail("an attribute's name is null"));
            };
            let attr = match &value {
                Value::Attrs(set) => self.attr(set, &name)?,
                Value::Symbol(root) => Some(self.symbol_attr(&root.clone(), &name)),
                other => {
                    return Ok(Err(self.mismatch("a set", other)));
                }
            };
            match attr {
                Some(attr) if i + 1 < path.len() => {
                    value = self.force(attr.value).map_err(Stop::of_any_kind)?
                }
                Some(attr) => value = self.force(attr.value)?,
                None => return Ok(Err(Stop::fail(format!("attribute '{name}' missing")))),
            }
        }
        Ok(Ok(value))
    }

    fn has_attr(&mut self, unit: &Rc<Unit>, base: ExprId, path: &[AttrName], frame: FrameId) -> Res {
        let mut value = self.eval(unit, base, frame).map_err(|s| s.yielding(Kinds::BOOL))?;
        for (i, name) in path.iter().enumerate() {
            let name = self.attr_name(unit, name, frame).map_err(|s| s.yielding(Kinds::BOOL))?;
            let Some(name) = name else {
                return Err(Stop::fail("an attribute's name is null"));
            };
            let attr = match &value {
                Value::Attrs(set) => {
                    if let (None, Rest::Symbolic(root)) = (set.known(&name), &set.rest) {
                        return Err(Stop::unknown_kind(format!("`{root}` needs nixpkgs"), Kinds::BOOL));
                    }
                    self.attr(set, &name).map_err(|s| s.yielding(Kinds::BOOL))?
                }
                Value::Symbol(root) => {
                    return Err(Stop::unknown_kind(format!("`{root}` needs nixpkgs"), Kinds::BOOL));
                }
                _ => None,
            };
            match attr {
                Some(attr) if i + 1 < path.len() => {
                    value = self.force(attr.value).map_err(|s| s.yielding(Kinds::BOOL))?
                }
                Some(_) => {}
                None => return Ok(Value::Bool(false)),
            }
        }
        Ok(Value::Bool(true))
    }

    // ---- sets and functions ----

    /// The frame of a `let` or `rec`, its slots set.
    fn let_frame(
        &mut self,
        unit: &Rc<Unit>,
        bindings: &crate::syntax::hir::Bindings,
        outer: FrameId,
    ) -> FrameId {
        let inner = self.heap.frame(outer, bindings.statics.len(), self.filler);
        let sources: Vec<ThunkId> =
            bindings.sources.iter().map(|e| self.delay_inside(unit, *e, inner)).collect();
        for (slot, binding) in bindings.statics.iter().enumerate() {
            use crate::syntax::hir::BindingValue;
            let thunk = match binding.value {
                BindingValue::Expr(e) => self.delay_inside(unit, e, inner),
                BindingValue::Outer(e) => self.delay(unit, e, outer),
                BindingValue::From(source) => {
                    self.select_later(sources[source as usize], binding.name.clone())
                }
            };
            self.heap.set(inner, slot, thunk);
        }
        inner
    }

    fn attrs(
        &mut self,
        unit: &Rc<Unit>,
        recursive: bool,
        bindings: &crate::syntax::hir::Bindings,
        outer: FrameId,
    ) -> Res {
        use crate::syntax::hir::BindingValue;
        let mut entries: Vec<(Name, Attr)> = Vec::with_capacity(bindings.statics.len());
        let inner = if recursive { self.let_frame(unit, bindings, outer) } else { outer };
        if recursive {
            for (slot, binding) in bindings.statics.iter().enumerate() {
                let value = self.heap.slot(inner, 0, slot as u32);
                let place = Some(Place { unit: unit.id, entry: binding.entry });
                entries.push((binding.name.clone(), Attr { value, place }));
            }
        } else {
            let sources: Vec<ThunkId> =
                bindings.sources.iter().map(|e| self.delay(unit, *e, outer)).collect();
            for binding in &bindings.statics {
                let value = match binding.value {
                    BindingValue::Expr(e) | BindingValue::Outer(e) => self.delay(unit, e, outer),
                    BindingValue::From(source) => {
                        self.select_later(sources[source as usize], binding.name.clone())
                    }
                };
                let place = Some(Place { unit: unit.id, entry: binding.entry });
                entries.push((binding.name.clone(), Attr { value, place }));
            }
        }
        let mut rest = Rest::Closed;
        for binding in &bindings.dynamics {
            let name = match self.eval(unit, binding.name, inner).and_then(|v| self.name_of(v)) {
                Ok(Some(name)) => name,
                Ok(None) => continue,
                // What the other names are bound to is known all the same.
                Err(Stop::Unknown(why)) => {
                    rest = Rest::Open(why);
                    continue;
                }
                Err(stop) => return Err(stop),
            };
            if entries.iter().any(|(n, _)| *n == name) {
                return Err(Stop::fail(format!("dynamic attribute '{name}' already defined")));
            }
            let value = self.delay(unit, binding.value, inner);
            entries.push((name, Attr { value, place: Some(Place { unit: unit.id, entry: binding.entry }) }));
        }
        let mut set = Attrs::from_entries(entries);
        set.rest = rest;
        Ok(Value::Attrs(Rc::new(set)))
    }

    /// A function applied to an argument.
    pub fn call(&mut self, function: &Value, argument: ThunkId) -> Res {
        self.charge(1)?;
        match function {
            Value::Lambda(closure) => {
                let closure = closure.clone();
                let Expr::Lambda(lambda) = closure.unit.file.expr(closure.lambda) else {
                    return Err(Stop::fail("a closure without a lambda"));
                };
                let frame = self.bind(&closure, &lambda.param, argument)?;
                self.deeper(|ev| ev.eval(&closure.unit, lambda.body, frame))
            }
            Value::Builtin(partial) => {
                let partial = partial.clone();
                let mut arguments = Vec::with_capacity(partial.arguments.len() + 1);
                arguments.extend_from_slice(&partial.arguments);
                arguments.push(argument);
                if arguments.len() < partial.builtin.arity {
                    return Ok(Value::Builtin(Rc::new(Partial { builtin: partial.builtin, arguments })));
                }
                let builtin = partial.builtin;
                self.deeper(|ev| (builtin.run)(ev, &arguments)).map_err(|s| s.yielding(builtin.kinds))
            }
            Value::Native(f) => {
                let f = f.0.clone();
                self.deeper(|ev| f(ev, argument))
            }
            Value::Attrs(set) => {
                let functor = self.attr(set, &Name::new_static("__functor"))?;
                let Some(functor) = functor else {
                    return Err(self.mismatch("a function", function));
                };
                let this = self.ready(function.clone());
                let f = self.force(functor.value).map_err(Stop::of_any_kind)?;
                let f = self.deeper(|ev| ev.call(&f, this)).map_err(Stop::of_any_kind)?;
                self.deeper(|ev| ev.call(&f, argument))
            }
            Value::Symbol(s) => Err(Stop::unknown(format!("`{s}` needs nixpkgs"))),
            other => Err(self.mismatch("a function", other)),
        }
    }

    /// A function applied to several arguments.
    pub fn call_with(&mut self, function: &Value, arguments: &[ThunkId]) -> Res {
        let Some((last, others)) = arguments.split_last() else { return Ok(function.clone()) };
        let mut f = function.clone();
        for argument in others {
            f = self.call(&f, *argument).map_err(Stop::of_any_kind)?;
        }
        self.call(&f, *last)
    }

    /// The frame that a parameter makes of an argument.
    fn bind(&mut self, closure: &Closure, param: &Param, argument: ThunkId) -> Res<FrameId> {
        let (formals, open, bind) = match param {
            Param::Name(_) => return Ok(self.heap.frame(closure.frame, 1, argument)),
            Param::Pattern { formals, open, bind } => (formals, *open, bind),
        };
        let value = self.force(argument).map_err(Stop::of_any_kind)?;
        let set = match &value {
            Value::Attrs(set) => set.clone(),
            Value::Symbol(s) => Rc::new(Attrs { entries: Vec::new(), rest: Rest::Symbolic(s.clone()) }),
            other => return Err(self.mismatch("a set", other)),
        };
        let size = formals.len() + usize::from(bind.is_some());
        let frame = self.heap.frame(closure.frame, size, self.filler);
        let mut used = 0;
        for (slot, formal) in formals.iter().enumerate() {
            let found = match self.attr(&set, &formal.name) {
                Ok(found) => found.map(|a| a.value),
                Err(stop @ Stop::Unknown(_)) => Some(self.stopped(stop)),
                Err(stop) => return Err(stop),
            };
            let thunk = match (found, formal.default) {
                (Some(thunk), _) => {
                    used += 1;
                    thunk
                }
                (None, Some(default)) => self.delay_inside(&closure.unit, default, frame),
                (None, None) => {
                    return Err(Stop::fail(format!(
                        "function called without required argument '{}'",
                        formal.name
                    )));
                }
            };
            self.heap.set(frame, slot, thunk);
        }
        if bind.is_some() {
            self.heap.set(frame, formals.len(), argument);
        }
        if !open && set.is_closed() && used < set.entries.len() {
            let extra = set.entries.iter().map(|(n, _)| n).find(|n| !formals.iter().any(|f| f.name == **n));
            if let Some(extra) = extra {
                return Err(Stop::fail(format!("function called with unexpected argument '{extra}'")));
            }
        }
        Ok(frame)
    }

    // ---- expectations ----

    /// The error that a value is of the wrong kind; unknown for a symbol, which may be of any kind.
    pub(crate) fn mismatch(&self, wanted: &str, value: &Value) -> Stop {
        match value {
            Value::Symbol(s) => Stop::unknown(format!("`{s}` needs nixpkgs")),
            other => Stop::fail(format!("expected {wanted} but found {}", other.describe())),
        }
    }

    pub(crate) fn expect_bool(&mut self, value: Value) -> Res<bool> {
        match value {
            Value::Bool(b) => Ok(b),
            other => Err(self.mismatch("a Boolean", &other).yielding(Kinds::ANY)),
        }
    }
}

/// Why an attribute that a [`Rest::Presumed`] does not have is not known.
fn absent(name: &str, why: &Unknown) -> Stop {
    Stop::unknown(format!("there is no `{name}` in {}", why.reason))
}
