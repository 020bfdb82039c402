//! "Did you mean …?"

use super::{Location, Node, OptionTable};
use std::collections::VecDeque;

impl<'t> Node<'t> {
    /// The names below this node that are most like `name`, best first, at most `limit`; none that is too
    /// different to be meant.
    pub fn nearest(self, name: &str, limit: usize) -> Vec<&'t str> {
        let wanted: Vec<char> = name.chars().take(LONGEST).collect();
        let allowed = allowance(wanted.len());
        let mut found: Vec<(usize, &str)> = self
            .children()
            .filter(|child| !child.is_wildcard())
            .filter_map(|child| Some((distance(&wanted, child.name(), allowed)?, child.name())))
            .collect();
        found.sort();
        found.truncate(limit);
        found.into_iter().map(|(_, name)| name).collect()
    }
}

impl OptionTable {
    /// Paths like `path` that the table knows, best first, at most `limit`: with its first unknown name replaced by
    /// one like it, below which the rest of the path exists.
    pub fn suggest<S: AsRef<str>>(&self, path: &[S], limit: usize) -> Vec<Vec<String>> {
        let mut open = VecDeque::from([path.iter().map(|name| name.as_ref().to_owned()).collect::<Vec<_>>()]);
        let mut found = Vec::new();
        // Each round mends one name; more than two mistakes are not worth a guess.
        for _ in 0..3 {
            for _ in 0..open.len() {
                let Some(candidate) = open.pop_front() else { break };
                let (node, depth) = match self.locate(&candidate) {
                    Location::Unknown { namespace, depth } => (namespace, depth),
                    Location::Below { node: None, depth, accepts, .. }
                        if accepts != super::Acceptance::Accepted =>
                    {
                        let (listed, further) = descend(self, &candidate, depth);
                        (listed, further)
                    }
                    _ if candidate.iter().zip(path).all(|(a, b)| a == b.as_ref()) => continue,
                    _ => {
                        found.push(candidate);
                        continue;
                    }
                };
                let Some(wrong) = candidate.get(depth) else { continue };
                for name in node.nearest(wrong, limit) {
                    let mut mended = candidate.clone();
                    mended[depth] = name.to_owned();
                    open.push_back(mended);
                }
            }
            if !found.is_empty() {
                break;
            }
        }
        found.truncate(limit);
        found
    }
}

/// The last node on the way of `path` that the table has, at or below `depth` names, and its depth.
fn descend<'t>(table: &'t OptionTable, path: &[String], depth: usize) -> (Node<'t>, usize) {
    let mut node = table.root();
    for (at, name) in path.iter().enumerate() {
        match node.child(name) {
            Some(child) => node = child,
            None => return (node, at.max(depth)),
        }
    }
    (node, path.len())
}

/// Names longer than this are compared in their beginnings only.
const LONGEST: usize = 64;

/// How many changes are few for a name of `length` characters.
fn allowance(length: usize) -> usize {
    match length {
        0..=2 => 1,
        3..=5 => 2,
        _ => 3,
    }
}

/// How many single characters must be changed, added, left out or swapped with their neighbour to turn `wanted`
/// into `name`; `None` where that is more than `allowed`. Case is the smallest difference of all.
fn distance(wanted: &[char], name: &str, allowed: usize) -> Option<usize> {
    let name: Vec<char> = name.chars().take(LONGEST).collect();
    if wanted.len().abs_diff(name.len()) > allowed {
        return None;
    }
    if wanted == name {
        return Some(0);
    }
    let same = |a: char, b: char| a.eq_ignore_ascii_case(&b);
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=name.len()).collect();
    for (i, &a) in wanted.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, &b) in name.iter().enumerate() {
            let mut cost = (last[j] + usize::from(!same(a, b))).min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && same(a, name[j - 1]) && same(wanted[i - 1], b) {
                cost = cost.min(before[j - 1] + 1);
            }
            row.push(cost);
        }
        if row.iter().min().is_some_and(|least| *least > allowed) {
            return None;
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().filter(|distance| *distance <= allowed && *distance < wanted.len().max(1))
}
