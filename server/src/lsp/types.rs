//! The types of the protocol that are used: the only place that imports them, so that those of another version are a change here.

pub(super) use tower_lsp_server::ls_types::notification::Notification;
pub(super) use tower_lsp_server::ls_types::{
    ClientCapabilities, CodeAction, CodeActionKind, CodeActionOptions, CodeActionOrCommand, CodeActionParams,
    CodeActionProviderCapability, CodeActionResponse, CodeDescription, CreateFile, CreateFileOptions,
    Diagnostic, DiagnosticOptions, DiagnosticRelatedInformation, DiagnosticServerCapabilities,
    DiagnosticSeverity, DiagnosticTag, DidChangeTextDocumentParams, DidChangeWatchedFilesParams,
    DidChangeWorkspaceFoldersParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams,
    DidSaveTextDocumentParams, DocumentChangeOperation, DocumentChanges, DocumentDiagnosticParams,
    DocumentDiagnosticReport, DocumentDiagnosticReportKind, DocumentDiagnosticReportResult, FileChangeType,
    FullDocumentDiagnosticReport, InitializeParams, InitializeResult, InitializedParams, Location,
    MessageType, NumberOrString, OneOf, OptionalVersionedTextDocumentIdentifier, Position,
    PositionEncodingKind, Range, Registration, RelatedFullDocumentDiagnosticReport,
    RelatedUnchangedDocumentDiagnosticReport, ResourceOp, ResourceOperationKind, SaveOptions,
    ServerCapabilities, ServerInfo, TextDocumentEdit, TextDocumentSyncCapability, TextDocumentSyncKind,
    TextDocumentSyncOptions, TextDocumentSyncSaveOptions, TextEdit, UnchangedDocumentDiagnosticReport, Uri,
    WorkDoneProgressCancelParams, WorkspaceDiagnosticParams, WorkspaceDiagnosticReport,
    WorkspaceDiagnosticReportResult, WorkspaceDocumentDiagnosticReport, WorkspaceEdit,
    WorkspaceFoldersServerCapabilities, WorkspaceFullDocumentDiagnosticReport, WorkspaceServerCapabilities,
    WorkspaceUnchangedDocumentDiagnosticReport,
};

use serde_json::Value as Json;

/// `$/progress`, whatever it tells.
pub(super) enum Progress {}

impl Notification for Progress {
    type Params = Json;
    const METHOD: &'static str = "$/progress";
}
