//! Questions to the analyser about a document, and what answers them.

use super::document::Range;
use super::editor::Editor;
use rowan::{TextRange, TextSize};
use speclint_lint::analysis::{Analysis, Stop};
use speclint_lint::findings::{Edit, Finding, Location};
use speclint_lint::fix::apply;
use speclint_lint::nixos::model::System;
use speclint_lint::rules::Texts;
use speclint_lint::source::{LineIndex, Position};
use speclint_lint::syntax::hir;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::oneshot;

/// Why a question has no answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Refusal {
    /// The document has changed since.
    Outdated,
    /// Whoever asked no longer wants to know.
    Cancelled,
    /// It went wrong.
    Failed(String),
    /// The server has ended.
    Ended,
}

/// A document in the projects that it is part of, at one moment.
pub(crate) struct View {
    /// The projects, that which it belongs to first.
    pub(crate) analyses: Vec<Analysis>,
    /// The document's path.
    pub(crate) path: String,
    /// What the client has.
    pub(crate) editor: Arc<Editor>,
}

impl View {
    /// The models of all systems that the document may be part of.
    pub(crate) fn systems(&self) -> Vec<Arc<System>> {
        self.analyses.iter().flat_map(Analysis::systems).collect()
    }

    /// The findings with their mends.
    pub(crate) fn findings(&self) -> Vec<Finding> {
        self.analyses.iter().flat_map(Analysis::findings).collect()
    }

    /// Edits as the client takes them, file by file.
    pub(crate) fn changes(&self, edits: &[Edit]) -> Vec<FileChange> {
        let change = |(path, edits): (&str, Vec<&Edit>)| {
            let range = |edit: &Edit| {
                let Location { start, end, .. } = edit.location;
                self.range(path, TextRange::new(start.into(), end.max(start).into()))
            };
            FileChange {
                uri: self.editor.uri(path),
                version: self.editor.version(path),
                is_new: self.text(path).is_none(),
                edits: edits.into_iter().map(|edit| (range(edit), edit.text.clone())).collect(),
            }
        };
        apply::by_file(edits).into_iter().map(change).collect()
    }

    /// Where the lines of a file start.
    pub(crate) fn lines(&self, path: &str) -> Arc<LineIndex> {
        match self.analyses.first() {
            Some(analysis) => self.editor.lines(analysis, path),
            None => self.editor.open.get(path).map(|open| open.lines.clone()).unwrap_or_else(no_lines),
        }
    }

    /// The offset of a place in the document.
    pub(crate) fn offset(&self, position: Position) -> TextSize {
        self.lines(&self.path).offset_of(position, self.editor.unit)
    }

    /// The range of offsets of a range in the document, whichever end of it is said first.
    pub(crate) fn offsets(&self, range: Range) -> TextRange {
        let (start, end) = (self.offset(range.start), self.offset(range.end));
        TextRange::new(start.min(end), end.max(start))
    }

    /// A range of a file, as the client counts.
    pub(crate) fn range(&self, path: &str, range: TextRange) -> Range {
        super::document::range(&self.lines(path), range.start().into(), range.end().into(), self.editor.unit)
    }
}

/// Edits of a file, as the client takes them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct FileChange {
    /// The file.
    pub(crate) uri: String,
    /// Its version, if it is open.
    pub(crate) version: Option<i32>,
    /// Whether it must be made first.
    pub(crate) is_new: bool,
    /// What is replaced, and by what.
    pub(crate) edits: Vec<(Range, String)>,
}

fn no_lines() -> Arc<LineIndex> {
    Arc::new(LineIndex::new(""))
}

impl Texts for View {
    fn text(&self, path: &str) -> Option<Arc<str>> {
        self.analyses.first()?.text(path)
    }

    fn lowered(&self, path: &str) -> Option<Arc<hir::File>> {
        self.analyses.first()?.lowered(path)
    }
}

/// A question, whatever its answer is.
pub(crate) trait Question: Send {
    /// Answers it.
    fn answer(&mut self, view: &View);
    /// Says that there is no answer.
    fn refuse(&mut self, why: Refusal);
    /// What stops it.
    fn interrupt(&self) -> &Interrupt;
}

/// What stops a question when nobody waits for its answer any more.
#[derive(Clone, Default)]
pub(crate) struct Interrupt(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    is_over: bool,
    running: Vec<Stop>,
}

impl Interrupt {
    /// Notes what works on the question. Whether anybody still waits.
    pub(crate) fn start(&self, running: Vec<Stop>) -> bool {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.running = running;
        !state.is_over
    }

    /// Whether nobody waits any more.
    pub(crate) fn is_over(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_over
    }

    /// Stops it.
    pub(crate) fn stop(&self) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.is_over = true;
        state.running.drain(..).for_each(|running| running.stop());
    }
}

/// Stops a question when it is dropped: with whoever waits for the answer.
pub(crate) struct Waiting(pub Interrupt);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.stop();
    }
}

/// A question that a function answers.
pub(crate) struct Asked<T, F> {
    /// The function.
    pub(crate) function: F,
    /// Where the answer goes.
    pub(crate) reply: Option<oneshot::Sender<Result<T, Refusal>>>,
    /// What stops it.
    pub(crate) interrupt: Interrupt,
}

impl<T: Send, F: Fn(&View) -> T + Send> Question for Asked<T, F> {
    fn answer(&mut self, view: &View) {
        let answer = (self.function)(view);
        self.reply(Ok(answer));
    }

    fn refuse(&mut self, why: Refusal) {
        self.reply(Err(why));
    }

    fn interrupt(&self) -> &Interrupt {
        &self.interrupt
    }
}

impl<T, F> Asked<T, F> {
    fn reply(&mut self, answer: Result<T, Refusal>) {
        if let Some(reply) = self.reply.take() {
            // Nobody may wait any more.
            let _ = reply.send(answer);
        }
    }
}
