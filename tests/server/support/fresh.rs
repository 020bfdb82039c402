//! What a fresh `check` finds, to compare with what the server says.

use super::folder::Folder;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::process::Command;

/// A finding: its rule, its place (lines and columns from 0, in characters) and what it says.
pub(crate) type Finding = (String, [u64; 4], String);

/// The findings of each file of a folder, by their names, as `check` reports them.
pub(crate) fn check(folder: &Folder) -> BTreeMap<String, Vec<Finding>> {
    let output = Command::new(env!("CARGO_BIN_EXE_speclint"))
        .args(["check", "--format", "json", "."])
        .current_dir(folder.path(""))
        .env_remove("NIX_PATH")
        .env("HOME", "/nowhere")
        .output()
        .expect("the program runs");
    let report: Json = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    let mut found: BTreeMap<String, Vec<Finding>> = BTreeMap::new();
    for diagnostic in report["diagnostics"].as_array().expect("a list") {
        let file = diagnostic["file"].as_str().expect("a file");
        let at = |end: &str, part: &str| diagnostic["range"][end][part].as_u64().expect("a number") - 1;
        let place = [at("start", "line"), at("start", "column"), at("end", "line"), at("end", "column")];
        let text = |key: &str| diagnostic[key].as_str().expect("a text").to_owned();
        found.entry(folder.uri(file)).or_default().push((text("rule"), place, text("message")));
    }
    sorted(found)
}

/// The same of diagnostics as the server sends them, by file.
pub(crate) fn told<'d>(
    diagnostics: impl Iterator<Item = (&'d String, &'d Json)>,
) -> BTreeMap<String, Vec<Finding>> {
    let mut told = BTreeMap::new();
    for (uri, diagnostics) in diagnostics {
        let finding = |diagnostic: &Json| {
            let at = |end: &str, part: &str| diagnostic["range"][end][part].as_u64().expect("a number");
            let place =
                [at("start", "line"), at("start", "character"), at("end", "line"), at("end", "character")];
            let message = diagnostic["message"].as_str().expect("a text");
            let message = message.lines().next().unwrap_or_default();
            (diagnostic["code"].as_str().expect("a code").to_owned(), place, message.to_owned())
        };
        let found: Vec<Finding> = diagnostics.as_array().expect("a list").iter().map(finding).collect();
        if !found.is_empty() {
            told.insert(uri.clone(), found);
        }
    }
    sorted(told)
}

fn sorted(mut found: BTreeMap<String, Vec<Finding>>) -> BTreeMap<String, Vec<Finding>> {
    found.values_mut().for_each(|findings| findings.sort());
    found
}
