//! What a path is to a table: an option, above options, below one, or nothing that is known.

use super::types::Acceptance;
use super::{Node, OptionTable, TypeDescription};

/// Where a path leads. Depths count the names of the path from its beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Location<'t> {
    /// To an option.
    Option(Node<'t>),
    /// To a name above options, and below none (the root, `services`).
    Namespace(Node<'t>),
    /// Below an option: to a part of its value.
    Below {
        /// The innermost option above.
        option: Node<'t>,
        /// How many names of the path lead to that option; the others lead on from it.
        depth: usize,
        /// The node at the path itself, where the table lists options below that (`users.users.<name>`).
        node: Option<Node<'t>>,
        /// Whether a definition there can be right.
        accepts: Acceptance,
    },
    /// To nothing that the table has.
    Unknown {
        /// The last namespace on the way.
        namespace: Node<'t>,
        /// How many names of the path lead to that namespace; the next one is the one that is not known.
        depth: usize,
    },
}

impl OptionTable {
    /// Where `path` leads.
    pub fn locate<S: AsRef<str>>(&self, path: &[S]) -> Location<'_> {
        let mut node = self.root();
        let mut option = None;
        let mut depth = 0;
        for name in path {
            let Some(child) = node.child(name.as_ref()) else { break };
            // A definition cannot name the element of a list.
            if child.name() == "*" && name.as_ref() != "*" && is_list(node) {
                break;
            }
            node = child;
            depth += 1;
            if node.is_option() {
                option = Some((node, depth));
            }
        }
        match option {
            Some((found, at)) if at == path.len() => Location::Option(found),
            Some((found, at)) if depth == path.len() => {
                Location::Below { option: found, depth: at, node: Some(node), accepts: Acceptance::Accepted }
            }
            Some((found, at)) => {
                let accepts =
                    found.type_description().map_or(Acceptance::Unknown, |t| t.accepts_below(&path[at..]));
                Location::Below { option: found, depth: at, node: None, accepts }
            }
            None if depth == path.len() => Location::Namespace(node),
            None => Location::Unknown { namespace: node, depth },
        }
    }
}

/// Whether the elements below `node` are those of a list. (In some newer types they are attributes as well.)
fn is_list(node: Node<'_>) -> bool {
    fn list(found: &TypeDescription) -> bool {
        match found {
            TypeDescription::ListOf { .. } => true,
            TypeDescription::NullOr(inner) | TypeDescription::Unique(inner) => list(inner),
            TypeDescription::CoercedTo { to, .. } => list(to),
            _ => false,
        }
    }
    node.type_description().is_some_and(list)
}
