//! Messages that no client should send. None of them changes a text.

use super::numbers::Numbers;
use serde_json::{Value as Json, json};

/// How a message is answered.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Answered {
    /// Not at all.
    Not,
    /// With an error, to nobody: it has no number that could be made out.
    ToNobody,
    /// To whoever asked.
    To(Json),
}

/// A message as it is sent.
pub(super) fn framed(body: &str) -> Vec<u8> {
    format!("Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

/// Something to send, and how it is answered. `open` is what documents are called, some of which are open.
pub(super) fn noise(numbers: &mut Numbers, open: &[String], number: u64) -> (Vec<u8>, Answered) {
    match numbers.below(9) {
        0 => frames(numbers),
        1 => (framed_bytes(numbers.one_of(&NO_JSON)), Answered::ToNobody),
        2 => {
            let deep = "[".repeat(5000);
            let bodies = [numbers.one_of(&NO_MESSAGES), &deep];
            (framed(bodies[usize::from(numbers.is_one_of(20))]), Answered::ToNobody)
        }
        3 => (framed(numbers.one_of(&TO_NOBODY)), Answered::Not),
        4 => wrong_change(numbers, open),
        5 => not_open(numbers),
        6 => notification(numbers, open),
        _ => request(numbers, open, number),
    }
}

fn framed_bytes(body: &[u8]) -> Vec<u8> {
    let mut message = format!("Content-Length: {}\r\n\r\n", body.len()).into_bytes();
    message.extend(body);
    message
}

/// What stands around messages is wrong, but where the next one starts can be made out.
fn frames(numbers: &mut Numbers) -> (Vec<u8>, Answered) {
    const BROKEN: [&str; 9] = [
        "Content-Length: -5\r\n\r\n",
        "Content-Length: many\r\n\r\n",
        "Content-Length: 99999999999999999999999\r\n\r\n",
        "Content-Length:\r\n\r\n",
        "Content-Length: 0\r\n\r\n",
        "Content-Type: application/vscode-jsonrpc; charset=utf-8\r\n\r\n",
        "\r\n\r\n",
        // Shorter than it says: what is left over stands before the next header.
        "Content-Length: 5\r\n\r\n{\"jsonrpc\":\"2.0\",\"method\":\"x\"}",
        "Content-Length: 2\r\nContent-Length: 3\r\n\r\n漢",
    ];
    (numbers.one_of(&BROKEN).into(), Answered::ToNobody)
}

/// What is no JSON.
const NO_JSON: [&[u8]; 9] = [
    b"{",
    b"x",
    b"{\"jsonrpc\":\"2.0\",\"method\":\"a\",}",
    b"{\"jsonrpc\":\"2.0\",\"method\":\"a\"}{}",
    b"{\"jsonrpc\":\"2.0\",\"method\":\"\xff\xfe\"}",
    b"{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"params\":{\"text\":\"\\ud800\"}}",
    b"{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"params\":NaN}",
    b"\0\0\0",
    b"'jsonrpc'",
];

/// What is JSON, but no message.
const NO_MESSAGES: [&str; 14] = [
    "null",
    "1",
    "[]",
    "{}",
    "\"text\"",
    "[{\"jsonrpc\":\"2.0\",\"method\":\"exit\"}]",
    "{\"method\":\"exit\"}",
    "{\"jsonrpc\":\"1.0\",\"method\":\"exit\"}",
    "{\"jsonrpc\":2.0,\"method\":\"exit\"}",
    "{\"jsonrpc\":\"2.0\",\"method\":5}",
    "{\"jsonrpc\":\"2.0\",\"method\":null,\"id\":1}",
    "{\"jsonrpc\":\"2.0\",\"method\":\"textDocument/hover\",\"id\":1.5}",
    "{\"jsonrpc\":\"2.0\",\"method\":\"textDocument/hover\",\"id\":{}}",
    "{\"jsonrpc\":\"2.0\",\"method\":\"textDocument/hover\",\"id\":18446744073709551615}",
];

/// Messages that nobody waits for an answer to.
const TO_NOBODY: [&str; 14] = [
    "{\"jsonrpc\":\"2.0\",\"method\":\"x\"}",
    "{\"jsonrpc\":\"2.0\",\"method\":\"\",\"params\":null}",
    "{\"jsonrpc\":\"2.0\",\"method\":\"$/whatever\",\"params\":[1]}",
    "{\"jsonrpc\":\"2.0\",\"method\":\"textDocument/hover\"}",
    "{\"jsonrpc\":\"2.0\",\"id\":777777,\"result\":null}",
    "{\"jsonrpc\":\"2.0\",\"id\":\"nobody's\",\"result\":{\"a\":1}}",
    "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-1,\"message\":\"\"}}",
    "{\"jsonrpc\":\"2.0\",\"method\":\"$/cancelRequest\",\"params\":{\"id\":987654321}}",
    "{\"jsonrpc\":\"2.0\",\"method\":\"$/cancelRequest\",\"params\":{\"id\":\"none\"}}",
    "{\"jsonrpc\":\"2.0\",\"method\":\"$/cancelRequest\",\"params\":{\"id\":null}}",
    "{\"jsonrpc\":\"2.0\",\"method\":\"$/cancelRequest\",\"params\":{\"id\":[1.5]}}",
    "{\"jsonrpc\":\"2.0\",\"method\":\"$/cancelRequest\",\"params\":7}",
    "{\"jsonrpc\":\"2.0\",\"method\":\"$/cancelRequest\"}",
    "{\"jsonrpc\":\"2.0\",\"method\":\"initialized\",\"params\":{}}",
];

/// A change of a document, or an end of it, that cannot be understood.
fn wrong_change(numbers: &mut Numbers, open: &[String]) -> (Vec<u8>, Answered) {
    let uri = &open[numbers.below(open.len())];
    let at = |line: Json, column: Json| json!({ "line": line, "character": column });
    let zero = || at(json!(0), json!(0));
    let change = |start: Json, end: Json| json!({ "range": { "start": start, "end": end }, "text": "!" });
    let good = change(zero(), zero());
    let wrong = match numbers.below(12) {
        0 => json!([change(at(json!(-1), json!(0)), zero())]),
        1 => json!([good, change(zero(), at(json!(0), json!(-7)))]),
        2 => json!([change(at(json!(1.5), json!(0)), zero())]),
        3 => json!([change(at(json!(4_294_967_296_u64), json!(0)), zero())]),
        4 => json!([good, change(at(json!(0), json!("0")), zero())]),
        5 => json!([change(Json::Null, zero())]),
        6 => json!([good, { "range": { "start": zero(), "end": zero() } }]),
        7 => json!([{ "text": 7 }]),
        8 => json!([good, null]),
        9 => json!([{ "range": {}, "text": "!" }]),
        10 => Json::Null,
        _ => json!("!"),
    };
    let (method, params) = match numbers.below(10) {
        0 => ("textDocument/didChange", json!({ "textDocument": { "uri": uri }, "contentChanges": [good] })),
        1 => {
            let document = json!({ "uri": uri, "version": 1e40 });
            ("textDocument/didChange", json!({ "textDocument": document, "contentChanges": [good] }))
        }
        2 => ("textDocument/didChange", json!({ "textDocument": uri, "contentChanges": [good] })),
        3 => ("textDocument/didClose", json!({ "textDocument": [uri, 7] })),
        4 => {
            let document = json!({ "uri": uri, "languageId": "nix", "version": 1 });
            ("textDocument/didOpen", json!({ "textDocument": document }))
        }
        5 => {
            let document = json!({ "uri": uri, "languageId": 5, "version": 1, "text": "!" });
            ("textDocument/didOpen", json!({ "textDocument": document }))
        }
        _ => {
            let document = json!({ "uri": uri, "version": 1 });
            ("textDocument/didChange", json!({ "textDocument": document, "contentChanges": wrong }))
        }
    };
    (told(method, &params), Answered::Not)
}

/// Notifications about documents that are not open, or are none.
fn not_open(numbers: &mut Numbers) -> (Vec<u8>, Answered) {
    const NAMES: [&str; 9] = [
        "file:///nowhere/never.nix",
        "file:///",
        "file://",
        "untitled:never",
        "https://example.org/a.nix",
        "file:///nowhere/%ff%00.nix",
        "vscode-notebook-cell:/a#b",
        "no name",
        "",
    ];
    let uri = numbers.one_of(&NAMES);
    let change = json!([{ "text": "!" }]);
    let (method, params) = match numbers.below(4) {
        0 => ("textDocument/didClose", json!({ "textDocument": { "uri": uri } })),
        1 => ("textDocument/didSave", json!({ "textDocument": { "uri": uri }, "text": "!" })),
        2 => ("textDocument/willSave", json!({ "textDocument": { "uri": uri }, "reason": 9 })),
        _ => {
            let document = json!({ "uri": uri, "version": 77 });
            ("textDocument/didChange", json!({ "textDocument": document, "contentChanges": change }))
        }
    };
    (told(method, &params), Answered::Not)
}

/// Other notifications, of which some are as they should be, but odd.
fn notification(numbers: &mut Numbers, open: &[String]) -> (Vec<u8>, Answered) {
    let uri = &open[numbers.below(open.len())];
    let (method, params) = match numbers.below(12) {
        0 => ("$/setTrace", json!({ "value": "loud" })),
        1 => ("$/setTrace", any(numbers)),
        2 => ("window/workDoneProgress/cancel", json!({ "token": "none" })),
        3 => ("window/workDoneProgress/cancel", any(numbers)),
        4 => ("workspace/didChangeConfiguration", json!({ "settings": any(numbers) })),
        5 => ("workspace/didChangeConfiguration", any(numbers)),
        6 => ("workspace/didChangeWatchedFiles", json!({ "changes": [{ "uri": uri, "type": 77 }] })),
        7 => ("workspace/didChangeWatchedFiles", any(numbers)),
        8 => {
            let folder = json!([{ "uri": "file:///nowhere/at/all", "name": "" }]);
            let [added, removed] =
                if numbers.is_one_of(2) { [&json!([]), &folder] } else { [&folder, &json!([])] };
            let event = json!({ "added": added, "removed": removed });
            ("workspace/didChangeWorkspaceFolders", json!({ "event": event }))
        }
        9 => ("workspace/didChangeWorkspaceFolders", json!({ "event": any(numbers) })),
        10 => ("textDocument/didSave", json!({ "textDocument": { "uri": uri } })),
        _ => ("initialized", any(numbers)),
    };
    (told(method, &params), Answered::Not)
}

/// Something that is no object with what is needed.
fn any(numbers: &mut Numbers) -> Json {
    match numbers.below(8) {
        0 => Json::Null,
        1 => json!(-1),
        2 => json!(true),
        3 => json!("text"),
        4 => json!([]),
        5 => json!([[], {}, null]),
        6 => json!({ "speclint": { "ignore": "all", "inlayHints": [] }, "ignore": {} }),
        _ => json!({}),
    }
}

const REQUESTS: [&str; 22] = [
    "initialize",
    "textDocument/hover",
    "textDocument/completion",
    "textDocument/definition",
    "textDocument/references",
    "textDocument/documentHighlight",
    "textDocument/documentSymbol",
    "textDocument/codeAction",
    "textDocument/codeLens",
    "textDocument/inlayHint",
    "textDocument/prepareRename",
    "textDocument/rename",
    "textDocument/diagnostic",
    "codeAction/resolve",
    "workspace/executeCommand",
    "workspace/symbol",
    // What there is not, or is no request.
    "textDocument/formatting",
    "textDocument/semanticTokens/full",
    "$/whatever",
    "textDocument/didChange",
    "initialized",
    "",
];

/// Requests: with numbers of all kinds, and with what they need, something else or nothing.
fn request(numbers: &mut Numbers, open: &[String], number: u64) -> (Vec<u8>, Answered) {
    let uri = &open[numbers.below(open.len())];
    let id = match numbers.below(4) {
        0 => json!(-(number as i64)),
        1 => json!(format!("漢{number}")),
        2 => json!(format!("{number}\0\"")),
        _ => json!(i64::MAX - number as i64),
    };
    let method = numbers.one_of(&REQUESTS);
    let mut at = || json!({ "line": numbers.below(9), "character": numbers.below(40) });
    let place = json!({
        "textDocument": { "uri": uri }, "position": at(), "range": { "start": at(), "end": at() },
        "context": { "diagnostics": [], "includeDeclaration": true }, "newName": "n", "query": "t",
        "command": "speclint.show", "arguments": [{ "uri": uri, "format": "json" }], "title": "t",
    });
    let params = match numbers.below(5) {
        0 => Some(any(numbers)),
        1 => None,
        2 => {
            // One of them is something else.
            let mut place = place;
            let keys: Vec<String> =
                place.as_object().into_iter().flatten().map(|(key, _)| key.clone()).collect();
            place[&keys[numbers.below(keys.len())]] = any(numbers);
            Some(place)
        }
        _ => Some(place),
    };
    let mut message = json!({ "jsonrpc": "2.0", "id": id, "method": method });
    if let Some(params) = params {
        message["params"] = params;
    }
    let mut bytes = framed(&message.to_string());
    if numbers.is_one_of(4) {
        bytes.extend(told("$/cancelRequest", &json!({ "id": id })));
    }
    (bytes, Answered::To(id))
}

fn told(method: &str, params: &Json) -> Vec<u8> {
    framed(&json!({ "jsonrpc": "2.0", "method": method, "params": params }).to_string())
}
