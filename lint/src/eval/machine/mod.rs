//! The evaluator: thunks forced on demand, within a budget of steps and depth.

mod bindings;
mod call;
mod expr;
mod files;
mod select;
mod sources;
mod text;
mod thunks;

use super::builtins;
use super::heap::{FrameId, Heap, Thunk, ThunkId};
use super::host::{Host, SourcePlace};
use super::reads::{Met, ReadLog, Reads};
use super::releases::Release;
use super::value::*;
use crate::syntax::hir::File;
use rustc_hash::FxHashMap;
use std::rc::Rc;
use std::sync::Arc;

/// How many nested evaluations there may be. Nix' own stack ends at about as many.
const MAX_DEPTH: u32 = 30_000;
/// How many thunks there may be. A large system has fifty thousand.
const MAX_THUNKS: usize = 2_000_000;
/// How many steps there are from one look whether the result is still wanted to the next: a fraction of a millisecond.
const STRETCH: u64 = 4096;
/// How many levels of evaluation there are from one look at the stack to the next.
const LEVELS: u32 = 4;
/// Stack that must be left for these, and how much is added when it is not there. In bytes.
const RED_ZONE: usize = 256 * 1024;
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
    pub(super) heap: Heap,
    /// The files that were lowered for it.
    units: Vec<Rc<Unit>>,
    /// Where the well-known sources are, by the folders that stand for them.
    places: FxHashMap<Rc<str>, SourcePlace>,
    /// The value of each imported file.
    imported: FxHashMap<Rc<str>, ThunkId>,
    /// What is being forced, outermost first.
    forcing: Vec<ThunkId>,
    /// What was read of the scopes' configurations.
    reads: ReadLog,
    /// What is known of the releases of sources, by their folders.
    releases: FxHashMap<Rc<str>, Release>,
    /// The files that another evaluation had, by path, and that this one did not ask for yet.
    adopted: FxHashMap<Rc<str>, u32>,
    depth: u32,
    steps: u64,
    budget: u64,
    /// Whether something was left out since it took too much.
    exhausted: bool,
    /// At which step it is looked next whether the result is still wanted.
    pause: u64,
    /// The outermost frame, which has no slots.
    root: FrameId,
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
        let mut heap = Heap::new();
        let filler = heap.alloc(Thunk::Stopped(Stop::fail("a variable was used before it was bound")), None);
        let root = heap.frame(FrameId(0), 0, filler);
        Eval {
            host,
            heap,
            units: Vec::new(),
            places: FxHashMap::default(),
            imported: FxHashMap::default(),
            forcing: Vec::new(),
            reads: ReadLog::default(),
            releases: FxHashMap::default(),
            adopted: FxHashMap::default(),
            depth: 0,
            steps: 0,
            budget,
            exhausted: false,
            pause: STRETCH,
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
        if self.steps >= self.pause {
            self.pause = self.steps.saturating_add(STRETCH);
            self.host.pause();
        }
        if self.steps > self.budget {
            self.exhausted = true;
            return Err(Stop::unknown("the evaluation takes too long"));
        }
        if self.heap.len() > MAX_THUNKS {
            self.exhausted = true;
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

    /// Runs `f` with at most `steps` steps that do not count, and returns how many it took.
    pub fn beside_budget<T>(&mut self, steps: u64, f: impl FnOnce(&mut Self) -> T) -> (T, u64) {
        let (whole, before) = (self.budget, self.steps);
        self.budget = before.saturating_add(steps);
        let result = f(self);
        let taken = self.steps - before;
        (self.budget, self.steps) = (whole, before);
        self.pause = before.saturating_add(STRETCH);
        (result, taken)
    }

    /// Runs `f` one level deeper, on a stack that is large enough.
    pub fn deeper<T>(&mut self, f: impl FnOnce(&mut Self) -> Res<T>) -> Res<T> {
        if self.depth >= MAX_DEPTH {
            self.exhausted = true;
            return Err(Stop::unknown("the evaluation is nested too deeply"));
        }
        self.depth += 1;
        let result = match self.depth % LEVELS {
            0 => stacker::maybe_grow(RED_ZONE, STACK_SEGMENT, || f(self)),
            _ => f(self),
        };
        self.depth -= 1;
        result
    }

    /// Defines a builtin for the prelude; its name starts with two underscores. To be called before anything is evaluated.
    pub fn define(&mut self, name: &'static str, value: ThunkId) {
        self.natives.push((name, value));
    }

    /// The builtins that were defined for the prelude.
    pub(in crate::eval) fn natives(&self) -> &[(&'static str, ThunkId)] {
        &self.natives
    }

    /// Notes that something outside of the evaluation was read: `key` means what the layer above wants.
    pub(crate) fn note_read(&mut self, key: u32) {
        self.reads.note(key);
    }

    /// Notes that what `key` means had a part in what is evaluated, without having been read by name.
    pub(crate) fn note_seen(&mut self, key: u32) {
        self.reads.note_seen(key);
    }

    /// The same of all that had a part in something else.
    pub(crate) fn note_all_seen(&mut self, keys: &[u32]) {
        keys.iter().for_each(|key| self.note_seen(*key));
    }

    /// Notes that all of a scope has a part in what is evaluated.
    pub(crate) fn note_all(&mut self) {
        self.reads.note_all();
    }

    /// Notes that the file that a thunk is an expression of was imported.
    pub(crate) fn note_file_of(&mut self, thunk: ThunkId) {
        if let Some(origin) = self.heap.origin(thunk) {
            self.reads.note_file(origin.unit);
        }
    }

    /// Notes what a thunk read when it was evaluated as only seen.
    pub(crate) fn see(&mut self, thunk: ThunkId) {
        self.reads.see(thunk);
    }

    /// Forces a thunk. What that reads counts as only seen.
    pub(crate) fn force_seeing(&mut self, thunk: ThunkId) -> Res {
        if let Some(known) = self.heap.known(thunk) {
            self.reads.see(thunk);
            return known;
        }
        let outer = self.reads.enter();
        let result = self.force(thunk);
        let keys = self.reads.leave(outer);
        self.reads.see_all(&keys);
        result
    }

    /// Whether there were too many reads for all to be remembered.
    pub(crate) fn forgot_reads(&self) -> bool {
        self.reads.is_incomplete()
    }

    /// Whether something was left out since it took too long, or was nested too deeply.
    pub(crate) fn is_exhausted(&self) -> bool {
        self.exhausted
    }

    /// Notes that a set is the value of what `key` means: an attribute that it turns out not to have is noted too.
    pub(crate) fn name_set(&mut self, set: &Rc<Attrs>, key: u32) {
        self.reads.name(set, key);
    }

    /// What a thunk came across when it was evaluated.
    pub(crate) fn met_by(&self, thunk: ThunkId) -> Vec<Met> {
        let mut keys = self.reads.of(thunk).to_vec();
        keys.sort_unstable();
        keys.into_iter().filter_map(|key| self.reads.met(key)).collect()
    }

    /// Notes of which release a source is.
    pub(in crate::eval) fn note_release(&mut self, folder: Rc<str>, release: Release) {
        self.releases.insert(folder, release);
    }

    /// What is known of the release of the source that a path lies in, which is not at hand.
    pub fn release_of(&self, path: &str) -> Option<Release> {
        let folder = &path[..path.find('»')? + '»'.len_utf8()];
        self.releases.get(folder).copied().or_else(|| Release::named(folder))
    }

    /// Runs `f` and returns with its result what was read in it, which does not count as read outside.
    pub(crate) fn reading<T>(&mut self, f: impl FnOnce(&mut Self) -> T) -> (T, Reads) {
        let outer = self.reads.enter();
        let result = f(self);
        let keys = self.reads.leave(outer);
        let read = keys.iter().copied().filter(|key| matches!(self.reads.met(*key), Some(Met::Read(_))));
        let mut read: Vec<u32> = read.collect();
        read.sort_unstable();
        let seen = keys.iter().filter_map(|key| ReadLog::about(*key)).collect();
        (result, Reads { read, seen })
    }

    /// The set of builtins.
    pub(in crate::eval) fn builtins(&mut self) -> ThunkId {
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

    /// The error that a value is of the wrong kind; unknown for a symbol, which may be of any kind.
    pub(crate) fn mismatch(&self, wanted: &str, value: &Value) -> Stop {
        match value {
            Value::Symbol(s) => Stop::needs_nixpkgs(s),
            other => Stop::fail(format!("expected {wanted} but found {}", other.describe())),
        }
    }

    /// The Boolean that a value must be.
    pub(in crate::eval) fn expect_bool(&mut self, value: Value) -> Res<bool> {
        match value {
            Value::Bool(b) => Ok(b),
            other => Err(self.mismatch("a Boolean", &other).yielding(Kinds::ANY)),
        }
    }
}
