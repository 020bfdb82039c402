//! What tells findings apart, and stays as it is when lines are added above them.

use super::Report;
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;

/// How many bytes of the hash are used.
const LENGTH: usize = 16;

/// A text for each finding that no other one has: a hash of the rule, the file, the option, the specialisation and what stands in
/// the line, so that it does not depend on what is elsewhere in the file.
pub(super) fn fingerprints(report: &Report<'_>) -> Vec<String> {
    let mut seen: HashMap<[u8; LENGTH], u32> = HashMap::new();
    let of_finding = report.findings.iter().map(|finding| {
        let location = &finding.primary.location;
        let file = report.file(location);
        let parts = [
            finding.rule,
            &file.name,
            finding.option.as_deref().unwrap_or_default(),
            finding.specialisation.as_ref().map_or("", |name| name.as_str()),
            file.line_at(location.start),
        ];
        let first = hash(&parts.join("\0"));
        // Several may say the same of the same line.
        let number = seen.entry(first).or_default();
        let unique = if *number == 0 { first } else { hash(&format!("{}\0{number}", parts.join("\0"))) };
        *number += 1;
        unique.iter().map(|byte| format!("{byte:02x}")).collect()
    });
    of_finding.collect()
}

fn hash(text: &str) -> [u8; LENGTH] {
    let mut start = [0; LENGTH];
    start.copy_from_slice(&Sha256::digest(text.as_bytes())[..LENGTH]);
    start
}
