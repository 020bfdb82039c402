//! `speclint check`: what is printed, and the exit status.

use crate::{User, told};
use expect_test::{Expect, expect};

const BASE: &str = "{ lib, ... }:
{
  imports = [ ./tv.nix ];
  networking.hostName = \"atlas\";
}
";

const TV: &str = "{
  specialisation.tv.configuration = {
    networking.hostName = \"atlas-tv\";
  };
}
";

#[track_caller]
fn check(user: &User, status: i32, args: &[&str], expected: Expect) {
    user.prints(status, &[&["check"], args].concat(), expected);
}

#[test]
fn findings_are_shown_with_both_places() {
    check(
        &User::with_tv(BASE, TV),
        1,
        &[],
        expect![[r#"
        2 findings, 2 fixable with --fix
        note[missing-tag]: specialisation `tv` has no tag
          ┌─ tv.nix:2:3
          │
        2 │   specialisation.tv.configuration = {
          │   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ its generations look like the base's
          │
          = the label of the boot entry will not tell it from the base
          = help: add the tag `tv` (speclint check --fix)

        error[needs-mkdefault]: `networking.hostName` cannot be both "atlas" and "atlas-tv" in specialisation `tv`
          ┌─ tv.nix:3:5
          │
        3 │     networking.hostName = "atlas-tv";
          │     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ `tv` sets it to "atlas-tv"
          │
          ┌─ configuration.nix:4:3
          │
        4 │   networking.hostName = "atlas";
          │   ------------------------------ the parent sets it to "atlas", and neither has precedence
          │
          = NixOS will refuse to build `tv`: "The option `networking.hostName' has conflicting definition values"
          = help: let specialisations override the parent's value: `lib.mkDefault "atlas"` (speclint check --fix)
          = or: override the parent's value in `tv`
          = or: set it in the base only: `lib.mkIf (config.specialisation != { })`

    "#]],
    );
}

#[test]
fn a_configuration_without_findings() {
    let user = User::with(&[("configuration.nix", "{ networking.hostName = \"atlas\"; }")]);
    check(
        &user,
        0,
        &["configuration.nix"],
        expect![[r#"
        nothing found
    "#]],
    );
}

#[test]
fn findings_for_programs() {
    let json = User::with_tv(BASE, TV).json(1, &["check", "--select", "needs-mkdefault"]);
    let shown = serde_json::to_string_pretty(&json).expect("JSON");
    expect![[r#"
        {
          "version": 1,
          "diagnostics": [
            {
              "rule": "needs-mkdefault",
              "severity": "error",
              "message": "`networking.hostName` cannot be both \"atlas\" and \"atlas-tv\" in specialisation `tv`",
              "file": "tv.nix",
              "range": {
                "start": {
                  "line": 3,
                  "column": 5
                },
                "end": {
                  "line": 3,
                  "column": 38
                }
              },
              "systems": [
                "configuration.nix"
              ],
              "specialisation": "tv",
              "option": "networking.hostName",
              "related": [
                {
                  "file": "configuration.nix",
                  "range": {
                    "start": {
                      "line": 4,
                      "column": 3
                    },
                    "end": {
                      "line": 4,
                      "column": 33
                    }
                  },
                  "message": "the parent sets it to \"atlas\", and neither has precedence"
                }
              ],
              "fixes": [
                {
                  "title": "let specialisations override the parent's value: `lib.mkDefault \"atlas\"`",
                  "applicability": "safe",
                  "edits": [
                    {
                      "file": "configuration.nix",
                      "range": {
                        "start": {
                          "line": 4,
                          "column": 25
                        },
                        "end": {
                          "line": 4,
                          "column": 25
                        }
                      },
                      "text": "lib.mkDefault "
                    }
                  ]
                },
                {
                  "title": "override the parent's value in `tv`",
                  "applicability": "safe",
                  "edits": [
                    {
                      "file": "tv.nix",
                      "range": {
                        "start": {
                          "line": 1,
                          "column": 1
                        },
                        "end": {
                          "line": 1,
                          "column": 1
                        }
                      },
                      "text": "{ lib, ... }:\n"
                    },
                    {
                      "file": "tv.nix",
                      "range": {
                        "start": {
                          "line": 3,
                          "column": 27
                        },
                        "end": {
                          "line": 3,
                          "column": 27
                        }
                      },
                      "text": "lib.mkForce "
                    }
                  ]
                },
                {
                  "title": "set it in the base only: `lib.mkIf (config.specialisation != { })`",
                  "applicability": "safe",
                  "edits": [
                    {
                      "file": "configuration.nix",
                      "range": {
                        "start": {
                          "line": 1,
                          "column": 3
                        },
                        "end": {
                          "line": 1,
                          "column": 3
                        }
                      },
                      "text": "config, "
                    },
                    {
                      "file": "configuration.nix",
                      "range": {
                        "start": {
                          "line": 4,
                          "column": 25
                        },
                        "end": {
                          "line": 4,
                          "column": 25
                        }
                      },
                      "text": "lib.mkIf (config.specialisation != { }) "
                    }
                  ]
                }
              ]
            }
          ]
        }"#]].assert_eq(&shown);
}

#[test]
fn rules_are_chosen() {
    let rules = |args: &[&str]| -> Vec<String> {
        let json = User::with_tv(BASE, TV).json(0, &[&["check", "--exit-zero"], args].concat());
        let found = json["diagnostics"].as_array().expect("a list");
        found.iter().map(|f| f["rule"].as_str().expect("a name").to_owned()).collect()
    };
    assert_eq!(rules(&[]), ["missing-tag", "needs-mkdefault"]);
    assert_eq!(rules(&["--select", "missing-tag"]), ["missing-tag"]);
    assert_eq!(
        rules(&["--select", "missing-tag,needs-mkdefault", "--ignore", "missing-tag"]),
        ["needs-mkdefault"]
    );
    assert_eq!(rules(&["--select=missing-tag", "--select=dead-guard"]), ["missing-tag"]);
    assert_eq!(rules(&["--ignore", "missing-tag,needs-mkdefault"]), [""; 0]);
}

#[test]
fn the_exit_status_follows_the_severity() {
    let user = User::with_tv(BASE, TV);
    let status = |args: &[&str]| user.run(&[&["check"], args].concat()).status.code();
    assert_eq!(status(&[]), Some(1));
    assert_eq!(status(&["--fail-on", "error"]), Some(1));
    assert_eq!(status(&["--ignore", "needs-mkdefault"]), Some(0));
    assert_eq!(status(&["--ignore", "needs-mkdefault", "--fail-on", "info"]), Some(1));
    assert_eq!(status(&["--exit-zero"]), Some(0));
}

#[test]
fn findings_are_of_the_files_that_are_named() {
    let user = User::with_two_hosts(&[("tv.nix", TV)]);
    let rules = |args: &[&str]| -> Vec<String> {
        let json = user.json(0, &[&["check", "--exit-zero"], args].concat());
        let found = json["diagnostics"].as_array().expect("a list");
        found
            .iter()
            .map(|f| {
                format!("{}: {}", f["file"].as_str().expect("a path"), f["rule"].as_str().expect("a name"))
            })
            .collect()
    };
    let of_tv = ["tv.nix: missing-tag", "tv.nix: needs-mkdefault"];
    assert_eq!(rules(&[]), [&["boreas.nix: missing-tag"][..], &of_tv].concat());
    assert_eq!(rules(&["tv.nix"]), of_tv);
    // The other place of the conflict is in it.
    assert_eq!(rules(&["atlas.nix"]), ["tv.nix: needs-mkdefault"]);
    assert_eq!(rules(&["atlas.nix", "boreas.nix"]), ["boreas.nix: missing-tag", "tv.nix: needs-mkdefault"]);
    assert_eq!(rules(&["flake.nix"]), [""; 0]);
    assert_eq!(rules(&["--system", "boreas"]), ["boreas.nix: missing-tag"]);
}

#[test]
fn colours_are_for_terminals() {
    let user = User::with_tv(BASE, TV);
    let coloured = |args: &[&str], no_color: Option<&str>| {
        let mut command = user.command(&[&["check"], args].concat());
        command.envs(no_color.map(|value| ("NO_COLOR", value)));
        let told = told(&command.output().expect("speclint runs"), 1);
        told.contains("\u{1b}[")
    };
    assert!(!coloured(&[], None), "a pipe is no terminal");
    assert!(coloured(&["--color", "always"], None));
    assert!(coloured(&["--color", "always"], Some("1")), "who asks for it gets it");
    assert!(!coloured(&["--color", "never"], None));
}

#[test]
fn a_closed_pipe_is_no_panic() {
    let mut text = String::from("{\n  networking.hostName = \"atlas\";\n");
    for i in 0..20 {
        text.push_str(&format!("  specialisation.s{i}.configuration = {{ }};\n"));
    }
    text.push('}');
    let user = User::with(&[("configuration.nix", &text)]);
    user.closes_the_pipe(&["check", "--exit-zero"]);
    user.closes_the_pipe(&["check", "--format", "json", "--exit-zero"]);
    user.closes_the_pipe(&["show"]);
    user.closes_the_pipe(&["show", "--format", "json"]);
}

#[test]
fn wrong_use_says_what_to_do() {
    let user = User::with_tv(BASE, TV);
    user.write("empty/README", "");
    check(
        &user,
        2,
        &["nowhere"],
        expect![[r#"
        speclint: `nowhere` does not exist or cannot be read: No such file or directory (os error 2)
    "#]],
    );
    check(
        &user,
        2,
        &["empty"],
        expect![[r#"
        speclint: `empty` has no flake.nix, configuration.nix or default.nix: name the file that your system starts from
    "#]],
    );
    check(
        &user,
        2,
        &["--select", "missing-tags"],
        expect![[r#"
            speclint: there is no rule `missing-tags`: did you mean `missing-tag`?
        "#]],
    );
    let told = user.says(2, &["check", "--ignore", "tabs"]);
    assert!(told.starts_with("speclint: there is no rule `tabs`; the rules are appended-list, "), "{told}");
    check(
        &user,
        2,
        &["--system", "boreas"],
        expect![[r#"
        speclint: there is no system `boreas`; the systems are configuration.nix
    "#]],
    );
    check(
        &user,
        2,
        &["--fail-on", "never"],
        expect![[r#"
        error: invalid value 'never' for '--fail-on <FAIL_ON>'
          [possible values: error, warning, info, hint]

        For more information, try '--help'.
    "#]],
    );
    check(
        &user,
        2,
        &["--fixx"],
        expect![[r#"
        error: unexpected argument '--fixx' found

          tip: a similar argument exists: '--fix'

        Usage: speclint check --fix [PATHS]...

        For more information, try '--help'.
    "#]],
    );
}

#[test]
fn help_says_what_each_flag_does() {
    let help = User::with_tv(BASE, TV).says(0, &["check", "--help"]);
    for flag in [
        "--fix",
        "--unsafe-fixes",
        "--diff",
        "--select",
        "--ignore",
        "--fail-on",
        "--exit-zero",
        "--format",
        "--system",
    ] {
        assert!(help.contains(flag), "{flag}\n{help}");
    }
}
