//! Applying edits to texts.

use crate::findings::{Applicability, Edit, Finding, Fix};
use std::collections::BTreeMap;

/// The preferred fixes of findings that can be applied together: no two touch the same text. Where they do, the one of the earlier
/// finding is taken; the other is for the next round.
pub fn choose(findings: &[Finding], unsafe_too: bool) -> Vec<&Fix> {
    let most = if unsafe_too { Applicability::Unsafe } else { Applicability::Safe };
    let mut chosen: Vec<&Fix> = Vec::new();
    for finding in findings {
        let Some(fix) = finding.fixes.iter().find(|f| f.applicability <= most) else { continue };
        let before = edits(&chosen);
        let mut new = fix.edits.iter().filter(|e| !before.contains(e));
        if new.all(|e| !before.iter().any(|c| touch(c, e))) {
            chosen.push(fix);
        }
    }
    chosen
}

/// All edits of several fixes, those that they share once.
pub fn edits(fixes: &[&Fix]) -> Vec<Edit> {
    let mut edits: Vec<Edit> = fixes.iter().flat_map(|fix| fix.edits.iter().cloned()).collect();
    edits.sort();
    edits.dedup();
    edits
}

fn touch(a: &Edit, b: &Edit) -> bool {
    a.location.file == b.location.file
        && a.location.start <= b.location.end
        && b.location.start <= a.location.end
}

/// Edits by file, each file's in the order of its text.
pub fn by_file(edits: &[Edit]) -> BTreeMap<&str, Vec<&Edit>> {
    let mut files: BTreeMap<&str, Vec<&Edit>> = BTreeMap::new();
    for edit in edits {
        files.entry(&edit.location.file).or_default().push(edit);
    }
    for edits in files.values_mut() {
        // A stable sort: insertions at the same place stay in their order.
        edits.sort_by_key(|e| (e.location.start, e.location.end));
    }
    files
}

/// `text` with one file's edits, which must be in order and not overlap; `None` if they do not fit the text.
pub fn edited(text: &str, edits: &[&Edit]) -> Option<String> {
    let mut result = String::with_capacity(text.len() + 64);
    let mut done = 0;
    for edit in edits {
        let (start, end) = (edit.location.start as usize, edit.location.end as usize);
        if start < done || end < start {
            return None;
        }
        result.push_str(text.get(done..start)?);
        result.push_str(&edit.text);
        text.get(start..end)?;
        done = end;
    }
    result.push_str(text.get(done..)?);
    Some(result)
}
