//! What the client can do, and what the server offers it.

use super::types::{
    ClientCapabilities, CodeActionOptions, CodeActionProviderCapability, CodeLensOptions, CompletionOptions,
    DiagnosticOptions, DiagnosticServerCapabilities, ExecuteCommandOptions, FileOperationFilter,
    FileOperationPattern, FileOperationPatternKind, FileOperationRegistrationOptions,
    HoverProviderCapability, OneOf, PositionEncodingKind, RenameOptions, ResourceOperationKind, SaveOptions,
    ServerCapabilities, TextDocumentSyncCapability, TextDocumentSyncKind, TextDocumentSyncOptions,
    TextDocumentSyncSaveOptions, WorkDoneProgressOptions, WorkspaceFileOperationsServerCapabilities,
    WorkspaceFoldersServerCapabilities, WorkspaceServerCapabilities,
};
use crate::engine;
use speclint_lint::source::ColumnUnit;

/// What the client can do.
#[derive(Clone, Copy, Debug)]
pub(super) struct Abilities {
    /// As far as the engine must know.
    pub(super) engine: engine::Client,
    /// Whether it shows the other places of a diagnostic.
    pub(super) related: bool,
    /// Whether it takes edits of several files with versions.
    pub(super) document_changes: bool,
    /// Whether it makes files.
    pub(super) creates_files: bool,
    /// Whether it asks what an action does when it is chosen.
    pub(super) resolves_edits: bool,
    /// Whether it asks again for hints when it is told to.
    pub(super) redraws_hints: bool,
    /// Whether it asks again for lenses when it is told to.
    pub(super) redraws_lenses: bool,
    /// Whether it takes snippets.
    pub(super) snippets: bool,
    /// Whether it shows progress.
    pub(super) progress: bool,
    /// Whether it has settings.
    pub(super) configuration: bool,
    /// Whether it tells when they change, if it is asked to.
    pub(super) tells_configuration: bool,
}

impl Abilities {
    /// What a client says that it can do.
    pub(super) fn of(client: &ClientCapabilities) -> Self {
        // The one that the client likes best: some say that they take others, and count wrongly in them.
        let encodings = client.general.as_ref().and_then(|general| general.position_encodings.as_ref());
        let unit = encodings.and_then(|encodings| encodings.iter().find_map(unit));
        let unit = unit.unwrap_or(ColumnUnit::Utf16);
        let documents = client.text_document.as_ref();
        let workspace = client.workspace.as_ref();
        let pull = documents.and_then(|documents| documents.diagnostic.as_ref());
        let push = documents.and_then(|documents| documents.publish_diagnostics.as_ref());
        let refreshes = workspace.and_then(|workspace| workspace.diagnostics.as_ref());
        let refreshes = refreshes.is_some_and(|diagnostics| diagnostics.refresh_support == Some(true));
        // A client that asks, but not again when it is told to, would show something old of documents that it does not edit.
        let pulls = pull.is_some() && (refreshes || push.is_none());
        let watches = workspace.and_then(|workspace| workspace.did_change_watched_files.as_ref());
        let completion = documents.and_then(|documents| documents.completion.as_ref());
        let items = completion.and_then(|completion| completion.completion_item.as_ref());
        let hints = workspace.and_then(|workspace| workspace.inlay_hint.as_ref());
        let lenses = workspace.and_then(|workspace| workspace.code_lens.as_ref());
        let window = client.window.as_ref();
        let edits = workspace.and_then(|workspace| workspace.workspace_edit.as_ref());
        let operations = edits.and_then(|edits| edits.resource_operations.as_ref());
        let actions = documents.and_then(|documents| documents.code_action.as_ref());
        let resolves = actions.and_then(|actions| actions.resolve_support.as_ref());
        let keeps_data = actions.is_some_and(|actions| actions.data_support == Some(true));
        let settings = workspace.and_then(|workspace| workspace.did_change_configuration.as_ref());
        Abilities {
            engine: engine::Client {
                unit,
                pulls,
                relates: pull.is_some_and(|pull| pull.related_document_support == Some(true)),
                refreshes,
                watches: watches.is_some_and(|watches| watches.dynamic_registration == Some(true)),
            },
            related: pulls || push.is_some_and(|push| push.related_information == Some(true)),
            document_changes: edits.is_some_and(|edits| edits.document_changes == Some(true)),
            creates_files: operations
                .is_some_and(|operations| operations.contains(&ResourceOperationKind::Create)),
            resolves_edits: keeps_data
                && resolves
                    .is_some_and(|resolves| resolves.properties.iter().any(|property| property == "edit")),
            redraws_hints: hints.is_some_and(|hints| hints.refresh_support == Some(true)),
            redraws_lenses: lenses.is_some_and(|lenses| lenses.refresh_support == Some(true)),
            snippets: items.is_some_and(|items| items.snippet_support == Some(true)),
            progress: window.is_some_and(|window| window.work_done_progress == Some(true)),
            configuration: workspace.is_some_and(|workspace| workspace.configuration == Some(true)),
            tells_configuration: settings.is_some_and(|settings| settings.dynamic_registration == Some(true)),
        }
    }
}

/// What is counted in an encoding; `None` for one that is not known.
fn unit(encoding: &PositionEncodingKind) -> Option<ColumnUnit> {
    let known = [
        (PositionEncodingKind::UTF8, ColumnUnit::Utf8),
        (PositionEncodingKind::UTF16, ColumnUnit::Utf16),
        (PositionEncodingKind::UTF32, ColumnUnit::Utf32),
    ];
    known.into_iter().find_map(|(kind, unit)| (kind == *encoding).then_some(unit))
}

/// What is offered to a client.
pub(super) fn offered(abilities: &Abilities) -> ServerCapabilities {
    let encoding = match abilities.engine.unit {
        ColumnUnit::Utf8 => PositionEncodingKind::UTF8,
        ColumnUnit::Utf16 => PositionEncodingKind::UTF16,
        ColumnUnit::Utf32 => PositionEncodingKind::UTF32,
    };
    let diagnostics = DiagnosticOptions {
        identifier: Some("speclint".to_owned()),
        inter_file_dependencies: true,
        workspace_diagnostics: true,
        ..DiagnosticOptions::default()
    };
    ServerCapabilities {
        position_encoding: Some(encoding),
        text_document_sync: Some(TextDocumentSyncCapability::Options(TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::INCREMENTAL),
            save: Some(TextDocumentSyncSaveOptions::SaveOptions(SaveOptions { include_text: Some(false) })),
            ..TextDocumentSyncOptions::default()
        })),
        diagnostic_provider: abilities
            .engine
            .pulls
            .then_some(DiagnosticServerCapabilities::Options(diagnostics)),
        code_action_provider: Some(CodeActionProviderCapability::Options(CodeActionOptions {
            code_action_kinds: Some(super::actions::kinds()),
            resolve_provider: Some(true),
            ..CodeActionOptions::default()
        })),
        completion_provider: Some(CompletionOptions {
            trigger_characters: Some(super::completion::TRIGGERS.map(str::to_owned).to_vec()),
            ..CompletionOptions::default()
        }),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        inlay_hint_provider: Some(OneOf::Left(true)),
        code_lens_provider: Some(CodeLensOptions { resolve_provider: Some(false) }),
        definition_provider: Some(OneOf::Left(true)),
        references_provider: Some(OneOf::Left(true)),
        document_highlight_provider: Some(OneOf::Left(true)),
        document_symbol_provider: Some(OneOf::Left(true)),
        workspace_symbol_provider: Some(OneOf::Left(true)),
        rename_provider: Some(OneOf::Right(RenameOptions {
            prepare_provider: Some(true),
            work_done_progress_options: WorkDoneProgressOptions::default(),
        })),
        execute_command_provider: Some(ExecuteCommandOptions {
            commands: super::commands::all(),
            ..ExecuteCommandOptions::default()
        }),
        workspace: Some(WorkspaceServerCapabilities {
            workspace_folders: Some(WorkspaceFoldersServerCapabilities {
                supported: Some(true),
                change_notifications: Some(OneOf::Left(true)),
            }),
            file_operations: Some(WorkspaceFileOperationsServerCapabilities {
                did_rename: Some(folders()),
                did_delete: Some(folders()),
                ..WorkspaceFileOperationsServerCapabilities::default()
            }),
        }),
        ..ServerCapabilities::default()
    }
}

/// What is done to folders: who watches files is not told of those in a folder that is gone or has another name.
fn folders() -> FileOperationRegistrationOptions {
    let matches = Some(FileOperationPatternKind::Folder);
    let pattern = FileOperationPattern { glob: "**".to_owned(), matches, options: None };
    FileOperationRegistrationOptions {
        filters: vec![FileOperationFilter { scheme: Some("file".to_owned()), pattern }],
    }
}
