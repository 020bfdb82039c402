//! From place to place, and the symbols.

use super::Fixture;
use expect_test::{Expect, expect};
use speclint_lint::findings::Location;

/// A location as `file:line: text`, the text in brackets within its line.
fn shown(fixture: &Fixture, location: &Location) -> String {
    let text = fixture.analysis.text(&location.file).expect("a text");
    let (start, end) = (location.start as usize, location.end as usize);
    let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let line_end = text[end..].find('\n').map_or(text.len(), |at| end + at);
    format!(
        "{}:{}: {}[{}]{}\n",
        location.file.trim_start_matches("/r/"),
        text[..start].matches('\n').count() + 1,
        text[line_start..start].trim_start(),
        &text[start..end],
        &text[end..line_end]
    )
}

fn check(text: &str, expected: Expect) {
    let fixture = Fixture::new(text);
    let ide = fixture.ide();
    let mut out = "definition\n".to_owned();
    for location in ide.definition(&fixture.file, fixture.offset) {
        out.push_str(&format!("  {}", shown(&fixture, &location)));
    }
    out.push_str("references\n");
    for occurrence in ide.references(&fixture.file, fixture.offset) {
        let sign = if occurrence.defines { "=" } else { " " };
        out.push_str(&format!("{sign} {}", shown(&fixture, &occurrence.location)));
    }
    expected.assert_eq(&out);
}

const HOSTS: &str = r#"
#- flake.nix
{ outputs = { nixpkgs, ... }: {
  nixosConfigurations.atlas = nixpkgs.lib.nixosSystem { modules = [ ./atlas.nix ./shared.nix ]; };
  nixosConfigurations.borealis = nixpkgs.lib.nixosSystem { modules = [ ./shared.nix ]; };
}; }
"#;

#[test]
fn from_an_override_to_the_definition_of_the_parent() {
    check(
        &(HOSTS.to_owned()
            + r#"
#- atlas.nix
{ lib, ... }: { specialisation."テレビ".configuration = { /* 😀 */ services.openssh.en$0able = lib.mkForce false; }; }
#- shared.nix
{ config, ... }: {
  services.openssh.enable = true;
  services.nginx.enable = config.services.openssh.enable;
}
"#),
        expect![[r#"
            definition
              shared.nix:2: services.openssh.[enable] = true;
            references
            = atlas.nix:1: { lib, ... }: { specialisation."テレビ".configuration = { /* 😀 */ services.openssh.[enable] = lib.mkForce false; }; }
            = shared.nix:2: services.openssh.[enable] = true;
              shared.nix:3: services.nginx.enable = config.services.openssh.[enable];
        "#]],
    );
}

#[test]
fn from_the_parent_to_its_overrides() {
    check(
        &(HOSTS.to_owned()
            + r#"
#- atlas.nix
{ lib, ... }: { specialisation.tv.configuration = { services.openssh = { enable = lib.mkForce false; }; }; }
#- shared.nix
{ config, ... }: {
  services.openssh.en$0able = true;
}
"#),
        expect![[r#"
            definition
              atlas.nix:1: { lib, ... }: { specialisation.tv.configuration = { services.openssh = { [enable] = lib.mkForce false; }; }; }
            references
            = atlas.nix:1: { lib, ... }: { specialisation.tv.configuration = { services.openssh = { [enable] = lib.mkForce false; }; }; }
            = shared.nix:2: services.openssh.[enable] = true;
        "#]],
    );
}

#[test]
fn from_what_reads_to_what_defines() {
    check(
        &(HOSTS.to_owned()
            + r#"
#- atlas.nix
{ lib, config, ... }:
let inherit (config.services) openssh; cfg = config.services.openssh; in {
  specialisation.tv.configuration.services.openssh.enable = lib.mkForce false;
  services.nginx.enable = cfg.en$0able || openssh.enable;
}
#- shared.nix
{ config, lib, ... }: lib.mkMerge [ { services.openssh.enable = true; } (lib.mkIf (config.services.openssh.enable or false) { }) ]
"#),
        expect![[r#"
            definition
              shared.nix:1: { config, lib, ... }: lib.mkMerge [ { services.openssh.[enable] = true; } (lib.mkIf (config.services.openssh.enable or false) { }) ]
              atlas.nix:3: specialisation.tv.configuration.services.openssh.[enable] = lib.mkForce false;
            references
            = atlas.nix:3: specialisation.tv.configuration.services.openssh.[enable] = lib.mkForce false;
              atlas.nix:4: services.nginx.enable = cfg.[enable] || openssh.enable;
              atlas.nix:4: services.nginx.enable = cfg.enable || openssh.[enable];
            = shared.nix:1: { config, lib, ... }: lib.mkMerge [ { services.openssh.[enable] = true; } (lib.mkIf (config.services.openssh.enable or false) { }) ]
              shared.nix:1: { config, lib, ... }: lib.mkMerge [ { services.openssh.enable = true; } (lib.mkIf (config.services.openssh.[enable] or false) { }) ]
        "#]],
    );
}

#[test]
fn from_a_set_of_options() {
    check(
        &(HOSTS.to_owned()
            + r#"
#- atlas.nix
{ services.open$0ssh = { enable = true; ports = [ 22 ]; }; specialisation.tv.configuration = { }; }
#- shared.nix
{ config, ... }: { services.openssh.settings.X11Forwarding = true; networking.firewall.allowedTCPPorts = config.services.openssh.ports; }
"#),
        expect![[r#"
            definition
              shared.nix:1: { config, ... }: { services.[openssh].settings.X11Forwarding = true; networking.firewall.allowedTCPPorts = config.services.openssh.ports; }
            references
            = atlas.nix:1: { services.[openssh] = { enable = true; ports = [ 22 ]; }; specialisation.tv.configuration = { }; }
            = shared.nix:1: { config, ... }: { services.[openssh].settings.X11Forwarding = true; networking.firewall.allowedTCPPorts = config.services.openssh.ports; }
              shared.nix:1: { config, ... }: { services.openssh.settings.X11Forwarding = true; networking.firewall.allowedTCPPorts = config.services.[openssh].ports; }
        "#]],
    );
}

#[test]
fn an_option_that_the_configuration_declares() {
    check(
        &(HOSTS.to_owned()
            + r#"
#- atlas.nix
{ config, ... }: { networking.hostName = config.my.na$0me; specialisation.tv.configuration = { }; }
#- shared.nix
{ lib, ... }: { options.my.name = lib.mkOption { type = lib.types.str; default = "x"; }; }
"#),
        expect![[r#"
            definition
              shared.nix:1: { lib, ... }: { options.my.[name] = lib.mkOption { type = lib.types.str; default = "x"; }; }
            references
              atlas.nix:1: { config, ... }: { networking.hostName = config.my.[name]; specialisation.tv.configuration = { }; }
            = shared.nix:1: { lib, ... }: { options.my.[name] = lib.mkOption { type = lib.types.str; default = "x"; }; }
        "#]],
    );
}

#[test]
fn a_specialisation() {
    check(
        &(HOSTS.to_owned()
            + r#"
#- atlas.nix
{ config, lib, ... }: {
  specialisation.t$0v.configuration = { };
  environment.etc."tv".source = config.specialisation.tv.configuration.system.build.toplevel;
}
#- shared.nix
{ specialisation = { tv = { configuration.services.openssh.enable = true; }; }; }
"#),
        expect![[r#"
            definition
              shared.nix:1: { specialisation = { [tv] = { configuration.services.openssh.enable = true; }; }; }
            references
            = atlas.nix:2: specialisation.[tv].configuration = { };
              atlas.nix:3: environment.etc."tv".source = config.specialisation.[tv].configuration.system.build.toplevel;
            = shared.nix:1: { specialisation = { [tv] = { configuration.services.openssh.enable = true; }; }; }
        "#]],
    );
}

#[test]
fn a_home_and_the_system_around_it() {
    check(
        r#"
#- flake.nix
{ outputs = { nixpkgs, home-manager, ... }: {
  nixosConfigurations.atlas = nixpkgs.lib.nixosSystem {
    modules = [ home-manager.nixosModules.home-manager { home-manager.users.alice = ./home.nix; specialisation.tv.configuration = { }; services.openssh.enable = true; } ];
  };
}; }
#- home.nix
{ osConfig, config, lib, ... }: {
  programs.ssh.enable = osConfig.services.openssh.en$0able;
}
"#,
        expect![[r#"
            definition
              flake.nix:3: modules = [ home-manager.nixosModules.home-manager { home-manager.users.alice = ./home.nix; specialisation.tv.configuration = { }; services.openssh.[enable] = true; } ];
            references
            = flake.nix:3: modules = [ home-manager.nixosModules.home-manager { home-manager.users.alice = ./home.nix; specialisation.tv.configuration = { }; services.openssh.[enable] = true; } ];
              home.nix:2: programs.ssh.enable = osConfig.services.openssh.[enable];
        "#]],
    );
}

#[test]
fn symbols() {
    let fixture = Fixture::new(
        &(HOSTS.to_owned()
            + r#"
#- atlas.nix
{ lib, ... }: {
  services.openssh.enable = true;
  specialisation."テレビ".configuration = {
    system.nixos.tags = [ "tv" ];
    services.xserver = { enable = true; layout = lib.mkForce "jp"; };
    imports = [ ./more.nix ];
  };
}
#- more.nix
{ time.timeZone = "Asia/Tokyo"; }
#- shared.nix
{ lib, ... }: { specialisation = lib.genAttrs [ "a" "b" ] (name: { configuration.system.nixos.tags = [ name ]; });$0 }
"#),
    );
    let ide = fixture.ide();
    let mut out = String::new();
    for file in ["/r/atlas.nix", "/r/more.nix", "/r/shared.nix"] {
        out.push_str(&format!("{file}\n"));
        for symbol in ide.document_symbols(file) {
            out.push_str(&format!("  {} ({}) {:?}\n", symbol.name, symbol.detail, symbol.range));
            for child in symbol.children {
                out.push_str(&format!("    {} = {}\n", child.name, child.detail));
            }
        }
    }
    for query in ["", "bob"] {
        out.push_str(&format!("workspace {query:?}\n"));
        for symbol in ide.workspace_symbols(query) {
            let location = shown(&fixture, &symbol.location);
            out.push_str(&format!("  {} of {}: {location}", symbol.name, symbol.systems.join(", ")));
        }
    }
    expect![[r#"
        /r/atlas.nix
          テレビ (specialisation) 52..235
            system.nixos.tags = [ "tv" ]
            services.xserver.enable = true
            services.xserver.layout = "jp"
        /r/more.nix
          テレビ (in the specialisation) 2..31
            time.timeZone = "Asia/Tokyo"
        /r/shared.nix
          a (specialisation) 16..114
            system.nixos.tags = [ "a" ]
          b (specialisation) 16..114
            system.nixos.tags = [ "b" ]
        workspace ""
          a of atlas, borealis: shared.nix:1: { lib, ... }: { specialisation = lib.genAttrs [ ["a"] "b" ] (name: { configuration.system.nixos.tags = [ name ]; }); }
          b of atlas, borealis: shared.nix:1: { lib, ... }: { specialisation = lib.genAttrs [ "a" ["b"] ] (name: { configuration.system.nixos.tags = [ name ]; }); }
          テレビ of atlas: atlas.nix:3: specialisation.["テレビ"].configuration = {
        workspace "bob"
          b of borealis: shared.nix:1: { lib, ... }: { specialisation = lib.genAttrs [ "a" ["b"] ] (name: { configuration.system.nixos.tags = [ name ]; }); }
    "#]].assert_eq(&out);
}
