//! `explain`, `rules` and `completions`.

use super::User;
use expect_test::expect;
use speclint_lint::render::reference;
use speclint_lint::rules::ALL;

#[test]
fn a_rule_is_explained() {
    let user = User::with(&[]);
    let args = ["explain", "redundant-inherit"];
    user.prints(
        0,
        &args,
        expect![[r#"
            redundant-inherit

            `inheritParentConfig = true` says what is so anyway.

            - Severity: hint, off unless it is selected
            - Mend: for some of what it finds, or all
            - Since: 0.1.0

            WHAT IT FINDS

            `inheritParentConfig = true;` in a specialisation where nothing else says that
            it does not inherit.

            WHY IT HURTS

            It changes nothing, but it is one line more to read, and makes one wonder which
            of the others do not: specialisations inherit unless they say that they do not.

            EXAMPLE

                # before
                {
                  specialisation.tv = {
                    inheritParentConfig = true;
                    configuration.system.nixos.tags = [ "tv" ];
                  };
                }

                # after
                {
                  specialisation.tv = {
                    configuration.system.nixos.tags = [ "tv" ];
                  };
                }

            WHEN IT IS WRONG

            Where being explicit is a style of one's own: that is why it is off by default.

            HOW TO SILENCE IT

            Say why, in a comment at the end of the line, or on a line of its own above the
            binding:

                # speclint: ignore[redundant-inherit] the reason

            `# speclint: ignore-file[redundant-inherit]` is about a whole file, and
            `# speclint: off[redundant-inherit]` about all that follows, up to
            `# speclint: on[redundant-inherit]`. The rule is off by default: it takes
            `speclint check --select redundant-inherit`, or `redundant-inherit = "hint"`
            under `[severity]` in `speclint.toml`.
        "#]],
    );
    // Wide enough for it, a line is as long as is easy to read.
    let output = user.command(&args).env("COLUMNS", "300").output().expect("speclint runs");
    let text = super::told(&output, 0);
    let longest = text.lines().map(|line| line.chars().count()).max();
    assert!(longest.is_some_and(|longest| (80..=100).contains(&longest)), "{longest:?}");
    user.closes_the_pipe(&args);
}

/// What is piped has no colours, unless they are asked for.
#[test]
fn colours_are_for_terminals() {
    let user = User::with(&[]);
    assert!(!user.says(0, &["explain", "dead-guard"]).contains('\x1b'));
    let coloured = user.says(0, &["explain", "dead-guard", "--color", "always"]);
    assert!(coloured.starts_with("\x1b[1;4mdead-guard\x1b[0m\n"), "{coloured}");
    assert!(coloured.contains("\x1b[36mconfig.specialisation != { }\x1b[0m"), "{coloured}");
    assert!(!coloured.contains('`'), "{coloured}");
}

#[test]
fn every_rule_is_explained_in_every_format() {
    let user = User::with(&[]);
    for rule in ALL {
        let page = reference::page(rule);
        assert_eq!(user.says(0, &["explain", rule.name, "--format", "markdown"]), page);
        let json = user.json(0, &["explain", rule.name]);
        assert_eq!(json["name"], rule.name);
        assert_eq!(json["documentation"], page);
        let text = user.says(0, &["explain", rule.name]);
        assert!(text.starts_with(&format!("{}\n\n", rule.name)) && !text.contains("```"), "{text}");
    }
}

#[test]
fn what_is_no_rule_has_a_nearest_name() {
    let user = User::with(&[]);
    user.prints(
        2,
        &["explain", "need-mkdefault"],
        expect![[r#"
        speclint: there is no rule `need-mkdefault`: did you mean `needs-mkdefault`?
    "#]],
    );
    let told = user.says(2, &["explain", "something-else"]);
    assert!(told.contains("the rules are appended-list, "), "{told}");
    user.says(2, &["explain"]);
}

#[test]
fn all_rules_are_listed() {
    let user = User::with(&[]);
    let text = user.says(0, &["rules"]);
    let first: Vec<&str> = text.lines().filter_map(|line| line.split(' ').next()).collect();
    let names: Vec<&str> = ALL.iter().map(|rule| rule.name).collect();
    assert_eq!(first, names);
    let of = |name: &str| text.lines().find(|line| line.starts_with(name)).unwrap_or_default().to_owned();
    expect![[r#"
        needs-mkdefault           error        mend  a specialisation and its parent define an option differently, at the same priority
        unknown-option            error (off)  mend  a definition of an option that nothing declares
        syntax-error              error              Nix cannot parse the file"#]].assert_eq(&[of("needs-mkdefault"), of("unknown-option"), of("syntax-error")].join("\n"));
    let json = user.json(0, &["rules"]);
    assert_eq!(json["rules"].as_array().map(Vec::len), Some(ALL.len()));
    expect![[r#"{"name":"appended-list","severity":"hint","default":true,"fixable":true,"since":"0.1.0","summary":"a list is added to the parent's where a replacement is likely meant"}"#]].assert_eq(&json["rules"][0].to_string());
    user.closes_the_pipe(&["rules"]);
}

/// The scripts complete the subcommands, the flags and what these take.
#[test]
fn shells_complete() {
    let user = User::with(&[]);
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = user.says(0, &["completions", shell]);
        for word in ["explain", "unsafe-fixes"] {
            assert!(script.contains(word), "{shell} does not complete {word}");
        }
    }
    let told = user.says(2, &["completions", "tcsh"]);
    assert!(told.contains("possible values: bash"), "{told}");
    user.closes_the_pipe(&["completions", "zsh"]);
}

/// The script for bash is one that bash accepts, and does complete.
#[test]
fn bash_completes() {
    let user = User::with(&[]);
    user.write("speclint.bash", user.says(0, &["completions", "bash"]));
    let ask = ". ./speclint.bash; COMP_WORDS=(speclint expl); COMP_CWORD=1; _speclint speclint expl speclint; echo \"${COMPREPLY[@]}\"";
    let Ok(output) = std::process::Command::new("bash").current_dir(user.0.path()).args(["-c", ask]).output()
    else {
        println!("skipped: there is no bash here");
        return;
    };
    assert_eq!(String::from_utf8_lossy(&output.stdout), "explain\n");
}
