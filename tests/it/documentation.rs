//! The examples in the rules' documentation: what stands before the mend is found, what stands after it is not.

use crate::support::case::Case;
use speclint_lint::rules::{self, Rule};

/// What the examples stand in: they are `hosts/atlas.nix` of a repository.
const REPOSITORY: &str = "#- flake.nix
{
  inputs.nixpkgs.url = \"nixpkgs\";
  outputs = { nixpkgs, ... }: {
    nixosConfigurations.atlas = nixpkgs.lib.nixosSystem { modules = [ ./hosts/atlas.nix ]; };
  };
}
#- hosts/theme.nix
{ lib, ... }: { options.my.theme.colour = lib.mkOption { type = lib.types.str; default = \"blue\"; }; }
#- hosts/variants.nix
{ specialisation.tv.configuration.system.nixos.tags = [ \"tv\" ]; }
#- hosts/atlas.nix
";

/// The example of a rule whose first line is this comment, perhaps with more behind it.
fn example<'r>(rule: &'r Rule, comment: &str) -> &'r str {
    let blocks = rule.documentation.split("```nix\n").skip(1).filter_map(|rest| rest.split("```").next());
    let mut found = blocks.filter(|block| block.starts_with(comment));
    found.next().unwrap_or_else(|| panic!("{} has no example `{comment}`", rule.name))
}

/// How often a rule finds something in an example.
fn count(rule: &Rule, comment: &str) -> usize {
    let case = Case::parse(rule.name, &format!("{REPOSITORY}{}", example(rule, comment)));
    case.analysis().findings().iter().filter(|finding| finding.rule == rule.name).count()
}

#[test]
fn examples_are_what_they_say() {
    for rule in rules::ALL {
        assert!(count(rule, "# before") > 0, "{}: nothing is found before the mend", rule.name);
        assert_eq!(count(rule, "# after"), 0, "{}: something is found after the mend", rule.name);
    }
}

#[test]
fn every_rule_says_what_why_and_when_not() {
    for rule in rules::ALL {
        let headings: Vec<&str> =
            rule.documentation.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        let wanted = ["What it finds", "Why it hurts", "Example", "When it is wrong"];
        assert_eq!(headings, wanted, "{}", rule.name);
    }
}
