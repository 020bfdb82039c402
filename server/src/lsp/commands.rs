//! The commands that a client can have executed.

use super::server::{Server, refused};
use super::types::{ExecuteCommandParams, LspAny};
use crate::engine::{Message, View};
use crate::show::{Markup, page};
use serde_json::{Value as Json, json};
use speclint_lint::nixos::model::System;
use std::sync::Arc;
use tower_lsp_server::jsonrpc::{Error, Result};

/// Shows the systems of a document as a page.
pub(super) const SHOW: &str = "speclint.show";
/// Lists the systems of a document.
const SYSTEMS: &str = "speclint.systems";
/// Forgets all that is known.
const RESTART: &str = "speclint.restart";

/// All commands.
pub(super) fn all() -> Vec<String> {
    [SHOW, SYSTEMS, RESTART].map(str::to_owned).to_vec()
}

/// The systems that are made of the document; all of its project if none is.
fn systems(view: &View) -> Vec<Arc<System>> {
    let all = view.systems();
    let of_file = |system: &&Arc<System>| system.own_files().any(|file| *file == view.path);
    let own: Vec<Arc<System>> = all.iter().filter(of_file).cloned().collect();
    if own.is_empty() { all } else { own }
}

impl Server {
    /// Executes a command.
    pub(super) async fn execute(&self, params: ExecuteCommandParams) -> Result<Option<LspAny>> {
        let argument = params.arguments.into_iter().next().unwrap_or(Json::Null);
        let text = |key: &str| argument.get(key).and_then(Json::as_str).map(str::to_owned);
        // The name of the document may stand alone.
        let uri = || {
            let uri = text("uri").or_else(|| argument.as_str().map(str::to_owned));
            uri.ok_or_else(|| Error::invalid_params("the argument has no `uri`"))
        };
        match params.command.as_str() {
            SHOW => {
                let (system, only) = (text("system"), text("specialisation"));
                let format = text("format").unwrap_or_else(|| "markdown".to_owned());
                let Some(markup) = Markup::named(&format) else {
                    return Err(Error::invalid_params("`format` is neither `markdown` nor `html`"));
                };
                let show = move |view: &View| {
                    let mut systems = systems(view);
                    systems.retain(|known| system.as_ref().is_none_or(|name| known.name == *name));
                    page(&systems, only.as_deref(), markup)
                };
                let page = self.engine.ask(&uri()?, show).await.map_err(refused)?;
                Ok(Some(Json::String(page)))
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
                    systems(view).iter().map(system).collect::<Vec<Json>>()
                };
                let list = self.engine.ask(&uri()?, list).await.map_err(refused)?;
                Ok(Some(Json::Array(list)))
            }
            RESTART => {
                self.engine.tell(Message::Restart);
                Ok(None)
            }
            other => Err(Error::invalid_params(format!("there is no command `{other}`"))),
        }
    }
}
