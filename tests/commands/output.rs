//! `speclint check`: what is printed in any format, and beside the findings.

use crate::User;
use expect_test::expect;

/// A conflict over two files, and a specialisation without a tag.
fn user() -> User {
    User::with(&[
        (
            "configuration.nix",
            "{ lib, ... }:\n{\n  imports = [ ./tv.nix ];\n  networking.hostName = \"atlas\";\n}\n",
        ),
        ("tv.nix", "{\n  specialisation.tv.configuration = {\n    networking.hostName = \"tv\";\n  };\n}\n"),
    ])
}

#[test]
fn the_order_is_always_the_same() {
    let mut files: Vec<(String, String)> = (0..8)
        .map(|i| {
            let name = format!("host{i}");
            (
                format!("{name}.nix"),
                format!("{{ networking.hostName = \"{name}\"; imports = [ ./tv.nix ]; }}"),
            )
        })
        .collect();
    let hosts = (0..8)
        .map(|i| format!("host{i} = nixpkgs.lib.nixosSystem {{ modules = [ ./host{i}.nix ]; }};\n"))
        .collect::<String>();
    files.push((
        "flake.nix".into(),
        format!("{{ inputs.nixpkgs.url = \"nixpkgs\"; outputs = {{ nixpkgs, ... }}: {{ nixosConfigurations = {{ {hosts} }}; }}; }}"),
    ));
    files.push((
        "tv.nix".into(),
        "{ specialisation.tv.configuration.networking.hostName = \"tv\"; specialisation.b.configuration = { }; }".into(),
    ));
    let files: Vec<(&str, &str)> = files.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    let user = User::with(&files);
    for format in ["text", "sarif", "gitlab"] {
        let print = |threads: &str| {
            let mut command = user.command(&["check", "--format", format]);
            command.env("RAYON_NUM_THREADS", threads).output().expect("speclint runs").stdout
        };
        let first = print("1");
        assert!(first.len() > 300, "{format}");
        assert!(print("8") == first && print("8") == first, "{format}");
    }
}

#[test]
fn findings_go_to_a_file() {
    let user = user();
    user.prints(
        1,
        &["check", "--format", "concise", "--output-file", "found.txt", "--ignore", "missing-tag"],
        expect![[r#"
            1 finding, 1 fixable with --fix
        "#]],
    );
    expect![[r#"
        tv.nix:3:5: error[needs-mkdefault] `networking.hostName` cannot be both "atlas" and "tv" in specialisation `tv`
    "#]].assert_eq(&user.read("found.txt"));
    // A file is no terminal.
    user.run(&["check", "--output-file", "found.txt"]);
    assert!(user.read("found.txt").starts_with("note[missing-tag]"));
    user.prints(
        2,
        &["check", "--output-file", "nowhere/found.txt"],
        expect![[r#"
        speclint: cannot write `nowhere/found.txt`: No such file or directory (os error 2)
    "#]],
    );
    user.prints(
        2,
        &["check", "--diff", "--output-file", "found.txt"],
        expect![[r#"
        error: the argument '--diff' cannot be used with '--output-file <FILE>'

        Usage: speclint check --diff [PATHS]...

        For more information, try '--help'.
    "#]],
    );
}

#[test]
fn counts_by_rule() {
    let user = user();
    user.write(
        "extra.nix",
        "{ specialisation.a.configuration = { }; specialisation.b.configuration = { }; }",
    );
    user.write(
        "configuration.nix",
        user.read("configuration.nix").replace("./tv.nix", "./tv.nix ./extra.nix"),
    );
    user.prints(
        1,
        &["check", "--statistics"],
        expect![[r#"
        6 findings, 4 fixable with --fix
        3  info   missing-tag           3 fixable with --fix
        2  info   empty-specialisation
        1  error  needs-mkdefault       1 fixable with --fix
    "#]],
    );
    user.prints(1, &["check", "--statistics", "--format", "json"], expect![[r#"
        [{"rule":"missing-tag","severity":"info","count":3,"safe":3,"unsafe":0},{"rule":"empty-specialisation","severity":"info","count":2,"safe":0,"unsafe":0},{"rule":"needs-mkdefault","severity":"error","count":1,"safe":1,"unsafe":0}]
    "#]]);
    user.prints(
        2,
        &["check", "--statistics", "--format", "sarif"],
        expect![[r#"
        speclint: --statistics prints text, concise or json, not sarif
    "#]],
    );
}

#[test]
fn the_summary_says_how_findings_are_mended() {
    let user = User::with(&[(
        "configuration.nix",
        "{ specialisation.a.configuration = {
             system.nixos.tags = [ \"a\" ];
             services.openssh.enable = \"no\";
             specialisation.c.configuration = { };
           };
           specialisation.b.configuration = { boot.loader.timeout = 1; };
         }",
    )]);
    let told = user.says(1, &["check", "--format", "concise"]);
    expect![[r#"
        3 findings, 1 fixable with --fix, 1 with --fix --unsafe-fixes
        configuration.nix:3:14: error[wrong-type] `services.openssh.enable` cannot be "no": its type is `boolean`
        configuration.nix:4:14: warning[nested-specialisation] specialisation `c` is inside of `a`, where NixOS drops it
        configuration.nix:6:12: info[missing-tag] specialisation `b` has no tag
    "#]].assert_eq(&told);
}

#[test]
fn quiet_is_findings_alone() {
    let user = user();
    let output = user.run(&["check", "--quiet"]);
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(output.stdout, user.run(&["check"]).stdout);
    let output = user.run(&["check", "-q", "--fix"]);
    assert_eq!((String::from_utf8_lossy(&output.stderr), output.status.code()), ("".into(), Some(0)));
    user.write("configuration.nix", "42 # specialisation");
    user.prints(0, &["check", "-q"], expect![[""]]);
}

#[test]
fn verbose_tells_what_was_read_and_how_long_that_took() {
    let output = user().run(&["check", "--verbose", "--format", "concise"]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    // Times are different every time.
    let without: Vec<&str> = told.split(' ').filter(|word| word.parse::<f64>().is_err()).collect();
    expect![[r#"
        findings, fixable with --fix
        read configuration.nix
        read tv.nix
        system `configuration.nix`: files, specialisation
        2 files read; evaluating ms, judging ms, printing ms
    "#]]
    .assert_eq(&without.join(" "));
    let mending = user().says(0, &["check", "--verbose", "--fix"]);
    assert!(mending.contains("mending "), "{mending}");
}

#[test]
fn files_of_each_system() {
    let user = User::with_two_hosts(&[
        ("old.nix", "{ specialisation.old.configuration = { }; }"),
        ("tv.nix", "{ specialisation.tv.configuration = { }; }"),
    ]);
    user.prints(
        0,
        &["check", "--show-files"],
        expect![[r#"
        atlas
          atlas.nix
          flake.nix
          tv.nix
        boreas
          boreas.nix
          flake.nix
        part of no system
          old.nix
    "#]],
    );
    user.prints(
        0,
        &["check", "--show-files", "--system", "boreas", "--format", "json"],
        expect![[r#"
        {"systems":[{"name":"boreas","files":["boreas.nix","flake.nix"]}],"unreached":[]}
    "#]],
    );
    user.prints(
        0,
        &["check", "--show-files", "tv.nix"],
        expect![[r#"
        atlas
          atlas.nix
          flake.nix
          tv.nix
    "#]],
    );
    user.prints(
        2,
        &["check", "--show-files", "--format", "junit"],
        expect![[r#"
        speclint: --show-files prints text, concise or json, not junit
    "#]],
    );
    user.prints(
        2,
        &["check", "--show-files", "--fix"],
        expect![[r#"
        error: the argument '--show-files' cannot be used with '--fix'

        Usage: speclint check --show-files [PATHS]...

        For more information, try '--help'.
    "#]],
    );
}
