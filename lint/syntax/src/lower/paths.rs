//! Path literals.

use super::Lowerer;
use super::tree::Node;
use crate::hir::{Expr, ExprId, Part, PathKind};
use rnix::SyntaxKind;
use rowan::NodeOrToken;
use std::sync::Arc;

impl<'t> Lowerer<'t> {
    pub(super) fn path(&mut self, node: Node<'t>) -> ExprId {
        let kind = match node.kind() {
            SyntaxKind::NODE_PATH_ABS => PathKind::Absolute,
            SyntaxKind::NODE_PATH_HOME => PathKind::Home,
            SyntaxKind::NODE_PATH_SEARCH => PathKind::Search,
            _ => PathKind::Relative,
        };
        let mut parts = Vec::new();
        for child in node.children() {
            match child {
                NodeOrToken::Token(token) => {
                    let text = match kind {
                        PathKind::Home if parts.is_empty() => token.text.strip_prefix("~/"),
                        PathKind::Search => {
                            token.text.strip_prefix('<').and_then(|text| text.strip_suffix('>'))
                        }
                        _ => None,
                    };
                    let text = text.unwrap_or(token.text);
                    if !text.is_empty() {
                        parts.push(Part::Text(Arc::from(text)));
                    }
                }
                NodeOrToken::Node(node) => parts.push(self.interpolation(node)),
            }
        }
        self.push(Expr::Path(kind, parts.into()), node.range())
    }
}
