//! The files that are being typed in: of their texts is kept what makes the next one quicker to lower.

use crate::syntax::hir;
use crate::syntax::{Kept, lower, lower_edited};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// How many files that is done for, the last ones: what is kept of one is many times as large as its text.
const MOST: usize = 4;

/// What is kept of files, by their paths. Whether something is kept makes no difference to any result.
#[derive(Default)]
pub(super) struct Typed(Mutex<VecDeque<(String, Option<Kept>)>>);

impl Typed {
    /// A file has another text.
    pub(super) fn note(&self, path: &str) {
        let mut files = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = files.iter().position(|(known, _)| known == path);
        let file = known.and_then(|known| files.remove(known)).unwrap_or_else(|| (path.to_owned(), None));
        files.push_front(file);
        files.truncate(MOST);
    }

    /// The lowered form of a file's text.
    pub(super) fn lowered(&self, path: &str, text: &Arc<str>) -> Arc<hir::File> {
        let Some(former) = self.with(path, |kept| kept.clone()) else { return Arc::new(lower(text)) };
        let (file, new) = lower_edited(text, former);
        self.with(path, |kept| *kept = new);
        file
    }

    fn with<T>(&self, path: &str, with: impl FnOnce(&mut Option<Kept>) -> T) -> Option<T> {
        let mut files = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (_, kept) = files.iter_mut().find(|(known, _)| known == path)?;
        Some(with(kept))
    }
}
