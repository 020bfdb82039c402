//! `--watch`: to check again whenever something that was read changes.

use super::super::Asked;
use super::arguments::Arguments;
use super::output;
use super::session::Session;
use crate::watched::Watched;
use anyhow::{Context as _, Result};
use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

/// How long nothing must happen before files are read: editors save in several steps.
const QUIET: Duration = Duration::from_millis(10);
/// How long that is waited for.
const PATIENCE: Duration = Duration::from_millis(50);
/// How long a check may go on after it was asked to stop.
const GRACE: Duration = Duration::from_millis(500);
/// What clears a terminal: the screen, what has scrolled out of it, and the cursor's place.
const CLEAR: &str = "\u{1b}[2J\u{1b}[3J\u{1b}[H";

/// What is waited for.
enum Event {
    /// Something changed.
    Change,
    /// The user has had enough.
    Stop,
}

/// Checks, and checks again after each change, until Ctrl-C.
pub(super) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let (sender, events) = mpsc::channel();
    let stop = sender.clone();
    ctrlc::set_handler(move || {
        // There is nothing to undo: files are only read.
        let _ = stop.send(Event::Stop);
        thread::sleep(GRACE);
        std::process::exit(0);
    })
    .context("cannot wait for Ctrl-C")?;
    let changed = move || {
        let _ = sender.send(Event::Change);
    };
    let mut watched = Watched::new(changed).context("cannot watch files")?;
    let mut asked = all_asked(arguments)?;
    let mut session = Session::watching(arguments, asked.clone())?;
    loop {
        follow(&mut watched, &session);
        clear(arguments)?;
        match session.evaluate() {
            Ok(()) => {
                let findings = session.findings();
                output::print(&mut session, &findings)?;
            }
            // They are being edited.
            Err(error) => eprintln!("speclint: {error}"),
        }
        follow(&mut watched, &session);
        if !arguments.quiet {
            eprintln!("waiting for changes; Ctrl-C ends");
        }
        loop {
            if let Event::Stop = next(&events) {
                return Ok(ExitCode::SUCCESS);
            }
            follow(&mut watched, &session);
            match all_asked(arguments) {
                // Another file is now what systems start from.
                Ok(now) if now != asked => match Session::watching(arguments, now.clone()) {
                    Ok(other) => {
                        (session, asked) = (other, now);
                        break;
                    }
                    Err(error) => eprintln!("speclint: {error:#}"),
                },
                Ok(_) if session.analysis.refresh() => break,
                // What is not there now may be back soon: some write a file by moving another to its place.
                Ok(_) | Err(_) => {}
            }
        }
    }
}

/// The paths of the command line with their projects.
fn all_asked(arguments: &Arguments) -> Result<Vec<Asked>> {
    arguments.paths.iter().map(|path| Asked::at(path)).collect()
}

/// The next event. Changes that follow each other closely are one.
fn next(events: &Receiver<Event>) -> Event {
    let Ok(Event::Change) = events.recv() else { return Event::Stop };
    let end = Instant::now() + PATIENCE;
    while Instant::now() < end {
        match events.recv_timeout(QUIET) {
            Ok(Event::Change) => {}
            Ok(Event::Stop) | Err(RecvTimeoutError::Disconnected) => return Event::Stop,
            Err(RecvTimeoutError::Timeout) => break,
        }
    }
    Event::Change
}

/// Clears the screen, if it is one.
fn clear(arguments: &Arguments) -> Result<()> {
    let mut out = std::io::stdout();
    if out.is_terminal() && !arguments.quiet {
        out.write_all(CLEAR.as_bytes())?;
        out.flush()?;
    }
    Ok(())
}

/// Watches the folders that matter to a session, and no others.
fn follow(watched: &mut Watched, session: &Session<'_>) {
    let (projects, read) = session.analysis.folders();
    watched.follow(&projects, &read);
}
