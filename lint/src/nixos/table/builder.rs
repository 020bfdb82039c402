//! Tables that are made at run time.

use super::text::{Draft, freeze};
use super::{NO_TYPE, OptionTable, Span, corrections};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

/// Collects options for a table of one's own, such as that of a user's own nixpkgs.
#[derive(Debug, Default)]
pub struct OptionTableBuilder {
    root: Branch,
}

#[derive(Debug, Default)]
struct Branch {
    description: Option<Box<str>>,
    children: BTreeMap<Box<str>, Branch>,
}

/// Names nested deeper than this are left out: no option lies so deep, and a tree of any depth must not be able to
/// exhaust the stack.
const DEEPEST: usize = 64;

impl OptionTableBuilder {
    /// Nothing yet.
    pub fn new() -> OptionTableBuilder {
        OptionTableBuilder::default()
    }

    /// Adds the option at `path`, of the type that `description` describes as the manual words it. A second
    /// description of the same option replaces the first.
    pub fn add<S: AsRef<str>>(&mut self, path: &[S], description: &str) -> &mut OptionTableBuilder {
        if !path.is_empty() && path.len() <= DEEPEST {
            let mut branch = &mut self.root;
            for name in path {
                branch = branch.children.entry(name.as_ref().into()).or_default();
            }
            branch.description = Some(description.into());
        }
        self
    }

    /// The table. What is known of misleading descriptions of NixOS' options is applied where they are worded so.
    pub fn finish(&self) -> OptionTable {
        let mut maker = Maker {
            text: String::new(),
            drafts: vec![Draft::ROOT],
            descriptions: Vec::new(),
            known: HashMap::new(),
        };
        maker.children(&self.root, 0);
        freeze(Cow::Owned(maker.text), &maker.drafts, maker.descriptions, corrections::nixos())
    }
}

struct Maker<'b> {
    text: String,
    drafts: Vec<Draft>,
    descriptions: Vec<Span>,
    known: HashMap<&'b str, u32>,
}

impl<'b> Maker<'b> {
    fn children(&mut self, branch: &'b Branch, place: u32) {
        for (name, child) in &branch.children {
            let description = child.description.as_deref().map_or(NO_TYPE, |text| self.description(text));
            let name = self.span(name);
            self.drafts.push(Draft { name, parent: place, description });
            self.children(child, self.drafts.len() as u32 - 1);
        }
    }

    fn description(&mut self, text: &'b str) -> u32 {
        if let Some(&known) = self.known.get(text) {
            return known;
        }
        let span = self.span(text);
        let number = self.descriptions.len() as u32;
        self.descriptions.push(span);
        self.known.insert(text, number);
        number
    }

    fn span(&mut self, text: &str) -> Span {
        let start = self.text.len() as u32;
        self.text.push_str(text);
        Span { start, length: text.len() as u32 }
    }
}
