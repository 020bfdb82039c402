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
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::oneshot;

/// A machine on which reading `panic.nix` goes wrong.
struct Machine(MemoryFiles);

impl Environment for Machine {
    fn files(&self) -> Arc<dyn FileSystem> {
        Arc::new(Machine(self.0.clone()))
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
    let files = [("/r/configuration.nix", "{ }"), ("/elsewhere/panic.nix", "{ }")];
    let files = files.map(|(path, text)| (path.to_owned(), text.to_owned()));
    let machine = Arc::new(Machine(MemoryFiles(files.into_iter().collect())));
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
