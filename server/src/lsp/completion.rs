//! Completions.

use super::convert::{self, position};
use super::server::{Server, refused};
use super::types::{
    CompletionItem, CompletionItemKind, CompletionList, CompletionParams, CompletionResponse,
    CompletionTextEdit, Documentation, InsertTextFormat, MarkupContent, MarkupKind, TextEdit,
};
use crate::engine::View;
use crate::ide::{Completion, CompletionKind, Ide};
use tower_lsp_server::jsonrpc::Result;

/// The characters besides those of names after which completions are asked for.
pub(super) const TRIGGERS: [&str; 5] = [".", "\"", "[", ",", "="];

impl Server {
    /// What may be written at a place.
    pub(super) async fn completions(&self, params: CompletionParams) -> Result<Option<CompletionResponse>> {
        let place = params.text_document_position;
        let at = position(place.position);
        let snippets = self.abilities().snippets;
        let ask = move |view: &View| {
            let found = Ide::new(&view.systems(), view).completions(&view.path, view.offset(at));
            let items = found.items.into_iter().enumerate();
            let items = items.map(|(index, completion)| item(view, index, completion, snippets)).collect();
            CompletionResponse::List(CompletionList { is_incomplete: found.incomplete, items })
        };
        self.engine.ask(place.text_document.uri.as_str(), ask).await.map_err(refused).map(Some)
    }
}

fn item(view: &View, index: usize, completion: Completion, snippets: bool) -> CompletionItem {
    let kind = match completion.kind {
        CompletionKind::Option => CompletionItemKind::PROPERTY,
        CompletionKind::Set => CompletionItemKind::MODULE,
        CompletionKind::Value => CompletionItemKind::VALUE,
        CompletionKind::Function => CompletionItemKind::FUNCTION,
        CompletionKind::Specialisation => CompletionItemKind::CLASS,
        CompletionKind::Rule => CompletionItemKind::CONSTANT,
        CompletionKind::Word => CompletionItemKind::KEYWORD,
    };
    let snippet = completion.snippet.filter(|_| snippets);
    let format = if snippet.is_some() { InsertTextFormat::SNIPPET } else { InsertTextFormat::PLAIN_TEXT };
    let edit = TextEdit {
        range: convert::range(view.range(&view.path, completion.replaces)),
        new_text: snippet.unwrap_or(completion.text),
    };
    let markdown = |value| Documentation::MarkupContent(MarkupContent { kind: MarkupKind::Markdown, value });
    CompletionItem {
        kind: Some(kind),
        detail: completion.detail,
        documentation: completion.documentation.map(markdown),
        // The order is that of the list.
        sort_text: Some(format!("{index:05}")),
        filter_text: Some(completion.label.clone()),
        label: completion.label,
        insert_text_format: Some(format),
        text_edit: Some(CompletionTextEdit::Edit(edit)),
        ..CompletionItem::default()
    }
}
