//! Diagnostics that the client asks for.

use super::convert::{self, diagnostic};
use super::server::{Server, refused};
use super::types::{
    DocumentDiagnosticParams, DocumentDiagnosticReport, DocumentDiagnosticReportKind,
    DocumentDiagnosticReportResult, FullDocumentDiagnosticReport, Progress,
    RelatedFullDocumentDiagnosticReport, RelatedUnchangedDocumentDiagnosticReport,
    UnchangedDocumentDiagnosticReport, WorkspaceDiagnosticParams, WorkspaceDiagnosticReport,
    WorkspaceDiagnosticReportResult, WorkspaceDocumentDiagnosticReport,
    WorkspaceFullDocumentDiagnosticReport, WorkspaceUnchangedDocumentDiagnosticReport,
};
use crate::engine::{Message, Part, PullAll, Pulled, Refusal, Report};
use serde_json::json;
use std::borrow::Cow;
use std::collections::HashMap;
use tokio::sync::mpsc::unbounded_channel;
use tokio::sync::oneshot;
use tower_lsp_server::jsonrpc::{Error, ErrorCode, Result};

/// The error that the server no longer works on what was asked.
const SERVER_CANCELLED: i64 = -32802;

impl Server {
    /// The diagnostics of a document.
    pub(super) async fn pull(
        &self,
        params: DocumentDiagnosticParams,
    ) -> Result<DocumentDiagnosticReportResult> {
        self.expect_pulls()?;
        let (reply, answer) = oneshot::channel();
        let uri = params.text_document.uri.as_str().to_owned();
        self.engine.tell(Message::Pull(uri, params.previous_result_id, reply));
        let answer = answer.await.unwrap_or(Err(Refusal::Ended));
        match answer {
            Ok(pulled) => Ok(DocumentDiagnosticReportResult::Report(self.pulled(pulled))),
            Err(Refusal::Outdated) => Err(Error {
                code: ErrorCode::ServerError(SERVER_CANCELLED),
                message: Cow::Borrowed("the document has changed"),
                data: Some(json!({ "retriggerRequest": true })),
            }),
            Err(why) => Err(refused(why)),
        }
    }

    /// A client that is sent diagnostics was not offered to ask for them: it would wait for ever.
    fn expect_pulls(&self) -> Result<()> {
        if self.abilities().engine.pulls { Ok(()) } else { Err(Error::method_not_found()) }
    }

    fn pulled(&self, Pulled { report, others }: Pulled) -> DocumentDiagnosticReport {
        let others =
            others.into_iter().filter_map(|other| Some((convert::uri(&other.uri)?, self.kind(other))));
        let others: HashMap<_, _> = others.collect();
        let related_documents = (!others.is_empty()).then_some(others);
        match self.kind(report) {
            DocumentDiagnosticReportKind::Full(full) => RelatedFullDocumentDiagnosticReport {
                related_documents,
                full_document_diagnostic_report: full,
            }
            .into(),
            DocumentDiagnosticReportKind::Unchanged(unchanged) => RelatedUnchangedDocumentDiagnosticReport {
                related_documents,
                unchanged_document_diagnostic_report: unchanged,
            }
            .into(),
        }
    }

    fn kind(&self, report: Report) -> DocumentDiagnosticReportKind {
        let related = self.abilities().related;
        match report.shown {
            Some(shown) => FullDocumentDiagnosticReport {
                result_id: Some(report.id),
                items: shown
                    .iter()
                    .map(|shown| diagnostic(shown, self.page(shown.finding.rule), related))
                    .collect(),
            }
            .into(),
            None => UnchangedDocumentDiagnosticReport { result_id: report.id }.into(),
        }
    }

    /// The diagnostics of all documents. The answer waits until there is something new.
    pub(super) async fn pull_all(
        &self,
        params: WorkspaceDiagnosticParams,
    ) -> Result<WorkspaceDiagnosticReportResult> {
        self.expect_pulls()?;
        let (reply, mut parts) = unbounded_channel();
        let known = params.previous_result_ids.into_iter();
        let known = known.map(|known| (known.uri.as_str().to_owned(), known.value)).collect();
        let token = params.partial_result_params.partial_result_token;
        self.engine.tell(Message::PullAll(PullAll { known, in_parts: token.is_some(), reply }));
        let mut is_told = false;
        loop {
            let (reports, is_last) = match parts.recv().await {
                Some(Part::First(reports)) => (reports, false),
                Some(Part::Last(reports)) => (reports, true),
                None => return Err(refused(Refusal::Ended)),
            };
            let mut items: Vec<_> = reports.into_iter().filter_map(|report| self.item(report)).collect();
            // If one part is told by itself all must be.
            if let Some(token) = token.as_ref().filter(|_| !items.is_empty() && (is_told || !is_last)) {
                let value = json!({ "token": token, "value": { "items": std::mem::take(&mut items) } });
                self.client.send_notification::<Progress>(value).await;
                // Answers go out another way: what was told must not come behind them.
                tokio::task::yield_now().await;
                is_told = true;
            }
            if is_last {
                return Ok(WorkspaceDiagnosticReportResult::Report(WorkspaceDiagnosticReport { items }));
            }
        }
    }

    /// A document among all.
    fn item(&self, report: Report) -> Option<WorkspaceDocumentDiagnosticReport> {
        let uri = convert::uri(&report.uri)?;
        let version = report.version.map(i64::from);
        Some(match self.kind(report) {
            DocumentDiagnosticReportKind::Full(full) => {
                WorkspaceFullDocumentDiagnosticReport { uri, version, full_document_diagnostic_report: full }
                    .into()
            }
            DocumentDiagnosticReportKind::Unchanged(unchanged) => {
                WorkspaceUnchangedDocumentDiagnosticReport {
                    uri,
                    version,
                    unchanged_document_diagnostic_report: unchanged,
                }
                .into()
            }
        })
    }
}
