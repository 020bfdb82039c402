//! `speclint check --fix`: what is written to files, and when nothing is.

use crate::User;
use expect_test::{Expect, expect};
use std::fs;

const BASE: &str = "{ lib, ... }:
{
  imports = [ ./tv.nix ];
  networking.hostName = \"atlas\"; # the machine
}
";
const MENDED: &str = "{ lib, ... }:
{
  imports = [ ./tv.nix ];
  networking.hostName = lib.mkDefault \"atlas\"; # the machine
}
";
const TV: &str = "{
  specialisation.tv.configuration = {
    system.nixos.tags = [ \"tv\" ];
    networking.hostName = \"atlas-tv\";
  };
}
";

#[track_caller]
fn check(user: &User, status: i32, args: &[&str], expected: Expect) {
    user.prints(status, &[&["check"], args].concat(), expected);
}

#[test]
fn what_is_safe_is_mended() {
    let user = User::with_tv(BASE, TV);
    check(
        &user,
        0,
        &["--fix"],
        expect![[r#"
            configuration.nix: let specialisations override the parent's value: `lib.mkDefault "atlas"` [needs-mkdefault]
              or: override the parent's value in `tv`
              or: set it in the base only: `lib.mkIf (config.specialisation != { })`
            mended 1 place in 1 file
            nothing found
        "#]],
    );
    assert_eq!((user.read("configuration.nix").as_str(), user.read("tv.nix").as_str()), (MENDED, TV));
    check(
        &user,
        0,
        &["--fix"],
        expect![[r#"
        nothing found
    "#]],
    );
    assert_eq!(user.read("configuration.nix"), MENDED);
}

#[test]
fn what_is_uncertain_is_mended_when_asked() {
    let text = "{ lib, ... }:
{
  specialisation.tv.configuration = {
    system.nixos.tags = [ \"tv\" ];
    specialisation.night.configuration = { };
  };
}
";
    let user = User::with(&[("configuration.nix", text)]);
    let found = user.says(1, &["check", "--fix"]);
    assert!(found.contains("nested-specialisation"), "{found}");
    assert_eq!(user.read("configuration.nix"), text);
    check(
        &user,
        0,
        &["--fix", "--unsafe-fixes"],
        expect![[r#"
            configuration.nix: remove `night` [nested-specialisation]
            mended 1 place in 1 file
            nothing found
        "#]],
    );
    assert_eq!(
        user.read("configuration.nix"),
        text.replace("    specialisation.night.configuration = { };\n", "")
    );
}

#[test]
fn a_diff_changes_nothing() {
    let user = User::with_tv(BASE, TV);
    check(
        &user,
        1,
        &["--diff"],
        expect![[r#"
            configuration.nix: let specialisations override the parent's value: `lib.mkDefault "atlas"` [needs-mkdefault]
              or: override the parent's value in `tv`
              or: set it in the base only: `lib.mkIf (config.specialisation != { })`
            would mend 1 place in 1 file
            --- a/configuration.nix
            +++ b/configuration.nix
            @@ -1,5 +1,5 @@
             { lib, ... }:
             {
               imports = [ ./tv.nix ];
            -  networking.hostName = "atlas"; # the machine
            +  networking.hostName = lib.mkDefault "atlas"; # the machine
             }
        "#]],
    );
    assert_eq!(user.read("configuration.nix"), BASE);
    user.write("configuration.nix", MENDED);
    check(&user, 0, &["--diff"], expect![[""]]);
}

#[test]
fn line_ends_and_marks_stay() {
    let user = User::with(&[]);
    let windows = |text: &str| format!("\u{feff}{}", text.replace('\n', "\r\n"));
    user.write("configuration.nix", windows(BASE));
    user.write("tv.nix", windows(TV));
    // Nix accepts no mark: that is for the author to mend.
    user.says(1, &["check", "--fix"]);
    assert_eq!(user.read("configuration.nix"), windows(MENDED));
    assert_eq!(user.read("tv.nix"), windows(TV));
}

#[test]
fn only_chosen_findings_are_mended() {
    let without_tag = TV.replace("    system.nixos.tags = [ \"tv\" ];\n", "");
    let user = User::with(&[("configuration.nix", BASE), ("tv.nix", &without_tag)]);
    user.says(0, &["check", "--fix", "--ignore", "needs-mkdefault"]);
    assert_eq!((user.read("configuration.nix").as_str(), user.read("tv.nix").as_str()), (BASE, TV));
    user.write("tv.nix", &without_tag);
    user.says(0, &["check", "--fix", "--select", "needs-mkdefault"]);
    assert_eq!((user.read("configuration.nix").as_str(), user.read("tv.nix")), (MENDED, without_tag));
}

#[test]
fn a_file_that_cannot_be_written_is_left_and_so_are_the_others() {
    let user = User::with_tv(BASE, TV);
    let path = user.path("configuration.nix");
    let mut permissions = fs::metadata(&path).expect("a file").permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&path, permissions).expect("permissions");
    check(
        &user,
        2,
        &["--fix"],
        expect![[r#"
        speclint: `configuration.nix` is read-only: nothing was written
    "#]],
    );
    assert_eq!(user.read("configuration.nix"), BASE);
    assert_eq!(fs::read_dir(user.path("")).expect("a folder").count(), 2, "nothing is left behind");
}

#[cfg(unix)]
#[test]
fn permissions_and_links_stay() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let user = User::with(&[
        ("real/base.nix", BASE),
        ("tv.nix", TV),
        ("configuration.nix", "{ imports = [ ./link.nix ./tv.nix ]; }"),
    ]);
    user.write("real/base.nix", BASE.replace("  imports = [ ./tv.nix ];\n", ""));
    let real = user.path("real/base.nix");
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).expect("permissions");
    symlink("real/base.nix", user.path("link.nix")).expect("a link");
    user.says(0, &["check", "--fix", "configuration.nix"]);
    assert!(fs::symlink_metadata(user.path("link.nix")).expect("a link").is_symlink());
    assert!(user.read("real/base.nix").contains("lib.mkDefault"));
    assert_eq!(fs::metadata(&real).expect("a file").permissions().mode() & 0o777, 0o640);
}
