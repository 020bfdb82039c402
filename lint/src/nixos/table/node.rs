//! A place in a table.

use super::corrections::{self, Applied};
use super::path::is_placeholder;
use super::{NO_TYPE, NodeData, OptionTable, TypeDescription};
use std::fmt;
use std::hash::{Hash, Hasher};

/// A place in a table: an option, or a name above or below options. Copied freely.
#[derive(Clone, Copy)]
pub struct Node<'t> {
    pub(super) table: &'t OptionTable,
    pub(super) id: u32,
}

impl<'t> Node<'t> {
    fn data(self) -> &'t NodeData {
        &self.table.nodes[self.id as usize]
    }

    /// The table that it is a place in.
    pub fn table(self) -> &'t OptionTable {
        self.table
    }

    /// The last name of its path; empty for the root.
    pub fn name(self) -> &'t str {
        self.table.name(self.data().name)
    }

    /// The names from the root down to it, with `<name>` and `*` where any name or element may stand.
    pub fn path(self) -> Vec<&'t str> {
        let mut path: Vec<_> = self.and_above().take_while(|node| node.id != 0).map(Node::name).collect();
        path.reverse();
        path
    }

    /// This node, the one above it, and so on up to the root.
    pub fn and_above(self) -> impl Iterator<Item = Node<'t>> {
        std::iter::successors(Some(self), |node| node.parent())
    }

    /// This node and all below it, in the order of their paths.
    pub fn and_below(self) -> impl Iterator<Item = Node<'t>> {
        let mut open = vec![self];
        std::iter::from_fn(move || {
            let node = open.pop()?;
            open.extend(node.children().rev());
            Some(node)
        })
    }

    /// The node above; `None` for the root.
    pub fn parent(self) -> Option<Node<'t>> {
        (self.id != 0).then(|| self.table.at(self.data().parent))
    }

    /// Whether it is an option. Options may have others below them.
    pub fn is_option(self) -> bool {
        self.data().description != NO_TYPE
    }

    /// The type as the manual words it; `None` where it is no option.
    pub fn description(self) -> Option<&'t str> {
        self.is_option().then(|| {
            let span = self.table.descriptions.get(self.data().description as usize);
            self.table.slice(span.copied().unwrap_or_default())
        })
    }

    /// The type; `None` where it is no option. Parsed at the first call.
    ///
    /// A submodule in it has the options that the table lists below it (below its `<name>` or `*`). Where none are
    /// listed nothing is known of the submodule, and it is unknown here.
    ///
    /// Where the description is known to mislead this is the type that NixOS gives the option in truth.
    pub fn type_description(self) -> Option<&'t TypeDescription> {
        let data = self.data();
        let correction = corrections::get(data.correction).filter(|_| !self.table.is_exact);
        let corrected = correction.and_then(|correction| correction.type_description());
        match corrected {
            Some(corrected) => Some(corrected),
            None if data.description == NO_TYPE => None,
            None => self.table.type_of(data.description, data.children > 0),
        }
    }

    /// What NixOS makes of the merged value before anyone reads it, where it is known to do so (`apply`).
    pub fn applied(self) -> Option<Applied> {
        let known = corrections::get(self.data().correction).and_then(|correction| correction.applied);
        known.or_else(|| self.is_applied().then_some(Applied::Changed))
    }

    /// Whether the option can be read only: a definition of it fails. The tables made from the manual tell so in the
    /// place of the type, which is unknown then.
    pub fn is_read_only(self) -> bool {
        self.description() == Some("none") || self.is_marked_read_only()
    }

    /// The nodes directly below, sorted by name.
    pub fn children(self) -> impl DoubleEndedIterator<Item = Node<'t>> + ExactSizeIterator {
        let NodeData { first_child, children, .. } = *self.data();
        (first_child..first_child + children).map(move |id| self.table.at(id))
    }

    /// The node for the attribute `name` below this one: of that name, else the one that stands for any name.
    pub fn child(self, name: &str) -> Option<Node<'t>> {
        self.exact_child(name).or_else(|| self.wildcard())
    }

    /// The node directly below that is called `name`.
    pub fn exact_child(self, name: &str) -> Option<Node<'t>> {
        let NodeData { first_child, children, .. } = *self.data();
        let (mut low, mut high) = (first_child, first_child + children);
        while low < high {
            let middle = low + (high - low) / 2;
            let node = self.table.at(middle);
            match node.name().cmp(name) {
                std::cmp::Ordering::Equal => return Some(node),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    /// The node directly below that stands for any attribute (`<name>`), else for any list element (`*`).
    pub fn wildcard(self) -> Option<Node<'t>> {
        // `*` and `<` sort before letters: only a few names lie before them.
        let attribute = self
            .children()
            .skip_while(|node| node.name() < "<")
            .take_while(|node| node.name().starts_with('<'))
            .find(|node| is_placeholder(node.name()));
        attribute.or_else(|| self.exact_child("*"))
    }

    /// Whether it stands for any attribute or list element.
    pub fn is_wildcard(self) -> bool {
        self.name() == "*" || is_placeholder(self.name())
    }

    /// The innermost option that this node is or lies below.
    pub fn enclosing_option(self) -> Option<Node<'t>> {
        self.and_above().find(|node| node.is_option())
    }
}

impl PartialEq for Node<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.table, other.table) && self.id == other.id
    }
}

impl Eq for Node<'_> {}

impl Hash for Node<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.id.hash(state);
    }
}

/// The path, as one writes it in Nix, and the type.
impl fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", super::path::show_option_path(&self.path()))?;
        self.description().map_or(Ok(()), |description| write!(f, ": {description}"))
    }
}
