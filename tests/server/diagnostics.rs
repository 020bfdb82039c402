//! Diagnostics: of all files of a project, for what is in the editor.

use crate::support::{BASE, Client, Features, Folder, plain};
use expect_test::expect;
use serde_json::{Value as Json, json};

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
}
