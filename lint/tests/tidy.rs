//! What is checked of the sources themselves.

use std::fs;
use std::path::{Path, PathBuf};

/// No source file is longer, in lines.
const LONGEST: usize = 600;
/// Folders of what is made, installed or built.
const MADE: [&str; 4] = ["target", "node_modules", "dist", "dist-tests"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate is in the workspace").to_owned()
}

/// The files below the root that git knows or would add, with their texts. Those that are no text are left out.
fn files() -> Vec<(String, String)> {
    let mut open: Vec<PathBuf> =
        ["src", "lint", "server", "tests", "editors", "scripts", ".ci"].map(|d| root().join(d)).into();
    let mut files: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(root()).expect("the root can be read").flatten() {
        // In a work tree of git's, `.git` is a file that says where the rest is.
        if entry.path().is_file() && entry.file_name() != ".git" {
            files.push(entry.path());
        }
    }
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.path() {
                path if path.is_dir() && !MADE.iter().any(|name| path.ends_with(name)) => open.push(path),
                path if path.is_file() => files.push(path),
                _ => {}
            }
        }
    }
    files.sort();
    let name = |path: &Path| {
        let relative = path.strip_prefix(root()).unwrap_or(path);
        relative.to_string_lossy().replace('\\', "/")
    };
    files.iter().filter_map(|path| Some((name(path), fs::read_to_string(path).ok()?))).collect()
}

fn sources() -> impl Iterator<Item = (String, String)> {
    files().into_iter().filter(|(name, _)| name.ends_with(".rs"))
}

/// Fails with all that is wrong at once.
#[track_caller]
fn none(wrong: Vec<String>) {
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_source_file_is_too_long() {
    let mut wrong = Vec::new();
    for (name, text) in sources() {
        let lines = text.lines().count();
        if lines > LONGEST {
            wrong.push(format!("{name}: {lines} lines; split it by subject (at most {LONGEST})"));
        }
    }
    none(wrong);
}

#[test]
fn every_module_says_what_it_is() {
    let silent = sources().filter(|(_, text)| !text.starts_with("//! "));
    none(silent.map(|(name, _)| format!("{name}: does not begin with a `//!` comment")).collect());
}

#[test]
fn nothing_is_left_to_do() {
    // In halves, so that they do not stand here.
    let marks = [["TO", "DO"], ["FIX", "ME"], ["XX", "X"]].map(|halves| halves.concat());
    let mut wrong = Vec::new();
    for (name, text) in files() {
        // The options of others are called as they are called.
        if name.starts_with("lint/data/") {
            continue;
        }
        for (number, line) in (1..).zip(text.lines()) {
            let words = line.split(|c: char| !c.is_alphanumeric());
            wrong.extend(
                words.filter(|w| marks.iter().any(|m| m == w)).map(|w| format!("{name}:{number}: {w}")),
            );
        }
    }
    none(wrong);
}

#[test]
fn no_line_ends_in_white_space() {
    let mut wrong = Vec::new();
    // What a page shows of a program's output is as the program prints it.
    for (name, text) in files().into_iter().filter(|(name, _)| !name.ends_with(".md")) {
        for (number, line) in (1..).zip(text.split('\n')) {
            if line.ends_with([' ', '\t', '\r']) {
                wrong.push(format!("{name}:{number}"));
            }
        }
        if !text.is_empty() && !text.ends_with('\n') {
            wrong.push(format!("{name}: no line break at the end"));
        }
    }
    none(wrong);
}

#[test]
fn nothing_belongs_to_one_machine() {
    let places = [root().to_string_lossy().into_owned()];
    let folders = [["/wo", "rk/"], ["/Us", "ers/"]].map(|halves| halves.concat());
    let places: Vec<String> = places.into_iter().chain(folders).collect();
    let mut wrong = Vec::new();
    for (name, text) in files() {
        for (number, line) in (1..).zip(text.lines()) {
            if places.iter().any(|place| line.contains(place.as_str())) {
                wrong.push(format!("{name}:{number}: {}", line.trim()));
            }
        }
    }
    none(wrong);
}

#[test]
fn every_rule_is_in_the_registry() {
    let mut names: Vec<String> = Vec::new();
    for (name, _) in sources() {
        let file = name.strip_prefix("lint/src/rules/").and_then(|n| n.strip_suffix(".rs"));
        // What is in a folder is a part of the rule of that name.
        let shared = ["mod", "context", "data", "siblings", "tags"];
        let is_rule = |f: &&str| !shared.contains(f) && !f.contains('/');
        names.extend(file.filter(is_rule).map(|f| f.replace('_', "-")));
    }
    names.sort();
    let registered: Vec<&str> = speclint_lint::rules::ALL.iter().map(|rule| rule.name).collect();
    assert_eq!(registered, names, "the registry, and the files beside it");
}

#[test]
fn the_layers_of_the_server_know_only_what_they_should() {
    // What a part of the server must not name, by where its files are.
    let forbidden = |name: &str| -> &[&str] {
        match name.strip_prefix("server/src/").unwrap_or_default() {
            "lsp/types.rs" => &[],
            own if own.starts_with("lsp/") => &["ls_types"],
            own if own.starts_with("engine/") => {
                &["tower_lsp_server", "ls_types", "crate::lsp", "crate::ide"]
            }
            own if own.starts_with("ide/") => {
                &["tower_lsp_server", "ls_types", "crate::lsp", "crate::engine", "tokio"]
            }
            "" => &[],
            _ => &["tower_lsp_server", "ls_types", "crate::lsp"],
        }
    };
    let mut wrong = Vec::new();
    for (name, text) in sources() {
        let of_file = forbidden(&name).iter().filter(|word| text.contains(**word));
        wrong.extend(of_file.map(|word| format!("{name}: `{word}`")));
    }
    none(wrong);
}
