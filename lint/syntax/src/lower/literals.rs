//! Numbers and URIs.

use super::Lowerer;
use super::tree::Node;
use crate::hir::{Expr, ExprId};
use rnix::SyntaxKind;
use std::sync::Arc;

impl<'t> Lowerer<'t> {
    pub(super) fn literal(&mut self, node: Node<'t>) -> ExprId {
        let range = node.range();
        let Some(token) = node.tokens().next() else { return self.missing(range) };
        let text = token.text;
        let expr = match token.kind {
            SyntaxKind::TOKEN_INTEGER => text.parse().ok().map(Expr::Int),
            SyntaxKind::TOKEN_FLOAT => float(text).map(Expr::Float),
            _ => Some(Expr::Text(Arc::from(text))),
        };
        let expr = expr.unwrap_or_else(|| {
            let shown = if text.len() > 40 { "number".to_owned() } else { format!("number `{text}`") };
            self.error(range, format!("the {shown} is out of range"));
            Expr::Missing
        });
        self.push(expr, range)
    }
}

/// A floating point number. Nix refuses those that are infinite, and those so small that digits are lost.
fn float(text: &str) -> Option<f64> {
    let value: f64 = text.parse().ok()?;
    let mantissa = text.split(['e', 'E']).next().unwrap_or_default();
    let is_zero = mantissa.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    (value.is_normal() || is_zero).then_some(value)
}
