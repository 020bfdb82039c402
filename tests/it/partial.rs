//! Configurations of which something is not at hand: what is known all the same, and that nothing else is claimed.

use crate::rules;
use crate::support::case::{Case, cases};
use crate::support::json;
use serde_json::Value as Json;

/// What is said of a case other than what stands under its `#- truth`; empty if nothing. Besides `[VALUE]`, `[VALUE, PRIORITY]` and
/// `"conflict"`, an option there may be `"undefined"`, or `"unknown: PART OF THE REASON"`.
fn unlike_written(case: &Case) -> String {
    let shown = json::shown(&case.analysis());
    let system = &shown["systems"][0];
    let mut wrong = String::new();
    for line in case.truth().lines() {
        let (scope, options) = line.split_once(": ").unwrap_or_else(|| panic!("{}: `{line}`", case.name));
        let options: serde_json::Map<String, Json> =
            serde_json::from_str(options).unwrap_or_else(|e| panic!("{}: {scope}: {e}", case.name));
        let found = if scope == "parent" { &system["parent"] } else { &system["specialisations"][scope] };
        for (option, wanted) in options {
            let found = &found["options"][&option];
            if !is_like(found, &wanted) {
                wrong
                    .push_str(&format!("{}: {scope}: {option}: wanted {wanted}, found {found}\n", case.name));
            }
        }
    }
    wrong
}

fn is_like(found: &Json, wanted: &Json) -> bool {
    let status = found["status"].as_str().unwrap_or("nothing");
    match wanted {
        Json::Array(wanted) => {
            status == "ok"
                && wanted.first() == Some(&found["value"])
                && wanted.get(1).is_none_or(|priority| *priority == found["priority"])
        }
        Json::String(wanted) => match wanted.split_once(": ") {
            Some((word, reason)) => {
                // What NixOS refuses is more than unknown.
                let same = |found: &str| {
                    let refused = |text: &str| text.starts_with("NixOS refuses");
                    found.contains(reason) && refused(found) == refused(reason)
                };
                status == word && found["reason"].as_str().is_some_and(same)
            }
            None => status == wanted,
        },
        _ => false,
    }
}

#[test]
fn what_is_known_is_what_is_written() {
    let wrong: String = cases("partial").iter().map(unlike_written).collect();
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn findings_are_as_marked() {
    rules::check(&cases("partial"));
}

/// A file that is no text is told once, and the rest is judged. One that git-crypt has encrypted is as it should be.
#[test]
fn what_is_no_text_is_told_once() {
    for (start, wanted) in
        [("\0GITCRYPT\0", &[][..]), ("\x7fELF\0", &["the file is no text (is it encrypted?)"])]
    {
        no_text(start, wanted);
    }
}

fn no_text(start: &str, wanted: &[&str]) {
    let text = "#- configuration.nix\n{ imports = [ ./secrets.nix ]; networking.hostName = \"atlas\"; }\n\
                #- secrets.nix\nSTART;{ a = \u{1}\u{2}; ( \u{fffd}} '' \\\n\
                #- truth\nparent: {\"networking.hostName\": [\"atlas\", 100]}\n";
    let case = Case::parse("a file that is no text", &text.replace("START", start));
    assert_eq!(unlike_written(&case), "");
    let findings = case.analysis().findings();
    let messages: Vec<&str> = findings.iter().map(|f| f.message.as_str()).collect();
    assert_eq!(messages, wanted);
}
