//! Stopping what an analysis is asked, on all threads that work on it.

use super::Analysis;
use salsa::Database as _;
use std::sync::{Arc, Mutex, PoisonError};

/// What stops an analysis. All clones stop the same one.
#[derive(Clone, Default)]
pub struct Stop(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    is_over: bool,
    running: Vec<salsa::CancellationToken>,
}

impl Stop {
    /// Has what the analysis is asked unwind with [`salsa::Cancelled`], now and from now on.
    pub fn stop(&self) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.is_over = true;
        for token in state.running.drain(..) {
            token.cancel();
        }
    }

    /// Notes what works on it.
    pub(super) fn note(&self, token: salsa::CancellationToken) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state.is_over {
            token.cancel();
        }
        state.running.push(token);
    }
}

impl Analysis {
    /// The same, which can be stopped without any other being stopped.
    #[must_use]
    pub fn stoppable(mut self) -> (Self, Stop) {
        let stop = Stop::default();
        stop.note(self.db.cancellation_token());
        self.stop = Some(stop.clone());
        (self, stop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::host::{FileKind, ReadError};
    use crate::project::Project;
    use crate::source::files::{FileSystem, MemoryFiles};
    use crate::syntax::hir::Name;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    /// Files of which one stops an analysis when it is read.
    struct Files(MemoryFiles, Mutex<Option<Stop>>);

    impl FileSystem for Files {
        fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
            if path.ends_with("stop.nix")
                && let Some(stop) = &*self.1.lock().unwrap_or_else(PoisonError::into_inner)
            {
                stop.stop();
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

    #[test]
    fn all_systems_are_stopped_and_no_other_analysis_is() {
        let flake = "{ outputs = { nixpkgs, ... }: { nixosConfigurations = builtins.mapAttrs
            (_: module: nixpkgs.lib.nixosSystem { modules = [ module ]; })
            { a = ./a.nix; b = ./a.nix; c = ./a.nix; }; }; }";
        let module = "{ imports = [ ./stop.nix ]; specialisation.tv.configuration = { }; }";
        let files = [
            ("/r/flake.nix", flake),
            ("/r/a.nix", module),
            ("/r/stop.nix", "{ networking.hostName = \"a\"; }"),
        ];
        let files = files.map(|(path, text)| (path.to_owned(), text.to_owned()));
        let files = Arc::new(Files(MemoryFiles(files.into_iter().collect()), Mutex::default()));
        // What is no part of the model has been read before.
        let project = Project::of(&*files, "/r").expect("a project");
        let mut analysis = Analysis::new(files.clone());
        analysis.add_project(project);
        let (stopped, stop) = analysis.clone().stoppable();
        *files.1.lock().expect("the lock") = Some(stop);
        let halted = catch_unwind(AssertUnwindSafe(|| stopped.systems())).expect_err("it was stopped");
        assert!(halted.downcast_ref::<salsa::Cancelled>().is_some());
        assert_eq!(analysis.systems().len(), 3);
    }
}
