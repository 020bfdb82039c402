//! Settings that ask for the name of a specialisation, which they belong into.

use super::calls::call;
use super::scope::Need;
use super::{Source, wrap};
use crate::findings::Edit;
use rnix::ast;
use rowan::TextRange;
use rowan::ast::AstNode;

/// A setting that compares something with the name of a specialisation.
pub(crate) struct Named {
    /// The name.
    pub(crate) specialisation: String,
    /// The names of the option's path.
    pub(crate) path: Vec<String>,
    /// The binding for the specialisation.
    pub(crate) setting: String,
    /// The edits that take it out of the base, or leave what the base has.
    pub(crate) edits: Vec<Edit>,
}

impl Source {
    /// The setting that the comparison at exactly this range is the condition of: `mkIf (… == "tv") value`, `if … == "tv" then a else b`, or
    /// the comparison itself as a value.
    pub(crate) fn named(&self, comparison: TextRange) -> Option<Named> {
        let condition = wrap::expression(self, comparison)?;
        let specialisation = compared_name(&condition)?;
        let binding = condition.syntax().ancestors().find_map(ast::AttrpathValue::cast)?;
        let mut value = binding.value()?;
        while let ast::Expr::Paren(paren) = value {
            value = paren.expr()?;
        }
        let is_condition = |other: &ast::Expr| other.syntax() == condition.syntax();
        let argument = |value: &ast::Expr| self.as_argument(value.syntax().text_range());
        let (content, rest) = match &value {
            ast::Expr::IfElse(it) if is_condition(&it.condition()?) => {
                (it.body()?.to_string(), Some(argument(&it.else_body()?)?))
            }
            value if value.syntax().text_range() == comparison => {
                ("true".to_owned(), Some("false".to_owned()))
            }
            value => {
                let (function, arguments) = call(value)?;
                let [first, content] = arguments.as_slice() else { return None };
                let is_guard = function == "mkIf" && is_condition(first);
                (is_guard.then(|| content.to_string())?, None)
            }
        };
        let path = path_of(&binding)?;
        let (first, range) = (path.first()?, value.syntax().text_range());
        if matches!(first.as_str(), "specialisation" | "imports" | "options") {
            return None;
        }
        let edits = match rest {
            None => vec![self.removal(binding.syntax().text_range())],
            Some(rest) => {
                let spelling = self.spell(range.start(), &[Need::Lib("mkDefault")])?;
                let mut edits = spelling.edits;
                edits.push(self.edit(range, format!("{} {rest}", spelling.texts.first()?)));
                edits
            }
        };
        let setting = self.outdent(binding.syntax(), &format!("{} = {content};", path.join(".")));
        Some(Named { specialisation, path, setting, edits })
    }
}

/// The text that something is compared with for equality, where it is plainly written.
fn compared_name(comparison: &ast::Expr) -> Option<String> {
    let it = match comparison {
        ast::Expr::Paren(paren) => return compared_name(&paren.expr()?),
        ast::Expr::BinOp(it) => it,
        _ => return None,
    };
    if it.operator() != Some(ast::BinOpKind::Equal) {
        return None;
    }
    let text = |side: ast::Expr| match side {
        ast::Expr::Str(text) => {
            let text = text.to_string();
            let plain = text.strip_prefix('"')?.strip_suffix('"')?;
            (!plain.contains(['"', '\\', '$'])).then(|| plain.to_owned())
        }
        _ => None,
    };
    it.rhs().and_then(text).or_else(|| it.lhs().and_then(text))
}

/// The names of the path of the option that a binding defines in its module; `None` if something else than sets is around it.
fn path_of(binding: &ast::AttrpathValue) -> Option<Vec<String>> {
    let names = |binding: &ast::AttrpathValue| -> Option<Vec<String>> {
        let names = binding.attrpath()?.attrs().map(|attr| match attr {
            ast::Attr::Dynamic(_) => None,
            ast::Attr::Str(text) => Some(text.to_string()).filter(|text| !text.contains(['\\', '$'])),
            ast::Attr::Ident(ident) => Some(ident.to_string()),
        });
        names.collect()
    };
    let mut path = names(binding)?;
    let mut node = ast::AttrSet::cast(binding.syntax().parent()?)?.syntax().clone();
    while let Some(parent) = node.parent() {
        let kind = parent.kind();
        if let Some(around) = ast::AttrpathValue::cast(parent.clone()) {
            path.splice(0..0, names(&around)?);
            // What `let` binds is no setting.
            ast::AttrSet::cast(parent.parent()?)?;
        } else if ast::Lambda::can_cast(kind) {
            break;
        } else if !(ast::AttrSet::can_cast(kind)
            || ast::Paren::can_cast(kind)
            || ast::LetIn::can_cast(kind)
            || ast::With::can_cast(kind)
            || ast::Root::can_cast(kind))
        {
            return None;
        }
        node = parent;
    }
    if path.first().is_some_and(|first| first == "config") {
        path.remove(0);
    }
    Some(path)
}
