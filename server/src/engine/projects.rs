//! The projects that are analysed: which there are, what of them is known, and what there is to do.

use super::actor::{Actor, Pending};
use super::question::Refusal;
use super::shown::Analysed;
use super::work::Halt;
use super::{Out, places};
use crate::environment::{Environment, Level};
use speclint_lint::analysis::Analysis;
use speclint_lint::eval::paths;
use speclint_lint::nixos::table::EmbeddedTables;
use speclint_lint::project::Project;
use speclint_lint::settings::Settings;
use speclint_lint::source::files::read_text;
use speclint_lint::source::overlay::Overlay;
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Instant;

/// Files whose coming, going or saving may mean that systems start elsewhere.
const STARTS: [&str; 6] =
    ["flake.nix", "configuration.nix", "default.nix", "home.nix", "speclint.toml", ".git"];

/// Whether a file may say where systems start.
pub(super) fn says_where_systems_start(path: &str) -> bool {
    STARTS.contains(&paths::base_name(path))
}

/// A project.
pub(super) struct Known {
    pub(super) project: Project,
    /// What settings say of sources and entries: another project if it changes.
    said: Vec<String>,
    pub(super) analysis: Analysis,
    /// Whether it is no more than one file that was opened: it then has something to say only if nothing else reads that file.
    is_lone: bool,
    /// The number of its state; each change makes it another.
    generation: u64,
    /// Of which state is known what was found.
    analysed: Option<u64>,
    /// Of which state mends have been judged.
    mended: Option<u64>,
    is_running: bool,
    /// When its last analysis began.
    since: Instant,
    is_mending: bool,
    /// The user does not want to wait for it.
    is_stopped: bool,
    /// What was found.
    pub(super) found: Analysed,
}

impl Known {
    fn is_current(&self) -> bool {
        self.analysed == Some(self.generation)
    }

    fn concerns(&self, path: &str) -> bool {
        self.found.read.contains(path) || self.found.by_file.contains_key(path) || self.has(path)
    }

    fn has(&self, path: &str) -> bool {
        self.project.whole && is_in(path, &self.project.folder)
    }
}

fn is_in(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder.trim_end_matches('/')).is_some_and(|rest| rest.starts_with('/'))
}

/// What a worker has done.
pub(crate) enum Done {
    /// It has looked for the project of a path, which may be a folder of the workspace.
    Opened(String, bool, Result<Opened, Halt>),
    /// It has analysed a state of a project.
    Analysed(u64, u64, Result<Analysed, Halt>),
    /// It has judged the mends of a state of a project.
    Mended(u64, u64, Result<(), Halt>),
    /// It has dealt with a question, which may have been interrupted; so many changes there were before.
    Asked(Option<(Pending, Halt, u64)>),
}

/// What was found at a path.
pub(crate) enum Opened {
    /// No project.
    Nothing,
    /// One that is known.
    Known(u64),
    /// Another one.
    New { project: Project, said: Vec<String>, analysis: Box<Analysis>, trouble: Option<String> },
}

/// The search for the project of a path.
pub(super) struct Opening {
    pub(super) path: String,
    /// Whether it is a folder of the workspace.
    pub(super) is_root: bool,
    known: Vec<(u64, Project, Vec<String>)>,
}

impl Opening {
    /// Looks for the project.
    pub(super) fn run(&self, overlay: &Arc<Overlay>, environment: &dyn Environment) -> Opened {
        let Some(project) = Project::of(&**overlay, &self.path) else { return Opened::Nothing };
        if !self.is_root && !project.whole {
            if !self.path.ends_with(".nix") && !places::is_untitled(&self.path) {
                return Opened::Nothing;
            }
            // What is below a folder whose systems start in several places belongs to it.
            let whole = |(_, other, _): &&(u64, Project, Vec<String>)| {
                other.whole && is_in(&self.path, &other.folder)
            };
            let around = self.known.iter().filter(whole).max_by_key(|(_, other, _)| other.folder.len());
            if let Some((id, ..)) = around {
                return Opened::Known(*id);
            }
        }
        let said = said(overlay, &project);
        let mut alike =
            self.known.iter().filter(|(_, other, their)| *their == said && holds(other, &project));
        let same = alike.clone().find(|(_, other, _)| *other == project);
        if let Some((id, ..)) = same.or_else(|| alike.next()) {
            return Opened::Known(*id);
        }
        let (tables, trouble) = match environment.tables(&**overlay, &project) {
            Ok(tables) => (tables, None),
            Err(trouble) => (Arc::new(EmbeddedTables) as _, Some(trouble)),
        };
        let mut analysis = Analysis::with_tables(overlay.clone(), tables);
        analysis.add_project(project.clone());
        Opened::New { project, said, analysis: Box::new(analysis), trouble }
    }
}

/// Whether all of a project is part of another one.
fn holds(other: &Project, project: &Project) -> bool {
    *other == *project
        || other.whole
            && is_in(&project.folder, &other.folder)
            && project.sources.iter().all(|source| other.sources.contains(source))
}

/// What settings say of a project that makes it another one.
fn said(overlay: &Overlay, project: &Project) -> Vec<String> {
    let Some(path) = Settings::nearest(overlay, &project.folder) else { return Vec::new() };
    let Ok(text) = read_text(overlay, &path) else { return Vec::new() };
    let Settings { nixpkgs, home_manager, options, .. } = Settings::read(&path, &text);
    let of = |kind: &str, value: &str| format!("{kind} {value}");
    let nixpkgs = nixpkgs.iter().map(|given| of("nixpkgs", &given.value));
    let home_manager = home_manager.iter().map(|given| of("home-manager", &given.value));
    let options = options.iter().map(|given| of("options", &given.value));
    nixpkgs.chain(home_manager).chain(options).collect()
}

/// Where the search for the project of a path stands.
#[derive(Clone, Copy, PartialEq)]
enum Assigned {
    /// It has not begun.
    Waiting,
    /// It goes on.
    Running,
    /// It has found this, or nothing.
    To(Option<u64>),
}

/// All projects, and whose they are.
#[derive(Default)]
pub(super) struct Projects {
    known: BTreeMap<u64, Known>,
    next: u64,
    /// How often something has changed in them.
    pub(super) changes: u64,
    /// The project of each folder of the workspace and of each open document.
    assigned: HashMap<String, Assigned>,
    queue: VecDeque<String>,
}

impl Projects {
    /// Has the project of a path looked for.
    pub(super) fn assign(&mut self, path: &str) {
        if !self.queue.iter().any(|other| other == path) {
            self.queue.push_back(path.to_owned());
        }
        self.assigned.entry(path.to_owned()).or_insert(Assigned::Waiting);
    }

    /// A path needs its project no longer.
    pub(super) fn release(&mut self, path: &str) {
        self.assigned.remove(path);
        self.queue.retain(|other| other != path);
    }

    /// Has the projects of all paths looked for again.
    pub(super) fn reconsider(&mut self) {
        let paths: Vec<String> = self.assigned.keys().cloned().collect();
        paths.iter().for_each(|path| self.assign(path));
    }

    /// Forgets all projects.
    pub(super) fn forget(&mut self) {
        let queue = std::mem::take(&mut self.queue);
        let (next, changes) = (self.next, self.changes + 1);
        *self = Projects { next, changes, queue, ..Projects::default() };
    }

    /// Does something with all projects; those of which it says so have changed.
    pub(super) fn for_each(&mut self, mut change: impl FnMut(&mut Known) -> bool) {
        for project in self.known.values_mut() {
            if change(project) {
                self.changes += 1;
                project.generation += 1;
                project.is_stopped = false;
            }
        }
    }

    /// The next path whose project is to be looked for. Folders of the workspace come first.
    pub(super) fn next_to_open(&mut self, roots: &[places::Root]) -> Option<Opening> {
        let is_root = |path: &String| roots.iter().any(|root| root.path == *path);
        let is_running = |path: &String| self.assigned.get(path) == Some(&Assigned::Running);
        let index = match self.queue.iter().position(is_root) {
            Some(index) => index,
            None if self
                .assigned
                .iter()
                .any(|(path, state)| is_root(path) && *state == Assigned::Running) =>
            {
                return None;
            }
            None => 0,
        };
        if is_running(self.queue.get(index)?) {
            return None;
        }
        let path = self.queue.remove(index)?;
        self.assigned.insert(path.clone(), Assigned::Running);
        let known = self.known.iter().map(|(id, known)| (*id, known.project.clone(), known.said.clone()));
        Some(Opening { is_root: is_root(&path), known: known.collect(), path })
    }

    /// Whether the project of a path is not known yet.
    pub(super) fn is_opening(&self, path: &str) -> bool {
        match self.assigned.get(path) {
            Some(state) => !matches!(state, Assigned::To(_)),
            // It is not open, or it stands for all projects: any of those that are being opened may have it.
            None => self.is_anything_opening(),
        }
    }

    fn is_anything_opening(&self) -> bool {
        !self.queue.is_empty() || self.assigned.values().any(|state| !matches!(state, Assigned::To(_)))
    }

    /// Drops the projects that nobody needs.
    pub(super) fn prune(&mut self) {
        if !self.is_anything_opening() {
            let used: HashSet<u64> = self.assigned.values().filter_map(Assigned::id).collect();
            self.known.retain(|id, _| used.contains(id));
        }
    }

    /// Whether a project says nothing of its own, because another one has read its only file.
    fn is_covered(&self, id: u64, known: &Known) -> bool {
        known.is_lone
            && known.project.sources.iter().all(|source| {
                let file = source.file();
                self.known.iter().any(|(other, k)| *other != id && !k.is_lone && k.found.read.contains(&file))
            })
    }

    /// What to analyse next, in which state.
    pub(super) fn next_to_analyse(&mut self) -> Option<(u64, u64, Analysis)> {
        // Whether a file stands alone is known when the others have been read.
        let others_wait = self.known.values().any(|k| !k.is_lone && k.analysed.is_none() && !k.is_stopped);
        let is_due = |(id, known): &(&u64, &Known)| {
            let waits = known.is_running || known.is_stopped || known.is_current();
            !waits && !(known.is_lone && (others_wait || self.is_covered(**id, known)))
        };
        let (id, _) = self.known.iter().find(is_due)?;
        let id = *id;
        let known = self.known.get_mut(&id)?;
        known.is_running = true;
        known.since = Instant::now();
        Some((id, known.generation, known.analysis.clone()))
    }

    /// Whose mends to judge next.
    pub(super) fn next_to_mend(&mut self) -> Option<(u64, u64, Analysis)> {
        let is_due = |known: &&mut Known| known.lacks_mends() && !known.is_mending;
        let (id, known) = self.known.iter_mut().find(|(_, known)| is_due(known))?;
        known.is_mending = true;
        Some((*id, known.generation, known.analysis.clone()))
    }

    /// Whether there is something to do when nothing happens for a while.
    pub(super) fn wait_for_quiet(&self) -> bool {
        self.known.values().any(|known| known.lacks_mends() && !known.is_mending)
    }

    /// Snapshots of the projects that a path is part of, that which it belongs to first; of all if there is no path.
    pub(super) fn snapshots_of(&self, path: &str) -> Vec<Analysis> {
        if path.is_empty() {
            return self.known.values().map(|known| known.analysis.clone()).collect();
        }
        let own = self.assigned.get(path).and_then(Assigned::id);
        let is_other = |id: &u64, known: &Known| Some(*id) != own && !known.is_lone && known.concerns(path);
        let others: Vec<&Known> =
            self.known.iter().filter(|(id, known)| is_other(id, known)).map(|(_, known)| known).collect();
        let own = own.and_then(|id| Some((id, self.known.get(&id)?)));
        let own = own.filter(|(id, known)| !self.is_covered(*id, known)).map(|(_, known)| known);
        own.into_iter().chain(others).map(|known| known.analysis.clone()).collect()
    }

    /// What was found in all projects that say something.
    pub(super) fn found(&self) -> impl Iterator<Item = &Analysed> {
        let speaks = |(id, known): &(&u64, &Known)| !self.is_covered(**id, known);
        self.known.iter().filter(speaks).map(|(_, known)| &known.found)
    }

    /// Whether all that there is to say of a path is known.
    pub(super) fn is_settled(&self, path: &str) -> bool {
        let own = self.assigned.get(path).and_then(Assigned::id);
        let concerned = |(id, known): &(&u64, &Known)| {
            (Some(**id) == own || known.concerns(path)) && !self.is_covered(**id, known)
        };
        !self.is_opening(path)
            && self.known.iter().filter(concerned).all(|(_, known)| known.is_current() || known.is_stopped)
    }

    /// Whether all that there is to say is known.
    pub(super) fn is_all_settled(&self) -> bool {
        !self.is_anything_opening()
            && self
                .known
                .iter()
                .all(|(id, known)| known.is_current() || known.is_stopped || self.is_covered(*id, known))
    }

    /// The folder of a project that is being read for the first time.
    pub(super) fn reading(&self) -> Option<String> {
        let is_new = |known: &&Known| !known.is_lone && known.analysed.is_none() && !known.is_stopped;
        self.known.values().find(is_new).map(|known| known.project.folder.clone())
    }
}

impl Assigned {
    fn id(&self) -> Option<u64> {
        match self {
            Assigned::To(id) => *id,
            Assigned::Waiting | Assigned::Running => None,
        }
    }
}

impl Known {
    fn lacks_mends(&self) -> bool {
        self.is_current() && self.mended != self.analysed && !self.found.by_file.is_empty()
    }
}

impl Actor {
    /// Takes in what a worker has done.
    pub(super) fn done(&mut self, done: Done) {
        match done {
            Done::Opened(path, is_root, opened) => self.opened(&path, is_root, opened),
            Done::Analysed(id, generation, result) => self.analysed(id, generation, result),
            Done::Mended(id, generation, result) => {
                let Some(known) = self.projects.known.get_mut(&id) else { return };
                known.is_mending = false;
                let result = result.map_err(|halt| halt.after(known.generation != generation));
                // What goes wrong would go wrong again.
                if result != Err(Halt::Cancelled) {
                    known.mended = Some(generation);
                }
                if let Err(Halt::Panicked(message)) = result {
                    self.log(Level::Error, format!("mends could not be judged: {message}"));
                }
            }
            Done::Asked(None) => {}
            Done::Asked(Some((mut pending, halt, changes))) => {
                match halt.after(changes != self.projects.changes) {
                    Halt::Cancelled if pending.question.interrupt().is_over() => {
                        pending.question.refuse(Refusal::Cancelled);
                    }
                    // If the document is still the same it is asked again.
                    Halt::Cancelled | Halt::Waited => self.ask_again(pending),
                    Halt::Panicked(message) => {
                        self.log(Level::Error, format!("a question could not be answered: {message}"));
                        pending.question.refuse(Refusal::Failed(message));
                    }
                }
            }
        }
    }

    fn opened(&mut self, path: &str, is_root: bool, opened: Result<Opened, Halt>) {
        let id = match opened {
            Ok(Opened::New { project, said, analysis, trouble }) => {
                if let Some(trouble) = trouble {
                    let _ = self.out.send(Out::Tell(trouble));
                }
                // Another search may have found the same.
                let same = |known: &Known| known.project == project && known.said == said;
                let known = self.projects.known.iter().find(|(_, known)| same(known)).map(|(id, _)| *id);
                Some(known.unwrap_or_else(|| self.add(project, said, *analysis)))
            }
            // What was known may be gone.
            Ok(Opened::Known(id)) if self.projects.known.contains_key(&id) => Some(id),
            Ok(Opened::Known(_)) => {
                if self.projects.assigned.contains_key(path) {
                    self.projects.assigned.insert(path.to_owned(), Assigned::Waiting);
                    self.projects.assign(path);
                }
                return;
            }
            Ok(Opened::Nothing) => None,
            Err(halt) => {
                self.log(Level::Error, format!("`{path}` could not be opened: {halt:?}"));
                None
            }
        };
        if let Some(known) = id.and_then(|id| self.projects.known.get_mut(&id)) {
            known.is_lone &= !is_root;
        }
        if let Some(assigned) = self.projects.assigned.get_mut(path) {
            *assigned = Assigned::To(id);
        }
    }

    fn add(&mut self, project: Project, said: Vec<String>, mut analysis: Analysis) -> u64 {
        analysis.choose(self.choice.clone());
        let known = Known {
            is_lone: !project.whole,
            project,
            said,
            analysis,
            generation: 0,
            analysed: None,
            mended: None,
            is_running: false,
            since: Instant::now(),
            is_mending: false,
            is_stopped: false,
            found: Analysed::default(),
        };
        let id = self.projects.next;
        self.projects.next += 1;
        self.projects.known.insert(id, known);
        id
    }

    fn analysed(&mut self, id: u64, generation: u64, result: Result<Analysed, Halt>) {
        let Some(known) = self.projects.known.get_mut(&id) else { return };
        known.is_running = false;
        let is_changed = known.generation != generation;
        match result.map_err(|halt| halt.after(is_changed || known.is_stopped)) {
            // What was found is old already.
            Ok(_) if is_changed => {}
            Ok(found) => {
                let count: usize = found.by_file.values().map(|shown| shown.len()).sum();
                let (folder, time) = (&known.project.folder, known.since.elapsed().as_micros());
                let text = format!("analysed `{folder}` in {time} µs: findings {count}");
                known.found = found;
                known.analysed = Some(generation);
                self.log(Level::Debug, text);
                self.is_to_redraw = self.documents.len() > 1;
                self.follow();
            }
            Err(Halt::Cancelled | Halt::Waited) => {}
            Err(Halt::Panicked(message)) => {
                // What was known before is not true any more, and another try would fare no better.
                known.found = Analysed::default();
                known.analysed = Some(generation);
                let folder = known.project.folder.clone();
                self.reports.failed(&message);
                self.log(Level::Error, format!("`{folder}` could not be analysed: {message}"));
            }
        }
    }

    /// Stops the first analysis of projects, until something changes in them.
    pub(super) fn stop_reading(&mut self) {
        for known in self.projects.known.values_mut().filter(|known| known.analysed.is_none()) {
            known.is_stopped = true;
            salsa::Database::trigger_cancellation(known.analysis.database());
        }
    }
}
