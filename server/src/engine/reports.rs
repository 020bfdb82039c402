//! The diagnostics of each document, and who has been told which of them.

use super::actor::Actor;
use super::editor::Editor;
use super::question::Refusal;
use super::shown::Shown;
use super::{Out, Part, PullAll, Pulled, Report};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use tokio::sync::oneshot;

/// What the state is called of a document of which there is nothing to say.
const NOTHING: &str = "0";

/// The diagnostics of a document.
#[derive(Default)]
struct State {
    /// What this state is called. Numbers are never used again.
    id: u64,
    shown: Arc<[Shown]>,
    /// The state that the client was last told of, and the version of the document then.
    told: Option<(u64, Option<i32>)>,
    /// What the client called the document then.
    uri: Option<String>,
    /// The state for which the client was asked to ask.
    refreshed: u64,
}

/// A client that waits for the diagnostics of a document.
struct Pull {
    path: String,
    uri: String,
    /// The version of the document when it asked; known once it was looked at.
    version: Option<Option<i32>>,
    known: Option<String>,
    reply: oneshot::Sender<Result<Pulled, Refusal>>,
}

/// All diagnostics.
#[derive(Default)]
pub(super) struct Reports {
    states: BTreeMap<String, State>,
    last: u64,
    pulls: Vec<Pull>,
    all: Vec<PullAll>,
    reading: Option<String>,
}

impl Reports {
    /// A document was opened: there is something to say of it even if that is nothing.
    pub(super) fn opened(&mut self, path: &str) {
        let last = &mut self.last;
        self.states.entry(path.to_owned()).or_insert_with(|| {
            *last += 1;
            State { id: *last, ..State::default() }
        });
    }

    /// The client asks for the diagnostics of a document.
    pub(super) fn pull(
        &mut self,
        path: String,
        uri: String,
        known: Option<String>,
        reply: oneshot::Sender<Result<Pulled, Refusal>>,
    ) {
        self.pulls.push(Pull { path, uri, version: None, known, reply });
    }

    /// The client asks for the diagnostics of all documents. It does not wait for two answers.
    pub(super) fn pull_all(&mut self, request: PullAll) {
        for older in self.all.drain(..) {
            let _ = older.reply.send(Part::Last(Vec::new()));
        }
        self.all.push(request);
    }

    /// Whether a client waits for the diagnostics of a document.
    pub(super) fn is_waited_for(&self) -> bool {
        !self.pulls.is_empty()
    }

    /// An analysis has gone wrong: whoever waits for diagnostics is told so.
    pub(super) fn failed(&mut self, message: &str) {
        for pull in self.pulls.drain(..) {
            let _ = pull.reply.send(Err(Refusal::Failed(message.to_owned())));
        }
    }

    /// Takes in what was found.
    fn update<'a>(&mut self, found: impl Iterator<Item = &'a BTreeMap<String, Arc<[Shown]>>>) {
        let mut all: BTreeMap<&str, Arc<[Shown]>> = BTreeMap::new();
        for by_file in found {
            for (path, shown) in by_file {
                all.entry(path)
                    .and_modify(|known| *known = united(known, shown))
                    .or_insert_with(|| shown.clone());
            }
        }
        for (path, state) in &mut self.states {
            let new = all.remove(path.as_str()).unwrap_or_default();
            if !Arc::ptr_eq(&state.shown, &new) && state.shown != new {
                self.last += 1;
                (state.id, state.shown) = (self.last, new);
            }
        }
        for (path, shown) in all {
            self.last += 1;
            self.states.insert(path.to_owned(), State { id: self.last, shown, ..State::default() });
        }
    }
}

/// What was found in a document in two projects, each finding once.
fn united(known: &Arc<[Shown]>, more: &[Shown]) -> Arc<[Shown]> {
    let is_known = |new: &&Shown| {
        known.iter().any(|old| {
            old.range == new.range
                && old.finding.rule == new.finding.rule
                && old.finding.message == new.finding.message
        })
    };
    known.iter().chain(more.iter().filter(|new| !is_known(new))).cloned().collect()
}

impl State {
    /// What is told of it, by the name that the client knows it by.
    fn report(&self, path: &str, editor: &Editor, known: Option<&str>) -> Report {
        let (id, version) = (self.id.to_string(), editor.version(path));
        let uri = match (&self.uri, version) {
            (Some(uri), None) => uri.clone(),
            _ => editor.uri(path),
        };
        let shown = (known != Some(&*id)).then(|| self.shown.clone());
        Report { uri, version, id, shown }
    }
}

impl Actor {
    /// Tells what has become known.
    pub(super) fn settle(&mut self) {
        self.projects.prune();
        let found = self.projects.found().map(|found| &found.by_file);
        self.reports.update(found);
        if self.client.pulls {
            self.answer_pulls();
            self.answer_pulls_of_all();
            self.refresh();
        } else {
            self.publish();
        }
        let (pulls, documents) = (self.client.pulls, &self.documents);
        self.reports.states.retain(|path, state| {
            let is_to_be_told = !pulls && state.told.is_some_and(|(id, _)| id != state.id);
            !state.shown.is_empty() || documents.contains_key(path) || is_to_be_told
        });
        let reading = self.projects.reading();
        if self.reports.reading != reading {
            self.reports.reading.clone_from(&reading);
            let _ = self.out.send(Out::Reading(reading));
        }
    }

    /// What is open, by path, with its version.
    fn versions(&self) -> HashMap<String, i32> {
        self.documents.iter().map(|(path, document)| (path.clone(), document.version)).collect()
    }

    /// Sends what the client does not have yet. What is open is told for each version, so that the client knows that it is told of that.
    fn publish(&mut self) {
        let versions = self.versions();
        let is_due = |(path, state): &(&String, &State)| {
            let version = versions.get(*path).copied();
            let is_told = match state.told {
                None => state.shown.is_empty() && version.is_none(),
                Some((id, told)) => id == state.id && (version.is_none() || told == version),
            };
            !is_told && self.projects.is_settled(path)
        };
        let due = self.reports.states.iter().filter(is_due).map(|(path, _)| path.clone());
        let due: Vec<String> = due.collect();
        if due.is_empty() {
            return;
        }
        let editor = self.editor();
        for path in due {
            let Some(state) = self.reports.states.get_mut(&path) else { continue };
            state.told = Some((state.id, editor.version(&path)));
            let report = state.report(&path, &editor, None);
            state.uri = Some(report.uri.clone());
            let _ = self.out.send(Out::Publish(report));
        }
    }

    fn answer_pulls(&mut self) {
        if self.reports.pulls.is_empty() {
            return;
        }
        let versions = self.versions();
        let editor = self.editor();
        for mut pull in std::mem::take(&mut self.reports.pulls) {
            let version = versions.get(&pull.path).copied();
            let asked = *pull.version.get_or_insert(version);
            if pull.reply.is_closed() {
                continue;
            }
            if asked != version {
                let _ = pull.reply.send(Err(Refusal::Outdated));
            } else if self.projects.is_settled(&pull.path) {
                self.reports.opened(&pull.path);
                let Some(state) = self.reports.states.get_mut(&pull.path) else { continue };
                state.told = Some((state.id, version));
                let report =
                    Report { uri: pull.uri, ..state.report(&pull.path, &editor, pull.known.as_deref()) };
                let others = if self.client.relates { self.others(&versions) } else { Vec::new() };
                let _ = pull.reply.send(Ok(Pulled { report, others }));
            } else {
                self.reports.pulls.push(pull);
            }
        }
    }

    /// The diagnostics of open documents of which the client was told others.
    fn others(&mut self, versions: &HashMap<String, i32>) -> Vec<Report> {
        let stale = self.reports.stale(versions);
        let stale = stale.into_iter().filter(|path| self.projects.is_settled(path));
        let stale: Vec<String> = stale.collect();
        let editor = self.editor();
        let report = |path: &String| {
            let state = self.reports.states.get_mut(path)?;
            let version = versions.get(path).copied();
            state.told = Some((state.id, version));
            Some(state.report(path, &editor, None))
        };
        stale.iter().filter_map(report).collect()
    }

    fn answer_pulls_of_all(&mut self) {
        if self.reports.all.is_empty() {
            return;
        }
        let is_all = self.projects.is_all_settled();
        let editor = self.editor();
        for mut request in std::mem::take(&mut self.reports.all) {
            if request.reply.is_closed() {
                continue;
            }
            let known: HashMap<&str, &str> =
                request.known.iter().map(|(uri, id)| (uri.as_str(), id.as_str())).collect();
            let mut unseen: HashSet<&str> = known.keys().copied().collect();
            let mut news = Vec::new();
            for (path, state) in &self.reports.states {
                let report = state.report(path, &editor, None);
                let their = known.get(report.uri.as_str()).copied();
                unseen.remove(report.uri.as_str());
                let is_news = their != Some(&*report.id) && !(their.is_none() && state.shown.is_empty());
                if is_news && self.projects.is_settled(path) {
                    news.push(report);
                }
            }
            // There is nothing to say any more of what there is nothing known of.
            let gone = unseen.into_iter().filter(|uri| is_all && known.get(uri) != Some(&NOTHING));
            news.extend(gone.map(|uri| Report {
                uri: uri.to_owned(),
                version: None,
                id: NOTHING.to_owned(),
                shown: Some(Arc::default()),
            }));
            // A client that knows nothing may ask only once.
            if is_all && (!news.is_empty() || request.known.is_empty()) {
                let _ = request.reply.send(Part::Last(news));
                continue;
            }
            if request.in_parts && !news.is_empty() {
                for report in &news {
                    request.known.retain(|(uri, _)| *uri != report.uri);
                    request.known.push((report.uri.clone(), report.id.clone()));
                }
                let _ = request.reply.send(Part::First(news));
            }
            // It is answered when there is something to say.
            self.reports.all.push(request);
        }
    }

    /// Has the client ask again if it believes something old of an open document.
    fn refresh(&mut self) {
        if !self.client.refreshes || !self.projects.is_all_settled() {
            return;
        }
        let stale = self.reports.stale(&self.versions());
        let mut is_news = false;
        for path in stale {
            let waits = self.reports.pulls.iter().any(|pull| pull.path == path);
            let Some(state) = self.reports.states.get_mut(&path).filter(|_| !waits) else { continue };
            is_news |= state.refreshed != state.id;
            state.refreshed = state.id;
        }
        if is_news {
            let _ = self.out.send(Out::Refresh);
        }
    }
}

impl Reports {
    /// The open documents of which the client was told other diagnostics, for the version that they still have.
    fn stale(&self, versions: &HashMap<String, i32>) -> Vec<String> {
        let is_stale = |(path, state): &(&String, &State)| match (versions.get(*path), state.told) {
            (Some(version), Some((id, told))) => told == Some(*version) && id != state.id,
            _ => false,
        };
        self.states.iter().filter(is_stale).map(|(path, _)| path.clone()).collect()
    }
}
