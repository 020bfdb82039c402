//! Adding a setting to the configuration of a specialisation, and a module to a module; in the style of what is there.

use super::{Source, indentation};
use crate::findings::Edit;
use rnix::ast::{self, HasEntry};
use rowan::ast::AstNode;
use rowan::{TextRange, TextSize};

/// How much further in what stands inside of something is, where nothing shows it.
const STEP: &str = "  ";

impl Source {
    /// The edits that add a setting, written as a binding, to the configuration of a specialisation whose binding has this value and
    /// path. A configuration that is no set in the text is imported by one that is.
    pub(crate) fn with_setting(
        &self,
        (value, path): (TextRange, TextRange),
        setting: &str,
    ) -> Option<Vec<Edit>> {
        if let Some(configuration) = self.configuration(value, path) {
            return match super::configuration::body_set(configuration.clone()) {
                Some(set) => self.first_setting(&set, setting),
                None => self.importing(&configuration, setting),
            };
        }
        let names = self.text(path);
        // `specialisation.tv.configuration.services.openssh.enable = true;`
        if let Some((above, _)) = names.split_once(".configuration.") {
            let binding = self.binding_of(path)?;
            return Some(vec![self.binding_before(&binding, &format!("{above}.configuration.{setting}"))]);
        }
        // `specialisation.tv = { configuration.services.openssh.enable = true; };`, or nothing but `inheritParentConfig`.
        let ast::Expr::AttrSet(set) = self.expression_at(value)? else { return None };
        let is_part = |binding: &ast::AttrpathValue| {
            binding.attrpath().is_some_and(|path| path.to_string().starts_with("configuration."))
        };
        let setting = format!("configuration.{setting}");
        Some(vec![match set.attrpath_values().find(is_part) {
            Some(first) => self.binding_before(&first, &setting),
            None => self.first_binding(&set, &setting)?,
        }])
    }

    /// The binding of a specialisation's configuration, as it stands in the set with the settings, that makes the definition at `range`, or
    /// the part of it that does; `None` if it is not written there.
    pub(crate) fn setting_at(
        &self,
        (value, path): (TextRange, TextRange),
        range: TextRange,
    ) -> Option<String> {
        let set = settings(super::configuration::body_set(self.configuration(value, path)?)?).0;
        let mut binding = self.binding_at(range)?;
        if !set.syntax().text_range().contains_range(range) {
            return None;
        }
        let (mut names, value) = (binding.attrpath()?.to_string(), binding.value()?);
        // As it is written, if nothing else stands in the sets that it is in; else by its whole path.
        let mut written = self.outdented(binding.syntax());
        let mut is_alone = true;
        while binding.syntax().parent().as_ref() != Some(set.syntax()) {
            let within = ast::AttrSet::cast(binding.syntax().parent()?)?;
            binding = ast::AttrpathValue::cast(within.syntax().parent()?)?;
            names = format!("{}.{names}", binding.attrpath()?);
            is_alone &= within.entries().count() == 1;
            written = if is_alone { self.outdented(binding.syntax()) } else { format!("{names} = {value};") };
        }
        Some(written)
    }

    /// The call of a function that a specialisation, or its configuration, is made by, where `name` is an argument and the last one is what
    /// is in it: with another name, and with `content`.
    pub(crate) fn call_for(
        &self,
        value: TextRange,
        path: TextRange,
        (name, other): (&str, &str),
        content: &str,
    ) -> Option<Call> {
        let whole = self.expression_at(value)?;
        let is_whole = !self.text(path).ends_with("configuration") && matches!(whole, ast::Expr::Apply(_));
        let mut call = if is_whole { whole } else { self.configuration(value, path)? };
        while let ast::Expr::Paren(paren) = call {
            call = paren.expr()?;
        }
        let ast::Expr::Apply(apply) = &call else { return None };
        let last = apply.argument()?.syntax().text_range();
        let head = apply.lambda()?;
        let quoted = format!("\"{name}\"");
        let mut strings = head.syntax().descendants().filter_map(ast::Str::cast);
        let string = strings.find(|string| string.to_string() == quoted)?.syntax().text_range();
        let start = call.syntax().text_range().start();
        let text = [
            &self.text(TextRange::new(start, string.start())),
            "\"",
            other,
            "\"",
            &self.text(TextRange::new(string.end(), last.start())),
            content,
        ]
        .concat();
        Some(Call { text, is_whole })
    }

    /// The edits that have a specialisation, or its configuration, be made by a call: `call` makes it of what is there. Its binding has this
    /// value and path.
    pub(crate) fn with_call(
        &self,
        (value, path): (TextRange, TextRange),
        call: impl Fn(&str) -> Option<Call>,
    ) -> Option<Vec<Edit>> {
        let configuration = self.configuration(value, path)?;
        let range = configuration.syntax().text_range();
        let call = call(&self.as_argument(range)?)?;
        if !call.is_whole {
            return Some(vec![self.edit(range, call.text)]);
        }
        // The call is the specialisation itself, which is nothing but its configuration.
        let names = self.text(path);
        if let Some(above) = names.strip_suffix(".configuration") {
            let end = path.start() + TextSize::of(above);
            return Some(vec![self.edit(TextRange::new(end, path.end()), ""), self.edit(range, call.text)]);
        }
        let ast::Expr::AttrSet(set) = self.expression_at(value)? else { return None };
        let is_only = set.entries().count() == 1 && !set.to_string().contains(['#', '*']);
        is_only.then(|| vec![self.edit(value, call.text)])
    }

    /// The edit that imports a module, written as lines, in the module that the specialisation at `path` is defined in.
    pub(crate) fn with_module(&self, path: TextRange, module: &[&str]) -> Option<Edit> {
        let top = self.top_of_module(path)?;
        let lines = |indent: &str| module.join(&format!("{}{indent}", self.newline()));
        if let Some(imports) = top.attrpath_values().find(is_imports) {
            let list = list_in(&imports.value()?)?;
            return Some(match list.items().last() {
                Some(last) => {
                    let indent = indentation(last.syntax());
                    let indent = indent.unwrap_or_else(|| self.indentation_of(imports.syntax()) + STEP);
                    let at = TextRange::empty(last.syntax().text_range().end());
                    self.edit(at, format!("{}{indent}{}", self.newline(), lines(&indent)))
                }
                None => {
                    let outer = self.indentation_of(imports.syntax());
                    let indent = format!("{outer}{STEP}");
                    let (newline, lines) = (self.newline(), lines(&indent));
                    let open = list.l_brack_token()?.text_range().end();
                    let close = list.r_brack_token()?.text_range().start();
                    let blank = self.text(TextRange::new(open, close));
                    if !blank.trim().is_empty() {
                        return None;
                    }
                    let text = format!("{newline}{indent}{lines}{newline}{outer}");
                    self.edit(TextRange::new(open, close), text)
                }
            });
        }
        let first = top.syntax().children().next();
        let outer = first.and_then(|first| indentation(&first));
        let outer = outer.unwrap_or_else(|| self.indentation_of(top.syntax()) + STEP);
        let indent = format!("{outer}{STEP}");
        let (newline, lines) = (self.newline(), lines(&indent));
        self.first_binding(&top, &format!("imports = [{newline}{indent}{lines}{newline}{outer}];"))
    }

    /// The set that is the module in which the binding with this path defines a specialisation.
    fn top_of_module(&self, path: TextRange) -> Option<ast::AttrSet> {
        let names = |binding: &ast::AttrpathValue| -> Vec<String> {
            let path = binding.attrpath();
            path.iter().flat_map(|path| path.attrs()).map(|attr| attr.to_string()).collect()
        };
        let at = self.binding_of(path)?;
        let mut around = at.syntax().ancestors().filter_map(ast::AttrpathValue::cast);
        let defines = |binding: &ast::AttrpathValue| match names(binding).as_slice() {
            [first, ..] if first == "specialisation" => true,
            [first, second, ..] => first == "config" && second == "specialisation",
            _ => false,
        };
        let binding = around.find(defines)?;
        let set = |node: &rnix::SyntaxNode| node.ancestors().skip(1).find_map(ast::AttrSet::cast);
        let mut top = set(binding.syntax())?;
        // What is within `config` is not yet the module.
        let is_config = |binding: &ast::AttrpathValue| names(binding) == ["config"];
        let is_function = |node: &rnix::SyntaxNode| ast::Lambda::can_cast(node.kind());
        let mut above = top.syntax().ancestors().take_while(|node| !is_function(node));
        let config = above.find_map(ast::AttrpathValue::cast);
        if let Some(config) = config.filter(is_config) {
            top = set(config.syntax())?;
        }
        Some(top)
    }

    /// The edits that put a setting at the top of a module's settings.
    fn first_setting(&self, set: &ast::AttrSet, setting: &str) -> Option<Vec<Edit>> {
        let (set, prefix) = settings(set.clone());
        let indent = set.syntax().children().next().and_then(|first| indentation(&first));
        let setting = setting.replace('\n', &format!("\n{}", indent.unwrap_or_default()));
        Some(vec![self.first_binding(&set, &format!("{prefix}{setting}"))?])
    }

    /// The edits that put a set around a module, which has the setting and imports the module.
    fn importing(&self, module: &ast::Expr, setting: &str) -> Option<Vec<Edit>> {
        let range = module.syntax().text_range();
        let module = self.as_argument(range)?;
        Some(vec![self.edit(range, format!("{{ imports = [ {module} ]; {setting} }}"))])
    }

    /// The binding whose path is exactly at this range.
    fn binding_of(&self, path: TextRange) -> Option<ast::AttrpathValue> {
        let mut around =
            super::scope::ancestors(&self.root, path.start()).filter_map(ast::AttrpathValue::cast);
        around.find(|binding| binding.attrpath().is_some_and(|names| names.syntax().text_range() == path))
    }

    /// The edit that puts a binding in front of another one, and of the comments in the lines above that.
    pub(super) fn binding_before(&self, other: &ast::AttrpathValue, binding: &str) -> Edit {
        let start = other.syntax().text_range().start();
        let Some(indent) = indentation(other.syntax()) else {
            return self.edit(TextRange::empty(start), format!("{binding} "));
        };
        let text = self.root.text().to_string();
        let mut at = usize::from(start) - indent.len();
        while let Some(line) = text[..at].split_inclusive('\n').next_back() {
            if !line.trim_start().starts_with('#') || super::is_about_more(line.trim()) {
                break;
            }
            at -= line.len();
        }
        let at = TextRange::empty(TextSize::of(&text[..at]));
        self.edit(at, format!("{indent}{binding}{}", self.newline()))
    }

    /// The white space that the line starts with in which a node stands.
    fn indentation_of(&self, node: &rnix::SyntaxNode) -> String {
        let text = self.root.text().to_string();
        let before = &text[..usize::from(node.text_range().start())];
        let line = &text[before.rfind('\n').map_or(0, |i| i + 1)..];
        line.chars().take_while(|c| *c == ' ' || *c == '\t').collect()
    }

    /// The text of a node whose further lines are as far in as if it stood at the start of its own.
    fn outdented(&self, node: &rnix::SyntaxNode) -> String {
        self.outdent(node, &node.to_string())
    }

    /// The same of a text that is made of a node.
    pub(super) fn outdent(&self, node: &rnix::SyntaxNode, text: &str) -> String {
        text.replace(&format!("\n{}", self.indentation_of(node)), "\n")
    }
}

/// A call of a function that makes a specialisation.
pub(crate) struct Call {
    text: String,
    /// Whether it makes the whole of it, and not its configuration alone.
    is_whole: bool,
}

/// Where the settings of a module stand: in the set that it is or in that of its `config`, and what their paths start with there.
fn settings(module: ast::AttrSet) -> (ast::AttrSet, &'static str) {
    let paths = |binding: &ast::AttrpathValue| binding.attrpath().map(|path| path.to_string());
    let config = module.attrpath_values().find(|binding| paths(binding).as_deref() == Some("config"));
    match config.map(|binding| binding.value().and_then(super::configuration::body_set)) {
        Some(Some(set)) => return (set, ""),
        Some(None) => return (module, "config."),
        None => {}
    }
    let is_part = |binding: &ast::AttrpathValue| {
        paths(binding).is_some_and(|path| path.starts_with("config.") || path.starts_with("options"))
    };
    let prefix = if module.attrpath_values().any(|binding| is_part(&binding)) { "config." } else { "" };
    (module, prefix)
}

fn is_imports(binding: &ast::AttrpathValue) -> bool {
    binding.attrpath().is_some_and(|path| path.to_string() == "imports")
}

/// The list that is the last part of a value.
fn list_in(value: &ast::Expr) -> Option<ast::List> {
    match value {
        ast::Expr::List(list) => Some(list.clone()),
        ast::Expr::Paren(paren) => list_in(&paren.expr()?),
        ast::Expr::With(with) => list_in(&with.body()?),
        ast::Expr::LetIn(it) => list_in(&it.body()?),
        ast::Expr::BinOp(it) if it.operator() == Some(ast::BinOpKind::Concat) => {
            it.lhs().as_ref().and_then(list_in).or_else(|| list_in(&it.rhs()?))
        }
        _ => None,
    }
}
