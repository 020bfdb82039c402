//! `speclint.toml`, `speclint config` and `speclint init`.

use crate::User;
use expect_test::{Expect, expect};

const BASE: &str = "{
  imports = [ ./tv.nix ];
  networking.hostName = \"atlas\";
}
";
const TV: &str = "{
  specialisation.tv.inheritParentConfig = true;
  specialisation.tv.configuration = {
    networking.hostName = \"atlas-tv\";
  };
}
";

/// A configuration with two findings, `needs-mkdefault` and `missing-tag`, and these settings.
fn user(settings: &str) -> User {
    User::with(&[("configuration.nix", BASE), ("tv.nix", TV), ("speclint.toml", settings)])
}

/// What is found, in short, and the exit status.
#[track_caller]
fn found(user: &User, args: &[&str]) -> (Vec<String>, i32) {
    let output = user.run(&[&["check", "--format", "json"], args].concat());
    let status = output.status.code().expect("an exit status");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect(&told);
    let found = json["diagnostics"].as_array().expect("a list").iter();
    let found = found.map(|f| {
        let word = |key: &str| f[key].as_str().unwrap_or_default().to_owned();
        format!("{} {} {}", word("severity"), word("rule"), f["systems"])
    });
    (found.collect(), status)
}

const CONFLICT: &str = "error needs-mkdefault [\"configuration.nix\"]";
const TAG: &str = "info missing-tag [\"configuration.nix\"]";

#[track_caller]
fn check(settings: &str, args: &[&str], expected: &[&str], status: i32) {
    let (mut found, got) = found(&user(settings), args);
    found.sort();
    assert_eq!(
        (found.iter().map(String::as_str).collect::<Vec<_>>(), got),
        (expected.to_vec(), status),
        "{settings}"
    );
}

#[test]
fn rules_are_chosen() {
    check("", &[], &[CONFLICT, TAG], 1);
    check("ignore = [\"needs-mkdefault\"]", &[], &[TAG], 0);
    check("select = [\"missing-tag\"]", &[], &[TAG], 0);
    check(
        "select = [\"all\"]\nignore = [\"missing-tag\"]",
        &[],
        &[CONFLICT, "hint redundant-inherit [\"configuration.nix\"]"],
        1,
    );
    check(
        "[severity]\nmissing-tag = \"off\"\nneeds-mkdefault = \"hint\"",
        &[],
        &["hint needs-mkdefault [\"configuration.nix\"]"],
        0,
    );
    check(
        "[severity]\nredundant-inherit = \"warning\"\n",
        &["--ignore", "needs-mkdefault,missing-tag"],
        &["warning redundant-inherit [\"configuration.nix\"]"],
        1,
    );
    check("fail-on = \"info\"\nignore = [\"needs-mkdefault\"]", &[], &[TAG], 1);
}

#[test]
fn the_command_line_has_the_last_word() {
    check("ignore = [\"missing-tag\"]", &["--select", "missing-tag"], &[TAG], 0);
    check("severity.missing-tag = \"off\"", &["--select", "missing-tag"], &[TAG], 0);
    check(
        "severity.missing-tag = \"warning\"",
        &["--select", "missing-tag"],
        &["warning missing-tag [\"configuration.nix\"]"],
        1,
    );
    check("select = [\"missing-tag\"]", &["--ignore", "missing-tag"], &[], 0);
    check("fail-on = \"hint\"", &["--select", "missing-tag", "--fail-on", "error"], &[TAG], 0);
    // What is not to be reported of a file is not, whatever is chosen.
    check("[per-file-ignores]\n\"tv.nix\" = [\"missing-tag\"]", &["--select", "missing-tag"], &[], 0);
}

#[test]
fn some_files_and_systems_are_left_alone() {
    check("[per-file-ignores]\n\"*.nix\" = [\"all\"]", &[], &[], 0);
    check("[per-file-ignores]\n\"configuration.nix\" = [\"all\"]", &[], &[CONFLICT, TAG], 1);
    check("[per-system-ignores]\n\"conf*\" = [\"needs-mkdefault\"]", &[], &[TAG], 0);
    let flake = "{
  outputs = { nixpkgs, ... }: let system = modules: nixpkgs.lib.nixosSystem { inherit modules; }; in {
    nixosConfigurations.a = system [ ./configuration.nix ];
    nixosConfigurations.b = system [ ./configuration.nix ];
  };
}
";
    let user = user("[per-system-ignores]\na = [\"all\"]\nb = [\"needs-mkdefault\"]");
    user.write("flake.nix", flake);
    assert_eq!(found(&user, &[]), (vec!["info missing-tag [\"b\"]".to_owned()], 0));
    // A comment for what is not reported is not useless, for it may be reported elsewhere.
    user.write("tv.nix", TV.replace("-tv\";", "-tv\"; # speclint: ignore[needs-mkdefault]"));
    assert_eq!(found(&user, &[]), (vec!["info missing-tag [\"b\"]".to_owned()], 0));
}

#[test]
fn the_nearest_file_counts() {
    let user = User::with(&[
        (".git/HEAD", ""),
        ("speclint.toml", "ignore = [\"needs-mkdefault\"]\nfail-on = \"hint\""),
        (
            "a/flake.nix",
            "{ outputs = { nixpkgs, ... }: { nixosConfigurations.a = nixpkgs.lib.nixosSystem { modules = [ ./configuration.nix ]; }; }; }",
        ),
        ("a/configuration.nix", BASE),
        ("a/tv.nix", TV),
        ("b/configuration.nix", BASE),
        ("b/tv.nix", TV),
        ("b/speclint.toml", "ignore = [\"missing-tag\"]\n"),
    ]);
    let a = "info missing-tag [\"a\"]".to_owned();
    assert_eq!(found(&user, &["a"]), (vec![a.clone()], 1));
    assert_eq!(found(&user, &["b"]), (vec![CONFLICT.to_owned()], 1));
    let (mut all, status) = found(&user, &[]);
    all.sort();
    assert_eq!((all, status), (vec!["error needs-mkdefault [\"b/configuration.nix\"]".to_owned(), a], 1));
}

#[test]
fn systems_start_where_it_is_said() {
    let user = User::with(&[
        ("speclint.toml", "entries = [\"hosts/atlas.nix\", \"all.nix\", \"hosts/atlas.nix\"]"),
        ("hosts/atlas.nix", "{ imports = [ ../tv.nix ]; networking.hostName = \"atlas\"; }"),
        ("all.nix", "{ one = import <nixpkgs/nixos> { configuration = ./hosts/atlas.nix; }; }"),
        ("tv.nix", TV),
    ]);
    let told = user.json(0, &["show"]);
    let names: Vec<&str> =
        told["systems"].as_array().expect("a list").iter().filter_map(|s| s["name"].as_str()).collect();
    assert_eq!(names, ["one", "hosts/atlas.nix"]);
    // From a file as well: what it is part of is known.
    assert_eq!(user.json(0, &["show", "tv.nix"])["systems"].as_array().map(Vec::len), Some(2));
    user.write("speclint.toml", "entries = [\"hosts/atlas.nix\", \"hosts/altas.nix\"]");
    user.prints(
        2,
        &["check"],
        expect![[r#"
        speclint: the settings are wrong
        error: `hosts/altas.nix` does not exist
          ┌─ speclint.toml:1:31
          │
        1 │ entries = ["hosts/atlas.nix", "hosts/altas.nix"]
          │                               ^^^^^^^^^^^^^^^^^
          │
          = help: an entry is a file, seen from the folder of this one
    "#]],
    );
}

#[test]
fn own_alternatives_exclude_each_other() {
    let module = "{ lib, ... }:
{
  options.my.gnome.enable = lib.mkEnableOption \"GNOME\";
  options.my.plasma.enable = lib.mkEnableOption \"Plasma\";
  config.my.gnome.enable = true;
  config.specialisation.plasma.configuration = {
    system.nixos.tags = [ \"plasma\" ];
    my.plasma.enable = true;
  };
}
";
    let user = User::with(&[("configuration.nix", module)]);
    user.prints(
        0,
        &["check"],
        expect![[r#"
        nothing found
    "#]],
    );
    user.write("speclint.toml", "[[alternatives]]\noptions = [\"my.gnome.enable\", \"my.plasma.enable\"]\nreason = \"both start a session\"\n");
    user.prints(1, &["check"], expect![[r#"
        1 finding, 1 with --fix --unsafe-fixes
        warning[incompatible-options]: `my.plasma.enable = true` in specialisation `plasma` does not go with the parent's `my.gnome.enable = true`
          ┌─ configuration.nix:8:5
          │
        5 │   config.my.gnome.enable = true;
          │   ------------------------------ `plasma` inherits this
          ·
        8 │     my.plasma.enable = true;
          │     ^^^^^^^^^^^^^^^^^^^^^^^^ both start a session
          │
          = NixOS builds `plasma` all the same, but both start a session
          = help: set `my.gnome.enable` in the base only: `lib.mkIf (config.specialisation != { })` (speclint check --fix --unsafe-fixes)

    "#]]);
    user.prints(0, &["check", "--fix", "--unsafe-fixes"], expect![[r#"
        configuration.nix: set `my.gnome.enable` in the base only: `lib.mkIf (config.specialisation != { })` [incompatible-options]
        mended 1 place in 1 file
        nothing found
    "#]]);
}

#[test]
fn sources_of_options_are_named() {
    let json = "{ \"services.mine.enable\": { \"type\": \"boolean\", \"description\": \"\", \"loc\": [\"services\", \"mine\", \"enable\"], \"declarations\": [], \"readOnly\": false } }";
    let user = User::with(&[
        (
            "configuration.nix",
            "{ services.mine.enable = true; specialisation.tv.configuration.system.nixos.tags = [ \"tv\" ]; }",
        ),
        ("settings/options.json", json),
        ("speclint.toml", "[sources]\noptions = [\"settings/options.json\"]\n"),
    ]);
    let told = user.says(0, &["options", "show", "services.mine.enable"]);
    assert!(told.contains("type: boolean"), "{told}");
    user.write("speclint.toml", "[sources]\nnixpkgs = \"settings\"\n");
    user.prints(2, &["check"], expect![[r#"
        speclint: the settings are wrong
        error: `settings` is not a source of nixpkgs: there is no `settings/nixos/modules/module-list.nix`; give the folder of a checkout or channel
          ┌─ speclint.toml:2:11
          │
        2 │ nixpkgs = "settings"
          │           ^^^^^^^^^^
    "#]]);
    user.write("speclint.toml", "[sources]\noptions = [\"settings/none.json\"]\n");
    user.prints(
        2,
        &["show"],
        expect![[r#"
        speclint: the settings are wrong
        error: cannot read `settings/none.json`: No such file or directory (os error 2)
          ┌─ speclint.toml:2:12
          │
        2 │ options = ["settings/none.json"]
          │            ^^^^^^^^^^^^^^^^^^^^
    "#]],
    );
}

#[test]
fn mistakes_are_told_with_their_place() {
    let wrong = "selct = [\"needs-mkdefault\"]
ignore = [\"needs-mkdefalt\", 3]
fail-on = \"eror\"
entries = \"configuration.nix\"
colour = true

[severity]
missing-tags = \"info\"
missing-tag = \"of\"

[per-file-ignores]
\"{a\" = [\"missing-tag\"]

[sources]
nixpgks = \"\"

[[alternatives]]
options = [\"services.a.enable\"]
why = \"\"
";
    user(wrong).prints(2, &["check"], expect![[r#"
        speclint: the settings are wrong
        error: there is no setting `selct`
          ┌─ speclint.toml:1:1
          │
        1 │ selct = ["needs-mkdefault"]
          │ ^^^^^
          │
          = help: did you mean `select`?

        error: there is no rule `needs-mkdefalt`
          ┌─ speclint.toml:2:11
          │
        2 │ ignore = ["needs-mkdefalt", 3]
          │           ^^^^^^^^^^^^^^^^
          │
          = help: did you mean `needs-mkdefault`?

        error: this is a number, not the name of a rule
          ┌─ speclint.toml:2:29
          │
        2 │ ignore = ["needs-mkdefalt", 3]
          │                             ^

        error: there is no severity `eror`
          ┌─ speclint.toml:3:11
          │
        3 │ fail-on = "eror"
          │           ^^^^^^
          │
          = help: did you mean `error`?

        error: this is a text, not a list of paths
          ┌─ speclint.toml:4:11
          │
        4 │ entries = "configuration.nix"
          │           ^^^^^^^^^^^^^^^^^^^

        error: there is no setting `colour`
          ┌─ speclint.toml:5:1
          │
        5 │ colour = true
          │ ^^^^^^
          │
          = help: one of `select`, `ignore`, `fail-on`, `entries`, `severity`, `per-file-ignores`, `per-system-ignores`, `sources`, `alternatives`

        error: there is no rule `missing-tags`
          ┌─ speclint.toml:8:1
          │
        8 │ missing-tags = "info"
          │ ^^^^^^^^^^^^
          │
          = help: did you mean `missing-tag`?

        error: there is no severity `of`
          ┌─ speclint.toml:9:15
          │
        9 │ missing-tag = "of"
          │               ^^^^
          │
          = help: did you mean `off`?

        error: no pattern of files: unclosed alternate group; missing '}' (maybe escape '{' with '[{]'?)
           ┌─ speclint.toml:12:1
           │
        12 │ "{a" = ["missing-tag"]
           │ ^^^^

        error: there is no setting `nixpgks`
           ┌─ speclint.toml:15:1
           │
        15 │ nixpgks = ""
           │ ^^^^^^^
           │
           = help: did you mean `nixpkgs`?

        error: two options or more exclude each other
           ┌─ speclint.toml:18:11
           │
        18 │ options = ["services.a.enable"]
           │           ^^^^^^^^^^^^^^^^^^^^^

        error: there is no setting `why`
           ┌─ speclint.toml:19:1
           │
        19 │ why = ""
           │ ^^^
           │
           = help: one of `options`, `reason`, `severity`
    "#]]);
    user("select = [\n").prints(
        2,
        &["check"],
        expect![[r#"
        speclint: the settings are wrong
        error: unclosed array, expected `]`
          ┌─ speclint.toml:1:11
          │
        1 │ select = [
          │           ^
    "#]],
    );
    user("ignore = []\nignore = []\n").prints(
        2,
        &["show"],
        expect![[r#"
        speclint: the settings are wrong
        error: duplicate key
          ┌─ speclint.toml:2:1
          │
        2 │ ignore = []
          │ ^^^^^^
    "#]],
    );
}

#[test]
fn what_is_in_force_is_shown() {
    let user = user(
        "ignore = [\"missing-tag\"]\nfail-on = \"error\"\n\n[severity]\nneeds-reboot = \"off\"\nunknown-option = \"warning\"\n\n[per-file-ignores]\n\"tv.nix\" = [\"invalid-tag\"]\n",
    );
    let short = |text: String| {
        text.lines()
            .filter(|line| !line.contains("by default") || line.contains("fail-on"))
            .map(|line| format!("{line}\n"))
            .collect::<String>()
    };
    expect![[r#"
        settings of speclint.toml
          ignore                     missing-tag speclint.toml:1
          fail-on                    error      speclint.toml:2
          per-file-ignores           tv.nix: invalid-tag speclint.toml:9
        rules
          invalid-tag                off        of this file, by speclint.toml:9
          missing-tag                off        by speclint.toml:1
          needs-reboot               off        by speclint.toml:5
          unknown-option             warning    by speclint.toml:6
    "#]]
    .assert_eq(&short(user.says(0, &["config", "tv.nix"])));
    let json = user.json(0, &["config"]);
    expect![[r#"
        [
          "speclint.toml",
          {
            "value": "error",
            "from": {
              "file": "speclint.toml",
              "line": 2,
              "column": 11
            }
          },
          {
            "value": [],
            "from": null
          },
          {
            "rule": "appended-list",
            "severity": "hint",
            "from": null
          }
        ]"#]]
    .assert_eq(&format!(
        "{:#}",
        serde_json::json!([
            json["file"],
            json["settings"]["fail-on"],
            json["settings"]["entries"],
            json["rules"][0]
        ])
    ));
    let nothing = User::with(&[]);
    assert!(nothing.says(0, &["config"]).starts_with("no speclint.toml"));
    nothing.prints(
        2,
        &["config", "none"],
        expect![[r#"
        speclint: `none` does not exist: No such file or directory (os error 2)
    "#]],
    );
    nothing.write("speclint.toml", "selct = []");
    nothing.prints(
        2,
        &["config"],
        expect![[r#"
            speclint: the settings are wrong
            error: there is no setting `selct`
              ┌─ speclint.toml:1:1
              │
            1 │ selct = []
              │ ^^^^^
              │
              = help: did you mean `select`?
        "#]],
    );
}

#[track_caller]
fn init(user: &User, status: i32, args: &[&str], expected: Expect) {
    user.prints(status, &[&["init"], args].concat(), expected);
}

#[test]
fn a_first_file_is_written() {
    let user = User::with(&[("configuration.nix", BASE), ("tv.nix", TV)]);
    init(
        &user,
        0,
        &[],
        expect![[r#"
        wrote speclint.toml
        for pre-commit, this belongs into .pre-commit-config.yaml (or `speclint init --pre-commit`):
        repos:
          - repo: local
            hooks:
              - id: speclint
                name: speclint
                entry: speclint check
                language: system
                types: [nix]
                require_serial: true
    "#]],
    );
    let written = user.read("speclint.toml");
    expect_test::expect_file!["../../docs/speclint.example.toml"].assert_eq(&written);
    assert_eq!(found(&user, &[]).0.len(), 2);
    user.write("speclint.toml", "ignore = []");
    init(
        &user,
        2,
        &[],
        expect![[r#"
        speclint: `speclint.toml` is there already: --force writes over it
    "#]],
    );
    assert_eq!(user.read("speclint.toml"), "ignore = []");
    user.says(0, &["init", "--force"]);
    assert_eq!(user.read("speclint.toml"), written);
    init(
        &user,
        2,
        &["nowhere"],
        expect![[r#"
        speclint: there is no folder `nowhere`: No such file or directory (os error 2)
    "#]],
    );
}

#[test]
fn pre_commit_gets_its_entry() {
    let user = User::with(&[(".git/HEAD", ""), ("nixos/configuration.nix", BASE)]);
    init(
        &user,
        0,
        &["nixos", "--pre-commit"],
        expect![[r#"
        wrote nixos/speclint.toml
        wrote .pre-commit-config.yaml
    "#]],
    );
    expect![[r#"
        repos:
          - repo: local
            hooks:
              - id: speclint
                name: speclint
                entry: speclint check
                language: system
                types: [nix]
                require_serial: true
    "#]]
    .assert_eq(&user.read(".pre-commit-config.yaml"));
    init(
        &user,
        0,
        &["nixos", "--pre-commit", "--force"],
        expect![[r#"
        wrote nixos/speclint.toml
        .pre-commit-config.yaml has the entry already
    "#]],
    );
    user.write(".pre-commit-config.yaml", "repos: [ { repo: meta, hooks: [] } ]\n");
    user.write("nixos/speclint.toml", "ignore = []");
    init(
        &user,
        2,
        &["nixos", "--pre-commit", "--force"],
        expect![[r#"
        speclint: cannot add the entry to `.pre-commit-config.yaml`: its `repos:` are written in one line. This belongs into it:
        repos:
          - repo: local
            hooks:
              - id: speclint
                name: speclint
                entry: speclint check
                language: system
                types: [nix]
                require_serial: true

    "#]],
    );
    assert_eq!(user.read("nixos/speclint.toml"), "ignore = []");
}

/// `UPDATE_EXPECT=1` writes it anew.
#[test]
fn the_schema_is_not_stale() {
    let schema = User::with(&[]).says(0, &["config", "--schema"]);
    expect_test::expect_file!["../../docs/speclint.schema.json"].assert_eq(&schema);
}
