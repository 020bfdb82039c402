//! Writing marks: with `UPDATE_EXPECT=1`, the marks of a fixture become what is found.

use super::{Comparison, Spot, message};
use crate::support::case::{Case, sections_mut};
use std::collections::{BTreeMap, BTreeSet};

/// Takes the marks that nothing was found for out of the fixture's files and adds one for each finding that is not marked.
pub(crate) fn update(case: &Case, comparison: &Comparison<'_>) {
    let mut added: BTreeMap<(String, usize), Vec<String>> = BTreeMap::new();
    for finding in &comparison.unmarked {
        let spot = Spot::of(comparison.analysis, &finding.primary.location);
        added.entry((spot.file.clone(), spot.line)).or_default().push(spot.mark_line('^', &message(finding)));
    }
    let removed: BTreeSet<(String, usize)> = comparison
        .unfound
        .iter()
        .flat_map(|(path, marks)| marks.iter().map(|m| (super::short(path).to_owned(), m.line)))
        .collect();
    sections_mut(case, |file, text| {
        let mut new = String::new();
        for (number, line) in text.split_inclusive('\n').enumerate() {
            let at = (file.to_owned(), number);
            if !removed.contains(&at) {
                new.push_str(line);
            }
            for mark in added.get(&at).into_iter().flatten() {
                if !new.ends_with('\n') {
                    new.push('\n');
                }
                new.push_str(&format!("{mark}\n"));
            }
        }
        new
    });
}
