//! Adding arguments to the function that a module is, or making it one.

use super::Source;
use super::scope::ancestors;
use crate::findings::Edit;
use rnix::ast;
use rnix::{SyntaxElement, SyntaxNode};
use rowan::ast::AstNode;
use rowan::{TextRange, TextSize};

/// An argument that the module system gives to every module. The order is the one in which people write them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Argument {
    Config,
    Lib,
    Pkgs,
}

impl Argument {
    pub(super) fn name(self) -> &'static str {
        match self {
            Argument::Config => "config",
            Argument::Lib => "lib",
            Argument::Pkgs => "pkgs",
        }
    }
}

/// How the arguments of a module are called.
pub(super) struct Arguments {
    /// What stands in front of their names: `args.`, where the whole argument has a name, or nothing.
    pub(super) prefix: String,
    /// The edits that make them be there.
    pub(super) edits: Vec<Edit>,
}

impl Source {
    /// How the arguments of the module around `offset` are called, none of which are in scope yet. `None` if there is no module
    /// function to which they can be added, nor a set that can be made one.
    pub(super) fn module_arguments(&self, offset: TextSize, wanted: &[Argument]) -> Option<Arguments> {
        let mut wanted = wanted.to_vec();
        wanted.sort();
        wanted.dedup();
        let plain = |edits| Some(Arguments { prefix: String::new(), edits });
        if wanted.is_empty() {
            return plain(Vec::new());
        }
        let body = self.body()?;
        let lambdas: Vec<ast::Lambda> = ancestors(&self.root, offset).filter_map(ast::Lambda::cast).collect();
        // From the outside in: what the outermost module function binds is seen by all that is inside of it.
        for lambda in lambdas.iter().rev() {
            match lambda.param()? {
                ast::Param::IdentParam(param) if lambda.syntax() == body.syntax() => {
                    return Some(Arguments { prefix: format!("{}.", param.ident()?), edits: Vec::new() });
                }
                ast::Param::Pattern(pattern) if pattern.ellipsis_token().is_some() => {
                    let bind = pattern.pat_bind().and_then(|b| b.ident());
                    return match bind {
                        Some(bind) if pattern.pat_entries().next().is_none() => {
                            Some(Arguments { prefix: format!("{bind}."), edits: Vec::new() })
                        }
                        _ => plain(self.with_formals(&pattern, &wanted)),
                    };
                }
                _ => {}
            }
        }
        if matches!(body, ast::Expr::Lambda(_)) {
            // The place is not inside of the module's function.
            return None;
        }
        let names: Vec<&str> = wanted.iter().map(|a| a.name()).collect();
        let start = self.root.children().find_map(ast::Expr::cast)?.syntax().text_range().start();
        let function = format!("{{ {}, ... }}:{}", names.join(", "), self.newline());
        plain(vec![self.edit(TextRange::empty(start), function)])
    }

    /// What the file is, behind `let`, `with`, `assert` and parentheses.
    fn body(&self) -> Option<ast::Expr> {
        let mut body = self.root.children().find_map(ast::Expr::cast)?;
        loop {
            body = match &body {
                ast::Expr::LetIn(it) => it.body()?,
                ast::Expr::With(it) => it.body()?,
                ast::Expr::Assert(it) => it.body()?,
                ast::Expr::Paren(it) => it.expr()?,
                _ => return Some(body),
            };
        }
    }

    /// The edits that add formals to a pattern with `...`: in front of the others, but behind `config`.
    pub(super) fn with_formals(&self, pattern: &ast::Pattern, wanted: &[Argument]) -> Vec<Edit> {
        let mut elements = elements(pattern).into_iter().peekable();
        let mut edits: Vec<Edit> = Vec::new();
        let mut left = wanted.iter().copied().peekable();
        while let Some(element) = elements.next() {
            let is_config =
                element.to_string().split([' ', '?', '\n']).next() == Some(Argument::Config.name());
            if is_config && elements.peek().is_some() {
                continue;
            }
            let start = element.text_range().start();
            let separator = self.separator(pattern, start);
            let text: String = left.by_ref().map(|a| format!("{}{separator}", a.name())).collect();
            edits.push(self.edit(TextRange::empty(start), text));
            break;
        }
        edits
    }

    /// What stands behind a formal that is put in at `start`: in one line, or a line for each, with the comma where the others
    /// have it.
    fn separator(&self, pattern: &ast::Pattern, start: TextSize) -> String {
        let tokens = pattern.syntax().children_with_tokens().filter_map(SyntaxElement::into_token);
        let leading = tokens.filter(|t| t.text() == ",").find_map(|comma| {
            let before = comma.prev_token()?.text().to_owned();
            before.trim().is_empty().then_some(before).filter(|b| b.contains('\n'))
        });
        if let Some(blank) = leading {
            return format!("{blank}, ");
        }
        let text = self.root.text().to_string();
        let before = &text[..usize::from(start)];
        let line = &before[before.rfind('\n').map_or(0, |i| i + 1)..];
        let own_line = before.contains('\n') && line.chars().all(|c| c == ' ' || c == '\t');
        if own_line && pattern.syntax().text().contains_char('\n') {
            format!(",{}{line}", self.newline())
        } else {
            ", ".into()
        }
    }

    /// How the file ends its lines.
    pub(crate) fn newline(&self) -> &'static str {
        if self.root.text().to_string().contains("\r\n") { "\r\n" } else { "\n" }
    }
}

/// The formals of a pattern and its `...`, in the order of the text.
fn elements(pattern: &ast::Pattern) -> Vec<SyntaxElement> {
    let is_formal = |node: &SyntaxNode| ast::PatEntry::can_cast(node.kind());
    let children = pattern.syntax().children_with_tokens();
    let is_element = |e: &SyntaxElement| match e {
        SyntaxElement::Node(node) => is_formal(node),
        SyntaxElement::Token(token) => token.text() == "...",
    };
    children.filter(is_element).collect()
}
