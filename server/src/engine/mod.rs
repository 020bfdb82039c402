//! The engine: one thread, the actor, owns what is known and takes in what happens in the order in which it happened; a few workers
//! analyse snapshots of it. Nothing here knows the protocol.
//!
//! Whoever wants something sends one message and waits for the reply. An edit makes what is under way for older texts unwind; it is
//! begun anew when all that has arrived is taken in, so that a burst of edits costs one analysis. What is found goes out in one
//! order, and never for a text that is no longer the newest.

mod actor;
mod document;
mod early;
mod editor;
mod files;
pub(crate) mod places;
mod projects;
mod question;
mod reports;
mod shown;
#[cfg(test)]
mod tests;
mod work;

pub(crate) use document::{Change, Range};
pub(crate) use question::{FileChange, Refusal, View};
pub(crate) use shown::{Shown, key};

use crate::environment::{Environment, Level};
use actor::Actor;
use question::{Asked, Interrupt, Question, Waiting};
use speclint_lint::settings::Choice;
use speclint_lint::source::ColumnUnit;
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{self, Sender};
use std::thread;
use tokio::sync::{mpsc as channel, oneshot};

/// What the client can do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Client {
    /// What it counts columns in.
    pub(crate) unit: ColumnUnit,
    /// Whether it asks for diagnostics, and is not sent them.
    pub(crate) pulls: bool,
    /// Whether it takes the diagnostics of other documents with those that it asked for.
    pub(crate) relates: bool,
    /// Whether it asks again when it is told to.
    pub(crate) refreshes: bool,
    /// Whether it tells when files on disk change.
    pub(crate) watches: bool,
}

/// What happened to a file on disk.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Happened {
    /// It has another content.
    Changed,
    /// It is there now, or no longer.
    CameOrWent,
}

/// The diagnostics of a document.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Report {
    /// The document.
    pub(crate) uri: String,
    /// Its version, if it is open.
    pub(crate) version: Option<i32>,
    /// What this state is called.
    pub(crate) id: String,
    /// What was found; `None` if the client knows it under that name.
    pub(crate) shown: Option<Arc<[Shown]>>,
}

/// The answer to a client that asks for diagnostics of a document.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Pulled {
    /// The document's.
    pub(crate) report: Report,
    /// Those of other open documents that have changed since they were last told.
    pub(crate) others: Vec<Report>,
}

/// Where the answer to a request for the diagnostics of all documents goes.
pub(crate) struct PullAll {
    /// What the client knows: documents, and what their state is called.
    pub(crate) known: Vec<(String, String)>,
    /// Whether parts of the answer are told as they come.
    pub(crate) in_parts: bool,
    /// Where they go.
    pub(crate) reply: channel::UnboundedSender<Part>,
}

/// A part of the diagnostics of all documents.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Part {
    /// More will come.
    First(Vec<Report>),
    /// It is the last one.
    Last(Vec<Report>),
}

/// What is told to the engine.
pub(crate) enum Message {
    /// The client is known, with the folders of its workspace, by their names.
    Start(Client, Vec<String>),
    /// Folders went, and came.
    Folders(Vec<String>, Vec<String>),
    /// A document was opened, with its version and text.
    Open(String, i32, String),
    /// A document was changed, and has this version now.
    Change(String, i32, Vec<Change>),
    /// A document was saved.
    Save(String),
    /// A document was closed.
    Close(String),
    /// Files on disk have changed.
    Files(Vec<(String, Happened)>),
    /// Something on disk has changed.
    Disk,
    /// Rules are chosen.
    Choose(Choice),
    /// Somebody asks something about a document, or about all projects.
    Ask(Option<String>, Box<dyn Question>),
    /// The client wants the diagnostics of a document, and knows a state of them.
    Pull(String, Option<String>, oneshot::Sender<Result<Pulled, Refusal>>),
    /// The client wants the diagnostics of all documents.
    PullAll(PullAll),
    /// The user does not want to wait for what is being read.
    StopReading,
    /// All that is known is to be forgotten.
    Restart,
    /// The worker of that number has done something.
    Done(usize, projects::Done),
    /// It is over.
    Stop,
}

/// What the engine tells.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Out {
    /// The diagnostics of a document.
    Publish(Report),
    /// The client should ask for diagnostics again.
    Refresh,
    /// The client should ask again for what it shows beside the texts.
    Redraw,
    /// Folders are being read for the first time; `None` when they have been.
    Reading(Option<String>),
    /// Something that the user should know.
    Tell(String),
    /// Something for the log.
    Log(Level, String),
}

/// The engine, for whoever has something to tell or to ask.
#[derive(Clone)]
pub(crate) struct Engine {
    sender: Sender<Message>,
}

impl Engine {
    /// Starts an engine, and returns what it tells.
    ///
    /// # Errors
    ///
    /// Where there can be no thread.
    pub(crate) fn start(
        environment: Arc<dyn Environment>,
    ) -> io::Result<(Self, channel::UnboundedReceiver<Out>)> {
        let (sender, receiver) = mpsc::channel();
        let (out, told) = channel::unbounded_channel();
        let events = sender.clone();
        let run = move || Actor::new(environment, events, out).run(&receiver);
        thread::Builder::new().name("actor".into()).spawn(run)?;
        Ok((Engine { sender }, told))
    }

    pub(crate) fn tell(&self, message: Message) {
        // When it is over nobody listens any more.
        let _ = self.sender.send(message);
    }

    /// Asks something about a document: the function may be called several times, on a worker.
    ///
    /// # Errors
    ///
    /// Where there is no answer.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        uri: &str,
        function: impl Fn(&View) -> T + Send + 'static,
    ) -> Result<T, Refusal> {
        self.ask_about(Some(uri.to_owned()), function).await
    }

    /// The same about all projects.
    ///
    /// # Errors
    ///
    /// Where there is no answer.
    pub(crate) async fn ask_of_all<T: Send + 'static>(
        &self,
        function: impl Fn(&View) -> T + Send + 'static,
    ) -> Result<T, Refusal> {
        self.ask_about(None, function).await
    }

    async fn ask_about<T: Send + 'static>(
        &self,
        uri: Option<String>,
        function: impl Fn(&View) -> T + Send + 'static,
    ) -> Result<T, Refusal> {
        let (sender, receiver) = oneshot::channel();
        let interrupt = Interrupt::default();
        let _waiting = Waiting(interrupt.clone());
        let question = Asked { function, reply: Some(sender), interrupt };
        self.tell(Message::Ask(uri, Box::new(question)));
        receiver.await.unwrap_or(Err(Refusal::Ended))
    }
}
