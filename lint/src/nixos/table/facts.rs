//! What a table tells of an option besides its type, where it was made from the modules themselves.
//!
//! In a table's file it stands below the option, in a line of its own: `@`, marks of one character each
//! ([`Mark`]), and the rest as JSON.

use super::path::is_placeholder;
use super::{EMBEDDED_RELEASE, Node, OptionTable, former_names, later_names};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::HashMap;

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

impl OptionTable {
    /// The options that are another name for one, by what they are it for.
    fn old_names(&self) -> &HashMap<Vec<String>, Vec<u32>> {
        self.old_names.get_or_init(|| {
            let mut names: HashMap<Vec<String>, Vec<u32>> = HashMap::new();
            for (id, told) in &self.facts {
                if !self.slice(*told).contains("\"to\"") {
                    continue;
                }
                let node = Node { table: self, id: *id };
                let facts = node.facts();
                let is_plain = |path: &[String]| path.iter().all(|name| !is_placeholder(name) && name != "*");
                if let ([to], false) = (facts.renamed_to.as_slice(), facts.changed)
                    && facts.removed.is_none()
                    && is_plain(to)
                    && node.and_above().all(|node| !node.is_wildcard())
                {
                    names.entry(to.clone()).or_default().push(*id);
                }
            }
            names
        })
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

    /// The names that it can be defined by besides its own: those that it had before, or other ones. Names that stand for any are not
    /// among them.
    pub fn old_names(self) -> Vec<Vec<String>> {
        let path = self.path();
        if !self.table.is_exact {
            let is_of_nixos = std::ptr::eq(self.table, OptionTable::nixos());
            return if is_of_nixos { former_names(&path, EMBEDDED_RELEASE) } else { Vec::new() };
        }
        let path: Vec<String> = path.into_iter().map(str::to_owned).collect();
        let ids = self.table.old_names().get(&path);
        let nodes = ids.into_iter().flatten().map(|id| Node { table: self.table, id: *id });
        nodes.map(|node| node.path().into_iter().map(str::to_owned).collect()).collect()
    }

    /// What options at a path, above it or below it are old names of, in the table that it is the root of.
    pub fn new_names(self, path: &[crate::syntax::hir::Name]) -> Vec<Vec<String>> {
        if !self.table.is_exact {
            return later_names(path);
        }
        let is_near = |old: Node<'_>| old.path().iter().zip(path).all(|(a, b)| *a == b.as_str());
        let is_meant = |ids: &Vec<u32>| ids.iter().any(|id| is_near(Node { table: self.table, id: *id }));
        let names = self.table.old_names().iter();
        names.filter(|(_, ids)| is_meant(ids)).map(|(new, _)| new.clone()).collect()
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
