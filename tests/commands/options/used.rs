//! Tables of a user's own sources, in place of the embedded ones.

use super::{HOME_MANAGER, NIXPKGS, copy};
use crate::User;
use expect_test::expect;
use serde_json::Value as Json;
use std::path::Path;

/// What becomes of an option in the base of the first system.
fn predicted(user: &User, args: &[&str], option: &str) -> Json {
    let shown = user.json(0, &[&["show"], args].concat());
    shown["systems"][0]["parent"]["options"][option].clone()
}

#[test]
fn a_given_source_is_used_instead_of_the_embedded_table() {
    let user = User::with(&[]);
    user.write(
        "configuration.nix",
        "{ services.greeter.banner = \"a\"; imports = [ ./b.nix ]; specialisation.x.configuration = { }; }",
    );
    user.write("b.nix", "{ services.greeter.banner = \"b\"; services.greeter.port = \"no number\"; }");
    let banner = |args: &[&str]| predicted(&user, args, "services.greeter.banner");
    assert_eq!(banner(&[])["status"], "unknown");
    assert_eq!(banner(&["--nixpkgs", NIXPKGS])["value"], "b\na");
    user.says(0, &["options", "build", "--nixpkgs", NIXPKGS, "-o", "table.txt"]);
    assert_eq!(banner(&["--options", "table.txt"])["value"], "b\na");
    // What the modules say of a type is certain.
    let port = predicted(&user, &["--nixpkgs", NIXPKGS], "services.greeter.port");
    expect!["NixOS refuses it: A definition for option `services.greeter.port' is not of type `16 bit unsigned integer; between 0 and 65535 (both inclusive)'"].assert_eq(port["reason"].as_str().unwrap_or_default());
}

#[test]
fn what_is_defined_by_another_name_is_a_definition_of_the_option() {
    let user = User::with(&[]);
    copy(Path::new(NIXPKGS), &user.path("nixpkgs"));
    user.write(
        "nixpkgs/nixos/modules/misc/rename.nix",
        "{ lib, ... }: { imports = [ (lib.mkRenamedOptionModule [ \"welcome\" \"port\" ] [ \"services\" \"greeter\" \"port\" ]) ]; }",
    );
    user.write(
        "configuration.nix",
        "{ config, ... }: { welcome.port = 3000; services.greeter.settings.port = config.services.greeter.port; }",
    );
    let shown = |option: &str| predicted(&user, &["--nixpkgs", "nixpkgs"], option);
    assert_eq!(shown("services.greeter.settings.port")["value"], 3000);
    user.write(
        "configuration.nix",
        "{ lib, ... }: { welcome.port = lib.mkForce 3000; services.greeter.port = 4000; }",
    );
    assert_eq!(shown("services.greeter.port")["value"], 3000);
    assert_eq!(shown("welcome.port")["value"], 3000);
    user.write("configuration.nix", "{ welcome.port = 3000; services.greeter.port = 4000; }");
    assert_eq!(shown("services.greeter.port")["status"], "conflict");
    assert_eq!(shown("welcome.port")["option"], "services.greeter.port");
}

#[test]
fn what_nixos_refuses_has_no_values() {
    let user = User::with(&[]);
    user.write(
        "configuration.nix",
        "{ services.greeter.nothing = 1; services.greeter.port = 3000; specialisation.x.configuration = { }; }",
    );
    let port = predicted(&user, &["--nixpkgs", NIXPKGS], "services.greeter.port");
    expect!["NixOS refuses it: The option `services.greeter.nothing' does not exist"]
        .assert_eq(port["reason"].as_str().unwrap_or_default());
    expect![[r#"
        configuration.nix
          refused: The option `services.greeter.nothing' does not exist (in configuration.nix)

          x
            refused: The option `services.greeter.nothing' does not exist
    "#]]
    .assert_eq(&user.says(0, &["show", "--nixpkgs", NIXPKGS]));
}

#[test]
fn the_search_path_is_that_of_configurations_that_are_no_flake() {
    let user = User::with(&[]);
    let nixpkgs = user.path("channels/nixpkgs");
    copy(Path::new(NIXPKGS), &nixpkgs);
    user.write(
        "configuration.nix",
        "{ services.greeter.banner = \"a\"; imports = [ ./b.nix ]; specialisation.x.configuration = { }; }",
    );
    user.write("b.nix", "{ services.greeter.banner = \"b\"; }");
    let shown = |path: Option<String>| {
        let mut command = user.command(&["show", "--format", "json"]);
        match path {
            Some(path) => command.env("NIX_PATH", path),
            None => command.env_remove("NIX_PATH"),
        };
        let output = command.output().expect("speclint runs");
        let shown: Json = serde_json::from_slice(&output.stdout).expect("JSON");
        shown["systems"][0]["parent"]["options"]["services.greeter.banner"].clone()
    };
    let channels = user.path("channels").display().to_string();
    assert_eq!(shown(Some(format!("nixpkgs={}", nixpkgs.display())))["value"], "b\na");
    assert_eq!(shown(Some(format!("nixos-config=/none:{channels}")))["value"], "b\na");
    assert_eq!(shown(Some("nixpkgs=/none".to_owned()))["status"], "unknown");
    // The user's own channel, where no search path is set.
    copy(Path::new(NIXPKGS), &user.path(".nix-defexpr/channels/nixpkgs"));
    assert_eq!(shown(None)["value"], "b\na");
}

#[test]
fn each_system_has_the_options_of_its_own_nixpkgs() {
    let user = User::with(&[]);
    copy(Path::new(NIXPKGS), &user.path("old"));
    copy(Path::new(NIXPKGS), &user.path("new"));
    user.write(
        "new/nixos/modules/services/greeter.nix",
        "{ lib, ... }: { options.services.greeter.banner = lib.mkOption { type = lib.types.listOf lib.types.str; }; }",
    );
    user.write(
        "flake.nix",
        r#"{
  inputs.nixpkgs.url = "path:./old";
  inputs.unstable.url = "path:./new";
  outputs = { nixpkgs, unstable, ... }: {
    nixosConfigurations.atlas = nixpkgs.lib.nixosSystem {
      modules = [ { services.greeter.banner = "a"; specialisation.x.configuration = { }; } { services.greeter.banner = "b"; } ];
    };
    nixosConfigurations.borealis = unstable.lib.nixosSystem {
      modules = [ { services.greeter.banner = [ "a" ]; } { services.greeter.banner = [ "b" ]; } ];
    };
  };
}"#,
    );
    let shown = user.json(0, &["show"]);
    let value = |system: usize| {
        shown["systems"][system]["parent"]["options"]["services.greeter.banner"]["value"].clone()
    };
    assert_eq!(value(0), "b\na");
    assert_eq!(value(1), serde_json::json!(["b", "a"]));
    // What is asked for on the command line counts for all.
    let both = user.json(0, &["show", "--nixpkgs", NIXPKGS]);
    assert_eq!(both["systems"][0]["parent"]["options"]["services.greeter.banner"]["value"], "b\na");
}

#[test]
fn modules_of_a_source_at_hand_are_read() {
    let user = User::with(&[]);
    copy(Path::new(NIXPKGS), &user.path("nixpkgs"));
    user.write(
        "flake.nix",
        r#"{
  inputs.nixpkgs.url = "path:./nixpkgs";
  outputs = { nixpkgs, ... }: {
    nixosConfigurations.atlas = nixpkgs.lib.nixosSystem {
      modules = [
        ({ modulesPath, ... }: { imports = [ "${modulesPath}/virtualisation/tiny-vm.nix" ]; })
        { virtualisation.tiny.cores = 0; specialisation.x.configuration = { }; }
      ];
    };
  };
}"#,
    );
    let cores = predicted(&user, &[], "virtualisation.tiny.cores");
    expect!["NixOS refuses it: A definition for option `virtualisation.tiny.cores' is not of type `positive integer, meaning >0'"].assert_eq(cores["reason"].as_str().unwrap_or_default());
}

#[test]
fn home_manager_at_hand() {
    let user = User::with(&[]);
    user.write("home.nix", "{ programs.pager.width = 1000; specialisation.x.configuration = { }; }");
    user.write(
        "flake.nix",
        r#"{
  inputs.home-manager.url = "github:nix-community/home-manager";
  outputs = { nixpkgs, home-manager, ... }: {
    homeConfigurations.me = home-manager.lib.homeManagerConfiguration { pkgs = nixpkgs.legacyPackages.x86_64-linux; modules = [ ./home.nix ]; };
  };
}"#,
    );
    let shown = user.json(0, &["show", "--home-manager", HOME_MANAGER]);
    let width = &shown["homes"][0]["parent"]["options"]["programs.pager.width"];
    expect!["NixOS refuses it: A definition for option `programs.pager.width' is not of type `integer between 1 and 400 (both inclusive)'"].assert_eq(width["reason"].as_str().unwrap_or_default());
    let shown = user.json(0, &["show"]);
    assert_eq!(shown["homes"][0]["parent"]["options"]["programs.pager.width"]["value"], 1000);
}

#[test]
fn what_becomes_a_submodule_is_not_left_out() {
    let user = User::with(&[]);
    copy(Path::new(NIXPKGS), &user.path("nixpkgs"));
    user.write(
        "nixpkgs/nixos/modules/services/greeter.nix",
        "{ lib, ... }: { options.plugins = lib.mkOption { type = with lib.types; attrsOf (coercedTo path (file: { inherit file; }) (submodule { options.file = lib.mkOption { type = path; }; })); }; }",
    );
    user.write(
        "configuration.nix",
        "{ plugins.a = \"/a\"; plugins.b.file = \"/b\"; specialisation.x.configuration = { }; }",
    );
    let shown = user.json(0, &["show", "--nixpkgs", "nixpkgs"]);
    let parent = &shown["systems"][0]["parent"];
    assert_eq!(parent["complete"], true);
    expect!["how NixOS converts the value of `plugins.a`"]
        .assert_eq(parent["options"]["plugins.a"]["reason"].as_str().unwrap_or_default());
    assert_eq!(parent["options"]["plugins.b.file"]["value"], "/b");
}
