//! The configuration of a specialisation as a file of its own.

use super::{Assist, AssistKind};
use crate::ide::Ide;
use crate::ide::tree::names_in;
use crate::ide::view::View;
use rowan::TextRange;
use speclint_lint::eval::paths;
use speclint_lint::findings::{Edit, Location};
use speclint_lint::nixos::model::{Place, Specialisation};
use speclint_lint::syntax::hir::{BindingValue, EntryId, Expr, ExprId, Name, Param};
use std::collections::BTreeSet;

/// What a configuration needs of the module that it stands in.
#[derive(Default)]
struct Needs {
    /// Arguments of the module.
    arguments: BTreeSet<Name>,
    /// Whether the functions of `lib` are called by their names alone.
    with_lib: bool,
}

pub(super) fn extract(
    ide: &Ide<'_>,
    view: &View<'_>,
    specialisation: &Specialisation,
    place: &Place,
) -> Option<Assist> {
    let (configuration, value) = configuration(view, place)?;
    let needs = needs(view, configuration)?;
    let path = free_path(ide, view, &specialisation.name)?;
    let text = dedented(view, configuration);
    let is_function = matches!(view.tree.file.expr(configuration), Expr::Lambda(_));
    if is_function && (needs.with_lib || !needs.arguments.is_empty()) {
        return None;
    }
    let mut head = String::new();
    if !needs.arguments.is_empty() {
        let arguments: Vec<&str> = needs.arguments.iter().map(Name::as_str).collect();
        head.push_str(&format!("{{ {}, ... }}:\n", arguments.join(", ")));
    }
    if needs.with_lib {
        head.push_str("with lib;\n");
    }
    let file = paths::base_name(&path);
    let edit = Edit { location: Location::new(&view.path, value), text: format!("./{file}") };
    Some(Assist {
        title: format!("move `{}` to `{file}`", specialisation.name),
        kind: AssistKind::Extract,
        edits: vec![edit],
        creates: Some((path.clone(), format!("{head}{text}\n"))),
    })
}

/// The configuration of a specialisation, where it is written as a set or a function, and what is to be replaced of the text.
fn configuration(view: &View<'_>, place: &Place) -> Option<(ExprId, TextRange)> {
    let file = &view.tree.file;
    let entry =
        file.entries.iter().position(|entry| entry.range == place.range && entry.path == place.path)?;
    let path = place.path;
    let names = names_in(view.text.get(..path.end().into())?, path.start().into(), usize::MAX);
    let is_configuration = names.last().is_some_and(|name| view.text_of(*name) == "configuration");
    let (expr, value) = if is_configuration {
        (view.tree.value_of(EntryId(entry as u32))?, place.value)
    } else {
        let Expr::Attrs { bindings, .. } = file.expr(view.tree.value_of(EntryId(entry as u32))?) else {
            return None;
        };
        let binding = bindings.statics.iter().find(|binding| binding.name == "configuration")?;
        let BindingValue::Expr(id) = binding.value else { return None };
        (id, file.entry(binding.entry).value)
    };
    // The set that several bindings are put together to has no text of its own.
    let is_written = match file.expr(expr) {
        Expr::Attrs { .. } => view.text_of(file.range(expr)).starts_with(['{', 'r']),
        Expr::Lambda(_) => true,
        _ => false,
    };
    (is_written && value.contains_range(file.range(expr))).then_some((expr, value))
}

/// What a configuration needs of what is around it; `None` if that cannot be had in another file.
fn needs(view: &View<'_>, configuration: ExprId) -> Option<Needs> {
    let file = &view.tree.file;
    let is_inside = |expr: ExprId| view.tree.outward(expr).any(|around| around == configuration);
    let mut needs = Needs::default();
    for (number, expr) in file.exprs.iter().enumerate() {
        let id = ExprId(number as u32);
        match expr {
            Expr::Local { depth, slot } if is_inside(id) => {
                let (binder, by) = view.tree.binder(id, *depth)?;
                if !is_inside(binder) {
                    needs.arguments.insert(argument(view, binder, by, *slot)?);
                }
            }
            Expr::With { scopes, .. } if is_inside(id) => {
                for depth in scopes {
                    let (binder, by) = view.tree.binder(id, *depth)?;
                    if !is_inside(binder) {
                        let Expr::WithIn { scope, .. } = by else { return None };
                        if view.text_of(file.range(*scope)) != "lib" {
                            return None;
                        }
                        needs.with_lib = true;
                        needs.arguments.insert(Name::new_static("lib"));
                    }
                }
            }
            Expr::CurPos if is_inside(id) => return None,
            _ => {}
        }
    }
    Some(needs)
}

/// The argument of a module that a variable is. The module's own `config` is another one than the specialisation's.
fn argument(view: &View<'_>, function: ExprId, by: &Expr, slot: u32) -> Option<Name> {
    let Expr::Lambda(lambda) = by else { return None };
    let Param::Pattern { formals, .. } = &lambda.param else { return None };
    let name = &formals.get(slot as usize)?.name;
    let is_module = view.is_module(function) && !matches!(name.as_str(), "config" | "options");
    is_module.then(|| name.clone())
}

/// A path beside the file where nothing is yet.
fn free_path(ide: &Ide<'_>, view: &View<'_>, name: &str) -> Option<String> {
    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '-' }).collect();
    let plain = plain.trim_matches(['-', '.']);
    let plain = if plain.is_empty() { "specialisation" } else { plain };
    let folder = paths::parent(&view.path);
    let names = [format!("{folder}/{plain}.nix"), format!("{folder}/{plain}-specialisation.nix")];
    names.into_iter().find(|path| ide.texts.text(path).is_none())
}

/// The text of an expression as it stands at the start of a line. It is left as it is where that might change a string.
fn dedented(view: &View<'_>, expr: ExprId) -> String {
    let range = view.tree.file.range(expr);
    let text = view.text_of(range);
    let start = usize::from(range.start());
    let line = view.text[..start].rfind('\n').map_or(0, |at| at + 1);
    let before = &view.text[line..start];
    let indent = &before[..before.len() - before.trim_start().len()];
    let has_lines = |(expr, at): (&Expr, &TextRange)| {
        let written = view.text_of(*at);
        range.contains_range(*at)
            && matches!(expr, Expr::Text(_) | Expr::Str(_))
            && written.starts_with('"')
            && written.contains('\n')
    };
    let file = &view.tree.file;
    let mut lines = text.lines().skip(1).filter(|line| !line.trim().is_empty());
    if file.exprs.iter().zip(&file.ranges).any(has_lines) || !lines.all(|line| line.starts_with(indent)) {
        return text.to_owned();
    }
    let lines: Vec<&str> = text.split('\n').collect();
    let dedented: Vec<&str> = lines
        .iter()
        .enumerate()
        .map(|(at, line)| if at == 0 { line } else { line.strip_prefix(indent).unwrap_or(line) })
        .collect();
    dedented.join("\n")
}
