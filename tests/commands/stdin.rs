//! `speclint check -`: the text of a file that is not saved.

use crate::{User, told};
use expect_test::expect;
use std::io::Write as _;
use std::process::{Output, Stdio};

const BASE: &str =
    "{ lib, ... }:\n{\n  imports = [ ./tv.nix ];\n  networking.hostName = lib.mkDefault \"atlas\";\n}\n";
const TV: &str = "{\n  specialisation.tv.configuration = {\n    system.nixos.tags = [ \"tv\" ];\n    networking.hostName = \"tv\";\n  };\n}\n";

/// A repository.
fn user() -> User {
    User::with(&[(".git/HEAD", ""), ("configuration.nix", BASE), ("tv.nix", TV)])
}

/// Runs the program with this text as its input.
fn pipe(user: &User, text: impl AsRef<[u8]>, args: &[&str]) -> Output {
    let mut command = user.command(&[&["check", "-"], args].concat());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("speclint runs");
    child.stdin.take().expect("a pipe").write_all(text.as_ref()).expect("it reads");
    child.wait_with_output().expect("it ends")
}

#[test]
fn the_text_takes_the_place_of_the_file() {
    let user = user();
    let text = BASE.replace("lib.mkDefault ", "");
    let output = pipe(&user, &text, &["--stdin-filename", "configuration.nix", "--format", "concise"]);
    expect![[r#"
        1 finding, 1 fixable with --fix
        tv.nix:4:5: error[needs-mkdefault] `networking.hostName` cannot be both "atlas" and "tv" in specialisation `tv`
    "#]].assert_eq(&told(&output, 1));
    assert_eq!(user.read("configuration.nix"), BASE);
    let output = pipe(&user, BASE, &["--stdin-filename", "configuration.nix"]);
    expect![[r#"
        nothing found
    "#]]
    .assert_eq(&told(&output, 0));
}

#[test]
fn only_what_concerns_the_file_is_reported() {
    let user = user();
    user.write(
        "flake.nix",
        "{ inputs.nixpkgs.url = \"nixpkgs\"; outputs = { nixpkgs, ... }: { nixosConfigurations = {
            atlas = nixpkgs.lib.nixosSystem { modules = [ ./configuration.nix ./night.nix ]; };
          }; }; }",
    );
    user.write("night.nix", "{ specialisation.night.configuration = { boot.loader.timeout = 1; }; }");
    let told = told(&pipe(&user, TV, &["--stdin-filename", "tv.nix"]), 0);
    assert_eq!(told, "nothing found\n");
    assert!(user.says(0, &["check"]).contains("night"));
}

#[test]
fn the_file_need_not_exist() {
    let user = User::with(&[]);
    user.write("hosts/configuration.nix", "{ imports = [ ./new.nix ]; boot.loader.timeout = 5; }");
    let text = "{ specialisation.tv.configuration = { boot.loader.timeout = 1; }; }";
    user.write(
        "flake.nix",
        "{ inputs.nixpkgs.url = \"nixpkgs\"; outputs = { nixpkgs, ... }: { nixosConfigurations = {
            atlas = nixpkgs.lib.nixosSystem { modules = [ ./hosts/configuration.nix ]; };
          }; }; }",
    );
    let args = ["--stdin-filename", "hosts/new.nix", "--format", "concise"];
    expect![[r#"
        2 findings, 2 fixable with --fix
        hosts/new.nix:1:3: info[missing-tag] specialisation `tv` has no tag
        hosts/new.nix:1:39: error[needs-mkdefault] `boot.loader.timeout` cannot be both 5 and 1 in specialisation `tv`
    "#]].assert_eq(&told(&pipe(&user, text, &args), 1));
    assert!(!user.path("hosts/new.nix").exists());
    // Alone in a folder that is not there either.
    let args = ["--stdin-filename", "elsewhere/a.nix", "--format", "concise"];
    expect![[r#"
        1 finding, 1 fixable with --fix
        elsewhere/a.nix:1:3: info[missing-tag] specialisation `tv` has no tag
    "#]]
    .assert_eq(&told(&pipe(&User::with(&[]), text, &args), 0));
}

#[test]
fn the_mended_text_is_printed() {
    let user = user();
    let text = TV.replace("    system.nixos.tags = [ \"tv\" ];\n", "");
    let output = pipe(&user, &text, &["--stdin-filename", "tv.nix", "--fix"]);
    assert_eq!(String::from_utf8_lossy(&output.stdout), TV);
    expect![[r#"
        tv.nix: add the tag `tv` [missing-tag]
        mended 1 place in 1 file
        nothing found
    "#]]
    .assert_eq(&String::from_utf8_lossy(&output.stderr));
    assert_eq!((user.read("tv.nix").as_str(), output.status.code()), (TV, Some(0)));
    let output = pipe(&user, &text, &["--stdin-filename", "tv.nix", "--diff"]);
    expect![[r#"
        tv.nix: add the tag `tv` [missing-tag]
        would mend 1 place in 1 file
        --- a/tv.nix
        +++ b/tv.nix
        @@ -1,5 +1,6 @@
         {
           specialisation.tv.configuration = {
        +    system.nixos.tags = [ "tv" ];
             networking.hostName = "tv";
           };
         }
    "#]]
    .assert_eq(&told(&output, 1));
}

#[test]
fn what_would_change_other_files_is_not_mended() {
    let user = user();
    user.write("configuration.nix", BASE.replace("lib.mkDefault ", ""));
    let output = pipe(&user, TV, &["--stdin-filename", "tv.nix", "--fix", "--format", "concise"]);
    assert_eq!(String::from_utf8_lossy(&output.stdout), TV);
    expect![[r#"
        tv.nix:4:5: error[needs-mkdefault] `networking.hostName` cannot be both "atlas" and "tv" in specialisation `tv`
        1 finding, 1 fixable with --fix
    "#]]
    .assert_eq(&String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(user.read("configuration.nix"), BASE.replace("lib.mkDefault ", ""));
}

#[test]
fn what_is_no_text_comes_back_as_it_is() {
    let user = user();
    let bytes = b"{ networking.hostName = \"caf\xe9\"; specialisation.tv.configuration = { }; }";
    let output = pipe(&user, bytes, &["--stdin-filename", "configuration.nix", "--fix"]);
    assert_eq!(output.stdout, bytes);
}

#[test]
fn wrong_use_says_what_to_do() {
    let user = user();
    expect![[r#"
        speclint: `-` needs --stdin-filename PATH: what a file means depends on where it is
    "#]]
    .assert_eq(&told(&pipe(&user, "", &[]), 2));
    user.prints(
        2,
        &["check", "--stdin-filename", "tv.nix"],
        expect![[r#"
        speclint: --stdin-filename is for the path `-`
    "#]],
    );
    expect![[r#"
        speclint: `-` cannot be combined with other paths
    "#]]
    .assert_eq(&told(&pipe(&user, "", &["tv.nix", "--stdin-filename", "tv.nix"]), 2));
}
