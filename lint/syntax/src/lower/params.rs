//! Functions.

use super::Lowerer;
use super::tree::Node;
use crate::hir::{Expr, ExprId, Formal, Lambda, Name, Param};
use rnix::SyntaxKind::*;
use rowan::TextRange;
use std::collections::HashSet;

impl<'t> Lowerer<'t> {
    pub(super) fn lambda(&mut self, node: Node<'t>) -> ExprId {
        let param = match node.node(NODE_PATTERN) {
            Some(pattern) => self.pattern(pattern),
            None => {
                let name = node.node(NODE_IDENT_PARAM).and_then(ident);
                let name = name.map_or_else(|| Name::new_static("_"), |(name, _)| name);
                self.scope.enter(vec![name.clone()]);
                Param::Name(name)
            }
        };
        let body = self.expr_or_missing(node.expr_after(TOKEN_COLON), node.range());
        self.scope.leave();
        self.push(Expr::Lambda(Box::new(Lambda { param, body })), node.range())
    }

    /// Lowers a pattern, and enters the frame that it makes.
    fn pattern(&mut self, node: Node<'t>) -> Param {
        let mut names: Vec<Name> = Vec::new();
        let mut known = HashSet::new();
        let mut entries = Vec::new();
        for entry in node.nodes().filter(|node| node.kind() == NODE_PAT_ENTRY) {
            let Some((name, range)) = ident(entry) else { continue };
            if self.is_duplicate(&mut known, &name, range) {
                continue;
            }
            names.push(name.clone());
            entries.push((name, entry));
        }
        let bind = node.node(NODE_PAT_BIND).and_then(ident);
        let bind =
            bind.filter(|(name, range)| !self.is_duplicate(&mut known, name, *range)).map(|(name, _)| name);
        names.extend(bind.clone());
        self.scope.enter(names);
        let formals = entries.into_iter().map(|(name, entry)| {
            let default = entry.token(TOKEN_QUESTION).map(|question| {
                let default = entry.expr_after(TOKEN_QUESTION);
                self.expr_or_missing(default, TextRange::empty(question.range.end()))
            });
            Formal { name, default }
        });
        let formals = formals.collect();
        Param::Pattern { formals, open: node.token(TOKEN_ELLIPSIS).is_some(), bind }
    }

    fn is_duplicate(&mut self, known: &mut HashSet<Name>, name: &Name, range: TextRange) -> bool {
        let is_duplicate = !known.insert(name.clone());
        if is_duplicate {
            self.error(range, format!("duplicate argument `{name}`"));
        }
        is_duplicate
    }
}

/// The name that a node has as a child, and where it stands.
fn ident(node: Node<'_>) -> Option<(Name, TextRange)> {
    let token = node.node(NODE_IDENT)?.tokens().next()?;
    Some((Name::new(token.text), token.range))
}
