//! The engine over files that are not there, may take their time or go wrong.

use super::{Change, Client, Engine, Message, Out, Refusal};
use crate::environment::{Environment, Level, Watch};
use speclint_lint::eval::host::{FileKind, ReadError};
use speclint_lint::nixos::table::{EmbeddedTables, Tables};
use speclint_lint::project::Project;
use speclint_lint::rules::Texts as _;
use speclint_lint::source::ColumnUnit;
use speclint_lint::source::files::{FileSystem, MemoryFiles};
use speclint_lint::syntax::hir::Name;
use std::pin::pin;
use std::sync::{Arc, Condvar, Mutex};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::oneshot;

/// A machine on which reading `panic.nix` goes wrong, and `slow.nix` can only be read when it is open.
#[derive(Clone)]
struct Machine(MemoryFiles, Arc<Gate>);

/// Whether it is open, and how many wait for that.
#[derive(Default)]
struct Gate(Mutex<(bool, usize)>, Condvar);

impl Gate {
    fn pass(&self) {
        let mut state = self.0.lock().expect("the lock");
        state.1 += 1;
        self.1.notify_all();
        drop(self.1.wait_while(state, |(is_open, _)| !*is_open).expect("the lock"));
    }

    fn wait_for_somebody(&self) {
        let state = self.0.lock().expect("the lock");
        drop(self.1.wait_while(state, |(_, waiting)| *waiting == 0).expect("the lock"));
    }

    fn open(&self) {
        self.0.lock().expect("the lock").0 = true;
        self.1.notify_all();
    }
}

impl Environment for Machine {
    fn files(&self) -> Arc<dyn FileSystem> {
        Arc::new(self.clone())
    }

    fn tables(&self, _: &dyn FileSystem, _: &Project) -> Result<Arc<dyn Tables>, String> {
        Ok(Arc::new(EmbeddedTables))
    }

    fn real(&self, path: &str) -> String {
        path.to_owned()
    }

    fn watch(&self, _: Box<dyn Fn() + Send>) -> Option<Box<dyn Watch>> {
        None
    }

    fn log(&self, _: Level, _: &str) {}

    fn keep_page(&self, _: &str, _: &str) -> Option<String> {
        None
    }

    fn is_running(&self, _: u32) -> bool {
        true
    }
}

impl FileSystem for Machine {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        assert!(!path.ends_with("panic.nix"), "the file went wrong");
        if path.ends_with("slow.nix") {
            self.1.pass();
        }
        self.0.read(path)
    }

    fn kind(&self, path: &str) -> Option<FileKind> {
        self.0.kind(path)
    }

    fn list(&self, path: &str) -> Result<Vec<(Name, FileKind)>, ReadError> {
        self.0.list(path)
    }

    fn nix_files(&self, path: &str) -> Vec<String> {
        self.0.nix_files(path)
    }
}

const URI: &str = "file:///r/configuration.nix";
const CLIENT: Client =
    Client { unit: ColumnUnit::Utf8, pulls: true, relates: false, refreshes: true, watches: true };

/// An engine with a document, in which a specialisation has no tag.
fn engine(client: Client) -> (Engine, UnboundedReceiver<Out>) {
    engine_on(client, Arc::default())
}

fn engine_on(client: Client, gate: Arc<Gate>) -> (Engine, UnboundedReceiver<Out>) {
    let files =
        [("/r/configuration.nix", "{ }"), ("/elsewhere/panic.nix", "{ }"), ("/elsewhere/slow.nix", "{ }")];
    let files = files.map(|(path, text)| (path.to_owned(), text.to_owned()));
    let machine = Arc::new(Machine(MemoryFiles(files.into_iter().collect()), gate));
    let (engine, told) = Engine::start(machine).expect("a thread");
    engine.tell(Message::Start(client, Vec::new()));
    engine.tell(Message::Open(URI.into(), 0, "{ specialisation.tv.configuration = { }; }".into()));
    (engine, told)
}

fn replace(engine: &Engine, version: i32, text: &str) {
    let change = Change { range: None, text: text.to_owned() };
    engine.tell(Message::Change(URI.into(), version, vec![change]));
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(future)
}

/// The rules that have found something in the document.
fn pull(engine: &Engine) -> Result<Vec<&'static str>, Refusal> {
    let (reply, answer) = oneshot::channel();
    engine.tell(Message::Pull(URI.into(), None, reply));
    let pulled = wait(answer).expect("an answer")?;
    let shown = pulled.report.shown.expect("it is not known yet");
    Ok(shown.iter().map(|shown| shown.finding.rule).collect())
}

#[test]
fn what_goes_wrong_costs_one_answer() {
    let (engine, mut told) = engine(CLIENT);
    let before = pull(&engine).expect("an answer");
    assert!(before.contains(&"missing-tag"), "{before:?}");
    let wrong = wait(engine.ask(URI, |_| -> () { panic!("the rule went wrong") }));
    assert_eq!(wrong, Err(Refusal::Failed("the rule went wrong".into())));
    // And so it is if an analysis goes wrong.
    replace(&engine, 1, "{ imports = [ /elsewhere/panic.nix ]; specialisation.tv.configuration = { }; }");
    assert_eq!(pull(&engine), Err(Refusal::Failed("the file went wrong".into())));
    replace(&engine, 2, "{ specialisation.tv.configuration = { }; }");
    assert_eq!(pull(&engine), Ok(before));
    let mut logged = Vec::new();
    while let Ok(out) = told.try_recv() {
        logged.extend(matches!(out, Out::Log(Level::Error, _)).then_some(out));
    }
    assert_eq!(logged.len(), 2, "{logged:?}");
}

#[test]
fn what_waits_for_work_that_an_edit_stops_is_not_what_goes_wrong() {
    // Which of them work and which wait is not always the same.
    (0..8).for_each(|_| stop_what_others_wait_for());
}

fn stop_what_others_wait_for() {
    let gate = Arc::new(Gate::default());
    let (engine, mut told) = engine_on(CLIENT, gate.clone());
    let other = "file:///r/other.nix";
    engine.tell(Message::Open(other.into(), 0, "{ }".into()));
    replace(
        &engine,
        1,
        "{ imports = [ ./other.nix /elsewhere/slow.nix ]; specialisation.tv.configuration = { }; }",
    );
    let asked: Vec<_> = (0..2)
        .map(|_| {
            let engine = engine.clone();
            thread::spawn(move || wait(engine.ask(URI, |view| view.systems()[0].specialisations.len())))
        })
        .collect();
    // One of them reads the file, and all others wait for it.
    gate.wait_for_somebody();
    thread::sleep(Duration::from_millis(30));
    let change = Change { range: None, text: "{ a = 1; }".into() };
    engine.tell(Message::Change(other.into(), 1, vec![change]));
    thread::sleep(Duration::from_millis(30));
    gate.open();
    for answer in asked {
        assert_eq!(answer.join().expect("a thread"), Ok(1));
    }
    assert!(pull(&engine).expect("an answer").contains(&"missing-tag"));
    while let Ok(out) = told.try_recv() {
        assert!(!matches!(out, Out::Log(Level::Error, _)), "{out:?}");
    }
}

#[test]
fn a_question_about_an_older_text_has_no_answer() {
    let (engine, _told) = engine(CLIENT);
    let text = |engine: &Engine| {
        let engine = engine.clone();
        async move { engine.ask(URI, |view| view.text(&view.path).map(|text| text.to_string())).await }
    };
    replace(&engine, 1, "{ }");
    assert_eq!(wait(text(&engine)), Ok(Some("{ }".into())));
    // The question is asked, and the document changed before it is answered.
    let mut first = pin!(text(&engine));
    let sent = first.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    replace(&engine, 2, "{ a = 1; }");
    // The answer may have been quicker.
    let first = match sent {
        Poll::Ready(answer) => answer,
        Poll::Pending => wait(first),
    };
    assert!(matches!(first, Err(Refusal::Outdated) | Ok(Some(_))), "{first:?}");
    assert_ne!(first, Ok(Some("{ a = 1; }".into())), "the place was one in the older text");
    assert_eq!(wait(text(&engine)), Ok(Some("{ a = 1; }".into())));
}

#[test]
fn when_it_is_over_nobody_waits() {
    let (engine, _told) = engine(CLIENT);
    engine.tell(Message::Stop);
    assert_eq!(wait(engine.ask(URI, |_| ())), Err(Refusal::Ended));
}
