//! The formats of `speclint check`. What their specifications ask for is checked by tests/formats.py.

use crate::User;
use expect_test::{Expect, expect};
use serde_json::Value as Json;

/// A conflict over two files, and a specialisation without a tag.
fn user() -> User {
    User::with(&[
        (
            "configuration.nix",
            "{ lib, ... }:\n{\n  imports = [ ./tv.nix ];\n  networking.hostName = \"atlas\";\n}\n",
        ),
        ("tv.nix", "{\n  specialisation.tv.configuration = {\n    networking.hostName = \"tv\";\n  };\n}\n"),
    ])
}

#[track_caller]
fn prints(args: &[&str], expected: Expect) {
    user().prints(1, &[&["check"], args].concat(), expected);
}

/// A document that the program prints, without what is different on each machine.
#[track_caller]
fn document(user: &User, format: &str) -> String {
    let output = user.run(&["check", "--select", "needs-mkdefault,wrong-type", "--format", format]);
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let folder = user.path("").canonicalize().expect("a folder");
    let text = text.replace(folder.to_str().expect("UTF-8"), "«folder»");
    let json: Json = serde_json::from_str(&text).expect("JSON");
    serde_json::to_string_pretty(&json).expect("JSON")
}

#[test]
fn a_line_for_each_finding() {
    prints(
        &["--format", "concise"],
        expect![[r#"
        2 findings, 2 fixable with --fix
        tv.nix:2:3: info[missing-tag] specialisation `tv` has no tag
        tv.nix:3:5: error[needs-mkdefault] `networking.hostName` cannot be both "atlas" and "tv" in specialisation `tv`
    "#]],
    );
}

#[test]
fn a_document_a_line() {
    let output = user().run(&["check", "--format", "json-lines"]);
    let lines = String::from_utf8(output.stdout).expect("UTF-8");
    let lines: Vec<Json> = lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let document = user().json(1, &["check"]);
    assert_eq!(lines, *document["diagnostics"].as_array().expect("a list"));
}

#[test]
fn annotations_of_github() {
    prints(
        &["--format", "github"],
        expect![[r#"
        ::notice file=tv.nix,line=2,endLine=2,col=3,endColumn=34,title=speclint%3A missing-tag::specialisation `tv` has no tag%0Athe label of the boot entry will not tell it from the base%0Ahelp: add the tag `tv`
        ::error file=tv.nix,line=3,endLine=3,col=5,endColumn=32,title=speclint%3A needs-mkdefault::`networking.hostName` cannot be both "atlas" and "tv" in specialisation `tv`%0ANixOS will refuse to build `tv`: "The option `networking.hostName' has conflicting definition values"%0Ahelp: let specialisations override the parent's value: `lib.mkDefault "atlas"`
    "#]],
    );
}

#[test]
fn a_report_of_tests() {
    prints(
        &["--format", "junit"],
        expect![[r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites name="speclint" tests="2" failures="1" errors="0">
          <testsuite name="tv.nix" tests="2" failures="1" errors="0" skipped="0">
            <testcase name="missing-tag at 2:3" classname="tv.nix">
              <system-out>tv.nix:2:3: info: specialisation `tv` has no tag
        the label of the boot entry will not tell it from the base</system-out>
            </testcase>
            <testcase name="needs-mkdefault at 3:5" classname="tv.nix">
              <failure type="needs-mkdefault" message="`networking.hostName` cannot be both &quot;atlas&quot; and &quot;tv&quot; in specialisation `tv`">tv.nix:3:5: error: `networking.hostName` cannot be both &quot;atlas&quot; and &quot;tv&quot; in specialisation `tv`
        NixOS will refuse to build `tv`: &quot;The option `networking.hostName' has conflicting definition values&quot;</failure>
            </testcase>
          </testsuite>
        </testsuites>
    "#]],
    );
    user().prints(
        0,
        &["check", "--format", "junit", "--select", "dead-guard"],
        expect![[r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites name="speclint" tests="1" failures="0" errors="0">
          <testsuite name="speclint" tests="1" failures="0" errors="0" skipped="0">
            <testcase name="nothing found" classname="speclint"/>
          </testsuite>
        </testsuites>
    "#]],
    );
}

#[test]
fn a_report_for_gitlab() {
    expect![[r#"
        [
          {
            "type": "issue",
            "check_name": "needs-mkdefault",
            "description": "`networking.hostName` cannot be both \"atlas\" and \"tv\" in specialisation `tv`",
            "content": {
              "body": "NixOS will refuse to build `tv`: \"The option `networking.hostName' has conflicting definition values\""
            },
            "categories": [
              "Bug Risk"
            ],
            "severity": "critical",
            "fingerprint": "cfba0c4d6e8c3d1088c565f8484946d2",
            "location": {
              "path": "tv.nix",
              "positions": {
                "begin": {
                  "line": 3,
                  "column": 5
                },
                "end": {
                  "line": 3,
                  "column": 32
                }
              }
            }
          }
        ]"#]].assert_eq(&document(&user(), "gitlab"));
}

#[test]
fn a_report_for_reviewdog() {
    expect![[r#"
        {
          "source": {
            "name": "speclint"
          },
          "diagnostics": [
            {
              "message": "`networking.hostName` cannot be both \"atlas\" and \"tv\" in specialisation `tv`\nNixOS will refuse to build `tv`: \"The option `networking.hostName' has conflicting definition values\"",
              "location": {
                "path": "tv.nix",
                "range": {
                  "start": {
                    "line": 3,
                    "column": 5
                  },
                  "end": {
                    "line": 3,
                    "column": 32
                  }
                }
              },
              "severity": "ERROR",
              "code": {
                "value": "needs-mkdefault"
              },
              "suggestions": [
                {
                  "range": {
                    "start": {
                      "line": 1,
                      "column": 1
                    },
                    "end": {
                      "line": 3,
                      "column": 27
                    }
                  },
                  "text": "{ lib, ... }:\n{\n  specialisation.tv.configuration = {\n    networking.hostName = lib.mkForce "
                }
              ],
              "related_locations": [
                {
                  "message": "the parent sets it to \"atlas\", and neither has precedence",
                  "location": {
                    "path": "configuration.nix",
                    "range": {
                      "start": {
                        "line": 4,
                        "column": 3
                      },
                      "end": {
                        "line": 4,
                        "column": 33
                      }
                    }
                  }
                }
              ]
            }
          ]
        }"#]].assert_eq(&document(&user(), "rdjson"));
}

#[test]
fn a_report_for_code_scanning() {
    let text = document(&user(), "sarif");
    let mut json: Json = serde_json::from_str(&text).expect("JSON");
    // Those are the documentation of the rules.
    for rule in json["runs"][0]["tool"]["driver"]["rules"].as_array_mut().expect("a list") {
        assert!(rule["help"]["text"].as_str().is_some_and(|text| text.len() > 100), "{rule}");
        rule["help"].take();
    }
    expect![[r#"
        {
          "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
          "version": "2.1.0",
          "runs": [
            {
              "tool": {
                "driver": {
                  "name": "speclint",
                  "version": "0.1.0",
                  "semanticVersion": "0.1.0",
                  "rules": [
                    {
                      "id": "needs-mkdefault",
                      "shortDescription": {
                        "text": "a specialisation and its parent define an option differently, at the same priority"
                      },
                      "help": null,
                      "defaultConfiguration": {
                        "enabled": true,
                        "level": "error"
                      }
                    }
                  ]
                }
              },
              "columnKind": "unicodeCodePoints",
              "originalUriBaseIds": {
                "%SRCROOT%": {
                  "uri": "file://«folder»/"
                }
              },
              "results": [
                {
                  "ruleId": "needs-mkdefault",
                  "ruleIndex": 0,
                  "level": "error",
                  "message": {
                    "text": "`networking.hostName` cannot be both \"atlas\" and \"tv\" in specialisation `tv`\nNixOS will refuse to build `tv`: \"The option `networking.hostName' has conflicting definition values\""
                  },
                  "locations": [
                    {
                      "physicalLocation": {
                        "artifactLocation": {
                          "uri": "tv.nix",
                          "uriBaseId": "%SRCROOT%"
                        },
                        "region": {
                          "startLine": 3,
                          "startColumn": 5,
                          "endLine": 3,
                          "endColumn": 32
                        }
                      },
                      "message": {
                        "text": "`tv` sets it to \"tv\""
                      }
                    }
                  ],
                  "relatedLocations": [
                    {
                      "id": 0,
                      "physicalLocation": {
                        "artifactLocation": {
                          "uri": "configuration.nix",
                          "uriBaseId": "%SRCROOT%"
                        },
                        "region": {
                          "startLine": 4,
                          "startColumn": 3,
                          "endLine": 4,
                          "endColumn": 33
                        }
                      },
                      "message": {
                        "text": "the parent sets it to \"atlas\", and neither has precedence"
                      }
                    }
                  ],
                  "partialFingerprints": {
                    "speclint/v1": "cfba0c4d6e8c3d1088c565f8484946d2"
                  },
                  "fixes": [
                    {
                      "description": {
                        "text": "let specialisations override the parent's value: `lib.mkDefault \"atlas\"`"
                      },
                      "artifactChanges": [
                        {
                          "artifactLocation": {
                            "uri": "configuration.nix",
                            "uriBaseId": "%SRCROOT%"
                          },
                          "replacements": [
                            {
                              "deletedRegion": {
                                "startLine": 4,
                                "startColumn": 25,
                                "endLine": 4,
                                "endColumn": 25
                              },
                              "insertedContent": {
                                "text": "lib.mkDefault "
                              }
                            }
                          ]
                        }
                      ]
                    },
                    {
                      "description": {
                        "text": "override the parent's value in `tv`"
                      },
                      "artifactChanges": [
                        {
                          "artifactLocation": {
                            "uri": "tv.nix",
                            "uriBaseId": "%SRCROOT%"
                          },
                          "replacements": [
                            {
                              "deletedRegion": {
                                "startLine": 1,
                                "startColumn": 1,
                                "endLine": 1,
                                "endColumn": 1
                              },
                              "insertedContent": {
                                "text": "{ lib, ... }:\n"
                              }
                            },
                            {
                              "deletedRegion": {
                                "startLine": 3,
                                "startColumn": 27,
                                "endLine": 3,
                                "endColumn": 27
                              },
                              "insertedContent": {
                                "text": "lib.mkForce "
                              }
                            }
                          ]
                        }
                      ]
                    },
                    {
                      "description": {
                        "text": "set it in the base only: `lib.mkIf (config.specialisation != { })`"
                      },
                      "artifactChanges": [
                        {
                          "artifactLocation": {
                            "uri": "configuration.nix",
                            "uriBaseId": "%SRCROOT%"
                          },
                          "replacements": [
                            {
                              "deletedRegion": {
                                "startLine": 1,
                                "startColumn": 3,
                                "endLine": 1,
                                "endColumn": 3
                              },
                              "insertedContent": {
                                "text": "config, "
                              }
                            },
                            {
                              "deletedRegion": {
                                "startLine": 4,
                                "startColumn": 25,
                                "endLine": 4,
                                "endColumn": 25
                              },
                              "insertedContent": {
                                "text": "lib.mkIf (config.specialisation != { }) "
                              }
                            }
                          ]
                        }
                      ]
                    }
                  ],
                  "properties": {
                    "systems": [
                      "configuration.nix"
                    ],
                    "specialisation": "tv",
                    "option": "networking.hostName"
                  }
                }
              ]
            }
          ]
        }"#]].assert_eq(&serde_json::to_string_pretty(&json).expect("JSON"));
}

/// The fingerprints of the findings, in order.
fn fingerprints(user: &User) -> Vec<String> {
    let json: Json = serde_json::from_str(&document(user, "gitlab")).expect("JSON");
    let issues = json.as_array().expect("a list");
    issues.iter().map(|issue| issue["fingerprint"].as_str().expect("a text").to_owned()).collect()
}

#[test]
fn fingerprints_stay_when_lines_move() {
    let user = user();
    let before = fingerprints(&user);
    assert_eq!(before.len(), 1);
    user.write("tv.nix", format!("# A line.\n\n{}", user.read("tv.nix")));
    assert_eq!(fingerprints(&user), before);
    user.write("tv.nix", user.read("tv.nix").replace("\"tv\"", "\"television\""));
    assert_ne!(fingerprints(&user), before);
}

#[test]
fn findings_that_say_the_same_have_fingerprints_of_their_own() {
    let line = "    { services.openssh.enable = \"yes\"; }\n";
    let text = format!("{{\n  specialisation.a.configuration.imports = [\n{line}{line}  ];\n}}\n");
    let user = User::with(&[("configuration.nix", &text)]);
    let mut all = fingerprints(&user);
    let count = all.len();
    assert!(count > 1);
    all.sort();
    all.dedup();
    assert_eq!(all.len(), count);
}

#[test]
fn paths_are_those_of_the_repository_where_the_machine_says_which_it_is() {
    let user = User::with(&[]);
    user.write(
        "nix/configuration.nix",
        "{ specialisation.tv.configuration = { boot.loader.timeout = \"x\"; }; }",
    );
    for (format, variable) in [("github", "GITHUB_WORKSPACE"), ("gitlab", "CI_PROJECT_DIR")] {
        let mut command = user.command(&["check", "--format", format]);
        command.current_dir(user.path("nix"));
        let output = command.output().expect("speclint runs");
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(told.contains("configuration.nix") && !told.contains("nix/configuration.nix"), "{told}");
        let output = command.env(variable, user.path("")).output().expect("speclint runs");
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(told.contains("nix/configuration.nix"), "{told}");
    }
}
