//! Completions.

use super::Fixture;
use expect_test::{Expect, expect};

/// How many are shown.
const SHOWN: usize = 8;

fn check(text: &str, expected: Expect) {
    let fixture = Fixture::new(text);
    let completions = fixture.ide().completions(&fixture.file, fixture.offset);
    let mut out = String::new();
    for item in completions.items.iter().take(SHOWN) {
        let detail = item.detail.as_ref().map(|detail| format!(" — {detail}")).unwrap_or_default();
        let snippet = item.snippet.as_ref().map(|snippet| format!(" `{snippet}`")).unwrap_or_default();
        let over = fixture.text(item.replaces);
        out.push_str(&format!("{} ({:?}) [{over}]{detail}{snippet}\n", item.label, item.kind));
    }
    let more = completions.items.len().saturating_sub(SHOWN);
    if more > 0 {
        out.push_str(&format!(
            "and {more} more{}\n",
            if completions.incomplete { " and others" } else { "" }
        ));
    }
    if out.is_empty() {
        out.push_str("nothing\n");
    }
    expected.assert_eq(&out);
}

#[test]
fn the_options_of_a_specialisation() {
    check(
        "#- configuration.nix\n{ specialisation.tv = {\n  $0\n}; }\n",
        expect![[r#"
        configuration (Option) [] — what it changes: a module `configuration = { $0 };`
        inheritParentConfig (Option) [] — whether it has its parent's configuration (by default it has) `inheritParentConfig = $0;`
    "#]],
    );
}

#[test]
fn the_options_of_a_specialisation_behind_a_dot() {
    check(
        "#- configuration.nix\n{ lib, ... }: {\n  services.openssh.enable = true;\n  specialisation.tv.$0\n  specialisation.desk.configuration = { };\n}\n",
        expect![[r#"
            configuration (Option) [] — what it changes: a module `configuration = { $0 };`
            inheritParentConfig (Option) [] — whether it has its parent's configuration (by default it has) `inheritParentConfig = $0;`
        "#]],
    );
}

#[test]
fn names_of_specialisations_of_other_systems() {
    check(
        r#"
#- flake.nix
{ outputs = { nixpkgs, ... }: {
  nixosConfigurations.atlas = nixpkgs.lib.nixosSystem { modules = [ ./atlas.nix ]; };
  nixosConfigurations.borealis = nixpkgs.lib.nixosSystem { modules = [ ./borealis.nix ]; };
}; }
#- atlas.nix
{ specialisation."テレビ".configuration = { }; specialisation.desk.configuration = { }; }
#- borealis.nix
{ specialisation.desk.configuration = { }; specialisation.$0 }
"#,
        expect![[r#"
            テレビ (Specialisation) [] — specialisation of atlas
        "#]],
    );
}

#[test]
fn what_the_parent_defines_comes_first() {
    check(
        r#"
#- configuration.nix
{ lib, ... }: {
  services.openssh.enable = true; # 😀
  time.timeZone = "Asia/Tokyo";
  specialisation.tv.configuration = {
    $0
  };
}
"#,
        expect![[r#"
            services.openssh.enable (Option) [] — base: true `services.openssh.enable = $0;`
            time.timeZone (Option) [] — base: "Asia/Tokyo" `time.timeZone = $0;`
            appstream (Set) []
            assertions (Option) [] — list of unspecified value `assertions = $0;`
            boot (Set) []
            console (Set) []
            containers (Option) [] — attribute set of (submodule)
            documentation (Set) []
            and 33 more
        "#]],
    );
}

#[test]
fn below_names_that_are_half_written() {
    check(
        r#"
#- configuration.nix
{ lib, ... }: {
  services.xserver = { enable = false; layout = "jp"; };
  specialisation.tv.configuration = {
    environment.variables.X = "日本語";
    services.xserver.$0
    services.openssh.enable = true;
  };
}
"#,
        expect![[r#"
            enable (Option) [] — base: false `enable = $0;`
            layout (Option) [] — base: "jp" `layout = $0;`
            autoRepeatDelay (Option) [] — null or signed integer `autoRepeatDelay = $0;`
            autoRepeatInterval (Option) [] — null or signed integer `autoRepeatInterval = $0;`
            autorun (Option) [] — boolean `autorun = $0;`
            cmt (Set) []
            config (Option) [] — strings concatenated with "\n" `config = $0;`
            defaultDepth (Option) [] — signed integer `defaultDepth = $0;`
            and 40 more
        "#]],
    );
}

#[test]
fn a_word_that_is_begun() {
    check(
        r#"
#- configuration.nix
{ lib, ... }: {
  services.xserver.enable = false;
  specialisation.tv.configuration = { services.xse$0 };
}
"#,
        expect![[r#"
            xserver.enable (Option) [xse] — base: false
            xserver (Set) [xse]
            nixseparatedebuginfod (Set) [xse]
            zabbixServer (Set) [xse]
        "#]],
    );
}

#[test]
fn in_the_module_that_a_specialisation_imports() {
    check(
        r#"
#- configuration.nix
{ services.xserver.enable = false; specialisation.tv.configuration = ./tv.nix; }
#- tv.nix
{ lib, ... }:
{
  time.timeZone = "UTC";
  xser$0
}
"#,
        expect![[r#"
            services.xserver.enable (Option) [xser] — base: false `services.xserver.enable = $0;`
        "#]],
    );
}

#[test]
fn booleans() {
    check(
        "#- configuration.nix\n{ lib, ... }: { specialisation.tv.configuration = { services.xserver.enable = $0; }; }\n",
        expect![[r#"
            false (Value) []
            true (Value) []
            lib.mkDefault (Function) [] — weaker than a plain value: specialisations may override it (priority 1000) `lib.mkDefault $0`
            lib.mkForce (Function) [] — stronger than a plain value (priority 50) `lib.mkForce $0`
            lib.mkIf (Function) [] — only where a condition holds `lib.mkIf (${1:condition}) $0`
            lib.mkMerge (Function) [] — several definitions at once `lib.mkMerge [ $0 ]`
            lib.mkOverride (Function) [] — with the priority of a number `lib.mkOverride ${1:900} $0`
        "#]],
    );
}

#[test]
fn values_without_an_end() {
    check(
        "#- configuration.nix\n{ lib, ... }: { specialisation.tv.configuration = {\n services.xserver.enable = tr$0\n time.timeZone = \"UTC\"; }; }\n",
        expect![[r#"
            true (Value) [tr]
        "#]],
    );
}

#[test]
fn behind_a_comment() {
    check(
        "#- configuration.nix\n{ specialisation.tv.configuration = { /* 😀 */ services.xserver.ena$0 # か\n }; }\n",
        expect![[r#"
            enable (Option) [ena] — boolean
            enableCtrlAltBackspace (Option) [ena] — boolean
            enableTCP (Option) [ena] — boolean
            enableTearFree (Option) [ena] — boolean
        "#]],
    );
}

#[test]
fn around_a_list() {
    check(
        "#- configuration.nix\n{ lib, ... }: with lib; { specialisation.tv.configuration = { users.users.a.extraGroups = mkB$0; }; }\n",
        expect![[r#"
            mkBefore (Function) [mkB] — before the other elements of a list, or lines `mkBefore $0`
        "#]],
    );
}

#[test]
fn behind_a_function() {
    check(
        "#- configuration.nix\n{ lib, ... }: { specialisation.tv.configuration = { services.xserver.enable = lib.mkForce $0; }; }\n",
        expect![[r#"
            false (Value) []
            true (Value) []
        "#]],
    );
}

#[test]
fn functions_of_lib() {
    check(
        "#- configuration.nix\n{ lib, ... }: { specialisation.tv.configuration = { services.xserver.enable = lib.mkF$0; }; }\n",
        expect![[r#"
            mkForce (Function) [mkF] — stronger than a plain value (priority 50) `mkForce $0`
        "#]],
    );
}

#[test]
fn one_of_several_texts() {
    check(
        r#"
#- configuration.nix
{ config, lib, ... }: {
  options.my.mode = lib.mkOption { type = lib.types.enum [ "day" "night" "夜" ]; default = "day"; };
  config.specialisation.night.configuration.my.mode = "$0";
}
"#,
        expect![[r#"
            day (Value) []
            night (Value) []
            夜 (Value) []
        "#]],
    );
}

#[test]
fn tags() {
    check(
        "#- configuration.nix\n{ specialisation.\"my tv\".configuration = { system.nixos.tags = [ $0 ]; }; }\n",
        expect![[r#"
            "my-tv" (Specialisation) [] — the specialisation's name
        "#]],
    );
}

#[test]
fn tags_in_quotation_marks() {
    check(
        "#- configuration.nix\n{ specialisation.tv.configuration = { system.nixos.tags = [ \"t$0\" ]; }; }\n",
        expect![[r#"
            tv (Specialisation) [t] — the specialisation's name
        "#]],
    );
}

#[test]
fn rules_in_comments() {
    check(
        "#- configuration.nix\n{ specialisation.tv.configuration = { }; # 日本 speclint: ignore[missing-tag, missing$0\n}\n",
        expect![[r#"
            nothing
        "#]],
    );
}

#[test]
fn words_of_comments() {
    check(
        "#- configuration.nix\n{ # speclint: $0\n  specialisation.tv.configuration = { };\n}\n",
        expect![[r#"
        ignore (Word) [] — report nothing of this line, or of the binding below `ignore[$0]`
        ignore-file (Word) [] — report nothing of this file `ignore-file[$0]`
        off (Word) [] — report nothing from here on `off[$0]`
        on (Word) [] — report everything again `on[$0]`
    "#]],
    );
}

#[test]
fn nothing_in_other_comments() {
    check(
        "#- configuration.nix\n{ # see services.$0\n  specialisation.tv.configuration = { }; }\n",
        expect![[r#"
            nothing
        "#]],
    );
}

#[test]
fn what_is_read() {
    check(
        r#"
#- configuration.nix
{ config, lib, ... }: {
  services.openssh.ports = [ 22 ];
  specialisation.tv.configuration = { };
  networking.firewall.allowedTCPPorts = config.services.openssh.p$0;
}
"#,
        expect![[r#"
            package (Option) [p] — package
            ports (Option) [p] — list of 16 bit unsigned integer; between 0 and 65535 (both inclusive)
            allowSFTP (Option) [p] — boolean
            openFirewall (Option) [p] — boolean
            sftpFlags (Option) [p] — list of string
            sftpServerExecutable (Option) [p] — string
        "#]],
    );
}

#[test]
fn a_home_inside_of_a_system() {
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
  programs.git.userE$0
}
"#,
        expect![[r#"
            userEmail (Option) [userE] — null or string `userEmail = $0;`
        "#]],
    );
}
