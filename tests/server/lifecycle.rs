//! How the server begins and ends.

use crate::support::{Client, Features, Folder};
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
