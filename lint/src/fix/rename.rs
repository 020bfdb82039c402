//! Options under another name in the text, where the names of their paths stand in one binding or in several around each other.

use super::Source;
use crate::findings::Edit;
use crate::nixos::table::path::show_option_path;
use crate::syntax::hir::Name;
use rnix::{SyntaxNode, ast};
use rowan::TextRange;
use rowan::ast::AstNode;

/// An option under another name: what is written below `from` then stands below `to`.
pub(crate) struct Renamed {
    /// The edit.
    pub(crate) edit: Edit,
    /// The binding that it is made in: what is inside of it moves along.
    pub(crate) binding: TextRange,
    /// How many names of the old path the binding leads to, and how many of the new one.
    pub(crate) depths: (usize, usize),
}

/// A binding around an option's value, with the names of the option's path that it has.
struct Level {
    binding: TextRange,
    /// How many names of the path stand outside of it, and how many lead to what it binds.
    names: (usize, usize),
    /// Where each of its own names stands.
    ranges: Vec<TextRange>,
}

impl Source {
    /// Where the name at a depth of an option's path stands, if the binding with this attribute path defines the option.
    pub(crate) fn name_of(&self, path: TextRange, option: &[Name], depth: usize) -> Option<TextRange> {
        let level = self.levels(path, option).into_iter().find(|level| level.names.0 <= depth)?;
        level.ranges.get(depth - level.names.0).copied()
    }

    /// Where a name stands in this attribute path, right behind another one.
    pub(crate) fn name_behind(&self, path: TextRange, before: &str, name: &str) -> Option<TextRange> {
        let element = self.root.covering_element(path);
        let attrpath = element.ancestors().find_map(ast::Attrpath::cast)?;
        let attrs: Vec<ast::Attr> = attrpath.attrs().collect();
        let pair =
            attrs.windows(2).find(|pair| is_written(&pair[0], before) && is_written(&pair[1], name))?;
        Some(pair[1].syntax().text_range())
    }

    /// The edit after which the binding with this attribute path defines another option: in itself if that can be, else in a
    /// binding around it.
    pub(crate) fn renamed(&self, path: TextRange, from: &[Name], to: &[Name]) -> Option<Renamed> {
        self.levels(path, from).into_iter().find_map(|level| {
            let (start, end) = level.names;
            let rest = &from[end..];
            if to.get(..start)? != &from[..start] || !to.ends_with(rest) {
                return None;
            }
            let new = to.get(start..to.len() - rest.len()).filter(|new| !new.is_empty())?;
            // What they have in common at the start stays as it is written.
            let same = from[start..end].iter().zip(new).take_while(|(a, b)| a == b).count();
            let same = same.min(end - start - 1).min(new.len() - 1);
            let range = level.ranges.get(same)?.cover(*level.ranges.last()?);
            let edit = self.edit(range, show_option_path(&new[same..]));
            Some(Renamed { edit, binding: level.binding, depths: (end, to.len() - rest.len()) })
        })
    }

    /// The bindings that an option's path is written in, from the innermost, which has this attribute path, outward.
    fn levels(&self, path: TextRange, option: &[Name]) -> Vec<Level> {
        let mut levels: Vec<Level> = Vec::new();
        let element = self.root.covering_element(path);
        let is_inherited = |node: &SyntaxNode| ast::Inherit::can_cast(node.kind());
        let is_start = |node: &SyntaxNode| {
            let binding = ast::AttrpathValue::cast(node.clone()).and_then(|binding| binding.attrpath());
            binding.is_some_and(|attrpath| attrpath.syntax().text_range() == path) || is_inherited(node)
        };
        let mut end = option.len();
        for node in element.ancestors().skip_while(|node| !is_start(node)) {
            if is_inherited(&node) {
                // The last name is that of a variable as well.
                end = end.saturating_sub(1);
            }
            let Some(binding) = ast::AttrpathValue::cast(node) else { continue };
            let Some(attrpath) = binding.attrpath() else { break };
            let attrs: Vec<ast::Attr> = attrpath.attrs().collect();
            // In front may stand names that are none of the option's: `config`, `specialisation.tv.configuration`.
            let own = attrs.len().min(end);
            let attrs = &attrs[attrs.len() - own..];
            let start = end - own;
            let fits = attrs.iter().zip(&option[start..end]).all(|(attr, name)| is_written(attr, name));
            if own == 0 || !fits {
                break;
            }
            let ranges = attrs.iter().map(|attr| attr.syntax().text_range()).collect();
            levels.push(Level { binding: binding.syntax().text_range(), names: (start, end), ranges });
            end = start;
        }
        levels
    }
}

/// Whether a name of an attribute path is this one, and plainly written.
fn is_written(attr: &ast::Attr, name: &str) -> bool {
    let text = attr.to_string();
    text == name || text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) == Some(name)
}
