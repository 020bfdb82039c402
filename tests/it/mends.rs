//! What mends look like in files of every form.

use crate::support::case::{Case, short};
use expect_test::{Expect, expect};
use speclint_lint::findings::Applicability;

/// Mends a configuration of several files and shows the lines that change, by file, with line ends and the like in escapes.
fn changes(case: &Case, unsafe_too: bool) -> String {
    let mut analysis = case.analysis();
    let fixed = analysis.fix(unsafe_too, |_| true);
    let mut shown = String::new();
    for (path, new) in &fixed.texts {
        if case.files.len() > 1 {
            shown.push_str(&format!("{}:\n", short(path)));
        }
        for change in similar::TextDiff::from_lines(&case.files[path], new).iter_all_changes() {
            if change.tag() != similar::ChangeTag::Equal {
                let line = change.value().strip_suffix('\n').unwrap_or(change.value());
                let line = line.replace('\r', "\\r").replace('\t', "\\t").replace('\u{feff}', "\\u{feff}");
                shown.push_str(&format!("{}{line}\n", change.tag()));
            }
        }
    }
    shown
}

#[track_caller]
fn check(text: &str, expected: Expect) {
    expected.assert_eq(&changes(&Case::parse("inline", text), false));
}

/// A base and a specialisation that contradict each other, with this in front of the base's set.
fn conflict(head: &str) -> String {
    format!(
        "{head}{{
  networking.hostName = \"atlas\";
  specialisation.tv.configuration = {{
    system.nixos.tags = [ \"tv\" ];
    networking.hostName = \"tv\";
  }};
}}
"
    )
}

#[test]
fn lib_is_called_as_the_file_calls_it() {
    check(
        &conflict("{ lib, ... }: "),
        expect![[r#"
            -  networking.hostName = "atlas";
            +  networking.hostName = lib.mkDefault "atlas";
        "#]],
    );
    check(
        &conflict("{ lib, ... }: with lib; "),
        expect![[r#"
        -  networking.hostName = "atlas";
        +  networking.hostName = mkDefault "atlas";
    "#]],
    );
    check(
        &conflict("{ lib, ... }: let inherit (lib) mkDefault; in "),
        expect![[r#"
        -  networking.hostName = "atlas";
        +  networking.hostName = mkDefault "atlas";
    "#]],
    );
    check(
        &conflict("args: "),
        expect![[r#"
        -  networking.hostName = "atlas";
        +  networking.hostName = args.lib.mkDefault "atlas";
    "#]],
    );
    check(
        &conflict("args@{ ... }: "),
        expect![[r#"
        -  networking.hostName = "atlas";
        +  networking.hostName = args.lib.mkDefault "atlas";
    "#]],
    );
}

#[test]
fn lib_is_brought_into_scope() {
    check(
        &conflict(""),
        expect![[r#"
            +{ lib, ... }:
            -  networking.hostName = "atlas";
            +  networking.hostName = lib.mkDefault "atlas";
        "#]],
    );
    check(
        &conflict("{ config, pkgs, ... }: "),
        expect![[r#"
        -{ config, pkgs, ... }: {
        -  networking.hostName = "atlas";
        +{ config, lib, pkgs, ... }: {
        +  networking.hostName = lib.mkDefault "atlas";
    "#]],
    );
    check(
        &conflict("{ config\n, pkgs\n, ...\n}:\n"),
        expect![[r#"
        +, lib
        -  networking.hostName = "atlas";
        +  networking.hostName = lib.mkDefault "atlas";
    "#]],
    );
    check(
        &conflict("{\n  config,\n  pkgs,\n  ...\n}:\n"),
        expect![[r#"
        +  lib,
        -  networking.hostName = "atlas";
        +  networking.hostName = lib.mkDefault "atlas";
    "#]],
    );
    check(
        &conflict("# A comment.\n\n"),
        expect![[r#"
        +{ lib, ... }:
        -  networking.hostName = "atlas";
        +  networking.hostName = lib.mkDefault "atlas";
    "#]],
    );
    // Without `...` the module system would refuse another argument: nothing is offered that does not work.
    check(&conflict("{ pkgs }: "), expect![[""]]);
}

#[test]
fn properties_that_are_there_are_kept_or_replaced() {
    let parent = |value: &str| {
        conflict("{ config, lib, ... }: let force = lib.mkForce; when = lib.mkIf; in ")
            .replace("\"atlas\"", value)
    };
    check(
        &parent("when true \"atlas\""),
        expect![[r#"
        -  networking.hostName = when true "atlas";
        +  networking.hostName = when true (lib.mkDefault "atlas");
    "#]],
    );
    check(
        &parent("lib.mkMerge [ \"atlas\" (when false \"no\") ]"),
        expect![[r#"
        -  networking.hostName = lib.mkMerge [ "atlas" (when false "no") ];
        +  networking.hostName = lib.mkMerge [ (lib.mkDefault "atlas") (when false (lib.mkDefault "no")) ];
    "#]],
    );
    let both = |value: &str| parent(value).replace("\"tv\";", "force \"tv\";");
    check(
        &both("force /* as it is */ \"atlas\""),
        expect![[r#"
        -  networking.hostName = force /* as it is */ "atlas";
        +  networking.hostName = lib.mkDefault /* as it is */ "atlas";
    "#]],
    );
    check(
        &both("lib.mkOverride 50 \"atlas\""),
        expect![[r#"
        -  networking.hostName = lib.mkOverride 50 "atlas";
        +  networking.hostName = lib.mkDefault "atlas";
    "#]],
    );
    check(
        &parent("if true then \"atlas\" else \"no\""),
        expect![[r#"
        -  networking.hostName = if true then "atlas" else "no";
        +  networking.hostName = lib.mkDefault (if true then "atlas" else "no");
    "#]],
    );
}

#[test]
fn inherited_names_get_a_binding() {
    let text = "{ lib, ... }:
let
  hostName = \"atlas\";
  names = { inherit hostName; };
in
{
  networking = { inherit hostName; };
  specialisation.tv.configuration = {
    system.nixos.tags = [ \"tv\" ];
    networking.hostName = \"tv\";
  };
}
";
    check(
        text,
        expect![[r#"
        -  networking = { inherit hostName; };
        +  networking = { hostName = lib.mkDefault hostName; };
    "#]],
    );
    check(
        &text.replace("= { inherit hostName; };\n  spec", "= { inherit (names) hostName; };\n  spec"),
        expect![[r#"
        -  networking = { inherit (names) hostName; };
        +  networking = { hostName = lib.mkDefault names.hostName; };
    "#]],
    );
}

#[test]
fn the_form_of_the_file_is_kept() {
    check(
        &conflict("").replace('\n', "\r\n"),
        expect![[r#"
            +{ lib, ... }:\r
            -  networking.hostName = "atlas";\r
            +  networking.hostName = lib.mkDefault "atlas";\r
        "#]],
    );
    check(
        &format!("\u{feff}{}", conflict("")),
        expect![[r#"
        -\u{feff}{
        -  networking.hostName = "atlas";
        +\u{feff}{ lib, ... }:
        +{
        +  networking.hostName = lib.mkDefault "atlas";
    "#]],
    );
    check(
        &format!("\u{feff}{}", conflict("{ lib, ... }: ")),
        expect![[r#"
        -  networking.hostName = "atlas";
        +  networking.hostName = lib.mkDefault "atlas";
    "#]],
    );
    check(
        "{\n\tspecialisation.tv.configuration = {\n\t\tservices.xserver.enable = true;\n\t};\n}",
        expect![[r#"
        +\t\tsystem.nixos.tags = [ "tv" ];
    "#]],
    );
    check(
        "{ specialisation.tv.configuration = { services.xserver.enable = true; }; }",
        expect![[r#"
        -{ specialisation.tv.configuration = { services.xserver.enable = true; }; }
        +{ specialisation.tv.configuration = { system.nixos.tags = [ "tv" ]; services.xserver.enable = true; }; }
    "#]],
    );
}

/// A file whose text is not what its bytes are cannot be written.
#[test]
fn what_is_no_text_is_left_alone() {
    check(&conflict("{ lib, ... }: # \u{fffd}\n"), expect![[""]]);
}

/// Two machines that share a file.
fn hosts(other: &str) -> Case {
    let shared = "{ networking.firewall.enable = false; }\n";
    let host = "{
  imports = [ ./shared.nix ];
  specialisation.open.configuration = {
    system.nixos.tags = [ \"open\" ];
    networking.firewall.enable = true;
  };
}
";
    let mut case = Case::parse("inline", host);
    case.entries.push("/case/other.nix".into());
    case.files.insert("/case/shared.nix".into(), shared.into());
    case.files.insert("/case/other.nix".into(), other.into());
    case
}

/// What mends one machine may break another: both are asked.
#[test]
fn other_systems_have_a_say() {
    // The same finding in both is one, which one mend mends.
    let case = hosts(&hosts("").files["/case/configuration.nix"].replace("open", "free"));
    expect![[r#"
        shared.nix:
        -{ networking.firewall.enable = false; }
        +{ lib, ... }:
        +{ networking.firewall.enable = lib.mkDefault false; }
    "#]]
    .assert_eq(&changes(&case, false));
    // A default of the other machine would contradict the parent's, and a weaker value win.
    for other in ["lib.mkDefault true", "lib.mkOverride 500 true"] {
        let other = format!(
            "{{ lib, ... }}: {{ imports = [ ./shared.nix ]; networking.firewall.enable = {other}; }}"
        );
        let case = hosts(&other);
        let findings = case.analysis().findings();
        let safe = findings[0].fixes.iter().find(|fix| fix.applicability == Applicability::Safe);
        assert_eq!(
            safe.map(|fix| fix.title.as_str()),
            Some("override the parent's value in `open`"),
            "{other}"
        );
        expect![[r#"
            configuration.nix:
            +{ lib, ... }:
            -    networking.firewall.enable = true;
            +    networking.firewall.enable = lib.mkForce true;
        "#]]
        .assert_eq(&changes(&case, true));
    }
}

#[test]
fn what_several_systems_share_is_found_once() {
    let shared = "{ specialisation.tv.configuration = { services.xserver.enable = true; }; }\n";
    let mut case = Case::parse("inline", "{ imports = [ ./shared.nix ]; }");
    case.entries.push("/case/other.nix".into());
    case.files.insert("/case/shared.nix".into(), shared.into());
    case.files.insert("/case/other.nix".into(), "{ imports = [ ./shared.nix ]; }".into());
    let findings = case.analysis().findings();
    let [finding] = findings.as_slice() else { panic!("{findings:#?}") };
    assert_eq!(finding.systems, ["configuration.nix", "other.nix"]);
    assert_eq!(finding.fixes.len(), 1);
    // In the other system the tag is there already: a second one is not wanted.
    case.files.insert(
        "/case/other.nix".into(),
        "{ imports = [ ./shared.nix ]; system.nixos.tags = [ \"x\" ]; }".into(),
    );
    let findings = case.analysis().findings();
    let fixes = findings.iter().flat_map(|f| &f.fixes).map(|fix| fix.applicability);
    assert_eq!(fixes.collect::<Vec<_>>(), [Applicability::Manual]);
}

/// An option's own default is a definition too.
#[test]
fn what_contradicts_a_default_is_raised() {
    check("{ lib, ... }: { networking.hostName = lib.mkOptionDefault \"atlas\"; }", expect![[""]]);
    let case =
        Case::parse("inline", "{ lib, ... }: { networking.hostName = lib.mkOptionDefault \"atlas\"; }\n");
    let findings = case.analysis().findings();
    expect![[r#"
        `networking.hostName` cannot be both "atlas" and its default "nixos" in the base system
    "#]]
    .assert_eq(&findings.iter().map(|f| format!("{}\n", f.message)).collect::<String>());
    expect![[r#"
        -{ lib, ... }: { networking.hostName = lib.mkOptionDefault "atlas"; }
        +{ lib, ... }: { networking.hostName = lib.mkDefault "atlas"; }
    "#]]
    .assert_eq(&changes(&case, true));
}

/// Among three that contradict each other, one is let win.
#[test]
fn three_that_contradict_each_other() {
    let text = "{ lib, ... }:
{
  imports = [ { networking.hostName = \"a\"; } { networking.hostName = \"b\"; } ];
  networking.hostName = \"c\";
}
";
    expect![[r#"
        -  imports = [ { networking.hostName = "a"; } { networking.hostName = "b"; } ];
        -  networking.hostName = "c";
        +  imports = [ { networking.hostName = "a"; } { networking.hostName = lib.mkDefault "b"; } ];
        +  networking.hostName = lib.mkDefault "c";
    "#]]
    .assert_eq(&changes(&Case::parse("inline", text), true));
}

/// The specialisation has no tag, but the module that it is in comes from an input.
#[test]
fn what_is_in_the_store_stays_as_it_is() {
    let case = Case::load(&crate::support::case::fixtures().join("patterns/input-in-store.nix"));
    let (path, text) = case.files.iter().find(|(path, _)| path.ends_with("/module.nix")).expect("a module");
    let start = text.find("    specialisation.battery").expect("a specialisation");
    let plain = "    specialisation.battery.configuration = { services.tlp.enable = true; };\n  };\n}\n";
    let case = case.edited(&[(path.clone(), text[..start].to_owned() + plain)].into());
    let findings = case.analysis().findings();
    assert!(findings.iter().any(|finding| finding.rule == "missing-tag"), "{findings:?}");
    assert_eq!(changes(&case, true), "");
}

/// What cannot be of the type in any way is not tried, so that it does not keep others from being mended.
#[test]
fn hopeless_mends_are_not_tried() {
    let hopeless: String = (0..600).map(|i| format!("  environment.etc.a{i}.enable = 5;\n")).collect();
    let text = format!("{{\n{hopeless}  environment.etc.b.enable = \"true\";\n}}\n");
    let findings = Case::parse("inline", &text).analysis().findings();
    let fixes = findings.iter().flat_map(|finding| &finding.fixes).map(|fix| fix.title.as_str());
    assert_eq!(fixes.collect::<Vec<_>>(), ["write `true`"]);
}

#[test]
fn what_several_systems_are_made_by_is_mended_for_all_of_them() {
    let maker = "{ config, lib, ... }: {
  options.variants = lib.mkOption { type = lib.types.attrsOf lib.types.raw; default = { }; };
  config.specialisation = lib.mapAttrs (name: body: { configuration = { imports = [ body ]; }; }) config.variants;
}
";
    let host =
        |variant: &str, body: &str| format!("{{ imports = [ ./maker.nix ]; variants.{variant} = {body}; }}");
    let tv = "{ services.openssh.enable = true; }";
    for (other, applicability) in [
        (host("work", "{ services.tlp.enable = true; }"), Applicability::Safe),
        // This one would have another label, which nobody asked for.
        (host("work", "{ system.nixos.tags = [ \"w\" ]; }"), Applicability::Manual),
    ] {
        let mut case = Case::parse("inline", &host("tv", tv));
        case.entries.push("/case/other.nix".into());
        case.files.insert("/case/maker.nix".into(), maker.into());
        case.files.insert("/case/other.nix".into(), other.clone());
        let findings = case.analysis().findings();
        let tag = findings.iter().find(|f| f.specialisation.as_deref() == Some("tv")).expect("it has no tag");
        let made = tag.fixes.iter().find(|fix| fix.title.contains("where they are made"));
        assert_eq!(made.map(|fix| fix.applicability), Some(applicability), "{other}");
    }
}
