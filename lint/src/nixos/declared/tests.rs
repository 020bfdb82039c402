//! Options of small sources.

use super::*;
use crate::nixos::table::{OptionTable, path::show_option_path};
use crate::source::files::MemoryFiles;
use expect_test::{Expect, expect};

/// A tree of nixpkgs with these modules, each a name and its text.
fn nixpkgs(modules: &[(&str, &str)]) -> MemoryFiles {
    let list: String = modules.iter().map(|(name, _)| format!("./{name} ")).collect();
    let mut files = MemoryFiles::default();
    files.0.insert("/nixpkgs/nixos/modules/module-list.nix".to_owned(), format!("[ {list} ]"));
    for (name, text) in modules {
        files.0.insert(format!("/nixpkgs/nixos/modules/{name}"), (*text).to_owned());
    }
    files
}

fn shown(declared: &Declared) -> String {
    let table = declared.options.finish();
    let mut out = String::new();
    for option in table.options() {
        let ty = option.type_description().map_or(String::new(), |ty| format!("{ty:?}"));
        let facts = serde_json::to_string(&option.facts()).expect("facts are plain");
        let marks = [(option.is_open(), " open"), (option.is_by_import(), " by import")];
        let marks: String = marks.into_iter().filter(|(is, _)| *is).map(|(_, mark)| mark).collect();
        out.push_str(&format!("{}: {ty} {facts}{marks}\n", show_option_path(&option.path())));
    }
    for trouble in &declared.troubles {
        out.push_str(&format!("! {trouble}\n"));
    }
    out
}

#[track_caller]
fn check_files(files: &MemoryFiles, expected: Expect) {
    let found = declared(files, &Source::nixpkgs("/nixpkgs")).expect("a list of modules");
    expected.assert_eq(&shown(&found));
}

#[track_caller]
fn check(modules: &[(&str, &str)], expected: Expect) {
    check_files(&nixpkgs(modules), expected);
}

/// One module whose options are these.
#[track_caller]
fn check_options(options: &str, expected: Expect) {
    let text = format!("{{ config, lib, pkgs, ... }}: with lib; {{ options = {{ {options} }}; }}");
    check(&[("a.nix", &text)], expected);
}

#[test]
fn plain_options() {
    let text = r#"{ config, lib, pkgs, ... }:
with lib;
let cfg = config.services.a; in
{
  options.services.a = {
    enable = mkEnableOption "a";
    port = mkOption { type = types.port; default = 80; };
    package = mkPackageOption pkgs "a" { };
    list = mkOption { type = types.listOf types.str; default = [ cfg.port ]; };
    nothing = mkOption { };
    folder = mkOption { type = types.path; apply = toString; };
    number = mkOption { type = types.int; apply = toString; };
    group.internal = mkOption { internal = true; readOnly = true; apply = x: x + 1; type = types.int; };
  };
  config = mkIf cfg.enable { services.b = throw "not asked for"; };
}"#;
    check(
        &[("a.nix", text)],
        expect![[r#"
            services.a.enable: Bool {"in":["nixos/modules/a.nix:6"],"default":false}
            services.a.folder: Path { absolute: Some(true), in_store: None } {"in":["nixos/modules/a.nix:11"]}
            services.a.group.internal: Int {"in":["nixos/modules/a.nix:13"],"applied":true,"readOnly":true,"hidden":true}
            services.a.list: ListOf { elem: Str, non_empty: false } {"in":["nixos/modules/a.nix:9"]}
            services.a.nothing: Unspecified {"in":["nixos/modules/a.nix:10"]}
            services.a.number: Int {"in":["nixos/modules/a.nix:12"],"applied":true}
            services.a.package: Package {"in":["nixos/modules/a.nix:8"]}
            services.a.port: IntBetween { lowest: 0, highest: 65535 } {"in":["nixos/modules/a.nix:7"],"default":80}
        "#]],
    );
}

#[test]
fn submodules() {
    let text = r#"{ lib, ... }: let inherit (lib) mkOption types; in {
  options = {
    hosts = mkOption {
      type = types.attrsOf (types.submodule ({ name, config, ... }: {
        imports = [ ./more.nix ];
        options.port = mkOption { type = types.port; default = 1 + config.port; };
      }));
    };
    list = mkOption { type = with types; nullOr (listOf (submodule { options.a = mkOption { type = str; }; })); };
    open = mkOption { type = types.submodule { freeformType = types.attrsOf types.int; options.b = mkOption { type = types.bool; }; }; };
    either = mkOption { type = with types; either str (submodule { options.c = mkOption { type = str; }; }); };
    two = mkOption { type = with types; either (submodule { options.d = mkOption { }; }) (submodule { options.e = mkOption { }; }); };
    tag = mkOption { type = types.attrTag { f = mkOption { type = types.int; }; }; };
    tree = mkOption { type = let node = types.submodule { options.below = mkOption { type = types.attrsOf node; }; }; in node; };
    empty = mkOption { type = types.submodule { }; };
    elsewhere = mkOption { type = types.submodule ./missing.nix; };
  };
}"#;
    let more = "{ lib, ... }: { options.more = lib.mkOption { type = lib.types.lines; }; }";
    let mut files = nixpkgs(&[("a.nix", text)]);
    files.0.insert("/nixpkgs/nixos/modules/more.nix".to_owned(), more.to_owned());
    check_files(
        &files,
        expect![[r#"
            either: Either(Str, Submodule) {"in":["nixos/modules/a.nix:11"]}
            either.c: Str {"in":["nixos/modules/a.nix:11"]}
            elsewhere: Unknown("submodule") {"in":["nixos/modules/a.nix:16"]} open
            empty: Unknown("submodule") {"in":["nixos/modules/a.nix:15"]}
            hosts: AttrsOf { elem: Submodule, lazy: false } {"in":["nixos/modules/a.nix:3"]}
            hosts.<name>.more: SeparatedString("\n") {"in":["nixos/modules/more.nix:1"]}
            hosts.<name>.port: IntBetween { lowest: 0, highest: 65535 } {"in":["nixos/modules/a.nix:6"]}
            list: NullOr(ListOf { elem: Submodule, non_empty: false }) {"in":["nixos/modules/a.nix:9"]}
            list.*.a: Str {"in":["nixos/modules/a.nix:9"]}
            open: OpenSubmodule(AttrsOf { elem: Int, lazy: false }) {"in":["nixos/modules/a.nix:10"]}
            open.b: Bool {"in":["nixos/modules/a.nix:10"]}
            tag: AttrTag(Some(["f"])) {"in":["nixos/modules/a.nix:13"]}
            tag.f: Int {"in":["nixos/modules/a.nix:13"]}
            tree: Submodule {"in":["nixos/modules/a.nix:14"]}
            tree.below: AttrsOf { elem: Submodule, lazy: false } {"in":["nixos/modules/a.nix:14"]}
            tree.below.<name>.below: AttrsOf { elem: Unknown("submodule"), lazy: false } {"in":["nixos/modules/a.nix:14"]}
            two: Either(Submodule, Unknown("submodule")) {"in":["nixos/modules/a.nix:12"]}
            two.d: Unspecified {"in":["nixos/modules/a.nix:12"]}
            ! below `elsewhere`: `/nixpkgs/nixos/modules/missing.nix` does not exist (nixos/modules/missing.nix)
        "#]],
    );
}

#[test]
fn specialisations() {
    let text = r#"{ lib, extendModules, noUserModules, ... }: {
  options.a = lib.mkOption { inherit (extendModules { modules = [ ]; }) type; };
  options.b = lib.mkOption { inherit (noUserModules.extendModules { modules = [ ]; }) type; };
}"#;
    check(
        &[("a.nix", text)],
        expect![[r#"
            a: Unknown("submodule") {"in":["nixos/modules/a.nix:2"]}
            b: Unknown("submodule") {"in":["nixos/modules/a.nix:3"]}
        "#]],
    );
}

#[test]
fn types_that_words_do_not_tell_exactly() {
    check_options(
        r#"
        unique = mkOption { type = types.uniq types.int; };
        check = mkOption { type = types.addCheck types.int (n: n > 3); };
        pattern = mkOption { type = types.either (types.strMatching "a or b") types.int; };
        json = mkOption { type = types.json; };
        format = mkOption { type = (pkgs.formats.toml { }).type; };
        atom = mkOption { type = (pkgs.formats.ini { }).lib.types.atom; };
        own = mkOption { type = types.mkOptionType { name = "mine"; merge = loc: defs: 1; }; };
        merging = mkOption { type = types.int // { merge = loc: defs: 1; }; };
        package = mkOption { type = pkgs.hello.type; };
        enum = mkOption { type = types.enum [ 1 "a" null 1.5 pkgs.hello ]; };
        "#,
        expect![[r#"
            atom: NullOr(Either(Either(Either(Bool, Int), Float), Str)) {"in":["nixos/modules/a.nix:7"]}
            check: Checked { base: Int, check: "signed integer" } {"in":["nixos/modules/a.nix:3"]}
            enum: Enum([Int(1), Str("a"), Null, Hidden("float"), Hidden("unknown")]) {"in":["nixos/modules/a.nix:11"]}
            format: Serializable { name: "TOML", nullable: false } {"in":["nixos/modules/a.nix:6"]}
            json: Serializable { name: "JSON", nullable: true } {"in":["nixos/modules/a.nix:5"]}
            merging: Unknown("a type with a merge function of its own") {"in":["nixos/modules/a.nix:9"]}
            own: Unknown("mine") {"in":["nixos/modules/a.nix:8"]}
            package: Unknown("`pkgs.hello.type` needs nixpkgs") {"in":["nixos/modules/a.nix:10"]}
            pattern: Either(StrMatching("a or b"), Int) {"in":["nixos/modules/a.nix:4"]}
            unique: Unique(Int) {"in":["nixos/modules/a.nix:2"]}
        "#]],
    );
}

#[test]
fn every_type_is_read_back_as_it_was() {
    let text = r#"
        a = mkOption { type = with types; uniq (listOf (addCheck (either (strMatching "x, or y") package) (_: true))); };
        b = mkOption { type = with types; submodule { options.x = mkOption { type = nullOr (nullOr int); }; }; };
        c = mkOption { type = with types; functionTo (attrsOf (enum [ "a, b" ])); };
        d = mkOption { type = types.numbers.between 1 2.5; };
        e = mkOption { type = types.separatedString "\n\t"; };
    "#;
    let module = format!("{{ lib, ... }}: with lib; {{ options = {{ {text} }}; }}");
    let found = declared(&nixpkgs(&[("a.nix", &module)]), &Source::nixpkgs("/nixpkgs")).expect("a list");
    let written = found.options.to_text("");
    let (world, table) = OptionTable::read(written.clone()).expect("a table");
    assert!(world == World::Nixos && table.is_exact());
    let mut again = OptionTableBuilder::exact(world);
    for option in table.options() {
        let ty = option.type_description().expect("an option").clone();
        again.add_exactly(&option.path(), &ty, option.facts(), option.is_by_import());
    }
    assert_eq!(again.to_text(""), written);
}

#[test]
fn what_is_not_known_does_not_spoil_what_is() {
    check(
        &[
            ("throws.nix", "throw \"broken\""),
            ("syntax.nix", "{ options.a = { "),
            ("needs-config.nix", "{ config, lib, ... }: { options = if config.x then { } else { }; }"),
            (
                "partly.nix",
                "{ config, lib, ... }: { options.b = { c = lib.mkOption { type = lib.types.int; }; } // lib.optionalAttrs config.x { d = lib.mkOption { }; }; }",
            ),
            (
                "imports.nix",
                "{ config, lib, ... }: { imports = [ ./none.nix config.x ]; options.e = lib.mkOption { type = lib.types.int; }; }",
            ),
            (
                "type.nix",
                "{ config, lib, ... }: { options.f = lib.mkOption { type = lib.types.listOf config.type; }; }",
            ),
            (
                "loop.nix",
                "{ lib, ... }: let x = x; in { options.g = lib.mkOption { type = x; default = x; }; }",
            ),
            ("strange.nix", "{ lib, ... }: { options.h = 1; options.i = lib.mkOption { type = 2; }; }"),
            ("good.nix", "{ lib, ... }: { options.z = lib.mkOption { type = lib.types.int; }; }"),
        ],
        expect![[r#"
            b.c: Int {"in":["nixos/modules/partly.nix:1"]}
            e: Int {"in":["nixos/modules/imports.nix:1"]}
            f: ListOf { elem: Unknown("`the configuration` is not at hand"), non_empty: false } {"in":["nixos/modules/type.nix:1"]}
            g: Unknown("infinite recursion encountered") {"in":["nixos/modules/loop.nix:1"]}
            i: Unknown("expected an option type but found an integer") {"in":["nixos/modules/strange.nix:1"]}
            z: Int {"in":["nixos/modules/good.nix:1"]}
            ! below `b`: `the configuration` is not at hand
            ! below `h`: expected a set of options but found an integer (nixos/modules/strange.nix)
            ! the options: `/nixpkgs/nixos/modules/none.nix` does not exist (nixos/modules/none.nix)
            ! the options: `the configuration` is not at hand (nixos/modules/imports.nix)
            ! the options: broken (nixos/modules/throws.nix)
        "#]],
    );
}

#[test]
fn options_of_other_names() {
    let rename = r#"{ lib, ... }: with lib; {
  imports = [
    (mkRenamedOptionModule [ "old" "a" ] [ "new" "a" ])
    (mkAliasOptionModule [ "alias" ] [ "old" "a" ])
    (mkRemovedOptionModule [ "old" "b" ] "Use\n  nothing.")
    (mkMergedOptionModule [ [ "old" "c" ] [ "old" "d" ] ] [ "new" "c" ] (config: 1))
    (mkChangedOptionModule [ "old" "e" ] [ "new" "e" ] (config: config.old.e))
    (mkRenamedOptionModule [ "old" "f" ] [ "none" ])
  ];
  options.hosts = mkOption {
    type = types.attrsOf (types.submodule {
      imports = [ (mkRenamedOptionModule [ "g" ] [ "group" "g" ]) ];
      options.group.g = mkOption { type = types.int; };
    });
  };
}"#;
    // Added to the submodule by another module, as old releases do.
    let added = r#"{ lib, ... }: with lib; {
  options.hosts = mkOption { options = [ ({ ... }: { imports = [ (mkAliasOptionModule [ "h" ] [ "g" ]) ]; }) ]; };
}"#;
    let new = "{ lib, ... }: { options.new.a = lib.mkOption { type = lib.types.int; }; options.new.c = lib.mkOption { type = lib.types.str; }; }";
    check(
        &[("rename.nix", rename), ("new.nix", new), ("added.nix", added)],
        expect![[r#"
            alias: Int {"in":["nixos/modules/rename.nix:4"],"to":[["old","a"]],"applied":true}
            hosts: AttrsOf { elem: Submodule, lazy: false } {"in":["nixos/modules/rename.nix:10","nixos/modules/added.nix:2"]}
            hosts.<name>.g: Int {"in":["nixos/modules/rename.nix:12"],"to":[["hosts","<name>","group","g"]],"applied":true,"hidden":true}
            hosts.<name>.group.g: Int {"in":["nixos/modules/rename.nix:13"]}
            hosts.<name>.h: Int {"in":["nixos/modules/added.nix:2"],"to":[["hosts","<name>","g"]],"applied":true}
            new.a: Int {"in":["nixos/modules/new.nix:1"]}
            new.c: Str {"in":["nixos/modules/new.nix:1"]}
            old.a: Int {"in":["nixos/modules/rename.nix:3"],"to":[["new","a"]],"applied":true,"hidden":true}
            old.b: Unspecified {"in":["nixos/modules/rename.nix:5"],"removed":"Use nothing.","applied":true,"hidden":true}
            old.c: Unspecified {"in":["nixos/modules/rename.nix:6"],"to":[["new","c"]],"changed":true,"hidden":true}
            old.d: Unspecified {"in":["nixos/modules/rename.nix:6"],"to":[["new","c"]],"changed":true,"hidden":true}
            old.e: Unspecified {"in":["nixos/modules/rename.nix:7"],"to":[["new","e"]],"changed":true,"hidden":true}
            old.f: Unknown("none") {"in":["nixos/modules/rename.nix:8"],"to":[["none"]],"applied":true,"hidden":true}
        "#]],
    );
}

#[test]
fn options_that_several_modules_declare() {
    let one = r#"{ lib, ... }: with lib; {
  options.users = mkOption { type = types.attrsOf (types.submodule { options.a = mkOption { type = types.enum [ 1 ]; }; }); };
  options.plain = mkOption { type = types.int; };
  options.contradiction = mkOption { type = types.int; };
}"#;
    let two = r#"{ lib, ... }: with lib; {
  options.users = mkOption { type = types.attrsOf (types.submodule { options.a = mkOption { type = types.enum [ 2 ]; }; options.b = mkOption { type = types.int; }; }); };
  options.plain = mkOption { default = 3; };
  options.contradiction = mkOption { type = types.str; };
}"#;
    // As releases until 2020 have it.
    let old = r#"{ lib, ... }: with lib; {
  options.users = mkOption { options = [ { c = mkOption { type = types.string; }; } ({ name, ... }: { options.d = mkOption { }; }) ]; };
}"#;
    check(
        &[("one.nix", one), ("two.nix", two), ("old.nix", old)],
        expect![[r#"
        contradiction: Unknown("signed integer and string") {"in":["nixos/modules/one.nix:4","nixos/modules/two.nix:4"]}
        plain: Int {"in":["nixos/modules/one.nix:3","nixos/modules/two.nix:3"],"default":3}
        users: AttrsOf { elem: Submodule, lazy: false } {"in":["nixos/modules/one.nix:2","nixos/modules/two.nix:2","nixos/modules/old.nix:2"]}
        users.<name>.a: Enum([Int(1), Int(2)]) {"in":["nixos/modules/one.nix:2","nixos/modules/two.nix:2"]}
        users.<name>.b: Int {"in":["nixos/modules/two.nix:2"]}
        users.<name>.c: SeparatedString("") {"in":["nixos/modules/old.nix:2"]}
        users.<name>.d: Unspecified {"in":["nixos/modules/old.nix:2"]}
    "#]],
    );
}

#[test]
fn modules_that_must_be_imported() {
    let listed =
        "{ lib, ... }: { imports = [ ./imported.nix ]; options.a = lib.mkOption { type = lib.types.int; }; }";
    let imported = "{ lib, ... }: { options.b = lib.mkOption { type = lib.types.int; }; }";
    let optional = "{ lib, ... }: { options.c = lib.mkOption { type = lib.types.int; }; options.a = lib.mkOption { type = lib.types.str; }; }";
    let helper = "{ lib }: { options.d = lib.mkOption { type = lib.types.int; }; }";
    let service = "{ lib, serverInfo, ... }: { options.e = lib.mkOption { type = lib.types.int; }; }";
    let mut files = nixpkgs(&[("listed.nix", listed)]);
    for (name, text) in
        [("imported", imported), ("optional", optional), ("helper", helper), ("service", service)]
    {
        files.0.insert(format!("/nixpkgs/nixos/modules/{name}.nix"), text.to_owned());
    }
    check_files(
        &files,
        expect![[r#"
        a: Int {"in":["nixos/modules/listed.nix:1","nixos/modules/optional.nix:1"]}
        b: Int {"in":["nixos/modules/imported.nix:1"]}
        c: Int {"in":["nixos/modules/optional.nix:1"]} by import
    "#]],
    );
}

#[test]
fn home_manager_has_a_lib_of_its_own() {
    let mut files = MemoryFiles::default();
    let mut add = |path: &str, text: &str| files.0.insert(format!("/hm/{path}"), text.to_owned());
    add("modules/lib/stdlib-extended.nix", "lib: lib.extend (_: _: { hm.types.number = lib.types.int; })");
    add(
        "modules/modules.nix",
        r#"{ pkgs, lib, check ? true }: [ ./a.nix (pkgs.path + "/nixos/modules/misc/assertions.nix") { _module.args.pkgs = pkgs; } ]"#,
    );
    add(
        "modules/a.nix",
        "{ lib, ... }: { options.a = lib.mkOption { type = lib.hm.types.number; }; options.b = lib.mkOption { type = lib.types.submodule ./b.nix; }; }",
    );
    add("modules/b.nix", "{ lib, ... }: { options.c = lib.mkOption { type = lib.hm.types.number; }; }");
    let found = declared(&files, &Source::home_manager("/hm", None)).expect("a list of modules");
    expect![[r#"
        a: Int {"in":["modules/a.nix:1"]}
        assertions: ListOf { elem: Unspecified, non_empty: false } {"in":["modules/modules.nix:1"],"default":[],"hidden":true}
        b: Submodule {"in":["modules/a.nix:1"]}
        b.c: Int {"in":["modules/b.nix:1"]}
        warnings: ListOf { elem: Str, non_empty: false } {"in":["modules/modules.nix:1"],"default":[],"hidden":true}
    "#]]
    .assert_eq(&shown(&found));
}

#[test]
fn a_folder_without_modules() {
    let error =
        declared(&MemoryFiles::default(), &Source::nixpkgs("/nixpkgs")).expect_err("nothing is there");
    expect!["cannot tell which modules there are: `/nixpkgs/nixos/modules/module-list.nix` does not exist"]
        .assert_eq(&error);
    let files = MemoryFiles([("/nixpkgs/nixos/modules/module-list.nix".to_owned(), "1".to_owned())].into());
    let error = declared(&files, &Source::nixpkgs("/nixpkgs")).expect_err("no list");
    expect!["cannot tell which modules there are: expected a list but found an integer"].assert_eq(&error);
}
