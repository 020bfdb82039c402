//! What README.md shows is what the program prints. `UPDATE_README=1 cargo test --test readme` writes it anew.
//!
//! A line `<!-- $ speclint … -->` stands before a fenced block with the command's output. What is between `<!-- rules -->` and
//! `<!-- end of rules -->` is the table of the rules.

use std::path::Path;
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What a command line prints: what goes to a terminal, with the standard output first.
fn output(command: &str) -> String {
    let arguments = words(command);
    assert_eq!(arguments.first().map(String::as_str), Some("speclint"), "{command}");
    let output = Command::new(env!("CARGO_BIN_EXE_speclint"))
        .env("NIX_PATH", "")
        .args(&arguments[1..])
        .current_dir(root())
        .output()
        .expect("the program runs");
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.push_str(&String::from_utf8_lossy(&output.stderr));
    text.trim_end().to_owned()
}

/// The words of a command line, with single quotes as a shell has them.
fn words(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (i, part) in command.split('\'').enumerate() {
        if i % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

fn rules() -> String {
    let mut table = String::from("| rule | severity | finds |\n| --- | --- | --- |\n");
    for rule in speclint_lint::rules::ALL {
        let severity = rule.severity.name();
        let severity = if rule.default { severity.to_owned() } else { format!("{severity}, off by default") };
        table.push_str(&format!(
            "| [`{0}`](docs/rules/{0}.md) | {severity} | {1} |\n",
            rule.name, rule.summary
        ));
    }
    table
}

/// The text with what is generated in it made anew.
fn generated(text: &str) -> String {
    let mut made = String::new();
    let mut lines = text.lines();
    let line = |made: &mut String, line: &str| {
        made.push_str(line);
        made.push('\n');
    };
    while let Some(next) = lines.next() {
        line(&mut made, next);
        if let Some(command) = next.strip_prefix("<!-- $ ").and_then(|rest| rest.strip_suffix(" -->")) {
            let open = lines.next().unwrap_or_default();
            assert!(open.starts_with("```"), "no block after `{next}`");
            line(&mut made, open);
            // Some show the command as well.
            if open.ends_with("console") {
                line(&mut made, &format!("$ {command}"));
            }
            line(&mut made, &output(command));
            line(&mut made, "```");
            assert!(lines.any(|l| l == "```"), "no end of the block after `{next}`");
        } else if next == "<!-- rules -->" {
            made.push_str(&rules());
            line(&mut made, "<!-- end of rules -->");
            assert!(lines.any(|l| l == "<!-- end of rules -->"), "no end of the rules");
        }
    }
    made
}

#[test]
fn what_the_readme_shows_is_what_is() {
    let path = root().join("README.md");
    let text = std::fs::read_to_string(&path).expect("there is a README");
    let made = generated(&text);
    if std::env::var_os("UPDATE_README").is_some() {
        std::fs::write(&path, made).expect("the README can be written");
        return;
    }
    for (number, (old, new)) in (1..).zip(text.lines().zip(made.lines())) {
        assert_eq!(
            old, new,
            "README.md:{number} is stale; `UPDATE_README=1 cargo test --test readme` renews it"
        );
    }
    assert_eq!(text.lines().count(), made.lines().count(), "README.md is stale");
}

#[test]
fn the_commands_of_the_first_screen_exist() {
    let text = std::fs::read_to_string(root().join("README.md")).expect("there is a README");
    let screen: Vec<&str> = text.lines().take(55).collect();
    for command in ["cargo run --release -- check fixtures/readme", "scripts/test"] {
        assert!(
            screen.iter().any(|line| line.starts_with(command)),
            "`{command}` is not on the first screen"
        );
    }
}
