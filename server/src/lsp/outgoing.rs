//! What the engine tells, sent to the client: by one task, in the order in which it is told.

use super::convert::{self, diagnostic};
use super::server::Server;
use super::types::{MessageType, Progress};
use crate::engine::{Out, Report};
use serde_json::json;
use std::collections::HashMap;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::oneshot;

/// The token of the progress of reading.
pub(super) const READING: &str = "speclint/reading";

/// Sends what the engine tells, until that ends.
pub(super) async fn forward(server: Server, mut told: UnboundedReceiver<Out>) {
    // Ends the progress that is shown when it is dropped.
    let mut reading: Option<oneshot::Sender<()>> = None;
    let mut number = 0;
    while let Some(first) = told.recv().await {
        let mut all = vec![first];
        while let Ok(next) = told.try_recv() {
            all.push(next);
        }
        // Of what is said of a document only the newest matters.
        let mut last: HashMap<String, usize> = HashMap::new();
        for (index, out) in all.iter().enumerate() {
            if let Out::Publish(report) = out {
                last.insert(report.uri.clone(), index);
            }
        }
        for (index, out) in all.into_iter().enumerate() {
            match out {
                Out::Publish(report) if last.get(&report.uri) == Some(&index) => server.publish(report).await,
                Out::Publish(_) => {}
                Out::Refresh => {
                    let client = server.client.clone();
                    tokio::spawn(async move { client.workspace_diagnostic_refresh().await });
                }
                Out::Redraw => {
                    let (client, abilities) = (server.client.clone(), server.abilities());
                    tokio::spawn(async move {
                        // A client that does not like to be asked shows what it has.
                        if abilities.redraws_hints {
                            let _ = client.inlay_hint_refresh().await;
                        }
                        if abilities.redraws_lenses {
                            let _ = client.code_lens_refresh().await;
                        }
                    });
                }
                Out::Reading(folder) => {
                    reading = None;
                    if let (Some(folder), true) = (folder, server.abilities().progress) {
                        let (end, ended) = oneshot::channel();
                        number += 1;
                        tokio::spawn(show_reading(server.clone(), number, folder, ended));
                        reading = Some(end);
                    }
                }
                Out::Tell(text) => server.client.show_message(MessageType::WARNING, text).await,
                Out::Log(level, text) => server.log(level, text).await,
            }
        }
    }
    drop(reading);
}

/// Shows that a folder is being read, until that has ended.
async fn show_reading(server: Server, number: u32, folder: String, ended: oneshot::Receiver<()>) {
    let token = format!("{READING}/{number}");
    let client = &server.client;
    if client.create_work_done_progress(token.clone().into()).await.is_err() {
        return;
    }
    let tell =
        async |value| client.send_notification::<Progress>(json!({ "token": token, "value": value })).await;
    let begin = json!({
        "kind": "begin", "title": "speclint", "message": format!("reading {folder}"), "cancellable": true,
    });
    tell(begin).await;
    // It ends by being dropped.
    let _ = ended.await;
    tell(json!({ "kind": "end" })).await;
}

impl Server {
    async fn publish(&self, report: Report) {
        let Some(uri) = convert::uri(&report.uri) else { return };
        let related = self.abilities().related;
        let shown = report.shown.unwrap_or_default();
        let diagnostics =
            shown.iter().map(|shown| diagnostic(shown, self.page(shown.finding.rule), related)).collect();
        self.client.publish_diagnostics(uri, diagnostics, report.version).await;
    }
}
