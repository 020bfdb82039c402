//! Functions that make specialisations, for all names of a set or a list: where what each of them has is written once.

use super::Source;
use super::calls::{alias, call};
use crate::findings::Edit;
use rnix::ast::{self, HasEntry};
use rowan::TextRange;
use rowan::ast::AstNode;

/// What the argument with the name is called where it had none.
const NAME: &str = "name";

/// A function that is applied to each name of several specialisations.
pub(crate) struct Maker {
    /// The value and the path of the binding of `configuration` in what it makes.
    pub(crate) configuration: (TextRange, TextRange),
    /// What the name is called in it.
    pub(crate) name: String,
    /// The edits by which it is called that.
    pub(crate) edits: Vec<Edit>,
}

impl Source {
    /// The functions in this file that make specialisations: `specialisation = mapAttrs (name: body: { configuration = …; }) …`, and
    /// `genAttrs`.
    pub(crate) fn makers(&self) -> Vec<Maker> {
        let bindings = self.root.descendants().filter_map(ast::AttrpathValue::cast);
        let bindings = bindings.filter(|binding| {
            let path = binding.attrpath().map(|path| path.to_string());
            matches!(path.as_deref(), Some("specialisation" | "config.specialisation"))
        });
        let calls = bindings.flat_map(|binding| binding.syntax().descendants().filter_map(ast::Apply::cast));
        calls.filter_map(|apply| self.maker(&ast::Expr::Apply(apply))).collect()
    }

    fn maker(&self, expression: &ast::Expr) -> Option<Maker> {
        let (function, arguments) = call(expression)?;
        let (made, more) = match (function.as_str(), arguments.as_slice()) {
            ("mapAttrs", [function, _]) => (function, 1),
            ("genAttrs", [_, function]) => (function, 0),
            _ => return None,
        };
        let function = lambda(made)?;
        let mut result = function.body()?;
        for _ in 0..more {
            result = lambda(&result)?.body()?;
        }
        let configuration = made_set(&result)?
            .attrpath_values()
            .find(|binding| binding.attrpath().is_some_and(|path| path.to_string() == "configuration"))?;
        let range =
            (configuration.value()?.syntax().text_range(), configuration.attrpath()?.syntax().text_range());
        let ast::Param::IdentParam(param) = function.param()? else { return None };
        let param = param.ident()?;
        let name = param.to_string();
        if !name.starts_with('_') {
            return Some(Maker { configuration: range, name, edits: Vec::new() });
        }
        // The name was not asked for, and nothing else may be called by that.
        let idents = function.syntax().descendants().filter_map(ast::Ident::cast);
        let is_taken = idents.into_iter().any(|ident| ident.to_string() == NAME);
        let edit = self.edit(param.syntax().text_range(), NAME);
        (!is_taken).then(|| Maker { configuration: range, name: NAME.to_owned(), edits: vec![edit] })
    }
}

/// The function that an expression is, or the name of.
fn lambda(value: &ast::Expr) -> Option<ast::Lambda> {
    match value {
        ast::Expr::Lambda(lambda) => Some(lambda.clone()),
        ast::Expr::Paren(paren) => lambda(&paren.expr()?),
        ast::Expr::Ident(ident) => match alias(ident)? {
            ast::Expr::Lambda(lambda) => Some(lambda),
            _ => None,
        },
        _ => None,
    }
}

/// The set that a function returns; of two sets that are joined, the last one.
fn made_set(value: &ast::Expr) -> Option<ast::AttrSet> {
    match value {
        ast::Expr::AttrSet(set) => Some(set.clone()),
        ast::Expr::Paren(paren) => made_set(&paren.expr()?),
        ast::Expr::LetIn(it) => made_set(&it.body()?),
        ast::Expr::With(with) => made_set(&with.body()?),
        ast::Expr::BinOp(it) if it.operator() == Some(ast::BinOpKind::Update) => made_set(&it.rhs()?),
        _ => None,
    }
}
