//! What a table tells of an option besides its type, where it was made from the modules themselves.
//!
//! In a table's file it stands below the option, in a line of its own: `@`, marks of one character each
//! ([`Mark`]), and the rest as JSON.

use super::{Node, OptionTable};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What is known of an option besides its type.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    /// Where it is declared: `FILE` or `FILE:LINE`, the file seen from the source's folder.
    #[serde(rename = "in", skip_serializing_if = "Vec::is_empty")]
    pub declared: Vec<String>,
    /// Its default, where that is plainly written. What NixOS' own modules define is not considered.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub default: Option<Value>,
    /// The options that it is another name for, or that have taken its place.
    #[serde(rename = "to", skip_serializing_if = "Vec::is_empty")]
    pub renamed_to: Vec<Vec<String>>,
    /// Whether what has taken its place is of another type.
    #[serde(skip_serializing_if = "is_not")]
    pub changed: bool,
    /// What whoever removed it has to say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub removed: Option<String>,
    /// Whether the merged value is changed before anyone reads it.
    #[serde(skip_serializing_if = "is_not")]
    pub applied: bool,
    /// Whether a definition of it fails.
    #[serde(rename = "readOnly", skip_serializing_if = "is_not")]
    pub read_only: bool,
    /// Whether the manual does not show it.
    #[serde(skip_serializing_if = "is_not")]
    pub hidden: bool,
}

/// `null` is a default as good as any.
fn present<'de, D: serde::Deserializer<'de>>(value: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(value).map(Some)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it like this")]
fn is_not(flag: &bool) -> bool {
    !flag
}

/// What must be told of a node at once.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(in crate::nixos) enum Mark {
    /// There may be more below it than is listed.
    Open = b'?' as isize,
    /// Only modules that a configuration must import by itself declare it.
    ByImport = b'&' as isize,
    /// The merged value is changed before anyone reads it.
    Applied = b'~' as isize,
    /// A definition of it fails.
    ReadOnly = b'=' as isize,
}

impl Mark {
    pub(in crate::nixos) fn sign(self) -> char {
        char::from(self as u8)
    }
}

impl OptionTable {
    /// What the table tells of a node, as it stands in its file.
    fn told(&self, id: u32) -> &str {
        let found = self.facts.binary_search_by_key(&id, |(node, _)| *node);
        found.map_or("", |at| self.slice(self.facts[at].1))
    }
}

impl Node<'_> {
    fn is_marked(self, mark: Mark) -> bool {
        let marks = self.table.told(self.id).chars().take_while(|c| *c != '{');
        marks.into_iter().any(|sign| sign == mark.sign())
    }

    /// What is known of it besides its type.
    pub fn facts(self) -> Facts {
        let told = self.table.told(self.id);
        let json = told.find('{').map_or("{}", |at| &told[at..]);
        serde_json::from_str(json).unwrap_or_default()
    }

    /// Whether it is neither removed nor an old name.
    pub fn is_alive(self) -> bool {
        let facts = self.facts();
        facts.removed.is_none() && (facts.renamed_to.is_empty() || !facts.hidden)
    }

    /// Whether there may be more below it than is listed.
    pub fn is_open(self) -> bool {
        self.is_marked(Mark::Open)
    }

    /// Whether only modules that a configuration must import by itself declare it.
    pub fn is_by_import(self) -> bool {
        self.is_marked(Mark::ByImport)
    }

    pub(super) fn is_applied(self) -> bool {
        self.is_marked(Mark::Applied)
    }

    pub(super) fn is_marked_read_only(self) -> bool {
        self.is_marked(Mark::ReadOnly)
    }
}
