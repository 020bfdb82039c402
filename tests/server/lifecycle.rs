//! How the server begins and ends.

use crate::support::{Client, Features, Folder};
use expect_test::expect;
use serde_json::{Value as Json, json};
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::Command;

#[test]
fn it_ends_as_it_is_told() {
    let folder = Folder::with_conflict();
    let client = Client::in_folder(&folder, Features::PUSH);
    assert_eq!(client.end().code(), Some(0));
    let mut client = Client::in_folder(&folder, Features::PUSH);
    client.begin_asking("shutdown", Json::Null);
    client.tell("exit", Json::Null);
    assert_eq!(client.status().code(), Some(0), "without waiting for the answer");
    let mut client = Client::in_folder(&folder, Features::PUSH);
    client.tell("exit", Json::Null);
    assert_eq!(client.status().code(), Some(1), "without having been shut down");
    let mut client = Client::begin();
    client.tell("exit", Json::Null);
    assert_eq!(client.status().code(), Some(1), "without having been initialized");
}

#[test]
fn it_ends_with_its_input() {
    let folder = Folder::with_conflict();
    let mut client = Client::in_folder(&folder, Features::PULL);
    // Somebody waits for news.
    client.begin_asking("workspace/diagnostic", json!({ "previousResultIds": [] }));
    client.write(b"Content-Length: 1000\r\n\r\n{\"jsonrpc\":");
    client.hang_up();
    assert_eq!(client.status().code(), Some(1));
}

#[test]
fn nothing_is_answered_before_it_is_initialized() {
    let mut client = Client::begin();
    let error = client.ask("textDocument/hover", json!({})).expect_err("an error");
    assert_eq!(error["code"], -32002);
}

#[test]
fn it_begins_once_and_only_as_it_should() {
    let mut client = Client::begin();
    for wrong in [json!({ "capabilities": 7 }), json!([]), json!("all")] {
        let error = client.ask("initialize", wrong).expect_err("an error");
        assert_eq!(error["code"], -32602, "{error}");
    }
    let right = json!({ "capabilities": {} });
    let begun = client.ask("initialize", right.clone()).expect("the server can be initialized");
    assert_eq!(begun["capabilities"]["positionEncoding"], "utf-16", "unless another one is offered");
    assert_eq!(client.ask("initialize", right).expect_err("an error")["code"], -32600);
    assert_eq!(client.ask("shutdown", Json::Null), Ok(Json::Null));
    assert_eq!(client.ask("textDocument/hover", json!({})).expect_err("an error")["code"], -32600);
    client.tell("exit", Json::Null);
    assert_eq!(client.status().code(), Some(0));
}

#[test]
fn what_cannot_be_served_is_told() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port().to_string();
    for (arguments, told) in [
        (&["--socket", &*port][..], "cannot serve"),
        (&["--socket", "99999999"], "invalid value"),
        (&["--socket", "1", "--stdio"], "cannot be used with"),
        (&["--log-file", "/nowhere/at/all"], "cannot write"),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_speclint"))
            .arg("lsp")
            .args(arguments)
            .stdin(std::process::Stdio::null())
            .output()
            .expect("the program runs");
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {error}");
        assert!(error.contains(told) && output.stdout.is_empty(), "{arguments:?}: {error}");
    }
}

#[test]
fn a_restart_reads_what_nobody_has_told() {
    let folder = Folder::with_conflict();
    let tv = folder.uri("tv.nix");
    let mut client = Client::in_folder(&folder, Features::PUSH);
    assert_eq!(client.published(&tv, None)[0]["code"], "needs-mkdefault");
    folder.write("base.nix", "{ }");
    client.ask("workspace/executeCommand", json!({ "command": "speclint.restart" })).expect("an answer");
    assert_eq!(client.published(&tv, None), json!([]));
}

#[test]
fn it_ends_with_its_parent() {
    // A process that is there for a while, and then is not.
    let mut parent = Command::new("sleep").arg("60").spawn().expect("a process");
    let mut client = Client::begin();
    let params = json!({ "processId": parent.id(), "rootUri": null, "capabilities": {} });
    client.ask("initialize", params).expect("the server can be initialized");
    parent.kill().and_then(|()| parent.wait()).expect("it ends");
    assert_eq!(client.status().code(), Some(1));
}

#[test]
fn commands_are_executed() {
    let folder = Folder::with_conflict();
    let base = folder.uri("base.nix");
    let mut client = Client::in_folder(&folder, Features::PUSH);
    client.open(&base, 1, crate::support::BASE);
    let mut execute = |command: &str, argument: Json| {
        client.ask("workspace/executeCommand", json!({ "command": command, "arguments": [argument] }))
    };
    let systems = execute("speclint.systems", json!({ "uri": base }));
    let entry = folder.uri("flake.nix");
    assert_eq!(systems, Ok(json!([{ "name": "atlas", "entry": entry, "specialisations": ["tv"] }])));
    let page = execute("speclint.show", json!({ "uri": base })).expect("a page");
    expect![[r##"
        # atlas

        ## tv

        | option | base | tv |
        | --- | --- | --- |
        | `boot.loader.grub.device` | `undefined` | `"nodev"` |
        | `isSpecialisation` | `false` | `true` |
        | `services.getty.helpLine` | `undefined` | `"tv"` |
        | `services.xserver.enable` | `false` | `conflict` |
        | `system.nixos.tags` | `undefined` | `[ "tv" ]` |

    "##]]
    .assert_eq(page.as_str().expect("a text"));
    let page = execute("speclint.show", json!({ "uri": base, "format": "html", "specialisation": "x" }));
    expect![[r#"
        <!DOCTYPE html>
        <html>
        <head>
        <meta charset="utf-8">
        <title>speclint</title>
        </head>
        <body>
        <h1>atlas</h1>
        </body>
        </html>
    "#]]
    .assert_eq(page.expect("a page").as_str().expect("a text"));
    assert_eq!(execute("speclint.restart", Json::Null), Ok(Json::Null));
    let error = execute("speclint.show", json!({ "uri": base, "format": "pdf" })).expect_err("an error");
    assert_eq!(error["message"], "`format` is none of `markdown`, `html` and `json`");
    let error = execute("speclint.dance", Json::Null).expect_err("an error");
    assert_eq!(error["message"], "there is no command `speclint.dance`");
}

#[test]
fn it_can_be_reached_by_a_socket_of_this_machine() {
    // A port that was free a moment ago.
    let port =
        TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port").port();
    let mut child = Command::new(env!("CARGO_BIN_EXE_speclint"))
        .args(["lsp", "--socket", &port.to_string()])
        .spawn()
        .expect("the program starts");
    let mut stream = loop {
        match TcpStream::connect(("127.0.0.1", port)) {
            Ok(stream) => break stream,
            Err(_) => assert!(child.try_wait().expect("it can be waited for").is_none(), "it has ended"),
        }
    };
    // This is another address of the same machine, of all that others would see as well.
    assert!(TcpStream::connect(("127.0.0.2", port)).is_err(), "it listens for others");
    let mut reader = stream.try_clone().expect("another end");
    let initialize =
        json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": { "capabilities": {} } });
    let shutdown = json!({ "jsonrpc": "2.0", "id": 2, "method": "shutdown" });
    let exit = json!({ "jsonrpc": "2.0", "method": "exit" });
    let mut send = |message: Json| {
        let text = message.to_string();
        let text = format!("Content-Length: {}\r\n\r\n{text}", text.len());
        stream.write_all(text.as_bytes()).expect("it listens");
    };
    let mut answers = String::new();
    for (message, answer) in [(initialize, "\"id\":1"), (shutdown, "\"id\":2")] {
        send(message);
        let mut byte = [0];
        while !answers.contains(answer) {
            reader.read_exact(&mut byte).expect("an answer");
            answers.push(char::from(byte[0]));
        }
    }
    assert!(answers.contains("\"name\":\"speclint\""), "{answers}");
    send(exit);
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
}

#[test]
fn the_log_can_be_a_file() {
    let folder = Folder::with_conflict();
    let tv = folder.uri("tv.nix");
    let file = folder.path("log.txt");
    let mut client =
        Client::begin_with(&["--log-file", &file.to_string_lossy()], &[("SPECLINT_LOG", "debug")]);
    client.initialize(Features::PUSH, &folder);
    client.tell("$/setTrace", json!({ "value": "verbose" }));
    client.open(&tv, 1, crate::support::TV);
    client.published(&tv, Some(1));
    client.replace(&tv, 2, "{ }");
    // A client that follows what is done is told as well.
    let trace = client.wait_for(|message| message["method"] == "$/logTrace");
    let text = trace["params"]["message"].as_str().expect("a text").to_owned();
    assert!(text.starts_with("analysed `") && text.contains("findings"), "{text}");
    assert_eq!(client.end().code(), Some(0));
    let log = std::fs::read_to_string(&file).expect("a log");
    assert!(log.lines().any(|line| line.ends_with(&format!("debug: {text}"))), "{log}");
    // Or no longer.
    let mut client = Client::begin();
    client.initialize(Features::PUSH, &folder);
    for (value, text) in [("messages", "{ }"), ("off", "{ a = 1; }")] {
        client.tell("$/setTrace", json!({ "value": value }));
        client.open(&tv, 1, text);
        client.published(&tv, Some(1));
        client.close(&tv);
        client.published(&tv, None);
        client.wait(std::time::Duration::from_millis(50));
        let kept = std::mem::take(&mut client.kept);
        let is_told = kept.iter().any(|message| message["method"] == "$/logTrace");
        assert_eq!(is_told, value == "messages");
    }
    let mut client = Client::begin_with(&[], &[("SPECLINT_LOG", "loud")]);
    assert_eq!(client.status().code(), Some(2));
}
