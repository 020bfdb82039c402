//! Systems as data, for clients that lay them out by themselves.

use crate::support::{BASE, Client, Features, Folder, TV, plain};
use expect_test::expect;
use serde_json::{Value as Json, json};

fn show(client: &mut Client, argument: &Json) -> Json {
    let params = json!({ "command": "speclint.show", "arguments": [argument] });
    client.ask("workspace/executeCommand", params).expect("systems")
}

fn option<'j>(shown: &'j Json, path: &str) -> &'j Json {
    let options = shown["systems"][0]["options"].as_array().expect("options");
    options.iter().find(|option| option["path"] == path).unwrap_or(&Json::Null)
}

#[test]
fn a_system_is_told_with_its_changes_and_what_makes_them() {
    let folder = Folder::with_conflict();
    let mut client = Client::in_folder(&folder, Features::PUSH);
    let mut shown = show(&mut client, &json!({ "uri": folder.uri("tv.nix"), "format": "json" }));
    expect![[r#"
        {
          "path": "services.xserver.enable",
          "base": {
            "status": "ok",
            "text": "false",
            "priority": 100,
            "changes": false,
            "own": true,
            "definitions": [
              {
                "by": "base.nix:2",
                "value": "false",
                "priority": 100,
                "state": "wins",
                "location": {
                  "uri": "file://FOLDER/base.nix",
                  "range": "1:2-1:34"
                }
              }
            ]
          },
          "specialisations": {
            "tv": {
              "status": "conflict",
              "text": "conflict",
              "priority": null,
              "changes": true,
              "own": true,
              "definitions": [
                {
                  "by": "tv.nix:4",
                  "value": "true",
                  "priority": 100,
                  "state": "wins",
                  "location": {
                    "uri": "file://FOLDER/tv.nix",
                    "range": "3:4-3:35"
                  }
                },
                {
                  "by": "base.nix:2",
                  "value": "false",
                  "priority": 100,
                  "state": "wins",
                  "location": {
                    "uri": "file://FOLDER/base.nix",
                    "range": "1:2-1:34"
                  }
                }
              ]
            }
          }
        }"#]]
    .assert_eq(&plain(option(&shown, "services.xserver.enable"), &folder));
    let options = shown["systems"][0]["options"].take();
    let paths: Vec<&Json> =
        options.as_array().expect("options").iter().map(|option| &option["path"]).collect();
    assert_eq!(paths, ["services.getty.helpLine", "services.xserver.enable", "system.nixos.tags"]);
    expect![[r#"
        {
          "systems": [
            {
              "name": "atlas",
              "entry": "file://FOLDER/flake.nix",
              "kind": "nixos",
              "troubles": [],
              "specialisations": [
                {
                  "name": "tv",
                  "inherits": true,
                  "certain": true,
                  "summary": "changes 3 options, 1 conflict",
                  "conflicts": 1,
                  "troubles": [],
                  "locations": [
                    {
                      "uri": "file://FOLDER/tv.nix",
                      "range": "1:2-1:33"
                    }
                  ]
                }
              ],
              "options": null
            }
          ]
        }"#]]
    .assert_eq(&plain(&shown, &folder));
}

#[test]
fn all_options_of_all_projects_are_told_where_that_is_asked_for() {
    let folder = Folder::with_conflict();
    folder.write("base.nix", &BASE.replace('}', "  networking.hostName = \"atlas\";\n}"));
    folder.write("other/flake.nix", crate::support::FLAKE);
    folder.write("other/base.nix", "{ }");
    folder.write("other/tv.nix", "{ imports = [ ./missing.nix ]; specialisation.x.configuration = { }; }");
    let mut client = Client::in_folder(&folder, Features::PUSH);
    client.open(&folder.uri("other/tv.nix"), 1, "{ specialisation.x.configuration = { }; }");
    let shown = show(&mut client, &json!({ "format": "json" }));
    let names = |shown: &Json| -> Vec<(Json, Json)> {
        let systems = shown["systems"].as_array().expect("systems").iter();
        systems.map(|system| (system["name"].clone(), system["specialisations"][0]["name"].clone())).collect()
    };
    let mut all = names(&shown);
    all.sort_by_key(|(name, of)| (name.to_string(), of.to_string()));
    assert_eq!(all, [(json!("atlas"), json!("tv")), (json!("other#atlas"), json!("x"))]);
    let base = folder.uri("base.nix");
    let shown = show(&mut client, &json!({ "uri": base, "format": "json", "system": "atlas" }));
    assert_eq!(names(&shown), [(json!("atlas"), json!("tv"))]);
    assert_eq!(*option(&shown, "networking.hostName"), Json::Null);
    let shown = show(&mut client, &json!({ "uri": base, "format": "json", "system": "atlas", "all": true }));
    let host = option(&shown, "networking.hostName");
    assert_eq!(
        (&host["base"]["text"], &host["specialisations"]["tv"]["changes"]),
        (&json!("\"atlas\""), &json!(false))
    );
}

#[test]
fn what_is_told_follows_the_text_and_counts_as_the_client_does() {
    let folder = Folder::with_conflict();
    let mut client = Client::in_folder(&folder, Features::PUSH);
    let tv = folder.uri("tv.nix");
    client.open(&tv, 1, TV);
    let wide = TV.replace(
        "    services.xserver.enable = true;",
        "    /* 🎮 é */ services.xserver.enable = lib.mkForce true;",
    );
    client.replace(&tv, 2, &wide.replacen('{', "{ lib, ... }: {", 1));
    let shown = show(&mut client, &json!({ "uri": tv, "format": "json" }));
    let cell = &option(&shown, "services.xserver.enable")["specialisations"]["tv"];
    assert_eq!(
        (&cell["text"], &cell["priority"], &cell["status"]),
        (&json!("true"), &json!(50), &json!("ok"))
    );
    let definitions = cell["definitions"].as_array().expect("definitions");
    let starts = |definition: &Json| definition["location"]["range"]["start"]["character"].as_u64();
    let at: Vec<_> = definitions.iter().map(|found| (found["state"].clone(), starts(found))).collect();
    assert_eq!(at, [(json!("wins"), Some(15)), (json!("loses"), Some(2))]);
}
