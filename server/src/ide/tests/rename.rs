//! Renaming specialisations.

use super::Fixture;
use expect_test::{Expect, expect};
use speclint_lint::fix::apply;

fn check(text: &str, new: &str, expected: Expect) {
    let fixture = Fixture::new(text);
    let shown = match fixture.ide().rename(&fixture.file, fixture.offset, new) {
        Ok(edits) => {
            let mut out = String::new();
            for (path, edits) in apply::by_file(&edits) {
                let text = fixture.analysis.text(path).expect("a text");
                out.push_str(&format!("{path}\n{}", apply::edited(&text, &edits).expect("a new text")));
            }
            out
        }
        Err(why) => format!("{why}\n"),
    };
    expected.assert_eq(&shown);
}

const EVERYWHERE: &str = r#"
#- configuration.nix
{ config, lib, ... }: {
  imports = [ ./tv.nix ];
  specialisation."テ$0レビ".configuration = {
    system.nixos.tags = [ "テレビ" "😀" ];
    environment.etc."specialisation".text = "テレビ";
  };
  environment.etc.x.source = config.specialisation."テレビ".configuration.system.build.toplevel;
}
#- tv.nix
{ specialisation = { "テレビ" = { configuration.services.xserver.enable = true; }; }; }
"#;

#[test]
fn everywhere() {
    check(
        EVERYWHERE,
        "tv",
        expect![[r#"
        /r/configuration.nix
        { config, lib, ... }: {
          imports = [ ./tv.nix ];
          specialisation.tv.configuration = {
            system.nixos.tags = [ "tv" "😀" ];
            environment.etc."specialisation".text = "tv";
          };
          environment.etc.x.source = config.specialisation.tv.configuration.system.build.toplevel;
        }
        /r/tv.nix
        { specialisation = { tv = { configuration.services.xserver.enable = true; }; }; }
    "#]],
    );
}

#[test]
fn a_name_that_needs_quotation_marks() {
    check(
        EVERYWHERE,
        "my tv",
        expect![[r#"
        /r/configuration.nix
        { config, lib, ... }: {
          imports = [ ./tv.nix ];
          specialisation."my tv".configuration = {
            system.nixos.tags = [ "my-tv" "😀" ];
            environment.etc."specialisation".text = "my tv";
          };
          environment.etc.x.source = config.specialisation."my tv".configuration.system.build.toplevel;
        }
        /r/tv.nix
        { specialisation = { "my tv" = { configuration.services.xserver.enable = true; }; }; }
    "#]],
    );
}

#[test]
fn a_name_that_cannot_be() {
    check(
        EVERYWHERE,
        "a/b",
        expect![[r#"
        the name of a specialisation must not be empty, and must not contain `/`
    "#]],
    );
}

#[test]
fn a_name_that_there_is() {
    check(
        "#- configuration.nix\n{ specialisation.t$0v.configuration = { }; specialisation.desk.configuration = { }; }\n",
        "desk",
        expect![[r#"
            `configuration.nix` has a specialisation `desk` already
        "#]],
    );
}

#[test]
fn one_of_a_list_of_names() {
    check(
        r#"
#- configuration.nix
{ lib, ... }: {
  specialisation = lib.genAttrs [ "t$0v" "desk" ] (name: { configuration.system.nixos.tags = [ name ]; });
}
"#,
        "television",
        expect![[r#"
            /r/configuration.nix
            { lib, ... }: {
              specialisation = lib.genAttrs [ "television" "desk" ] (name: { configuration.system.nixos.tags = [ name ]; });
            }
        "#]],
    );
}

#[test]
fn a_name_that_is_computed() {
    check(
        r#"
#- configuration.nix
{ config, lib, ... }: {
  specialisation = lib.genAttrs (map (n: "t${n}") [ "v" ]) (name: { configuration = { }; });
  environment.etc.x.source = config.specialisation.t$0v.configuration.system.build.toplevel;
}
"#,
        "television",
        expect![[r#"
            the name `tv` is computed in `configuration.nix`
        "#]],
    );
}

#[test]
fn what_is_no_specialisation() {
    check(
        "#- configuration.nix\n{ services.openssh.en$0able = true; specialisation.tv.configuration = { }; }\n",
        "tv",
        expect![[r#"
            only specialisations can be renamed
        "#]],
    );
}
