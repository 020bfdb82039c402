//! What an evaluation came across: which options of which scopes it read, which attributes it missed, and what it handed to
//! functions that are not at hand.

use super::heap::ThunkId;
use super::value::{Attrs, Origin};
use crate::syntax::hir::Name;
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// How many reads are remembered at a time. Beyond it, further ones are forgotten.
const LIMIT: usize = 1 << 20;
/// How much of what is handed on is remembered.
const MOST_HANDED: usize = 100_000;

/// A log of reads. What a thunk read while it was evaluated counts as read again by whoever uses its value later.
///
/// It consists of segments, one for each thunk that is being evaluated, in which no key is twice.
#[derive(Default)]
pub(crate) struct ReadLog {
    log: Vec<Entry>,
    /// Where each key is in the log for the last time.
    places: Places,
    segment: Segment,
    /// How many segments there were.
    segments: u32,
    /// How many logs there are around this one.
    outer: usize,
    /// Whether something was forgotten.
    overflowed: bool,
    of_thunk: FxHashMap<ThunkId, OfThunk>,
    /// The sets that are values of options, with the options' keys. They are kept, so that no other set can be taken for one.
    named: FxHashMap<*const Attrs, (Rc<Attrs>, u32)>,
    missed: Vec<Rc<Missed>>,
    handed: Vec<ThunkId>,
}

/// What was read.
#[derive(Clone, Copy)]
struct Entry {
    key: u32,
    /// Where the key is in the log before this.
    before: u32,
}

/// The innermost part of the log.
#[derive(Clone, Copy, Default)]
struct Segment {
    /// Where it starts.
    start: u32,
    /// Its number.
    number: u32,
}

/// The number of no segment.
const NO_SEGMENT: u32 = u32::MAX;

/// What was read when a thunk was evaluated.
struct OfThunk {
    keys: Rc<[u32]>,
    /// The numbers of the segments that were last told of it: as read, and as only seen.
    told: [u32; 2],
}

/// A place in the log for each key; one more than it, so that zero is none.
#[derive(Default)]
struct Places {
    read: Vec<u32>,
    seen: Vec<u32>,
    files: Vec<u32>,
    missed: Vec<u32>,
    handed: Vec<u32>,
    all: u32,
}

impl Places {
    fn of(&mut self, key: u32) -> &mut u32 {
        const ALL_SEEN: u32 = SEEN | ALL;
        let (places, key) = match key {
            ALL_SEEN => return &mut self.all,
            _ if key & MISSED != 0 => (&mut self.missed, key & !MISSED),
            _ if key & HANDED != 0 => (&mut self.handed, key & !HANDED),
            _ if key & SEEN == 0 => (&mut self.read, key),
            _ if key & FILE != 0 => (&mut self.files, key & !(SEEN | FILE)),
            _ => (&mut self.seen, key & !SEEN),
        };
        let key = key as usize;
        if key >= places.len() {
            places.resize((key + 1).next_power_of_two(), 0);
        }
        &mut places[key]
    }
}

/// What an expression takes for granted that asks for something which an option's value is not, or does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Asked {
    /// That the value has the attribute: the evaluation fails.
    Needed,
    /// Nothing: it says what there is otherwise (`or`).
    OrElse,
    /// That the value, a set, may be equal to a text.
    Compared,
}

/// An attribute that an option's value was asked for, and does not have; or a text that it was compared with, being a set.
#[derive(Debug, PartialEq)]
pub struct Missed {
    /// The key of the option.
    pub of: u32,
    /// The name of the attribute, or the text.
    pub name: Name,
    /// The expression that asks.
    pub origin: Origin,
    /// How it asks.
    pub asked: Asked,
}

/// What had a part in something.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Subject {
    /// An option, or a set of options, of this key.
    Option(u32),
    /// A file that was imported, of this number.
    File(u32),
    /// All of a scope.
    All,
}

/// Something that an evaluation came across.
#[derive(Clone)]
pub enum Met {
    /// It read an option, of this key.
    Read(u32),
    /// An attribute is missing.
    Missed(Rc<Missed>),
    /// It handed this to a function that is not at hand.
    Handed(ThunkId),
}

/// Keys from here on are not those of options, but number what was missed.
const MISSED: u32 = 1 << 31;
/// Keys from here on number what was handed on.
const HANDED: u32 = 1 << 30;
/// Keys from here on are those of options, or sets of options, that had a part in something without having been read by name.
const SEEN: u32 = 1 << 29;
/// Keys of what was seen from here on are those of files that were imported, others those of options.
const FILE: u32 = 1 << 28;
/// The key of all of a scope.
const ALL: u32 = SEEN - 1;

impl ReadLog {
    /// Notes that `key` was read; what it means is for the module system to say.
    pub(crate) fn note(&mut self, key: u32) {
        let place = self.places.of(key);
        if *place > self.segment.start {
            return;
        }
        if self.log.len() < LIMIT {
            self.log.push(Entry { key, before: *place });
            *place = self.log.len() as u32;
        } else {
            self.overflowed = true;
        }
    }

    /// Starts a segment, and returns the one around it.
    fn open(&mut self) -> Segment {
        self.segments += 1;
        let segment = Segment { start: self.log.len() as u32, number: self.segments };
        std::mem::replace(&mut self.segment, segment)
    }

    /// The keys of the innermost segment, in the order in which they were first noted.
    fn keys(&self) -> impl ExactSizeIterator<Item = u32> {
        self.log[self.segment.start as usize..].iter().map(|entry| entry.key)
    }

    /// Notes that `key` had a part in what is evaluated.
    pub(crate) fn note_seen(&mut self, key: u32) {
        self.note(SEEN | key);
    }

    /// Notes that the value of a file, a unit of the evaluation, was imported.
    pub(crate) fn note_file(&mut self, unit: u32) {
        self.note_seen(FILE | unit);
    }

    /// Notes that all of a scope had a part in something.
    pub(crate) fn note_all(&mut self) {
        self.note_seen(ALL);
    }

    /// What the key of something seen is about.
    pub(crate) fn subject(key: u32) -> Subject {
        match key {
            ALL => Subject::All,
            _ if key & FILE != 0 => Subject::File(key & !FILE),
            _ => Subject::Option(key),
        }
    }

    /// The key of the option that a noted key is about, if it is about one.
    pub(crate) fn about(key: u32) -> Option<u32> {
        (key & (MISSED | HANDED) == 0).then_some(key & !SEEN)
    }

    /// Whether reads were forgotten since there were too many.
    pub(crate) fn is_incomplete(&self) -> bool {
        self.overflowed
    }

    /// Notes that a set is the value of the option of this key.
    pub(crate) fn name(&mut self, set: &Rc<Attrs>, key: u32) {
        self.named.insert(Rc::as_ptr(set), (set.clone(), key));
    }

    /// Notes that a set does not have an attribute that was selected, or is not the text that it was compared with.
    pub(crate) fn miss(&mut self, set: &Rc<Attrs>, name: &Name, origin: Origin, asked: Asked) {
        let Some((_, key)) = self.named.get(&Rc::as_ptr(set)) else { return };
        let missed = Missed { of: *key, name: name.clone(), origin, asked };
        let i = self.missed.iter().position(|known| **known == missed).unwrap_or_else(|| {
            self.missed.push(Rc::new(missed));
            self.missed.len() - 1
        });
        self.note(MISSED | i as u32);
    }

    /// Notes that something was handed to a function that is not at hand.
    pub(crate) fn hand(&mut self, argument: ThunkId) {
        if self.handed.len() < MOST_HANDED {
            self.handed.push(argument);
            self.note(HANDED | (self.handed.len() - 1) as u32);
        }
    }

    /// What a noted key means; `None` for what was only seen.
    pub(crate) fn met(&self, key: u32) -> Option<Met> {
        if key & MISSED != 0 {
            Some(Met::Missed(self.missed[(key & !MISSED) as usize].clone()))
        } else if key & HANDED != 0 {
            Some(Met::Handed(self.handed[(key & !HANDED) as usize]))
        } else if key & SEEN != 0 {
            None
        } else {
            Some(Met::Read(key))
        }
    }

    /// A thunk starts to be evaluated.
    pub(crate) fn mark(&mut self) -> Mark {
        Mark { outer: self.open() }
    }

    /// Remembers what was read since `mark` as read by the thunk, and by the one around it.
    pub(crate) fn save(&mut self, id: ThunkId, mark: Mark) {
        let inner = std::mem::replace(&mut self.segment, mark.outer).start as usize;
        if self.log.len() == inner {
            return;
        }
        let keys = self.log[inner..].iter().map(|entry| entry.key).collect();
        self.of_thunk.insert(id, OfThunk { keys, told: [self.segment.number, NO_SEGMENT] });
        let mut end = inner;
        for i in inner..self.log.len() {
            let Entry { key, before } = self.log[i];
            // What the thunk around it has read as well is there already.
            let is_known = before > self.segment.start;
            *self.places.of(key) = if is_known { before } else { end as u32 + 1 };
            if !is_known {
                self.log[end] = self.log[i];
                end += 1;
            }
        }
        self.log.truncate(end);
    }

    /// Forgets the log if nobody is there to whom it would belong.
    pub(crate) fn forget(&mut self) {
        if self.outer == 0 {
            self.drop_keys();
        }
    }

    /// Empties the innermost segment.
    fn drop_keys(&mut self) {
        while self.log.len() > self.segment.start as usize
            && let Some(Entry { key, before }) = self.log.pop()
        {
            *self.places.of(key) = before;
        }
        self.segments += 1;
        self.segment.number = self.segments;
    }

    /// What was read when the thunk was evaluated.
    pub(crate) fn of(&self, id: ThunkId) -> &[u32] {
        self.of_thunk.get(&id).map_or(&[], |of| &of.keys)
    }

    /// Notes again what the thunk read when it was evaluated.
    pub(crate) fn repeat(&mut self, id: ThunkId) {
        if let Some(keys) = self.untold(id, 0) {
            keys.iter().for_each(|key| self.note(*key));
        }
    }

    /// Notes what the thunk read when it was evaluated as only seen.
    pub(crate) fn see(&mut self, id: ThunkId) {
        if let Some(keys) = self.untold(id, 1) {
            self.see_all(&keys);
        }
    }

    /// What the thunk read, if the innermost segment was not told that way.
    fn untold(&mut self, id: ThunkId, way: usize) -> Option<Rc<[u32]>> {
        let of = self.of_thunk.get_mut(&id)?;
        let told = std::mem::replace(&mut of.told[way], self.segment.number);
        (told != self.segment.number).then(|| of.keys.clone())
    }

    /// Notes what was read as only seen.
    pub(crate) fn see_all(&mut self, keys: &[u32]) {
        for key in keys.iter().filter_map(|key| ReadLog::about(*key)) {
            self.note_seen(key);
        }
    }

    /// Starts an empty log; [`ReadLog::leave`] ends it.
    pub(crate) fn enter(&mut self) -> Outer {
        self.outer += 1;
        Outer { segment: self.open() }
    }

    /// Ends the log that [`ReadLog::enter`] started and returns what was read in it.
    pub(crate) fn leave(&mut self, outer: Outer) -> Vec<u32> {
        self.outer -= 1;
        let keys = self.keys().collect();
        self.drop_keys();
        self.segment = outer.segment;
        keys
    }
}

/// What was read between [`ReadLog::enter`] and [`ReadLog::leave`].
#[derive(Default)]
pub(crate) struct Reads {
    /// The keys of what was read by name.
    pub(crate) read: Vec<u32>,
    /// The keys of all that had a part in it, read by name or not; [`ReadLog::subject`] tells what they are about.
    pub(crate) seen: Vec<u32>,
}

/// Where the reads of a thunk start.
#[must_use]
pub(crate) struct Mark {
    outer: Segment,
}

/// The log around another one.
pub(crate) struct Outer {
    segment: Segment,
}
