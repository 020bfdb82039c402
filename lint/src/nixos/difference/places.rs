//! Where what is the same in two texts of a file stands in each of them.

use crate::syntax::hir::{Entry, File, Shift};
use rowan::{TextRange, TextSize};
use rustc_hash::FxHashMap;

/// Where what is the same stands in the new text, by where it stands in the old one.
#[derive(Debug)]
pub(super) enum Places {
    /// All that stands behind a place is shifted.
    Shifted(Shift),
    /// Each piece by itself.
    Each(FxHashMap<TextRange, Option<TextRange>>),
}

impl Default for Places {
    fn default() -> Self {
        Places::Each(FxHashMap::default())
    }
}

impl Places {
    /// Those of two texts that say the same.
    pub(super) fn of_the_same(old: &File, new: &File) -> Self {
        let pairs = || ranges(old).zip(ranges(new));
        let ends = || pairs().flat_map(|(old, new)| [(old.start(), new.start()), (old.end(), new.end())]);
        let shift = match ends().filter(|(old, new)| old != new).min() {
            Some((old, new)) => Shift { at: old, by: i64::from(u32::from(new)) - i64::from(u32::from(old)) },
            None => Shift { at: TextSize::new(0), by: 0 },
        };
        if pairs().all(|(old, new)| shift.range(old) == new) {
            return Places::Shifted(shift);
        }
        let mut places = Places::default();
        pairs().for_each(|(old, new)| places.note(old, new));
        places
    }

    /// Notes that what stood at `old` stands at `new`. What would be at two places is at none.
    pub(super) fn note(&mut self, old: TextRange, new: TextRange) {
        if let Places::Each(places) = self {
            let known = places.entry(old).or_insert(Some(new));
            if *known != Some(new) {
                *known = None;
            }
        }
    }

    /// Where a piece of the old text that is the same in the new one stands there.
    pub(super) fn moved(&self, range: TextRange) -> Option<TextRange> {
        match self {
            Places::Shifted(shift) => Some(shift.range(range)),
            Places::Each(places) => places.get(&range).copied().flatten(),
        }
    }

    /// Whether all of it stands where it stood.
    pub(super) fn are_the_same(&self) -> bool {
        match self {
            Places::Shifted(shift) => shift.by == 0,
            Places::Each(places) => places.iter().all(|(old, new)| *new == Some(*old)),
        }
    }
}

/// Every range of a file, in the order of its expressions and bindings.
fn ranges(file: &File) -> impl Iterator<Item = TextRange> {
    let of_entries =
        file.entries.iter().flat_map(|Entry { range, path, name, value, .. }| [*range, *path, *name, *value]);
    file.ranges.iter().copied().chain(of_entries)
}
