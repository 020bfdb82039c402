//! What is added to a specialisation that lacks what its siblings have is written as they write it, and can be given to all of them at once.

use crate::support::case::Case;
use expect_test::{Expect, expect};
use speclint_lint::findings::{Applicability, Finding, Fix};
use speclint_lint::fix::apply;

/// The case after one mend, with the lines that it changes.
fn mended(case: &Case, fix: &Fix) -> (Case, String) {
    let mut texts = std::collections::BTreeMap::new();
    let mut shown = String::new();
    for (path, edits) in apply::by_file(&fix.edits) {
        let new = apply::edited(&case.files[path], &edits).expect("edits that fit");
        for change in similar::TextDiff::from_lines(&case.files[path], &new).iter_all_changes() {
            if change.tag() != similar::ChangeTag::Equal {
                shown.push_str(&format!("{}{}", change.tag(), change.value()));
            }
        }
        texts.insert(path.to_owned(), new);
    }
    (case.edited(&texts), shown)
}

fn findings(case: &Case) -> Vec<Finding> {
    let is_it = |finding: &Finding| ["missing-tag", "switch-marker"].contains(&finding.rule);
    case.analysis().findings().into_iter().filter(is_it).collect()
}

/// The preferred mend of the only finding is safe, and takes it away.
#[track_caller]
fn check(text: &str, expected: Expect) {
    let case = Case::parse("inline", text);
    let found = findings(&case);
    let [finding] = found.as_slice() else { panic!("{found:#?}") };
    let fix = finding.fixes.first().expect("a mend");
    let (case, changes) = mended(&case, fix);
    expected.assert_eq(&format!("{} ({})\n{changes}", fix.title, fix.applicability.name()));
    assert_eq!(findings(&case), []);
}

/// A configuration where `tv` has its tag and `work` has none.
fn siblings(head: &str, tv: &str, work: &str) -> String {
    format!("{head}{{\n  specialisation = {{\n    tv{tv};\n    work{work};\n  }};\n}}\n")
}

const PLAIN: &str = ".configuration = {\n      services.printing.enable = true;\n    }";

#[test]
fn a_binding_is_written_like_that_of_a_sibling() {
    let tv = |tags: &str| {
        format!(".configuration = {{\n      {tags}\n      services.xserver.enable = true;\n    }}")
    };
    check(
        &siblings(
            "",
            &tv("system.nixos = {\n        tags = [\n          \"tv\"\n        ];\n      };"),
            PLAIN,
        ),
        expect![[r#"
            add the tag as `tv` has it (safe)
            +      system.nixos = {
            +        tags = [
            +          "work"
            +        ];
            +      };
        "#]],
    );
    // The set has more in it.
    check(
        &siblings("", &tv("system = { nixos.tags = [ \"sp:tv\" ]; stateVersion = \"24.11\"; };"), PLAIN),
        expect![[r#"
            add the tag as `tv` has it (safe)
            +      system.nixos.tags = [ "sp:work" ];
        "#]],
    );
    check(
        &siblings("{ lib, ... }: with lib; ", &tv("system.nixos.tags = mkForce [ \"with-tv\" ];"), PLAIN),
        expect![[r#"
            add the tag as `tv` has it (safe)
            +      system.nixos.tags = mkForce [ "with-work" ];
        "#]],
    );
    // `config` at the top, and a sibling whose name cannot be found in its tag.
    let config = "= {\n      config = {\n        services.printing.enable = true;\n      };\n    }";
    check(
        &siblings("", &tv("system.nixos.tags = [ \"television\" ];"), &format!(".configuration {config}")),
        expect![[r#"
            add the tag `work` (safe)
            +        system.nixos.tags = [ "work" ];
        "#]],
    );
    check(
        &siblings(
            "",
            &tv("system.nixos.tags = [ \"tv\" ];"),
            ".configuration.services.printing.enable = true",
        ),
        expect![[r#"
            add the tag as `tv` has it (safe)
            +    work.configuration.system.nixos.tags = [ "work" ];
        "#]],
    );
    check(
        &siblings(
            "",
            &tv("system.nixos.tags = [ \"tv\" ];"),
            " = {\n      inheritParentConfig = true;\n      # For the office.\n      configuration.services.printing.enable = true;\n    }",
        ),
        expect![[r#"
            add the tag as `tv` has it (safe)
            +      configuration.system.nixos.tags = [ "work" ];
        "#]],
    );
    check(
        &(siblings("", &tv("system.nixos.tags = [ \"tv\" ];"), ".configuration = ./work.nix")
            + "#- work.nix\n{ services.printing.enable = true; }\n"),
        expect![[r#"
            add the tag as `tv` has it (safe)
            -    work.configuration = ./work.nix;
            +    work.configuration = { imports = [ ./work.nix ]; system.nixos.tags = [ "work" ]; };
        "#]],
    );
}

#[test]
fn a_function_is_called_as_for_a_sibling() {
    let of_configuration = "let
  tagged = name: module: { imports = [ module ]; system.nixos.tags = [ name ]; };
in
";
    check(
        &siblings(
            of_configuration,
            ".configuration = tagged \"tv\" { services.xserver.enable = true; }",
            PLAIN,
        ),
        expect![[r#"
            add the tag as `tv` has it (safe)
            -    work.configuration = {
            +    work.configuration = tagged "work" {
        "#]],
    );
    let of_whole = "{ lib, ... }:
let
  specialise = name: module: {
    configuration = { imports = [ module ]; system.nixos.tags = lib.mkBefore [ name ]; };
  };
in
";
    check(
        &siblings(of_whole, " = specialise \"tv\" { services.xserver.enable = true; }", PLAIN),
        expect![[r#"
            add the tag as `tv` has it (safe)
            -    work.configuration = {
            +    work = specialise "work" {
        "#]],
    );
    check(
        &siblings(
            of_whole,
            " = specialise \"tv\" { services.xserver.enable = true; }",
            " = { configuration = { pkgs, ... }: { services.printing.enable = true; }; }",
        ),
        expect![[r#"
            add the tag as `tv` has it (safe)
            -    work = { configuration = { pkgs, ... }: { services.printing.enable = true; }; };
            +    work = specialise "work" ({ pkgs, ... }: { services.printing.enable = true; });
        "#]],
    );
    // Where the function is not in scope, the tag is added plainly.
    check(
        "{
  specialisation.tv =
    let tagged = name: module: { imports = [ module ]; system.nixos.tags = [ name ]; };
    in { configuration = tagged \"tv\" { services.xserver.enable = true; }; };
  specialisation.work.configuration = { services.printing.enable = true; };
}
",
        expect![[r#"
            add the tag `work` (safe)
            -  specialisation.work.configuration = { services.printing.enable = true; };
            +  specialisation.work.configuration = { system.nixos.tags = [ "work" ]; services.printing.enable = true; };
        "#]],
    );
}

#[test]
fn markers_are_written_like_those_of_siblings() {
    let tv =
        "\n      system.nixos.tags = [ \"tv\" ];\n      environment.etc.specialisation = { text = \"tv\"; };";
    check(
        &siblings(
            "",
            &format!(".configuration = {{{tv}\n    }}"),
            ".configuration = {\n      system.nixos.tags = [ \"work\" ];\n    }",
        ),
        expect![[r#"
            add the marker as `tv` has it (safe)
            +      environment.etc.specialisation = { text = "work"; };
        "#]],
    );
}

/// Applies the mend that is for all specialisations: then none of them lacks anything, and those that had it say what they said.
#[track_caller]
fn check_once(text: &str, expected: Expect) {
    let case = Case::parse("inline", text);
    for finding in findings(&case) {
        let once = finding.fixes.last().expect("a mend");
        assert!(once.title.ends_with("by a module that extends the option"), "{once:?}");
        assert_eq!(once.applicability, Applicability::Manual);
    }
    // One round for the tags, one for the markers.
    let (mut case, mut changes) = (case, String::new());
    for _ in 0..2 {
        let Some(finding) = findings(&case).into_iter().next() else { break };
        let (next, changed) = mended(&case, finding.fixes.last().expect("a mend"));
        changes.push_str(&changed);
        case = next;
    }
    assert_eq!(findings(&case), []);
    let systems = case.analysis().systems();
    for specialisation in systems.iter().flat_map(|system| &system.specialisations) {
        let of = |option: &str| specialisation.scope.prediction(option).value().map(ToString::to_string);
        let marker =
            ["environment.etc.specialisation.text", "xdg.dataFile.\"home-manager/specialisation\".text"];
        let values = [of("system.nixos.tags"), marker.into_iter().find_map(of)];
        let values: Vec<String> = values.into_iter().flatten().collect();
        changes.push_str(&format!("{}: {}\n", specialisation.name, values.join(" ")));
    }
    expected.assert_eq(&changes);
}

#[test]
fn a_module_does_it_for_all() {
    check_once(
        "{
  services.openssh.enable = true;
  specialisation.tv.configuration = { services.xserver.enable = true; };
  specialisation.own.configuration = { system.nixos.tags = [ \"mine\" ]; services.xserver.enable = true; };
  specialisation.bare = { inheritParentConfig = false; configuration = { services.printing.enable = true; }; };
}
",
        expect![[r#"
            +  imports = [
            +    ({ lib, ... }: {
            +      options.specialisation = lib.mkOption {
            +        type = lib.types.attrsOf (lib.types.submodule ({ name, ... }: {
            +          configuration.system.nixos.tags = lib.mkDefault [ name ];
            +        }));
            +      };
            +    })
            +  ];
            bare: ["bare"]
            own: ["mine"]
            tv: ["tv"]
        "#]],
    );
    check_once(
        "{
  programs.nh.enable = true;
  specialisation.tv.configuration = { services.xserver.enable = true; };
  specialisation.work.configuration = { system.nixos.tags = [ \"work\" ]; services.printing.enable = true; };
}
",
        expect![[r#"
            +  imports = [
            +    ({ lib, ... }: {
            +      options.specialisation = lib.mkOption {
            +        type = lib.types.attrsOf (lib.types.submodule ({ name, ... }: {
            +          configuration.system.nixos.tags = lib.mkDefault [ name ];
            +        }));
            +      };
            +    })
            +  ];
            +    ({ lib, ... }: {
            +      options.specialisation = lib.mkOption {
            +        type = lib.types.attrsOf (lib.types.submodule ({ name, ... }: {
            +          configuration.environment.etc."specialisation".text = lib.mkDefault name;
            +        }));
            +      };
            +    })
            tv: ["tv"] "tv"
            work: ["work"] "work"
        "#]],
    );
    check_once(
        "{ lib, ... }:
{
  imports = [
    ./more.nix
  ];
  config = {
    specialisation = lib.genAttrs [ \"a\" \"b\" ] (name: { configuration = ./. + \"/${name}.nix\"; });
  };
}
#- more.nix
{ }
#- a.nix
{ services.xserver.enable = true; }
#- b.nix
{ services.printing.enable = true; environment.etc.specialisation.text = \"b\"; }
",
        expect![[r#"
            +    ({ lib, ... }: {
            +      options.specialisation = lib.mkOption {
            +        type = lib.types.attrsOf (lib.types.submodule ({ name, ... }: {
            +          configuration.system.nixos.tags = lib.mkDefault [ name ];
            +        }));
            +      };
            +    })
            +    ({ lib, ... }: {
            +      options.specialisation = lib.mkOption {
            +        type = lib.types.attrsOf (lib.types.submodule ({ name, ... }: {
            +          configuration.environment.etc."specialisation".text = lib.mkDefault name;
            +        }));
            +      };
            +    })
            a: ["a"] "a"
            b: ["b"] "b"
        "#]],
    );
    // In a home.
    check_once(
        "{
  imports = [ <home-manager/nixos> ];
  home-manager.users.anna = {
    specialisation.dark.configuration = { programs.bat.enable = true; };
    specialisation.light.configuration = { xdg.dataFile.\"home-manager/specialisation\".text = \"light\"; };
  };
}
",
        expect![[r#"
            +    imports = [
            +      ({ lib, ... }: {
            +        options.specialisation = lib.mkOption {
            +          type = lib.types.attrsOf (lib.types.submodule ({ name, ... }: {
            +            configuration.xdg.dataFile."home-manager/specialisation".text = lib.mkDefault name;
            +          }));
            +        };
            +      })
            +    ];
            dark: "dark"
            light: "light"
        "#]],
    );
}

/// What is for all is for a person to decide: neither `--fix` nor `--unsafe-fixes` does it.
#[test]
fn what_is_for_all_is_not_applied() {
    let text = "{ lib, ... }: { specialisation = lib.genAttrs [ \"a\" \"b\" ] (import ./make.nix); }
#- make.nix
name: { configuration = ./. + \"/${name}.nix\"; }
#- a.nix
{ services.xserver.enable = true; }
#- b.nix
{ services.printing.enable = true; }
";
    let case = Case::parse("inline", text);
    assert_eq!(findings(&case)[0].fixes.len(), 1);
    for unsafe_too in [false, true] {
        assert!(case.analysis().fix(unsafe_too, |_| true).texts.is_empty());
    }
}
