//! `speclint show`: the model.

use crate::User;
use expect_test::expect;
use serde_json::json;

fn user() -> User {
    User::with(&[
        (
            "configuration.nix",
            "{ config, lib, pkgs, ... }:
{
  imports = [ ./tv.nix ];
  networking.hostName = \"atlas\";
  console.keyMap = lib.mkIf (config.specialisation != { }) \"de\";
  environment.systemPackages = [ pkgs.vim ];
}
",
        ),
        (
            "tv.nix",
            "{ lib, ... }:
{
  specialisation.tv.configuration = {
    networking.hostName = lib.mkForce \"tv\";
    services.xserver.enable = true;
  };
  specialisation.bare = {
    inheritParentConfig = false;
    configuration.networking.hostName = \"bare\";
  };
}
",
        ),
    ])
}

#[test]
fn the_difference_for_people() {
    expect![[r#"
        configuration.nix

          bare (without its parent's configuration)
            boot.loader.grub.device: undefined -> "nodev"
            isSpecialisation: false -> true
            networking.hostName: "atlas" -> "bare"

          tv
            boot.loader.grub.device: undefined -> "nodev"
            console.keyMap: "de" -> undefined
            isSpecialisation: false -> true
            networking.hostName: "atlas" -> "tv"
            services.xserver.enable: undefined -> true
            1 other options as in the base
    "#]]
    .assert_eq(&user().says(0, &["show"]));
}

#[test]
fn the_model_for_programs() {
    let shown = user().json(0, &["show", "configuration.nix"]);
    let system = &shown["systems"][0];
    assert_eq!(
        (&system["name"], &system["entry"]),
        (&json!("configuration.nix"), &json!("configuration.nix"))
    );
    assert_eq!(system["parent"]["complete"], true);
    assert_eq!(system["specialisations"]["bare"]["inheritParentConfig"], false);
    assert_eq!(system["specialisations"]["tv"]["inheritParentConfig"], true);
    let name = |scope: &serde_json::Value| scope["options"]["networking.hostName"].clone();
    assert_eq!(name(&system["parent"])["value"], "atlas");
    assert_eq!(name(&system["parent"])["priority"], 100);
    assert_eq!(
        name(&system["specialisations"]["tv"]),
        json!({
            "status": "ok",
            "value": "tv",
            "priority": 50,
            "definitions": [
                {
                    "file": "tv.nix",
                    "range": { "start": { "line": 4, "column": 5 }, "end": { "line": 4, "column": 44 } },
                    "priority": 50,
                    "wins": true
                },
                {
                    "file": "configuration.nix",
                    "range": { "start": { "line": 4, "column": 3 }, "end": { "line": 4, "column": 33 } },
                    "priority": 100,
                    "wins": false
                }
            ]
        })
    );
    let keys = |scope: &serde_json::Value| scope["options"]["console.keyMap"]["status"].clone();
    assert_eq!(keys(&system["parent"]), "ok");
    assert_eq!(keys(&system["specialisations"]["tv"]), "undefined");
    assert_eq!(system["parent"]["options"]["environment.systemPackages"]["status"], "unknown");
}

#[test]
fn wrong_use_says_what_to_do() {
    let user = user();
    expect![[r#"
        speclint: `nowhere.nix` does not exist or cannot be read: No such file or directory (os error 2)
    "#]]
    .assert_eq(&user.says(2, &["show", "nowhere.nix"]));
    expect![[r#"
        speclint: there is no system `atlas`; the systems are configuration.nix
    "#]]
    .assert_eq(&user.says(2, &["show", "--system", "atlas"]));
}
