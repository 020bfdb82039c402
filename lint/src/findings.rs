//! What rules find.

use crate::syntax::hir::Name;
use rowan::TextRange;
use std::sync::Arc;

/// How bad something is. The order is from the least to the worst.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Severity {
    /// Could be tidier.
    Hint,
    /// Worth knowing.
    Info,
    /// NixOS will silently not do what is written.
    Warning,
    /// NixOS will refuse it.
    Error,
}

impl Severity {
    /// Its name in output and configuration.
    pub const fn name(self) -> &'static str {
        match self {
            Severity::Hint => "hint",
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }

    /// The severity of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Severity::Hint, Severity::Info, Severity::Warning, Severity::Error]
            .into_iter()
            .find(|s| s.name() == name)
    }
}

/// A piece of a file.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Location {
    /// The file's absolute path.
    pub file: Arc<str>,
    /// Where it starts, in bytes.
    pub start: u32,
    /// Where it ends, in bytes.
    pub end: u32,
}

impl Location {
    /// The location of a range of a file.
    pub fn new(file: &str, range: TextRange) -> Self {
        Location { file: file.into(), start: range.start().into(), end: range.end().into() }
    }
}

/// A location with what there is to say about it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Label {
    /// Where.
    pub location: Location,
    /// What.
    pub message: String,
}

/// Something that a rule found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// The rule's name.
    pub rule: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What is the matter, in one sentence without a full stop.
    pub message: String,
    /// Where, with what is there.
    pub primary: Label,
    /// Other places that belong to it.
    pub related: Vec<Label>,
    /// What NixOS does about it, in one sentence.
    pub consequence: String,
    /// The systems in which it was found, sorted.
    pub systems: Vec<String>,
    /// The specialisation that it is about, if it is about a single one.
    pub specialisation: Option<Name>,
    /// The option that it is about, as NixOS prints it.
    pub option: Option<String>,
    /// How it can be mended, the preferred way first.
    pub fixes: Vec<Fix>,
}

impl Finding {
    /// Takes these fixes, the most certain first.
    pub(crate) fn with_fixes(mut self, fixes: impl IntoIterator<Item = Fix>) -> Self {
        self.fixes = fixes.into_iter().collect();
        self.fixes.sort_by_key(|fix| fix.applicability);
        self
    }
}

/// A way to mend a finding.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fix {
    /// What it does, in the imperative.
    pub title: String,
    /// Whether it is safe to apply unseen.
    pub applicability: Applicability,
    /// The edits, which belong together.
    pub edits: Vec<Edit>,
}

impl Fix {
    /// The same fix, not to be applied unless by somebody who knows what is meant.
    pub fn uncertain(self) -> Self {
        Fix { applicability: self.applicability.max(Applicability::Unsafe), ..self }
    }
}

/// Whether a fix may be applied unseen, from yes to no.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Applicability {
    /// Nothing but what is mended changes its meaning.
    Safe,
    /// It may change what was meant.
    Unsafe,
    /// It changes more than what is mended, so that it is for a person to apply.
    Manual,
}

impl Applicability {
    /// Its name in output.
    pub fn name(self) -> &'static str {
        match self {
            Applicability::Safe => "safe",
            Applicability::Unsafe | Applicability::Manual => "unsafe",
        }
    }
}

/// The replacement of a piece of a file.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Edit {
    /// What is replaced; empty to insert.
    pub location: Location,
    /// By what.
    pub text: String,
}
