//! The configuration of a specialisation in the text: the set that it is, and the function that it may become.

use super::Source;
use super::formals::Argument;
use crate::eval::paths;
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
    pub fn with_own_config(&self, value: TextRange, path: TextRange) -> Option<Vec<Edit>> {
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

    /// The edit that has the configuration of a specialisation, whose binding has this path and value, import the files at `modules`,
    /// which are absolute paths.
    pub(crate) fn import(&self, value: TextRange, path: TextRange, modules: &[&str]) -> Option<Edit> {
        let set = self.configuration_set(value, path)?;
        let modules: Option<Vec<String>> =
            modules.iter().map(|module| relative(&self.path, module)).collect();
        let modules = modules?;
        let is_imports = |binding: &ast::AttrpathValue| {
            binding.attrpath().is_some_and(|path| path.to_string() == "imports")
        };
        if let Some(imports) = ast::HasEntry::attrpath_values(&set).find(is_imports) {
            let ast::Expr::List(list) = imports.value()? else { return None };
            let end = list.r_brack_token()?.text_range().start();
            return Some(match list.items().last() {
                Some(last) => {
                    let indent = super::indentation(last.syntax());
                    let blank = indent.map_or(" ".to_owned(), |indent| format!("{}{indent}", self.newline()));
                    let at = TextRange::empty(last.syntax().text_range().end());
                    self.edit(at, format!("{blank}{}", modules.join(&blank)))
                }
                None => self.edit(TextRange::empty(end), format!("{} ", modules.join(" "))),
            });
        }
        self.first_binding(&set, &format!("imports = [ {} ];", modules.join(" ")))
    }

    /// The edit that adds a binding at the top of a set.
    pub(crate) fn first_binding(&self, set: &ast::AttrSet, binding: &str) -> Option<Edit> {
        let mut open = set.l_curly_token()?.text_range().end();
        let text = set.syntax().text().to_string();
        let inserted = match set.syntax().children().next() {
            Some(first) if text.contains('\n') => {
                // A comment behind the brace is about what stands before it.
                open = trailing_comment(set).unwrap_or(open);
                format!("{}{}{binding}", self.newline(), super::indentation(&first)?)
            }
            Some(_) => format!(" {binding}"),
            None if text.contains(['#', '*']) => return None,
            None => {
                let close = set.r_curly_token()?.text_range().start();
                return Some(self.edit(TextRange::new(open, close), format!(" {binding} ")));
            }
        };
        Some(self.edit(TextRange::empty(open), inserted))
    }

    /// Whether a place is within the configuration of a specialisation whose binding has this path and value.
    pub(crate) fn is_in_configuration(&self, value: TextRange, path: TextRange, at: TextSize) -> bool {
        self.configuration(value, path).is_some_and(|c| c.syntax().text_range().contains(at))
    }

    /// The value of `configuration`.
    pub(super) fn configuration(&self, value: TextRange, path: TextRange) -> Option<ast::Expr> {
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

/// The path of a file as another file writes it; `None` where it cannot be written plainly.
fn relative(from: &str, to: &str) -> Option<String> {
    let mut from: Vec<&str> = paths::parent(from).split('/').collect();
    let mut to: Vec<&str> = to.split('/').collect();
    while from.first() == to.first() && to.len() > 1 && !from.is_empty() {
        from.remove(0);
        to.remove(0);
    }
    let up = if from.is_empty() { "./".to_owned() } else { "../".repeat(from.len()) };
    let path = format!("{up}{}", to.join("/"));
    let path = path.strip_suffix("/default.nix").unwrap_or(&path);
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+".contains(c);
    path.chars().all(is_plain).then(|| path.to_owned())
}

/// Where a comment ends that stands behind the brace that opens a set.
fn trailing_comment(set: &ast::AttrSet) -> Option<TextSize> {
    let mut token = set.l_curly_token()?.next_token()?;
    if token.kind() == rnix::SyntaxKind::TOKEN_WHITESPACE && !token.text().contains('\n') {
        token = token.next_token()?;
    }
    let is_comment = token.kind() == rnix::SyntaxKind::TOKEN_COMMENT && token.text().starts_with('#');
    let end = token.text().trim_end_matches('\r');
    is_comment.then(|| token.text_range().start() + TextSize::of(end))
}

/// The set that a module is, or returns.
pub(super) fn body_set(value: ast::Expr) -> Option<ast::AttrSet> {
    match value {
        ast::Expr::AttrSet(set) => Some(set),
        ast::Expr::Paren(paren) => body_set(paren.expr()?),
        ast::Expr::Lambda(lambda) => body_set(lambda.body()?),
        ast::Expr::LetIn(it) => body_set(it.body()?),
        ast::Expr::With(with) => body_set(with.body()?),
        _ => None,
    }
}
