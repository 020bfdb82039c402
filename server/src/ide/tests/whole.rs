//! What is told of whole files: hints and lenses, written into the text.

use super::Fixture;
use expect_test::{Expect, expect};
use rowan::{TextRange, TextSize};

/// The file with the cursor, with what is told of it: hints behind `«»`, lenses in lines of their own.
fn shown(text: &str) -> String {
    let fixture = Fixture::new(text);
    let ide = fixture.ide();
    let text = fixture.whole().to_string();
    let whole = TextRange::up_to(TextSize::of(&*text));
    let mut told: Vec<(usize, String)> = Vec::new();
    for hint in ide.hints(&fixture.file, whole) {
        told.push((hint.at.into(), format!(" «{:?}: {}»", hint.kind, hint.text)));
    }
    for lens in ide.lenses(&fixture.file) {
        let start = text[..usize::from(lens.range.start())].rfind('\n').map_or(0, |at| at + 1);
        let shows = lens.shows.map(|s| format!(" -> {}", s.specialisation.unwrap_or(s.system)));
        told.push((start, format!("[{}{}]\n", lens.title, shows.unwrap_or_default())));
    }
    told.sort_by_key(|(at, _)| *at);
    let mut shown = text;
    for (at, what) in told.into_iter().rev() {
        shown.insert_str(at, &what);
    }
    shown
}

fn check(text: &str, expected: Expect) {
    expected.assert_eq(&shown(text));
}

#[test]
fn a_parent_and_its_specialisations() {
    check(
        r#"
#- configuration.nix
{ lib, ... }:$0 {
  services.xserver.enable = lib.mkDefault false; # 😀
  services.openssh.enable = lib.mkForce true;
  time.timeZone = "UTC";
  users.users.alice.extraGroups = [ "wheel" ];
  specialisation."テレビ".configuration = {
    services.xserver.enable = true;
    services.openssh.enable = false;
    users.users.alice.extraGroups = [ "video" ];
  };
  specialisation.tv.configuration = {
    services.xserver = { enable = true; };
    time.timeZone = "Asia/Tokyo";
  };
}
"#,
        expect![[r#"
            { lib, ... }: {
              services.xserver.enable = lib.mkDefault false; «Winner: true in tv, テレビ» # 😀
              services.openssh.enable = lib.mkForce true; «Also: also in テレビ»
              time.timeZone = "UTC"; «Winner: conflict in tv»
              users.users.alice.extraGroups = [ "wheel" ]; «Also: also in テレビ»
            [2 specialisations, 1 conflict | show as table -> configuration.nix]
            [テレビ: changes 2 options | show as table -> テレビ]
              specialisation."テレビ".configuration = {
                services.xserver.enable = true;
                services.openssh.enable = false; «Winner: true (configuration.nix:3) wins»
                users.users.alice.extraGroups = [ "video" ];
              };
            [tv: changes 2 options, 1 conflict | show as table -> tv]
              specialisation.tv.configuration = {
                services.xserver = { enable = true; };
                time.timeZone = "Asia/Tokyo"; «Winner: conflicts with "UTC" (configuration.nix:4)»
              };
            }
        "#]],
    );
}

#[test]
fn what_makes_no_difference_is_not_told() {
    check(
        r#"
#- configuration.nix
{ lib, ... }: {
  options.my.mode = lib.mkOption { type = lib.types.str; default = "day"; };
  config.my.mode = lib.mkDefault "日";
  config.boot.loader.grub.device = "/dev/sda";$0
  config.services.openssh.enable = lib.mkDefault true;
  config.specialisation.tv.configuration = { my.mode = "夜"; services.openssh.enable = lib.mkForce true; };
}
"#,
        expect![[r#"
            { lib, ... }: {
              options.my.mode = lib.mkOption { type = lib.types.str; default = "day"; };
              config.my.mode = lib.mkDefault "日"; «Winner: "夜" in tv»
              config.boot.loader.grub.device = "/dev/sda";
              config.services.openssh.enable = lib.mkDefault true; «Also: also in tv»
            [1 specialisation | show as table -> configuration.nix]
            [tv: changes 2 options | show as table -> tv]
              config.specialisation.tv.configuration = { my.mode = "夜"; services.openssh.enable = lib.mkForce true; };
            }
        "#]],
    );
}

#[test]
fn a_module_that_two_hosts_share() {
    check(
        r#"
#- flake.nix
{ outputs = { nixpkgs, ... }: {
  nixosConfigurations.atlas = nixpkgs.lib.nixosSystem { modules = [ ./shared.nix ]; };
  nixosConfigurations.borealis = nixpkgs.lib.nixosSystem { modules = [ ./shared.nix ./force.nix ]; };
}; }
#- shared.nix
{ lib, ... }: {
  services.openssh.enable = true;$0
  specialisation = lib.genAttrs [ "tv" "desk" ] (name: { configuration.services.openssh.enable = lib.mkForce false; });
}
#- force.nix
{ lib, ... }: { services.openssh.enable = lib.mkOverride 40 false; }
"#,
        expect![[r#"
            { lib, ... }: {
              services.openssh.enable = true; «Winner: false (force.nix:1) wins (borealis)» «Winner: false in desk, tv (atlas)»
            [2 specialisations in atlas, borealis | show as table -> atlas]
            [desk in atlas: changes 1 option | show as table -> desk]
            [tv in atlas: changes 1 option | show as table -> tv]
            [desk in borealis: changes 0 options | show as table -> desk]
            [tv in borealis: changes 0 options | show as table -> tv]
              specialisation = lib.genAttrs [ "tv" "desk" ] (name: { configuration.services.openssh.enable = lib.mkForce false; });
            }
        "#]],
    );
}

#[test]
fn a_file_without_specialisations_that_a_specialisation_imports() {
    check(
        r#"
#- configuration.nix
{ services.xserver.enable = true; specialisation.tv.configuration.imports = [ ./tv.nix ]; }
#- tv.nix
{ lib, ... }: { services.xserver.enable = lib.mkDefault false; $0 }
"#,
        expect![[r#"
            { lib, ... }: { services.xserver.enable = lib.mkDefault false; «Winner: true (configuration.nix:1) wins»  }
        "#]],
    );
}
