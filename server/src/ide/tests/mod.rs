//! What people get at a place: fixtures of several files, with `$0` where the cursor stands.

mod assists;
mod completion;
mod hover;
mod navigation;
mod rename;
mod robust;
mod whole;

use super::Ide;
use rowan::TextSize;
use speclint_lint::analysis::Analysis;
use speclint_lint::nixos::model::System;
use speclint_lint::project::Project;
use speclint_lint::source::files::MemoryFiles;
use std::sync::Arc;

/// Files, and a place in one of them.
pub(super) struct Fixture {
    pub(super) analysis: Analysis,
    pub(super) systems: Vec<Arc<System>>,
    pub(super) file: String,
    pub(super) offset: TextSize,
}

impl Fixture {
    /// Reads files, each of which follows a line `#- name`; one of them has the cursor `$0`.
    pub(super) fn new(text: &str) -> Self {
        let mut files = MemoryFiles::default();
        let mut cursor = None;
        for file in text.split("#- ").skip(1) {
            let (name, text) = file.split_once('\n').expect("a name");
            let path = format!("/r/{}", name.trim());
            let mut text = text.to_owned();
            if let Some(at) = text.find("$0") {
                text.replace_range(at..at + 2, "");
                cursor = Some((path.clone(), TextSize::new(at as u32)));
            }
            files.0.insert(path, text);
        }
        let files = Arc::new(files);
        let mut analysis = Analysis::new(files.clone());
        analysis.add_project(Project::of(&*files, "/r").expect("a project"));
        let (file, offset) = cursor.unwrap_or_default();
        Fixture { systems: analysis.systems(), analysis, file, offset }
    }

    pub(super) fn ide(&self) -> Ide<'_> {
        Ide::new(&self.systems, &self.analysis)
    }

    /// The text of the file in which the cursor is.
    pub(super) fn whole(&self) -> Arc<str> {
        self.analysis.text(&self.file).expect("a text")
    }

    /// The text of a range of the file in which the cursor is.
    pub(super) fn text(&self, range: rowan::TextRange) -> String {
        self.whole()[std::ops::Range::<usize>::from(range)].to_owned()
    }
}
