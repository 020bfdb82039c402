//! Suppressions, and `speclint check --add-ignore`.

use crate::User;
use expect_test::expect;

const BASE: &str = "{
  imports = [ ./tv.nix ];
  networking.hostName = \"atlas\"; # the machine
}
";
const TV: &str = "{
  specialisation.tv.configuration = {
    networking.hostName = \"atlas-tv\";
    # A comment.
    environment.etc.\"specialisation\".text = ''
      tb
    '';
  };
}
";

fn user() -> User {
    User::with(&[("configuration.nix", BASE), ("tv.nix", TV)])
}

#[test]
fn an_old_repository_is_adopted() {
    let user = user();
    user.prints(
        1,
        &["check", "--add-ignore", "--diff"],
        expect![[r#"
            would suppress 3 findings in 1 file
            --- a/tv.nix
            +++ b/tv.nix
            @@ -1,7 +1,9 @@
             {
            +  # speclint: ignore[missing-tag]
               specialisation.tv.configuration = {
            -    networking.hostName = "atlas-tv";
            +    networking.hostName = "atlas-tv"; # speclint: ignore[needs-mkdefault]
                 # A comment.
            +    # speclint: ignore[switch-marker]
                 environment.etc."specialisation".text = ''
                   tb
                 '';
        "#]],
    );
    assert_eq!((user.read("configuration.nix").as_str(), user.read("tv.nix").as_str()), (BASE, TV));
    user.prints(
        0,
        &["check", "--add-ignore"],
        expect![[r#"
        suppressed 3 findings in 1 file
        nothing found
    "#]],
    );
    let written = (user.read("configuration.nix"), user.read("tv.nix"));
    user.prints(
        0,
        &["check", "--fail-on", "hint"],
        expect![[r#"
        nothing found
    "#]],
    );
    user.prints(
        0,
        &["check", "--add-ignore"],
        expect![[r#"
        nothing found
    "#]],
    );
    user.prints(0, &["check", "--add-ignore", "--diff"], expect![[""]]);
    assert_eq!((user.read("configuration.nix"), user.read("tv.nix")), written);
    // What is new is reported.
    user.write("tv.nix", written.1.replace("# A comment.", "services.xserver.enable = false;"));
    user.write("configuration.nix", BASE.replace("# the machine", "services.xserver.enable = true;"));
    user.prints(1, &["check"], expect![[r#"
        1 finding, 1 fixable with --fix
        error[needs-mkdefault]: `services.xserver.enable` cannot be both true and false in specialisation `tv`
          ┌─ tv.nix:5:5
          │
        5 │     services.xserver.enable = false;
          │     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ `tv` sets it to false
          │
          ┌─ configuration.nix:3:34
          │
        3 │   networking.hostName = "atlas"; services.xserver.enable = true;
          │                                  ------------------------------- the parent sets it to true, and neither has precedence
          │
          = NixOS will refuse to build `tv`: "The option `services.xserver.enable' has conflicting definition values"
          = help: let specialisations override the parent's value: `lib.mkDefault true` (speclint check --fix)
          = or: override the parent's value in `tv`
          = or: set it in the base only: `lib.mkIf (config.specialisation != { })`

    "#]]);
}

/// With a choice of rules, only what they find is suppressed, and what others would find is not called useless.
#[test]
fn some_rules_are_adopted() {
    let user = user();
    user.prints(
        0,
        &["check", "--add-ignore", "--select", "needs-mkdefault"],
        expect![[r#"
        suppressed 1 finding in 1 file
        nothing found
    "#]],
    );
    assert!(user.read("tv.nix").contains("\"atlas-tv\"; # speclint: ignore[needs-mkdefault]\n"));
    user.write("tv.nix", user.read("tv.nix").replace("[needs-mkdefault]", ""));
    user.prints(
        0,
        &["check", "--select", "missing-tag,unused-suppression", "--fail-on", "error"],
        expect![[r#"
            1 finding, 1 fixable with --fix
            note[missing-tag]: specialisation `tv` has no tag
              ┌─ tv.nix:2:3
              │
            2 │   specialisation.tv.configuration = {
              │   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ its generations look like the base's
              │
              = the label of the boot entry will not tell it from the base
              = help: add the tag `tv` (speclint check --fix)

        "#]],
    );
}

#[test]
fn comments_that_are_useless_are_reported_and_mended() {
    let text = "{
  specialisation.tv.configuration = {
    system.nixos.tags = [ \"tv\" ];
    services.xserver.enable = true; # speclint: ignore[needs-mkdefault, neds-reboot] for now
  };
}
";
    let user = User::with(&[("configuration.nix", text)]);
    user.prints(1, &["check"], expect![[r#"
        1 finding, 1 fixable with --fix
        warning[unused-suppression]: there is no rule `neds-reboot`: did you mean `needs-reboot`?
          ┌─ configuration.nix:4:73
          │
        4 │     services.xserver.enable = true; # speclint: ignore[needs-mkdefault, neds-reboot] for now
          │                                                                         ^^^^^^^^^^^ not the name of a rule
          │
          = what it is there for is not suppressed
          = help: write `needs-reboot` (speclint check --fix)

    "#]]);
    user.prints(
        0,
        &["check", "--ignore", "unused-suppression"],
        expect![[r#"
        nothing found
    "#]],
    );
    user.prints(
        0,
        &["check", "--fix"],
        expect![[r#"
            configuration.nix: write `needs-reboot` [unused-suppression]
            configuration.nix: remove `needs-mkdefault` [unused-suppression]
            configuration.nix: remove the comment [unused-suppression]
            mended 3 places in 1 file
            nothing found
        "#]],
    );
    assert!(
        user.read("configuration.nix").contains("enable = true;\n"),
        "{}",
        user.read("configuration.nix")
    );
}

/// What cannot be written is reported all the same.
#[test]
fn what_cannot_be_written_is_left() {
    let user = user();
    user.write("tv.nix", [TV.as_bytes(), b"# \xFF\n"].concat());
    let told = user.says(1, &["check", "--add-ignore"]);
    assert!(told.contains("needs-mkdefault"), "{told}");
    assert_eq!(
        user.says(2, &["check", "--add-ignore", "--fix"]).lines().next().unwrap_or_default(),
        "error: the argument '--add-ignore' cannot be used with '--fix'"
    );
}
