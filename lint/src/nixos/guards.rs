//! The forms in which conditions ask whether a configuration is the base or a specialisation.

use crate::syntax::hir::{AttrName, BinaryOp, Expr, ExprId, File};

/// What a condition asks about specialisations.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Guard {
    /// `config.specialisation != { }`: true in a base that has specialisations.
    BaseOnly,
    /// `config.specialisation == { }`: true inside specialisations, and in a base that has none.
    NotBase,
}

/// The guard that an expression is or has among the parts of an `&&`, with its place.
pub(super) fn find(file: &File, expr: ExprId) -> Option<(Guard, ExprId)> {
    match file.expr(expr) {
        Expr::Binary { op: BinaryOp::And, left, right } => find(file, *left).or_else(|| find(file, *right)),
        Expr::Not(inner) => match find(file, *inner)? {
            (Guard::BaseOnly, _) => Some((Guard::NotBase, expr)),
            (Guard::NotBase, _) => Some((Guard::BaseOnly, expr)),
        },
        Expr::Binary { op: op @ (BinaryOp::Equal | BinaryOp::NotEqual), left, right } => {
            let compares = (is_specialisation(file, *left) && is_empty_set(file, *right))
                || (is_specialisation(file, *right) && is_empty_set(file, *left));
            let guard = if *op == BinaryOp::NotEqual { Guard::BaseOnly } else { Guard::NotBase };
            compares.then_some((guard, expr))
        }
        _ => None,
    }
}

/// `config.specialisation`, however the configuration is called.
fn is_specialisation(file: &File, expr: ExprId) -> bool {
    match file.expr(expr) {
        Expr::Select { path, .. } => {
            matches!(path.last(), Some(AttrName::Static(name)) if name == "specialisation")
        }
        _ => false,
    }
}

fn is_empty_set(file: &File, expr: ExprId) -> bool {
    match file.expr(expr) {
        Expr::Attrs { bindings, .. } => bindings.statics.is_empty() && bindings.dynamics.is_empty(),
        _ => false,
    }
}
