//! Tables from `options.json`, which NixOS' and Home Manager's manuals are built from.

use super::{Facts, OptionTableBuilder};
use crate::eval::Eval;
use crate::eval::host::NoFiles;
use crate::nixos::model::World;
use crate::syntax::lower;
use serde_json::{Map, Value};
use std::sync::Arc;
use thiserror::Error;

/// Why a text is no `options.json`.
#[derive(Debug, Error)]
pub enum ImportError {
    /// It is no JSON.
    #[error("it is no JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// It is JSON of something else.
    #[error("it must be an object with an entry for each option, but it is {0}")]
    NoObject(&'static str),
    /// It is an object without options.
    #[error("none of its entries has the `loc` and `type` of an option")]
    NoOptions,
}

/// How many steps a default may take that is written in Nix.
const BUDGET: u64 = 10_000;

/// The options in an `options.json`; of Home Manager if they look like it, unless it is said whose they are.
///
/// # Errors
///
/// Where the text is no such file.
pub fn import(json: &str, world: Option<World>) -> Result<OptionTableBuilder, ImportError> {
    let value: Value = serde_json::from_str(json.trim_start_matches('\u{feff}'))?;
    let entries = match &value {
        Value::Object(entries) => entries,
        Value::Array(_) => return Err(ImportError::NoObject("a list")),
        _ => return Err(ImportError::NoObject("a single value")),
    };
    let looks_like = match entries.contains_key("home.username") || entries.contains_key("home.homeDirectory")
    {
        true => World::HomeManager,
        false => World::Nixos,
    };
    let mut table = OptionTableBuilder::new(world.unwrap_or(looks_like));
    for entry in entries.values() {
        let Value::Object(entry) = entry else { continue };
        let Some(Value::String(ty)) = entry.get("type") else { continue };
        let Some(path) = names(entry.get("loc")) else { continue };
        table.add_with(&path, ty, facts(entry));
    }
    table.open_submodules();
    if table.count() == 0 { Err(ImportError::NoOptions) } else { Ok(table) }
}

fn names(loc: Option<&Value>) -> Option<Vec<&str>> {
    loc?.as_array()?.iter().map(Value::as_str).collect()
}

fn facts(entry: &Map<String, Value>) -> Facts {
    let declared = entry.get("declarations").and_then(Value::as_array);
    let declared = declared.into_iter().flatten().filter_map(|declaration| match declaration {
        Value::String(path) => Some(file(path)),
        Value::Object(link) => link.get("name")?.as_str().map(file),
        _ => None,
    });
    Facts {
        declared: declared.collect(),
        default: entry.get("default").and_then(default),
        read_only: entry.get("readOnly") == Some(&Value::Bool(true)),
        ..Facts::default()
    }
}

/// A file's path as seen from the source: `<nixpkgs/nixos/x.nix>` and `/nix/store/…-source/nixos/x.nix` are both `nixos/x.nix`.
fn file(path: &str) -> String {
    let plain = path.trim_matches(['<', '>']);
    let below = ["nixpkgs/", "home-manager/"].iter().find_map(|source| plain.strip_prefix(source));
    let in_store = || plain.strip_prefix("/nix/store/")?.split_once('/').map(|(_, below)| below);
    below.or_else(in_store).unwrap_or(plain).to_owned()
}

/// A default, which is written in Nix, if it is plain data.
fn default(written: &Value) -> Option<Value> {
    let text = match written {
        Value::Object(object) if object.contains_key("_type") => object.get("text")?.as_str()?,
        // As old releases have it.
        other => return Some(other.clone()),
    };
    let file = lower(text);
    if !file.errors.is_empty() {
        return None;
    }
    let mut ev = Eval::new(&NoFiles, BUDGET);
    let unit = ev.add_unit("/", Arc::new(file));
    let root = ev.root_of(&unit);
    let value = ev.force(root).ok()?;
    ev.to_json(&value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nixos::table::path::show_option_path;
    use expect_test::expect;

    fn shown(json: &str) -> String {
        let table = match import(json, None) {
            Ok(table) => table.finish(),
            Err(error) => return error.to_string(),
        };
        let mut out = String::new();
        for option in table.options() {
            let facts = serde_json::to_string(&option.facts()).expect("plain facts");
            let ty = option.type_description().expect("an option");
            out.push_str(&format!("{}: {ty:?} {facts}\n", show_option_path(&option.path())));
        }
        out
    }

    #[test]
    fn options_of_the_manual() {
        let json = r#"{
            "services.a.enable": {
                "declarations": ["nixos/modules/services/a.nix"],
                "default": { "_type": "literalExpression", "text": "false" },
                "description": "Whether to enable a.",
                "loc": ["services", "a", "enable"], "readOnly": false, "type": "boolean"
            },
            "users.users.<name>.uid": {
                "declarations": [{ "name": "<nixpkgs/nixos/modules/users.nix>", "url": "https://example.org" }],
                "default": { "_type": "literalExpression", "text": "config.x" },
                "loc": ["users", "users", "<name>", "uid"], "readOnly": false, "type": "null or signed integer"
            },
            "users.users": {
                "declarations": ["/nix/store/abc-source/nixos/modules/users.nix"], "default": {},
                "loc": ["users", "users"], "readOnly": true, "type": "attribute set of (submodule)"
            },
            "strange": 1, "stranger": { "loc": [1], "type": "boolean" }
        }"#;
        expect![[r#"
            services.a.enable: Bool {"in":["nixos/modules/services/a.nix"],"default":false}
            users.users: AttrsOf { elem: Submodule, lazy: false } {"in":["nixos/modules/users.nix"],"default":{},"readOnly":true}
            users.users.<name>.uid: NullOr(Int) {"in":["nixos/modules/users.nix"]}
        "#]].assert_eq(&shown(json));
    }

    #[test]
    fn what_is_no_list_of_options() {
        expect!["it is no JSON: EOF while parsing a value at line 1 column 7"].assert_eq(&shown("{ \"a\": "));
        expect!["it must be an object with an entry for each option, but it is a list"]
            .assert_eq(&shown("[]"));
        expect!["it must be an object with an entry for each option, but it is a single value"]
            .assert_eq(&shown("1"));
        expect!["none of its entries has the `loc` and `type` of an option"].assert_eq(&shown("{\"a\": {}}"));
    }
}
