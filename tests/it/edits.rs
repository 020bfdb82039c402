//! After an edit only what it has a part in is evaluated again. What is then known is what a new analysis of the same texts says.
//! Builds with debug assertions also compare every option of the models, with all that is remembered of it.

use crate::support::case::{Case, cases, rule_cases, short};
use crate::support::json;
use rayon::prelude::*;
use speclint_lint::analysis::Analysis;
use std::collections::BTreeMap;

/// A sequence of numbers that looks random and is always the same.
struct Numbers(u64);

impl Numbers {
    fn new(seed: &str) -> Self {
        let seed = seed.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Numbers(seed | 1)
    }

    /// One below `end`.
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end.max(1) as u64) as usize
    }

    /// One of several.
    fn of<'t, T>(&mut self, all: &'t [T]) -> Option<&'t T> {
        (!all.is_empty()).then(|| &all[self.below(all.len())])
    }
}

/// What somebody may do next to a text.
fn edit(text: &str, numbers: &mut Numbers) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let settings: Vec<usize> =
        (0..lines.len()).filter(|i| lines[*i].contains(" = ") && lines[*i].ends_with(';')).collect();
    let replaced = |line: usize, new: &str| {
        let mut lines = lines.clone();
        lines[line] = new;
        lines.join("\n") + "\n"
    };
    let setting = numbers.of(&settings).copied();
    match (numbers.below(9), setting) {
        // Another value, of the same length or not.
        (0 | 1, Some(i)) => {
            let pairs = [("true", "false"), ("false", "true"), ("\"", "\"x"), (" 1", " 2"), ("[", "[ 7")];
            let (old, new) = pairs[numbers.below(pairs.len())];
            replaced(i, &lines[i].replacen(old, new, 1))
        }
        // A line less.
        (2, Some(i)) => replaced(i, ""),
        // The same setting with another priority.
        (3, Some(i)) => {
            let new = lines[i].replacen(" = ", " = lib.mkForce (", 1).replacen(';', ");", 1);
            replaced(i, &new)
        }
        // A setting from elsewhere in the file once more, below.
        (4, Some(i)) => {
            let line = lines[numbers.of(&settings).copied().unwrap_or(i)];
            replaced(i, &format!("{}\n{}", lines[i], line.replacen("true", "false", 1)))
        }
        // A comment above everything, so that all of it stands elsewhere.
        (5, _) => format!("# A comment.\n{text}"),
        // Another name.
        (6, Some(i)) => replaced(i, &lines[i].replacen(" = ", "Other = ", 1)),
        // A line further down.
        (7, Some(i)) => replaced(i, &format!("\n{}", lines[i])),
        // Two lines change places.
        (8, Some(i)) => {
            let j = numbers.of(&settings).copied().unwrap_or(i);
            let mut lines = lines.clone();
            lines.swap(i, j);
            lines.join("\n") + "\n"
        }
        _ => text.replacen("  ", "   ", 1),
    }
}

/// What is known of a configuration.
fn known(analysis: &Analysis) -> (String, String) {
    let findings = analysis.unmended();
    (json::shown(analysis).to_string(), json::checked(analysis, &findings).to_string())
}

/// Makes this many edits in a row and looks after each.
fn follow(case: &Case, edits: usize) {
    let mut numbers = Numbers::new(&case.name);
    let mut analysis = case.analysis();
    known(&analysis);
    let mut texts = BTreeMap::new();
    // What NixOS' own source declares is read once.
    let is_own =
        |path: &&String| path.ends_with(".nix") && !path.contains("/nixpkgs/") && !path.contains("/store/");
    let files: Vec<&String> = case.files.keys().filter(is_own).collect();
    for i in 0..edits {
        let Some(path) = numbers.of(&files) else { return };
        let old = texts.get(*path).unwrap_or(&case.files[*path]).clone();
        // Now and then an edit is taken back.
        let new = if i % 4 == 3 { case.files[*path].clone() } else { edit(&old, &mut numbers) };
        analysis.database().set_text(path, &new);
        texts.insert((*path).clone(), new);
        let (followed, fresh) = (known(&analysis), known(&case.edited(&texts).analysis()));
        let text = &texts[*path];
        assert_eq!(followed, fresh, "{} after edit {i} of {}:\n{text}", case.name, short(path));
    }
}

#[test]
fn after_edits_all_is_as_if_it_was_read_anew() {
    let folders = ["oracle", "traps", "patterns", "pitfalls", "partial", "repositories"];
    let all: Vec<Case> = folders.iter().flat_map(|folder| cases(folder)).chain(rule_cases()).collect();
    all.par_iter().for_each(|case| follow(case, edits()));
}

/// How many edits are made in each configuration.
fn edits() -> usize {
    let asked = std::env::var("SPECLINT_EDITS").ok();
    asked.and_then(|edits| edits.parse().ok()).unwrap_or(4)
}
