//! The rules' documentation: what its examples show is so, and what is generated of it is not stale.
//! `UPDATE_DOCS=1 cargo test --test it documentation` writes `docs/rules/`.

use crate::support::case::Case;
use speclint_lint::render::reference;
use speclint_lint::rules::{self, Rule, is_default};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What the examples stand in: they are `hosts/atlas.nix` of a repository.
const REPOSITORY: &str = "#- flake.nix
{
  inputs.nixpkgs.url = \"nixpkgs\";
  outputs = { nixpkgs, ... }: {
    nixosConfigurations.atlas = nixpkgs.lib.nixosSystem { modules = [ ./hosts/atlas.nix ]; };
  };
}
";

/// What lies beside it, if an example speaks of it.
const BESIDE: [(&str, &str); 2] = [
    (
        "theme.nix",
        "{ lib, ... }: { options.my.theme.colour = lib.mkOption { type = lib.types.str; default = \"blue\"; }; }",
    ),
    (
        "variants.nix",
        "{
  specialisation.tv.configuration = {
    system.nixos.tags = [ \"tv\" ];
    services.xserver.enable = true;
  };
}",
    ),
];

/// The examples of a rule: each is Nix, and begins with a comment that says what it is, perhaps with more behind it.
fn examples(rule: &Rule) -> Vec<&str> {
    rule.documentation.split("```nix\n").skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

/// The rules that find something in an example.
fn found(rule: &Rule, example: &str) -> BTreeSet<&'static str> {
    let mut case = REPOSITORY.to_owned();
    for (file, text) in BESIDE.iter().filter(|(file, _)| example.contains(file)) {
        case.push_str(&format!("#- hosts/{file}\n{text}\n"));
    }
    let case = Case::parse(rule.name, &format!("{case}#- hosts/atlas.nix\n{example}"));
    let findings = case.analysis().findings().into_iter().map(|finding| finding.rule);
    findings.filter(|name| *name == rule.name || is_default(name)).collect()
}

/// Before the mend exactly this is found, and nothing after it. A module that is shown besides is found nothing in either.
#[test]
fn examples_are_what_they_say() {
    let mut wrong = Vec::new();
    for rule in rules::ALL {
        let mut kinds = BTreeSet::new();
        for example in examples(rule) {
            let kind = example.lines().next().unwrap_or_default();
            let is_before = kind.starts_with("# before");
            kinds.insert(if is_before { "before" } else { kind.get(2..7).unwrap_or_default() });
            let wanted = if is_before { BTreeSet::from([rule.name]) } else { BTreeSet::new() };
            let found = found(rule, example);
            if found != wanted {
                wrong.push(format!("{}: {found:?} in the example `{kind}`", rule.name));
            }
        }
        assert!(kinds.contains("before") && kinds.contains("after"), "{} has no examples", rule.name);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
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

/// The generated reference is what would be generated now, file by file.
#[test]
fn the_reference_is_not_stale() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules");
    let mut wanted: BTreeMap<String, String> =
        rules::ALL.iter().map(|rule| (format!("{}.md", rule.name), reference::page(rule))).collect();
    wanted.insert("README.md".into(), reference::index());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).expect("a folder for the reference");
        for (name, text) in &wanted {
            std::fs::write(folder.join(name), text).expect("a writable reference");
        }
    }
    let entries = std::fs::read_dir(&folder).expect("there is a reference");
    let there: BTreeMap<String, String> = entries
        .map(|entry| {
            let path = entry.expect("a readable folder").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(&path).expect("a readable page"))
        })
        .collect();
    let stale: Vec<&String> =
        wanted.keys().chain(there.keys()).filter(|name| wanted.get(*name) != there.get(*name)).collect();
    assert!(
        stale.is_empty(),
        "stale: {stale:?}; `UPDATE_DOCS=1 cargo test --test it documentation` renews the reference"
    );
}
