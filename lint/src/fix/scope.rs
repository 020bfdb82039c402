//! How a function of `lib`, or the configuration, is called at a place in a file; with the edits that bring it into scope.

use super::Source;
use super::formals::Argument;
use crate::findings::Edit;
use rnix::SyntaxNode;
use rnix::ast::{self, HasEntry};
use rowan::TextSize;
use rowan::ast::AstNode;

/// Something that new text at a place calls by name.
#[derive(Clone, Copy)]
pub(super) enum Need<'n> {
    /// A function of `lib`.
    Lib(&'n str),
    /// The module's `config`.
    Config,
    /// The module's `pkgs`.
    Pkgs,
}

/// What is needed, as it is called at a place; and what must be edited elsewhere so that it means what it should.
pub(super) struct Spelling {
    pub(super) texts: Vec<String>,
    pub(super) edits: Vec<Edit>,
}

impl Source {
    /// How all of this is called at `offset`, in the form that the file uses. `None` if it cannot be brought into scope there.
    pub(super) fn spell(&self, offset: TextSize, needs: &[Need<'_>]) -> Option<Spelling> {
        let scope = Names::at(&self.root, offset);
        let in_scope: Vec<Option<String>> = needs.iter().map(|need| scope.call(*need)).collect();
        let missing: Vec<Argument> = needs
            .iter()
            .zip(&in_scope)
            .filter(|(_, text)| text.is_none())
            .map(|(need, _)| match need {
                Need::Lib(_) => Argument::Lib,
                Need::Config => Argument::Config,
                Need::Pkgs => Argument::Pkgs,
            })
            .collect();
        let arguments = self.module_arguments(offset, &missing)?;
        let texts = needs.iter().zip(in_scope).map(|(need, text)| match (text, need) {
            (Some(text), _) => text,
            (None, Need::Lib(name)) => format!("{}{}.{name}", arguments.prefix, Argument::Lib.name()),
            (None, Need::Config) => format!("{}{}", arguments.prefix, Argument::Config.name()),
            (None, Need::Pkgs) => format!("{}{}", arguments.prefix, Argument::Pkgs.name()),
        });
        Some(Spelling { texts: texts.collect(), edits: arguments.edits })
    }
}

/// The nodes around `offset`, innermost first.
pub(super) fn ancestors(root: &SyntaxNode, offset: TextSize) -> impl Iterator<Item = SyntaxNode> + use<> {
    root.token_at_offset(offset).right_biased().into_iter().flat_map(|t| t.parent_ancestors())
}

/// The names that are bound at a place.
#[derive(Default)]
struct Names {
    bound: Vec<String>,
    inherited: Vec<String>,
    /// The scopes of `with`, innermost first.
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
                names.add_parameter(&lambda);
            } else if let Some(with) = ast::With::cast(node)
                && let (Some(namespace), Some(body)) = (with.namespace(), with.body())
                && body.syntax().text_range().contains_inclusive(offset)
            {
                names.withs.push(namespace.to_string());
            }
        }
        names
    }

    fn add_parameter(&mut self, lambda: &ast::Lambda) {
        match lambda.param() {
            Some(ast::Param::IdentParam(param)) => {
                self.bound.extend(param.ident().map(|i| i.to_string()));
            }
            Some(ast::Param::Pattern(pattern)) => {
                let formals = pattern.pat_entries().filter_map(|e| e.ident());
                self.bound.extend(formals.map(|i| i.to_string()));
                self.bound.extend(pattern.pat_bind().and_then(|b| b.ident()).map(|i| i.to_string()));
            }
            None => {}
        }
    }

    fn add(&mut self, entries: &impl HasEntry) {
        for entry in entries.entries() {
            match entry {
                ast::Entry::Inherit(inherit) => {
                    let from = inherit.from().and_then(|f| f.expr()).map(|e| e.to_string());
                    let from_lib = from.is_some_and(|f| f.split('.').any(|part| part == "lib"));
                    for attr in inherit.attrs() {
                        let name = attr.to_string();
                        if from_lib {
                            self.inherited.push(name.clone());
                        }
                        self.bound.push(name);
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

    /// How something is called with what is bound here.
    fn call(&self, need: Need<'_>) -> Option<String> {
        let binds = |name: &str| self.bound.iter().any(|n| n == name);
        match need {
            Need::Config => binds("config").then(|| "config".to_owned()),
            Need::Pkgs => binds("pkgs").then(|| "pkgs".to_owned()),
            Need::Lib(name) if self.inherited.iter().any(|n| n == name) => Some(name.to_owned()),
            // What an outer `with` binds, an inner one may hide.
            Need::Lib(name)
                if !binds(name) && self.withs.first().is_some_and(|w| w == "lib" || w == "pkgs.lib") =>
            {
                Some(name.to_owned())
            }
            Need::Lib(name) => binds("lib").then(|| format!("lib.{name}")),
        }
    }
}
