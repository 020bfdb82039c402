//! Code actions.

use super::convert::{self, identity, own_range, range};
use super::server::{Server, refused};
use super::types::{
    CodeAction, CodeActionKind, CodeActionOrCommand, CodeActionParams, CodeActionResponse, CreateFile,
    CreateFileOptions, Diagnostic, DocumentChangeOperation, DocumentChanges, OneOf,
    OptionalVersionedTextDocumentIdentifier, ResourceOp, TextDocumentEdit, TextEdit, WorkspaceEdit,
};
use crate::actions;
use crate::engine::{FileChange, Range, View};
use crate::ide::{Assist, AssistKind, Ide};
use rowan::TextRange;
use serde_json::{Value as Json, json};
use speclint_lint::findings::{self, Edit};
use std::collections::HashMap;
use tower_lsp_server::jsonrpc::{Error, Result};

/// The kind of the action that applies all safe mends.
pub(super) const FIX_ALL: &str = "source.fixAll.speclint";

/// The kinds of actions that there are.
pub(super) fn kinds() -> Vec<CodeActionKind> {
    vec![
        CodeActionKind::QUICKFIX,
        CodeActionKind::REFACTOR,
        CodeActionKind::REFACTOR_EXTRACT,
        CodeActionKind::REFACTOR_REWRITE,
        CodeActionKind::SOURCE_FIX_ALL,
        CodeActionKind::new(FIX_ALL),
    ]
}

/// Whether the client wants actions of a kind: it may name kinds that contain others.
fn wants(only: Option<&Vec<CodeActionKind>>, kind: &str) -> bool {
    let has = |wanted: &CodeActionKind| {
        let rest = kind.strip_prefix(wanted.as_str());
        wanted.as_str().is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    only.is_none_or(|only| only.iter().any(has))
}

/// The kind of a change that is offered at a place.
fn kind_of(kind: AssistKind) -> CodeActionKind {
    match kind {
        AssistKind::Rewrite => CodeActionKind::REFACTOR_REWRITE,
        AssistKind::Extract => CodeActionKind::REFACTOR_EXTRACT,
        AssistKind::Add => CodeActionKind::REFACTOR,
    }
}

/// The changes that are offered where the cursor stands, those of the wanted kinds.
fn assists(view: &View, at: Range, only: Option<&Vec<CodeActionKind>>) -> Vec<(Assist, Vec<FileChange>)> {
    let systems = view.systems();
    let mut assists = Ide::new(&systems, view).assists(&view.path, view.offset(at.start));
    assists.retain(|assist| wants(only, kind_of(assist.kind).as_str()));
    let change = |mut assist: Assist| {
        if let Some((path, text)) = assist.creates.take() {
            let location = findings::Location::new(&path, TextRange::default());
            assist.edits.push(Edit { location, text });
        }
        let changes = view.changes(&assist.edits);
        (assist, changes)
    };
    assists.into_iter().map(change).collect()
}

impl Server {
    /// What can be done at a place.
    pub(super) async fn actions(&self, params: CodeActionParams) -> Result<CodeActionResponse> {
        let uri = params.text_document.uri.as_str().to_owned();
        let only = params.context.only.as_ref();
        let wants_fixes = wants(only, CodeActionKind::QUICKFIX.as_str());
        let at = own_range(params.range);
        let wanted = only.cloned();
        let found = self.engine.ask(&uri, move |view| {
            let actions = if wants_fixes { actions::at(view, view.offsets(at)) } else { Vec::new() };
            let change = |action: actions::Action| (view.changes(&action.edits), action);
            let actions: Vec<_> = actions.into_iter().map(change).collect();
            (actions, assists(view, at, wanted.as_ref()))
        });
        let (found, assists) = found.await.map_err(refused)?;
        let mut response = Vec::new();
        for (changes, action) in found {
            let finding = identity(action.finding);
            let is_about = |diagnostic: &&Diagnostic| {
                diagnostic.data.as_ref().and_then(|data| data.get("finding")).and_then(Json::as_str)
                    == Some(&*finding)
            };
            let diagnostics: Vec<Diagnostic> =
                params.context.diagnostics.iter().filter(is_about).cloned().collect();
            let Some(edit) = self.edit(changes) else { continue };
            response.push(CodeActionOrCommand::CodeAction(CodeAction {
                title: action.title,
                kind: Some(CodeActionKind::QUICKFIX),
                diagnostics: (!diagnostics.is_empty()).then_some(diagnostics),
                edit: Some(edit),
                is_preferred: action.is_preferred.then_some(true),
                ..CodeAction::default()
            }));
        }
        for (assist, changes) in assists {
            let Some(edit) = self.edit(changes) else { continue };
            response.push(CodeActionOrCommand::CodeAction(CodeAction {
                title: assist.title,
                kind: Some(kind_of(assist.kind)),
                edit: Some(edit),
                ..CodeAction::default()
            }));
        }
        // Actions on all of a document are for whoever asks for them: they are no answer to a finding.
        let kind = only.and_then(|only| {
            let asked = |kind: &&CodeActionKind| kind.as_str().starts_with(CodeActionKind::SOURCE.as_str());
            only.iter().find(asked).filter(|_| wants(Some(only), FIX_ALL))
        });
        if kind.is_some() {
            let action = CodeAction {
                title: "Fix all that speclint can safely fix".to_owned(),
                kind: Some(CodeActionKind::new(FIX_ALL)),
                data: Some(json!({ "uri": uri })),
                ..CodeAction::default()
            };
            let action =
                if self.abilities().resolves_edits { Some(action) } else { self.fix_all(action).await? };
            response.extend(action.map(CodeActionOrCommand::CodeAction));
        }
        Ok(response)
    }

    /// Adds to an action what it does. Some clients ask about those too that say what they do.
    pub(super) async fn resolve_action(&self, action: CodeAction) -> Result<CodeAction> {
        if action.edit.is_some() {
            return Ok(action);
        }
        Ok(self.fix_all(action.clone()).await?.unwrap_or(action))
    }

    /// The action that mends all of a document with its edit; `None` if there is nothing to mend.
    async fn fix_all(&self, action: CodeAction) -> Result<Option<CodeAction>> {
        let uri = action.data.as_ref().and_then(|data| data.get("uri")).and_then(Json::as_str);
        let uri = uri.ok_or_else(|| Error::invalid_params("the action has no data of ours"))?;
        let fix = self.engine.ask(uri, |view| actions::fix_all(view).map(|edits| view.changes(&edits)));
        let changes = fix.await.map_err(refused)?.ok_or_else(Error::content_modified)?;
        if changes.is_empty() {
            return Ok(None);
        }
        Ok(Some(CodeAction { edit: self.edit(changes), ..action }))
    }

    /// Edits of files, as far as the client can make them.
    pub(super) fn edit(&self, files: Vec<FileChange>) -> Option<WorkspaceEdit> {
        let abilities = self.abilities();
        let text_edit = |(at, new_text)| TextEdit { range: range(at), new_text };
        if !abilities.document_changes {
            let changes = files.into_iter().map(|file| {
                let edits = file.edits.into_iter().map(text_edit).collect();
                (!file.is_new).then_some(())?;
                Some((convert::uri(&file.uri)?, edits))
            });
            let changes: HashMap<_, _> = changes.collect::<Option<_>>()?;
            return Some(WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() });
        }
        let makes_files = files.iter().any(|file| file.is_new);
        if makes_files && !abilities.creates_files {
            return None;
        }
        let mut edits = Vec::new();
        let mut operations = Vec::new();
        for file in files {
            let uri = convert::uri(&file.uri)?;
            if file.is_new {
                let options = CreateFileOptions { overwrite: Some(false), ignore_if_exists: Some(true) };
                let create = CreateFile { uri: uri.clone(), options: Some(options), annotation_id: None };
                operations.push(DocumentChangeOperation::Op(ResourceOp::Create(create)));
            }
            let edit = TextDocumentEdit {
                text_document: OptionalVersionedTextDocumentIdentifier { uri, version: file.version },
                edits: file.edits.into_iter().map(text_edit).map(OneOf::Left).collect(),
            };
            operations.push(DocumentChangeOperation::Edit(edit.clone()));
            edits.push(edit);
        }
        let changes =
            if makes_files { DocumentChanges::Operations(operations) } else { DocumentChanges::Edits(edits) };
        Some(WorkspaceEdit { document_changes: Some(changes), ..WorkspaceEdit::default() })
    }
}
