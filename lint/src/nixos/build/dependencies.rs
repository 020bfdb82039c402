//! What had a part in what, in a scope.

use super::Builder;
use super::walk::Walk;
use crate::eval::{Eval, ReadLog, Subject};
use crate::nixos::system::NodeId;
use crate::syntax::hir::Name;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// What files are called among the options.
const FILES: &str = "«file»";
/// What all options are called among them.
const ALL: &str = "«all»";

/// What had a part in what, as a graph whose nodes are options, sets of options, and files that are imported. Where several scopes have a
/// part, options of the same path may be one node.
#[derive(Clone, Default)]
pub(super) struct Dependencies {
    /// The path of each node.
    paths: Vec<Arc<[Name]>>,
    /// The nodes by the first names of their paths.
    by_first: FxHashMap<Name, Vec<u32>>,
    /// The nodes whose paths are empty: they are around all others.
    roots: Vec<u32>,
    /// What had a part in what: pairs of nodes, in order.
    edges: Vec<(u32, u32)>,
    /// The nodes that had a part in each unit.
    of_units: Vec<Arc<[u32]>>,
    /// Those that had a part in which options there are.
    of_names: Vec<u32>,
}

/// The path that stands for all options.
pub(super) fn all() -> Vec<Name> {
    vec![Name::new_static(ALL)]
}

/// The path that a file has among the options.
pub(super) fn of_file(path: &str) -> Vec<Name> {
    vec![Name::new_static(FILES), Name::new(path)]
}

impl Builder<'_> {
    /// What had a part in what on the way through a scope.
    pub(super) fn dependencies(&self, ev: &Eval<'_>, walk: &Walk) -> Dependencies {
        let mut graph = Graph::default();
        let of_units = walk.seen_by.iter().map(|seen| graph.nodes_of(seen).into()).collect();
        let of_names = graph.nodes_of(&walk.seen);
        let mut edges = Vec::new();
        let mut reader = 0;
        while let Some(key) = graph.keys.get(reader).copied() {
            if let Subject::Option(node) = ReadLog::subject(key) {
                for seen in self.modules.seen(NodeId(node)) {
                    edges.push((graph.node(seen.0), reader as u32));
                }
            }
            reader += 1;
        }
        edges.sort_unstable();
        edges.dedup();
        let path = |key: &u32| -> Arc<[Name]> {
            match ReadLog::subject(*key) {
                Subject::Option(node) => self.path(NodeId(node)).into(),
                Subject::File(file) => of_file(&ev.units()[file as usize].path).into(),
                Subject::All => [Name::new_static(ALL)].into(),
            }
        };
        let paths: Vec<Arc<[Name]>> = graph.keys.iter().map(path).collect();
        let mut dependencies = Dependencies { edges, of_units, of_names, ..Dependencies::default() };
        paths.into_iter().for_each(|path| dependencies.push(path));
        dependencies
    }
}

/// Whether one path is in the other.
pub(super) fn are_around(a: &[Name], b: &[Name]) -> bool {
    a.starts_with(b) || b.starts_with(a)
}

/// The nodes of [`Dependencies`] while they are found.
#[derive(Default)]
struct Graph {
    keys: Vec<u32>,
    numbers: FxHashMap<u32, u32>,
}

impl Graph {
    fn node(&mut self, key: u32) -> u32 {
        *self.numbers.entry(key).or_insert_with(|| {
            self.keys.push(key);
            self.keys.len() as u32 - 1
        })
    }

    fn nodes_of(&mut self, keys: &[u32]) -> Vec<u32> {
        keys.iter().map(|key| self.node(*key)).collect()
    }
}

impl Dependencies {
    fn push(&mut self, path: Arc<[Name]>) {
        let nodes = match path.first() {
            Some(first) => self.by_first.entry(first.clone()).or_default(),
            None => &mut self.roots,
        };
        nodes.push(self.paths.len() as u32);
        self.paths.push(path);
    }

    /// Which units are not what they were once what is at these paths is another; `None` if there may be others.
    pub(super) fn affected<'p>(&self, paths: impl Iterator<Item = &'p [Name]>) -> Option<Vec<bool>> {
        let affected = self.reached(paths);
        let is_affected = |node: &u32| affected[*node as usize];
        if self.of_names.iter().any(is_affected) {
            return None;
        }
        Some(self.of_units.iter().map(|nodes| nodes.iter().any(is_affected)).collect())
    }

    /// The nodes in which what is at these paths had a part.
    fn reached<'p>(&self, paths: impl Iterator<Item = &'p [Name]>) -> Vec<bool> {
        let mut reached = vec![false; self.paths.len()];
        let mut open: Vec<u32> = Vec::new();
        let mut reach = |node: u32, open: &mut Vec<u32>| {
            if !std::mem::replace(&mut reached[node as usize], true) {
                open.push(node);
            }
        };
        for path in paths {
            self.around(path).for_each(|node| reach(node, &mut open));
        }
        while let Some(node) = open.pop() {
            let first = self.edges.partition_point(|(seen, _)| *seen < node);
            let readers = self.edges[first..].iter().take_while(|(seen, _)| *seen == node);
            readers.for_each(|(_, reader)| reach(*reader, &mut open));
        }
        reached
    }

    /// The nodes at a path, above it and below it.
    fn around(&self, path: &[Name]) -> impl Iterator<Item = u32> {
        let nodes = path.first().and_then(|first| self.by_first.get(first)).into_iter().flatten();
        let nodes = nodes.filter(move |node| are_around(&self.paths[**node as usize], path));
        self.roots.iter().chain(nodes).copied()
    }

    /// The same of a scope of which some units were evaluated anew: `kept` are the numbers of the others, and `new` is what the former
    /// say. `order` puts the units, the kept ones first, in their order.
    pub(super) fn renewed(&self, kept: &[usize], new: &Dependencies, order: &[usize]) -> Dependencies {
        let mut all = self.clone();
        let mut known: FxHashMap<Arc<[Name]>, u32> = self.paths.iter().cloned().zip(0..).collect();
        let mut numbers = Vec::with_capacity(new.paths.len());
        for path in &new.paths {
            numbers.push(*known.entry(path.clone()).or_insert_with(|| {
                all.push(path.clone());
                all.paths.len() as u32 - 1
            }));
        }
        let number = |node: &u32| numbers[*node as usize];
        all.edges.extend(new.edges.iter().map(|(seen, reader)| (number(seen), number(reader))));
        all.edges.sort();
        all.edges.dedup();
        let kept = kept.iter().map(|unit| self.of_units[*unit].clone());
        let renewed = new.of_units.iter().map(|nodes| nodes.iter().map(number).collect());
        let of_units: Vec<Arc<[u32]>> = kept.chain(renewed).collect();
        all.of_units = order.iter().map(|unit| of_units[*unit].clone()).collect();
        all
    }

    /// Whether a file has a part in one of these units.
    pub(super) fn has_file(&self, path: &str, units: &[usize]) -> bool {
        let file = of_file(path);
        let reached = self.reached(std::iter::once(file.as_slice()));
        units.iter().any(|unit| self.of_units[*unit].iter().any(|node| reached[*node as usize]))
    }

    /// How large it is.
    pub(super) fn size(&self) -> usize {
        self.edges.len()
    }
}
