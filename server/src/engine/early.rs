//! Changes that are told before the document is: Helix opens a document to change it, and may tell the change first.

use super::document::Change;
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// How long a change waits for its document. The other way round takes no time at all.
const PATIENCE: Duration = Duration::from_secs(1);
/// How many documents are waited for.
const MOST_DOCUMENTS: usize = 64;
/// How many changes of a document wait.
const MOST_CHANGES: usize = 16;

/// What a document becomes by changes.
type Step = (i32, Vec<Change>);

/// Changes of documents that are not open.
#[derive(Default)]
pub(super) struct Early {
    /// By the paths of the documents, and when the first of them came.
    waiting: HashMap<String, (Instant, Vec<Step>)>,
}

impl Early {
    /// Keeps what makes this version of a document.
    pub(super) fn keep(&mut self, path: &str, version: i32, changes: &[Change]) {
        self.waiting.retain(|_, (since, _)| since.elapsed() < PATIENCE);
        if self.waiting.len() >= MOST_DOCUMENTS {
            return;
        }
        let (_, steps) = self.waiting.entry(path.to_owned()).or_insert_with(|| (Instant::now(), Vec::new()));
        if steps.len() < MOST_CHANGES {
            steps.push((version, changes.to_vec()));
        }
    }

    /// What follows this version of a document, which is open now. Nothing, if that is not the next one.
    pub(super) fn take(&mut self, path: &str, opened: i32) -> Vec<Step> {
        let Some((since, steps)) = self.waiting.remove(path) else { return Vec::new() };
        let is_next = |(version, _): &Step| opened.checked_add(1) == Some(*version);
        if since.elapsed() < PATIENCE && steps.first().is_some_and(is_next) { steps } else { Vec::new() }
    }

    /// A document was closed: nothing is left that could follow.
    pub(super) fn forget(&mut self, path: &str) {
        self.waiting.remove(path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_follows_counts_and_only_once() {
        let change = |text: &str| vec![Change { range: None, text: text.into() }];
        let mut early = Early::default();
        early.keep("/a.nix", 1, &change("b"));
        early.keep("/a.nix", 2, &change("c"));
        assert_eq!(early.take("/b.nix", 0), []);
        assert_eq!(early.take("/a.nix", 0), [(1, change("b")), (2, change("c"))]);
        assert_eq!(early.take("/a.nix", 0), []);
        early.keep("/a.nix", 7, &change("b"));
        assert_eq!(early.take("/a.nix", 0), [], "of another time");
        early.keep("/a.nix", 1, &change("b"));
        early.forget("/a.nix");
        assert_eq!(early.take("/a.nix", 0), []);
        for number in 0..1000 {
            early.keep(&format!("/{number}.nix"), 1, &change("b"));
            early.keep("/0.nix", 1, &change("b"));
        }
        assert_eq!((early.waiting.len(), early.take("/0.nix", 0).len()), (MOST_DOCUMENTS, MOST_CHANGES));
    }
}
