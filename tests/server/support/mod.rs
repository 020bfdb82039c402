//! A client of the server, and the folder that it works in.

mod client;
mod folder;
mod fresh;

pub(crate) use client::{Client, Features, TIMEOUT};
pub(crate) use folder::{BASE, FLAKE, Folder, TV};
pub(crate) use fresh::{check, told};

use serde_json::Value as Json;

/// JSON with all that depends on the folder taken out and ranges in short, for snapshots.
pub(crate) fn plain(value: &Json, folder: &Folder) -> String {
    let text = serde_json::to_string_pretty(&short(value)).expect("JSON");
    text.replace(&folder.uri(""), "file://FOLDER/").replace(&*folder.path("").to_string_lossy(), "FOLDER/")
}

/// JSON in which each range is one text, `LINE:COLUMN-LINE:COLUMN`.
fn short(value: &Json) -> Json {
    match value {
        Json::Object(map) if map.len() == 2 && map.contains_key("start") && map.contains_key("end") => {
            let at = |end: &str| format!("{}:{}", map[end]["line"], map[end]["character"]);
            Json::String(format!("{}-{}", at("start"), at("end")))
        }
        Json::Object(map) => map.iter().map(|(key, value)| (key.clone(), short(value))).collect(),
        Json::Array(items) => items.iter().map(short).collect(),
        other => other.clone(),
    }
}
