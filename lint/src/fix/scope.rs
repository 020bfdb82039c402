//! How a function of `lib`, or the configuration, is called at a place in a file; with the edits that bring it into scope.

use super::Source;
use crate::findings::Edit;
use rnix::SyntaxNode;
use rnix::ast::{self, HasEntry};
use rowan::ast::AstNode;
use rowan::{TextRange, TextSize};

/// A name at a place, and what must be edited elsewhere so that it means what it should.
pub(super) struct Spelling {
    pub(super) text: String,
    pub(super) edits: Vec<Edit>,
}

impl Source {
    /// How `lib.NAME` is called at `offset`, in the form that the file uses.
    pub(super) fn lib_function(&self, offset: TextSize, name: &str) -> Option<Spelling> {
        let scope = Names::at(&self.root, offset);
        let plain = |text: String| Some(Spelling { text, edits: Vec::new() });
        if scope.inherits(name) {
            return plain(name.to_owned());
        }
        if scope.binds(name) {
            // The name means something else here, or is hard to tell.
            return if scope.binds("lib") { plain(format!("lib.{name}")) } else { None };
        }
        if scope.withs.iter().any(|w| w == "lib" || w == "pkgs.lib") {
            return plain(name.to_owned());
        }
        if scope.binds("lib") {
            return plain(format!("lib.{name}"));
        }
        let (argument, edits) = self.module_argument(offset, "lib")?;
        Some(Spelling { text: format!("{argument}.{name}"), edits })
    }

    /// How the module's `config` is called at `offset`.
    pub(super) fn config(&self, offset: TextSize) -> Option<Spelling> {
        if Names::at(&self.root, offset).binds("config") {
            return Some(Spelling { text: "config".into(), edits: Vec::new() });
        }
        let (text, edits) = self.module_argument(offset, "config")?;
        Some(Spelling { text, edits })
    }

    /// How the argument `name` of the file's outermost function is called, and the edits that make it be there.
    fn module_argument(&self, offset: TextSize, name: &str) -> Option<(String, Vec<Edit>)> {
        let outermost = ancestors(&self.root, offset).filter_map(ast::Lambda::cast).last();
        let Some(lambda) = outermost else {
            let root = self.root.children().find_map(ast::Expr::cast)?;
            let start = TextRange::empty(root.syntax().text_range().start());
            return Some((name.to_owned(), vec![self.edit(start, format!("{{ {name}, ... }}:\n"))]));
        };
        match lambda.param()? {
            ast::Param::IdentParam(param) => Some((format!("{}.{name}", param.ident()?), Vec::new())),
            ast::Param::Pattern(pattern) => {
                if let Some(bind) = pattern.pat_bind().and_then(|b| b.ident())
                    && pattern.pat_entries().next().is_none()
                {
                    return Some((format!("{bind}.{name}"), Vec::new()));
                }
                let edit = match pattern.pat_entries().next() {
                    Some(first) => {
                        let start = first.syntax().text_range().start();
                        let separator = self.separator(&pattern, start);
                        self.edit(TextRange::empty(start), format!("{name},{separator}"))
                    }
                    None => {
                        let token = |text: &str| {
                            let mut tokens =
                                pattern.syntax().children_with_tokens().filter_map(|e| e.into_token());
                            tokens.find(|t| t.text() == text)
                        };
                        let open = token("{")?.text_range().end();
                        let close = token("}")?.text_range().start();
                        self.edit(TextRange::new(open, close), format!(" {name}, ... "))
                    }
                };
                Some((name.to_owned(), vec![edit]))
            }
        }
    }

    /// What stands between formals: a blank, or a new line with the indentation of the first, where each has its own line.
    fn separator(&self, pattern: &ast::Pattern, first: TextSize) -> String {
        let text = self.root.text().to_string();
        let before = &text[..usize::from(first)];
        let line = &before[before.rfind('\n').map_or(0, |i| i + 1)..];
        let own_line = line.chars().all(|c| c == ' ' || c == '\t');
        if own_line && pattern.syntax().text().contains_char('\n') { format!("\n{line}") } else { " ".into() }
    }
}

/// The nodes around `offset`, innermost first.
fn ancestors(root: &SyntaxNode, offset: TextSize) -> impl Iterator<Item = SyntaxNode> + use<> {
    root.token_at_offset(offset).right_biased().into_iter().flat_map(|t| t.parent_ancestors())
}

/// The names that are bound at a place.
#[derive(Default)]
struct Names {
    bound: Vec<String>,
    inherited: Vec<String>,
    withs: Vec<String>,
}

impl Names {
    fn at(root: &SyntaxNode, offset: TextSize) -> Self {
        let mut names = Names::default();
        for node in ancestors(root, offset) {
            if let Some(it) = ast::LetIn::cast(node.clone()) {
                names.add(&it);
            } else if let Some(set) = ast::AttrSet::cast(node.clone()) {
                if set.rec_token().is_some() {
                    names.add(&set);
                }
            } else if let Some(lambda) = ast::Lambda::cast(node.clone()) {
                match lambda.param() {
                    Some(ast::Param::IdentParam(param)) => {
                        names.bound.extend(param.ident().map(|i| i.to_string()))
                    }
                    Some(ast::Param::Pattern(pattern)) => {
                        names
                            .bound
                            .extend(pattern.pat_entries().filter_map(|e| e.ident()).map(|i| i.to_string()));
                        names.bound.extend(pattern.pat_bind().and_then(|b| b.ident()).map(|i| i.to_string()));
                    }
                    None => {}
                }
            } else if let Some(with) = ast::With::cast(node)
                && let (Some(namespace), Some(body)) = (with.namespace(), with.body())
                && body.syntax().text_range().contains_inclusive(offset)
            {
                names.withs.push(namespace.to_string());
            }
        }
        names
    }

    fn add(&mut self, entries: &impl HasEntry) {
        for entry in entries.entries() {
            match entry {
                ast::Entry::Inherit(inherit) => {
                    let from = inherit.from().is_some();
                    for attr in inherit.attrs() {
                        self.bound.push(attr.to_string());
                        if from {
                            self.inherited.push(attr.to_string());
                        }
                    }
                }
                ast::Entry::AttrpathValue(binding) => {
                    let Some(name) = binding.attrpath().and_then(|p| p.attrs().next()) else { continue };
                    let name = name.to_string();
                    // `mkDefault = lib.mkDefault;` is as good as inheriting it.
                    if binding.value().is_some_and(|v| v.to_string().ends_with(&format!("lib.{name}"))) {
                        self.inherited.push(name.clone());
                    }
                    self.bound.push(name);
                }
            }
        }
    }

    fn binds(&self, name: &str) -> bool {
        self.bound.iter().any(|n| n == name)
    }

    fn inherits(&self, name: &str) -> bool {
        self.inherited.iter().any(|n| n == name)
    }
}
