//! What NixOS' own modules define, where the source of nixpkgs is at hand.

use super::NIXPKGS;
use crate::User;
use expect_test::{Expect, expect};

/// What is found in a configuration, with the source of nixpkgs at hand.
#[track_caller]
fn check(configuration: &str, status: i32, expected: Expect) -> User {
    let user = User::with(&[]);
    user.write("configuration.nix", configuration);
    expected.assert_eq(&user.says(status, &["check", "--nixpkgs", NIXPKGS, "configuration.nix"]));
    user
}

/// What becomes of an option in a specialisation, and of another in the base: its status with its value or reason.
#[track_caller]
fn predicted(configuration: &str, specialisation: Option<&str>, option: &str) -> String {
    let user = User::with(&[]);
    user.write("configuration.nix", configuration);
    let shown = user.json(0, &["show", "--nixpkgs", NIXPKGS, "configuration.nix"]);
    let system = &shown["systems"][0];
    let scope = specialisation.map_or(&system["parent"], |name| &system["specialisations"][name]);
    let option = &scope["options"][option];
    format!("{} {} {}", option["status"], option["value"], option["priority"]).replace('"', "")
}

const TWO_DESKTOPS: &str = r#"{
  services.desktops.gnome.enable = true;
  specialisation.plasma.configuration = {
    system.nixos.tags = [ "plasma" ];
    services.desktops.plasma.enable = true;
  };
}
"#;

#[test]
fn two_desktops_set_the_same() {
    let user = check(
        TWO_DESKTOPS,
        1,
        expect![[r#"
        1 finding, 1 with --fix --unsafe-fixes
        error[conflicting-definitions]: `programs.ssh.askPassword` cannot be both "${pkgs.seahorse}/libexec/seahorse/ssh-askpass" and "${pkgs.ksshaskpass.out}/bin/ksshaskpass" in specialisation `plasma`
          ┌─ configuration.nix:5:5
          │
        2 │   services.desktops.gnome.enable = true;
          │   -------------------------------------- this has NixOS set it to "${pkgs.seahorse}/libexec/seahorse/ssh-askpass" (`nixos/modules/programs/seahorse.nix`)
          ·
        5 │     services.desktops.plasma.enable = true;
          │     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ this has NixOS set it to "${pkgs.ksshaskpass.out}/bin/ksshaskpass" (`nixos/modules/desktops/plasma.nix`)
          │
          = NixOS will refuse to build `plasma`: "The option `programs.ssh.askPassword' has conflicting definition values"
          = help: let "${pkgs.ksshaskpass.out}/bin/ksshaskpass" win in `plasma` (speclint check --fix --unsafe-fixes)
          = or: let "${pkgs.seahorse}/libexec/seahorse/ssh-askpass" win in `plasma`

    "#]],
    );
    user.says(0, &["check", "--fix", "--unsafe-fixes", "--nixpkgs", NIXPKGS, "configuration.nix"]);
    expect![[r#"
        { lib, pkgs, ... }:
        {
          services.desktops.gnome.enable = true;
          specialisation.plasma.configuration = {
            programs.ssh.askPassword = lib.mkForce "${pkgs.ksshaskpass.out}/bin/ksshaskpass";
            system.nixos.tags = [ "plasma" ];
            services.desktops.plasma.enable = true;
          };
        }
    "#]]
    .assert_eq(&std::fs::read_to_string(user.path("configuration.nix")).expect("text"));
    assert_eq!(user.says(0, &["check", "--nixpkgs", NIXPKGS, "configuration.nix"]), "nothing found\n");
}

#[test]
fn two_desktops_in_the_base_and_in_a_specialisation_alone() {
    let both = "{\n  services.desktops.gnome.enable = true;\n  services.desktops.plasma.enable = true;\n  \
                specialisation.x.configuration.system.nixos.tags = [ \"x\" ];\n}\n";
    check(
        both,
        1,
        expect![[r#"
            2 findings
            error[conflicting-definitions]: `programs.ssh.askPassword` cannot be both "${pkgs.seahorse}/libexec/seahorse/ssh-askpass" and "${pkgs.ksshaskpass.out}/bin/ksshaskpass" in the base system
              ┌─ configuration.nix:3:3
              │
            2 │   services.desktops.gnome.enable = true;
              │   -------------------------------------- this has NixOS set it to "${pkgs.seahorse}/libexec/seahorse/ssh-askpass" (`nixos/modules/programs/seahorse.nix`)
            3 │   services.desktops.plasma.enable = true;
              │   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ this has NixOS set it to "${pkgs.ksshaskpass.out}/bin/ksshaskpass" (`nixos/modules/desktops/plasma.nix`)
              │
              = NixOS will refuse to build the system: "The option `programs.ssh.askPassword' has conflicting definition values"

            note[empty-specialisation]: specialisation `x` is the same as its parent
              ┌─ configuration.nix:4:3
              │
            4 │   specialisation.x.configuration.system.nixos.tags = [ "x" ];
              │   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ nothing is different in it but its name
              │
              = NixOS builds the base once more, and gives it an entry of its own

        "#]],
    );
    // Each alone is as NixOS means it.
    let apart = r#"{ config, lib, ... }:
{
  services.desktops.gnome.enable = lib.mkIf (config.specialisation != { }) true;
  specialisation.plasma.configuration = {
    system.nixos.tags = [ "plasma" ];
    services.desktops.plasma.enable = true;
  };
}
"#;
    check(
        apart,
        0,
        expect![[r#"
        nothing found
    "#]],
    );
    // What the configuration says plainly is stronger than both.
    let said = TWO_DESKTOPS.replacen("services", "programs.ssh.askPassword = \"/bin/ask\";\n  services", 1);
    check(
        &said,
        0,
        expect![[r#"
        nothing found
    "#]],
    );
}

#[test]
fn a_value_that_is_nixos_own_too() {
    // A plain one beside a plain one of NixOS'.
    let level = |own: &str| {
        format!(
            "{{ lib, ... }}:\n{{\n  services.desktops.gnome.enable = true;\n  specialisation.quiet.configuration = {{\n    \
             system.nixos.tags = [ \"quiet\" ];\n    services.power.{own};\n  }};\n}}\n"
        )
    };
    check(
        &level("level = 1"),
        1,
        expect![[r#"
            1 finding, 1 with --fix --unsafe-fixes
            error[conflicting-definitions]: `services.power.level` cannot be both 1 and NixOS' own 3 (`nixos/modules/desktops/gnome.nix`) in specialisation `quiet`
              ┌─ configuration.nix:6:5
              │
            3 │   services.desktops.gnome.enable = true;
              │   -------------------------------------- this has NixOS set it to 3 (`nixos/modules/desktops/gnome.nix`)
              ·
            6 │     services.power.level = 1;
              │     ^^^^^^^^^^^^^^^^^^^^^^^^^ 1 here
              │
              = NixOS will refuse to build `quiet`: "The option `services.power.level' has conflicting definition values"
              = help: make 1 stronger: `mkForce` (speclint check --fix --unsafe-fixes)

        "#]],
    );
    check(
        &level("level = 3"),
        0,
        expect![[r#"
        nothing found
    "#]],
    );
    check(
        &level("level = lib.mkForce 1"),
        0,
        expect![[r#"
        nothing found
    "#]],
    );
    // A plain one wins over NixOS' default, but another default does not.
    check(
        &level("profiles = false"),
        0,
        expect![[r#"
        nothing found
    "#]],
    );
    check(
        &level("profiles = lib.mkDefault false"),
        1,
        expect![[r#"
            1 finding, 1 with --fix --unsafe-fixes
            error[conflicting-definitions]: `services.power.profiles` cannot be both false and NixOS' own true (`nixos/modules/desktops/gnome.nix`) in specialisation `quiet`
              ┌─ configuration.nix:6:5
              │
            3 │   services.desktops.gnome.enable = true;
              │   -------------------------------------- this has NixOS set it to true (`nixos/modules/desktops/gnome.nix`)
              ·
            6 │     services.power.profiles = lib.mkDefault false;
              │     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ false here
              │
              = NixOS will refuse to build `quiet`: "The option `services.power.profiles' has conflicting definition values"
              = help: make false stronger: a plain value (speclint check --fix --unsafe-fixes)

        "#]],
    );
    let quiet = |own: &str, option: &str| predicted(&level(own), Some("quiet"), option);
    assert_eq!(quiet("profiles = false", "services.power.profiles"), "ok false 100");
    // NixOS' own is the stronger one.
    assert_eq!(quiet("level = lib.mkDefault 1", "services.power.level"), "ok 3 100");
}

#[test]
fn conditions_that_do_not_hold_or_are_not_known() {
    // Nothing is on that would define it.
    let off = "{ services.power.level = 1; specialisation.x.configuration.system.nixos.tags = [ \"x\" ]; }";
    check(
        off,
        0,
        expect![[r#"
            1 finding
            note[empty-specialisation]: specialisation `x` is the same as its parent
              ┌─ configuration.nix:1:29
              │
            1 │ { services.power.level = 1; specialisation.x.configuration.system.nixos.tags = [ "x" ]; }
              │                             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ nothing is different in it but its name
              │
              = NixOS builds the base once more, and gives it an entry of its own

        "#]],
    );
    assert_eq!(predicted(off, None, "services.power.level"), "ok 1 100");
    // Whether NixOS forces it depends on a package.
    let maybe = r#"{ services.desktops.gnome.enable = true; services.power.governor = "swift";
        specialisation.x.configuration = { system.nixos.tags = [ "x" ]; services.power.lid = true; }; }"#;
    check(
        maybe,
        0,
        expect![[r#"
        nothing found
    "#]],
    );
    assert_eq!(predicted(maybe, None, "services.power.governor"), "ok swift 100");
    assert_eq!(predicted(maybe, Some("x"), "services.power.governor"), "ok swift 100");
    // Where that is out of the question, what is certain counts.
    let sure = maybe.replace("services.desktops.gnome.enable = true; ", "");
    assert_eq!(predicted(&sure, Some("x"), "services.power.governor"), "conflict null null");
}

#[test]
fn defaults_of_the_source() {
    let reading = |what: &str| {
        format!(
            "{{ config, lib, ... }}: {{ services.desktops.gnome.enable = true; services.greeter.banner = lib.mkIf ({what}) \"yes\"; \
             specialisation.x.configuration = {{ }}; }}"
        )
    };
    let banner = |what: &str| predicted(&reading(what), None, "services.greeter.banner");
    // Nothing else can define it.
    assert_eq!(banner("config.services.power.lid"), "undefined null null");
    assert_eq!(banner("!config.services.power.lid"), "ok yes 100");
    // NixOS' own module does.
    assert_eq!(banner("config.programs.seahorse.enable"), "ok yes 100");
    assert_eq!(banner("config.services.power.profiles"), "ok yes 100");
    // It may.
    assert_eq!(banner("config.services.power.governor == \"steady\""), "unknown null null");
    // By its old name the configuration may, too.
    assert_eq!(banner("config.services.greeter.enable"), "undefined null null");
}

#[test]
fn a_specialisation_switches_on_what_defines_an_option_of_the_base() {
    let text = r#"{
  services.power.level = 1;
  services.power.profiles = false;
  specialisation.gnome.configuration = {
    system.nixos.tags = [ "gnome" ];
    services.desktops.gnome.enable = true;
  };
}
"#;
    check(
        text,
        1,
        expect![[r#"
        1 finding, 1 with --fix --unsafe-fixes
        error[conflicting-definitions]: `services.power.level` cannot be both 1 and NixOS' own 3 (`nixos/modules/desktops/gnome.nix`) in specialisation `gnome`
          ┌─ configuration.nix:2:3
          │
        2 │   services.power.level = 1;
          │   ^^^^^^^^^^^^^^^^^^^^^^^^^ 1 here
          ·
        6 │     services.desktops.gnome.enable = true;
          │     -------------------------------------- this has NixOS set it to 3 (`nixos/modules/desktops/gnome.nix`)
          │
          = NixOS will refuse to build `gnome`: "The option `services.power.level' has conflicting definition values"
          = help: make 1 stronger: `mkForce` (speclint check --fix --unsafe-fixes)

    "#]],
    );
    assert_eq!(predicted(text, None, "services.power.level"), "ok 1 100");
    assert_eq!(predicted(text, Some("gnome"), "services.power.level"), "conflict null null");
    assert_eq!(predicted(text, Some("gnome"), "services.power.profiles"), "ok false 100");
    let disabled =
        text.replace("system.nixos", "disabledModules = [ \"desktops/gnome.nix\" ];\n    system.nixos");
    assert_eq!(predicted(&disabled, Some("gnome"), "services.power.level"), "ok 1 100");
}

#[test]
fn modules_that_are_disabled_define_nothing() {
    let text = TWO_DESKTOPS.replacen('{', "{\n  disabledModules = [ \"programs/seahorse.nix\" ];", 1);
    check(
        &text,
        0,
        expect![[r#"
        nothing found
    "#]],
    );
}

#[test]
fn without_a_source_nothing_is_known_of_it() {
    let user = User::with(&[]);
    user.write("configuration.nix", TWO_DESKTOPS);
    assert_eq!(user.says(0, &["check", "configuration.nix"]), "nothing found\n");
    // A table alone does not have the modules.
    user.says(0, &["options", "build", "--nixpkgs", NIXPKGS, "-o", "table.txt"]);
    assert_eq!(user.says(0, &["check", "--options", "table.txt", "configuration.nix"]), "nothing found\n");
}
