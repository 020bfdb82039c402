//! stub
/// stub
pub fn lower(_: &str) -> super::hir::File {
    super::hir::File {
        exprs: vec![super::hir::Expr::Missing],
        ranges: vec![Default::default()],
        entries: vec![],
        root: super::hir::ExprId(0),
        errors: vec![],
    }
}
