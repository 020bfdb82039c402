//! Properties around a binding's value: setting its priority, guarding it.

use super::Source;
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

/// Functions that set a priority, with how many arguments stand before the value.
const PRIORITY_FUNCTIONS: [(&str, usize); 6] = [
    ("mkDefault", 0),
    ("mkForce", 0),
    ("mkOptionDefault", 0),
    ("mkImageMediaOverride", 0),
    ("mkVMOverride", 0),
    ("mkOverride", 1),
];

/// The edits that give the value at `range` this priority, in place of the one that is written there. `None` if it has no value of
/// its own (`inherit`), or if `lib` cannot be brought into scope.
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
    let outer = value.syntax().text_range();
    let (content, outer) = match priority_property(value) {
        Some(content) => (content, outer),
        None => (value.clone(), outer),
    };
    let inner = content.syntax().text_range();
    let Some(function) = level.function() else {
        // Only the property goes, with what stands between it and the value.
        return Some(vec![source.edit(TextRange::new(outer.start(), inner.start()), "")]);
    };
    let spelling = source.lib_function(outer.start(), function)?;
    let mut head = spelling.text;
    if let Level::Number(n) = level {
        head.push_str(&format!(" {n}"));
    }
    let mut edits = spelling.edits;
    let head_range = TextRange::new(outer.start(), inner.start());
    if is_argument(&content) {
        edits.push(source.edit(head_range, format!("{head} ")));
    } else {
        edits.push(source.edit(head_range, format!("{head} (")));
        edits.push(source.edit(TextRange::empty(inner.end()), ")"));
    }
    Some(edits)
}

/// The edits that put the value at `range` under `mkIf (config.specialisation != { })`.
pub fn guard(source: &Source, range: TextRange) -> Option<Vec<Edit>> {
    let value = expression(source, range)?;
    let start = value.syntax().text_range().start();
    let config = source.config(start)?;
    let function = source.lib_function(start, "mkIf")?;
    let mut edits = merge_insertions(function.edits, config.edits);
    let head = format!("{} ({}.specialisation != {{ }}) ", function.text, config.text);
    let range = value.syntax().text_range();
    if is_argument(&value) {
        edits.push(source.edit(TextRange::empty(range.start()), head));
    } else {
        edits.push(source.edit(TextRange::empty(range.start()), format!("{head}(")));
        edits.push(source.edit(TextRange::empty(range.end()), ")"));
    }
    Some(edits)
}

/// Both lists of edits, where two that bring names into scope at the same place become one.
fn merge_insertions(mut edits: Vec<Edit>, more: Vec<Edit>) -> Vec<Edit> {
    for edit in more {
        match edits.iter_mut().find(|e| e.location == edit.location) {
            // `{ lib, ... }:` and `{ config, ... }:` in front of a file.
            Some(same) if edit.text.contains("...") => {
                if let Some((name, _)) = edit.text.trim_start_matches(['{', ' ']).split_once(',') {
                    same.text = same.text.replacen("lib,", &format!("{name}, lib,"), 1);
                }
            }
            Some(same) => same.text.insert_str(0, &edit.text),
            None => edits.push(edit),
        }
    }
    edits
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

/// The values that a priority belongs to: inside `mkIf` and `mkMerge`, which must stay outside of it.
fn leaves(value: ast::Expr) -> Vec<ast::Expr> {
    if let ast::Expr::Paren(paren) = &value
        && let Some(inner) = paren.expr()
        && leaf_call(&inner).is_some()
    {
        return leaves(inner);
    }
    match leaf_call(&value) {
        Some(Inner::One(content)) => leaves(content),
        Some(Inner::Many(contents)) => contents.into_iter().flat_map(leaves).collect(),
        None => vec![value],
    }
}

enum Inner {
    One(ast::Expr),
    Many(Vec<ast::Expr>),
}

fn leaf_call(value: &ast::Expr) -> Option<Inner> {
    let (name, arguments) = call(value)?;
    match (name.as_str(), arguments.as_slice()) {
        ("mkIf", [_, content]) => Some(Inner::One(content.clone())),
        ("mkMerge", [ast::Expr::List(list)]) => Some(Inner::Many(list.items().collect())),
        _ => None,
    }
}

/// The content of a property that sets a priority.
fn priority_property(value: &ast::Expr) -> Option<ast::Expr> {
    let inner = match value {
        ast::Expr::Paren(paren) => return priority_property(&paren.expr()?),
        other => other,
    };
    let (name, arguments) = call(inner)?;
    let (_, before) = PRIORITY_FUNCTIONS.iter().find(|(n, _)| *n == name)?;
    (arguments.len() == before + 1).then(|| arguments[*before].clone())
}

/// A call of a named function: the last part of its name, and the arguments.
fn call(value: &ast::Expr) -> Option<(String, Vec<ast::Expr>)> {
    let mut arguments = Vec::new();
    let mut head = value.clone();
    while let ast::Expr::Apply(apply) = &head {
        arguments.push(apply.argument()?);
        head = apply.lambda()?;
    }
    arguments.reverse();
    let name = match &head {
        ast::Expr::Ident(ident) => ident.to_string(),
        ast::Expr::Select(select) => select.attrpath()?.attrs().last()?.to_string(),
        _ => return None,
    };
    (!arguments.is_empty()).then_some((name, arguments))
}

/// Whether an expression can stand as an argument without parentheses.
fn is_argument(value: &ast::Expr) -> bool {
    match value {
        ast::Expr::Ident(_)
        | ast::Expr::Literal(_)
        | ast::Expr::Str(_)
        | ast::Expr::List(_)
        | ast::Expr::AttrSet(_)
        | ast::Expr::Paren(_)
        | ast::Expr::PathAbs(_)
        | ast::Expr::PathRel(_)
        | ast::Expr::PathHome(_)
        | ast::Expr::PathSearch(_)
        | ast::Expr::LegacyLet(_)
        | ast::Expr::CurPos(_) => true,
        ast::Expr::Select(select) => select.default_expr().is_none(),
        _ => false,
    }
}
