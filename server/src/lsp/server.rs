//! The handlers. Each sends its message to the engine before it waits for anything.

use super::capabilities::{Abilities, offered};
use super::convert::own_range;
use super::frames::malformed;
use super::outgoing::READING;
use super::pages::Pages;
use super::settings::Settings;
use super::types::{
    CodeAction, CodeActionParams, CodeActionResponse, CodeLens, CodeLensParams, CompletionParams,
    CompletionResponse, DeleteFilesParams, DidChangeConfigurationParams, DidChangeTextDocumentParams,
    DidChangeWatchedFilesParams, DidChangeWorkspaceFoldersParams, DidCloseTextDocumentParams,
    DidOpenTextDocumentParams, DidSaveTextDocumentParams, DocumentDiagnosticParams,
    DocumentDiagnosticReportResult, DocumentHighlight, DocumentHighlightParams, DocumentSymbolParams,
    DocumentSymbolResponse, ExecuteCommandParams, FileChangeType, GotoDefinitionParams,
    GotoDefinitionResponse, Hover, HoverParams, InitializeParams, InitializeResult, InitializedParams,
    InlayHint, InlayHintParams, Location, LogTrace, LspAny, MessageType, NumberOrString,
    PrepareRenameResponse, ReferenceParams, Registration, RenameFilesParams, RenameParams, ServerInfo,
    TextDocumentPositionParams, Uri, WorkDoneProgressCancelParams, WorkspaceDiagnosticParams,
    WorkspaceDiagnosticReportResult, WorkspaceEdit, WorkspaceSymbolParams, WorkspaceSymbolResponse,
};
use crate::engine::{Change, Engine, Happened, Message, Refusal};
use crate::environment::{Environment, Level};
use serde_json::{Value as Json, json};
use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;
use tower_lsp_server::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp_server::{Client, LanguageServer};

/// How often it is looked whether the parent is still there.
const HEARTBEAT: Duration = Duration::from_secs(1);
/// The files whose changes on disk matter.
const WATCHED: [&str; 3] = ["**/*.nix", "**/flake.lock", "**/speclint.toml"];

/// The server, for each handler.
#[derive(Clone)]
pub(super) struct Server {
    pub(super) client: Client,
    pub(super) engine: Engine,
    session: Arc<Session>,
}

/// What is known of the client.
struct Session {
    environment: Arc<dyn Environment>,
    start: OnceLock<Start>,
    settings: Mutex<Settings>,
    pages: Pages,
    /// Whether the client follows what is done.
    is_traced: AtomicBool,
}

/// What the client said when it began.
struct Start {
    abilities: Abilities,
    folders: Vec<String>,
    /// The settings that it was initialized with.
    given: Json,
}

/// The error for a question without an answer.
pub(super) fn refused(why: Refusal) -> Error {
    match why {
        Refusal::Outdated => Error::content_modified(),
        Refusal::Cancelled => Error::request_cancelled(),
        Refusal::Failed(message) => {
            Error { code: ErrorCode::InternalError, message: Cow::Owned(message), data: None }
        }
        Refusal::Ended => Error {
            code: ErrorCode::ServerError(-32802),
            message: Cow::Borrowed("the server has ended"),
            data: None,
        },
    }
}

impl Server {
    pub(super) fn new(client: Client, engine: Engine, environment: Arc<dyn Environment>) -> Self {
        let session = Session {
            environment,
            start: OnceLock::new(),
            settings: Mutex::default(),
            pages: Pages::default(),
            is_traced: AtomicBool::new(false),
        };
        Server { client, engine, session: Arc::new(session) }
    }

    /// The page of a rule.
    pub(super) fn page(&self, rule: &'static str) -> Option<Uri> {
        self.session.pages.of(rule, &*self.session.environment)
    }

    /// What the client can do. Before it has said so, nothing.
    pub(super) fn abilities(&self) -> Abilities {
        let said = self.session.start.get().map(|start| start.abilities);
        said.unwrap_or_else(|| Abilities::of(&Default::default()))
    }

    /// What is set in the client.
    pub(super) fn settings(&self) -> Settings {
        self.session.settings.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Notes what is set in the client.
    pub(super) fn remember(&self, settings: Settings) {
        *self.session.settings.lock().unwrap_or_else(PoisonError::into_inner) = settings;
    }

    /// Writes to the log, and to the client's. What is done all the time the client is only told if it wants to follow.
    pub(super) async fn log(&self, level: Level, text: String) {
        self.session.environment.log(level, &text);
        let kind = match level {
            Level::Error => MessageType::ERROR,
            Level::Warning => MessageType::WARNING,
            Level::Info => MessageType::INFO,
            Level::Debug if self.session.is_traced.load(Ordering::Relaxed) => {
                self.client.send_notification::<LogTrace>(json!({ "message": text })).await;
                return;
            }
            Level::Debug => return,
        };
        self.client.log_message(kind, text).await;
    }

    /// The client wants to follow what is done, or no longer.
    pub(super) async fn set_trace(&self, params: Json) {
        self.trace(params.get("value").and_then(Json::as_str));
    }

    fn trace(&self, value: Option<&str>) {
        let is_traced = matches!(value, Some("messages" | "verbose"));
        self.session.is_traced.store(is_traced, Ordering::Relaxed);
    }

    /// Ends the program when the process that has started it ends.
    fn follow_parent(&self, parent: Option<u32>) {
        let environment = self.session.environment.clone();
        // What cannot be seen, as from inside a container, cannot be seen ending.
        let Some(parent) = parent.filter(|parent| environment.is_running(*parent)) else { return };
        let watch = move || {
            while environment.is_running(parent) {
                thread::sleep(HEARTBEAT);
            }
            std::process::exit(1);
        };
        // Without the thread the end of the input is still seen.
        let _ = thread::Builder::new().name("parent".into()).spawn(watch);
    }

    /// Registers for what the client only tells if it is asked to. To be spawned: the client answers when it likes.
    async fn register(self) {
        let abilities = self.abilities();
        let mut registrations = Vec::new();
        if abilities.engine.watches {
            let watchers: Vec<_> = WATCHED.iter().map(|pattern| json!({ "globPattern": pattern })).collect();
            registrations.push(Registration {
                id: "speclint/files".into(),
                method: "workspace/didChangeWatchedFiles".into(),
                register_options: Some(json!({ "watchers": watchers })),
            });
        }
        if abilities.tells_configuration {
            registrations.push(Registration {
                id: "speclint/configuration".into(),
                method: "workspace/didChangeConfiguration".into(),
                register_options: Some(json!({ "section": "speclint" })),
            });
        }
        if !registrations.is_empty()
            && let Err(error) = self.client.register_capability(registrations).await
        {
            self.log(Level::Warning, format!("the client does not tell of changes: {error}")).await;
        }
    }

    /// Answers what was no message.
    pub(super) async fn answer_malformed(&self, params: Vec<Json>) -> Result<()> {
        malformed(params.first().unwrap_or(&Json::Null))
    }

    /// The user has stopped something that takes its time.
    pub(super) async fn cancel_progress(&self, params: WorkDoneProgressCancelParams) {
        if matches!(&params.token, NumberOrString::String(token) if token.starts_with(READING)) {
            self.engine.tell(Message::StopReading);
        }
    }
}

impl LanguageServer for Server {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        let abilities = Abilities::of(&params.capabilities);
        let folders = params.workspace_folders.unwrap_or_default().into_iter();
        let mut folders: Vec<String> = folders.map(|folder| folder.uri.as_str().to_owned()).collect();
        #[allow(deprecated, reason = "older clients know nothing else")]
        if let (true, Some(root)) = (folders.is_empty(), &params.root_uri) {
            folders.push(root.as_str().to_owned());
        }
        self.follow_parent(params.process_id);
        let trace = params.trace.and_then(|trace| serde_json::to_value(trace).ok());
        self.trace(trace.as_ref().and_then(Json::as_str));
        let _ = self.session.start.set(Start {
            abilities,
            folders,
            given: params.initialization_options.unwrap_or_default(),
        });
        Ok(InitializeResult {
            capabilities: offered(&abilities),
            server_info: Some(ServerInfo {
                name: "speclint".into(),
                version: Some(env!("CARGO_PKG_VERSION").into()),
            }),
            ..InitializeResult::default()
        })
    }

    async fn initialized(&self, _: InitializedParams) {
        if let Some(start) = self.session.start.get() {
            self.engine.tell(Message::Start(start.abilities.engine, start.folders.clone()));
            self.set(&start.given).await;
            tokio::spawn(self.clone().register());
            if start.abilities.configuration {
                tokio::spawn(self.clone().ask_for_settings());
            }
        }
    }

    async fn shutdown(&self) -> Result<()> {
        Ok(())
    }

    async fn did_open(&self, params: DidOpenTextDocumentParams) {
        let document = params.text_document;
        self.engine.tell(Message::Open(document.uri.as_str().to_owned(), document.version, document.text));
    }

    async fn did_change(&self, params: DidChangeTextDocumentParams) {
        let changes = params.content_changes.into_iter();
        let changes = changes.map(|change| Change { range: change.range.map(own_range), text: change.text });
        let document = params.text_document;
        self.engine.tell(Message::Change(
            document.uri.as_str().to_owned(),
            document.version,
            changes.collect(),
        ));
    }

    async fn did_save(&self, params: DidSaveTextDocumentParams) {
        self.engine.tell(Message::Save(params.text_document.uri.as_str().to_owned()));
    }

    async fn did_close(&self, params: DidCloseTextDocumentParams) {
        self.engine.tell(Message::Close(params.text_document.uri.as_str().to_owned()));
    }

    async fn did_change_watched_files(&self, params: DidChangeWatchedFilesParams) {
        let happened = |kind| {
            if kind == FileChangeType::CHANGED { Happened::Changed } else { Happened::CameOrWent }
        };
        let files =
            params.changes.iter().map(|change| (change.uri.as_str().to_owned(), happened(change.typ)));
        self.engine.tell(Message::Files(files.collect()));
    }

    async fn did_rename_files(&self, _: RenameFilesParams) {
        self.engine.tell(Message::Disk);
    }

    async fn did_delete_files(&self, _: DeleteFilesParams) {
        self.engine.tell(Message::Disk);
    }

    async fn did_change_workspace_folders(&self, params: DidChangeWorkspaceFoldersParams) {
        let [gone, come] = [params.event.removed, params.event.added].map(|folders| {
            folders.iter().map(|folder| folder.uri.as_str().to_owned()).collect::<Vec<String>>()
        });
        self.engine.tell(Message::Folders(gone, come));
    }

    async fn diagnostic(&self, params: DocumentDiagnosticParams) -> Result<DocumentDiagnosticReportResult> {
        self.pull(params).await
    }

    async fn workspace_diagnostic(
        &self,
        params: WorkspaceDiagnosticParams,
    ) -> Result<WorkspaceDiagnosticReportResult> {
        self.pull_all(params).await
    }

    async fn code_action(&self, params: CodeActionParams) -> Result<Option<CodeActionResponse>> {
        self.actions(params).await.map(Some)
    }

    async fn code_action_resolve(&self, params: CodeAction) -> Result<CodeAction> {
        self.resolve_action(params).await
    }

    async fn did_change_configuration(&self, params: DidChangeConfigurationParams) {
        if self.abilities().configuration {
            tokio::spawn(self.clone().ask_for_settings());
        } else {
            self.set(&params.settings).await;
        }
    }

    async fn execute_command(&self, params: ExecuteCommandParams) -> Result<Option<LspAny>> {
        self.execute(params).await
    }

    async fn hover(&self, params: HoverParams) -> Result<Option<Hover>> {
        self.hover_at(params).await
    }

    async fn inlay_hint(&self, params: InlayHintParams) -> Result<Option<Vec<InlayHint>>> {
        self.hints(params).await
    }

    async fn code_lens(&self, params: CodeLensParams) -> Result<Option<Vec<CodeLens>>> {
        self.lenses(params).await
    }

    async fn goto_definition(&self, params: GotoDefinitionParams) -> Result<Option<GotoDefinitionResponse>> {
        self.definitions(params).await
    }

    async fn references(&self, params: ReferenceParams) -> Result<Option<Vec<Location>>> {
        self.all_references(params).await
    }

    async fn document_highlight(
        &self,
        params: DocumentHighlightParams,
    ) -> Result<Option<Vec<DocumentHighlight>>> {
        self.highlights(params).await
    }

    async fn document_symbol(&self, params: DocumentSymbolParams) -> Result<Option<DocumentSymbolResponse>> {
        self.symbols_of(params).await
    }

    async fn symbol(&self, params: WorkspaceSymbolParams) -> Result<Option<WorkspaceSymbolResponse>> {
        self.all_symbols(params).await
    }

    async fn prepare_rename(
        &self,
        params: TextDocumentPositionParams,
    ) -> Result<Option<PrepareRenameResponse>> {
        self.renamed_at(params).await
    }

    async fn rename(&self, params: RenameParams) -> Result<Option<WorkspaceEdit>> {
        self.renamed(params).await
    }

    async fn completion(&self, params: CompletionParams) -> Result<Option<CompletionResponse>> {
        self.completions(params).await
    }
}
