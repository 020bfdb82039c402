//! The ways in which people write specialisations, reach modules and keep configurations: what there is, and what is found.

use crate::rules::{check, check_warnings};
use crate::support::case::{Case, cases};
use crate::support::json;
use crate::support::judge::judge;
use rayon::prelude::*;
use speclint_lint::analysis::Analysis;
use speclint_lint::eval::host::{FileKind, ReadError};
use speclint_lint::project::Project;
use speclint_lint::source::files::{FileSystem, MemoryFiles};
use speclint_lint::syntax::hir::Name;
use std::sync::Arc;

/// What is made of a pattern other than what NixOS makes of it; `None` if nothing.
fn unlike_nixos(case: &Case) -> Option<String> {
    let score = judge(case);
    (!score.is_perfect()).then(|| score.examples(20))
}

#[test]
fn patterns_are_understood() {
    are_understood(&cases("patterns"));
}

#[track_caller]
fn are_understood(cases: &[Case]) {
    let unlike: Vec<String> = cases.par_iter().filter_map(unlike_nixos).collect();
    assert!(unlike.is_empty(), "{}", unlike.join("\n"));
}

#[test]
fn findings_are_as_marked() {
    check_warnings(&cases("patterns"));
}

/// What looks like a mistake and is none. Nothing else is found than what is marked.
#[test]
fn traps_are_no_mistakes() {
    let cases = cases("traps");
    check(&cases);
    are_understood(&cases);
}

/// Files whose bytes are those of their characters in Latin-1.
struct Latin1(MemoryFiles);

impl FileSystem for Latin1 {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        let text = self.0.0.get(path).ok_or_else(|| ReadError::Missing(path.to_owned()))?;
        Ok(text.chars().map(|c| u8::try_from(c).expect("a character of Latin-1")).collect())
    }

    fn kind(&self, path: &str) -> Option<FileKind> {
        self.0.kind(path)
    }

    fn list(&self, path: &str) -> Result<Vec<(Name, FileKind)>, ReadError> {
        self.0.list(path)
    }

    fn nix_files(&self, path: &str) -> Vec<String> {
        self.0.nix_files(path)
    }
}

/// Files of a file system that does not tell upper from lower case.
struct AnyCase(MemoryFiles);

impl AnyCase {
    /// A path as it is listed.
    fn listed(&self, path: &str) -> String {
        let is_it = |listed: &&String| listed.to_lowercase() == path.to_lowercase();
        self.0.0.keys().find(is_it).cloned().unwrap_or_else(|| path.to_owned())
    }
}

impl FileSystem for AnyCase {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        self.0.read(&self.listed(path))
    }

    fn kind(&self, path: &str) -> Option<FileKind> {
        self.0.kind(&self.listed(path))
    }

    fn list(&self, path: &str) -> Result<Vec<(Name, FileKind)>, ReadError> {
        self.0.list(path)
    }

    fn nix_files(&self, path: &str) -> Vec<String> {
        self.0.nix_files(path)
    }
}

#[test]
fn files_are_found_in_whatever_case_the_file_system_has_them() {
    let flake = "{ outputs = { nixpkgs, ... }: { nixosConfigurations.a = nixpkgs.lib.nixosSystem { modules = [ ./Host.nix ]; }; }; }";
    let files = [
        ("/r/flake.nix", flake),
        ("/r/host.nix", "{ imports = [ ./TV.nix ]; networking.hostName = \"a\"; }"),
        ("/r/tv.nix", "{ specialisation.tv.configuration = { services.openssh.enable = true; }; }"),
        ("/r/left.nix", "{ specialisation.left.configuration = { services.openssh.enable = true; }; }"),
    ];
    let files =
        MemoryFiles(files.map(|(path, text)| (path.to_owned(), text.to_owned())).into_iter().collect());
    let files: Arc<dyn FileSystem> = Arc::new(AnyCase(files));
    let mut analysis = Analysis::new(files.clone());
    analysis.add_project(Project::of(&*files, "/r").expect("a project"));
    let findings = analysis.findings();
    let found: Vec<_> = findings.iter().map(|f| (f.rule, &*f.primary.location.file)).collect();
    assert_eq!(found, [("missing-tag", "/r/TV.nix"), ("unreached-specialisation", "/r/left.nix")]);
}

/// Nix reads bytes: only in strings and comments may they be others than those of UTF-8.
#[test]
fn what_is_not_utf_8_is_read() {
    let text = "# f\u{fc}r den Schreibtisch\n{\n  networking.hostName = \"atlas\";\n  users.motd = \"gr\u{fc}\u{df} dich\";\n  \
                specialisation.tv.configuration = { console.keyMap = \"de\"; networking.hostName = \"tv\"; };\n}\n";
    let files = MemoryFiles([("/case/configuration.nix".to_owned(), text.to_owned())].into());
    let mut analysis = Analysis::new(Arc::new(Latin1(files)));
    analysis.add_entry("/case/configuration.nix", "configuration.nix");
    let shown = json::shown(&analysis);
    let system = &shown["systems"][0];
    assert_eq!(system["parent"]["options"]["networking.hostName"]["value"], "atlas");
    assert_eq!(system["specialisations"]["tv"]["options"]["console.keyMap"]["value"], "de");
    let findings = analysis.findings();
    let conflict = findings.iter().find(|f| f.rule == "needs-mkdefault");
    assert_eq!(conflict.and_then(|f| f.option.as_deref()), Some("networking.hostName"));
}
