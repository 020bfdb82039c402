//! How the server begins and ends.

use crate::support::{Client, Features, Folder};
use expect_test::expect;
use serde_json::{Value as Json, json};

#[test]
fn it_ends_as_it_is_told() {
    let folder = Folder::with_conflict();
    let client = Client::in_folder(&folder, Features::PUSH);
    assert_eq!(client.end().code(), Some(0));
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
fn it_ends_with_its_parent() {
    // A process that is there for a while, and then is not.
    let mut parent = std::process::Command::new("sleep").arg("60").spawn().expect("a process");
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
    assert_eq!(error["message"], "`format` is neither `markdown` nor `html`");
    let error = execute("speclint.dance", Json::Null).expect_err("an error");
    assert_eq!(error["message"], "there is no command `speclint.dance`");
}
