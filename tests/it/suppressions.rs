//! Suppressions: what is reported is suppressed by comments, which change nothing else, and comments that suppress nothing are mended.

use crate::support::case::{Case, cases, rule_cases, short};
use crate::support::json;
use expect_test::{Expect, expect};
use rayon::prelude::*;
use speclint_lint::analysis::Analysis;
use speclint_lint::findings::Finding;

/// What is predicted, without the places.
fn predictions(analysis: &Analysis) -> String {
    let mut shown = json::shown(analysis);
    without_places(&mut shown);
    shown.to_string()
}

fn without_places(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::Object(map) => {
            map.remove("range");
            map.values_mut().for_each(without_places);
        }
        serde_json::Value::Array(list) => list.iter_mut().for_each(without_places),
        _ => {}
    }
}

/// What is reported, but for what is in files that nobody can change.
fn findings(analysis: &Analysis) -> Vec<Finding> {
    let mut findings = analysis.findings();
    findings.retain(|finding| !finding.primary.location.file.starts_with("/nix/store/"));
    findings
}

/// What is wrong with the comments that suppress everything in a case.
fn wrongs(case: &Case) -> Vec<String> {
    let mut analysis = case.analysis();
    let before = predictions(&analysis);
    let errors = |text: &str| speclint_lint::syntax::lower(text).errors.len();
    let fixed = analysis.suppress(|_| true);
    let mut wrong = Vec::new();
    let mut tell = |what: String| wrong.push(format!("{}: {what}", case.name));
    if let Some(left) = findings(&analysis).first() {
        tell(format!("left: {}: {}", left.rule, left.message));
    }
    for (path, new) in &fixed.texts {
        if errors(new) > errors(&fixed.before[path]) {
            tell(format!("{path} no longer parses:\n{new}"));
        }
    }
    if predictions(&analysis) != before {
        tell("something else is predicted".to_owned());
    }
    let mut again = case.edited(&fixed.texts).analysis();
    if let Some(left) = findings(&again).first() {
        tell(format!("found anew: {}: {}", left.rule, left.message));
    }
    for path in again.suppress(|_| true).texts.keys() {
        tell(format!("changed again: {path}"));
    }
    wrong
}

#[test]
fn all_that_is_found_can_be_suppressed() {
    let mut all = rule_cases();
    for folder in ["machines", "pitfalls", "repositories", "patterns", "traps", "partial"] {
        all.extend(cases(folder));
    }
    let wrong: Vec<String> = all.par_iter().flat_map(wrongs).collect();
    assert!(wrong.is_empty(), "{}\n{} in all", wrong.join("\n"), wrong.len());
}

/// The files of a case with all useless comments mended, and nothing else.
fn mended(text: &str) -> String {
    let mut analysis = Case::parse("inline", text).analysis();
    let is_about = |finding: &Finding| finding.rule == "unused-suppression";
    let fixed = analysis.fix(false, is_about);
    let left: Vec<Finding> = analysis.findings().into_iter().filter(is_about).collect();
    assert_eq!(left, Vec::new());
    let texts = fixed.texts.into_iter().map(|(path, text)| format!("#- {}\n{text}", short(&path)));
    texts.collect::<Vec<_>>().concat().replace('\r', "\\r")
}

#[track_caller]
fn check(text: &str, expected: Expect) {
    expected.assert_eq(&mended(text));
}

#[test]
fn useless_comments_are_taken_out() {
    check(
        "{
  # speclint: ignore[missing-tag] why
  networking.hostName = \"a\"; # the name # speclint: ignore[needs-mkdefault, missing-tag] why
  # speclint: ignore[missing-tag] # speclint: off[wrong-type] # and this
  networking.domain = \"b\";  # speclint: ignore
  # speclint: on[wrong-type]
  specialisation.tv.configuration = { }; # speclint: ignore[invalid-tag, missing-tag, empty-specialisation, needs-mkdefault] yes
}
# speclint: on",
        expect![[r##"
            #- configuration.nix
            {
              networking.hostName = "a"; # the name
              networking.domain = "b";
              specialisation.tv.configuration = { }; # speclint: ignore[missing-tag, empty-specialisation] yes
            }
        "##]],
    );
    check(
        "{ # speclint: ignore[missing-tag]\r\n  # speclint: off\r\n  a = 1;\r\n}\r\n",
        expect![[r#"
        #- configuration.nix
        {\r
          a = 1;\r
        }\r
    "#]],
    );
}

#[test]
fn misspelled_comments_are_put_right() {
    check(
        "{
  networking.hostName = \"a\";
  specialisation.tv.configuration = { # speclint: ignore[mising-tag]
    networking.hostName = \"b\"; # speclint: ignroe[needs-mkdefault]
    networking.domain = \"b\"; # speclint: ignore needs-mkdefault, why
    services.printing.enable = true; # speclint: ignore[needs-mkdefault
    services.openssh.enable = true; # speclint: ignore[what-is-this, missing-tag]
  };
}
",
        expect![[r##"
            #- configuration.nix
            {
              networking.hostName = "a";
              specialisation.tv.configuration = { # speclint: ignore[missing-tag]
                networking.hostName = "b"; # speclint: ignore[needs-mkdefault]
                networking.domain = "b";
                services.printing.enable = true;
                services.openssh.enable = true;
              };
            }
        "##]],
    );
}

/// What a text is and what is found in it after all is suppressed that is found in it.
#[track_caller]
fn suppressed(text: &str, expected: Expect) {
    let mut analysis = Case::parse("inline", text).analysis();
    let fixed = analysis.suppress(|_| true);
    assert_eq!(analysis.findings(), Vec::new());
    let texts = fixed.texts.into_iter().map(|(path, text)| format!("#- {}\n{text}", short(&path)));
    expected.assert_eq(&texts.collect::<Vec<_>>().concat());
}

#[test]
fn comments_are_written_where_they_belong() {
    suppressed(
        "#- flake.nix
{
  outputs = { nixpkgs, ... }: {
    nixosConfigurations.a = nixpkgs.lib.nixosSystem { modules = [ ./a.nix ./common.nix ]; };
    nixosConfigurations.b = nixpkgs.lib.nixosSystem { modules = [ ./b.nix ./common.nix ]; };
  };
}
#- a.nix
{ networking.hostName = \"a\"; }
#- b.nix
{ networking.hostName = \"b\"; }
#- common.nix
{ lib, ... }: {
  specialisation.tv.configuration = {
    networking.hostName = \"tv\"; # speclint: ignore[invalid-tag] once it was
  };
  specialisation.night = {
    configuration.networking.hostName = \"night\"; # at night
  };
}
#- old.nix
{ specialisation.old.configuration.system.nixos.tags = [ \"old\" ]; }
",
        expect![[r##"
            #- common.nix
            { lib, ... }: {
              # speclint: ignore[missing-tag]
              specialisation.tv.configuration = {
                networking.hostName = "tv"; # speclint: ignore[needs-mkdefault]
              };
              # speclint: ignore[missing-tag]
              specialisation.night = {
                configuration.networking.hostName = "night"; # at night # speclint: ignore[needs-mkdefault]
              };
            }
            #- old.nix
            { specialisation.old.configuration.system.nixos.tags = [ "old" ]; } # speclint: ignore[unreached-specialisation]
        "##]],
    );
}

/// What a mend adds does not come between a comment and what it is about.
#[test]
fn mends_leave_comments_where_they_are() {
    let text = "{
  networking.hostName = \"atlas\";
  specialisation.tv.configuration = { # speclint: ignore[switch-marker]\r
    # speclint: ignore[needs-mkdefault]
    networking.hostName = \"tv\";
  };
}
";
    let mut analysis = Case::parse("inline", text).analysis();
    let fixed = analysis.fix(true, |finding| finding.rule == "missing-tag");
    let new = fixed.texts.values().next().expect("a change").replace('\r', "\\r");
    expect![[r#"
        {
          networking.hostName = "atlas";
          specialisation.tv.configuration = { # speclint: ignore[switch-marker]\r
            system.nixos.tags = [ "tv" ];\r
            # speclint: ignore[needs-mkdefault]
            networking.hostName = "tv";
          };
        }
    "#]]
    .assert_eq(&new);
}

#[test]
fn mends_come_before_comments() {
    let text = "{
  networking.hostName = \"atlas\";
  specialisation.tv = {
    inheritParentConfig = true;
    # It is a television.
    # speclint: ignore[needs-mkdefault]
    configuration.networking.hostName = \"tv\";
  };
}
";
    let mut analysis = Case::parse("inline", text).analysis();
    let fixed = analysis.fix(true, |finding| finding.rule == "missing-tag");
    expect![[r#"
        {
          networking.hostName = "atlas";
          specialisation.tv = {
            inheritParentConfig = true;
            configuration.system.nixos.tags = [ "tv" ];
            # It is a television.
            # speclint: ignore[needs-mkdefault]
            configuration.networking.hostName = "tv";
          };
        }
    "#]]
    .assert_eq(fixed.texts.values().next().expect("a change"));
}

/// What a mend takes out goes with the comments that are about it, and what it moves takes them along.
#[test]
fn comments_go_with_their_bindings() {
    let mended = |text: &str, rule: &str| {
        let mut analysis = Case::parse("inline", text).analysis();
        let fixed = analysis.fix(true, |finding| finding.rule == rule);
        let new = fixed.texts.values().next().expect("a change").clone();
        assert!(!analysis.findings().iter().any(|finding| finding.rule == "unused-suppression"), "{new}");
        new
    };
    let text = "{
  # It is for the television.
  # speclint: ignore[missing-tag]
  specialisation.tv = {
    # speclint: ignore[tag-mismatch] not needed
    # speclint: ignore[unused-suppression]
    inheritParentConfig = true;
    # This stays.
    configuration.services.xserver.enable = true;
  };
}
";
    expect![[r#"
        {
          # It is for the television.
          # speclint: ignore[missing-tag]
          specialisation.tv = {
            # This stays.
            configuration.services.xserver.enable = true;
          };
        }
    "#]]
    .assert_eq(&mended(text, "redundant-inherit"));
    let text = "{
  services.xserver.enable = false;
  specialisation.tv = {
    configuration = {
      system.nixos.tags = [ \"tv\" ];
    };
    # speclint: ignore[needs-mkdefault] as it is
    services.xserver.enable = true;
  };
}
";
    expect![[r#"
        {
          services.xserver.enable = false;
          specialisation.tv = {
            configuration = {
              # speclint: ignore[needs-mkdefault] as it is
              services.xserver.enable = true;
              system.nixos.tags = [ "tv" ];
            };
          };
        }
    "#]]
    .assert_eq(&mended(text, "misplaced-setting"));
}
