//! `speclint check --watch`, as it runs beside an editor.

use crate::User;
use expect_test::expect;
use std::fs;
use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

const BASE: &str = "{ lib, ... }:\n{\n  imports = [ ./tv.nix ];\n  networking.hostName = \"atlas\";\n}\n";
const TV: &str = "{\n  specialisation.tv.configuration = {\n    system.nixos.tags = [ \"tv\" ];\n    programs.steam.enable = true;\n  };\n}\n";
const CONFLICT: &str = "{\n  specialisation.tv.configuration = {\n    system.nixos.tags = [ \"tv\" ];\n    networking.hostName = \"tv\";\n  };\n}\n";

/// How long something that must happen may take on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(60);

/// A program that watches.
struct Watch {
    child: Child,
    lines: Receiver<String>,
}

impl Watch {
    fn start(user: &User, args: &[&str]) -> Self {
        let mut command = user.command(&[&["check", "--watch", "--format", "concise"], args].concat());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("speclint runs");
        let (sender, lines) = mpsc::channel();
        let read = |pipe: Box<dyn Read + Send>| {
            let sender = sender.clone();
            thread::spawn(move || {
                BufReader::new(pipe).lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
            });
        };
        read(Box::new(child.stdout.take().expect("a pipe")));
        read(Box::new(child.stderr.take().expect("a pipe")));
        Watch { child, lines }
    }

    /// What it prints until it waits for changes; what comes by one way is not in order with what comes by the other.
    #[track_caller]
    fn told(&self) -> Vec<String> {
        let mut told = Vec::new();
        loop {
            let line = self.lines.recv_timeout(PATIENCE).expect("a line");
            if line.starts_with("waiting") {
                break;
            }
            told.push(line);
        }
        // The other way may be slower.
        while let Ok(line) = self.lines.recv_timeout(Duration::from_millis(200)) {
            told.push(line);
        }
        told.sort();
        told
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn each_change_is_checked() {
    let user = User::with(&[("configuration.nix", BASE), ("tv.nix", TV)]);
    let watch = Watch::start(&user, &[]);
    assert_eq!(watch.told(), ["nothing found"]);
    user.write("tv.nix", CONFLICT);
    expect![[r#"
        1 finding, 1 fixable with --fix
        tv.nix:4:5: error[needs-mkdefault] `networking.hostName` cannot be both "atlas" and "tv" in specialisation `tv`"#]].assert_eq(&watch.told().join("\n"));
    // As editors write: another file takes its place.
    user.write("tv.nix~", TV);
    fs::rename(user.path("tv.nix~"), user.path("tv.nix")).expect("a file");
    assert_eq!(watch.told(), ["nothing found"]);
    // What is in a folder that was not there.
    user.write("parts/name.nix", "{ networking.hostName = \"boreas\"; }");
    user.write("configuration.nix", BASE.replace("./tv.nix", "./tv.nix ./parts/name.nix"));
    let told = watch.told().join("\n");
    assert!(told.contains("parts/name.nix:1:3: error[conflicting-definitions]"), "{told}");
    user.write("parts/name.nix", "{ networking.domain = \"boreas\"; }");
    assert_eq!(watch.told(), ["nothing found"]);
    // What nobody reads does not matter: the next that is told is of the change after it.
    user.write("notes.md", "Nothing.");
    thread::sleep(Duration::from_millis(300));
    fs::remove_file(user.path("tv.nix")).expect("a file");
    user.write("tv.nix", CONFLICT);
    let told = watch.told().join("\n");
    assert!(told.contains("tv.nix:4:5: error[needs-mkdefault]"), "{told}");
}

#[test]
fn a_flake_that_comes_is_what_is_checked() {
    let user = User::with(&[("configuration.nix", "{ }"), ("atlas.nix", BASE), ("tv.nix", CONFLICT)]);
    let watch = Watch::start(&user, &[]);
    assert_eq!(watch.told(), ["nothing found"]);
    user.write(
        "flake.nix",
        "{ inputs.nixpkgs.url = \"nixpkgs\"; outputs = { nixpkgs, ... }: { nixosConfigurations = {
            atlas = nixpkgs.lib.nixosSystem { modules = [ ./atlas.nix ]; };
          }; }; }",
    );
    let told = watch.told().join("\n");
    assert!(told.contains("tv.nix:4:5: error[needs-mkdefault]"), "{told}");
}

#[test]
fn it_ends_when_it_is_told_to() {
    let user = User::with(&[("configuration.nix", BASE), ("tv.nix", TV)]);
    for signal in ["-INT", "-TERM"] {
        let mut watch = Watch::start(&user, &[]);
        watch.told();
        let pid = watch.child.id().to_string();
        let killed = Command::new("sh").args(["-c", "kill $0 $1", signal, &pid]).status().expect("sh runs");
        assert!(killed.success());
        assert_eq!(watch.child.wait().expect("it ends").code(), Some(0), "{signal}");
    }
}

/// On a terminal, with a real Ctrl-C.
#[cfg(target_os = "linux")]
#[test]
fn the_screen_is_cleared() {
    if Command::new("script").arg("--version").output().is_err() {
        eprintln!("skipped: there is no `script`, which makes a terminal");
        return;
    }
    let user = User::with(&[("configuration.nix", BASE), ("tv.nix", TV)]);
    let line = format!("exec {} check --watch --color never", env!("CARGO_BIN_EXE_speclint"));
    let mut command = Command::new("script");
    command.args(["--quiet", "--return", "--flush", "--command", &line, "/dev/null"]);
    command.current_dir(user.path("")).env("NIX_PATH", "").env("SHELL", "/bin/sh");
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().expect("script runs");
    let mut terminal = child.stdout.take().expect("a pipe");
    let mut keys = child.stdin.take().expect("a pipe");
    // The screen as it comes, until it has this so many times.
    let mut screen = String::new();
    let mut wait = |wanted: &str, times: usize| {
        let mut bytes = [0; 4096];
        while screen.matches(wanted).count() < times {
            let n = terminal.read(&mut bytes).expect("a terminal");
            assert!(n > 0, "it ended: {screen}");
            screen.push_str(&String::from_utf8_lossy(&bytes[..n]));
        }
        screen.clone()
    };
    wait("waiting", 1);
    user.write("tv.nix", CONFLICT);
    let shown = wait("waiting", 2);
    let screens: Vec<&str> = shown.split("\u{1b}[2J\u{1b}[3J\u{1b}[H").collect();
    assert_eq!(screens.len(), 3, "{shown}");
    assert!(screens[0].is_empty() && screens[1].starts_with("nothing found"), "{shown}");
    assert!(screens[2].starts_with("error[needs-mkdefault]"), "{shown}");
    keys.write_all(b"\x03").expect("a key is pressed");
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
}

#[test]
fn wrong_use_says_what_to_do() {
    let user = User::with(&[("configuration.nix", BASE), ("tv.nix", TV)]);
    for flag in ["--fix", "--diff", "--output-file=x", "--show-files"] {
        let told = user.says(2, &["check", "--watch", flag]);
        assert!(told.contains("cannot be used with"), "{told}");
    }
    let told = user.says(2, &["check", "--watch", "nowhere"]);
    assert!(told.contains("`nowhere` does not exist"), "{told}");
}

/// Settings that appear, are wrong for a while, and are put right.
#[test]
fn changes_of_settings_are_checked() {
    let user = User::with(&[("configuration.nix", BASE), ("tv.nix", CONFLICT)]);
    let watch = Watch::start(&user, &["--ignore", "missing-tag"]);
    assert!(watch.told().join("\n").contains("tv.nix:4:5: error[needs-mkdefault]"));
    user.write("speclint.toml", "ignore = [\"needs-mkdefault\"]\n");
    assert_eq!(watch.told(), ["nothing found"]);
    user.write("speclint.toml", "ignores = [\"needs-mkdefault\"]\n");
    assert!(watch.told().join("\n").contains("error: there is no setting `ignores`"));
    user.write("speclint.toml", "[severity]\nneeds-mkdefault = \"info\"\n");
    assert!(watch.told().join("\n").contains("tv.nix:4:5: info[needs-mkdefault]"));
}
