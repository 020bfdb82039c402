//! What is asked at a place: one function a request, which asks `ide` and says its answer in the words of the protocol.

use super::commands::SHOW;
use super::convert::{self, own_range, position};
use super::server::{Server, refused};
use super::types::{
    CodeLens, CodeLensParams, Command, DocumentHighlight, DocumentHighlightKind, DocumentHighlightParams,
    DocumentSymbol, DocumentSymbolParams, DocumentSymbolResponse, GotoDefinitionParams,
    GotoDefinitionResponse, Hover, HoverContents, HoverParams, InlayHint, InlayHintLabel, InlayHintParams,
    Location, MarkupContent, MarkupKind, OneOf, PrepareRenameResponse, Range, ReferenceParams, RenameParams,
    SymbolKind, TextDocumentPositionParams, WorkspaceEdit, WorkspaceSymbol, WorkspaceSymbolParams,
    WorkspaceSymbolResponse,
};
use crate::engine::View;
use crate::ide::{HintKind, Ide, Symbol};
use rowan::{TextRange, TextSize};
use serde_json::json;
use speclint_lint::findings;
use tower_lsp_server::jsonrpc::{Error, Result};

/// A range of the document.
fn here(view: &View, range: TextRange) -> Range {
    convert::range(view.range(&view.path, range))
}

/// A place in any file.
pub(super) fn location(view: &View, place: &findings::Location) -> Option<Location> {
    let range = TextRange::new(place.start.into(), place.end.max(place.start).into());
    let uri = convert::uri(&view.editor.uri(&place.file))?;
    Some(Location { uri, range: convert::range(view.range(&place.file, range)) })
}

impl Server {
    /// Asks something of the models at a place of a document.
    async fn at<T: Send + 'static>(
        &self,
        place: TextDocumentPositionParams,
        function: impl Fn(&View, &Ide<'_>, TextSize) -> T + Send + 'static,
    ) -> Result<T> {
        let at = position(place.position);
        let ask = move |view: &View| function(view, &Ide::new(&view.systems(), view), view.offset(at));
        self.engine.ask(place.text_document.uri.as_str(), ask).await.map_err(refused)
    }

    /// Asks something of the models about a document.
    async fn about<T: Send + 'static>(
        &self,
        uri: &str,
        function: impl Fn(&View, &Ide<'_>) -> T + Send + 'static,
    ) -> Result<T> {
        let ask = move |view: &View| function(view, &Ide::new(&view.systems(), view));
        self.engine.ask(uri, ask).await.map_err(refused)
    }

    pub(super) async fn hover_at(&self, params: HoverParams) -> Result<Option<Hover>> {
        let hover = |view: &View, ide: &Ide<'_>, offset| {
            let hover = ide.hover(&view.path, offset)?;
            let contents = MarkupContent { kind: MarkupKind::Markdown, value: hover.markdown };
            Some(Hover { contents: HoverContents::Markup(contents), range: Some(here(view, hover.range)) })
        };
        self.at(params.text_document_position_params, hover).await
    }

    pub(super) async fn hints(&self, params: InlayHintParams) -> Result<Option<Vec<InlayHint>>> {
        let settings = self.settings();
        let range = own_range(params.range);
        let hints = move |view: &View, ide: &Ide<'_>| {
            let mut hints = ide.hints(&view.path, view.offsets(range));
            hints.retain(|hint| match hint.kind {
                HintKind::Winner => settings.hints_of_winners,
                HintKind::Also => settings.hints_of_others,
            });
            let hint = |hint: crate::ide::Hint| InlayHint {
                position: here(view, TextRange::empty(hint.at)).start,
                label: InlayHintLabel::String(hint.text),
                kind: None,
                text_edits: None,
                tooltip: None,
                padding_left: Some(true),
                padding_right: None,
                data: None,
            };
            hints.into_iter().map(hint).collect()
        };
        self.about(params.text_document.uri.as_str(), hints).await.map(Some)
    }

    pub(super) async fn lenses(&self, params: CodeLensParams) -> Result<Option<Vec<CodeLens>>> {
        if !self.settings().lenses {
            return Ok(None);
        }
        let uri = params.text_document.uri.as_str().to_owned();
        let name = uri.clone();
        let lenses = move |view: &View, ide: &Ide<'_>| {
            let lens = |lens: crate::ide::Lens| {
                let arguments = lens.shows.map(|shown| {
                    vec![json!({ "uri": name, "system": shown.system, "specialisation": shown.specialisation })]
                });
                let command = arguments.as_ref().map_or_else(String::new, |_| SHOW.to_owned());
                let command = Command { title: lens.title, command, arguments };
                CodeLens { range: here(view, lens.range), command: Some(command), data: None }
            };
            ide.lenses(&view.path).into_iter().map(lens).collect()
        };
        self.about(&uri, lenses).await.map(Some)
    }

    pub(super) async fn definitions(
        &self,
        params: GotoDefinitionParams,
    ) -> Result<Option<GotoDefinitionResponse>> {
        let find = |view: &View, ide: &Ide<'_>, offset| {
            let found = ide.definition(&view.path, offset);
            let found: Vec<Location> = found.iter().filter_map(|place| location(view, place)).collect();
            (!found.is_empty()).then_some(GotoDefinitionResponse::Array(found))
        };
        self.at(params.text_document_position_params, find).await
    }

    pub(super) async fn all_references(&self, params: ReferenceParams) -> Result<Option<Vec<Location>>> {
        let with_definitions = params.context.include_declaration;
        let find = move |view: &View, ide: &Ide<'_>, offset| {
            let found = ide.references(&view.path, offset).into_iter();
            let found = found.filter(|occurrence| with_definitions || !occurrence.defines);
            found.filter_map(|occurrence| location(view, &occurrence.location)).collect()
        };
        self.at(params.text_document_position, find).await.map(Some)
    }

    pub(super) async fn highlights(
        &self,
        params: DocumentHighlightParams,
    ) -> Result<Option<Vec<DocumentHighlight>>> {
        let find = |view: &View, ide: &Ide<'_>, offset| {
            let highlight = |occurrence: crate::ide::Occurrence| {
                let kind = if occurrence.defines {
                    DocumentHighlightKind::WRITE
                } else {
                    DocumentHighlightKind::READ
                };
                Some(DocumentHighlight {
                    range: location(view, &occurrence.location)?.range,
                    kind: Some(kind),
                })
            };
            ide.highlights(&view.path, offset).into_iter().filter_map(highlight).collect()
        };
        self.at(params.text_document_position_params, find).await.map(Some)
    }

    pub(super) async fn symbols_of(
        &self,
        params: DocumentSymbolParams,
    ) -> Result<Option<DocumentSymbolResponse>> {
        let find = |view: &View, ide: &Ide<'_>| {
            let symbols = ide.document_symbols(&view.path).into_iter();
            DocumentSymbolResponse::Nested(symbols.map(|found| symbol(view, found, true)).collect())
        };
        self.about(params.text_document.uri.as_str(), find).await.map(Some)
    }

    pub(super) async fn all_symbols(
        &self,
        params: WorkspaceSymbolParams,
    ) -> Result<Option<WorkspaceSymbolResponse>> {
        let query = params.query;
        let find = move |view: &View| {
            let systems = view.systems();
            let found = Ide::new(&systems, view).workspace_symbols(&query).into_iter();
            let symbol = |found: crate::ide::WorkspaceSymbol| {
                Some(WorkspaceSymbol {
                    name: found.name,
                    kind: SymbolKind::NAMESPACE,
                    tags: None,
                    container_name: Some(found.systems.join(", ")),
                    location: OneOf::Left(location(view, &found.location)?),
                    data: None,
                })
            };
            WorkspaceSymbolResponse::Nested(found.filter_map(symbol).collect())
        };
        self.engine.ask_of_all(find).await.map_err(refused).map(Some)
    }

    pub(super) async fn renamed_at(
        &self,
        place: TextDocumentPositionParams,
    ) -> Result<Option<PrepareRenameResponse>> {
        let find = |view: &View, ide: &Ide<'_>, offset| {
            let (range, placeholder) = ide.renamed_at(&view.path, offset)?;
            Some(PrepareRenameResponse::RangeWithPlaceholder { range: here(view, range), placeholder })
        };
        self.at(place, find).await
    }

    pub(super) async fn renamed(&self, params: RenameParams) -> Result<Option<WorkspaceEdit>> {
        let name = params.new_name;
        let find = move |view: &View, ide: &Ide<'_>, offset| {
            let edits = ide.rename(&view.path, offset, &name)?;
            Ok::<_, String>(view.changes(&edits))
        };
        let changes = self.at(params.text_document_position, find).await?;
        changes.map(|changes| self.edit(changes)).map_err(Error::invalid_params)
    }
}

fn symbol(view: &View, found: Symbol, is_outer: bool) -> DocumentSymbol {
    let children: Vec<DocumentSymbol> =
        found.children.into_iter().map(|child| symbol(view, child, false)).collect();
    #[allow(deprecated, reason = "there is no other way to leave it out")]
    DocumentSymbol {
        name: found.name,
        detail: (!found.detail.is_empty()).then_some(found.detail),
        kind: if is_outer { SymbolKind::NAMESPACE } else { SymbolKind::PROPERTY },
        tags: None,
        deprecated: None,
        range: here(view, found.range),
        selection_range: here(view, found.selection),
        children: (!children.is_empty()).then_some(children),
    }
}
