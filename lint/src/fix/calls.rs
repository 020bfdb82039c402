//! Calls of functions of `lib`, however the file names them.

use rnix::ast::{self, HasEntry};
use rowan::TextRange;
use rowan::ast::AstNode;

/// Functions that set a priority, with how many arguments stand before the value.
const PRIORITY_FUNCTIONS: [(&str, usize); 6] = [
    ("mkDefault", 0),
    ("mkForce", 0),
    ("mkOptionDefault", 0),
    ("mkImageMediaOverride", 0),
    ("mkVMOverride", 0),
    ("mkOverride", 1),
];

/// How many names may stand for each other.
const MAX_ALIASES: usize = 8;

/// A property that sets a priority.
pub(super) struct Property {
    /// The function, with its number if it has one.
    pub(super) head: TextRange,
    /// What it is applied to.
    pub(super) content: TextRange,
}

/// The property that a value is, perhaps in parentheses.
pub(super) fn priority_property(value: &ast::Expr) -> Option<Property> {
    if let ast::Expr::Paren(paren) = value {
        return priority_property(&paren.expr()?);
    }
    let (name, arguments) = call(value)?;
    let (_, before) = PRIORITY_FUNCTIONS.iter().find(|(n, _)| *n == name)?;
    let content = arguments.get(*before).filter(|_| arguments.len() == before + 1)?;
    let ast::Expr::Apply(apply) = value else { return None };
    let head = apply.lambda()?.syntax().text_range();
    Some(Property { head, content: content.syntax().text_range() })
}

/// The values that a priority belongs to: inside `mkIf` and `mkMerge`, which must stay outside of it.
pub(super) fn leaves(value: ast::Expr) -> Vec<ast::Expr> {
    if let ast::Expr::Paren(paren) = &value
        && let Some(inner) = paren.expr()
        && contents(&inner).is_some()
    {
        return leaves(inner);
    }
    match contents(&value) {
        Some(contents) => contents.into_iter().flat_map(leaves).collect(),
        None => vec![value],
    }
}

/// What is inside of a call of `mkIf` or `mkMerge`.
fn contents(value: &ast::Expr) -> Option<Vec<ast::Expr>> {
    let (name, arguments) = call(value)?;
    match (name.as_str(), arguments.as_slice()) {
        ("mkIf", [_, content]) => Some(vec![content.clone()]),
        ("mkMerge", [ast::Expr::List(list)]) => Some(list.items().collect()),
        _ => None,
    }
}

/// A call of a named function: its name in `lib`, and the arguments.
pub(super) fn call(value: &ast::Expr) -> Option<(String, Vec<ast::Expr>)> {
    let mut arguments = Vec::new();
    let mut head = value.clone();
    while let ast::Expr::Apply(apply) = &head {
        arguments.push(apply.argument()?);
        head = apply.lambda()?;
    }
    arguments.reverse();
    let name = name_of(&head, MAX_ALIASES)?;
    (!arguments.is_empty()).then_some((name, arguments))
}

/// The name that a function has in the set that it comes from.
fn name_of(function: &ast::Expr, aliases: usize) -> Option<String> {
    match function {
        ast::Expr::Ident(ident) => match alias(ident) {
            Some(value) => name_of(&value, aliases.checked_sub(1)?),
            None => Some(ident.to_string()),
        },
        ast::Expr::Select(select) => Some(select.attrpath()?.attrs().last()?.to_string()),
        ast::Expr::Paren(paren) => name_of(&paren.expr()?, aliases),
        _ => None,
    }
}

/// What a name was bound to by `let` or in a recursive set: `force` of `let force = lib.mkForce; in …`.
pub(super) fn alias(ident: &ast::Ident) -> Option<ast::Expr> {
    let name = ident.to_string();
    for node in ident.syntax().ancestors() {
        let binding = if let Some(it) = ast::LetIn::cast(node.clone()) {
            binding(&it, &name)
        } else if let Some(set) = ast::AttrSet::cast(node.clone()).filter(|set| set.rec_token().is_some()) {
            binding(&set, &name)
        } else if ast::Lambda::cast(node).is_some_and(|lambda| takes(&lambda, &name)) {
            return None;
        } else {
            None
        };
        if let Some(binding) = binding {
            return binding.value();
        }
    }
    None
}

/// The binding of one name among others.
fn binding(entries: &impl HasEntry, name: &str) -> Option<ast::AttrpathValue> {
    entries.attrpath_values().find(|binding| {
        let attrs: Vec<ast::Attr> = binding.attrpath().into_iter().flat_map(|path| path.attrs()).collect();
        matches!(attrs.as_slice(), [attr] if attr.to_string() == name)
    })
}

/// Whether a function has an argument of that name.
fn takes(lambda: &ast::Lambda, name: &str) -> bool {
    let is_it = |ident: Option<ast::Ident>| ident.is_some_and(|i| i.to_string() == name);
    match lambda.param() {
        Some(ast::Param::IdentParam(param)) => is_it(param.ident()),
        Some(ast::Param::Pattern(pattern)) => {
            is_it(pattern.pat_bind().and_then(|b| b.ident()))
                || pattern.pat_entries().any(|e| is_it(e.ident()))
        }
        None => false,
    }
}

/// Whether an expression can stand as an argument without parentheses.
pub(super) fn is_argument(value: &ast::Expr) -> bool {
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
