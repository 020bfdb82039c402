//! Mends that move what is written to where it belongs: into the specialisation that it asks for, to what makes several of them, and out of
//! lists.

use crate::support::case::Case;
use expect_test::{Expect, expect};

/// What the mends of a rule make of a configuration, unsafe ones too.
#[track_caller]
fn check(rule: &str, text: &str, expected: Expect) {
    let case = Case::parse("inline", &format!("#- configuration.nix\n{text}"));
    let mut analysis = case.analysis();
    let fixed = analysis.fix(true, |finding| finding.rule == rule);
    let texts: Vec<&str> = fixed.texts.values().map(|text| &**text).collect();
    expected.assert_eq(&texts.join("---\n"));
    let after =
        case.edited(&fixed.texts.iter().map(|(path, text)| (path.clone(), text.to_string())).collect());
    let left = after.analysis().findings().into_iter().filter(|finding| finding.rule == rule);
    assert_eq!(left.count(), 0, "{}", texts.join("---\n"));
}

#[test]
fn what_asks_for_a_name_moves_into_the_specialisation_of_that_name() {
    check(
        "guard-by-name",
        "{ config, lib, ... }:
{
  services = {
    openssh.enable = lib.mkIf (config.specialisation == \"tv\") true;
    printing = lib.mkIf (\"tv\" == config.specialisation) {
      enable = true;
      drivers = [ ];
    };
  };
  networking.hostName = if config.specialisation == \"tv\" then \"tv\" else \"atlas\";
  services.tlp.enable = (config.specialisation == \"tv\");
  specialisation.tv.configuration = {
    system.nixos.tags = [ \"tv\" ];
  };
}
",
        expect![[r#"
            { config, lib, ... }:
            {
              services = {
              };
              networking.hostName = lib.mkDefault "atlas";
              services.tlp.enable = (lib.mkDefault false);
              specialisation.tv.configuration = {
                services.tlp.enable = true;
                networking.hostName = "tv";
                services.printing = {
                  enable = true;
                  drivers = [ ];
                };
                services.openssh.enable = true;
                system.nixos.tags = [ "tv" ];
              };
            }
        "#]],
    );
}

#[test]
fn what_makes_specialisations_gives_them_their_tags() {
    check(
        "missing-tag",
        "{ lib, ... }:
let
  make = _: body: {
    inheritParentConfig = true;
    configuration = {
      imports = [ body ];
      services.printing.enable = true;
    };
  };
in
{
  networking.hostName = \"atlas\";
  specialisation = lib.mapAttrs make {
    tv = { services.openssh.enable = true; };
    work = { services.tlp.enable = true; };
  };
}
",
        expect![[r#"
            { lib, ... }:
            let
              make = name: body: {
                inheritParentConfig = true;
                configuration = {
                  system.nixos.tags = [ name ];
                  imports = [ body ];
                  services.printing.enable = true;
                };
              };
            in
            {
              networking.hostName = "atlas";
              specialisation = lib.mapAttrs make {
                tv = { services.openssh.enable = true; };
                work = { services.tlp.enable = true; };
              };
            }
        "#]],
    );
    // Out of a list, where it is no set in the text.
    check(
        "missing-tag",
        "{ lib, ... }:
{
  networking.hostName = \"atlas\";
  specialisation = lib.genAttrs [ \"tv\" \"work\" ] (name: {
    configuration = ./. + \"/${name}.nix\";
  });
}
#- tv.nix
{ services.openssh.enable = true; }
#- work.nix
{ services.tlp.enable = true; }
",
        expect![[r#"
            { lib, ... }:
            {
              networking.hostName = "atlas";
              specialisation = lib.genAttrs [ "tv" "work" ] (name: {
                configuration = { imports = [ (./. + "/${name}.nix") ]; system.nixos.tags = [ name ]; };
              });
            }
        "#]],
    );
}

#[test]
fn lists_in_a_set_become_specialisations() {
    check(
        "removed-nesting",
        "{ pkgs, ... }:
{
  networking.hostName = \"atlas\";
  nesting = {
    clone = [
      # the television
      {
        system.nixos.tags = [ \"tv\" ];
        services.printing.enable = true;
      }
      ./light.nix
    ];
    children = [ { boot.loader.grub.device = \"nodev\"; } ];
  };
}
#- light.nix
{ services.tlp.enable = true; }
",
        expect![[r#"
            { pkgs, ... }:
            {
              networking.hostName = "atlas";
              # the television
              specialisation.tv.configuration = {
                system.nixos.tags = [ "tv" ];
                services.printing.enable = true;
              };
              specialisation.light.configuration = { imports = [ ./light.nix ]; system.nixos.tags = [ "light" ]; };
              specialisation.variant1 = { inheritParentConfig = false; configuration = { system.nixos.tags = [ "variant1" ]; boot.loader.grub.device = "nodev"; }; };
            }
        "#]],
    );
    // What is said of the set stays.
    check(
        "removed-nesting",
        "{
  nesting = {
    # both of them
    clone = [ { system.nixos.tags = [ \"tv\" ]; services.openssh.enable = true; } ];
  };
}
",
        expect![[r#"
            {
              # both of them
              specialisation.tv.configuration = { system.nixos.tags = [ "tv" ]; services.openssh.enable = true; };
            }
        "#]],
    );
}
