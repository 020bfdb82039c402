//! What is asked at a place: each request once, on a configuration of several files with characters of all widths.

use crate::support::{Client, FLAKE, Features, Folder, TIMEOUT, plain};
use expect_test::{Expect, expect};
use serde_json::{Value as Json, json};
use std::time::{Duration, Instant};

const BASE: &str = "{ lib, ... }: {\n  /* 漢🎮 */ services.xserver.enable = lib.mkDefault false;\n}\n";
const TV: &str = "{ config, ... }: {
  specialisation.tv.configuration = {
    system.nixos.tags = [ \"tv\" ];
    /* 漢🎮 */ services.xserver.enable = true;
  };
  services.getty.helpLine = \"é🎮 ${toString config.services.xserver.enable}\";
}
";

fn folder() -> Folder {
    Folder::with(&[("flake.nix", FLAKE), ("base.nix", BASE), ("tv.nix", TV)])
}

/// What stands at a place.
#[track_caller]
fn check(method: &str, file: &str, at: &str, more: Json, expected: Expect) {
    let folder = folder();
    let mut answers = Vec::new();
    for (encoding, unit) in [
        ("utf-8", str::len as fn(&str) -> usize),
        ("utf-16", |text| text.encode_utf16().count()),
        ("utf-32", |text| text.chars().count()),
    ] {
        let encodings: &'static [&'static str] = match encoding {
            "utf-8" => &["utf-8"],
            "utf-16" => &["utf-16"],
            _ => &["utf-32"],
        };
        let mut client = Client::in_folder(&folder, Features { encodings, ..Features::PULL });
        for (name, text) in [("base.nix", BASE), ("tv.nix", TV)] {
            client.open(&folder.uri(name), 3, text);
        }
        let text = if file == "base.nix" { BASE } else { TV };
        let before = &text[..text.find(at).expect("it is there")];
        let line = before.matches('\n').count();
        let column = unit(before.rsplit('\n').next().unwrap_or_default());
        let place = json!({ "line": line, "character": column });
        let end = json!({ "line": 99, "character": 0 });
        let mut params = json!({
            "textDocument": { "uri": folder.uri(file) }, "position": place,
            "range": { "start": json!({ "line": 0, "character": 0 }), "end": end },
        });
        for (key, value) in more.as_object().into_iter().flatten() {
            params[key] = value.clone();
        }
        let answer = client.ask(method, params);
        // What stands there, in place of where it stands: that is the same however it is counted.
        let texts = |name: &str| if name.ends_with("base.nix") { BASE } else { TV };
        let mut answer = answer.unwrap_or_else(|error| error);
        quote(&mut answer, texts(file), &texts, unit);
        answers.push(plain(&answer, &folder));
        assert_eq!(answers[0], answers[answers.len() - 1], "{encoding}");
    }
    expected.assert_eq(&answers[0]);
}

/// Puts in place of each range what stands there.
fn quote<'t>(value: &mut Json, here: &'t str, texts: &dyn Fn(&str) -> &'t str, unit: fn(&str) -> usize) {
    let offset = |text: &str, at: &Json| {
        let (line, column) = (at["line"].as_u64()? as usize, at["character"].as_u64()? as usize);
        let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
        let chars = text[start..].char_indices().map(|(at, _)| at).chain([text.len() - start]);
        chars.map(|at| start + at).find(|at| unit(&text[start..*at]) >= column)
    };
    match value {
        Json::Object(map) if map.len() == 2 && map.contains_key("start") && map.contains_key("end") => {
            if let (Some(start), Some(end)) = (offset(here, &map["start"]), offset(here, &map["end"])) {
                *value = Json::String(here[start..end].to_owned());
            }
        }
        Json::Object(map) if map.len() == 2 && map.contains_key("line") => {
            if let Some(at) = offset(here, &Json::Object(map.clone())) {
                let before = here[..at].rsplit('\n').next().unwrap_or_default();
                *value = Json::String(format!("behind {before:?}"));
            }
        }
        Json::Object(map) => {
            let of =
                map.get("uri").or_else(|| map.get("textDocument").and_then(|document| document.get("uri")));
            let here = of.and_then(Json::as_str).map_or(here, texts);
            for (_, value) in map.iter_mut() {
                quote(value, here, texts, unit);
            }
        }
        Json::Array(items) => items.iter_mut().for_each(|item| quote(item, here, texts, unit)),
        _ => {}
    }
}

#[test]
fn hover() {
    check(
        "textDocument/hover",
        "tv.nix",
        "enable = true",
        Json::Null,
        expect![[r#"
            {
              "contents": {
                "kind": "markdown",
                "value": "**services.xserver.enable**: boolean\n\n| | value | priority | set at |\n|---|---|---|---|\n| base | `false` | 1000 (`mkDefault`) | `base.nix:2` |\n| tv | `true` | 100 | `tv.nix:4` |\n\n- `false` at `base.nix:2` loses in tv\n"
              },
              "range": "enable"
            }"#]],
    );
}

#[test]
fn definition() {
    check(
        "textDocument/definition",
        "tv.nix",
        "enable = true",
        Json::Null,
        expect![[r#"
            [
              {
                "uri": "file://FOLDER/base.nix",
                "range": "enable"
              }
            ]"#]],
    );
}

#[test]
fn references() {
    let more = json!({ "context": { "includeDeclaration": true } });
    check(
        "textDocument/references",
        "base.nix",
        "enable",
        more,
        expect![[r#"
            [
              {
                "uri": "file://FOLDER/base.nix",
                "range": "enable"
              },
              {
                "uri": "file://FOLDER/tv.nix",
                "range": "enable"
              },
              {
                "uri": "file://FOLDER/tv.nix",
                "range": "enable"
              }
            ]"#]],
    );
}

#[test]
fn highlights() {
    check(
        "textDocument/documentHighlight",
        "tv.nix",
        "enable = true",
        Json::Null,
        expect![[r#"
            [
              {
                "range": "enable",
                "kind": 3
              },
              {
                "range": "enable",
                "kind": 2
              }
            ]"#]],
    );
}

#[test]
fn document_symbols() {
    check(
        "textDocument/documentSymbol",
        "tv.nix",
        "{",
        Json::Null,
        expect![[r#"
        [
          {
            "name": "tv",
            "detail": "specialisation",
            "kind": 3,
            "range": "specialisation.tv.configuration = {\n    system.nixos.tags = [ \"tv\" ];\n    /* 漢🎮 */ services.xserver.enable = true;\n  };",
            "selectionRange": "specialisation.tv.configuration",
            "children": [
              {
                "name": "system.nixos.tags",
                "detail": "[ \"tv\" ]",
                "kind": 7,
                "range": "system.nixos.tags = [ \"tv\" ];",
                "selectionRange": "system.nixos.tags"
              },
              {
                "name": "services.xserver.enable",
                "detail": "true",
                "kind": 7,
                "range": "services.xserver.enable = true;",
                "selectionRange": "services.xserver.enable"
              }
            ]
          }
        ]"#]],
    );
}

#[test]
fn workspace_symbols() {
    check(
        "workspace/symbol",
        "tv.nix",
        "{",
        json!({ "query": "t" }),
        expect![[r#"
        [
          {
            "name": "tv",
            "kind": 3,
            "containerName": "atlas",
            "location": {
              "uri": "file://FOLDER/tv.nix",
              "range": "tv"
            }
          }
        ]"#]],
    );
}

#[test]
fn inlay_hints() {
    check(
        "textDocument/inlayHint",
        "base.nix",
        "{",
        Json::Null,
        expect![[r#"
        [
          {
            "position": "behind \"  /* 漢🎮 */ services.xserver.enable = lib.mkDefault false;\"",
            "label": "true in tv",
            "paddingLeft": true
          }
        ]"#]],
    );
}

#[test]
fn what_is_shown_beside_the_text_can_be_turned_off() {
    let base = "{ lib, ... }: {
  imports = [ ./tv.nix ];
  services.xserver.enable = lib.mkDefault false;
  networking.nameservers = [ \"1.1.1.1\" ];
}
";
    let tv = "{
  specialisation.tv.configuration = { services.xserver.enable = true; networking.nameservers = [ \"9.9.9.9\" ]; };
}
";
    let folder = Folder::with(&[("configuration.nix", base), ("tv.nix", tv)]);
    let mut client = Client::in_folder(&folder, Features::PULL);
    let shown = |client: &mut Client| {
        let range = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 99, "character": 0 } });
        let [base, tv] = ["configuration.nix", "tv.nix"].map(|name| json!({ "uri": folder.uri(name) }));
        let hints = json!({ "textDocument": base, "range": range });
        let hints = client.ask("textDocument/inlayHint", hints).expect("hints");
        let lenses = client.ask("textDocument/codeLens", json!({ "textDocument": tv })).expect("lenses");
        let labels = hints.as_array().into_iter().flatten().map(|hint| hint["label"].clone());
        (labels.collect::<Vec<Json>>(), lenses.as_array().map_or(0, Vec::len))
    };
    for (settings, hints, lenses) in [
        (json!({}), &["true in tv", "also in tv"][..], 2),
        (json!({ "inlayHints": { "winner": false } }), &["also in tv"], 2),
        (json!({ "inlayHints": { "also": false }, "codeLens": false }), &["true in tv"], 0),
        (json!({ "inlayHints": false }), &[], 2),
    ] {
        client.settings = settings.clone();
        client.tell("workspace/didChangeConfiguration", json!({ "settings": null }));
        // The server asks for them, and goes on meanwhile.
        let expected = (hints.iter().map(|label| json!(label)).collect::<Vec<Json>>(), lenses);
        let end = Instant::now() + TIMEOUT;
        while shown(&mut client) != expected && Instant::now() < end {
            client.wait(Duration::from_millis(10));
        }
        assert_eq!(shown(&mut client), expected, "{settings}");
    }
}

#[test]
fn code_lenses() {
    check(
        "textDocument/codeLens",
        "tv.nix",
        "{",
        Json::Null,
        expect![[r#"
        [
          {
            "range": "specialisation.tv.configuration",
            "command": {
              "title": "1 specialisation | show as table",
              "command": "speclint.show",
              "arguments": [
                {
                  "uri": "file://FOLDER/tv.nix",
                  "system": "atlas",
                  "specialisation": null
                }
              ]
            }
          },
          {
            "range": "specialisation.tv.configuration",
            "command": {
              "title": "tv: changes 3 options | show as table",
              "command": "speclint.show",
              "arguments": [
                {
                  "uri": "file://FOLDER/tv.nix",
                  "system": "atlas",
                  "specialisation": "tv"
                }
              ]
            }
          }
        ]"#]],
    );
}

#[test]
fn renaming() {
    check(
        "textDocument/prepareRename",
        "tv.nix",
        "tv.configuration",
        Json::Null,
        expect![[r#"
        {
          "range": "tv",
          "placeholder": "tv"
        }"#]],
    );
    check(
        "textDocument/rename",
        "tv.nix",
        "tv.configuration",
        json!({ "newName": "telly" }),
        expect![[r#"
            {
              "documentChanges": [
                {
                  "textDocument": {
                    "uri": "file://FOLDER/tv.nix",
                    "version": 3
                  },
                  "edits": [
                    {
                      "range": "tv",
                      "newText": "telly"
                    },
                    {
                      "range": "\"tv\"",
                      "newText": "\"telly\""
                    }
                  ]
                }
              ]
            }"#]],
    );
    check(
        "textDocument/rename",
        "tv.nix",
        "tv.configuration",
        json!({ "newName": "a/b" }),
        expect![[r#"
        {
          "code": -32602,
          "message": "the name of a specialisation must not be empty, and must not contain `/`"
        }"#]],
    );
}

#[test]
fn completion() {
    check(
        "textDocument/completion",
        "tv.nix",
        "true;",
        Json::Null,
        expect![[r#"
        {
          "isIncomplete": false,
          "items": [
            {
              "label": "false",
              "kind": 12,
              "sortText": "00000",
              "filterText": "false",
              "insertTextFormat": 1,
              "textEdit": {
                "range": "",
                "newText": "false"
              }
            },
            {
              "label": "true",
              "kind": 12,
              "sortText": "00001",
              "filterText": "true",
              "insertTextFormat": 1,
              "textEdit": {
                "range": "",
                "newText": "true"
              }
            },
            {
              "label": "lib.mkDefault",
              "kind": 3,
              "detail": "weaker than a plain value: specialisations may override it (priority 1000)",
              "sortText": "00002",
              "filterText": "lib.mkDefault",
              "insertTextFormat": 1,
              "textEdit": {
                "range": "",
                "newText": "lib.mkDefault"
              }
            },
            {
              "label": "lib.mkForce",
              "kind": 3,
              "detail": "stronger than a plain value (priority 50)",
              "sortText": "00003",
              "filterText": "lib.mkForce",
              "insertTextFormat": 1,
              "textEdit": {
                "range": "",
                "newText": "lib.mkForce"
              }
            },
            {
              "label": "lib.mkIf",
              "kind": 3,
              "detail": "only where a condition holds",
              "sortText": "00004",
              "filterText": "lib.mkIf",
              "insertTextFormat": 1,
              "textEdit": {
                "range": "",
                "newText": "lib.mkIf"
              }
            },
            {
              "label": "lib.mkMerge",
              "kind": 3,
              "detail": "several definitions at once",
              "sortText": "00005",
              "filterText": "lib.mkMerge",
              "insertTextFormat": 1,
              "textEdit": {
                "range": "",
                "newText": "lib.mkMerge"
              }
            },
            {
              "label": "lib.mkOverride",
              "kind": 3,
              "detail": "with the priority of a number",
              "sortText": "00006",
              "filterText": "lib.mkOverride",
              "insertTextFormat": 1,
              "textEdit": {
                "range": "",
                "newText": "lib.mkOverride"
              }
            }
          ]
        }"#]],
    );
}

#[test]
fn changes_where_the_cursor_stands() {
    let folder = folder();
    let tv = folder.uri("tv.nix");
    let mut client = Client::in_folder(&folder, Features::PUSH);
    client.open(&tv, 3, TV);
    let at = json!({ "line": 1, "character": 20 });
    let params = json!({
        "textDocument": { "uri": tv }, "range": { "start": at, "end": at },
        "context": { "diagnostics": [], "only": ["refactor"] },
    });
    let actions = client.ask("textDocument/codeAction", params).expect("actions");
    expect![[r#"
        [
          {
            "title": "give `tv` its own `config`: `{ config, ... }: …`",
            "kind": "refactor.rewrite",
            "edit": {
              "documentChanges": [
                {
                  "textDocument": {
                    "uri": "file://FOLDER/tv.nix",
                    "version": 3
                  },
                  "edits": [
                    {
                      "range": "1:36-1:36",
                      "newText": "{ config, ... }: "
                    }
                  ]
                }
              ]
            }
          },
          {
            "title": "move `tv` to `tv-specialisation.nix`",
            "kind": "refactor.extract",
            "edit": {
              "documentChanges": [
                {
                  "kind": "create",
                  "uri": "file://FOLDER/tv-specialisation.nix",
                  "options": {
                    "overwrite": false,
                    "ignoreIfExists": true
                  }
                },
                {
                  "textDocument": {
                    "uri": "file://FOLDER/tv-specialisation.nix",
                    "version": null
                  },
                  "edits": [
                    {
                      "range": "0:0-0:0",
                      "newText": "{\n  system.nixos.tags = [ \"tv\" ];\n  /* 漢🎮 */ services.xserver.enable = true;\n}\n"
                    }
                  ]
                },
                {
                  "textDocument": {
                    "uri": "file://FOLDER/tv.nix",
                    "version": 3
                  },
                  "edits": [
                    {
                      "range": "1:36-4:3",
                      "newText": "./tv-specialisation.nix"
                    }
                  ]
                }
              ]
            }
          },
          {
            "title": "add a specialisation `variant` with tag and marker",
            "kind": "refactor",
            "edit": {
              "documentChanges": [
                {
                  "textDocument": {
                    "uri": "file://FOLDER/tv.nix",
                    "version": 3
                  },
                  "edits": [
                    {
                      "range": "4:4-4:4",
                      "newText": "\n  specialisation.variant.configuration = {\n    system.nixos.tags = [ \"variant\" ];\n    environment.etc.\"specialisation\".text = \"variant\";\n  };"
                    }
                  ]
                }
              ]
            }
          }
        ]"#]].assert_eq(&plain(&actions, &folder));
}
