//! What rules are given: the model of a system, and the texts that it was made of.

use super::Alternative;
use crate::findings::{Edit, Finding, Label, Location};
use crate::fix::{Fixer, Level, Source, set_priority};
use crate::nixos::entry::Reference;
use crate::nixos::model::{DefinitionModel, Place, Span, Specialisation, System, World};
use crate::suppress::{Part, Suppressions};
use crate::syntax::hir::{self, Name};
use rowan::TextRange;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// The texts of files and their lowered forms.
pub trait Texts {
    /// The text of a file.
    fn text(&self, path: &str) -> Option<Arc<str>>;
    /// Its lowered form.
    fn lowered(&self, path: &str) -> Option<Arc<hir::File>>;
}

/// What a rule may ask.
pub struct Context<'c> {
    /// The system.
    pub system: &'c System,
    /// The texts of its files.
    pub texts: &'c dyn Texts,
    /// Makes mends and judges them.
    pub fixer: &'c Fixer<'c>,
    /// Options that exclude each other, by what the user has set.
    pub alternatives: &'c [&'c Alternative],
}

impl Context<'_> {
    /// What NixOS is called where the system is one of another kind.
    pub fn who(&self) -> &'static str {
        match self.system.world {
            World::HomeManager => "Home Manager",
            _ => "NixOS",
        }
    }

    /// What a scope is called in a sentence.
    pub fn scope(&self, specialisation: Option<&Specialisation>) -> String {
        specialisation
            .map_or_else(|| "the base system".to_owned(), |s| format!("specialisation `{}`", s.name))
    }

    /// What is built of a scope, in a sentence.
    pub fn built(&self, specialisation: Option<&Specialisation>) -> String {
        specialisation.map_or_else(|| "the system".to_owned(), |s| format!("`{}`", s.name))
    }

    /// Whether a file is one that people write, and not what stands for a source that is not at hand.
    pub fn is_written(&self, span: Span) -> bool {
        !crate::eval::prelude::is_own(self.path(span.file))
    }

    /// The path of one of the system's files.
    pub fn path(&self, file: u32) -> &str {
        self.system.files.get(file as usize).map_or("", String::as_str)
    }

    /// A file that is to be mended; `None` if it cannot be, or nothing is to be.
    pub fn source(&self, file: u32) -> Option<Source> {
        if self.fixer.is_idle() { None } else { Source::open(self.texts, self.path(file)) }
    }

    /// The edits that give definitions a priority; `None` if one of them cannot be given it, or all have it.
    pub fn prioritised(&self, definitions: &[&DefinitionModel], level: Level) -> Option<Vec<Edit>> {
        let mut edits = Vec::new();
        for definition in definitions {
            let place = definition.place?;
            edits.extend(set_priority(&self.source(place.file)?, place.value, level)?);
        }
        edits.sort();
        edits.dedup();
        (!edits.is_empty()).then_some(edits)
    }

    /// Where a span is.
    pub fn location(&self, span: Span) -> Location {
        Location::new(self.path(span.file), span.range)
    }

    /// A label for a definition: on its whole binding.
    pub fn label(&self, place: &Place, message: impl Into<String>) -> Label {
        Label { location: self.location(place.span()), message: message.into() }
    }

    /// The text of a piece of a file.
    pub fn text(&self, file: u32, range: TextRange) -> String {
        self.texts
            .text(self.path(file))
            .and_then(|t| t.get(std::ops::Range::<usize>::from(range)).map(str::to_owned))
            .unwrap_or_default()
    }

    /// The file and line of a place, in a few words: `` `niri.nix:27` ``.
    pub fn spot(&self, place: &Place) -> String {
        let path = self.path(place.file);
        let folder = path.strip_suffix("/default.nix");
        let start = folder.unwrap_or(path).rfind('/').map_or(0, |slash| slash + 1);
        let before = self.text(place.file, TextRange::up_to(place.range.start()));
        format!("`{}:{}`", &path[start..], before.matches('\n').count() + 1)
    }

    /// What an option is called in these definitions of it: by an old name, if all are.
    pub fn written<'n>(name: &'n str, definitions: &[&'n DefinitionModel]) -> &'n str {
        let mut names = definitions.iter().map(|d| d.old_name.as_deref().unwrap_or(name));
        let first = names.next().unwrap_or(name);
        if names.all(|other| other == first) { first } else { name }
    }

    /// What is said of a definition of an option that is called `name` there: that it is by another name, if so.
    pub fn by(name: &str, definition: &DefinitionModel) -> String {
        match &definition.old_name {
            Some(old) if old != name => format!(" by its old name `{old}`"),
            _ => String::new(),
        }
    }

    /// A definition's value in a few words: the value itself where it is known and short, else how it is written.
    pub fn show(&self, definition: &DefinitionModel) -> String {
        if let Some(value) = &definition.value {
            let shown = crate::render::nix(value);
            if shown.len() <= 60 {
                return shown;
            }
        }
        let Some(span) = definition.expression else { return "a value that is not known".into() };
        let text = self.text(span.file, span.range);
        let line = text.lines().next().unwrap_or_default();
        match text.lines().count() {
            0 | 1 if line.chars().count() <= 60 => line.to_owned(),
            _ => format!("{}…", line.chars().take(50).collect::<String>().trim_end()),
        }
    }
}

/// What a rule may ask about a project as a whole.
pub struct ProjectContext<'c> {
    /// The files that define specialisations and that nothing reads.
    pub unreached: &'c [Unreached],
    /// References to specialisations that do not exist, in what the project has besides its systems.
    pub references: &'c [Reference],
    /// The texts of its files.
    pub texts: &'c dyn Texts,
}

/// What a rule may ask about the suppressions of a file.
pub struct SuppressionContext<'c> {
    /// The file's path.
    pub file: &'c str,
    /// Its text.
    pub text: &'c str,
    /// Its suppressions.
    pub suppressions: &'c Suppressions,
    /// What of them suppresses something.
    pub used: &'c HashSet<Part>,
    /// The systems that read the file, sorted.
    pub systems: &'c [String],
    /// Whether these are wholly known, so that what is not found is not there.
    pub is_known: bool,
    /// Whether the source of NixOS is at hand for all of them.
    pub has_source: bool,
    /// Whether findings of a rule are reported of this file.
    pub is_reported: &'c dyn Fn(&str) -> bool,
    /// Findings that would be suppressed by something if another place that belongs to them were their first.
    pub missed: &'c HashMap<Part, &'c Finding>,
}

/// A file that defines specialisations and that nothing reads.
#[derive(Clone, PartialEq, Debug)]
pub struct Unreached {
    /// The file.
    pub file: String,
    /// The specialisations, and where they are defined.
    pub specialisations: Vec<(Name, Location)>,
    /// Whether it is certain that nothing does.
    pub certain: bool,
}

/// Whether an option is `other` or an attribute in it.
pub(super) fn is_part_of(option: &str, other: &str) -> bool {
    option.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}
