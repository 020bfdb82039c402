//! Properties around a binding's value: setting its priority, guarding it.

use super::Source;
use super::calls::{is_argument, leaves, priority_property};
use super::scope::Need;
use crate::findings::Edit;
use crate::nixos::priority;
use rnix::SyntaxNode;
use rnix::ast;
use rowan::TextRange;
use rowan::ast::AstNode;

/// A priority, as it is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Level {
    /// `mkDefault`
    Default,
    /// Without any property.
    Plain,
    /// `mkForce`
    Force,
    /// `mkOverride n`
    Number(i64),
}

impl Level {
    /// The level of a priority.
    pub fn of(number: i64) -> Self {
        match number {
            priority::DEFAULT => Level::Default,
            priority::PLAIN => Level::Plain,
            priority::FORCE => Level::Force,
            n => Level::Number(n),
        }
    }

    fn function(self) -> Option<&'static str> {
        match self {
            Level::Default => Some("mkDefault"),
            Level::Plain => None,
            Level::Force => Some("mkForce"),
            Level::Number(_) => Some("mkOverride"),
        }
    }

    /// How it is called in a sentence.
    pub fn describe(self) -> String {
        match self {
            Level::Plain => "a plain value".into(),
            Level::Number(n) => format!("`mkOverride {n}`"),
            other => format!("`{}`", other.function().unwrap_or_default()),
        }
    }
}

/// The edits that give the value at `range` this priority, in place of the one that is written there. `None` if `lib` cannot be
/// brought into scope.
pub fn set_priority(source: &Source, range: TextRange, level: Level) -> Option<Vec<Edit>> {
    let value = expression(source, range)?;
    let mut edits = Vec::new();
    for leaf in leaves(value) {
        edits.extend(set_one(source, &leaf, level)?);
    }
    edits.sort();
    edits.dedup();
    Some(edits)
}

fn set_one(source: &Source, value: &ast::Expr, level: Level) -> Option<Vec<Edit>> {
    let property = priority_property(value);
    let Some(function) = level.function() else {
        let property = property?;
        // Only the property goes, with the blanks behind it; a comment stays.
        let head = property.head;
        let text = source.text(TextRange::new(head.end(), property.content.start()));
        let blanks = text.len() - text.trim_start().len();
        let end = head.end() + rowan::TextSize::new(u32::try_from(blanks).ok()?);
        return Some(vec![source.edit(TextRange::new(head.start(), end), "")]);
    };
    let start = value.syntax().text_range().start();
    let spelling = source.spell(start, &[Need::Lib(function)])?;
    let mut head = spelling.texts.into_iter().next()?;
    if let Level::Number(n) = level {
        head.push_str(&format!(" {n}"));
    }
    let mut edits = spelling.edits;
    match property {
        Some(property) => edits.push(source.edit(property.head, head)),
        None => edits.extend(call_with(source, value, &head)?),
    }
    Some(edits)
}

/// The edits that put the value at `range` under `mkIf (config.specialisation != { })`.
pub fn guard(source: &Source, range: TextRange) -> Option<Vec<Edit>> {
    let value = expression(source, range)?;
    let spelling = source.spell(range.start(), &[Need::Lib("mkIf"), Need::Config])?;
    let [function, config] = spelling.texts.as_slice() else { return None };
    let mut edits = spelling.edits;
    edits.extend(call_with(source, &value, &format!("{function} ({config}.specialisation != {{ }})"))?);
    Some(edits)
}

/// The edits that force an option to a value in the configuration of a specialisation, whose binding has this path and value. The
/// value is Nix that may ask for `pkgs`.
pub(crate) fn force_in(
    source: &Source,
    (value, path): (TextRange, TextRange),
    option: &str,
    forced: &str,
) -> Option<Vec<Edit>> {
    let set = source.configuration_set(value, path)?;
    // Behind the brace, where the names are bound that the new binding can use.
    let start = set
        .syntax()
        .first_child()
        .map_or(set.syntax().text_range().start(), |first| first.text_range().start());
    let needs: &[Need<'_>] =
        if forced.contains("pkgs.") { &[Need::Lib("mkForce"), Need::Pkgs] } else { &[Need::Lib("mkForce")] };
    let spelling = source.spell(start, needs)?;
    let function = spelling.texts.first()?;
    let forced = match spelling.texts.get(1) {
        Some(pkgs) if pkgs != "pkgs" => forced.replace("pkgs.", &format!("{pkgs}.")),
        _ => forced.to_owned(),
    };
    let mut edits = spelling.edits;
    edits.push(source.first_binding(&set, &format!("{option} = {function} {forced};"))?);
    Some(edits)
}

impl Source {
    /// The expression at exactly this range as it stands as an argument or an element: in parentheses if it needs them.
    pub fn as_argument(&self, range: TextRange) -> Option<String> {
        let value = expression(self, range)?;
        Some(if is_argument(&value) { value.to_string() } else { format!("({value})") })
    }
}

/// The edits that make `value` the last argument of a call that starts with `head`.
fn call_with(source: &Source, value: &ast::Expr, head: &str) -> Option<Vec<Edit>> {
    let parent = value.syntax().parent()?;
    if let Some(inherit) = ast::Inherit::cast(parent.clone()) {
        return bind_inherited(source, &inherit, value, head);
    }
    let (mut open, mut close) = (format!("{head} "), String::new());
    if !is_argument(value) {
        open.push('(');
        close.push(')');
    }
    if ast::Apply::can_cast(parent.kind()) || ast::List::can_cast(parent.kind()) {
        open.insert(0, '(');
        close.push(')');
    }
    let range = value.syntax().text_range();
    let mut edits = vec![source.edit(TextRange::empty(range.start()), open)];
    if !close.is_empty() {
        edits.push(source.edit(TextRange::empty(range.end()), close));
    }
    Some(edits)
}

/// The same for a name that is inherited: it gets a binding of its own.
fn bind_inherited(
    source: &Source,
    inherit: &ast::Inherit,
    name: &ast::Expr,
    head: &str,
) -> Option<Vec<Edit>> {
    let value = match inherit.from() {
        Some(from) => {
            let from = from.expr()?;
            let text = from.to_string();
            if is_argument(&from) { format!("{text}.{name}") } else { format!("({text}).{name}") }
        }
        None => name.to_string(),
    };
    let binding = format!("{name} = {head} {value};");
    let whole = inherit.syntax().text_range();
    let range = name.syntax().text_range();
    if inherit.attrs().count() == 1 {
        let has_comment = source.text(whole).contains(['#', '*']);
        return (!has_comment).then(|| vec![source.edit(whole, binding)]);
    }
    // The name goes with the blanks in front of it.
    let blank = name.syntax().prev_sibling_or_token().filter(|t| t.to_string().trim().is_empty());
    let start = blank.map_or(range.start(), |blank| blank.text_range().start());
    Some(vec![
        source.edit(TextRange::new(start, range.end()), ""),
        source.edit(TextRange::empty(whole.end()), format!(" {binding}")),
    ])
}

/// The expression at exactly this range, or the one that it is without parentheses.
pub(super) fn expression(source: &Source, range: TextRange) -> Option<ast::Expr> {
    if range.is_empty() {
        return None;
    }
    let mut node: SyntaxNode = match source.root.covering_element(range) {
        rowan::NodeOrToken::Node(node) => node,
        rowan::NodeOrToken::Token(token) => token.parent()?,
    };
    // The outermost node of that range: parentheses around it belong to it.
    while let Some(parent) = node.parent()
        && (parent.text_range() == range || ast::Paren::can_cast(parent.kind()))
        && ast::Expr::can_cast(parent.kind())
    {
        node = parent;
    }
    ast::Expr::cast(node)
}
