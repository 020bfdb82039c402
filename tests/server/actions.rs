//! Code actions.

use crate::support::{Client, Features, Folder, TV, plain};
use expect_test::expect;
use serde_json::json;

#[test]
fn every_mend_is_an_action() {
    let folder = Folder::with_conflict();
    let tv = folder.uri("tv.nix");
    let mut client = Client::in_folder(&folder, Features::PUSH);
    client.open(&tv, 7, TV);
    let diagnostics = client.published(&tv, Some(7));
    let params = json!({
        "textDocument": { "uri": tv }, "range": diagnostics[0]["range"],
        "context": { "diagnostics": diagnostics },
    });
    let mut actions = client.ask("textDocument/codeAction", params).expect("actions");
    // Which diagnostics each of them is about is told by these as they were given.
    for action in actions.as_array_mut().expect("a list") {
        assert_eq!(action["diagnostics"].take(), diagnostics);
    }
    expect![[r##"
        [
          {
            "title": "let specialisations override the parent's value: `lib.mkDefault false`",
            "kind": "quickfix",
            "diagnostics": null,
            "edit": {
              "documentChanges": [
                {
                  "textDocument": {
                    "uri": "file://FOLDER/base.nix",
                    "version": null
                  },
                  "edits": [
                    {
                      "range": "0:0-0:0",
                      "newText": "{ lib, ... }:\n"
                    },
                    {
                      "range": "1:28-1:28",
                      "newText": "lib.mkDefault "
                    }
                  ]
                }
              ]
            },
            "isPreferred": true
          },
          {
            "title": "override the parent's value in `tv`",
            "kind": "quickfix",
            "diagnostics": null,
            "edit": {
              "documentChanges": [
                {
                  "textDocument": {
                    "uri": "file://FOLDER/tv.nix",
                    "version": 7
                  },
                  "edits": [
                    {
                      "range": "0:0-0:0",
                      "newText": "{ lib, ... }:\n"
                    },
                    {
                      "range": "3:30-3:30",
                      "newText": "lib.mkForce "
                    }
                  ]
                }
              ]
            }
          },
          {
            "title": "set it in the base only: `lib.mkIf (config.specialisation != { })`",
            "kind": "quickfix",
            "diagnostics": null,
            "edit": {
              "documentChanges": [
                {
                  "textDocument": {
                    "uri": "file://FOLDER/base.nix",
                    "version": null
                  },
                  "edits": [
                    {
                      "range": "0:0-0:0",
                      "newText": "{ config, lib, ... }:\n"
                    },
                    {
                      "range": "1:28-1:28",
                      "newText": "lib.mkIf (config.specialisation != { }) "
                    }
                  ]
                }
              ]
            }
          },
          {
            "title": "Ignore needs-mkdefault here",
            "kind": "quickfix",
            "diagnostics": null,
            "edit": {
              "documentChanges": [
                {
                  "textDocument": {
                    "uri": "file://FOLDER/tv.nix",
                    "version": 7
                  },
                  "edits": [
                    {
                      "range": "3:35-3:35",
                      "newText": " # speclint: ignore[needs-mkdefault]"
                    }
                  ]
                }
              ]
            }
          },
          {
            "title": "Ignore needs-mkdefault in this file",
            "kind": "quickfix",
            "diagnostics": null,
            "edit": {
              "documentChanges": [
                {
                  "textDocument": {
                    "uri": "file://FOLDER/tv.nix",
                    "version": 7
                  },
                  "edits": [
                    {
                      "range": "0:0-0:0",
                      "newText": "# speclint: ignore-file[needs-mkdefault]\n"
                    }
                  ]
                }
              ]
            }
          },
          {
            "title": "Ignore needs-mkdefault in speclint.toml",
            "kind": "quickfix",
            "diagnostics": null,
            "edit": {
              "documentChanges": [
                {
                  "kind": "create",
                  "uri": "file://FOLDER/speclint.toml",
                  "options": {
                    "overwrite": false,
                    "ignoreIfExists": true
                  }
                },
                {
                  "textDocument": {
                    "uri": "file://FOLDER/speclint.toml",
                    "version": null
                  },
                  "edits": [
                    {
                      "range": "0:0-0:0",
                      "newText": "ignore = [\"needs-mkdefault\"]\n"
                    }
                  ]
                }
              ]
            }
          }
        ]"##]]
    .assert_eq(&plain(&actions, &folder));
}
