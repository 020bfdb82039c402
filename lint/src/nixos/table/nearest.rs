//! "Did you mean …?"

use super::{Acceptance, Location, Node, OptionTable};

impl<'t> Node<'t> {
    /// The names below this node that are most like `name`, best first, at most `limit`; none that is too
    /// different to be meant.
    pub fn nearest(self, name: &str, limit: usize) -> Vec<&'t str> {
        let names = self.children().filter(|child| !child.is_wildcard()).map(Node::name);
        nearest(name, names, limit)
    }
}

/// The names among these that are most like `name`, best first, at most `limit`; none that is too different to be meant.
pub fn nearest<'n>(name: &str, names: impl Iterator<Item = &'n str>, limit: usize) -> Vec<&'n str> {
    let wanted: Vec<char> = name.chars().take(LONGEST).collect();
    let allowed = allowance(wanted.len());
    let mut found: Vec<(usize, &str)> =
        names.filter_map(|name| Some((distance(&wanted, name, allowed)?, name))).collect();
    found.sort();
    let best = found.first().map_or(0, |(distance, _)| *distance);
    found
        .into_iter()
        .take_while(|(distance, _)| *distance <= best + 1)
        .map(|(_, name)| name)
        .take(limit)
        .collect()
}

impl OptionTable {
    /// Paths like `path` that the table knows, best first, at most `limit`: with one or two of its names replaced by
    /// ones like them. None for a path that the table knows, or that may well be right.
    pub fn suggest<S: AsRef<str>>(&self, path: &[S], limit: usize) -> Vec<Vec<String>> {
        const MISTAKES: usize = 2;
        let mut wrong: Vec<Vec<String>> = vec![path.iter().map(|name| name.as_ref().to_owned()).collect()];
        for _ in 0..MISTAKES {
            let mended = wrong.iter().flat_map(|path| self.mended(path, limit));
            let (right, still_wrong): (Vec<_>, Vec<_>) =
                mended.partition(|path| self.first_wrong(path).is_none());
            if !right.is_empty() {
                return right.into_iter().take(limit).collect();
            }
            wrong = still_wrong;
            wrong.truncate(limit);
        }
        Vec::new()
    }

    /// The path with its first wrong name replaced by ones like it.
    fn mended(&self, path: &[String], limit: usize) -> Vec<Vec<String>> {
        let Some((node, at)) = self.first_wrong(path) else { return Vec::new() };
        let Some(name) = path.get(at) else { return Vec::new() };
        let with = |better: &str| {
            let mut mended = path.to_vec();
            better.clone_into(&mut mended[at]);
            mended
        };
        node.nearest(name, limit).into_iter().map(with).collect()
    }

    /// The place of the first name of the path that the table does not have where it should, and the node above it.
    fn first_wrong(&self, path: &[String]) -> Option<(Node<'_>, usize)> {
        match self.locate(path) {
            Location::Unknown { namespace, depth } => Some((namespace, depth)),
            Location::Below { accepts: Acceptance::Unlisted, .. } => {
                let mut node = self.root();
                for (at, name) in path.iter().enumerate() {
                    match node.child(name) {
                        Some(child) => node = child,
                        None => return Some((node, at)),
                    }
                }
                None
            }
            _ => None,
        }
    }
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
