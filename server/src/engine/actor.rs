//! The actor: it owns all state, takes in what happens in order, and gives work to the workers.

use super::document::{Change, Document};
use super::early::Early;
use super::editor::{Editor, Open};
use super::places::{self, Root};
use super::projects::{Done, Projects};
use super::question::{Question, Refusal, View};
use super::reports::Reports;
use super::work::{Workers, attempt};
use super::{Client, Message, Out};
use crate::environment::{Environment, Level, Watch};
use speclint_lint::analysis::Analysis;
use speclint_lint::settings::Choice;
use speclint_lint::source::ColumnUnit;
use speclint_lint::source::overlay::Overlay;
use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::UnboundedSender;

/// How long nothing must happen before mends are judged without anybody having asked.
const QUIET: Duration = Duration::from_millis(150);
/// Edits that follow each other more quickly are a burst, of which the last one is worth an analysis. Nobody types so quickly.
const BURST: Duration = Duration::from_millis(5);
/// The most workers.
const MOST_WORKERS: usize = 4;

/// A question, and the state of the document that it is about.
pub(crate) struct Pending {
    /// The document's path; none if it is about all projects.
    pub(crate) path: String,
    pub(crate) version: Option<i32>,
    pub(crate) question: Box<dyn Question>,
}

/// All state.
pub(super) struct Actor {
    pub(super) environment: Arc<dyn Environment>,
    pub(super) overlay: Arc<Overlay>,
    events: Sender<Message>,
    pub(super) out: UnboundedSender<Out>,
    workers: Workers,
    pub(super) client: Client,
    pub(super) choice: Choice,
    pub(super) roots: Vec<Root>,
    pub(super) documents: HashMap<String, Document>,
    early: Early,
    /// The paths of the documents that the client has opened, by their names.
    names: HashMap<String, String>,
    /// The documents whose new texts the projects do not have yet.
    pub(super) dirty: BTreeSet<String>,
    /// What the client has, as it is told to workers; made when it is needed.
    editor: Option<Arc<Editor>>,
    pub(super) projects: Projects,
    pub(super) reports: Reports,
    waiting: VecDeque<Pending>,
    watch: Option<Box<dyn Watch>>,
    /// The folders that are watched: those of projects, and those of which something was read.
    watched: (Vec<String>, BTreeSet<String>),
    /// Whether what is shown beside texts may have changed in documents that nobody edits.
    pub(super) is_to_redraw: bool,
    /// Whether something on disk has changed that was not looked at yet.
    pub(super) disk_has_changed: bool,
    last_event: Instant,
    last_edit: Instant,
    /// When the edits that follow each other quickly will be over, unless another one comes.
    burst: Option<Instant>,
}

impl Actor {
    pub(super) fn new(
        environment: Arc<dyn Environment>,
        events: Sender<Message>,
        out: UnboundedSender<Out>,
    ) -> Self {
        let count = thread::available_parallelism().map_or(2, usize::from).clamp(2, MOST_WORKERS);
        Actor {
            overlay: Arc::new(Overlay::new(environment.files())),
            environment,
            events,
            out,
            workers: Workers::new(count),
            client: Client {
                unit: ColumnUnit::Utf16,
                pulls: false,
                relates: false,
                refreshes: false,
                watches: true,
            },
            choice: Choice::default(),
            roots: Vec::new(),
            documents: HashMap::new(),
            early: Early::default(),
            names: HashMap::new(),
            dirty: BTreeSet::new(),
            editor: None,
            projects: Projects::default(),
            reports: Reports::default(),
            waiting: VecDeque::new(),
            watch: None,
            watched: Default::default(),
            is_to_redraw: false,
            disk_has_changed: false,
            last_event: Instant::now(),
            last_edit: Instant::now(),
            burst: None,
        }
    }

    /// Runs until it is over.
    pub(super) fn run(mut self, messages: &Receiver<Message>) {
        loop {
            let now = Instant::now();
            let quiet = self.is_to_redraw || self.projects.wait_for_quiet();
            let until =
                [self.burst.filter(|end| *end > now), quiet.then(|| self.last_event.max(now) + QUIET)];
            let first = match until.into_iter().flatten().min() {
                Some(until) => match messages.recv_timeout(until.saturating_duration_since(now)) {
                    Err(RecvTimeoutError::Timeout) => None,
                    Err(RecvTimeoutError::Disconnected) => return,
                    Ok(message) => Some(message),
                },
                None => match messages.recv() {
                    Ok(message) => Some(message),
                    Err(_) => return,
                },
            };
            // All that has arrived is taken in before anything is analysed.
            let mut next = first;
            while let Some(message) = next {
                if matches!(message, Message::Stop) {
                    return;
                }
                self.carefully(|actor| actor.take(message));
                next = messages.try_recv().ok();
            }
            if std::mem::take(&mut self.disk_has_changed) {
                self.carefully(Actor::disk_changed);
            }
            self.carefully(Actor::flush);
            self.carefully(Actor::settle);
            self.carefully(Actor::dispatch);
            if self.is_to_redraw && self.last_event.elapsed() >= QUIET {
                self.is_to_redraw = false;
                let _ = self.out.send(Out::Redraw);
            }
        }
    }

    /// Does something that, if it goes wrong, must not end the server.
    fn carefully(&mut self, what: impl FnOnce(&mut Self)) {
        if let Err(halt) = attempt(|| what(self)) {
            self.log(Level::Error, format!("something was left undone: {halt:?}"));
        }
    }

    fn take(&mut self, message: Message) {
        if !matches!(message, Message::Done(..)) {
            self.last_event = Instant::now();
        }
        match message {
            Message::Start(client, folders) => self.begin(client, &folders),
            Message::Folders(gone, come) => self.change_folders(&gone, &come),
            Message::Open(uri, version, text) => self.open(uri, version, text),
            Message::Change(uri, version, changes) => self.change(&uri, version, &changes),
            Message::Save(uri) => self.saved(&uri),
            Message::Close(uri) => self.close(&uri),
            Message::Files(files) => self.files_changed(&files),
            Message::Disk => self.disk_has_changed = true,
            Message::Choose(choice) => self.choose(choice),
            Message::Ask(uri, question) => self.asked(uri.as_deref(), question),
            Message::Pull(uri, known, reply) => {
                let path = self.path(&uri);
                self.reports.pull(path, uri, known, reply);
            }
            Message::PullAll(request) => self.reports.pull_all(request),
            Message::StopReading => self.stop_reading(),
            Message::Restart => self.restart(),
            Message::Done(worker, done) => {
                self.workers.rest(worker);
                self.done(done);
            }
            Message::Stop => {}
        }
    }

    fn begin(&mut self, client: Client, folders: &[String]) {
        self.client = client;
        self.editor = None;
        if !client.watches {
            let events = self.events.clone();
            self.watch = self.environment.watch(Box::new(move || {
                let _ = events.send(Message::Disk);
            }));
            if self.watch.is_none() {
                self.log(Level::Warning, "changes on disk are not seen: files cannot be watched".into());
            }
        }
        self.change_folders(&[], folders);
    }

    fn choose(&mut self, choice: Choice) {
        if self.choice != choice {
            self.choice = choice;
            let choice = self.choice.clone();
            self.projects.for_each(|project| {
                project.analysis.choose(choice.clone());
                true
            });
        }
    }

    /// The path of a document.
    pub(super) fn path(&self, uri: &str) -> String {
        if let Some(path) = self.names.get(uri) {
            return path.clone();
        }
        let path = places::path(uri);
        if places::is_untitled(&path) { path } else { self.environment.real(&path) }
    }

    fn open(&mut self, uri: String, version: i32, text: String) {
        self.editor = None;
        let path = self.path(&uri);
        self.names.insert(uri.clone(), path.clone());
        self.overlay.set(&path, Arc::<str>::from(text.as_str()));
        let mut document = Document::new(uri, version, text);
        for (version, changes) in self.early.take(&path, version) {
            document.become_next(version, &changes, self.client.unit);
        }
        self.documents.insert(path.clone(), document);
        self.dirty.insert(path.clone());
        // It may not be on disk.
        if self.overlay.kind_below(&path).is_none() {
            self.came_or_went(&path);
        }
        self.projects.assign(&path);
        self.reports.opened(&path);
    }

    fn change(&mut self, uri: &str, version: i32, changes: &[Change]) {
        self.editor = None;
        let unit = self.client.unit;
        let path = self.path(uri);
        let Some(document) = self.documents.get_mut(&path) else {
            self.log(Level::Warning, format!("a document was changed that is not open: {uri}"));
            self.early.keep(&path, version, changes);
            return;
        };
        document.become_next(version, changes, unit);
        self.dirty.insert(path);
        let now = Instant::now();
        self.burst = (now.duration_since(self.last_edit) < BURST).then_some(now + BURST);
        self.last_edit = now;
    }

    fn close(&mut self, uri: &str) {
        self.editor = None;
        let path = self.path(uri);
        self.names.remove(uri);
        self.early.forget(&path);
        // Another name may stand for the same file.
        if self.documents.get(&path).is_none_or(|document| document.uri != uri) {
            return;
        }
        self.documents.remove(&path);
        self.dirty.remove(&path);
        self.overlay.remove(&path);
        self.came_or_went(&path);
        // A worker may have read what is on disk already, with the lines of what was open.
        self.projects.for_each(|_| true);
        self.projects.release(&path);
    }

    /// Gives the projects the new texts of documents.
    fn flush(&mut self) {
        for path in std::mem::take(&mut self.dirty) {
            let Some(document) = self.documents.get(&path) else { continue };
            let text: Arc<str> = document.text.as_str().into();
            self.overlay.set(&path, text.clone());
            self.projects.for_each(|project| {
                project.analysis.database().replace_text(&path, &text);
                // A worker may have read the new text already, and have taken its lines for those of the old one.
                true
            });
        }
    }

    /// What the client has now.
    pub(super) fn editor(&mut self) -> Arc<Editor> {
        if let Some(editor) = &self.editor {
            return editor.clone();
        }
        let open = self.documents.iter().map(|(path, document)| {
            let Document { uri, version, lines, .. } = document;
            (path.clone(), Open { uri: uri.clone(), version: *version, lines: lines.clone() })
        });
        let open = open.collect();
        let editor = Arc::new(Editor { unit: self.client.unit, open, roots: self.roots.clone().into() });
        self.editor = Some(editor.clone());
        editor
    }

    /// Forgets what workers are told of what the client has.
    pub(super) fn forget_editor(&mut self) {
        self.editor = None;
    }

    fn asked(&mut self, uri: Option<&str>, question: Box<dyn Question>) {
        let path = uri.map(|uri| self.path(uri)).unwrap_or_default();
        let version = self.documents.get(&path).map(|document| document.version);
        self.waiting.push_back(Pending { path, version, question });
    }

    /// Takes a question back that an edit has interrupted.
    pub(super) fn ask_again(&mut self, pending: Pending) {
        self.waiting.push_front(pending);
    }

    /// Gives workers what there is to do, as long as one of them has nothing to do.
    fn dispatch(&mut self) {
        while self.workers.is_any_idle() {
            let job = self.job_of_opening().or_else(|| self.job_of_question());
            let job = job.or_else(|| self.job_of_analysis()).or_else(|| self.job_of_mending());
            let Some(job) = job else { return };
            let events = self.events.clone();
            self.workers.give(Box::new(move |worker| {
                let done = job();
                let _ = events.send(Message::Done(worker, done));
            }));
        }
    }

    fn job_of_opening(&mut self) -> Option<Job> {
        let overlay = self.overlay.clone();
        let environment = self.environment.clone();
        self.projects.next_to_open(&self.roots).map(|opening| {
            let job = move || {
                let (path, is_root) = (opening.path.clone(), opening.is_root);
                Done::Opened(path, is_root, attempt(|| opening.run(&overlay, &*environment)))
            };
            Box::new(job) as Job
        })
    }

    fn job_of_question(&mut self) -> Option<Job> {
        let mut index = 0;
        while let Some(pending) = self.waiting.get_mut(index) {
            let version = self.documents.get(&pending.path).map(|document| document.version);
            let refusal = if pending.question.interrupt().is_over() {
                Some(Refusal::Cancelled)
            } else {
                (version != pending.version).then_some(Refusal::Outdated)
            };
            if let Some(why) = refusal {
                pending.question.refuse(why);
                self.waiting.remove(index);
            } else if self.projects.is_opening(&pending.path) {
                index += 1;
            } else {
                break;
            }
        }
        let mut pending = self.waiting.remove(index)?;
        let (analyses, changes) = (self.projects.snapshots_of(&pending.path), self.projects.changes);
        let editor = self.editor();
        Some(Box::new(move || {
            let (analyses, stops) = analyses.into_iter().map(Analysis::stoppable).unzip();
            if !pending.question.interrupt().start(stops) {
                return Done::Asked(None);
            }
            let view = View { analyses, path: pending.path.clone(), editor };
            let answered = attempt(|| pending.question.answer(&view));
            drop(view);
            Done::Asked(answered.err().map(|halt| (pending, halt, changes)))
        }))
    }

    fn job_of_analysis(&mut self) -> Option<Job> {
        let is_burst = self.burst.is_some_and(|end| Instant::now() < end);
        if is_burst && !self.reports.is_waited_for() {
            return None;
        }
        let (id, generation, analysis) = self.projects.next_to_analyse()?;
        let editor = self.editor();
        Some(Box::new(move || {
            let result = attempt(|| super::shown::analyse(&analysis, &editor));
            drop(analysis);
            Done::Analysed(id, generation, result)
        }))
    }

    fn job_of_mending(&mut self) -> Option<Job> {
        if self.last_event.elapsed() < QUIET {
            return None;
        }
        let (id, generation, analysis) = self.projects.next_to_mend()?;
        Some(Box::new(move || {
            let result = attempt(|| drop(analysis.findings()));
            drop(analysis);
            Done::Mended(id, generation, result)
        }))
    }

    /// Follows the folders that matter with the watcher of our own, if there is one.
    pub(super) fn follow(&mut self) {
        let Some(watch) = &mut self.watch else { return };
        let (mut projects, mut read) = (Vec::new(), BTreeSet::new());
        self.projects.for_each(|project| {
            let (own, of_others) = project.analysis.folders();
            projects.extend(own);
            read.extend(of_others);
            false
        });
        let folders = (projects, read);
        if self.watched != folders {
            watch.follow(&folders.0, &folders.1);
            self.watched = folders;
        }
    }

    /// Looks for new folders to follow.
    pub(super) fn follow_anew(&mut self) {
        self.watched = Default::default();
        self.follow();
    }

    pub(super) fn log(&self, level: Level, text: String) {
        let _ = self.out.send(Out::Log(level, text));
    }
}

/// What a worker does.
type Job = Box<dyn FnOnce() -> Done + Send>;
