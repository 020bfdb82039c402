//! The configuration of a specialisation in the text: the set that it is, and the function that it may become.

use super::Source;
use super::formals::Argument;
use crate::findings::Edit;
use rnix::ast;
use rowan::ast::AstNode;
use rowan::{TextRange, TextSize};

impl Source {
    /// The set that is the configuration of a specialisation whose binding has this path and value.
    pub(crate) fn configuration_set(&self, value: TextRange, path: TextRange) -> Option<ast::AttrSet> {
        body_set(self.configuration(value, path)?)
    }

    /// The edits that have the configuration of a specialisation, whose binding has this path and value, be a function that is
    /// given its own `config`.
    pub(crate) fn with_own_config(&self, value: TextRange, path: TextRange) -> Option<Vec<Edit>> {
        let mut module = self.configuration(value, path)?;
        while let ast::Expr::Paren(paren) = module {
            module = paren.expr()?;
        }
        match &module {
            ast::Expr::AttrSet(_) | ast::Expr::LetIn(_) | ast::Expr::With(_) => {
                let start = module.syntax().text_range().start();
                let open = self.edit(TextRange::empty(start), "{ config, ... }: ");
                // Behind a call, a function needs parentheses.
                let parent = module.syntax().parent()?;
                if !ast::AttrpathValue::can_cast(parent.kind()) && !ast::Paren::can_cast(parent.kind()) {
                    return None;
                }
                Some(vec![open])
            }
            ast::Expr::Lambda(lambda) => match lambda.param()? {
                ast::Param::Pattern(pattern) => {
                    let edits = self.with_formals(&pattern, &[Argument::Config]);
                    (!edits.is_empty()).then_some(edits)
                }
                // `_: { … }`
                ast::Param::IdentParam(param) => {
                    let range = param.syntax().text_range();
                    let is_unused = self.text(range).starts_with('_');
                    is_unused.then(|| vec![self.edit(range, "{ config, ... }")])
                }
            },
            _ => None,
        }
    }

    /// Whether a place is within the configuration of a specialisation whose binding has this path and value.
    pub(crate) fn is_in_configuration(&self, value: TextRange, path: TextRange, at: TextSize) -> bool {
        self.configuration(value, path).is_some_and(|c| c.syntax().text_range().contains(at))
    }

    /// The value of `configuration`.
    fn configuration(&self, value: TextRange, path: TextRange) -> Option<ast::Expr> {
        let names = self.text(path);
        let value = self.expression_at(value)?;
        if names.ends_with("configuration") {
            return Some(value);
        }
        if names.contains(".configuration.") {
            return None;
        }
        // `specialisation.tv = { configuration = …; }` or the like.
        let set = match value {
            ast::Expr::AttrSet(set) => set,
            _ => return None,
        };
        ast::HasEntry::attrpath_values(&set).find_map(|binding| {
            let path = binding.attrpath()?.to_string();
            (path == "configuration").then(|| binding.value()).flatten()
        })
    }
}

/// The set that a module is, or returns.
fn body_set(value: ast::Expr) -> Option<ast::AttrSet> {
    match value {
        ast::Expr::AttrSet(set) => Some(set),
        ast::Expr::Paren(paren) => body_set(paren.expr()?),
        ast::Expr::Lambda(lambda) => body_set(lambda.body()?),
        ast::Expr::LetIn(it) => body_set(it.body()?),
        ast::Expr::With(with) => body_set(with.body()?),
        _ => None,
    }
}
