//! Diagnostics that the client asks for.

use super::convert::{self, diagnostic};
use super::server::{Server, refused};
use super::types::{
    DocumentDiagnosticParams, DocumentDiagnosticReport, DocumentDiagnosticReportKind,
    DocumentDiagnosticReportResult, FullDocumentDiagnosticReport, NumberOrString,
    RelatedFullDocumentDiagnosticReport, RelatedUnchangedDocumentDiagnosticReport,
    UnchangedDocumentDiagnosticReport, WorkspaceDiagnosticParams, WorkspaceDiagnosticReport,
    WorkspaceDiagnosticReportResult, WorkspaceDocumentDiagnosticReport,
    WorkspaceFullDocumentDiagnosticReport, WorkspaceUnchangedDocumentDiagnosticReport,
};
use crate::engine::{Message, PullAll, Pulled, Refusal, Report};
use serde_json::json;
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use tokio::sync::oneshot;
use tower_lsp_server::jsonrpc::{Error, ErrorCode, Result};

/// The error that the server no longer works on what was asked.
const SERVER_CANCELLED: i64 = -32802;

/// The requests whose answers are told in parts, by the numbers that the engine has of them.
#[derive(Default)]
pub(super) struct Partials(Mutex<(u64, HashMap<u64, NumberOrString>)>);

impl Partials {
    fn add(&self, token: NumberOrString) -> u64 {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.0 += 1;
        let number = all.0;
        all.1.insert(number, token);
        number
    }

    /// The client's token of a request.
    pub(super) fn token(&self, number: u64) -> Option<NumberOrString> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).1.get(&number).cloned()
    }

    fn remove(&self, number: u64) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).1.remove(&number);
    }
}

/// Forgets a request when it is over, however that came.
struct Forget<'p>(&'p Partials, Option<u64>);

impl Drop for Forget<'_> {
    fn drop(&mut self) {
        if let Some(number) = self.1 {
            self.0.remove(number);
        }
    }
}

impl Server {
    /// The diagnostics of a document.
    pub(super) async fn pull(
        &self,
        params: DocumentDiagnosticParams,
    ) -> Result<DocumentDiagnosticReportResult> {
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
        let (reply, answer) = oneshot::channel();
        let known = params.previous_result_ids.into_iter();
        let known = known.map(|known| (known.uri.as_str().to_owned(), known.value)).collect();
        let partial = params.partial_result_params.partial_result_token.map(|token| self.partials.add(token));
        let _forget = Forget(&self.partials, partial);
        self.engine.tell(Message::PullAll(PullAll { known, partial, reply }));
        let reports = answer.await.map_err(|_| refused(Refusal::Ended))?;
        let items = reports.into_iter().filter_map(|report| self.item(report)).collect();
        Ok(WorkspaceDiagnosticReportResult::Report(WorkspaceDiagnosticReport { items }))
    }

    /// A document among all.
    pub(super) fn item(&self, report: Report) -> Option<WorkspaceDocumentDiagnosticReport> {
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
