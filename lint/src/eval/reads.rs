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
    of_thunk: FxHashMap<ThunkId, Rc<[u32]>>,
}

impl ReadLog {
    /// Notes that `key` was read; what it means is for the module system to say.
    pub(crate) fn note(&mut self, key: u32) {
        if self.log.last() != Some(&key) && self.log.len() < LIMIT {
            self.log.push(key);
        }
    }

    pub(crate) fn mark(&self) -> usize {
        self.log.len()
    }

    /// Remembers what was read since `mark` as read by the thunk.
    pub(crate) fn save(&mut self, id: ThunkId, mark: usize) {
        if self.log.len() > mark {
            let mut keys: Vec<u32> = self.log[mark..].to_vec();
            keys.sort_unstable();
            keys.dedup();
            self.of_thunk.insert(id, keys.into());
        }
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
    pub(crate) fn enter(&mut self) -> Vec<u32> {
        std::mem::take(&mut self.log)
    }

    /// Ends the log that [`ReadLog::enter`] started and returns what was read in it.
    pub(crate) fn leave(&mut self, outer: Vec<u32>) -> Vec<u32> {
        let mut keys = std::mem::replace(&mut self.log, outer);
        keys.sort_unstable();
        keys.dedup();
        keys
    }
}
