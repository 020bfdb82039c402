//! The options that there are: their names and types, for lookups that have to be quick and honest.
//!
//! Two tables are embedded, those of NixOS and of Home Manager ([`OptionTable::nixos`],
//! [`OptionTable::home_manager`]); others are made at run time ([`OptionTableBuilder`]). A table is a tree of names.
//! `<name>` stands in it for any attribute of an `attrsOf`, `*` for any element of a list; a real name is
//! looked up first.
//!
//! The embedded tables are those of NixOS 24.11 and of the Home Manager of that day. Options that are renamed,
//! removed or internal are not in them, later ones neither: that the table lacks an option proves nothing.
//! Regenerating them: `lint/examples/generate_options.rs`.

mod builder;
mod chosen;
mod codes;
mod corrections;
mod defaults;
mod definers;
mod facts;
mod import;
mod locate;
mod nearest;
mod node;
mod opened;
pub mod path;
mod renames;
mod text;
pub mod types;

#[cfg(test)]
mod tests;

pub use builder::OptionTableBuilder;
pub use chosen::{EmbeddedTables, Tables};
pub use corrections::Applied;
pub use defaults::{NixosDefault, nixos_default};
pub use definers::Definers;
pub use facts::Facts;
pub use import::{ImportError, import};
pub use locate::Location;
pub use nearest::nearest;
pub use node::Node;
pub use renames::{Fate, Renaming, former_names, later_names, renaming};
pub use types::{Acceptance, EnumValue, TypeDescription};

use super::model::World;
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::OnceLock;

/// The release of NixOS that the embedded table has the options of: 24.11.
pub const EMBEDDED_RELEASE: u32 = 2411;

/// A tree of options. Cheap to look things up in: flat vectors, no allocation for a lookup.
#[derive(Debug)]
pub struct OptionTable {
    /// What names and type descriptions are slices of.
    text: Cow<'static, str>,
    /// The root first; the children of a node lie together, sorted by name.
    nodes: Vec<NodeData>,
    /// The descriptions of the types.
    descriptions: Vec<Span>,
    /// What else is known of nodes, sorted by node.
    facts: Vec<(u32, Span)>,
    /// Whether the types are those that the modules say, and not what the manual says of them.
    is_exact: bool,
    /// Which modules define the options, where these are at hand.
    definers: Option<Box<Definers>>,
    /// The types themselves, parsed when they are asked for: with their submodules, and without.
    types: [OnceLock<Box<[OnceLock<TypeDescription>]>>; 2],
    /// The old names of options by the new one, found when they are first asked for.
    old_names: OnceLock<HashMap<Vec<String>, Vec<u32>>>,
}

/// A slice of [`OptionTable::text`].
#[derive(Clone, Copy, Debug, Default)]
struct Span {
    start: u32,
    length: u32,
}

impl Span {
    fn new(start: usize, length: usize) -> Span {
        Span { start: start as u32, length: length as u32 }
    }
}

/// A short slice of [`OptionTable::text`].
#[derive(Clone, Copy, Debug, Default)]
struct Name {
    start: u32,
    length: u16,
}

impl Name {
    fn new(start: usize, length: usize) -> Name {
        Name { start: start as u32, length: length as u16 }
    }
}

/// A node as it is stored.
#[derive(Clone, Copy, Debug)]
struct NodeData {
    name: Name,
    /// The number of its correction, or zero.
    correction: u16,
    parent: u32,
    first_child: u32,
    children: u32,
    /// The index of its description; [`NO_TYPE`] where the node is no option.
    description: u32,
}

const NO_TYPE: u32 = u32::MAX;

impl OptionTable {
    /// The options of NixOS. Loaded at the first call, in one to two milliseconds.
    pub fn nixos() -> &'static OptionTable {
        static TABLE: OnceLock<OptionTable> = OnceLock::new();
        TABLE.get_or_init(|| {
            text::read(include_str!("../../../data/nixos-options.txt").into(), corrections::nixos())
        })
    }

    /// The options of Home Manager. Loaded at the first call.
    pub fn home_manager() -> &'static OptionTable {
        static TABLE: OnceLock<OptionTable> = OnceLock::new();
        TABLE.get_or_init(|| {
            text::read(
                include_str!("../../../data/home-manager-options.txt").into(),
                corrections::home_manager(),
            )
        })
    }

    /// The table of a world that is part of the program: NixOS' for all but Home Manager.
    pub fn embedded(world: World) -> &'static OptionTable {
        match world {
            World::HomeManager => OptionTable::home_manager(),
            _ => OptionTable::nixos(),
        }
    }

    /// Whether it was made from the modules themselves: its types are exact, and it has all options that are there,
    /// but where it says so ([`Node::is_open`]).
    pub fn is_exact(&self) -> bool {
        self.is_exact
    }

    /// The same options, whose modules are at hand.
    #[must_use]
    pub fn with_definers(self, definers: Definers) -> OptionTable {
        OptionTable { definers: Some(Box::new(definers)), ..self }
    }

    /// Which modules define the options, where these are at hand.
    pub fn definers(&self) -> Option<&Definers> {
        self.definers.as_deref()
    }

    /// The node above all others; it has no name.
    pub fn root(&self) -> Node<'_> {
        self.at(0)
    }

    /// The node at `path`, a name at a time ([`Node::child`]). The empty path is the root.
    pub fn node<S: AsRef<str>>(&self, path: &[S]) -> Option<Node<'_>> {
        path.iter().try_fold(self.root(), |node, name| node.child(name.as_ref()))
    }

    /// Every option, in the order of their paths.
    pub fn options(&self) -> impl Iterator<Item = Node<'_>> {
        self.root().and_below().filter(|node| node.is_option())
    }

    fn at(&self, id: u32) -> Node<'_> {
        Node { table: self, id }
    }

    fn slice(&self, span: Span) -> &str {
        let start = span.start as usize;
        self.text.get(start..start + span.length as usize).unwrap_or_default()
    }

    fn name(&self, name: Name) -> &str {
        self.slice(Span { start: name.start, length: name.length.into() })
    }

    /// The type of the given description; `listed`: with the submodules in it.
    fn type_of(&self, description: u32, listed: bool) -> Option<&TypeDescription> {
        let index = description as usize;
        let cache = self.types[usize::from(listed)]
            .get_or_init(|| self.descriptions.iter().map(|_| OnceLock::new()).collect());
        let text = self.slice(*self.descriptions.get(index)?);
        Some(cache.get(index)?.get_or_init(|| {
            let parsed = TypeDescription::parse(text);
            if listed { parsed } else { parsed.without_submodules() }
        }))
    }
}
