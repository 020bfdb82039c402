//! What is wrong with files themselves: each gets a clear answer, and none a panic.

use crate::{User, told};
use expect_test::{Expect, expect};

/// The answer to a file, whatever it says of specialisations.
#[track_caller]
fn check(text: impl AsRef<[u8]>, status: i32, expected: Expect) {
    let user = User::with(&[]);
    user.write("configuration.nix", text);
    let told = user.says(status, &["check", "configuration.nix"]);
    // Behind an empty line of source stands a blank.
    let lines: Vec<&str> = told.lines().map(str::trim_end).collect();
    expected.assert_eq(&(lines.join("\n") + "\n"));
}

#[test]
fn a_syntax_error_leaves_what_makes_sense() {
    check(
        "{ lib, ... }:
{
  networking.hostName = ;
  boot.loader.timeout = 5;
  specialisation.tv.configuration = {
    system.nixos.tags = [ \"tv\" ];
    boot.loader.timeout = 1;
  };
}
",
        1,
        expect![[r#"
            2 findings, 1 fixable with --fix
            error[syntax-error]: expected an expression, found `;`
              ┌─ configuration.nix:3:24
              │
            3 │   networking.hostName = ;
              │                        ^
              │
              = Nix will not read the file

            error[needs-mkdefault]: `boot.loader.timeout` cannot be both 5 and 1 in specialisation `tv`
              ┌─ configuration.nix:7:5
              │
            4 │   boot.loader.timeout = 5;
              │   ------------------------ the parent sets it to 5, and neither has precedence
              ·
            7 │     boot.loader.timeout = 1;
              │     ^^^^^^^^^^^^^^^^^^^^^^^^ `tv` sets it to 1
              │
              = NixOS will refuse to build `tv`: "The option `boot.loader.timeout' has conflicting definition values"
              = help: override the parent's value in `tv` (speclint check --fix)

        "#]],
    );
}

#[test]
fn an_empty_file() {
    check(
        "",
        1,
        expect![[r#"
            1 finding
            error[syntax-error]: expected an expression: the file is empty
              ┌─ configuration.nix:1:1
              │
            1 │
              │ ^
              │
              = Nix will not read the file

        "#]],
    );
    check(
        "# nothing but a comment\n",
        1,
        expect![[r#"
            1 finding
            error[syntax-error]: expected an expression: found only comments
              ┌─ configuration.nix:2:1
              │
            2 │
              │ ^
              │
              = Nix will not read the file

        "#]],
    );
}

#[test]
fn a_file_that_is_no_expression() {
    check(
        "imports = [ ./a.nix ];\n",
        1,
        expect![[r#"
        1 finding
        error[syntax-error]: bindings must stand in `{ }`
          ┌─ configuration.nix:1:1
          │
        1 │ imports = [ ./a.nix ];
          │ ^^^^^^^
          │
          = Nix will not read the file

    "#]],
    );
}

#[test]
fn a_file_that_is_no_module() {
    check(
        "42 # specialisation\n",
        0,
        expect![[r#"
        nothing found
        note: NixOS refuses `configuration.nix`: a module must be a set, but it is an integer
    "#]],
    );
    check(
        "[ 1 2 ] # specialisation\n",
        0,
        expect![[r#"
        nothing found
        note: NixOS refuses `configuration.nix`: a module must be a set, but it is a list
    "#]],
    );
}

#[test]
fn bytes_that_are_no_text() {
    let latin = b"{ networking.hostName = \"caf\xe9\"; specialisation.tv.configuration.system.nixos.tags = [ \"tv\" ]; }\n";
    check(
        latin,
        0,
        expect![[r#"
            1 finding
            note[empty-specialisation]: specialisation `tv` is the same as its parent
              ┌─ configuration.nix:1:33
              │
            1 │ { networking.hostName = "caf�"; specialisation.tv.configuration.system.nixos.tags = [ "tv" ]; }
              │                                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ nothing is different in it but its name
              │
              = NixOS builds the base once more, and gives it an entry of its own

        "#]],
    );
    check(
        b"\xff\xfe{\x00 \x00}\x00# specialisation",
        2,
        expect![[r#"
            speclint: cannot read `configuration.nix`: the file is encoded in UTF-16, but Nix reads UTF-8
        "#]],
    );
    check(
        b"\x7fELF\x02\x01\x01\x00\x00specialisation",
        1,
        expect![[r#"
        1 finding
        error[syntax-error]: the file is no text (is it encrypted?)
          ┌─ configuration.nix:1:5
          │
        1 │ ?ELF?????specialisation
          │     ^^^^^
          │
          = Nix will not read the file

    "#]],
    );
}

#[test]
fn terminals_are_not_written_to_by_configurations() {
    let text = "{ specialisation.\"\u{1b}[31mtv\".configuration = { }; } # \u{1b}[0m";
    check(
        text,
        1,
        expect![[r#"
            2 findings, 1 fixable with --fix, 1 with --fix --unsafe-fixes
            warning[invalid-name]: `"?[31mtv"` is no good name for a specialisation
              ┌─ configuration.nix:1:3
              │
            1 │ { specialisation."?[31mtv".configuration = { }; } # ?[0m
              │   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ a name had better not contain a line break or the like
              │
              = the files that boot loaders read have a line for the name
              = help: call it `31mtv` (speclint check --fix --unsafe-fixes)

            note[missing-tag]: specialisation `?[31mtv` has no tag
              ┌─ configuration.nix:1:3
              │
            1 │ { specialisation."?[31mtv".configuration = { }; } # ?[0m
              │   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ its generations look like the base's
              │
              = the label of the boot entry will not tell it from the base
              = help: add the tag `--31mtv` (speclint check --fix)

        "#]],
    );
}

#[test]
fn a_mark_and_windows_line_ends() {
    check(
        "\u{feff}{ specialisation.tv.configuration = { };\r\n}\r\n",
        1,
        expect![[r#"
            2 findings, 1 fixable with --fix
            error[syntax-error]: the file starts with a byte order mark, which Nix does not accept
              ┌─ configuration.nix:1:1
              │
            1 │ ﻿{ specialisation.tv.configuration = { };
              │
              │
              = Nix will not read the file

            note[missing-tag]: specialisation `tv` has no tag
              ┌─ configuration.nix:1:4
              │
            1 │ ﻿{ specialisation.tv.configuration = { };
              │   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ its generations look like the base's
              │
              = the label of the boot entry will not tell it from the base
              = help: add the tag `tv` (speclint check --fix)

        "#]],
    );
}

#[test]
fn a_missing_import() {
    let text =
        "{ imports = [ ./gone.nix ]; specialisation.tv.configuration.system.nixos.tags = [ \"tv\" ]; }\n";
    check(
        text,
        0,
        expect![[r#"
        nothing found
    "#]],
    );
}

#[test]
fn what_never_ends() {
    check(
        "let specialisation = specialisation; in specialisation\n",
        0,
        expect![[r#"
        nothing found
        note: configuration.nix:1:22: NixOS refuses `configuration.nix`: infinite recursion encountered
    "#]],
    );
    check(
        "{ imports = [ ./configuration.nix ]; specialisation.tv.configuration.system.nixos.tags = [ \"tv\" ]; }\n",
        0,
        expect![[r#"
            nothing found
        "#]],
    );
    check(
        "{ config, ... }: { imports = config.specialisation.modules; }\n",
        1,
        expect![[r#"
            1 finding
            note: configuration.nix:1:30: NixOS refuses `configuration.nix`: infinite recursion encountered
            error[recursive-guard]: the imports of a module depend on `config`
              ┌─ configuration.nix:1:30
              │
            1 │ { config, ... }: { imports = config.specialisation.modules; }
              │                              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ this decides what is imported
              │
              = NixOS will refuse to build the system: "infinite recursion encountered"

        "#]],
    );
    check(
        "let specialisation = x: specialisation (x + 1); in specialisation 0\n",
        0,
        expect![[r#"
        nothing found
    "#]],
    );
}

/// To open a pipe is to wait for whoever writes to it.
#[cfg(unix)]
#[test]
fn a_pipe_is_not_waited_for() {
    let user = User::with(&[]);
    user.write("configuration.nix", "{ imports = [ ./pipe.nix ]; } # specialisation");
    let made = std::process::Command::new("mkfifo").arg(user.path("pipe.nix")).status();
    assert!(made.is_ok_and(|status| status.success()));
    expect![[r#"
        speclint: cannot read `pipe.nix`: it is neither a file nor a folder
    "#]]
    .assert_eq(&user.says(2, &["check", "pipe.nix"]));
    expect![[r#"
        nothing found
    "#]]
    .assert_eq(&user.says(0, &["check", "configuration.nix"]));
}

#[test]
fn what_is_too_deep() {
    let nested = |open: &str, close: &str, depth: usize| {
        let user = User::with(&[]);
        let value = open.repeat(depth) + "1" + &close.repeat(depth);
        user.write("configuration.nix", format!("{{ specialisation.tv.x = {value}; }}"));
        user.run(&["check", "configuration.nix"])
    };
    let found = told(&nested("(", ")", 100_000), 1);
    assert!(found.contains("error[syntax-error]: nested too deeply"), "{found}");
    for (open, close) in [("[ ", " ]"), ("{ a = ", "; }"), ("(x: ", ")"), ("\"${", "}\""), ("-", "")] {
        let found = nested(open, close, 2_000);
        assert!(matches!(found.status.code(), Some(0 | 1)), "{open}: {found:?}");
    }
}
