//! `speclint eval` as a user meets it.

use serde_json::{Value as Json, json};
use std::io::Read;
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn speclint(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_speclint"));
    command.current_dir(folder).arg("eval").args(args).output().expect("speclint runs")
}

/// What is printed with exit status 0.
fn text(folder: &Path, args: &[&str]) -> String {
    let output = speclint(folder, args);
    assert_eq!(output.status.code(), Some(0), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn json(folder: &Path, args: &[&str]) -> Json {
    let text = text(folder, &[args, &["--format", "json"]].concat());
    serde_json::from_str(&text).expect("JSON")
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    };
    write(
        "a.nix",
        "{ x = import ./b; \"c d\".e = 1; f = y: y; loop = let z = z; in z; u = builtins.currentTime; }",
    );
    write("b/default.nix", "[ 1 2 ]\n");
    write("broken.nix", "{ a = 1;\n  b = ; }");
    folder
}

#[test]
fn statuses() {
    let folder = folder();
    let at = folder.path();
    for (args, wanted) in [
        (&["--expr", "1 + 1"][..], json!({ "status": "ok", "value": 2 })),
        (&["a.nix", "--attr", "x"], json!({ "status": "ok", "value": [1, 2] })),
        (&["./a.nix", "--attr", "\"c d\".e"], json!({ "status": "ok", "value": 1 })),
        (&["b"], json!({ "status": "ok", "value": [1, 2] })),
        (&["--expr", "import ./b"], json!({ "status": "ok", "value": [1, 2] })),
        (&["a.nix", "--attr", "f"], json!({ "status": "unknown", "reason": "it is a function" })),
        (
            &["a.nix", "--attr", "u"],
            json!({ "status": "unknown", "reason": "`currentTime` is the time at which Nix runs" }),
        ),
        (&["a.nix", "--attr", "nope"], json!({ "status": "error", "message": "attribute 'nope' missing" })),
        (&["--expr", "throw \"no\""], json!({ "status": "error", "message": "no" })),
    ] {
        assert_eq!(json(at, args), wanted, "{args:?}");
    }
    let broken = json(at, &["broken.nix"]);
    assert_eq!(broken["status"], "error");
    let message = broken["message"].as_str().expect("a message");
    assert!(message.contains("broken.nix:2:6"), "{message}");
}

#[test]
fn recursion_tells_the_places() {
    let folder = folder();
    let found = json(folder.path(), &["a.nix", "--attr", "loop"]);
    assert_eq!(found["status"], "recursion");
    let place = &found["chain"][0];
    assert!(place["file"].as_str().is_some_and(|f| f.ends_with("/a.nix")), "{found}");
    assert_eq!(place["range"]["start"]["line"], 1);
    let found = text(folder.path(), &["a.nix", "--attr", "loop"]);
    assert!(found.starts_with("infinite recursion\n  through "), "{found}");
}

#[test]
fn text_is_nix() {
    let folder = folder();
    let at = folder.path();
    for (expression, wanted) in [
        ("1", "1"),
        ("1.0", "1.0"),
        ("1.0e30", "1.0e30"),
        ("\"a\\n\\${b}\"", "\"a\\n\\${b}\""),
        ("[ 1 null true /a ]", "[ 1 null true /a ]"),
        ("[ ]", "[ ]"),
        ("{ }", "{ }"),
        ("{ a = 1; \"b c\" = { d = [ ]; }; }", "{ a = 1; \"b c\" = { d = [ ]; }; }"),
        ("{ a = throw \"no\"; b = builtins.map; }", "{ a = «error: no»; b = «builtins.map»; }"),
        ("builtins.currentTime", "unknown: `currentTime` is the time at which Nix runs"),
        ("1 + null", "error: expected a number but found null"),
    ] {
        assert_eq!(text(at, &["--expr", expression]), format!("{wanted}\n"), "{expression}");
    }
    let long = text(at, &["--expr", "builtins.genList (x: \"a rather long element\") 5"]);
    assert_eq!(long.lines().count(), 7, "{long}");
}

#[test]
fn wrong_use_is_2() {
    let folder = folder();
    for args in [
        &[][..],
        &["nowhere.nix"],
        &["a.nix", "--expr", "1"],
        &["--expr", "1", "--attr", "a..b"],
        &["--expr", "1", "--format", "xml"],
        &["--expr"],
    ] {
        let output = speclint(folder.path(), args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(!output.stderr.is_empty() && output.stdout.is_empty(), "{args:?}");
    }
}

#[test]
fn a_closed_pipe_is_no_panic() {
    let folder = folder();
    let mut child = Command::new(env!("CARGO_BIN_EXE_speclint"))
        .current_dir(folder.path())
        .args(["eval", "--format", "json", "--expr", "builtins.genList (x: \"abcdefghijklmnop\") 50000"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("speclint runs");
    drop(child.stdout.take());
    let mut errors = String::new();
    child.stderr.take().expect("a pipe").read_to_string(&mut errors).expect("text");
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
    assert_eq!(errors, "");
}
