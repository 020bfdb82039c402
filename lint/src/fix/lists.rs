//! Lists whose elements become bindings of their own.

use super::{Source, indentation};
use crate::findings::Edit;
use rnix::SyntaxKind;
use rnix::ast::{self, HasEntry};
use rowan::TextRange;
use rowan::ast::AstNode;

/// An element of a list.
pub(crate) struct Element {
    /// Its text, whose further lines are as far in as if it stood at the start of its own.
    pub(crate) text: String,
    /// The comments in the lines above it.
    pub(crate) comments: Vec<String>,
    /// The name of the file that it is the path of, or of that file's folder.
    pub(crate) file: Option<String>,
}

impl Source {
    /// The elements of the list at exactly this range; `None` if it is none, or if it is not certain which element a comment is about.
    pub(crate) fn elements(&self, range: TextRange) -> Option<Vec<Element>> {
        let ast::Expr::List(list) = self.expression_at(range)? else { return None };
        let (mut elements, mut comments) = (Vec::new(), Vec::new());
        let mut is_at_start = false;
        for part in list.syntax().children_with_tokens() {
            match part {
                rowan::NodeOrToken::Token(token) if token.kind() == SyntaxKind::TOKEN_COMMENT => {
                    if !is_at_start || !token.text().starts_with('#') {
                        return None;
                    }
                    comments.push(token.text().trim_end().to_owned());
                }
                rowan::NodeOrToken::Token(token) => is_at_start = token.text().contains('\n'),
                rowan::NodeOrToken::Node(node) => {
                    let text = self.outdent(&node, &node.to_string());
                    let file = file_name(&ast::Expr::cast(node)?);
                    elements.push(Element { text, comments: std::mem::take(&mut comments), file });
                    is_at_start = false;
                }
            }
        }
        comments.is_empty().then_some(elements)
    }

    /// The edits that put other bindings, each of several lines, in place of the one at `range`, which defines what stands at `path`: by that
    /// path, or by the last name of it in a set. That set goes as well if nothing else is in it.
    pub(crate) fn in_place_of(
        &self,
        range: TextRange,
        path: (&str, &str),
        bindings: &[Vec<String>],
    ) -> Option<Vec<Edit>> {
        let binding = self.binding_at(range)?;
        let names = |binding: &ast::AttrpathValue| binding.attrpath().map(|path| path.to_string());
        let replaced = |binding: &ast::AttrpathValue, comments: &[String]| {
            let indent = indentation(binding.syntax());
            let blank = indent.map_or(" ".to_owned(), |indent| format!("{}{indent}", self.newline()));
            let texts = comments.iter().chain(bindings.iter().flatten());
            let lines = texts.flat_map(|text| text.split('\n'));
            let lines: Vec<&str> = lines.map(|line| line.trim_end_matches('\r')).collect();
            if blank == " " && lines.iter().any(|line| line.starts_with('#')) {
                return None;
            }
            Some(vec![self.edit(binding.syntax().text_range(), lines.join(&blank))])
        };
        let name = names(&binding)?;
        if name == format!("{}.{}", path.0, path.1) {
            return replaced(&binding, &[]);
        }
        let set = ast::AttrSet::cast(binding.syntax().parent()?)?;
        let around = ast::AttrpathValue::cast(set.syntax().parent()?)?;
        if name != path.1 || names(&around)? != path.0 {
            return None;
        }
        if set.entries().count() == 1 {
            let parts = set.syntax().children_with_tokens();
            let comments = parts.filter(|part| part.kind() == SyntaxKind::TOKEN_COMMENT);
            return replaced(&around, &comments.map(|part| part.to_string()).collect::<Vec<_>>());
        }
        let mut edits = vec![self.removal(range)];
        let newline = format!("{}{}", self.newline(), indentation(around.syntax())?);
        let text = bindings.iter().flatten().map(|text| text.replace('\n', &newline));
        edits.push(self.binding_before(&around, &text.collect::<Vec<_>>().join(&newline)));
        Some(edits)
    }
}

/// The name of the file that a path leads to, without its ending; of `default.nix` that of its folder.
fn file_name(path: &ast::Expr) -> Option<String> {
    let ast::Expr::PathRel(path) = path else { return None };
    let text = path.to_string();
    let text = text.strip_suffix("/default.nix").unwrap_or(&text);
    let name = text.rsplit('/').next()?;
    let name = name.strip_suffix(".nix").unwrap_or(name);
    let is_plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
    is_plain.then(|| name.to_owned())
}
