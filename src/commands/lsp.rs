//! `speclint lsp`: the language server, on this machine.

use super::{Set, Sources};
use crate::cache;
use crate::disk::{Disk, real};
use crate::sources::Given;
use crate::watched::Watched;
use anyhow::{Context as _, Result};
use clap::Args;
use rustix::process::{Pid, test_kill_process};
use speclint_lint::nixos::table::Tables;
use speclint_lint::project::Project;
use speclint_lint::source::files::FileSystem;
use speclint_server::{Channel, Environment, Level, Watch};
use std::collections::BTreeSet;
use std::env;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

#[derive(Args)]
pub(crate) struct Arguments {
    /// Speak by the standard input and output, as is done anyway.
    #[arg(long, conflicts_with = "socket")]
    stdio: bool,
    /// Wait for a connection to this port of this machine instead.
    #[arg(long, value_name = "PORT")]
    socket: Option<u16>,
    /// Write the log to this file instead of the standard error; SPECLINT_LOG says how much: error, warning, info or debug.
    #[arg(long, value_name = "FILE")]
    log_file: Option<PathBuf>,
    #[command(flatten)]
    sources: Given,
}

/// Says which lines of the log are wanted.
const LOG: &str = "SPECLINT_LOG";

/// Runs the subcommand.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let channel = arguments.socket.map_or(Channel::Stdio, Channel::Socket);
    let machine =
        Machine { given: arguments.sources.clone(), log: Log::open(arguments.log_file.as_deref())? };
    let ended = speclint_server::serve(Arc::new(machine), channel).context("cannot serve")?;
    // Whoever ends a server tells it so first.
    Ok(if ended { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// This machine.
struct Machine {
    given: Given,
    log: Log,
}

/// The log.
struct Log {
    least: Level,
    file: Option<Mutex<File>>,
}

impl Log {
    fn open(path: Option<&Path>) -> Result<Self> {
        let given = env::var(LOG).ok().filter(|given| !given.is_empty());
        let least = match &given {
            None => Level::Warning,
            Some(given) => Level::named(given).with_context(|| {
                format!("`{given}` in {LOG} is no level of the log: it is one of error, warning, info, debug")
            })?,
        };
        let open = |path: &Path| {
            let file = OpenOptions::new().create(true).append(true).open(path);
            file.with_context(|| format!("cannot write `{}`", path.display()))
        };
        Ok(Log { least, file: path.map(open).transpose()?.map(Mutex::new) })
    }

    fn write(&self, level: Level, text: &str) {
        if level > self.least {
            return;
        }
        let time = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let line = format!("{}.{:03} {}: {text}\n", time.as_secs(), time.subsec_millis(), level.name());
        // A log that cannot be written is no reason to do nothing else.
        let _ = match &self.file {
            Some(file) => file.lock().unwrap_or_else(PoisonError::into_inner).write_all(line.as_bytes()),
            None => std::io::stderr().write_all(line.as_bytes()),
        };
    }
}

impl Environment for Machine {
    fn files(&self) -> Arc<dyn FileSystem> {
        Arc::new(Disk)
    }

    fn tables(&self, files: &dyn FileSystem, project: &Project) -> Result<Arc<dyn Tables>, String> {
        let sources = || -> Result<Sources> {
            let set = Set::agreed(super::set_for(files, project))?;
            Sources::new(&self.given, set.as_ref())
        };
        sources().map(|sources| Arc::new(sources) as _).map_err(|error| format!("{error:#}"))
    }

    fn real(&self, path: &str) -> String {
        real(Path::new(path)).unwrap_or_else(|| path.to_owned())
    }

    fn watch(&self, changed: Box<dyn Fn() + Send>) -> Option<Box<dyn Watch>> {
        let watched = Watched::new(changed).inspect_err(|error| eprintln!("speclint: {error}")).ok()?;
        Some(Box::new(watched))
    }

    fn log(&self, level: Level, text: &str) {
        self.log.write(level, text);
    }

    fn keep_page(&self, name: &str, text: &str) -> Option<String> {
        let path = cache::page(name, text)?;
        path.to_str().map(str::to_owned)
    }

    fn is_running(&self, process: u32) -> bool {
        let id = i32::try_from(process).ok().and_then(Pid::from_raw);
        // Whose process it is does not matter.
        id.is_some_and(|id| !matches!(test_kill_process(id), Err(error) if error == rustix::io::Errno::SRCH))
    }
}

impl Watch for Watched {
    fn follow(&mut self, projects: &[String], read: &BTreeSet<String>) {
        Watched::follow(self, projects, read);
    }
}
