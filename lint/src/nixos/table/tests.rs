//! That the tables hold what they should, and answer rightly.

use super::path::{PathError, parse_option_path, show_option_path};
use super::*;
use expect_test::{Expect, expect};

#[track_caller]
fn check(table: &OptionTable, path: &str, expected: Expect) {
    let path = parse_option_path(path).expect("an option path");
    let shown = match table.locate(&path) {
        Location::Option(node) => format!("option {node:?}"),
        Location::Namespace(node) => format!("namespace {node:?}"),
        Location::Below { option, depth, node, accepts } => {
            let node = if node.is_some() { ", listed" } else { "" };
            format!("{accepts:?} below {option:?}{node}: {}", show_option_path(&path[depth..]))
        }
        Location::Unknown { namespace, depth } => {
            format!("unknown below {namespace:?}: {}", show_option_path(&path[depth..]))
        }
    };
    expected.assert_eq(&shown);
}

fn nixos(path: &str, expected: Expect) {
    check(OptionTable::nixos(), path, expected);
}

#[test]
fn options_namespaces_and_nothing() {
    nixos("services.xserver.enable", expect!["option services.xserver.enable: boolean"]);
    nixos("services.xserver", expect!["namespace services.xserver"]);
    nixos("services", expect!["namespace services"]);
    nixos("services.xsever.enable", expect!["unknown below services: xsever.enable"]);
    nixos("nonsense", expect!["unknown below : nonsense"]);
    check(OptionTable::home_manager(), "programs.git.enable", expect!["option programs.git.enable: boolean"]);
}

#[test]
fn any_name_and_any_element() {
    nixos("users.users", expect!["option users.users: attribute set of (submodule)"]);
    nixos(
        "users.users.paul",
        expect!["Accepted below users.users: attribute set of (submodule), listed: paul"],
    );
    nixos("users.users.paul.extraGroups", expect!["option users.users.<name>.extraGroups: list of string"]);
    nixos(
        "users.users.paul.favourite",
        expect!["Unlisted below users.users: attribute set of (submodule): paul.favourite"],
    );
    nixos(
        "fileSystems.\"/\".device",
        expect!["option fileSystems.<name>.device: null or string (with check: non-empty)"],
    );
    nixos(
        "environment.etc.\"specialisation\".text",
        expect![[r#"option environment.etc.<name>.text: null or strings concatenated with "\n""#]],
    );
    nixos(
        "users.users.paul.subUidRanges.*.count",
        expect!["option users.users.<name>.subUidRanges.*.count: signed integer"],
    );
    nixos(
        "users.users.paul.subUidRanges.first.count",
        expect!["Refused below users.users.<name>.subUidRanges: list of (submodule): first.count"],
    );
    nixos(
        "systemd.services.a.serviceConfig.ExecStart",
        expect![
            "Accepted below systemd.services.<name>.serviceConfig: attribute set of (systemd option): ExecStart"
        ],
    );
}

#[test]
fn below_options() {
    nixos(
        "services.xserver.enable.really",
        expect!["Refused below services.xserver.enable: boolean: really"],
    );
    nixos(
        "environment.variables.EDITOR",
        expect![
            "Accepted below environment.variables: attribute set of ((list of (signed integer or string or path)) or signed integer or string or path): EDITOR"
        ],
    );
    nixos(
        "environment.variables.EDITOR.name",
        expect![
            "Unknown below environment.variables: attribute set of ((list of (signed integer or string or path)) or signed integer or string or path): EDITOR.name"
        ],
    );
    nixos(
        "boot.kernel.sysctl.\"vm.swappiness\"",
        expect![[
            r#"Accepted below boot.kernel.sysctl: open submodule of attribute set of (sysctl option value): "vm.swappiness""#
        ]],
    );
    nixos(
        "boot.kernel.sysctl.\"net.core.rmem_max\"",
        expect![[
            r#"option boot.kernel.sysctl."net.core.rmem_max": null or (unsigned integer, meaning >=0)"#
        ]],
    );
    nixos(
        "specialisation.tv.configuration.services.xserver.enable",
        expect!["Unknown below specialisation.<name>.configuration: submodule: services.xserver.enable"],
    );
    nixos(
        "specialisation.tv.services",
        expect!["Unlisted below specialisation: attribute set of (submodule): tv.services"],
    );
}

#[test]
fn free_form_settings() {
    for path in [
        "nix.settings.experimental-features",
        "services.greetd.settings.default_session.user",
        "nixpkgs.config.allowUnfree",
        "services.openssh.settings.PermitRootLogin",
        "services.openssh.settings.Anything",
        "systemd.services.x.serviceConfig.Restart",
        "system.build.mine",
    ] {
        let names = parse_option_path(path).expect("an option path");
        let fine = match OptionTable::nixos().locate(&names) {
            Location::Option(_) => true,
            Location::Below { accepts, .. } => accepts == Acceptance::Accepted,
            _ => false,
        };
        assert!(fine, "{path}");
    }
}

#[test]
fn known_types_of_important_options() {
    let shown = |path: &str| {
        let path = parse_option_path(path).expect("an option path");
        let node = OptionTable::nixos().node(&path).expect("an option");
        let found = node.type_description().expect("a type");
        format!(
            "{}: {found:?}{}\n",
            show_option_path(&node.path()),
            node.applied().map_or(String::new(), |applied| format!(" ({applied:?})"))
        )
    };
    let options = [
        "boot.kernelPackages",
        "boot.kernelParams",
        "boot.kernel.sysctl",
        "boot.kernel.sysctl.\"net.core.rmem_max\"",
        "environment.etc.x.text",
        "environment.variables",
        "environment.sessionVariables",
        "environment.systemPackages",
        "networking.firewall.allowedTCPPorts",
        "networking.interfaces.eth0.mtu",
        "networking.hostName",
        "nixpkgs.config",
        "nixpkgs.overlays",
        "services.xserver.videoDrivers",
        "services.greetd.settings",
        "specialisation",
        "specialisation.x.configuration",
        "system.build",
        "system.nixos.tags",
        "system.nixos.label",
        "assertions",
        "systemd.services.x.serviceConfig",
        "systemd.services.x.environment",
        "time.timeZone",
        "users.users",
        "users.users.x.uid",
        "users.users.x.description",
        "users.users.x.shell",
        "users.users.x.extraGroups",
        "fileSystems.\"/\".options",
        "boot.supportedFilesystems",
        "virtualisation.docker.liveRestore",
        "networking.fqdn",
    ];
    expect![[r#"
        boot.kernelPackages: Raw (Changed)
        boot.kernelParams: ListOf { elem: Checked { base: Str, check: "string, with spaces inside double quotes" }, non_empty: false }
        boot.kernel.sysctl: OpenSubmodule(AttrsOf { elem: Unique(NullOr(Either(Either(Bool, Str), Int))), lazy: false })
        boot.kernel.sysctl."net.core.rmem_max": NullOr(Unknown("greatest of the definitions"))
        environment.etc.<name>.text: NullOr(SeparatedString("\n"))
        environment.variables: AttrsOf { elem: Either(Either(Either(ListOf { elem: Either(Either(Int, Str), Path { absolute: None, in_store: None }), non_empty: false }, Int), Str), Path { absolute: None, in_store: None }), lazy: false } (JoinedAttributes)
        environment.sessionVariables: AttrsOf { elem: Either(Either(Either(ListOf { elem: Either(Either(Int, Str), Path { absolute: None, in_store: None }), non_empty: false }, Int), Str), Path { absolute: None, in_store: None }), lazy: false } (JoinedAttributes)
        environment.systemPackages: ListOf { elem: Package, non_empty: false }
        networking.firewall.allowedTCPPorts: ListOf { elem: IntBetween { lowest: 0, highest: 65535 }, non_empty: false } (SortedUnique)
        networking.interfaces.<name>.mtu: NullOr(Int)
        networking.hostName: StrMatching("^$|^[[:alnum:]]([[:alnum:]_-]{0,61}[[:alnum:]])?$")
        nixpkgs.config: NixpkgsConfig
        nixpkgs.overlays: ListOf { elem: Unknown("nixpkgs overlay"), non_empty: false }
        services.xserver.videoDrivers: ListOf { elem: Str, non_empty: false }
        services.greetd.settings: Serializable { name: "TOML", nullable: false }
        specialisation: AttrsOf { elem: Submodule, lazy: false }
        specialisation.<name>.configuration: Unknown("submodule")
        system.build: OpenSubmodule(AttrsOf { elem: Unique(Unspecified), lazy: true })
        system.nixos.tags: ListOf { elem: Str, non_empty: false }
        system.nixos.label: StrMatching("[a-zA-Z0-9:_\\.-]*")
        assertions: ListOf { elem: Unspecified, non_empty: false }
        systemd.services.<name>.serviceConfig: AttrsOf { elem: SystemdOption, lazy: false }
        systemd.services.<name>.environment: AttrsOf { elem: NullOr(Either(Either(Str, Path { absolute: None, in_store: None }), Package)), lazy: false }
        time.timeZone: NullOr(Checked { base: Str, check: "string without spaces" })
        users.users: AttrsOf { elem: Submodule, lazy: false }
        users.users.<name>.uid: NullOr(Int)
        users.users.<name>.description: PasswdEntry(Str)
        users.users.<name>.shell: NullOr(Either(Package, PasswdEntry(Path { absolute: None, in_store: None })))
        users.users.<name>.extraGroups: ListOf { elem: Str, non_empty: false }
        fileSystems.<name>.options: ListOf { elem: Checked { base: Str, check: "string (with check: non-empty)" }, non_empty: true }
        boot.supportedFilesystems: CoercedTo { to: AttrsOf { elem: Bool, lazy: false }, from: ListOf { elem: Str, non_empty: false } }
        virtualisation.docker.liveRestore: Unknown("submodule")
        networking.fqdn: Unknown("none")
    "#]].assert_eq(&options.map(shown).concat());
}

#[test]
fn read_only_options() {
    let node =
        |path: &str| OptionTable::nixos().node(&parse_option_path(path).expect("a path")).expect("an option");
    assert!(node("networking.fqdn").is_read_only());
    assert!(!node("networking.hostName").is_read_only());
}

#[test]
fn a_node_knows_its_place() {
    let table = OptionTable::nixos();
    let node = table.node(&["users", "users", "paul", "uid"]).expect("an option");
    assert_eq!(node.path(), ["users", "users", "<name>", "uid"]);
    assert_eq!(node.enclosing_option(), Some(node));
    let user = node.parent().expect("not the root");
    assert!(user.is_wildcard() && !user.is_option());
    assert_eq!(user.enclosing_option(), table.node(&["users", "users"]));
    assert_eq!(table.root().parent(), None);
    assert_eq!(table.root().path(), Vec::<&str>::new());
}

#[test]
fn the_tables_are_whole() {
    for (table, options) in [(OptionTable::nixos(), 20_373), (OptionTable::home_manager(), 6_203)] {
        assert_eq!(table.options().count(), options);
        for node in (0..table.nodes.len() as u32).map(|id| table.at(id)) {
            let names: Vec<&str> = node.children().map(Node::name).collect();
            assert!(names.is_sorted_by(|a, b| a < b), "below {node:?}");
            assert!(node.children().all(|child| child.parent() == Some(node)));
            assert_eq!(table.node(&node.path()), Some(node));
        }
    }
}

#[test]
fn did_you_mean() {
    let table = OptionTable::nixos();
    let services = table.node(&["services"]).expect("a namespace");
    expect![[r#"["xserver"]"#]].assert_eq(&format!("{:?}", services.nearest("xsever", 3)));
    let suggest = |path: &str| {
        let path = parse_option_path(path).expect("a path");
        let found = table.suggest(&path, 2);
        found.iter().map(|path| show_option_path(path)).collect::<Vec<_>>().join(", ")
    };
    expect!["services.xserver.enable"].assert_eq(&suggest("services.xsever.enable"));
    expect!["specialisation.tv.configuration"].assert_eq(&suggest("specialization.tv.configuration"));
    expect!["services.xserver.enable"].assert_eq(&suggest("services.xserver.enabel"));
    expect!["users.users.paul.extraGroups"].assert_eq(&suggest("users.users.paul.extraGroup"));
    expect!["networking.firewall.allowedTCPPorts"].assert_eq(&suggest("networking.firewal.alowedTCPPorts"));
    expect![[""]].assert_eq(&suggest("services.xserver.enable"));
    expect![[""]].assert_eq(&suggest("completely.different"));
}

#[test]
fn tables_made_at_run_time() {
    let mut builder = OptionTableBuilder::new(World::Nixos);
    builder
        .add(
            &["my", "hosts", "<name>", "port"],
            "16 bit unsigned integer; between 0 and 65535 (both inclusive)",
        )
        .add(&["my", "hosts"], "attribute set of (submodule)")
        .add(&["my", "a.b"], "boolean")
        .add(&["environment", "variables"], "attribute set of string")
        .add::<&str>(&[], "boolean");
    let table = builder.finish();
    check(
        &table,
        "my.hosts.atlas.port",
        expect!["option my.hosts.<name>.port: 16 bit unsigned integer; between 0 and 65535 (both inclusive)"],
    );
    check(
        &table,
        "my.hosts.atlas.colour",
        expect!["Unlisted below my.hosts: attribute set of (submodule): atlas.colour"],
    );
    check(&table, "my.\"a.b\"", expect![[r#"option my."a.b": boolean"#]]);
    let variables = table.node(&["environment", "variables"]).expect("an option");
    assert_eq!(variables.applied(), Some(Applied::JoinedAttributes));
    assert_eq!(table.options().count(), 4);
    assert_eq!(OptionTableBuilder::new(World::Nixos).finish().options().count(), 0);
}

#[test]
fn paths_are_read_and_shown() {
    let round = |text: &str| parse_option_path(text).map(|path| show_option_path(&path));
    for text in [
        "a.b",
        "fileSystems.\"/\".device",
        "users.users.<name>.uid",
        "a.*.b",
        "a.\"b\\\"c\\${d}\\n\"",
        "a'.b-c._d",
        "\"or\".\"if\"",
    ] {
        assert_eq!(round(text).as_deref(), Ok(text));
    }
    assert_eq!(round("\"a\".b").as_deref(), Ok("a.b"));
    assert_eq!(round("services.2bwm").as_deref(), Ok("services.\"2bwm\""));
    assert_eq!(round(""), Err(PathError::MissingName(0)));
    assert_eq!(round("a..b"), Err(PathError::MissingName(2)));
    assert_eq!(round("a."), Err(PathError::MissingName(2)));
    assert_eq!(round("a.\"b"), Err(PathError::Unclosed(2)));
    assert_eq!(round("a.${b}"), Err(PathError::Interpolation));
    assert_eq!(round("a.\"${b}\""), Err(PathError::Interpolation));
    assert_eq!(round("a b"), Err(PathError::Unquoted(' ')));
    assert_eq!(round("\"a\"b"), Err(PathError::Unquoted('b')));
}
