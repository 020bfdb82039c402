//! Applying edits to texts.

use crate::findings::{Applicability, Edit, Finding};
use std::collections::BTreeMap;

/// The preferred fixes of findings that can be applied together: no two touch the same text. Where they do, the one of the earlier
/// finding is taken; the other is for the next round.
pub fn choose(findings: &[Finding], unsafe_too: bool) -> Vec<Edit> {
    let mut chosen: Vec<Edit> = Vec::new();
    for finding in findings {
        let Some(fix) = finding.fixes.iter().find(|f| unsafe_too || f.applicability == Applicability::Safe)
        else {
            continue;
        };
        let new: Vec<&Edit> = fix.edits.iter().filter(|e| !chosen.contains(e)).collect();
        if new.iter().all(|e| !chosen.iter().any(|c| touch(c, e))) {
            let new: Vec<Edit> = new.into_iter().cloned().collect();
            chosen.extend(new);
        }
    }
    chosen
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
