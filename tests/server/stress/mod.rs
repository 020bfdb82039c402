//! Very many edits and messages that are none, as fast as the server takes them. In the end it has the texts that the edits make, and has
//! answered whatever asks for an answer, once.
//!
//! A text stands in a comment of the configuration of a specialisation when it is looked at: moved to a file of its own, the configuration
//! is what the server has there, to the last byte.
//!
//! There are as many edits as a short time allows; `SPECLINT_SERVER_EDITS=1000000` makes as many as it says, in two or three minutes.

mod model;
mod noise;
mod numbers;

use crate::support::{Client, FLAKE, Features, Folder, TIMEOUT};
use model::{Change, Encoding};
use noise::{Answered, framed, noise};
use numbers::Numbers;
use serde_json::{Value as Json, json};
use std::collections::HashSet;
use std::time::{Duration, Instant};

/// What stands in front of a text that is looked at, and behind it.
const AROUND: [&str; 2] = ["{ specialisation.x.configuration = {/* ", " */}; }"];
/// So many edits are made before the texts are looked at.
const ROUND: usize = 2000;
/// How many edits there are at most.
const MOST: usize = 1_000_000;
/// How long it takes in all, unless it is said how many edits are to be made.
const TIME: Duration = Duration::from_secs(20);

/// A document, and its text while it is open.
struct Document {
    uri: String,
    text: Option<String>,
    version: i32,
}

struct Session {
    client: Client,
    encoding: Encoding,
    numbers: Numbers,
    documents: Vec<Document>,
    /// What was not sent yet.
    bytes: Vec<u8>,
    /// The requests that were not answered yet.
    asked: HashSet<String>,
    /// How often nobody is to be answered.
    to_nobody: usize,
    /// How many messages have been sent that no client should send.
    noise: u64,
    edits: usize,
}

impl Session {
    fn tell(&mut self, method: &str, params: &Json) {
        let body = json!({ "jsonrpc": "2.0", "method": method, "params": params }).to_string();
        let message = match self.numbers.below(20) {
            0 => format!("content-length:{}\r\n\r\n{body}", body.len()).into_bytes(),
            1 => {
                let kind = "Content-Type: application/vscode-jsonrpc; charset=utf-8";
                format!("{kind}\r\nContent-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
            }
            _ => framed(&body),
        };
        self.bytes.extend(message);
        if self.bytes.len() > 20_000 {
            self.flush();
        }
    }

    fn flush(&mut self) {
        let bytes = std::mem::take(&mut self.bytes);
        self.client.write(&bytes);
    }

    /// Something that a client does.
    fn step(&mut self) {
        let number = self.numbers.below(self.documents.len());
        match self.numbers.below(100) {
            0..8 => self.disturb(),
            8 => self.open_or_close(number),
            _ if self.documents[number].text.is_none() => self.open_or_close(number),
            _ => self.change(number),
        }
    }

    fn disturb(&mut self) {
        self.noise += 1;
        let names: Vec<String> = self.documents.iter().map(|document| document.uri.clone()).collect();
        let (bytes, answered) = noise(&mut self.numbers, &names, self.noise);
        self.bytes.extend(bytes);
        match answered {
            Answered::Not => {}
            Answered::ToNobody => self.to_nobody += 1,
            Answered::To(id) => assert!(self.asked.insert(id.to_string()), "{id} is new"),
        }
    }

    fn open_or_close(&mut self, number: usize) {
        let numbers = &mut self.numbers;
        let Document { uri, text, version } = &mut self.documents[number];
        if text.take().is_some() {
            let params = json!({ "textDocument": { "uri": uri } });
            self.tell("textDocument/didClose", &params);
            return;
        }
        let new = model::piece(numbers, 40);
        // Whatever it was before.
        *version = numbers.one_of(&[-3, 0, 1, 7, 100_000]);
        let document = json!({ "uri": uri, "languageId": "nix", "version": version, "text": new });
        *text = Some(new);
        self.tell("textDocument/didOpen", &json!({ "textDocument": document }));
    }

    fn change(&mut self, number: usize) {
        let numbers = &mut self.numbers;
        let count = if numbers.is_one_of(3) { numbers.below(6) } else { 1 };
        let Some(text) = &mut self.documents[number].text else { return };
        let changes = (0..count).map(|_| {
            let (lines, _) = model::end(text, self.encoding);
            let change = Change::any(text.len(), lines + 1, numbers);
            change.apply(text, self.encoding);
            change
        });
        let changes: Vec<Change> = changes.collect();
        self.edits += count;
        self.tell_change(number, &changes);
    }

    fn tell_change(&mut self, number: usize, changes: &[Change]) {
        let numbers = &mut self.numbers;
        let document = &mut self.documents[number];
        document.version += if numbers.is_one_of(20) { numbers.below(1000) as i32 + 1 } else { 1 };
        let at = |(line, character): model::At| json!({ "line": line, "character": character });
        let mut said = |change: &Change| {
            let mut said = json!({ "text": change.text });
            if let Some((from, to)) = change.place {
                said["range"] = json!({ "start": at(from), "end": at(to) });
                if numbers.is_one_of(10) {
                    // It says the same once more, and nobody should rely on it.
                    said["rangeLength"] = json!(numbers.below(9));
                }
            }
            said
        };
        let changes: Vec<Json> = changes.iter().map(&mut said).collect();
        let document = json!({ "uri": document.uri, "version": document.version, "more": [] });
        self.tell("textDocument/didChange", &json!({ "textDocument": document, "contentChanges": changes }));
    }

    /// Compares the texts that the server has with those that the edits make.
    fn look(&mut self, what: &str) {
        for number in 0..self.documents.len() {
            let Some(text) = self.documents[number].text.clone() else { continue };
            let [head, tail] = AROUND;
            let end = model::end(&text, self.encoding);
            let insert = |at, text: &str| Change { place: Some((at, at)), text: text.to_owned() };
            self.tell_change(number, &[insert(end, tail), insert((0, 0), head)]);
            self.flush();
            let uri = self.documents[number].uri.clone();
            let at = json!({ "line": 0, "character": 19 });
            let params = json!({
                "textDocument": { "uri": uri }, "range": { "start": at, "end": at },
                "context": { "diagnostics": [], "only": ["refactor.extract"] },
            });
            let actions = self.client.ask("textDocument/codeAction", params).expect("actions");
            let changes = actions[0]["edit"]["documentChanges"].as_array();
            let made = changes.and_then(|changes| changes.iter().find(|change| change["kind"] == "create"));
            let edit = changes.zip(made).and_then(|(changes, made)| {
                changes.iter().find(|change| change["textDocument"]["uri"] == made["uri"])
            });
            let has = edit.and_then(|edit| edit["edits"][0]["newText"].as_str());
            assert_eq!(has, Some(&*format!("{{/* {text} */}}\n")), "{what}: {uri}: {actions}");
            // The edits that follow are made in the text as it was.
            let remove = |from, to| Change { place: Some((from, to)), text: String::new() };
            let changes = [remove((0, 0), (0, head.len() as u32)), remove(end, (u32::MAX, 0))];
            self.tell_change(number, &changes);
        }
    }

    /// Whatever asked for an answer has one.
    fn answers(&mut self, what: &str) {
        self.flush();
        let mut to_nobody = 0;
        let end = Instant::now() + TIMEOUT;
        loop {
            for answer in std::mem::take(&mut self.client.kept) {
                let id = &answer["id"];
                if answer.get("method").is_some() {
                    // Nothing went wrong that it has to tell of as an error.
                    let is_error = answer["method"] == "window/logMessage" && answer["params"]["type"] == 1;
                    assert!(!is_error, "{what}: {answer}");
                    continue;
                }
                assert_ne!(answer["error"]["code"], -32603, "{what}: {answer}");
                if id.is_null() {
                    assert!(answer["error"]["code"].is_i64(), "{what}: {answer}");
                    to_nobody += 1;
                } else {
                    assert!(self.asked.remove(&id.to_string()), "{what}: nobody asked for {answer}");
                }
            }
            if self.asked.is_empty() && to_nobody >= self.to_nobody {
                break;
            }
            let left = (&self.asked, self.to_nobody, to_nobody);
            assert!(Instant::now() < end, "{what}: not everything is answered: {left:?}");
            self.client.wait(Duration::from_millis(2));
        }
        assert_eq!(to_nobody, self.to_nobody, "{what}");
        self.to_nobody = 0;
        self.client.asked.clear();
    }
}

/// Makes edits until it is enough, and returns how many.
fn edit(encoding: Encoding, seed: u64, is_enough: impl Fn(usize) -> bool) -> usize {
    let flake = FLAKE.replace("./base.nix ./tv.nix", "./a.nix ./b.nix (./. + \"/c 漢.nix\")");
    let folder =
        Folder::with(&[("flake.nix", &flake), ("a.nix", "{ }"), ("b.nix", "{ }"), ("c 漢.nix", "{ }")]);
    let outside = Folder::with(&[("configuration.nix", "{ }")]);
    let uris = [
        folder.uri("a.nix"),
        folder.uri("b.nix"),
        folder.uri("c 漢.nix"),
        outside.uri("configuration.nix"),
        "untitled:Untitled-1".to_owned(),
    ];
    let features = if encoding == Encoding::Utf16 { Features::PUSH } else { Features::PULL };
    // It warns of much that is only to be seen here.
    let mut client = Client::begin_with(&[], &[("SPECLINT_LOG", "error")]);
    client.initialize(Features { encodings: encoding.offered(), ..features }, &folder);
    let mut session = Session {
        client,
        encoding,
        numbers: Numbers::new(seed),
        documents: uris.into_iter().map(|uri| Document { uri, text: None, version: 0 }).collect(),
        bytes: Vec::new(),
        asked: HashSet::new(),
        to_nobody: 0,
        noise: 0,
        edits: 0,
    };
    let mut round = 0;
    while !is_enough(session.edits) {
        round += 1;
        while session.edits < round * ROUND {
            session.step();
        }
        let what = format!("{encoding:?}, seed {seed}, {} edits", session.edits);
        session.look(&what);
        session.answers(&what);
    }
    assert_eq!(session.client.end().code(), Some(0));
    session.edits
}

#[test]
fn a_million_edits_and_messages_that_are_none_end_in_the_right_texts() {
    let asked = std::env::var("SPECLINT_SERVER_EDITS").ok().and_then(|edits| edits.parse::<usize>().ok());
    let begin = Instant::now();
    let mut edits = 0;
    for (number, encoding) in (1..).zip(Encoding::ALL) {
        edits += edit(encoding, number, |edits| match asked {
            Some(most) => edits >= most / 3,
            None => edits >= MOST / 3 || begin.elapsed() >= TIME * number as u32 / 3,
        });
    }
    println!("{edits} edits in {:?}", begin.elapsed());
}
