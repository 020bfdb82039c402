//! The subcommands: what they print, and what they say of what is no source.

use super::{HOME_MANAGER, NIXPKGS, entries};
use crate::User;
use expect_test::expect;
use std::fs;

#[test]
fn build_makes_a_table_of_a_source() {
    let user = User::with(&[]);
    expect![[r#"
        26 options of NixOS
          1 are other names of options
          1 have been removed
          1 are declared by modules that must be imported
    "#]]
    .assert_eq(&user.says(0, &["options", "build", "--nixpkgs", NIXPKGS]));
    expect![[r#"
        4 options of Home Manager
        #! speclint options of home-manager, exact
        = bool boolean
        = [str] list of string

        assertions: list of unspecified value
         @{"in":["modules/modules.nix:4"],"default":[],"hidden":true}
        programs
         pager
          enable bool
           @{"in":["modules/programs/pager.nix:4"],"default":false}
          width: integer between 1 and 400 (both inclusive)
           @{"in":["modules/programs/pager.nix:5"],"default":80}
        warnings [str]
         @{"in":["modules/modules.nix:4"],"default":[],"hidden":true}
    "#]]
    .assert_eq(&user.says(0, &["options", "build", "--home-manager", HOME_MANAGER, "-o", "-"]));
    assert_eq!(entries(&user).len(), 2);
}

#[test]
fn build_writes_the_same_every_time() {
    let user = User::with(&[]);
    user.says(0, &["options", "build", "--nixpkgs", NIXPKGS, "-o", "first.txt"]);
    user.says(0, &["options", "build", "--nixpkgs", NIXPKGS, "-o", "again.txt"]);
    let [first, again] =
        ["first.txt", "again.txt"].map(|name| fs::read_to_string(user.path(name)).expect("text"));
    assert_eq!(first, again);
    assert!(!first.contains(env!("CARGO_MANIFEST_DIR")), "where the source lies is nobody's business");
    // The table is as good as the source.
    let of = |args: &[&str]| user.says(0, &[&["options", "list"], args].concat());
    assert_eq!(of(&["--options", "first.txt"]), of(&["--nixpkgs", NIXPKGS]));
}

/// What `options` says about the fixture.
#[track_caller]
fn says(status: i32, args: &[&str]) -> String {
    User::with(&[]).says(status, &[&["options"], args, &["--nixpkgs", NIXPKGS]].concat())
}

#[test]
fn list() {
    expect![[r#"
        boot.loader.grub.device: string
        hosts: attribute set of (submodule)
        hosts.<name>.address: string
        hosts.<name>.aliases: list of string
        programs.seahorse.enable: boolean
        programs.ssh.agent: boolean
        programs.ssh.askPassword: string
        services.desktops.gnome.enable: boolean
        services.desktops.gnome.remote: boolean
        services.desktops.plasma.enable: boolean
        services.greeter.banner: strings concatenated with "\n"
        services.greeter.enable: boolean
        services.greeter.languages: list of (one of "de", "en")
        services.greeter.offset: signed integer
        services.greeter.package: package
        services.greeter.port: 16 bit unsigned integer; between 0 and 65535 (both inclusive)
        services.greeter.settings: JSON value
        services.power.governor: string
        services.power.level: signed integer
        services.power.lid: boolean
        services.power.profiles: boolean
        services.welcome.banner: another name of services.greeter.banner
        services.welcome.fax: removed
        system.nixos.tags: list of string
        version: string
        virtualisation.tiny.cores: positive integer, meaning >0
    "#]]
    .assert_eq(&says(0, &["list"]));
    expect![[r#"
        services.greeter.package: package
        services.greeter.port: 16 bit unsigned integer; between 0 and 65535 (both inclusive)
    "#]]
    .assert_eq(&says(0, &["list", "--prefix", "services.greeter.p"]));
    expect![[r#"
        hosts: attribute set of (submodule)
        hosts.<name>.address: string
        hosts.<name>.aliases: list of string
    "#]]
    .assert_eq(&says(0, &["list", "--prefix", "hosts."]));
    expect![[r#"
        speclint: no option begins with `services.greter`; did you mean `services.greeter`?
    "#]]
    .assert_eq(&says(1, &["list", "--prefix", "services.greter"]));
    expect![[r#"
        speclint: `services..greeter` is no path of an option: there is a name missing at byte 9
    "#]]
    .assert_eq(&says(2, &["list", "--prefix", "services..greeter"]));
    expect![[r#"
        programs.pager.enable: boolean
        programs.pager.width: integer between 1 and 400 (both inclusive)
    "#]]
    .assert_eq(&says(0, &["list", "--of", "home-manager", "--home-manager", HOME_MANAGER]));
    let user = User::with(&[]);
    let json =
        user.json(0, &["options", "list", "--prefix", "services.greeter.offset", "--nixpkgs", NIXPKGS]);
    expect![[r#"
        {
          "options": [
            {
              "option": "services.greeter.offset",
              "type": "signed integer",
              "merging": "equal ones merge, others conflict",
              "exact": true,
              "declared": [
                "nixos/modules/services/greeter.nix:26"
              ],
              "default": 1,
              "hidden": true,
              "changed": true
            }
          ]
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&json).expect("JSON"));
}

#[test]
fn show() {
    for (path, wanted) in [
        (
            "services.greeter.banner",
            expect![[r#"
            services.greeter.banner
              type: strings concatenated with "\n"
              several definitions: they are joined with "\n" between them
              default: ""
              declared: nixos/modules/services/greeter.nix:8
        "#]],
        ),
        (
            "services.greeter.port",
            expect![[r#"
            services.greeter.port
              type: 16 bit unsigned integer; between 0 and 65535 (both inclusive)
              several definitions: equal ones merge, others conflict
              declared: nixos/modules/services/greeter.nix:22
        "#]],
        ),
        (
            "services.greeter.offset",
            expect![[r#"
            services.greeter.offset
              type: signed integer
              several definitions: equal ones merge, others conflict
              default: 1
              declared: nixos/modules/services/greeter.nix:26
              value: what is defined is changed before anyone reads it
        "#]],
        ),
        (
            "services.greeter.settings.a.b",
            expect![[r#"
            services.greeter.settings.a.b
              inside: services.greeter.settings
              type: JSON value
              several definitions: lists are concatenated, sets merged in depth, other values if they are equal
              default: { }
              declared: nixos/modules/services/greeter.nix:18
        "#]],
        ),
        (
            "hosts.atlas.address",
            expect![[r#"
            hosts.atlas.address
              type: string
              several definitions: equal ones merge, others conflict
              declared: nixos/modules/misc/hosts.nix:7
        "#]],
        ),
        (
            "version",
            expect![[r#"
            version
              type: string
              several definitions: equal ones merge, others conflict
              default: "18.09"
              declared: nixos/modules/misc/hosts.nix:13
              read only: a definition fails
        "#]],
        ),
        (
            "services.welcome.banner",
            expect![[r#"
            services.welcome.banner
              type: another name of services.greeter.banner
              declared: nixos/modules/misc/rename.nix:4
        "#]],
        ),
        (
            "services.welcome.fax",
            expect![[r#"
            services.welcome.fax
              type: removed
              advice: Nobody has one.
              declared: nixos/modules/misc/rename.nix:5
        "#]],
        ),
        (
            "virtualisation.tiny.cores",
            expect![[r#"
            virtualisation.tiny.cores
              type: positive integer, meaning >0
              several definitions: equal ones merge, others conflict
              default: 1
              declared: nixos/modules/virtualisation/tiny-vm.nix:3
              only: where a configuration imports the module
        "#]],
        ),
    ] {
        wanted.assert_eq(&says(0, &["show", path]));
    }
    expect![[r#"
        speclint: `services.greeter` is no option, but 7 options lie below it: speclint options list --prefix services.greeter
    "#]].assert_eq(&says(1, &["show", "services.greeter"]));
    expect![[r#"
        speclint: there is no option `services.greeter.langages` as far as is known; did you mean `services.greeter.languages`?
    "#]].assert_eq(&says(1, &["show", "services.greeter.langages"]));
    expect![[r#"
        speclint: there is no option `nothing.like.it` as far as is known
    "#]]
    .assert_eq(&says(1, &["show", "nothing.like.it"]));
    expect![[r#"
        speclint: `a."b` is no path of an option: the quotation mark at byte 2 is not closed
    "#]]
    .assert_eq(&says(2, &["show", "a.\"b"]));
}

/// A configuration with a specialisation, whose options are those of the fixture.
const CONFIGURATION: &str = r#"{ config, lib, ... }: {
  options.mine = lib.mkOption { type = lib.types.int; default = 1; };
  config = {
    services.greeter.enable = true;
    services.greeter.banner = "one";
    services.greeter.languages = [ "de" ];
    specialisation.quiet.configuration = {
      services.greeter.banner = "two";
      services.greeter.languages = lib.mkForce [ ];
      services.greeter.enable = false;
      mine = 2;
    };
  };
}
"#;

#[test]
fn show_inside_of_a_configuration() {
    let user = User::with(&[]);
    user.write("configuration.nix", CONFIGURATION);
    let says = |path: &str| user.says(0, &["options", "show", path, "--nixpkgs", NIXPKGS]);
    expect![[r#"
        services.greeter.banner
          type: strings concatenated with "\n"
          several definitions: they are joined with "\n" between them
          default: ""
          declared: nixos/modules/services/greeter.nix:8

        configuration.nix
          the base: "one" (priority 100)
            configuration.nix:5: "one" (priority 100)
          quiet: "two\none" (priority 100)
            configuration.nix:8: "two" (priority 100)
            configuration.nix:5: "one" (priority 100)
    "#]]
    .assert_eq(&says("services.greeter.banner"));
    expect![[r#"
        services.greeter.languages
          type: list of (one of "de", "en")
          several definitions: they are concatenated
          default: [ "en" ]
          declared: nixos/modules/services/greeter.nix:13

        configuration.nix
          the base: [ "de" ] (priority 100)
            configuration.nix:6: [ "de" ] (priority 100)
          quiet: [ ] (priority 50)
            configuration.nix:9: [ ] (priority 50)
            configuration.nix:6: [ "de" ] (priority 100, loses)
    "#]]
    .assert_eq(&says("services.greeter.languages"));
    expect![[r#"
        services.greeter.enable
          type: boolean
          several definitions: equal ones merge, others conflict
          default: false
          declared: nixos/modules/services/greeter.nix:7

        configuration.nix
          the base: true (priority 100)
            configuration.nix:4: true (priority 100)
          quiet: conflict
            configuration.nix:10: false (priority 100)
            configuration.nix:4: true (priority 100)
    "#]]
    .assert_eq(&says("services.greeter.enable"));
    expect![[r#"
        services.greeter.port
          type: 16 bit unsigned integer; between 0 and 65535 (both inclusive)
          several definitions: equal ones merge, others conflict
          declared: nixos/modules/services/greeter.nix:22

        configuration.nix
          the base: not defined
          quiet: not defined
    "#]]
    .assert_eq(&says("services.greeter.port"));
    expect![[r#"
        mine
          type: signed integer

        configuration.nix
          the base: 1 (priority 1500)
            configuration.nix:2: 1 (priority 1500)
          quiet: 2 (priority 100)
            configuration.nix:2: 1 (priority 1500, loses)
            configuration.nix:11: 2 (priority 100)
    "#]]
    .assert_eq(&says("mine"));
    let mut json = user.json(0, &["options", "show", "services.greeter.languages", "--nixpkgs", NIXPKGS]);
    json["systems"][0]["entry"] = "configuration.nix".into();
    expect![[r#"
        {
          "option": "services.greeter.languages",
          "type": "list of (one of \"de\", \"en\")",
          "merging": "they are concatenated",
          "exact": true,
          "declared": [
            "nixos/modules/services/greeter.nix:13"
          ],
          "default": [
            "en"
          ],
          "systems": [
            {
              "name": "configuration.nix",
              "entry": "configuration.nix",
              "parent": {
                "complete": true,
                "options": {
                  "services.greeter.languages": {
                    "status": "ok",
                    "value": [
                      "de"
                    ],
                    "priority": 100,
                    "definitions": [
                      {
                        "file": "configuration.nix",
                        "range": {
                          "start": {
                            "line": 6,
                            "column": 5
                          },
                          "end": {
                            "line": 6,
                            "column": 43
                          }
                        },
                        "priority": 100,
                        "wins": true
                      }
                    ]
                  }
                }
              },
              "specialisations": {
                "quiet": {
                  "complete": true,
                  "options": {
                    "services.greeter.languages": {
                      "status": "ok",
                      "value": [],
                      "priority": 50,
                      "definitions": [
                        {
                          "file": "configuration.nix",
                          "range": {
                            "start": {
                              "line": 9,
                              "column": 7
                            },
                            "end": {
                              "line": 9,
                              "column": 52
                            }
                          },
                          "priority": 50,
                          "wins": true
                        },
                        {
                          "file": "configuration.nix",
                          "range": {
                            "start": {
                              "line": 6,
                              "column": 5
                            },
                            "end": {
                              "line": 6,
                              "column": 43
                            }
                          },
                          "priority": 100,
                          "wins": false
                        }
                      ]
                    }
                  }
                }
              }
            }
          ]
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&json).expect("JSON"));
}

#[test]
fn what_is_no_source() {
    let user = User::with(&[]);
    user.write("folder/file", "");
    user.write("configuration.nix", "{ }");
    user.write("bad/nixos/modules/module-list.nix", "throw \"no list\"");
    let says = |args: &[&str]| {
        user.says(2, args)
            .replace(&user.0.path().canonicalize().expect("it is there").display().to_string(), "«user»")
    };
    expect![[r#"
        error: the following required arguments were not provided:
          --nixpkgs <PATH>

        Usage: speclint options build --nixpkgs <PATH>

        For more information, try '--help'.
    "#]]
    .assert_eq(&says(&["options", "build"]));
    expect![[r#"
        speclint: cannot read options from `none`: No such file or directory (os error 2)
    "#]]
    .assert_eq(&says(&["options", "build", "--nixpkgs", "none"]));
    expect![[r#"
        speclint: `folder` is not a source of nixpkgs: there is no `folder/nixos/modules/module-list.nix`; give the folder of a checkout or channel
    "#]].assert_eq(&says(&["options", "build", "--nixpkgs", "folder"]));
    expect![[r#"
        speclint: `folder/file` is not a source of nixpkgs: there is no `folder/file/nixos/modules/module-list.nix`; give the folder of a checkout or channel
    "#]].assert_eq(&says(&["options", "build", "--nixpkgs", "folder/file"]));
    expect![[r#"
        speclint: `folder` is not a source of Home Manager: there is no `folder/modules/modules.nix`; give the folder of a checkout or channel
    "#]].assert_eq(&says(&["options", "build", "--home-manager", "folder"]));
    expect![[r#"
        speclint: `«user»/bad/nixos/modules/module-list.nix` does not tell which modules there are: no list
    "#]]
    .assert_eq(&says(&["options", "build", "--nixpkgs", "bad"]));
    expect![[r#"
        speclint: cannot write `none/table.txt`: No such file or directory (os error 2)
    "#]]
    .assert_eq(&says(&["options", "build", "--nixpkgs", NIXPKGS, "-o", "none/table.txt"]));
    expect![[r#"
        speclint: `folder` is not a source of nixpkgs: there is no `folder/nixos/modules/module-list.nix`; give the folder of a checkout or channel
    "#]].assert_eq(&says(&["check", "--nixpkgs", "folder"]));
    expect![[r#"
        speclint: `configuration.nix` is no options.json, and no table that `speclint options build` or `options import` wrote
    "#]]
    .assert_eq(&says(&["show", "--options", "configuration.nix"]));
    expect![[r#"
        speclint: `none` does not exist or cannot be read: No such file or directory (os error 2)
    "#]]
    .assert_eq(&says(&["options", "show", "a", "--in", "none"]));
}

#[test]
fn import() {
    let user = User::with(&[]);
    user.write(
        "options.json",
        r#"{
  "services.a.enable": { "loc": ["services", "a", "enable"], "type": "boolean", "declarations": ["nixos/modules/a.nix"], "default": { "_type": "literalExpression", "text": "false" }, "description": "", "readOnly": false },
  "services.a.settings": { "loc": ["services", "a", "settings"], "type": "JSON value", "declarations": [], "description": "", "readOnly": false },
  "services.a.settings.port": { "loc": ["services", "a", "settings", "port"], "type": "16 bit unsigned integer; between 0 and 65535 (both inclusive)", "declarations": [], "description": "", "readOnly": false }
}"#,
    );
    expect![[r#"
        3 options
    "#]]
    .assert_eq(&user.says(0, &["options", "import", "options.json", "-o", "table.txt"]));
    expect![[r#"
        services.a.enable: boolean
        services.a.settings: open submodule of (JSON value)
        services.a.settings.port: 16 bit unsigned integer; between 0 and 65535 (both inclusive)
    "#]]
    .assert_eq(&user.says(0, &["options", "list", "--options", "table.txt"]));
    expect![[r#"
        services.a.enable
          type: boolean
          several definitions: equal ones merge, others conflict
          default: false
          declared: nixos/modules/a.nix
    "#]]
    .assert_eq(&user.says(0, &["options", "show", "services.a.enable", "--options", "table.txt"]));
    let printed = user.says(0, &["options", "import", "options.json", "--of", "home-manager"]);
    assert!(printed.contains("#! speclint options of home-manager\n"), "{printed}");
    user.write("broken.json", "{ \"a\": ");
    user.write("other.json", "{ \"name\": \"speclint\" }");
    expect![[r#"
        speclint: `broken.json` is no options.json: it is no JSON: EOF while parsing a value at line 1 column 7: EOF while parsing a value at line 1 column 7
    "#]].assert_eq(&user.says(2, &["options", "import", "broken.json"]));
    expect![[r#"
        speclint: `other.json` is no options.json: none of its entries has the `loc` and `type` of an option
    "#]]
    .assert_eq(&user.says(2, &["options", "import", "other.json"]));
    expect![[r#"
        speclint: cannot read `none.json`: No such file or directory (os error 2)
    "#]]
    .assert_eq(&user.says(2, &["options", "import", "none.json"]));
}
