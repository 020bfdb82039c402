//! Which options of which scopes an evaluation read.

use super::heap::ThunkId;
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// How many reads are remembered at a time. Beyond it, further ones are forgotten.
const LIMIT: usize = 4096;

/// A log of reads. What a thunk read while it was evaluated counts as read again by whoever uses its value later.
#[derive(Default)]
pub(crate) struct ReadLog {
    log: Vec<u32>,
    /// Where what the innermost thunk reads starts.
    start: usize,
    of_thunk: FxHashMap<ThunkId, Rc<[u32]>>,
}

impl ReadLog {
    /// Notes that `key` was read; what it means is for the module system to say.
    pub(crate) fn note(&mut self, key: u32) {
        let repeated = self.log[self.start..].last() == Some(&key);
        if !repeated && self.log.len() < LIMIT {
            self.log.push(key);
        }
    }

    /// A thunk starts to be evaluated.
    pub(crate) fn mark(&mut self) -> Mark {
        let outer = std::mem::replace(&mut self.start, self.log.len());
        Mark { outer }
    }

    /// Remembers what was read since `mark` as read by the thunk, and by the one around it.
    pub(crate) fn save(&mut self, id: ThunkId, mark: Mark) {
        let start = std::mem::replace(&mut self.start, mark.outer);
        if self.log.len() > start {
            let mut keys: Vec<u32> = self.log[start..].to_vec();
            keys.sort_unstable();
            keys.dedup();
            self.of_thunk.insert(id, keys.into());
        }
    }

    /// Forgets the log: nobody is there to whom it would belong.
    pub(crate) fn forget(&mut self) {
        self.log.clear();
    }

    /// What was read when the thunk was evaluated.
    pub(crate) fn of(&self, id: ThunkId) -> &[u32] {
        self.of_thunk.get(&id).map_or(&[], |keys| keys)
    }

    /// Notes again what the thunk read when it was evaluated.
    pub(crate) fn repeat(&mut self, id: ThunkId) {
        if self.of_thunk.is_empty() {
            return;
        }
        if let Some(keys) = self.of_thunk.get(&id).cloned() {
            for key in keys.iter() {
                self.note(*key);
            }
        }
    }

    /// Starts an empty log; [`ReadLog::leave`] ends it.
    pub(crate) fn enter(&mut self) -> Outer {
        Outer { log: std::mem::take(&mut self.log), start: std::mem::take(&mut self.start) }
    }

    /// Ends the log that [`ReadLog::enter`] started and returns what was read in it.
    pub(crate) fn leave(&mut self, outer: Outer) -> Vec<u32> {
        let mut keys = std::mem::replace(&mut self.log, outer.log);
        self.start = outer.start;
        keys.sort_unstable();
        keys.dedup();
        keys
    }
}

/// Where the reads of a thunk start.
#[must_use]
pub(crate) struct Mark {
    outer: usize,
}

/// The log around another one.
pub(crate) struct Outer {
    log: Vec<u32>,
    start: usize,
}
