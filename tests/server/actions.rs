//! Code actions, and other edits that the server makes of what stands there.

use crate::support::{Client, FLAKE, Features, Folder, TV, plain};
use expect_test::expect;
use serde_json::{Value as Json, json};

#[test]
fn every_mend_is_an_action() {
    let folder = Folder::with_conflict();
    let tv = folder.uri("tv.nix");
    let mut client = Client::in_folder(&folder, Features::PUSH);
    client.open(&tv, 7, TV);
    let diagnostics = client.published(&tv, Some(7));
    let params = json!({
        "textDocument": { "uri": tv }, "range": diagnostics[0]["range"],
        "context": { "diagnostics": diagnostics, "only": ["quickfix"] },
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

#[test]
fn all_that_is_safe_is_one_action() {
    let folder = Folder::with_conflict();
    let tv = folder.uri("tv.nix");
    let mut client = Client::in_folder(&folder, Features::PUSH);
    client.open(&tv, 7, TV);
    let mut actions = |only: &str| {
        let params = json!({
            "textDocument": { "uri": tv },
            "range": { "start": { "line": 0, "character": 0 }, "end": { "line": 0, "character": 0 } },
            "context": { "diagnostics": [], "only": [only] },
        });
        client.ask("textDocument/codeAction", params).expect("actions")
    };
    let offered = json!([{
        "title": "Fix all that speclint can safely fix", "kind": "source.fixAll.speclint", "data": { "uri": tv },
    }]);
    for only in ["source.fixAll", "source.fixAll.speclint", "source"] {
        assert_eq!(actions(only), offered, "{only}");
    }
    for only in ["source.fixAll.other", "source.organizeImports", "quickfix.x"] {
        assert_eq!(actions(only), json!([]), "{only}");
    }
    // What it does is only found out when it is chosen.
    let resolved = client.ask("codeAction/resolve", offered[0].clone()).expect("an action");
    // Helix asks about those too that say what they do.
    assert_eq!(client.ask("codeAction/resolve", resolved.clone()), Ok(resolved.clone()));
    let without_data = json!({ "title": "x", "edit": { "documentChanges": [] } });
    assert_eq!(client.ask("codeAction/resolve", without_data.clone()), Ok(without_data));
    expect![[r#"
        {
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
                  "range": "1:0-2:0",
                  "newText": "  services.xserver.enable = lib.mkDefault false;\n"
                }
              ]
            }
          ]
        }"#]]
    .assert_eq(&plain(&resolved["edit"], &folder));
}

#[test]
fn rules_are_ignored_in_the_settings_that_are_there() {
    for (text, line) in [
        ("ignore = [\"missing-tag\"] # why\n", "0:23-0:23: , \"needs-mkdefault\""),
        ("fail-on = \"error\"\nignore = [\n  \"missing-tag\",\n]\n", "2:16-2:16:  \"needs-mkdefault\""),
        ("ignore = []\n", "0:10-0:10: \"needs-mkdefault\""),
        ("[severity]\nneeds-reboot = \"off\"\n", "0:0-0:0: ignore = [\"needs-mkdefault\"]\n"),
    ] {
        let folder = Folder::with_conflict();
        folder.write("speclint.toml", text);
        let tv = folder.uri("tv.nix");
        let mut client = Client::in_folder(&folder, Features::PUSH);
        client.open(&tv, 7, TV);
        let diagnostics = client.published(&tv, Some(7));
        let params = json!({
            "textDocument": { "uri": tv }, "range": diagnostics[0]["range"], "context": { "diagnostics": [] },
        });
        let actions = client.ask("textDocument/codeAction", params).expect("actions");
        let is_it = |action: &&Json| action["title"] == "Ignore needs-mkdefault in speclint.toml";
        let action = actions.as_array().and_then(|actions| actions.iter().find(is_it)).expect("the action");
        let change = &action["edit"]["documentChanges"][0];
        assert_eq!(change["textDocument"]["uri"], folder.uri("speclint.toml"));
        let edit = &change["edits"][0];
        let at = |end: &str| format!("{}:{}", edit["range"][end]["line"], edit["range"][end]["character"]);
        let told = format!("{}-{}: {}", at("start"), at("end"), edit["newText"].as_str().expect("a text"));
        assert_eq!(told, line, "{text}");
    }
}

#[test]
fn renaming_goes_through_tags_markers_and_references() {
    let base = "{ config, lib, ... }: {
  services.openssh.enable = lib.mkIf (config.specialisation ? tv) true;
}
";
    let tv = "{
  specialisation.tv.configuration = {
    system.nixos.tags = [ \"tv\" ];
    environment.etc.\"specialisation\".text = \"tv\";
  };
}
";
    let folder = Folder::with(&[("flake.nix", FLAKE), ("base.nix", base), ("tv.nix", tv)]);
    // A client that knows no versions, and has nothing open.
    let mut client = Client::begin();
    let folders = json!([{ "uri": folder.uri("").trim_end_matches('/'), "name": "folder" }]);
    let params = json!({ "processId": null, "workspaceFolders": folders, "capabilities": {} });
    client.ask("initialize", params).expect("the server can be initialized");
    client.tell("initialized", json!({}));
    let at = json!({ "line": 1, "character": 18 });
    let document = json!({ "uri": folder.uri("tv.nix") });
    let params = json!({ "textDocument": document, "position": at, "newName": "telly" });
    let edit = client.ask("textDocument/rename", params).expect("an edit");
    assert_eq!(edit["changes"].as_object().map(|files| files.len()), Some(2), "{edit}");
    let edits = |name: &str| plain(&edit["changes"][folder.uri(name)], &folder);
    expect![[r#"
        [
          {
            "range": "1:62-1:64",
            "newText": "telly"
          }
        ]"#]]
    .assert_eq(&edits("base.nix"));
    expect![[r#"
        [
          {
            "range": "1:17-1:19",
            "newText": "telly"
          },
          {
            "range": "2:26-2:30",
            "newText": "\"telly\""
          },
          {
            "range": "3:44-3:48",
            "newText": "\"telly\""
          }
        ]"#]]
    .assert_eq(&edits("tv.nix"));
    // It makes no files either: what needs one is not offered.
    let range = json!({ "start": at, "end": at });
    let params = json!({ "textDocument": document, "range": range, "context": { "diagnostics": [] } });
    let actions = client.ask("textDocument/codeAction", params).expect("actions");
    let kinds: Vec<&Json> = actions.as_array().into_iter().flatten().map(|action| &action["kind"]).collect();
    assert_eq!(kinds, ["refactor.rewrite", "refactor"]);
}
