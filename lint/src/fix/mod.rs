//! Mends: edits that change one thing, and the judgement whether they change anything else.
//!
//! A mend after which the finding is still there, or after which something else fails, is dropped; one that leaves every other
//! prediction as it was is safe.

mod additions;
pub mod apply;
mod calls;
mod configuration;
mod formals;
mod judge;
mod lists;
mod makers;
mod modules;
mod named;
mod rename;
mod scope;
mod wrap;

pub use judge::{Edited, Fixer, Target, Trial, Try};
pub(crate) use named::Named;
pub(crate) use wrap::force_in;
pub use wrap::{Level, guard, set_priority};

use crate::findings::{Edit, Location};
use crate::rules::Texts;
use rowan::ast::AstNode;
use rowan::{TextRange, TextSize};

/// The byte order mark.
const MARK: char = '\u{feff}';

/// A file that is to be mended: its text parsed anew, since trees are not kept.
pub struct Source {
    path: std::sync::Arc<str>,
    root: rnix::SyntaxNode,
}

impl Source {
    /// The file at `path`; `None` if it cannot be read or is not text.
    pub fn open(texts: &dyn Texts, path: &str) -> Option<Self> {
        let text = texts.text(path)?;
        // What was replaced because it is no text cannot be written back.
        if text.contains(char::REPLACEMENT_CHARACTER) {
            return None;
        }
        // Blanks in place of a byte order mark leave all offsets as they are.
        let root = match text.strip_prefix(MARK) {
            Some(body) => rnix::Root::parse(&format!("{:1$}{body}", "", MARK.len_utf8())),
            None => rnix::Root::parse(&text),
        };
        Some(Source { path: path.into(), root: root.syntax() })
    }

    /// The text of a range.
    pub fn text(&self, range: TextRange) -> String {
        let text = self.root.text();
        if text.len() < range.end() { String::new() } else { text.slice(range).to_string() }
    }

    /// The expression at exactly this range.
    pub fn expression_at(&self, range: TextRange) -> Option<rnix::ast::Expr> {
        wrap::expression(self, range)
    }

    /// Whether the expression at exactly this range is `mkIf` with a condition, and nothing that it is the condition of.
    pub(crate) fn is_bare_condition(&self, range: TextRange) -> bool {
        let called = self.expression_at(range).and_then(|value| calls::call(&value));
        called.is_some_and(|(name, arguments)| name == "mkIf" && arguments.len() == 1)
    }

    /// Where `name` stands in the path of the selection at exactly this range; `None` if it stands there twice, or not at all.
    pub fn selected(&self, range: TextRange, name: &str) -> Option<TextRange> {
        let rnix::ast::Expr::Select(select) = self.expression_at(range)? else { return None };
        let mut found = select.attrpath()?.attrs().filter(|attr| {
            let text = attr.to_string();
            text == name || text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) == Some(name)
        });
        let attr = found.next().filter(|_| found.next().is_none())?;
        Some(attr.syntax().text_range())
    }

    /// Where the only string within a range stands that says this, plainly written.
    pub fn string(&self, range: TextRange, text: &str) -> Option<TextRange> {
        // What has escapes is not plain. (What rnix makes of strings that are not closed cannot be asked.)
        let plain = format!("\"{text}\"");
        let says = |string: &rnix::ast::Str| !text.contains(['"', '\\', '$']) && string.to_string() == plain;
        let strings = self.root.descendants().filter(|node| range.contains_range(node.text_range()));
        let mut strings = strings.filter_map(rnix::ast::Str::cast).filter(says);
        let string = strings.next().filter(|_| strings.next().is_none())?;
        Some(string.syntax().text_range())
    }

    /// The edit that adds an element in front of the others of the list at exactly this range.
    pub fn first_element(&self, range: TextRange, element: &str) -> Option<Edit> {
        let rnix::ast::Expr::List(list) = self.expression_at(range)? else { return None };
        let open = list.l_brack_token()?.text_range().end();
        Some(self.edit(TextRange::empty(open), format!(" {element}")))
    }

    /// The edit that takes a binding out: with its line, if nothing else stands in that, and with the comments that suppress what is found
    /// in it.
    pub fn removal(&self, range: TextRange) -> Edit {
        let text = self.root.text().to_string();
        let (before, after) = (&text[..usize::from(range.start())], &text[usize::from(range.end())..]);
        let indent = before.len() - before.trim_end_matches([' ', '\t']).len();
        let rest = after.find('\n').map_or(after.len(), |i| i + 1);
        let behind = after[..rest].trim();
        let is_first = before[..before.len() - indent].ends_with('\n');
        let (start, end) = match is_first && (behind.is_empty() || is_about_binding(behind)) {
            true => (before.len() - indent - self.comments_above(range.start()).len(), rest),
            // Of the blanks on both sides of it one stays.
            false if before.ends_with(' ') => {
                (before.len(), after.len() - after.trim_start_matches(' ').len())
            }
            false => (before.len(), 0),
        };
        let whole = TextRange::new(TextSize::of(&before[..start]), range.end() + TextSize::of(&after[..end]));
        self.edit(whole, "")
    }

    /// The lines above a binding in whose line nothing else stands in front of it, which suppress what is found in it.
    fn comments_above(&self, start: TextSize) -> String {
        let text = self.root.text().to_string();
        let before = &text[..usize::from(start)];
        let above = &before[..before.rfind('\n').map_or(0, |newline| newline + 1)];
        let mut from = above.len();
        while let Some(line) = above[..from].split_inclusive('\n').next_back() {
            if !is_about_binding(line.trim()) {
                break;
            }
            from -= line.len();
        }
        above[from..].to_owned()
    }

    fn edit(&self, range: TextRange, text: impl Into<String>) -> Edit {
        Edit { location: Location::new(&self.path, range), text: text.into() }
    }
}

/// Whether a line is a comment that suppresses what is found in the binding below it or in front of it, and nothing else.
fn is_about_binding(line: &str) -> bool {
    suppression(line) == Some("ignore")
}

/// Whether a line is a comment that suppresses, or no longer, what is found in all that follows.
fn is_about_more(line: &str) -> bool {
    suppression(line).is_some_and(|word| word != "ignore")
}

/// What the suppression is called that a line is.
fn suppression(line: &str) -> Option<&str> {
    let rest = line.strip_prefix('#')?.trim_start().strip_prefix("speclint:")?;
    rest.trim_start().split(|c: char| !c.is_alphabetic() && c != '-').next()
}

/// The white space in front of a node in its line; `None` if something else stands there.
pub fn indentation(node: &rnix::SyntaxNode) -> Option<String> {
    let before = node.first_token()?.prev_token()?;
    let (_, indent) = before.text().rsplit_once('\n')?;
    indent.chars().all(|c| c == ' ' || c == '\t').then(|| indent.to_owned())
}
