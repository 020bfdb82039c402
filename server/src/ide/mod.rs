//! What is asked at a place in a file, answered by the model: no protocol, only texts, ranges and values.
//!
//! Nothing is evaluated here. A place in a text becomes a place in the tree of options (`view`) or the name of a specialisation or
//! rule (`target`), and what the models know of that is told. What they do not know is told as unknown.

mod assists;
mod completion;
mod hints;
mod hover;
mod lenses;
mod names;
mod navigation;
mod overview;
mod rename;
mod symbols;
mod table;
mod target;
#[cfg(test)]
mod tests;
mod tree;
mod view;

pub use assists::{Assist, AssistKind};
pub use completion::{Completion, CompletionKind, Completions};
pub use hints::{Hint, HintKind};
pub use hover::Hover;
pub use lenses::{Lens, Shown};
pub use navigation::Occurrence;
pub use overview::{Cell, Definition, Described, Overview, Row, Told};
pub use symbols::{Symbol, WorkspaceSymbol};

use rowan::{TextRange, TextSize};
use speclint_lint::findings::{Edit, Location};
use speclint_lint::nixos::model::System;
use speclint_lint::rules::Texts;
use std::sync::Arc;
use tree::Tree;
use view::View;

/// The models and texts that are asked.
#[derive(Clone, Copy)]
pub struct Ide<'a> {
    systems: &'a [Arc<System>],
    texts: &'a dyn Texts,
}

impl<'a> Ide<'a> {
    /// What these systems, which were made of these texts, answer.
    pub fn new(systems: &'a [Arc<System>], texts: &'a dyn Texts) -> Self {
        Ide { systems, texts }
    }

    /// What there is to say of what stands at a place.
    pub fn hover(&self, path: &str, offset: TextSize) -> Option<Hover> {
        hover::hover(self, &self.view(path)?, offset)
    }

    /// What stands behind the definitions in a range of a file.
    pub fn hints(&self, path: &str, range: TextRange) -> Vec<Hint> {
        self.view(path).map_or_else(Vec::new, |view| hints::hints(self, &view, range))
    }

    /// What stands above the specialisations of a file.
    pub fn lenses(&self, path: &str) -> Vec<Lens> {
        self.view(path).map_or_else(Vec::new, |view| lenses::lenses(&view))
    }

    /// Where what stands at a place is defined; for a definition, where the others are.
    pub fn definition(&self, path: &str, offset: TextSize) -> Vec<Location> {
        self.view(path).map_or_else(Vec::new, |view| navigation::definition(self, &view, offset))
    }

    /// All places of what stands at a place, in all files.
    pub fn references(&self, path: &str, offset: TextSize) -> Vec<Occurrence> {
        self.view(path).map_or_else(Vec::new, |view| navigation::references(self, &view, offset))
    }

    /// All places in the file of what stands at a place.
    pub fn highlights(&self, path: &str, offset: TextSize) -> Vec<Occurrence> {
        self.view(path).map_or_else(Vec::new, |view| navigation::highlights(&view, offset))
    }

    /// The specialisations of a file with their settings.
    pub fn document_symbols(&self, path: &str) -> Vec<Symbol> {
        self.view(path).map_or_else(Vec::new, |view| symbols::document_symbols(&view))
    }

    /// The specialisations of all systems that have the characters of a query in their name.
    pub fn workspace_symbols(&self, query: &str) -> Vec<WorkspaceSymbol> {
        symbols::workspace_symbols(self, query)
    }

    /// The systems as a client lays them out by itself, with all options or those that a specialisation changes or defines.
    pub fn overviews(&self, all: bool) -> Vec<Overview> {
        overview::overviews(self.texts, self.systems.iter().map(Arc::as_ref), all)
    }

    /// The name of the specialisation at a place, and where it stands.
    pub fn renamed_at(&self, path: &str, offset: TextSize) -> Option<(TextRange, String)> {
        rename::renamed_at(&self.view(path)?, offset)
    }

    /// The edits after which the specialisation at a place has another name.
    ///
    /// # Errors
    ///
    /// Where there is none, or where it cannot have that name: the reason, in a sentence without a full stop.
    pub fn rename(&self, path: &str, offset: TextSize, new: &str) -> Result<Vec<Edit>, String> {
        let view = self.view(path).ok_or_else(|| "the file cannot be read".to_owned())?;
        rename::rename(self, &view, offset, new)
    }

    /// What may be written at a place.
    pub fn completions(&self, path: &str, offset: TextSize) -> Completions {
        self.view(path).map_or_else(Completions::default, |view| completion::completions(&view, offset))
    }

    /// The changes that are offered at a place.
    pub fn assists(&self, path: &str, offset: TextSize) -> Vec<Assist> {
        self.view(path).map_or_else(Vec::new, |view| assists::assists(self, &view, offset))
    }

    /// A file as the models see it.
    fn view(&self, path: &str) -> Option<View<'a>> {
        let tree = Tree::new(self.texts.lowered(path)?);
        Some(View::new(path, self.texts.text(path)?, tree, self.systems))
    }
}
