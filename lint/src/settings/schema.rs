//! The schema of `speclint.toml`, for editors.

use super::keys::{ALL_RULES, ALTERNATIVES, Key, SEVERITIES, SOURCES, TOP};
use crate::rules;
use serde_json::{Map, Value as Json, json};

/// The schema, as JSON Schema (draft 7).
pub fn schema() -> Json {
    let rule = |rule: &rules::Rule| json!({ "const": rule.name, "description": rule.summary });
    let all = json!({ "const": ALL_RULES, "description": "all rules" });
    let names: Vec<Json> = rules::ALL.iter().map(rule).chain([all]).collect();
    let by_rule: Map<String, Json> = rules::ALL
        .iter()
        .map(|rule| {
            let severity = json!({ "description": rule.summary, "$ref": "#/definitions/severity" });
            (rule.name.to_owned(), severity)
        })
        .collect();
    let mut top = table(&TOP, top_value);
    top["$schema"] = json!("http://json-schema.org/draft-07/schema#");
    top["title"] = json!("speclint.toml");
    top["description"] = json!("Settings of speclint for the files below the folder of this one.");
    top["definitions"] = json!({
        "rules": { "type": "array", "items": { "oneOf": names } },
        "path": { "type": "string", "minLength": 1 },
        "failing": { "enum": SEVERITIES[..SEVERITIES.len() - 1] },
        "severity": { "enum": SEVERITIES },
        "severities": { "type": "object", "properties": by_rule, "additionalProperties": false },
        "sources": table(&SOURCES, source_value),
        "alternative": alternative(),
    });
    top
}

fn table(keys: &[Key], value: impl Fn(&str) -> Json) -> Json {
    let described = |key: &Key| {
        let mut value = value(key.name);
        value["description"] = json!(key.about);
        (key.name.to_owned(), value)
    };
    let properties: Map<String, Json> = keys.iter().map(described).collect();
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}

fn reference(name: &str) -> Json {
    json!({ "$ref": format!("#/definitions/{name}") })
}

fn list_of(name: &str) -> Json {
    json!({ "type": "array", "items": reference(name) })
}

fn top_value(key: &str) -> Json {
    let ignores = || json!({ "type": "object", "additionalProperties": reference("rules") });
    match key {
        "select" | "ignore" => reference("rules"),
        "fail-on" => reference("failing"),
        "entries" => list_of("path"),
        "severity" => reference("severities"),
        "per-file-ignores" | "per-system-ignores" => ignores(),
        "sources" => reference("sources"),
        _ => list_of("alternative"),
    }
}

fn source_value(key: &str) -> Json {
    if key == "options" { list_of("path") } else { reference("path") }
}

fn alternative() -> Json {
    let value = |key: &str| match key {
        "options" => json!({ "type": "array", "minItems": 2, "items": { "type": "string" } }),
        "reason" => json!({ "type": "string" }),
        _ => reference("failing"),
    };
    let mut alternative = table(&ALTERNATIVES, value);
    alternative["required"] = json!(["options"]);
    alternative
}
