//! The commands that a client can have executed.

use super::overview;
use super::server::{Server, refused};
use super::types::{ExecuteCommandParams, LspAny};
use crate::engine::{Message, View};
use crate::show::{Markup, page};
use serde_json::{Value as Json, json};
use speclint_lint::nixos::model::System;
use std::collections::HashSet;
use std::sync::Arc;
use tower_lsp_server::jsonrpc::{Error, Result};

/// Shows the systems of a document, or all, as a page or as data.
pub(super) const SHOW: &str = "speclint.show";
/// Lists the systems of a document, or all.
const SYSTEMS: &str = "speclint.systems";
/// Forgets all that is known.
const RESTART: &str = "speclint.restart";

/// All commands.
pub(super) fn all() -> Vec<String> {
    [SHOW, SYSTEMS, RESTART].map(str::to_owned).to_vec()
}

/// The systems that are made of the document; all of its project if none is, and all that there are without a document. With a name,
/// only those that are called so.
fn systems(view: &View, name: Option<&str>) -> Vec<Arc<System>> {
    let mut all = view.systems();
    all.retain(|system| name.is_none_or(|name| system.name == name));
    // A flake inside of another one is a project of its own, and part of the other's.
    let entries: HashSet<(String, String)> =
        all.iter().map(|system| (system.entry.clone(), system.name.clone())).collect();
    let is_known = |system: &System| {
        let inner = format!("#{}", system.name);
        entries.iter().any(|(entry, name)| *entry == system.entry && name.ends_with(&inner))
    };
    let mut seen = HashSet::new();
    all.retain(|system| !is_known(system) && seen.insert((system.entry.clone(), system.name.clone())));
    let of_file = |system: &&Arc<System>| system.own_files().any(|file| *file == view.path);
    let own: Vec<Arc<System>> = all.iter().filter(of_file).cloned().collect();
    if own.is_empty() { all } else { own }
}

impl Server {
    /// Asks something about a document; about all projects without one.
    async fn ask_about<T: Send + 'static>(
        &self,
        uri: Option<&str>,
        function: impl Fn(&View) -> T + Send + 'static,
    ) -> Result<T> {
        let answer = match uri {
            Some(uri) => self.engine.ask(uri, function).await,
            None => self.engine.ask_of_all(function).await,
        };
        answer.map_err(refused)
    }

    /// Executes a command.
    pub(super) async fn execute(&self, params: ExecuteCommandParams) -> Result<Option<LspAny>> {
        let argument = params.arguments.into_iter().next().unwrap_or(Json::Null);
        let text = |key: &str| argument.get(key).and_then(Json::as_str).map(str::to_owned);
        // The name of the document may stand alone.
        let uri = text("uri").or_else(|| argument.as_str().map(str::to_owned));
        match params.command.as_str() {
            SHOW => {
                let (system, only) = (text("system"), text("specialisation"));
                let all = argument.get("all").and_then(Json::as_bool).unwrap_or(false);
                let format = text("format").unwrap_or_else(|| "markdown".to_owned());
                let markup = Markup::named(&format);
                if markup.is_none() && format != "json" {
                    return Err(Error::invalid_params("`format` is none of `markdown`, `html` and `json`"));
                }
                let show = move |view: &View| {
                    let systems = systems(view, system.as_deref());
                    match markup {
                        Some(markup) => Json::String(page(&systems, only.as_deref(), markup)),
                        None => overview::json(view, &systems, all),
                    }
                };
                self.ask_about(uri.as_deref(), show).await.map(Some)
            }
            SYSTEMS => {
                let list = |view: &View| {
                    let system = |system: &Arc<System>| {
                        let names = system.specialisations.iter().map(|s| s.name.as_str());
                        json!({
                            "name": system.name,
                            "entry": view.editor.uri(&system.entry),
                            "specialisations": names.collect::<Vec<&str>>(),
                        })
                    };
                    systems(view, None).iter().map(system).collect::<Vec<Json>>()
                };
                self.ask_about(uri.as_deref(), list).await.map(|list| Some(Json::Array(list)))
            }
            RESTART => {
                self.engine.tell(Message::Restart);
                Ok(None)
            }
            other => Err(Error::invalid_params(format!("there is no command `{other}`"))),
        }
    }
}
