//! The subcommands as a user meets them: the real program, in a folder of one's own.

mod check;
mod eval;
mod explain;
mod fix;
mod formats;
mod inputs;
mod options;
mod output;
mod settings;
mod show;
mod stdin;
mod suppress;
mod watch;

use expect_test::Expect;
use serde_json::Value as Json;
use std::fs;
use std::io::Read as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

/// A user's folder.
struct User(tempfile::TempDir);

impl User {
    /// A folder with these files.
    fn with(files: &[(&str, &str)]) -> Self {
        let user = User(tempfile::tempdir().expect("a temporary folder"));
        for (name, text) in files {
            user.write(name, text);
        }
        user
    }

    /// A folder with a configuration, and its specialisation in a file of its own.
    fn with_tv(base: &str, tv: &str) -> Self {
        User::with(&[("configuration.nix", base), ("tv.nix", tv)])
    }

    /// The folder of a flake with two hosts, of which one reads `tv.nix`, with more files.
    fn with_two_hosts(files: &[(&str, &str)]) -> Self {
        let user = User::with(&[
            (
                "flake.nix",
                "{ inputs.nixpkgs.url = \"nixpkgs\"; outputs = { nixpkgs, ... }: { nixosConfigurations = {
            atlas = nixpkgs.lib.nixosSystem { modules = [ ./atlas.nix ./tv.nix ]; };
            boreas = nixpkgs.lib.nixosSystem { modules = [ ./boreas.nix ]; };
          }; }; }",
            ),
            ("atlas.nix", "{ networking.hostName = \"atlas\"; }"),
            ("boreas.nix", "{ specialisation.night.configuration = { }; }"),
        ]);
        for (name, text) in files {
            user.write(name, text);
        }
        user
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    fn read(&self, name: &str) -> String {
        String::from_utf8(fs::read(self.path(name)).expect("a file")).expect("UTF-8")
    }

    /// The program, in the user's folder, on a machine without channels.
    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_speclint"));
        command.current_dir(self.0.path()).args(args).env_remove("NO_COLOR");
        command.env("XDG_CACHE_HOME", self.path("cache")).env("NIX_PATH", "").env("HOME", self.0.path());
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().expect("speclint runs")
    }

    /// What is printed with this exit status: the messages, then the output.
    #[track_caller]
    fn says(&self, status: i32, args: &[&str]) -> String {
        told(&self.run(args), status)
    }

    /// The same, compared with what is expected.
    #[track_caller]
    fn prints(&self, status: i32, args: &[&str], expected: Expect) {
        expected.assert_eq(&self.says(status, args));
    }

    #[track_caller]
    fn json(&self, status: i32, args: &[&str]) -> Json {
        let output = self.run(&[args, &["--format", "json"]].concat());
        assert_eq!(output.status.code(), Some(status), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).expect("JSON")
    }

    /// Runs the program for a reader who is gone before the first word.
    #[track_caller]
    fn closes_the_pipe(&self, args: &[&str]) {
        let mut command = self.command(args);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("speclint runs");
        drop(child.stdout.take());
        let mut errors = String::new();
        child.stderr.take().expect("a pipe").read_to_string(&mut errors).expect("text");
        assert_eq!(child.wait().expect("it ends").code(), Some(0), "{errors}");
        assert_eq!(errors, "");
    }
}

#[track_caller]
fn told(output: &Output, status: i32) -> String {
    let told = String::from_utf8([&output.stderr[..], &output.stdout].concat()).expect("UTF-8");
    let told = told.replace(env!("CARGO_MANIFEST_DIR"), "«root»");
    assert_eq!(output.status.code(), Some(status), "{told}");
    told
}
