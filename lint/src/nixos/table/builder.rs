//! Tables that are made at run time.

use super::text::{Draft, freeze};
use super::{NO_TYPE, Name, OptionTable, Span, corrections};
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

/// Paths of more names than this, or with a longer name (in bytes), are left out: no option has one, and a tree of any
/// depth must not be able to exhaust the stack.
const DEEPEST: usize = 64;
const LONGEST: usize = u16::MAX as usize;

impl OptionTableBuilder {
    /// Nothing yet.
    pub fn new() -> OptionTableBuilder {
        OptionTableBuilder::default()
    }

    /// Adds the option at `path`, of the type that `description` describes as the manual words it. A second
    /// description of the same option replaces the first.
    pub fn add<S: AsRef<str>>(&mut self, path: &[S], description: &str) -> &mut OptionTableBuilder {
        let fits = path.iter().all(|name| name.as_ref().len() <= LONGEST);
        if fits && !path.is_empty() && path.len() <= DEEPEST {
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
        let mut maker = Maker::default();
        maker.children(&self.root, 0);
        freeze(Cow::Owned(maker.text), &maker.drafts, maker.descriptions, corrections::nixos())
    }
}

#[derive(Default)]
struct Maker<'b> {
    text: String,
    drafts: Vec<Draft>,
    descriptions: Vec<Span>,
    known: HashMap<&'b str, u32>,
}

impl<'b> Maker<'b> {
    fn children(&mut self, branch: &'b Branch, depth: u16) {
        for (name, child) in &branch.children {
            let description = child.description.as_deref().map_or(NO_TYPE, |text| self.description(text));
            let name = Name::new(self.put(name), name.len());
            self.drafts.push(Draft { name, depth, description });
            self.children(child, depth + 1);
        }
    }

    fn description(&mut self, text: &'b str) -> u32 {
        if let Some(&known) = self.known.get(text) {
            return known;
        }
        let span = Span::new(self.put(text), text.len());
        let number = self.descriptions.len() as u32;
        self.descriptions.push(span);
        self.known.insert(text, number);
        number
    }

    /// Adds to the text; where it begins there.
    fn put(&mut self, text: &str) -> usize {
        let start = self.text.len();
        self.text.push_str(text);
        start
    }
}
