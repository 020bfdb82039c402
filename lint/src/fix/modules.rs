//! The form of modules: what decides over their content as properties, and settings that stand in the wrong place of them.

use super::calls::{call, is_argument};
use super::scope::{Need, ancestors};
use super::{Source, wrap};
use crate::findings::Edit;
use rnix::ast::{self, HasEntry};
use rowan::ast::AstNode;
use rowan::{TextRange, TextSize};

impl Source {
    /// The edits after which the set at `range` is made by `mkIf` and `mkMerge`, and no longer by `if`, `optionalAttrs` and `//`.
    pub(crate) fn with_properties(&self, range: TextRange) -> Option<Vec<Edit>> {
        let value = wrap::expression(self, range)?;
        let spelling = self.spell(range.start(), &[Need::Lib("mkIf"), Need::Lib("mkMerge")])?;
        let [mk_if, mk_merge] = spelling.texts.as_slice() else { return None };
        let mut new = properties(&value, mk_if, mk_merge)?;
        let is_call = |parent: rnix::SyntaxNode| ast::Apply::can_cast(parent.kind());
        if value.syntax().parent().is_some_and(is_call) {
            new = format!("({new})");
        }
        let mut edits = spelling.edits;
        edits.push(self.edit(value.syntax().text_range(), new));
        Some(edits)
    }

    /// The edits that move the binding at `range`, of `imports`, to the top of the module that it stands in.
    pub(crate) fn imports_at_top(&self, range: TextRange) -> Option<Vec<Edit>> {
        let binding = self.binding_at(range)?;
        let ast::Expr::List(list) = binding.value()? else { return None };
        let mut top = None;
        for set in binding.syntax().ancestors().filter_map(ast::AttrSet::cast) {
            top = Some(set.clone());
            let above = set.syntax().ancestors().skip(1).find_map(ast::AttrpathValue::cast);
            let path = above.and_then(|binding| binding.attrpath());
            let names: Vec<String> =
                path.iter().flat_map(|path| path.attrs()).map(|attr| attr.to_string()).collect();
            if names.last().is_some_and(|name| name == "configuration") {
                break;
            }
        }
        let top = top.filter(|top| {
            // The set that it already stands in is the top where it is under `mkIf` as a whole.
            binding.syntax().parent().as_ref() != Some(top.syntax())
        })?;
        let mut edits = vec![self.removal(range)];
        let is_imports =
            |other: &ast::AttrpathValue| other.attrpath().is_some_and(|path| path.to_string() == "imports");
        match top.attrpath_values().find(is_imports) {
            Some(imports) => {
                let ast::Expr::List(there) = imports.value()? else { return None };
                let end = there.r_brack_token()?.text_range().start();
                let modules: Vec<String> = list.items().map(|item| item.to_string()).collect();
                edits.push(self.edit(TextRange::empty(end), format!("{} ", modules.join(" "))));
            }
            None => edits.push(self.first_binding(&top, &self.text(range))?),
        }
        Some(edits)
    }

    /// The edits that put the settings at these ranges under the `config` that stands beside them.
    pub(crate) fn under_config(&self, settings: &[TextRange]) -> Option<Vec<Edit>> {
        let bindings: Option<Vec<_>> = settings.iter().map(|range| self.binding_at(*range)).collect();
        let bindings = bindings?;
        let set = ast::AttrSet::cast(bindings.first()?.syntax().parent()?)?;
        let is_config =
            |other: &ast::AttrpathValue| other.attrpath().is_some_and(|path| path.to_string() == "config");
        match set.attrpath_values().find(is_config) {
            Some(config) => {
                let ast::Expr::AttrSet(config) = config.value()? else { return None };
                self.moved(&bindings, &config)
            }
            // `config.a.b = …;`, or `options` alone.
            None => {
                let starts = bindings.iter().map(|binding| binding.syntax().text_range().start());
                Some(starts.map(|start| self.edit(TextRange::empty(start), "config.")).collect())
            }
        }
    }

    /// The edits that put a setting directly in a specialisation into its configuration. `name` is where its first name starts,
    /// and `places` are the values and paths of the bindings that define the specialisation.
    pub(crate) fn moved_into_configuration(
        &self,
        name: TextSize,
        places: &[(TextRange, TextRange)],
    ) -> Option<Vec<Edit>> {
        let binding = ancestors(&self.root, name).find_map(ast::AttrpathValue::cast)?;
        let around = |set: &ast::AttrSet| set.syntax().ancestors().any(|node| node == *binding.syntax());
        let mut sets = places.iter().filter_map(|(value, path)| self.configuration_set(*value, *path));
        match sets.rfind(|set| !around(set)) {
            Some(set) if binding.syntax().text_range().start() == name => self.moved(&[binding], &set),
            _ => Some(vec![self.edit(TextRange::empty(name), "configuration.")]),
        }
    }

    /// The edits that move bindings to the top of a set.
    fn moved(&self, bindings: &[ast::AttrpathValue], set: &ast::AttrSet) -> Option<Vec<Edit>> {
        let first = set.syntax().children().next();
        let indent = first.and_then(|first| super::indentation(&first));
        let blank = indent.map_or(" ".to_owned(), |indent| format!("{}{indent}", self.newline()));
        // What suppresses their findings moves along, where each has its lines to itself.
        let with_comments = |binding: &ast::AttrpathValue| {
            let comments = match super::indentation(binding.syntax()) {
                Some(_) => self.comments_above(binding.syntax().text_range().start()),
                None => String::new(),
            };
            let comments = comments.lines().map(|line| format!("{}{blank}", line.trim()));
            comments.chain([binding.to_string()]).collect::<String>()
        };
        let texts: Vec<String> = bindings.iter().map(with_comments).collect();
        let mut edits: Vec<Edit> =
            bindings.iter().map(|binding| self.removal(binding.syntax().text_range())).collect();
        edits.push(self.first_binding(set, &texts.join(&blank))?);
        Some(edits)
    }

    /// The binding at exactly this range.
    pub(crate) fn binding_at(&self, range: TextRange) -> Option<ast::AttrpathValue> {
        let is_it = |binding: &ast::AttrpathValue| binding.syntax().text_range() == range;
        ancestors(&self.root, range.start()).filter_map(ast::AttrpathValue::cast).find(is_it)
    }
}

/// A set that `if`, `optionalAttrs` and `//` make, as `mkIf` and `mkMerge` do.
fn properties(value: &ast::Expr, mk_if: &str, mk_merge: &str) -> Option<String> {
    let argument = |value: &ast::Expr| {
        if is_argument(value) { value.to_string() } else { format!("({value})") }
    };
    match value {
        ast::Expr::Paren(paren) => properties(&paren.expr()?, mk_if, mk_merge),
        ast::Expr::IfElse(it) => {
            let (condition, yes, no) = (it.condition()?, it.body()?, it.else_body()?);
            let yes = format!("{mk_if} {} {}", argument(&condition), argument(&yes));
            if no.to_string().split_whitespace().eq(["{", "}"]) || no.to_string() == "{}" {
                return Some(yes);
            }
            Some(format!("{mk_merge} [ ({yes}) ({mk_if} (!{}) {}) ]", argument(&condition), argument(&no)))
        }
        ast::Expr::BinOp(it) if it.operator() == Some(ast::BinOpKind::Update) => {
            let side = |side: ast::Expr| match properties(&side, mk_if, mk_merge) {
                Some(new) => format!("({new})"),
                None => argument(&side),
            };
            Some(format!("{mk_merge} [ {} {} ]", side(it.lhs()?), side(it.rhs()?)))
        }
        value => match call(value)? {
            (name, arguments) if name == "optionalAttrs" => {
                let [condition, content] = arguments.as_slice() else { return None };
                Some(format!("{mk_if} {} {}", argument(condition), argument(content)))
            }
            _ => None,
        },
    }
}
