//! Findings and models as text and JSON.

mod options;
mod printable;
pub mod reference;
mod report;
mod show;

pub use options::{has_option, option_in_systems, option_json, option_line, option_path, option_text};
pub use printable::printable;
pub use report::{Count, Format, Report, findings_json, statistics, statistics_json, statistics_text};
pub use show::{Difference, differences, show_json, show_text, summary_of};

use crate::eval::show::{attr_name, quoted};
use crate::source::LineIndex;
use serde_json::Value as Json;

/// A known value as it is written in Nix, in one line.
pub fn nix(value: &Json) -> String {
    match value {
        Json::Null => "null".into(),
        Json::Bool(b) => b.to_string(),
        Json::Number(n) => n.to_string(),
        Json::String(s) => quoted(s),
        Json::Array(items) if items.is_empty() => "[ ]".into(),
        Json::Array(items) => format!("[ {} ]", items.iter().map(nix).collect::<Vec<_>>().join(" ")),
        Json::Object(entries) if entries.is_empty() => "{ }".into(),
        Json::Object(entries) => {
            let entries: Vec<String> =
                entries.iter().map(|(k, v)| format!("{} = {};", attr_name(k), nix(v))).collect();
            format!("{{ {} }}", entries.join(" "))
        }
    }
}

/// A range of a text as JSON: lines and columns from 1, columns in characters.
pub fn range_json(text: &str, range: rowan::TextRange) -> Json {
    let lines = LineIndex::new(text);
    let at = |offset: rowan::TextSize| {
        let at = lines.line_column(offset);
        serde_json::json!({ "line": at.line, "column": at.column })
    };
    serde_json::json!({ "start": at(range.start()), "end": at(range.end()) })
}
