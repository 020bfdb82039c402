//! What must not stop the server, or make it say something that is not so.

use crate::support::{BASE, Client, Features, Folder, TV, check, told};
use proptest::prelude::*;
use proptest::test_runner::Config;
use serde_json::{Value as Json, json};
use std::time::Duration;

/// A configuration that takes long to evaluate, and has a specialisation of this name.
fn slow(name: &str) -> String {
    let sum = "builtins.foldl' (a: b: a + b) 0 (builtins.genList (n: n) 200000)";
    format!("{{\n  specialisation.{name}.configuration.services.getty.helpLine = toString ({sum});\n}}\n")
}

/// The names of specialisations that have no tag, as the diagnostics say.
fn without_tags(diagnostics: &Json) -> Vec<String> {
    let all = diagnostics.as_array().expect("a list").iter().filter(|found| found["code"] == "missing-tag");
    let name = |found: &Json| Some(found["message"].as_str()?.split('`').nth(1)?.to_owned());
    all.filter_map(name).collect()
}

#[test]
fn a_change_that_is_told_before_its_document_counts() {
    // Helix opens a document to change it, and may tell the change first.
    let folder = Folder::with_conflict();
    let (base, tv) = (folder.uri("base.nix"), folder.uri("tv.nix"));
    let mut client = Client::in_folder(&folder, Features::PUSH);
    client.open(&tv, 0, TV);
    assert!(!without_conflict(&client.published(&tv, Some(0))));
    let line = BASE.lines().position(|line| line.contains("xserver.enable")).expect("it is there") as u32;
    let at = BASE.lines().nth(line as usize).and_then(|line| line.find("false")).expect("it is set") as u32;
    client.change(&base, 1, &[((line, at), (line, at), "lib.mkDefault ")]);
    client.open(&base, 0, BASE);
    assert!(without_conflict(&client.published(&base, Some(1))));
    assert!(without_conflict(&client.published(&tv, Some(0))));
}

fn without_conflict(diagnostics: &Json) -> bool {
    diagnostics.as_array().expect("a list").iter().all(|found| found["code"] != "needs-mkdefault")
}

#[test]
fn three_thousand_edits_end_in_the_right_text() {
    let folder = Folder::with(&[("configuration.nix", &slow("x"))]);
    let uri = folder.uri("configuration.nix");
    let mut client = Client::in_folder(&folder, Features::PUSH);
    client.open(&uri, 0, &slow("x"));
    let mut name = "x".to_owned();
    for version in 1..=3000 {
        // A digit behind the name, and at times away with the last three.
        let end = 17 + name.len() as u32;
        if name.len() > 8 {
            client.change(&uri, version, &[((1, end - 3), (1, end), "")]);
            name.truncate(name.len() - 3);
        } else {
            let digit = (version % 10).to_string();
            client.change(&uri, version, &[((1, end), (1, end), &digit)]);
            name.push_str(&digit);
        }
    }
    assert_eq!(without_tags(&client.published(&uri, Some(3000))), [name]);
    // Most of them were never analysed by themselves.
    let published =
        client.kept.iter().filter(|message| message["method"] == "textDocument/publishDiagnostics");
    assert!(published.count() < 300);
    assert_eq!(client.end().code(), Some(0));
}

#[test]
fn what_is_cancelled_is_answered_before_what_goes_on() {
    let folder = Folder::with(&[("configuration.nix", &slow("x"))]);
    let uri = folder.uri("configuration.nix");
    let mut client = Client::in_folder(&folder, Features::PULL);
    client.open(&uri, 1, &slow("x"));
    let hover = json!({ "textDocument": { "uri": uri }, "position": { "line": 1, "character": 40 } });
    let asked: Vec<i64> = (0..40).map(|_| client.begin_asking("textDocument/hover", hover.clone())).collect();
    let cancelled: Vec<i64> = asked.iter().skip(1).step_by(2).copied().collect();
    for id in &cancelled {
        client.tell("$/cancelRequest", json!({ "id": id }));
    }
    let mut order = Vec::new();
    for _ in &asked {
        let answer = client.wait_for(|message| message.get("method").is_none());
        let id = answer["id"].as_i64().expect("a number");
        assert_eq!(answer["error"]["code"] == -32800, cancelled.contains(&id), "{answer}");
        order.push(id);
    }
    assert_eq!(order[..cancelled.len()], cancelled);
}

#[test]
fn reading_can_be_stopped() {
    let setting = |number: u32| {
        let sum = format!("builtins.foldl' (a: b: a + b) {number} (builtins.genList (n: n) 200000)");
        format!("  environment.etc.n{number}.text = toString ({sum});\n")
    };
    let named =
        |name: &str| format!("{{ specialisation.{name}.configuration.services.getty.helpLine = \"a\"; }}");
    // Nearly as much as is evaluated of a system at all.
    let long = format!("{{\n{}}}\n", (0..3).map(setting).collect::<String>());
    let folder =
        Folder::with(&[("flake.nix", crate::support::FLAKE), ("base.nix", &long), ("tv.nix", &named("x"))]);
    let uri = folder.uri("tv.nix");
    let mut client = Client::in_folder(&folder, Features::PUSH);
    client.open(&uri, 1, &named("x"));
    let progress = |client: &mut Client, kind: &str| {
        let told = client.wait_for(|m| m["method"] == "$/progress" && m["params"]["value"]["kind"] == kind);
        told["params"].clone()
    };
    let begin = progress(&mut client, "begin");
    assert_eq!(begin["value"]["cancellable"], true, "{begin}");
    client.tell("window/workDoneProgress/cancel", json!({ "token": begin["token"] }));
    assert_eq!(progress(&mut client, "end")["token"], begin["token"]);
    assert_eq!(without_tags(&client.published(&uri, Some(1))), [""; 0], "nothing was found by then");
    // It is read when something changes in it.
    client.replace(&uri, 2, &named("y"));
    client.open(&folder.uri("base.nix"), 1, "{ }");
    assert_eq!(without_tags(&client.published(&uri, Some(2))), ["y"]);
}

#[test]
fn what_is_no_message_is_answered_with_an_error() {
    let folder = Folder::with_conflict();
    let mut client = Client::in_folder(&folder, Features::PUSH);
    for (text, code) in [("Content-Length: 2\r\n\r\n{}", -32600), ("Content-Length: 1\r\n\r\n{", -32700)] {
        client.write(text.as_bytes());
        let answer = client.wait_for(|message| message.get("error").is_some());
        assert_eq!((&answer["id"], &answer["error"]["code"]), (&Json::Null, &json!(code)));
    }
}

#[test]
fn a_client_that_answers_nothing_is_served() {
    let folder = Folder::with_conflict();
    let (base, tv) = (folder.uri("base.nix"), folder.uri("tv.nix"));
    let mut client = Client::begin();
    client.answers = false;
    client.initialize(Features::PULL, &folder);
    client.open(&base, 0, "{ }");
    client.open(&tv, 0, crate::support::TV);
    for version in 1..=200 {
        client.tell("workspace/didChangeConfiguration", json!({ "settings": null }));
        client.replace(&base, version, &format!("{{\n  services.xserver.enable = {};\n}}", version % 2 == 1));
    }
    let pulled = client.pull(&tv, None).expect("diagnostics");
    assert_eq!(pulled["items"][0]["code"], "needs-mkdefault");
    assert!(client.asked.len() > 200);
}

#[test]
fn a_burst_of_edits_costs_two_analyses_at_most() {
    let folder = Folder::with_conflict();
    let tv = folder.uri("tv.nix");
    let mut client = Client::in_folder(&folder, Features::PUSH);
    client.open(&tv, 0, crate::support::TV);
    client.published(&tv, Some(0));
    let mut burst = |first: i32| {
        // All of it arrives at once.
        let mut messages = Vec::new();
        for version in first..first + 20 {
            let start = json!({ "line": 0, "character": 0 });
            let change = json!({ "range": { "start": start, "end": start }, "text": " " });
            let message = json!({ "jsonrpc": "2.0", "method": "textDocument/didChange", "params": {
                "textDocument": { "uri": tv, "version": version }, "contentChanges": [change],
            } });
            let body = message.to_string();
            messages.extend(format!("Content-Length: {}\r\n\r\n{body}", body.len()).bytes());
        }
        client.write(&messages);
        client.published(&tv, Some(first + 19));
        client.wait(Duration::from_millis(100));
        let kept = std::mem::take(&mut client.kept);
        1 + kept.iter().filter(|message| message["method"] == "textDocument/publishDiagnostics").count()
    };
    // The machine may have something else to do in the middle of one of them.
    let published = (0..5).map(|number| burst(1 + 20 * number)).min();
    assert!(published <= Some(2), "{published:?}");
}

/// Messages that are none.
const MALFORMED: [&str; 11] = [
    "Content-Length: -5\r\n\r\n",
    "Content-Length: 3\r\n\r\n漢",
    "\r\n\r\n",
    "Content-Length: 2\r\n\r\n{}",
    "Content-Length: 4\r\n\r\nnull",
    "Content-Length: 7\r\n\r\n{\"a\":1,",
    "Content-Length: 43\r\n\r\n{\"jsonrpc\":\"2.0\",\"method\":\"textDocument/x\"}",
    "Content-Length: 63\r\n\r\n{\"jsonrpc\":\"2.0\",\"method\":\"textDocument/didChange\",\"params\":[]}",
    "Content-Length: 56\r\n\r\n{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":\"textDocument/hover\"}",
    "Content-Length: 39\r\n\r\n{\"jsonrpc\":\"2.0\",\"id\":77,\"result\":null}",
    "Content-Length: 3\r\nContent-Type: x; charset=utf-8\r\n\r\n[1]",
];

/// What stands in front of the name of a specialisation, and behind it.
const AROUND: [&str; 2] = ["{\r\n  # 漢字🎮é\r  specialisation.\"", "\".configuration = { };\n}\n"];

proptest! {
    #![proptest_config(Config { cases: 24, failure_persistence: None, ..Config::default() })]

    #[test]
    fn edits_end_in_the_text_that_they_make(
        edits in prop::collection::vec(
            (0..40usize, 0..12usize, "[ab é漢🎮\n]{0,4}", prop::option::weighted(0.2, 0..MALFORMED.len())),
            1..60,
        ),
        encoding in 0..3usize,
    ) {
        let [before, behind] = AROUND;
        let mut text = format!("{before}{behind}");
        let folder = Folder::with(&[("configuration.nix", &text)]);
        let uri = folder.uri("configuration.nix");
        let encodings: &'static [&'static str] = [&["utf-8"][..], &["utf-16"], &["utf-32"]][encoding];
        let mut client = Client::in_folder(&folder, Features { encodings, ..Features::PUSH });
        client.open(&uri, 0, &text);
        let position = |text: &str, at: usize| {
            let before = &text[..at];
            let breaks = before.replace("\r\n", "\n").matches(['\n', '\r']).count();
            let line = before.rfind(['\n', '\r']).map_or(before, |at| &before[at + 1..]);
            let column = [line.len(), line.encode_utf16().count(), line.chars().count()][encoding];
            (breaks as u32, column as u32)
        };
        for (version, (start, len, new, malformed)) in (1..).zip(&edits) {
            // All of it stays in the name.
            let end = text.len() - behind.len();
            let boundary = |at: usize| {
                let at = (before.len() + at).min(end);
                (before.len()..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(end)
            };
            let (start, end) = (boundary(*start), boundary(start + len));
            client.change(&uri, version, &[(position(&text, start), position(&text, end), new)]);
            text.replace_range(start..end, new);
            if let Some(malformed) = malformed {
                client.write(MALFORMED[*malformed].as_bytes());
            }
        }
        let argument = json!({ "command": "speclint.systems", "arguments": [{ "uri": uri }] });
        let systems = client.ask("workspace/executeCommand", argument).expect("systems");
        let name = &text[before.len()..text.len() - behind.len()];
        prop_assert_eq!(&systems[0]["specialisations"], &json!([name]));
        prop_assert_eq!(client.end().code(), Some(0));
    }

    #[test]
    fn what_is_told_is_what_a_fresh_check_finds(
        edits in prop::collection::vec((0..FILES.len(), 0..8usize, any::<bool>()), 1..12),
        pulls in any::<bool>(),
    ) {
        let files: Vec<(&str, &str)> = FILES.iter().map(|(name, texts)| (*name, texts[0])).collect();
        let folder = Folder::with(&files);
        let features = if pulls { Features::PULL } else { Features::PUSH };
        let mut client = Client::in_folder(&folder, Features { encodings: &["utf-32"], ..features });
        let mut open = vec![false; FILES.len()];
        for (version, (file, text, is_closed)) in (1..).zip(&edits) {
            let (name, texts) = FILES[*file];
            let (uri, text) = (folder.uri(name), texts[text % texts.len()]);
            if open[*file] {
                client.replace(&uri, version, text);
            } else {
                client.open(&uri, version, text);
                open[*file] = true;
            }
            // Saved, which is not told: the client is to tell of what is changed by others.
            folder.write(name, text);
            if *is_closed {
                client.close(&uri);
                open[*file] = false;
            }
        }
        let expected = check(&folder);
        let all = client.all_diagnostics(pulls, |all| told(all.iter()) == expected);
        prop_assert_eq!(told(all.iter()), expected);
    }
}

/// Files, each with the texts that it may have.
const FILES: [(&str, &[&str]); 4] = [
    (
        "flake.nix",
        &[
            "{ outputs = { nixpkgs, ... }: { nixosConfigurations.atlas = nixpkgs.lib.nixosSystem { modules = [ ./a.nix ./b.nix ]; }; }; }",
            "{ outputs = { nixpkgs, ... }: { nixosConfigurations.atlas = nixpkgs.lib.nixosSystem { modules = [ ./b.nix ./c.nix ]; }; }; }",
            "{ outputs = { nixpkgs, ... }: { nixosConfigurations = rec { atlas = nixpkgs.lib.nixosSystem { modules = [ ./a.nix ./c.nix ]; }; boreas = nixpkgs.lib.nixosSystem { modules = [ ./c.nix ]; }; }; }; }",
            "{ outputs = ",
        ],
    ),
    (
        "a.nix",
        &[
            "{ services.xserver.enable = false; }",
            "{ lib, ... }: { services.xserver.enable = lib.mkDefault false; imports = [ ./c.nix ]; }",
            "{ services.xserver.enable = true; networking.hostName = \"漢🎮\"; }",
            "{ services.xserver.enable = ; }",
        ],
    ),
    (
        "b.nix",
        &[
            "{ specialisation.tv.configuration.services.xserver.enable = true; }",
            "{ specialisation.\"t🎮v\".configuration = { specialisation.x.configuration = { }; services.xserver.enable = true; }; }",
            "{ /* 漢 */ specialisation.tv.configuration = { networking.hostName = \"tv\"; }; }",
            "",
        ],
    ),
    (
        "c.nix",
        &[
            "{ specialisation.night.configuration.system.nixos.tags = [ \"night\" ]; }",
            "{ config, lib, ... }: { services.xserver.enable = lib.mkIf (config.specialisation != { }) true; }",
            "{ specialisation.night.confguration = { }; } # speclint: ignore[misplaced-setting]",
        ],
    ),
];
