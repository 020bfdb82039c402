//! Settings are read through the files of the analysis, so that a change of theirs is seen like any other.

use crate::support::case::Case;
use speclint_lint::analysis::Analysis;
use speclint_lint::findings::Severity;
use speclint_lint::settings::Choice;

const CASE: &str = "#- flake.nix
{
  outputs = { nixpkgs, ... }: {
    nixosConfigurations.atlas = nixpkgs.lib.nixosSystem { modules = [ ./hosts/atlas.nix ]; };
  };
}
#- hosts/atlas.nix
{ lib, ... }:
{
  options.my.a.enable = lib.mkEnableOption \"a\";
  options.my.b.enable = lib.mkEnableOption \"b\";
  config.my.a.enable = true;
  config.specialisation.tv.configuration.my.b.enable = true;
}
#- hosts/luna.nix
{ specialisation.night.configuration.system.nixos.tags = [ \"night\" ]; }
#- hosts/speclint.toml
#- speclint.toml
";

const SETTINGS: &str = "/case/hosts/speclint.toml";

/// What is found, in short.
fn found(analysis: &Analysis) -> Vec<String> {
    let findings = analysis.findings();
    findings.iter().map(|f| format!("{} {} {:?}", f.severity.name(), f.rule, f.systems)).collect()
}

#[test]
fn changes_of_settings_are_seen() {
    let mut analysis = Case::parse("inline", CASE).analysis();
    analysis.choose(Choice::default());
    let mut after = |path: &str, text: &str| {
        analysis.database().set_text(path, text);
        (found(&analysis), analysis.problems().len())
    };
    let tag = "info missing-tag [\"atlas\"]".to_owned();
    let unreached = "warning unreached-specialisation []".to_owned();
    let all = || vec![tag.clone(), unreached.clone()];
    assert_eq!(after(SETTINGS, ""), (all(), 0));
    assert_eq!(after(SETTINGS, "ignore = [\"missing-tag\"]"), (vec![unreached.clone()], 0));
    assert_eq!(after(SETTINGS, "ignore = [\"missing-tags\"]"), (all(), 1));
    // Of the file above it only what concerns the project counts, and the flake itself.
    assert_eq!(after("/case/speclint.toml", "ignore = [\"missing-tag\"]"), (all(), 1));
    let alternatives = "[[alternatives]]\noptions = [\"my.a.enable\", \"my.b.enable\"]\nseverity = \"info\"";
    let (with, _) = after("/case/speclint.toml", alternatives);
    assert!(with.contains(&"info incompatible-options [\"atlas\"]".to_owned()), "{with:?}");
    let entries = "entries = [\"hosts/luna.nix\", \"hosts/none.nix\"]";
    assert_eq!(after("/case/speclint.toml", entries), (vec![tag.clone()], 2));
    let systems = analysis.systems();
    assert_eq!(systems.iter().map(|s| s.name.as_str()).collect::<Vec<_>>(), ["atlas", "hosts/luna.nix"]);
    assert_eq!(analysis.fails_from("/case/hosts/luna.nix"), Severity::Warning);
    analysis.database().set_text(SETTINGS, "fail-on = \"hint\"");
    assert_eq!(analysis.fails_from("/case/hosts/luna.nix"), Severity::Hint);
    assert_eq!(analysis.fails_from("/case/flake.nix"), Severity::Warning);
}
