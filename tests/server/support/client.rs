//! A client that speaks to the real server.

use super::folder::Folder;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write as _};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

/// How long something is waited for that must come.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(60);

/// What a client can do.
#[derive(Clone, Copy)]
pub(crate) struct Features {
    pub(crate) pull: bool,
    pub(crate) refresh: bool,
    pub(crate) watch: bool,
    pub(crate) encodings: &'static [&'static str],
}

impl Features {
    /// Those of a client that is sent diagnostics.
    pub(crate) const PUSH: Features =
        Features { pull: false, refresh: false, watch: true, encodings: &["utf-16"] };
    /// Those of a client that asks for diagnostics.
    pub(crate) const PULL: Features = Features { pull: true, refresh: true, ..Features::PUSH };

    fn capabilities(self) -> Json {
        let mut all = json!({
            "general": { "positionEncodings": self.encodings },
            "window": { "workDoneProgress": true },
            "workspace": {
                "configuration": true, "workspaceFolders": true, "inlayHint": { "refreshSupport": true },
                "didChangeConfiguration": { "dynamicRegistration": true },
                "didChangeWatchedFiles": { "dynamicRegistration": self.watch },
                "workspaceEdit": { "documentChanges": true, "resourceOperations": ["create"] },
            },
            "textDocument": {
                "publishDiagnostics": { "relatedInformation": true, "versionSupport": true },
                "codeAction": {
                    "codeActionLiteralSupport": { "codeActionKind": { "valueSet": ["quickfix", "source.fixAll"] } },
                    "dataSupport": true, "resolveSupport": { "properties": ["edit"] },
                },
            },
        });
        if self.pull {
            all["textDocument"]["diagnostic"] = json!({ "relatedDocumentSupport": true });
        }
        if self.refresh {
            all["workspace"]["diagnostics"] = json!({ "refreshSupport": true });
        }
        all
    }
}

/// A change of a document: from where, to where, and what stands there then.
pub(crate) type Change<'t> = ((u32, u32), (u32, u32), &'t str);

/// A client, and its server.
pub(crate) struct Client {
    child: Child,
    input: Option<ChildStdin>,
    messages: Receiver<Json>,
    /// What has come that nobody has asked for yet.
    pub(crate) kept: Vec<Json>,
    last_id: i64,
    /// What the client answers when it is asked for its settings.
    pub(crate) settings: Json,
    /// Whether it answers what it is asked.
    pub(crate) answers: bool,
    /// What it was asked.
    pub(crate) asked: Vec<Json>,
    /// What the server has said that it is.
    pub(crate) initialized: Json,
}

impl Client {
    /// A client that works in a folder.
    pub(crate) fn in_folder(folder: &Folder, features: Features) -> Self {
        let mut client = Client::begin();
        client.initialize(features, folder);
        client
    }

    /// Says what the client can do, and where it works.
    pub(crate) fn initialize(&mut self, features: Features, folder: &Folder) {
        let uri = folder.uri("").trim_end_matches('/').to_owned();
        let params = json!({
            "processId": std::process::id(), "rootUri": null,
            "workspaceFolders": [{ "uri": uri, "name": "folder" }],
            "capabilities": features.capabilities(),
        });
        self.initialized = self.ask("initialize", params).expect("the server can be initialized");
        self.tell("initialized", json!({}));
    }

    /// A client that has said nothing yet.
    pub(crate) fn begin() -> Self {
        Client::begin_with(&[], &[])
    }

    /// The same with arguments and variables for the server.
    pub(crate) fn begin_with(arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_speclint"));
        command.args(["lsp", "--stdio"]).args(arguments).env_remove("NIX_PATH").env("HOME", "/nowhere");
        // Nothing can be kept there.
        command.env("XDG_CACHE_HOME", "/dev/null");
        command.env_remove("SPECLINT_LOG").envs(variables.iter().copied());
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("the program starts");
        let output = child.stdout.take().expect("an output");
        let (sender, messages) = mpsc::channel();
        thread::spawn(move || {
            let mut output = BufReader::new(output);
            while let Some(message) = read(&mut output) {
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        let input = child.stdin.take();
        Client {
            child,
            input,
            messages,
            kept: Vec::new(),
            last_id: 0,
            settings: json!({}),
            answers: true,
            asked: Vec::new(),
            initialized: Json::Null,
        }
    }

    /// Writes bytes as they are.
    pub(crate) fn write(&mut self, bytes: &[u8]) {
        if let Some(input) = &mut self.input {
            // The server may have had enough.
            let _ = input.write_all(bytes).and_then(|()| input.flush());
        }
    }

    fn send(&mut self, message: &Json) {
        let body = message.to_string();
        self.write(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
    }

    /// Sends a notification.
    pub(crate) fn tell(&mut self, method: &str, params: Json) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// Sends a request, and returns its number.
    pub(crate) fn begin_asking(&mut self, method: &str, params: Json) -> i64 {
        self.last_id += 1;
        let mut message = json!({ "jsonrpc": "2.0", "id": self.last_id, "method": method });
        if !params.is_null() {
            message["params"] = params;
        }
        self.send(&message);
        self.last_id
    }

    /// The answer to a request: its result, or its error.
    #[track_caller]
    pub(crate) fn answer(&mut self, id: i64) -> Result<Json, Json> {
        let message = self.wait_for(|message| message["id"] == id && message.get("method").is_none());
        match message.get("error") {
            Some(error) => Err(error.clone()),
            None => Ok(message["result"].clone()),
        }
    }

    /// Sends a request and waits for the answer.
    #[track_caller]
    pub(crate) fn ask(&mut self, method: &str, params: Json) -> Result<Json, Json> {
        let id = self.begin_asking(method, params);
        self.answer(id)
    }

    /// The next message of a kind; those before it are kept.
    #[track_caller]
    pub(crate) fn wait_for(&mut self, is_it: impl Fn(&Json) -> bool) -> Json {
        if let Some(index) = self.kept.iter().position(&is_it) {
            return self.kept.remove(index);
        }
        let end = Instant::now() + TIMEOUT;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            match self.receive(left) {
                Some(message) if is_it(&message) => return message,
                Some(message) => self.kept.push(message),
                None => panic!("what was waited for did not come; what came: {:#?}", self.kept),
            }
        }
    }

    /// Takes in what comes within a time.
    pub(crate) fn wait(&mut self, time: Duration) {
        let end = Instant::now() + time;
        while let Some(message) = self.receive(end.saturating_duration_since(Instant::now())) {
            self.kept.push(message);
        }
    }

    /// The next message. Requests of the server's are answered.
    fn receive(&mut self, time: Duration) -> Option<Json> {
        loop {
            match self.messages.recv_timeout(time) {
                Ok(message) if message.get("method").is_some() && message.get("id").is_some() => {
                    self.asked.push(message.clone());
                    if self.answers {
                        let result = match message["method"].as_str() {
                            Some("workspace/configuration") => json!([self.settings]),
                            _ => Json::Null,
                        };
                        self.send(&json!({ "jsonrpc": "2.0", "id": message["id"], "result": result }));
                    }
                }
                Ok(message) => return Some(message),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return None,
            }
        }
    }

    /// Opens a document.
    pub(crate) fn open(&mut self, uri: &str, version: i32, text: &str) {
        let document = json!({ "uri": uri, "languageId": "nix", "version": version, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document }));
    }

    /// Changes a document: places are lines and columns.
    pub(crate) fn change(&mut self, uri: &str, version: i32, changes: &[Change<'_>]) {
        let at = |(line, character): (u32, u32)| json!({ "line": line, "character": character });
        let changes: Vec<Json> = changes
            .iter()
            .map(|(start, end, text)| json!({ "range": { "start": at(*start), "end": at(*end) }, "text": text }))
            .collect();
        let document = json!({ "uri": uri, "version": version });
        self.tell("textDocument/didChange", json!({ "textDocument": document, "contentChanges": changes }));
    }

    /// Gives a document another text.
    pub(crate) fn replace(&mut self, uri: &str, version: i32, text: &str) {
        let document = json!({ "uri": uri, "version": version });
        self.tell(
            "textDocument/didChange",
            json!({ "textDocument": document, "contentChanges": [{ "text": text }] }),
        );
    }

    /// Closes a document.
    pub(crate) fn close(&mut self, uri: &str) {
        self.tell("textDocument/didClose", json!({ "textDocument": { "uri": uri } }));
    }

    /// Asks for the diagnostics of a document.
    #[track_caller]
    pub(crate) fn pull(&mut self, uri: &str, known: Option<&str>) -> Result<Json, Json> {
        let params = json!({ "textDocument": { "uri": uri }, "previousResultId": known });
        self.ask("textDocument/diagnostic", params)
    }

    /// The diagnostics that the server sends next for a document in this version.
    #[track_caller]
    pub(crate) fn published(&mut self, uri: &str, version: Option<i32>) -> Json {
        let message = self.wait_for(|message| {
            message["method"] == "textDocument/publishDiagnostics"
                && message["params"]["uri"] == uri
                && message["params"].get("version").and_then(Json::as_i64) == version.map(i64::from)
        });
        message["params"]["diagnostics"].clone()
    }

    /// The diagnostics of all documents, as soon as they are right: what is sent may still be on its way.
    #[track_caller]
    pub(crate) fn all_diagnostics(
        &mut self,
        pulls: bool,
        are_right: impl Fn(&BTreeMap<String, Json>) -> bool,
    ) -> BTreeMap<String, Json> {
        let mut all = BTreeMap::new();
        if pulls {
            let report =
                self.ask("workspace/diagnostic", json!({ "previousResultIds": [] })).expect("diagnostics");
            for item in report["items"].as_array().expect("a list") {
                all.insert(item["uri"].as_str().expect("a name").to_owned(), item["items"].clone());
            }
            return all;
        }
        let end = Instant::now() + TIMEOUT;
        loop {
            for message in std::mem::take(&mut self.kept) {
                if message["method"] == "textDocument/publishDiagnostics" {
                    let uri = message["params"]["uri"].as_str().expect("a name").to_owned();
                    all.insert(uri, message["params"]["diagnostics"].clone());
                }
            }
            if are_right(&all) || Instant::now() > end {
                return all;
            }
            self.wait(Duration::from_millis(10));
        }
    }

    /// Ends the server as it should be ended.
    pub(crate) fn end(mut self) -> ExitStatus {
        self.ask("shutdown", Json::Null).expect("the server can be shut down");
        self.tell("exit", Json::Null);
        self.status()
    }

    /// Ends the input.
    pub(crate) fn hang_up(&mut self) {
        self.input = None;
    }

    /// How the server ended.
    pub(crate) fn status(&mut self) -> ExitStatus {
        let end = Instant::now() + TIMEOUT;
        loop {
            if let Some(status) = self.child.try_wait().expect("the server can be waited for") {
                return status;
            }
            assert!(Instant::now() < end, "the server did not end");
            thread::sleep(Duration::from_millis(2));
        }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read(output: &mut impl BufRead) -> Option<Json> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end() {
            "" => break,
            header => {
                if let Some(value) = header.strip_prefix("Content-Length: ") {
                    length = value.parse().expect("a length");
                }
            }
        }
    }
    let mut body = vec![0; length];
    output.read_exact(&mut body).ok()?;
    Some(serde_json::from_slice(&body).expect("JSON"))
}
