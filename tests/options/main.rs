//! `speclint options` as a user meets it, and the tables that it makes in use.

mod commands;
mod kept;
mod used;

use serde_json::Value as Json;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const NIXPKGS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/nixpkgs");
const HOME_MANAGER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/home-manager");

/// A folder of a user: what programs keep lies in `cache`.
struct User(tempfile::TempDir);

impl User {
    fn new() -> Self {
        User(tempfile::tempdir().expect("a temporary folder"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    /// The command, in the user's folder, on a machine without channels.
    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_speclint"));
        command.current_dir(self.0.path()).args(args);
        command.env("XDG_CACHE_HOME", self.path("cache")).env("NIX_PATH", "").env("HOME", self.0.path());
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().expect("speclint runs")
    }

    /// What is printed with an exit status, after the messages.
    #[track_caller]
    fn says(&self, status: i32, args: &[&str]) -> String {
        told(&self.run(args), status)
    }

    #[track_caller]
    fn json(&self, args: &[&str]) -> Json {
        let output = self.run(&[args, &["--format", "json"]].concat());
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).expect("JSON")
    }

    /// The entries that are kept.
    fn entries(&self) -> Vec<PathBuf> {
        let files = fs::read_dir(self.path("cache/speclint")).into_iter().flatten().flatten();
        files.map(|file| file.path()).collect()
    }
}

#[track_caller]
fn told(output: &Output, status: i32) -> String {
    let told = [&output.stderr[..], &output.stdout].concat();
    let told = String::from_utf8(told).expect("UTF-8").replace(env!("CARGO_MANIFEST_DIR"), "«root»");
    assert_eq!(output.status.code(), Some(status), "{told}");
    told
}

/// A copy of a fixture that may be changed.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder").flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a file");
        }
    }
}
