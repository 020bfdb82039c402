//! An option: its type, and what else is plainly said of it.

use super::module::{Reader, Scope};
use super::union::{FoundOption, INSIDE};
use crate::eval::{Attr, Attrs, Eval, Place, Stop, ThunkId, Value, prelude};
use crate::nixos::table::{Facts, TypeDescription};
use crate::nixos::types::{Submodule, Type};
use crate::source::LineIndex;
use crate::syntax::hir::{File, Name};
use serde_json::Value as Json;
use std::rc::Rc;

/// How many steps the type of an option may take, and its default.
const TYPE_BUDGET: u64 = 2_000_000;
const DEFAULT_BUDGET: u64 = 20_000;
/// How long a default may be, in characters of JSON.
const LONGEST_DEFAULT: usize = 400;

impl Reader<'_> {
    /// Reads what `mkOption` made in a scope.
    pub(super) fn option(
        &mut self,
        ev: &mut Eval<'_>,
        scope: &Scope,
        set: &Attrs,
        attr: Attr,
        path: &[Name],
    ) {
        let path = strings(ev, set, "loc").unwrap_or_else(|| path.to_vec());
        let mut facts = Facts {
            declared: self.declared(ev, set, attr).into_iter().collect(),
            applied: set.known("apply").is_some(),
            read_only: flag(ev, set, "readOnly") == Some(true),
            hidden: flag(ev, set, "internal") == Some(true) || flag(ev, set, "visible") == Some(false),
            default: set.known("default").and_then(|attr| self.default(ev, attr.value)),
            ..Facts::default()
        };
        told_by_lib(ev, &scope.at, set, &mut facts);
        let at = self.found.options.len();
        let by_import = self.by_import;
        self.found.options.push(FoundOption { path: path.clone(), ty: None, facts, by_import });
        if let Some(attr) = set.known("options") {
            self.added_options(ev, attr.value, &path);
        }
        let Some(attr) = set.known("type") else { return };
        let ty = ev.with_budget(TYPE_BUDGET, |ev| {
            let ty = Type::from_thunk(ev, attr.value)?;
            Ok(self.describe(ev, &ty, Some(&path)))
        });
        let unknown = |stop: Stop| TypeDescription::Unknown(stop.to_string().into());
        let ty = ty.unwrap_or_else(unknown);
        let option = &mut self.found.options[at];
        option.facts.applied &= !(is_text(&ty) && is_to_string(ev, set));
        option.ty = Some(ty);
    }

    /// Reads modules that are added to the submodule which another declaration of the option says it is, as old
    /// releases do.
    fn added_options(&mut self, ev: &mut Eval<'_>, modules: ThunkId, path: &[Name]) {
        let list = ev.force(modules);
        let modules = ev.as_list(list).map_or_else(|_| vec![modules], |list| list.items.clone());
        // A set among them is not a module, but the options of one.
        let module = |ev: &mut Eval<'_>, thunk| match ev.force(thunk) {
            Ok(Value::Attrs(_)) => ev.ready(Value::set([("options", thunk)])),
            _ => thunk,
        };
        let modules = modules.into_iter().map(|thunk| (module(ev, thunk), "".into())).collect();
        let submodule = Submodule { modules, ..Submodule::default() };
        let at = [path, &[INSIDE]].concat();
        self.describe(ev, &Type::Submodule(Rc::new(submodule)), Some(&at));
    }

    /// Where an option is declared: at its binding, or near it; what `lib` declares, where the module stands that it makes.
    fn declared(&mut self, ev: &Eval<'_>, set: &Attrs, attr: Attr) -> Option<String> {
        let places = attr.place.into_iter().chain(set.entries.iter().filter_map(|(_, attr)| attr.place));
        let written = |place: &Place| !prelude::is_own(&ev.units()[place.unit as usize].path);
        let start = |file: &File, entry| file.entry(entry).range.start();
        let (unit, offset) = match places.into_iter().find(written) {
            Some(Place { unit, entry }) => (unit, start(&ev.units()[unit as usize].file, entry)),
            None => {
                self.module.map(|at| (at.unit, ev.units()[at.unit as usize].file.range(at.expr).start()))?
            }
        };
        let path = &ev.units()[unit as usize].path;
        let text = || LineIndex::new(&ev.host.text(path).unwrap_or_default());
        let line = self.lines.entry(unit).or_insert_with(text).line_column(offset).line;
        Some(format!("{}:{line}", self.shown(path)))
    }

    /// The default, if it is plain data. Where a path lies is no matter of the option.
    fn default(&self, ev: &mut Eval<'_>, thunk: ThunkId) -> Option<Json> {
        let json = ev.with_budget(DEFAULT_BUDGET, |ev| match ev.force(thunk)? {
            Value::Path(_) => Err(Stop::unknown("a path")),
            value => ev.to_json(&value),
        });
        let json = json.ok()?;
        let text = json.to_string();
        (text.len() <= LONGEST_DEFAULT && !text.contains(&self.source.folder)).then_some(json)
    }
}

/// What the program's own `lib` says of options that have another name now, or none. Names are those in the scope whose tree begins
/// at a path.
fn told_by_lib(ev: &mut Eval<'_>, at: &[Name], set: &Attrs, facts: &mut Facts) {
    let Some(attr) = set.known("__speclint") else { return };
    let Ok(Value::Attrs(told)) = ev.force(attr.value) else { return };
    // It is `lib`'s own.
    facts.default = None;
    if let Some(attr) = told.known("removed") {
        let advice = match ev.force(attr.value) {
            Ok(Value::Str(advice)) => advice.text.split_whitespace().collect::<Vec<_>>().join(" "),
            _ => String::new(),
        };
        facts.removed = Some(advice);
    }
    if let Some(attr) = told.known("renamedTo") {
        let list = ev.force(attr.value);
        let Ok(list) = ev.as_list(list) else { return };
        for item in &list.items {
            let set = Attrs::from_entries(vec![(Name::new_static("to"), Attr::anonymous(*item))]);
            let path = strings(ev, &set, "to");
            facts.renamed_to.extend(path.map(|path| at.iter().chain(&path).map(Name::to_string).collect()));
        }
        facts.changed = told.known("changed").is_some();
    }
}

/// The strings of the list that an attribute is.
fn strings(ev: &mut Eval<'_>, set: &Attrs, name: &str) -> Option<Vec<Name>> {
    let list = ev.force(set.known(name)?.value);
    let list = ev.as_list(list).ok().filter(|list| list.open.is_none())?;
    let mut strings = Vec::new();
    for item in &list.items {
        match ev.force(*item) {
            Ok(Value::Str(text)) if !text.stand_in => strings.push(Name::new(&text.text)),
            _ => return None,
        }
    }
    Some(strings)
}

/// Whether a value of a type is a text, or a path, which counts as the text that it is.
fn is_text(ty: &TypeDescription) -> bool {
    use TypeDescription::{NonEmptyStr, Path, SeparatedString, SingleLineStr, Str, StrMatching};
    matches!(ty, Str | NonEmptyStr | SingleLineStr | StrMatching(_) | SeparatedString(_) | Path { .. })
}

/// Whether an option's value becomes a text before anyone reads it, and nothing else.
fn is_to_string(ev: &mut Eval<'_>, set: &Attrs) -> bool {
    let apply = set.known("apply").map(|attr| ev.force(attr.value));
    matches!(apply, Some(Ok(Value::Builtin(partial))) if partial.builtin.name == "toString")
}

fn flag(ev: &mut Eval<'_>, set: &Attrs, name: &str) -> Option<bool> {
    match ev.force(set.known(name)?.value) {
        Ok(Value::Bool(flag)) => Some(flag),
        _ => None,
    }
}
