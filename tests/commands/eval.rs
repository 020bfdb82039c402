//! `speclint eval` as a user meets it.

use crate::User;
use serde_json::{Value as Json, json};

/// What is printed with exit status 0.
fn text(user: &User, args: &[&str]) -> String {
    user.says(0, &[&["eval"], args].concat())
}

fn json(user: &User, args: &[&str]) -> Json {
    serde_json::from_str(&text(user, &[args, &["--format", "json"]].concat())).expect("JSON")
}

fn user() -> User {
    User::with(&[
        (
            "a.nix",
            "{ x = import ./b; \"c d\".e = 1; f = y: y; loop = let z = z; in z; u = builtins.currentTime; }",
        ),
        ("b/default.nix", "[ 1 2 ]\n"),
        ("broken.nix", "{ a = 1;\n  b = ; }"),
    ])
}

#[test]
fn statuses() {
    let user = &user();
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
        assert_eq!(json(user, args), wanted, "{args:?}");
    }
    let broken = json(user, &["broken.nix"]);
    assert_eq!(broken["status"], "error");
    let message = broken["message"].as_str().expect("a message");
    assert!(message.contains("broken.nix:2:6"), "{message}");
}

#[test]
fn recursion_tells_the_places() {
    let user = &user();
    let found = json(user, &["a.nix", "--attr", "loop"]);
    assert_eq!(found["status"], "recursion");
    let place = &found["chain"][0];
    assert!(place["file"].as_str().is_some_and(|f| f.ends_with("/a.nix")), "{found}");
    assert_eq!(place["range"]["start"]["line"], 1);
    let found = text(user, &["a.nix", "--attr", "loop"]);
    assert!(found.starts_with("infinite recursion\n  through "), "{found}");
}

#[test]
fn text_is_nix() {
    let user = &user();
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
        assert_eq!(text(user, &["--expr", expression]), format!("{wanted}\n"), "{expression}");
    }
    let long = text(user, &["--expr", "builtins.genList (x: \"a rather long element\") 5"]);
    assert_eq!(long.lines().count(), 7, "{long}");
}

#[test]
fn wrong_use_is_2() {
    let user = &user();
    for args in [
        &[][..],
        &["nowhere.nix"],
        &["a.nix", "--expr", "1"],
        &["--expr", "1", "--attr", "a..b"],
        &["--expr", "1", "--format", "xml"],
        &["--expr"],
    ] {
        let output = user.run(&[&["eval"], args].concat());
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(!output.stderr.is_empty() && output.stdout.is_empty(), "{args:?}");
    }
}

#[test]
fn a_closed_pipe_is_no_panic() {
    let many = "builtins.genList (x: \"abcdefghijklmnop\") 50000";
    user().closes_the_pipe(&["eval", "--format", "json", "--expr", many]);
}
