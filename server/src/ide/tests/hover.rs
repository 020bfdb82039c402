//! Hovers.

use super::Fixture;
use expect_test::{Expect, expect};

fn check(text: &str, expected: Expect) {
    let fixture = Fixture::new(text);
    let shown = match fixture.ide().hover(&fixture.file, fixture.offset) {
        Some(hover) => format!("[{}]\n{}", fixture.text(hover.range), hover.markdown),
        None => "nothing\n".to_owned(),
    };
    expected.assert_eq(&shown);
}

#[test]
fn an_option_where_it_is_defined() {
    check(
        r#"
#- configuration.nix
{ lib, ... }: {
  services.xserver.ena$0ble = lib.mkDefault false;
  specialisation.tv.configuration.services.xserver.enable = true;
  specialisation.desk.configuration = { };
}
"#,
        expect![[r#"
            [enable]
            **services.xserver.enable**: boolean

            | | value | priority | set at |
            |---|---|---|---|
            | base, desk | `false` | 1000 (`mkDefault`) | `configuration.nix:2` |
            | tv | `true` | 100 | `configuration.nix:3` |

            - `false` at `configuration.nix:2` loses in tv
        "#]],
    );
}

#[test]
fn an_option_that_is_read_through_a_name() {
    check(
        r#"
#- configuration.nix
{ config, lib, ... }:
let
  # 😀 日本語
  cfg = config.services.openssh;
in
{
  services.openssh.enable = true;
  services.nginx.enable = lib.mkIf cfg.ena$0ble true;
  specialisation.tv.configuration.services.openssh.enable = false;
}
"#,
        expect![[r#"
            [enable]
            **services.openssh.enable**: boolean

            | | value | priority | set at |
            |---|---|---|---|
            | base | `true` | 100 | `configuration.nix:7` |
            | tv | **conflict** |  | `false` at `configuration.nix:9`, `true` at `configuration.nix:7` |
        "#]],
    );
}

#[test]
fn two_hosts_share_a_module() {
    check(
        r#"
#- flake.nix
{ outputs = { nixpkgs, ... }: {
  nixosConfigurations.atlas = nixpkgs.lib.nixosSystem { modules = [ ./shared.nix { networking.hostName = "atlas"; } ]; };
  nixosConfigurations.borealis = nixpkgs.lib.nixosSystem { modules = [ ./shared.nix ./tv.nix ]; };
  nixosConfigurations.ceres = nixpkgs.lib.nixosSystem { modules = [ ./shared.nix ]; };
}; }
#- shared.nix
{ services.openssh.en$0able = true; }
#- tv.nix
{ lib, ... }: { specialisation."テレビ".configuration.services.openssh.enable = lib.mkForce false; }
"#,
        expect![[r#"
            [enable]
            **services.openssh.enable**: boolean

            In **atlas, ceres**:

            | | value | priority | set at |
            |---|---|---|---|
            | base | `true` | 100 | `shared.nix:1` |

            In **borealis**:

            | | value | priority | set at |
            |---|---|---|---|
            | base | `true` | 100 | `shared.nix:1` |
            | テレビ | `false` | 50 (`mkForce`) | `tv.nix:1` |

            - `true` at `shared.nix:1` loses in テレビ
        "#]],
    );
}

#[test]
fn an_option_of_a_home_inside_of_a_system() {
    check(
        r#"
#- flake.nix
{ outputs = { nixpkgs, home-manager, ... }: {
  nixosConfigurations.atlas = nixpkgs.lib.nixosSystem {
    modules = [ home-manager.nixosModules.home-manager { home-manager.users.alice = import ./home.nix; specialisation.tv.configuration = { }; } ];
  };
}; }
#- home.nix
{ config, ... }: {
  programs.git.enable = true;
  programs.git.userName = "日本 😀";
  home.file.x.enable = config.programs.git.en$0able;
  specialisation.day.configuration.programs.git.userName = "b";
}
"#,
        expect![[r#"
            [enable]
            **home-manager.users.alice.programs.git.enable**: boolean

            In **atlas**:

            | | value | priority | set at |
            |---|---|---|---|
            | base and every specialisation | `true` | 100 | `home.nix:2` |

            ---

            **programs.git.enable**: boolean

            In **alice@atlas**:

            | | value | priority | set at |
            |---|---|---|---|
            | base and every specialisation | `true` | 100 | `home.nix:2` |
        "#]],
    );
}

#[test]
fn a_specialisation() {
    check(
        r#"
#- configuration.nix
{ lib, ... }: {
  services.xserver.enable = lib.mkDefault false;
  time.timeZone = "UTC";
  specialisation.t$0v.configuration = {
    system.nixos.tags = [ "tv" "a" ];
    services.xserver.enable = true;
    time.timeZone = "Asia/Tokyo";
    environment.variables.FACE = "😀";
  };
}
"#,
        expect![[r#"
            [tv]
            specialisation **tv**

            - inherits its parent's configuration
            - tags: `tv`, `a`; label in the boot menu: `a-tv-…`
            - **1 conflict**
            - changes 4 options

            | option | base | tv |
            |---|---|---|
            | `environment.variables.FACE` | not set | `"😀"` |
            | `services.xserver.enable` | `false` | `true` |
            | `system.nixos.tags` | not set | `[ "tv" "a" ]` |
            | `time.timeZone` | `"UTC"` | **conflict** |
        "#]],
    );
}

#[test]
fn specialisations_without_a_literal_name() {
    check(
        r#"
#- configuration.nix
{ lib, ... }: {
  specialisation = lib.genAttrs [ "tv" "gam$0ing" ] (name: {
    inheritParentConfig = false;
    configuration = { system.nixos.tags = [ name ]; };
  });
}
"#,
        expect![[r#"
            ["gaming"]
            specialisation **gaming**

            - **does not inherit** its parent's configuration
            - tags: `gaming`; label in the boot menu: `gaming-…`
            - changes 1 option

            | option | base | gaming |
            |---|---|---|
            | `system.nixos.tags` | not set | `[ "gaming" ]` |
        "#]],
    );
}

#[test]
fn an_option_inside_of_specialisations_without_a_literal_name() {
    check(
        r#"
#- configuration.nix
{ lib, ... }: {
  services.xserver.enable = false;
  specialisation = lib.genAttrs [ "tv" "gaming" ] (name: {
    configuration = { system.nixos.tags = [ name ]; services.xserver = { en$0able = true; }; };
  });
}
"#,
        expect![[r#"
            [enable]
            **services.xserver.enable**: boolean

            | | value | priority | set at |
            |---|---|---|---|
            | base | `false` | 100 | `configuration.nix:2` |
            | gaming, tv | **conflict** |  | `true` at `configuration.nix:4`, `false` at `configuration.nix:2` |
        "#]],
    );
}

#[test]
fn a_definition_whose_condition_is_not_known() {
    check(
        r#"
#- configuration.nix
{ lib, inputs, ... }: {
  services.xserver.en$0able = lib.mkIf inputs.settings.graphical true;
  specialisation.tv.configuration.services.xserver.enable = lib.mkForce false;
}
"#,
        expect![[r#"
            [enable]
            **services.xserver.enable**: boolean

            | | value | priority | set at |
            |---|---|---|---|
            | base | unknown: there is no `inputs` in what the file is called with |  |  |
            | tv | `false` | 50 (`mkForce`) | `configuration.nix:3` |

            - `true` at `configuration.nix:2` may count (its condition is not known) in base
            - `true` at `configuration.nix:2` loses in tv
        "#]],
    );
}

#[test]
fn an_option_that_is_defined_in_three_files() {
    check(
        r#"
#- configuration.nix
{ lib, ... }: { imports = [ ./a.nix ./b/default.nix ]; environment.variables.EDITOR = lib.mkForce "vim"; specialisation.tv.configuration = { }; }
#- a.nix
{ environment.variables.EDITOR = "emacs"; }
#- b/default.nix
{ lib, ... }: { environment.variables.EDI$0TOR = lib.mkDefault "nano | less"; }
"#,
        expect![[r#"
            [EDITOR]
            **environment.variables.EDITOR**: (list of (signed integer or string or path)) or signed integer or string or path

            | | value | priority | set at |
            |---|---|---|---|
            | base and every specialisation | `"vim"` | 50 (`mkForce`) | `configuration.nix:1` |

            - `"nano \| less"` at `b/default.nix:1` loses in base, tv
            - `"emacs"` at `a.nix:1` loses in base, tv
        "#]],
    );
}

#[test]
fn a_list_is_made_of_several_definitions() {
    check(
        r#"
#- configuration.nix
{ lib, ... }: {
  users.users.alice = { extra$0Groups = [ "wheel" ]; };
  specialisation.tv.configuration.users.users.alice.extraGroups = [ "video" ];
}
"#,
        expect![[r#"
            [extraGroups]
            **users.users.alice.extraGroups**: list of string

            | | value | priority | set at |
            |---|---|---|---|
            | base | `[ "wheel" ]` | 100 | `configuration.nix:2` |
            | tv | `[ "wheel" "video" ]` | 100 | `configuration.nix:2`, `configuration.nix:3` |
        "#]],
    );
}

#[test]
fn a_set_of_options() {
    check(
        r#"
#- configuration.nix
{ lib, ... }: {
  services.xser$0ver = { enable = true; layout = "us"; };
  specialisation.tv.configuration.services.xserver.layout = lib.mkForce "jp";
}
"#,
        expect![[r#"
            [xserver]
            **services.xserver**

            base sets

            - `services.xserver.enable = true`
            - `services.xserver.layout = "us"`

            tv: 1 option differs
        "#]],
    );
}

#[test]
fn what_lies_in_a_value_is_its_option() {
    check(
        r#"
#- configuration.nix
{ nix.settings.trusted-$0users = [ "a" ]; programs.starship.settings.add_newline = false; }
"#,
        expect![[r#"
            [trusted-users]
            **nix.settings.trusted-users**: list of string

            | | value | priority | set at |
            |---|---|---|---|
            | base | `[ "a" ]` | 100 | `configuration.nix:1` |
        "#]],
    );
}

#[test]
fn an_option_that_is_listed_but_not_set() {
    check(
        r#"
#- configuration.nix
{ config, lib, ... }: { services.nginx.enable = config.services.openssh.en$0able; specialisation.tv.configuration = { }; }
"#,
        expect![[r#"
            [enable]
            **services.openssh.enable**: boolean

            | | value | priority | set at |
            |---|---|---|---|
            | base and every specialisation | not set |  |  |
        "#]],
    );
}

#[test]
fn a_declared_option() {
    check(
        r#"
#- configuration.nix
{ config, lib, ... }: {
  options.my.mode = lib.mkOption { type = lib.types.enum [ "day" "night" ]; default = "day"; };
  config.specialisation.night.configuration.my.mode = "night";
  config.networking.hostName = config.my.mo$0de;
}
"#,
        expect![[r#"
            [mode]
            **my.mode**: one of "day", "night"

            | | value | priority | set at |
            |---|---|---|---|
            | base | `"day"` | 1500 (default) | default at `configuration.nix:2` |
            | night | `"night"` | 100 | `configuration.nix:3` |
        "#]],
    );
}

#[test]
fn all_specialisations() {
    check(
        r#"
#- configuration.nix
{ lib, ... }: {
  time.timeZone = "UTC";
  special$0isation."テレビ".configuration.time.timeZone = "Asia/Tokyo";
  specialisation.desk.configuration = { };
}
"#,
        expect![[r#"
            [specialisation]
            **specialisation**

            - desk: changes 0 options
            - テレビ: changes 1 option, 1 conflict
        "#]],
    );
}

#[test]
fn the_configuration_of_a_specialisation() {
    check(
        "#- configuration.nix\n{ specialisation.tv = { config$0uration = { services.openssh.enable = true; }; }; }\n",
        expect![[r#"
            [configuration]
            specialisation **tv**

            - inherits its parent's configuration
            - no tags; the label in the boot menu is the version alone
            - changes 1 option

            | option | base | tv |
            |---|---|---|
            | `services.openssh.enable` | not set | `true` |
        "#]],
    );
}

#[test]
fn a_rule_in_a_comment() {
    let fixture = Fixture::new(
        r#"
#- configuration.nix
{
  # speclint: ignore[missing-$0tag] 日本
  specialisation.tv.configuration = { };
}
"#,
    );
    let hover = fixture.ide().hover(&fixture.file, fixture.offset).expect("a hover");
    assert_eq!(fixture.text(hover.range), "missing-tag");
    assert!(hover.markdown.contains("## Why it hurts"), "{}", hover.markdown);
}

#[test]
fn nothing_where_nothing_is_known() {
    check(
        "#- configuration.nix\n{ lib, ... }: let fo$0o = 1; in { services.nginx.enable = foo == 1; }\n",
        expect![[r#"
        nothing
    "#]],
    );
}
