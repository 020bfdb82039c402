//! What is offered where the cursor stands.

use super::Fixture;
use expect_test::{Expect, expect};
use speclint_lint::findings::Edit;
use speclint_lint::fix::apply;

/// What is offered, each with what becomes of the files.
fn check(text: &str, wanted: &str, expected: Expect) {
    let fixture = Fixture::new(text);
    let mut out = String::new();
    for assist in fixture.ide().assists(&fixture.file, fixture.offset) {
        out.push_str(&format!("* {}\n", assist.title));
        if !assist.title.contains(wanted) {
            continue;
        }
        for (path, edits) in apply::by_file(&assist.edits) {
            let edits: Vec<&Edit> = edits;
            let text = fixture.analysis.text(path).expect("a text");
            out.push_str(&format!("{path}\n{}", apply::edited(&text, &edits).expect("a new text")));
        }
        if let Some((path, text)) = assist.creates {
            out.push_str(&format!("{path}\n{text}"));
        }
    }
    if out.is_empty() {
        out.push_str("nothing\n");
    }
    expected.assert_eq(&out);
}

#[test]
fn around_a_definition_of_the_parent() {
    check(
        r#"
#- configuration.nix
{ lib, ... }: {
  services.xserver = { ena$0ble = true; }; # 😀
  specialisation.tv.configuration = { };
}
"#,
        "",
        expect![[r#"
            * wrap in `mkDefault`: specialisations may override it
            /r/configuration.nix
            { lib, ... }: {
              services.xserver = { enable = lib.mkDefault true; }; # 😀
              specialisation.tv.configuration = { };
            }
            * wrap in `mkForce`: it overrides plain values
            /r/configuration.nix
            { lib, ... }: {
              services.xserver = { enable = lib.mkForce true; }; # 😀
              specialisation.tv.configuration = { };
            }
            * guard it: only in the base, in no specialisation
            /r/configuration.nix
            { config, lib, ... }: {
              services.xserver = { enable = lib.mkIf (config.specialisation != { }) true; }; # 😀
              specialisation.tv.configuration = { };
            }
        "#]],
    );
}

#[test]
fn around_a_definition_of_a_specialisation() {
    check(
        r#"
#- configuration.nix
{
  specialisation.tv.configuration = { lib, ... }: { time.timeZone = lib.mkForce "Asia/$0Tokyo"; };
}
"#,
        "",
        expect![[r#"
            * wrap in `mkDefault`: specialisations may override it
            /r/configuration.nix
            {
              specialisation.tv.configuration = { lib, ... }: { time.timeZone = lib.mkDefault "Asia/Tokyo"; };
            }
            * write a plain value
            /r/configuration.nix
            {
              specialisation.tv.configuration = { lib, ... }: { time.timeZone = "Asia/Tokyo"; };
            }
        "#]],
    );
}

#[test]
fn a_specialisation_as_a_function_and_as_a_file() {
    check(
        r#"
#- configuration.nix
{ config, lib, pkgs, ... }:
with lib;
{
  services.xserver.enable = mkDefault false;
  specialisation.t$0v.configuration = {
    # 日本語
    system.nixos.tags = [ "tv" ];
    services.xserver.enable = true;
    environment.systemPackages = [ pkgs.vlc ];
    environment.etc."x".text = ''
      a
        b
    '';
    imports = mkForce [ ./more.nix ];
  };
}
#- more.nix
{ }
#- tv.nix
{ }
"#,
        "",
        expect![[r#"
            * give `tv` its own `config`: `{ config, ... }: …`
            /r/configuration.nix
            { config, lib, pkgs, ... }:
            with lib;
            {
              services.xserver.enable = mkDefault false;
              specialisation.tv.configuration = { config, ... }: {
                # 日本語
                system.nixos.tags = [ "tv" ];
                services.xserver.enable = true;
                environment.systemPackages = [ pkgs.vlc ];
                environment.etc."x".text = ''
                  a
                    b
                '';
                imports = mkForce [ ./more.nix ];
              };
            }
            * move `tv` to `tv-specialisation.nix`
            /r/configuration.nix
            { config, lib, pkgs, ... }:
            with lib;
            {
              services.xserver.enable = mkDefault false;
              specialisation.tv.configuration = ./tv-specialisation.nix;
            }
            /r/tv-specialisation.nix
            { lib, pkgs, ... }:
            with lib;
            {
              # 日本語
              system.nixos.tags = [ "tv" ];
              services.xserver.enable = true;
              environment.systemPackages = [ pkgs.vlc ];
              environment.etc."x".text = ''
                a
                  b
              '';
              imports = mkForce [ ./more.nix ];
            }
            * add a specialisation `variant` with tag and marker
            /r/configuration.nix
            { config, lib, pkgs, ... }:
            with lib;
            {
              services.xserver.enable = mkDefault false;
              specialisation.tv.configuration = {
                # 日本語
                system.nixos.tags = [ "tv" ];
                services.xserver.enable = true;
                environment.systemPackages = [ pkgs.vlc ];
                environment.etc."x".text = ''
                  a
                    b
                '';
                imports = mkForce [ ./more.nix ];
              };
              specialisation.variant.configuration = {
                system.nixos.tags = [ "variant" ];
                environment.etc."specialisation".text = "variant";
              };
            }
        "#]],
    );
}

#[test]
fn what_reads_the_config_of_the_parent_is_not_moved() {
    check(
        r#"
#- configuration.nix
{ config, ... }:
let name = "a"; in
{
  specialisation = { t$0v = { configuration = { networking.hostName = config.networking.domain; }; }; };
}
"#,
        "nothing of it",
        expect![[r#"
            * give `tv` its own `config`: `{ config, ... }: …`
        "#]],
    );
}

#[test]
fn what_is_bound_around_is_not_moved() {
    check(
        r#"
#- configuration.nix
{ ... }: let name = "a"; in { specialisation.tv = { configu$0ration = { networking.hostName = name; }; }; }
"#,
        "nothing of it",
        expect![[r#"
            * give `tv` its own `config`: `{ config, ... }: …`
        "#]],
    );
}

#[test]
fn a_new_specialisation() {
    check(
        r#"
#- configuration.nix
{ lib, ... }:
{
  services.xserver.enable = true; # 😀
$0
  specialisation.variant.configuration = { };
}
"#,
        "add",
        expect![[r#"
            * add a specialisation `variant2` with tag and marker
            /r/configuration.nix
            { lib, ... }:
            {
              services.xserver.enable = true; # 😀
              specialisation.variant2.configuration = {
                system.nixos.tags = [ "variant2" ];
                environment.etc."specialisation".text = "variant2";
              };

              specialisation.variant.configuration = { };
            }
        "#]],
    );
}

#[test]
fn a_new_specialisation_of_a_home() {
    check(
        r#"
#- flake.nix
{ outputs = { nixpkgs, home-manager, ... }: {
  nixosConfigurations.atlas = nixpkgs.lib.nixosSystem {
    modules = [ home-manager.nixosModules.home-manager { home-manager.users.alice = ./home.nix; specialisation.tv.configuration = { }; } ];
  };
}; }
#- home.nix
{ config, ... }: {
  programs.git.enable = true;
$0
}
"#,
        "add",
        expect![[r#"
            * add a specialisation `variant` with marker
            /r/home.nix
            { config, ... }: {
              programs.git.enable = true;
              specialisation.variant.configuration = {
                xdg.dataFile."home-manager/specialisation".text = "variant";
              };

            }
        "#]],
    );
}

#[test]
fn nothing_in_a_value() {
    check(
        "#- configuration.nix\n{ lib, ... }: let x = { a = $01; }; in { specialisation.tv.configuration = { }; }\n",
        "",
        expect![[r#"
            nothing
        "#]],
    );
}

#[test]
fn what_is_moved_means_the_same() {
    let text = r#"
#- configuration.nix
{ config, lib, pkgs, ... }:
{
  services.xserver.enable = lib.mkDefault false;
  specialisation = {
    t$0v = {
      inheritParentConfig = true;
      configuration = {
        system.nixos.tags = [ "tv" ];
        services.xserver.enable = true;
        environment.etc."x".text = ''
          a
            ${lib.concatStrings [ "b" "😀" ]}
        '';
        imports = [ ./more.nix ];
      };
    };
  };
}
#- more.nix
{ time.timeZone = "Asia/Tokyo"; }
"#;
    let fixture = Fixture::new(text);
    let assists = fixture.ide().assists(&fixture.file, fixture.offset);
    let moved = assists.into_iter().find(|assist| assist.creates.is_some()).expect("it can be moved");
    let (path, created) = moved.creates.expect("a file");
    let edits: Vec<&Edit> = moved.edits.iter().collect();
    let edited = apply::edited(&fixture.whole(), &edits).expect("a new text");
    let more = "#- more.nix\n{ time.timeZone = \"Asia/Tokyo\"; }\n";
    let created = format!("#- {}\n{created}", path.trim_start_matches("/r/"));
    let after = Fixture::new(&format!("#- configuration.nix\n{edited}\n{created}\n{more}"));
    let values = |fixture: &Fixture| -> Vec<String> {
        let scope = &fixture.systems[0].specialisations[0].scope;
        let options = scope.options.iter();
        options.map(|(path, option)| format!("{path}: {:?}", option.prediction)).collect()
    };
    assert_eq!(values(&fixture), values(&after));
}
