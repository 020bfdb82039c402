//! Configurations of several files, as `fixtures/` keeps them: a file with sections, or a folder.

use super::tables::OwnTables;
use speclint_lint::analysis::Analysis;
use speclint_lint::project::Project;
use speclint_lint::rules;
use speclint_lint::settings::Choice;
use speclint_lint::source::files::MemoryFiles;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where the files of a case lie in memory.
const ROOT: &str = "/case";

/// What a section starts with.
const HEADER: &str = "#- ";

/// The section that is no file, but what NixOS makes of the case; `truth of NAME` is about the system of that name.
const TRUTH: &str = "truth";

/// A configuration of several files.
#[derive(Default)]
pub(crate) struct Case {
    /// What it is called in messages: its path below `fixtures/`.
    pub(crate) name: String,
    /// Its files by their path, which starts with `/case/`.
    pub(crate) files: BTreeMap<String, String>,
    /// The paths of the files from which a system starts.
    pub(crate) entries: Vec<String>,
    /// The lines under each `#- truth`, with the name of the system that they are about; without one, it is the first.
    pub(crate) truths: Vec<(Option<String>, String)>,
    /// Where it was read from.
    source: PathBuf,
}

/// The folder `fixtures/`.
pub(crate) fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// All cases of a folder below `fixtures/`, by name.
pub(crate) fn cases(folder: &str) -> Vec<Case> {
    let path = fixtures().join(folder);
    let entries = std::fs::read_dir(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let mut paths: Vec<PathBuf> = entries.map(|e| e.expect("a readable folder").path()).collect();
    paths.retain(|p| p.is_dir() || p.extension().is_some_and(|e| e == "nix"));
    paths.sort();
    paths.iter().map(|p| Case::load(p)).collect()
}

/// The cases of all rules.
pub(crate) fn rule_cases() -> Vec<Case> {
    let rules = speclint_lint::rules::ALL.iter().map(|r| format!("rules/{}", r.name));
    rules.filter(|folder| fixtures().join(folder).is_dir()).flat_map(|folder| cases(&folder)).collect()
}

impl Case {
    /// The case at a path: a folder, or a file with sections.
    pub(crate) fn load(path: &Path) -> Self {
        let name = path.strip_prefix(fixtures()).unwrap_or(path).with_extension("").display().to_string();
        if path.is_dir() {
            return Case::folder(name, path);
        }
        let case = Case::parse(&name, &std::fs::read_to_string(path).expect("a readable fixture"));
        Case { source: path.to_owned(), ..case }
    }

    /// A case from its sections. The first file is where the system starts; a text without sections is `configuration.nix`. Paths are
    /// relative to the folder of the case, or absolute.
    pub(crate) fn parse(name: &str, text: &str) -> Self {
        let mut case = Case { name: name.into(), ..Case::default() };
        for (path, text) in sections(text) {
            if let Some(of) = path.strip_prefix(TRUTH) {
                case.truths.push((of.strip_prefix(" of ").map(str::to_owned), text));
                continue;
            }
            let path = if path.starts_with('/') { path } else { format!("{ROOT}/{path}") };
            if case.entries.is_empty() {
                case.entries.push(path.clone());
            }
            assert!(case.files.insert(path.clone(), text).is_none(), "{name}: `{path}` occurs twice");
        }
        assert!(!case.entries.is_empty(), "{name} has no file");
        case
    }

    /// A folder: one system if there is a configuration at its top, else one for each folder below `hosts/`.
    fn folder(name: String, path: &Path) -> Self {
        let mut case = Case { name, source: path.to_owned(), ..Case::default() };
        case.add(path, ROOT);
        let hosts = format!("{ROOT}/hosts/");
        let is_start = |path: &&String| {
            let Some((folder, "configuration.nix" | "default.nix")) = path.rsplit_once('/') else {
                return false;
            };
            folder == ROOT || folder.strip_prefix(&hosts).is_some_and(|host| !host.contains('/'))
        };
        case.entries = case.files.keys().filter(is_start).cloned().collect();
        assert!(!case.entries.is_empty(), "{} has no configuration.nix or default.nix", case.name);
        case
    }

    fn add(&mut self, folder: &Path, at: &str) {
        for entry in std::fs::read_dir(folder).expect("a readable folder") {
            let entry = entry.expect("a readable folder");
            let path = format!("{at}/{}", entry.file_name().to_str().expect("a name in UTF-8"));
            if entry.path().is_dir() {
                self.add(&entry.path(), &path);
            } else {
                self.files.insert(path, std::fs::read_to_string(entry.path()).expect("a readable fixture"));
            }
        }
    }

    /// What NixOS makes of its one system.
    pub(crate) fn truth(&self) -> &str {
        match self.truths.as_slice() {
            [(None, truth)] => truth,
            _ => panic!("{} has no truth, or several", self.name),
        }
    }

    /// The path of one of its files, as the case has it.
    pub(crate) fn path(&self, path: &str) -> &str {
        self.files.get_key_value(path).map_or("", |(path, _)| path)
    }

    /// The same case with other texts of some files.
    pub(crate) fn edited(&self, texts: &BTreeMap<String, String>) -> Case {
        let mut files = self.files.clone();
        files.extend(texts.clone());
        Case { name: self.name.clone(), files, entries: self.entries.clone(), ..Case::default() }
    }

    /// An analysis of its systems, by all rules: of those that it has as a repository, if it is one.
    pub(crate) fn analysis(&self) -> Analysis {
        let files = Arc::new(MemoryFiles(self.files.clone()));
        let mut analysis = Analysis::with_tables(files.clone(), Arc::new(OwnTables::new(files.clone())));
        let select = rules::ALL.iter().map(|rule| rule.name.to_owned()).collect();
        analysis.choose(Choice { select, ..Choice::default() });
        let is_project = |first: &String| ["flake.nix", "default.nix", ".git/HEAD"].contains(&short(first));
        if self.entries.first().is_some_and(is_project) {
            let project = Project::of(&*files, ROOT);
            analysis.add_project(project.unwrap_or_else(|| panic!("{} has no systems", self.name)));
            return analysis;
        }
        for entry in &self.entries {
            analysis.add_entry(entry, short(entry));
        }
        analysis
    }
}

/// A path without the folder that all cases lie in.
pub(crate) fn short(path: &str) -> &str {
    path.strip_prefix(ROOT).map_or(path, |p| p.trim_start_matches('/'))
}

/// Rewrites the files of a case where they were read from: `new` makes a file's new text of its short path and its old text.
pub(crate) fn sections_mut(case: &Case, new: impl Fn(&str, &str) -> String) {
    let write = |path: &Path, text: String| std::fs::write(path, text).expect("a writable fixture");
    if case.source.is_dir() {
        for (path, text) in &case.files {
            write(&case.source.join(short(path)), new(short(path), text));
        }
        return;
    }
    let old = std::fs::read_to_string(&case.source).expect("a readable fixture");
    let has_headers = old.starts_with(HEADER);
    let mut text = String::new();
    for (path, section) in sections(&old) {
        if has_headers {
            text.push_str(&format!("{HEADER}{path}\n"));
        }
        text.push_str(&new(&path, &section));
    }
    write(&case.source, text);
}

/// The sections of a text: each starts with a line `#- PATH`.
fn sections(text: &str) -> Vec<(String, String)> {
    let mut sections: Vec<(String, String)> = Vec::new();
    for line in text.split_inclusive('\n') {
        match line.strip_prefix(HEADER) {
            Some(path) => sections.push((path.trim_end().to_owned(), String::new())),
            None => {
                if sections.is_empty() {
                    sections.push(("configuration.nix".into(), String::new()));
                }
                if let Some((_, text)) = sections.last_mut() {
                    text.push_str(line);
                }
            }
        }
    }
    sections
}
