//! Diagnostics: of all files of a project, for what is in the editor.

use crate::support::{BASE, Client, FLAKE, Features, Folder, TV, plain};
use expect_test::expect;
use serde_json::{Value as Json, json};
use std::time::Duration;

/// The codes of diagnostics, with their lines.
fn codes(diagnostics: &Json) -> Vec<(String, u64)> {
    let all = diagnostics.as_array().expect("a list").iter();
    let code = |diagnostic: &Json| {
        let line = diagnostic["range"]["start"]["line"].as_u64().expect("a line");
        (diagnostic["code"].as_str().expect("a code").to_owned(), line)
    };
    all.map(code).collect()
}

fn conflict_in(line: u64) -> Vec<(String, u64)> {
    vec![("needs-mkdefault".to_owned(), line)]
}

#[test]
fn a_change_of_one_file_changes_what_is_found_in_another() {
    let folder = Folder::with_conflict();
    let [base, tv] = [folder.uri("base.nix"), folder.uri("tv.nix")];
    let mut client = Client::in_folder(&folder, Features::PUSH);
    // What is not open is told as well.
    let found = client.published(&tv, None);
    expect![[r#"
        [
          {
            "range": "3:4-3:35",
            "severity": 1,
            "code": "needs-mkdefault",
            "source": "speclint",
            "message": "`services.xserver.enable` cannot be both false and true in specialisation `tv`\nNixOS will refuse to build `tv`: \"The option `services.xserver.enable' has conflicting definition values\"",
            "relatedInformation": [
              {
                "location": {
                  "uri": "file://FOLDER/base.nix",
                  "range": "1:2-1:34"
                },
                "message": "the parent sets it to false, and neither has precedence"
              }
            ],
            "data": {
              "finding": "d4e7edb626759779"
            }
          }
        ]"#]].assert_eq(&plain(&found, &folder));
    client.open(&base, 1, BASE);
    assert_eq!(codes(&client.published(&base, Some(1))), []);
    client.change(&base, 2, &[((1, 28), (1, 33), "true")]);
    assert_eq!(codes(&client.published(&tv, None)), []);
    assert_eq!(codes(&client.published(&base, Some(2))), []);
    client.change(&base, 3, &[((1, 28), (1, 32), "false")]);
    assert_eq!(codes(&client.published(&tv, None)), conflict_in(3));
    // What was never saved does not count when it is closed.
    client.change(&base, 4, &[((1, 28), (1, 33), "true")]);
    assert_eq!(codes(&client.published(&tv, None)), []);
    client.close(&base);
    assert_eq!(codes(&client.published(&tv, None)), conflict_in(3));
    // What is shown in other documents may have changed as well.
    client.open(&base, 5, BASE);
    client.open(&tv, 1, TV);
    client.change(&base, 6, &[((1, 28), (1, 33), "true")]);
    while !client.asked.iter().any(|message| message["method"] == "workspace/inlayHint/refresh") {
        client.wait(Duration::from_millis(20));
    }
}

#[test]
fn a_code_leads_to_the_page_of_its_rule() {
    let (folder, caches) = (Folder::with_conflict(), Folder::with(&[]));
    let tv = folder.uri("tv.nix");
    let path = caches.path("");
    let mut client = Client::begin_with(&[], &[("XDG_CACHE_HOME", path.to_str().expect("a path"))]);
    client.initialize(Features::PUSH, &folder);
    client.open(&tv, 0, crate::support::TV);
    let diagnostics = client.published(&tv, Some(0));
    assert_eq!(
        diagnostics[0]["codeDescription"]["href"],
        caches.uri("speclint/rules/needs-mkdefault.md"),
        "{diagnostics}"
    );
    let page = std::fs::read_to_string(caches.path("speclint/rules/needs-mkdefault.md")).expect("a page");
    assert!(page.starts_with("# needs-mkdefault\n"), "{page}");
}

#[test]
fn a_client_that_asks_is_not_sent_any() {
    let folder = Folder::with_conflict();
    let [base, tv] = [folder.uri("base.nix"), folder.uri("tv.nix")];
    let mut client = Client::in_folder(&folder, Features::PULL);
    client.open(&base, 1, BASE);
    client.open(&tv, 1, TV);
    let first = client.pull(&tv, None).expect("diagnostics");
    assert_eq!((first["kind"].as_str(), codes(&first["items"])), (Some("full"), conflict_in(3)));
    let known = first["resultId"].as_str().expect("a name");
    let again = client.pull(&tv, Some(known)).expect("diagnostics");
    assert_eq!((again["kind"].as_str(), &again["resultId"]), (Some("unchanged"), &first["resultId"]));
    assert_eq!(codes(&client.pull(&base, None).expect("diagnostics")["items"]), []);
    // What has changed in another document comes with what was asked for.
    client.change(&base, 2, &[((1, 28), (1, 33), "true")]);
    let pulled = client.pull(&base, None).expect("diagnostics");
    assert_eq!(codes(&pulled["items"]), []);
    let related = &pulled["relatedDocuments"][&tv];
    assert_eq!((related["kind"].as_str(), codes(&related["items"])), (Some("full"), vec![]));
    // It is told once, and what it is called is what the client may ask with.
    assert_eq!(client.pull(&base, None).expect("diagnostics")["relatedDocuments"], Json::Null);
    let again = client.pull(&tv, related["resultId"].as_str()).expect("diagnostics");
    assert_eq!(again["kind"], "unchanged");
    // Or the client is asked to ask again.
    client.change(&base, 3, &[((1, 28), (1, 32), "false")]);
    client.tell("textDocument/didSave", json!({ "textDocument": { "uri": base } }));
    while !client.asked.iter().any(|message| message["method"] == "workspace/diagnostic/refresh") {
        client.wait(Duration::from_millis(20));
    }
    assert_eq!(codes(&client.pull(&tv, None).expect("diagnostics")["items"]), conflict_in(3));
    client.wait(Duration::from_millis(200));
    assert!(client.kept.iter().all(|message| message["method"] != "textDocument/publishDiagnostics"));
}

#[test]
fn a_client_that_cannot_be_asked_to_ask_again_is_sent_them() {
    let folder = Folder::with_conflict();
    let [base, tv] = [folder.uri("base.nix"), folder.uri("tv.nix")];
    let mut client = Client::in_folder(&folder, Features { refresh: false, ..Features::PULL });
    client.open(&tv, 1, TV);
    assert_eq!(codes(&client.published(&tv, Some(1))), conflict_in(3));
    client.open(&base, 1, &BASE.replace("false", "true"));
    assert_eq!(codes(&client.published(&tv, Some(1))), []);
    assert!(client.asked.iter().all(|message| message["method"] != "workspace/diagnostic/refresh"));
    // It was not offered to ask, and is told so if it does.
    assert_eq!(client.initialized["capabilities"]["diagnosticProvider"], Json::Null);
    for answer in
        [client.pull(&tv, None), client.ask("workspace/diagnostic", json!({ "previousResultIds": [] }))]
    {
        assert_eq!(answer.expect_err("an error")["code"], -32601);
    }
}

#[test]
fn all_documents_are_told_of_when_there_is_something_new() {
    let folder = Folder::with_conflict();
    let base = folder.uri("base.nix");
    let mut client = Client::in_folder(&folder, Features::PULL);
    let known = |report: &Json| {
        let items = report["items"].as_array().expect("a list").iter();
        let known = items.map(|item| json!({ "uri": item["uri"], "value": item["resultId"] }));
        json!({ "previousResultIds": known.collect::<Vec<Json>>() })
    };
    let first = client.ask("workspace/diagnostic", json!({ "previousResultIds": [] })).expect("diagnostics");
    expect![[r#"
        {
          "items": [
            {
              "kind": "full",
              "uri": "file://FOLDER/tv.nix",
              "version": null,
              "resultId": "1",
              "items": [
                {
                  "range": "3:4-3:35",
                  "severity": 1,
                  "code": "needs-mkdefault",
                  "source": "speclint",
                  "message": "`services.xserver.enable` cannot be both false and true in specialisation `tv`\nNixOS will refuse to build `tv`: \"The option `services.xserver.enable' has conflicting definition values\"",
                  "relatedInformation": [
                    {
                      "location": {
                        "uri": "file://FOLDER/base.nix",
                        "range": "1:2-1:34"
                      },
                      "message": "the parent sets it to false, and neither has precedence"
                    }
                  ],
                  "data": {
                    "finding": "d4e7edb626759779"
                  }
                }
              ]
            }
          ]
        }"#]].assert_eq(&plain(&first, &folder));
    let second = client.begin_asking("workspace/diagnostic", known(&first));
    client.wait(Duration::from_millis(100));
    assert!(client.kept.iter().all(|message| message["id"] != second), "there is nothing new");
    // A client that asks every two seconds does not wait for the answer to the first.
    let third = client.begin_asking("workspace/diagnostic", known(&first));
    assert_eq!(client.answer(second), Ok(json!({ "items": [] })));
    client.open(&base, 1, &BASE.replace("false", "true"));
    let items = client.answer(third).expect("diagnostics")["items"].clone();
    assert_eq!((&items[0]["uri"], codes(&items[0]["items"])), (&json!(folder.uri("tv.nix")), vec![]));
    assert_eq!(items.as_array().map(Vec::len), Some(1));
    // What is known at once needs no parts.
    let mut params = known(&json!({ "items": [] }));
    params["partialResultToken"] = json!("part");
    client.change(&base, 2, &[((1, 28), (1, 32), "false")]);
    let fourth = client.ask("workspace/diagnostic", params).expect("diagnostics");
    assert_eq!(fourth["items"].as_array().map(Vec::len), Some(1));
}

#[test]
fn what_is_known_of_all_documents_does_not_wait_for_the_rest() {
    let sum = "builtins.foldl' (a: b: a + b) 0 (builtins.genList (n: n) 200000)";
    let slow = format!("{{ specialisation.slow.configuration.services.getty.helpLine = toString ({sum}); }}");
    let [quick, slow] = [Folder::with_conflict(), Folder::with(&[("configuration.nix", &slow)])];
    let (tv, other) = (quick.uri("tv.nix"), slow.uri("configuration.nix"));
    let mut client = Client::in_folder(&quick, Features::PULL);
    client.ask("workspace/diagnostic", json!({ "previousResultIds": [] })).expect("diagnostics");
    let added = json!([{ "uri": slow.uri("").trim_end_matches('/'), "name": "slow" }]);
    client.tell("workspace/didChangeWorkspaceFolders", json!({ "event": { "added": added, "removed": [] } }));
    let params = json!({ "previousResultIds": [], "partialResultToken": 7 });
    let last = client.ask("workspace/diagnostic", params).expect("diagnostics");
    assert_eq!(last, json!({ "items": [] }), "all of it comes in parts");
    let is_part = |message: &&Json| message["method"] == "$/progress" && message["params"]["token"] == 7;
    let parts: Vec<&Json> = client.kept.iter().filter(is_part).collect();
    let told: Vec<(&Json, bool)> = parts
        .iter()
        .flat_map(|part| part["params"]["value"]["items"].as_array().expect("a list"))
        .map(|item| (&item["uri"], !codes(&item["items"]).is_empty()))
        .collect();
    assert_eq!((parts.len(), told), (2, vec![(&json!(tv), true), (&json!(other), true)]));
}

#[test]
fn files_on_disk_are_followed() {
    for watch in [true, false] {
        let folder = Folder::with_conflict();
        let tv = folder.uri("tv.nix");
        let mut client = Client::in_folder(&folder, Features { watch, ..Features::PUSH });
        assert_eq!(codes(&client.published(&tv, None)), conflict_in(3));
        let changed = |client: &mut Client, name: &str, kind: u32| {
            if watch {
                let changes = json!([{ "uri": folder.uri(name), "type": kind }]);
                client.tell("workspace/didChangeWatchedFiles", json!({ "changes": changes }));
            }
        };
        folder.write("base.nix", &BASE.replace("false", "true"));
        changed(&mut client, "base.nix", 2);
        assert_eq!(codes(&client.published(&tv, None)), []);
        folder.write("base.nix", BASE);
        changed(&mut client, "base.nix", 2);
        assert_eq!(codes(&client.published(&tv, None)), conflict_in(3));
        // A file that is renamed is another file.
        folder.remove("tv.nix");
        folder.write("telly.nix", TV);
        folder.write("flake.nix", &FLAKE.replace("tv.nix", "telly.nix"));
        for (name, kind) in [("tv.nix", 3), ("telly.nix", 1), ("flake.nix", 2)] {
            changed(&mut client, name, kind);
        }
        assert_eq!(codes(&client.published(&folder.uri("telly.nix"), None)), conflict_in(3));
        assert_eq!(codes(&client.published(&tv, None)), []);
        let registered = client.asked.iter().any(|message| {
            message["params"]["registrations"].as_array().is_some_and(|all| {
                all.iter().any(|registration| registration["method"] == "workspace/didChangeWatchedFiles")
            })
        });
        assert_eq!(registered, watch);
    }
}

#[test]
fn what_is_in_a_folder_comes_and_goes_with_it() {
    // A client that watches tells of the folder alone, or of what it did itself, or does not watch.
    for way in ["watched", "done", "unwatched"] {
        let flake = FLAKE.replace("./tv.nix", "./new/tv.nix");
        let folder = Folder::with(&[("flake.nix", &flake), ("base.nix", BASE), ("new/tv.nix", TV)]);
        let new = folder.uri("new");
        let tv = format!("{new}/tv.nix");
        let mut client = Client::in_folder(&folder, Features { watch: way != "unwatched", ..Features::PUSH });
        assert_eq!(codes(&client.published(&tv, None)), conflict_in(3), "{way}");
        let mut rename = |from: &str, to: &str| {
            folder.rename(from, to);
            let [from, to] = [from, to].map(|name| format!("{}{name}", folder.uri("")));
            let changes = json!([{ "uri": from, "type": 3 }, { "uri": to, "type": 1 }]);
            match way {
                "watched" => client.tell("workspace/didChangeWatchedFiles", json!({ "changes": changes })),
                "done" => {
                    let files = json!([{ "oldUri": from, "newUri": to }]);
                    client.tell("workspace/didRenameFiles", json!({ "files": files }));
                }
                _ => {}
            }
            codes(&client.published(&tv, None))
        };
        assert_eq!(rename("new", "old"), [], "{way}");
        assert_eq!(rename("old", "new"), conflict_in(3), "{way}");
        std::fs::remove_dir_all(folder.path("new")).expect("it is removed");
        match way {
            "watched" => {
                let changes = json!([{ "uri": new, "type": 3 }]);
                client.tell("workspace/didChangeWatchedFiles", json!({ "changes": changes }));
            }
            "done" => client.tell("workspace/didDeleteFiles", json!({ "files": [{ "uri": new }] })),
            _ => {}
        }
        assert_eq!(codes(&client.published(&tv, None)), [], "{way}");
        let done = &client.initialized["capabilities"]["workspace"]["fileOperations"];
        assert_eq!(done["didRename"]["filters"][0]["pattern"]["matches"], "folder", "{done}");
    }
}

#[test]
fn settings_of_the_project_count() {
    let folder = Folder::with_conflict();
    let (tv, settings) = (folder.uri("tv.nix"), folder.uri("speclint.toml"));
    let mut client = Client::in_folder(&folder, Features::PUSH);
    assert_eq!(codes(&client.published(&tv, None)), conflict_in(3));
    client.open(&settings, 1, "ignore = [\"needs-mkdefault\"]\n");
    assert_eq!(codes(&client.published(&tv, None)), []);
    client.replace(&settings, 2, "ignore = [\"needs-mkdefalt\"]\n");
    assert_eq!(codes(&client.published(&tv, None)), conflict_in(3));
    let wrong = client.published(&settings, Some(2));
    assert_eq!(codes(&wrong), [("invalid-settings".to_owned(), 0)]);
    assert_eq!(
        wrong[0]["range"],
        json!({ "start": { "line": 0, "character": 10 }, "end": { "line": 0, "character": 26 } })
    );
}

#[test]
fn settings_of_the_client_count() {
    let folder = Folder::with_conflict();
    let tv = folder.uri("tv.nix");
    let mut client = Client::in_folder(&folder, Features::PUSH);
    assert_eq!(codes(&client.published(&tv, None)), conflict_in(3));
    client.settings = json!({ "ignore": ["needs-mkdefault"] });
    client.tell("workspace/didChangeConfiguration", json!({ "settings": null }));
    assert_eq!(codes(&client.published(&tv, None)), []);
}

#[test]
fn settings_of_a_client_that_cannot_be_asked_count() {
    let folder = Folder::with_conflict();
    let tv = folder.uri("tv.nix");
    let mut client = Client::begin();
    let params = json!({
        "processId": null, "rootUri": folder.uri("").trim_end_matches('/'), "capabilities": {},
        "initializationOptions": { "ignore": ["needs-mkdefault"] },
    });
    client.ask("initialize", params).expect("the server can be initialized");
    client.tell("initialized", json!({}));
    client.open(&tv, 1, TV);
    assert_eq!(codes(&client.published(&tv, Some(1))), []);
    let changed = |ignored: &str| json!({ "settings": { "speclint": { "ignore": [ignored] } } });
    client.tell("workspace/didChangeConfiguration", changed("missing-tag"));
    assert_eq!(codes(&client.published(&tv, Some(1))), conflict_in(3));
    client.tell("workspace/didChangeConfiguration", changed("needs-mkdefalt"));
    let told = client.wait_for(|message| message["method"] == "window/showMessage");
    assert_eq!(
        told["params"]["message"],
        "in the setting `speclint.ignore`, \"needs-mkdefalt\" is no rule: did you mean `needs-mkdefault`?"
    );
}

#[test]
fn what_nixos_drops_is_unnecessary() {
    let dropped = "{ specialisation.tv.configuration = { system.nixos.tags = [ \"tv\" ];
  specialisation.inner.configuration = { }; }; }\n";
    let folder = Folder::with(&[("flake.nix", FLAKE), ("base.nix", BASE), ("tv.nix", dropped)]);
    let mut client = Client::in_folder(&folder, Features::PUSH);
    let found = client.published(&folder.uri("tv.nix"), None);
    let nested = found.as_array().into_iter().flatten().find(|one| one["code"] == "nested-specialisation");
    let nested = nested.unwrap_or_else(|| panic!("{found}"));
    assert_eq!((&nested["tags"], &nested["range"]["start"]["line"]), (&json!([1]), &json!(1)));
}

#[test]
fn folders_may_be_several_and_one_in_another() {
    let outer = Folder::with_conflict();
    for (name, text) in [("flake.nix", FLAKE), ("base.nix", BASE), ("tv.nix", TV)] {
        outer.write(&format!("inner/{name}"), text);
    }
    let other = Folder::with_conflict();
    let [outer_uri, inner, other_uri] = [outer.uri(""), outer.uri("inner"), other.uri("")];
    let named = |uri: &str| json!({ "uri": uri.trim_end_matches('/'), "name": "folder" });
    let folders = [&*outer_uri, &inner, &other_uri].map(named);
    let mut client = Client::begin();
    let params = json!({ "processId": null, "workspaceFolders": folders, "capabilities": {} });
    client.ask("initialize", params).expect("the server can be initialized");
    client.tell("initialized", json!({}));
    for tv in [outer.uri("tv.nix"), outer.uri("inner/tv.nix"), other.uri("tv.nix")] {
        assert_eq!(codes(&client.published(&tv, None)), conflict_in(3), "{tv}");
    }
    let mut remove = |uri: &str, gone: &str| {
        let event = json!({ "added": [], "removed": [named(uri)] });
        client.tell("workspace/didChangeWorkspaceFolders", json!({ "event": event }));
        // The same may have been told twice while both folders had it.
        while client.published(gone, None) != json!([]) {}
    };
    remove(&outer_uri, &outer.uri("tv.nix"));
    remove(&inner, &outer.uri("inner/tv.nix"));
    remove(&other_uri, &other.uri("tv.nix"));
}

#[test]
fn folders_and_files_come_and_go() {
    let one = Folder::with_conflict();
    let other = Folder::with_conflict();
    let mut client = Client::in_folder(&one, Features::PUSH);
    assert_eq!(codes(&client.published(&one.uri("tv.nix"), None)), conflict_in(3));
    let folder = |folder: &Folder| json!([{ "uri": folder.uri("").trim_end_matches('/'), "name": "folder" }]);
    let event = json!({ "added": folder(&other), "removed": folder(&one) });
    client.tell("workspace/didChangeWorkspaceFolders", json!({ "event": event }));
    assert_eq!(codes(&client.published(&other.uri("tv.nix"), None)), conflict_in(3));
    assert_eq!(codes(&client.published(&one.uri("tv.nix"), None)), []);
    // A file outside of all folders has its own project.
    client.open(&one.uri("base.nix"), 1, BASE);
    assert_eq!(codes(&client.published(&one.uri("tv.nix"), None)), conflict_in(3));
    client.close(&one.uri("base.nix"));
    assert_eq!(codes(&client.published(&one.uri("tv.nix"), None)), []);
}

#[test]
fn a_file_that_a_folder_reads_is_not_judged_by_itself() {
    // It is no repository, as `/etc/nixos` is none.
    let parent = "{ imports = [ ./tv.nix ]; services.xserver.enable = false; }";
    let folder = Folder::with(&[("configuration.nix", parent), ("tv.nix", TV)]);
    let tv = folder.uri("tv.nix");
    let mut client = Client::in_folder(&folder, Features::PUSH);
    client.open(&tv, 1, TV);
    // Nothing else is told before that.
    assert_eq!(codes(&client.published(&tv, Some(1))), conflict_in(3));
    let at = json!({ "textDocument": { "uri": tv }, "position": { "line": 3, "character": 22 } });
    let hover = client.ask("textDocument/hover", at).expect("an answer");
    let text = hover["contents"]["value"].as_str().expect("a text");
    assert!(text.contains("| base | `false` | 100 | `configuration.nix:1` |"), "{text}");
    // Another file there is no part of anything.
    let other = folder.uri("other.nix");
    client.open(&other, 1, TV);
    assert_eq!(codes(&client.published(&other, Some(1))), []);
}

#[test]
fn what_is_part_of_a_folder_is_analysed_once() {
    let files = [("nixos/flake.nix", FLAKE), ("nixos/base.nix", BASE), ("nixos/tv.nix", TV)];
    let folder = Folder::with(&files);
    let tv = folder.uri("nixos/tv.nix");
    let mut client = Client::in_folder(&folder, Features::PUSH);
    client.tell("$/setTrace", json!({ "value": "messages" }));
    client.open(&tv, 1, TV);
    assert_eq!(codes(&client.published(&tv, Some(1))), conflict_in(3));
    client.change(&tv, 2, &[((3, 29), (3, 33), "false")]);
    assert_eq!(codes(&client.published(&tv, Some(2))), []);
    let is_analysis = |message: &&Json| {
        let text = message["params"]["message"].as_str().unwrap_or_default();
        message["method"] == "$/logTrace" && text.starts_with("analysed ") && text.contains("/nixos`")
    };
    assert_eq!(client.kept.iter().filter(is_analysis).count(), 0);
    assert!(client.kept.iter().any(|message| message["method"] == "$/logTrace"));
}

#[test]
fn a_document_need_not_be_a_file() {
    let folder = Folder::with(&[]);
    let mut client = Client::in_folder(&folder, Features::PUSH);
    let text = "{ services.xserver.enable = false;\n  specialisation.tv.configuration.services.xserver.enable = true; }";
    for uri in ["untitled:Untitled-1", &*folder.uri("not saved 漢.nix")] {
        client.open(uri, 1, text);
        let found = client.published(uri, Some(1));
        assert!(codes(&found).contains(&("needs-mkdefault".to_owned(), 1)), "{uri}: {found}");
        client.close(uri);
        assert_eq!(codes(&client.published(uri, None)), []);
    }
}

#[test]
fn columns_are_counted_as_agreed() {
    let text = "{ services.xserver.enable = false; /* 漢🎮 */ specialisation.tv.configuration = { services.xserver.enable = true; }; }\n";
    for (encodings, encoding, unit) in [
        (&["utf-32"][..], "utf-32", (|text| text.chars().count()) as fn(&str) -> usize),
        // The first that is known is what the client likes best.
        (&["utf-32", "utf-16"], "utf-32", |text| text.chars().count()),
        (&["utf-16", "utf-8"], "utf-16", |text| text.encode_utf16().count()),
        (&["utf-7", "utf-8", "utf-16"], "utf-8", str::len),
        (&[], "utf-16", |text| text.encode_utf16().count()),
    ] {
        let folder = Folder::with(&[("configuration.nix", text)]);
        let uri = folder.uri("configuration.nix");
        let mut client = Client::in_folder(&folder, Features { encodings, ..Features::PUSH });
        assert_eq!(client.initialized["capabilities"]["positionEncoding"], encoding);
        client.open(&uri, 1, text);
        let at = |text: &str, wanted: &str| unit(&text[..text.find(wanted).expect("it is there")]) as u64;
        let found = client.published(&uri, Some(1));
        let place = |found: &Json| {
            let is_it = |finding: &&Json| finding["code"] == "needs-mkdefault";
            found.as_array()?.iter().find(is_it)?["range"]["start"]["character"].as_u64()
        };
        assert_eq!(place(&found), Some(at(text, "services.xserver.enable = true")), "{encoding}: {found}");
        // Behind the comment, which another one follows.
        let behind = at(text, " specialisation") as u32;
        client.change(&uri, 2, &[((0, behind), (0, behind), "/*é🎮*/")]);
        let text = text.replace(" specialisation", "/*é🎮*/ specialisation");
        let found = client.published(&uri, Some(2));
        assert_eq!(place(&found), Some(at(&text, "services.xserver.enable = true")), "{encoding}: {found}");
    }
}
