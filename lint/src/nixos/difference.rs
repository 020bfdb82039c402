//! What is another in a module after an edit: which of its settings, and where what is the same stands now.

mod places;

use super::collect::is_setting;
use crate::syntax::hir::{
    AttrName, Binding, BindingValue, Bindings, EntryId, Expr, ExprId, File, Lambda, Name, Param, Part,
};
use places::Places;
use rowan::TextRange;
use std::collections::BTreeSet;

/// The difference between two texts of a file that is a module.
#[derive(Debug)]
pub(crate) struct Difference {
    /// The paths of the settings that are others, or that only one of them has.
    pub(crate) changed: Vec<Vec<Name>>,
    /// The paths of the options whose declarations are others, or of something in them.
    pub(crate) declared: Vec<Vec<Name>>,
    /// Whether the texts say the same, if perhaps at other places. The file need not be a module then.
    pub(crate) is_none: bool,
    places: Places,
    /// Whether all that is the same stands where it stood.
    pub(crate) in_place: bool,
}

/// What a module imports.
const IMPORTS: &str = "imports";

/// Whether an attribute of a module is neither a setting nor where these are.
fn is_meta(binding: &&Binding) -> bool {
    !is_setting(&binding.name) && binding.name != "config"
}

impl Difference {
    /// The difference between two texts; `None` if more than settings is another. What a module imports may be more than it was: which
    /// modules a configuration has is found out in any case.
    pub(crate) fn between(old: &File, new: &File) -> Option<Self> {
        if old.says_the_same(new) {
            let places = Places::of_the_same(old, new);
            let in_place = places.are_the_same();
            let (changed, declared) = Default::default();
            return Some(Difference { changed, declared, is_none: true, places, in_place });
        }
        let mut comparison = Comparison {
            old,
            new,
            frames: Vec::new(),
            places: Places::default(),
            changed: Vec::new(),
            declared: Vec::new(),
        };
        comparison.module(old.root, new.root)?;
        let Comparison { places, changed, declared, .. } = comparison;
        let in_place = places.are_the_same();
        Some(Difference { changed, declared, is_none: false, places, in_place })
    }

    /// Where a piece of the old text that is the same in the new one stands there.
    pub(crate) fn moved(&self, range: TextRange) -> Option<TextRange> {
        self.places.moved(range)
    }
}

struct Comparison<'f> {
    old: &'f File,
    new: &'f File,
    /// The frames around what is compared, innermost last; for each of their slots whether it holds something else.
    frames: Vec<Vec<bool>>,
    places: Places,
    changed: Vec<Vec<Name>>,
    declared: Vec<Vec<Name>>,
}

impl Comparison<'_> {
    /// A module: what its function and what is around its settings yield.
    fn module(&mut self, old: ExprId, new: ExprId) -> Option<()> {
        match (self.old.expr(old), self.new.expr(new)) {
            (Expr::Lambda(a), Expr::Lambda(b)) => {
                self.parameter(a, b).then_some(())?;
                self.place(old, new);
                self.module(a.body, b.body)
            }
            (Expr::Let { bindings: a, body }, Expr::Let { bindings: b, body: new_body }) => {
                self.variables(a, b)?;
                self.place(old, new);
                self.module(*body, *new_body)
            }
            (Expr::WithIn { scope: a, body }, Expr::WithIn { scope: b, body: new_body }) => {
                self.same(*a, *b).then_some(())?;
                self.frames.push(vec![false]);
                self.place(old, new);
                self.module(*body, *new_body)
            }
            (
                Expr::Attrs { recursive: false, bindings: a },
                Expr::Attrs { recursive: false, bindings: b },
            ) => {
                self.place(old, new);
                self.top(a, b)
            }
            _ => None,
        }
    }

    /// The set that a module is.
    fn top(&mut self, a: &Bindings, b: &Bindings) -> Option<()> {
        self.same_rest(a, b).then_some(())?;
        let meta = |bindings: &Bindings| -> BTreeSet<Name> {
            bindings.statics.iter().filter(is_meta).map(|binding| binding.name.clone()).collect()
        };
        let explicit = |bindings: &Bindings| find(bindings, "config").is_some();
        let mut known = meta(a);
        if find(b, IMPORTS).is_some() {
            known.insert(Name::new_static(IMPORTS));
        }
        if known != meta(b) || explicit(a) != explicit(b) {
            return None;
        }
        for old in a.statics.iter().filter(is_meta) {
            let new = find(b, &old.name)?;
            match (old.value, new.value) {
                (BindingValue::Expr(x), BindingValue::Expr(y)) if old.name == "options" => {
                    self.entries(old.entry, new.entry);
                    self.setting(x, y, &mut Vec::new());
                    self.declared = std::mem::take(&mut self.changed);
                }
                (BindingValue::Expr(x), BindingValue::Expr(y)) if old.name == IMPORTS => {
                    self.entries(old.entry, new.entry);
                    self.imports(x, y).then_some(())?;
                }
                _ => self.same_binding(old, new).then_some(())?,
            }
        }
        let has_options = find(a, "options").is_some();
        if let (Some(old), Some(new)) = (find(a, "config"), find(b, "config")) {
            // What stands beside it is refused.
            if a.statics.iter().chain(&b.statics).any(|s| s.name != "config" && !is_meta(&s)) {
                return None;
            }
            let (BindingValue::Expr(x), BindingValue::Expr(y)) = (old.value, new.value) else { return None };
            self.entries(old.entry, new.entry);
            self.setting(x, y, &mut Vec::new());
            return Some(());
        }
        if has_options {
            return a.statics.iter().chain(&b.statics).all(|binding| is_meta(&binding)).then_some(());
        }
        self.settings(a, b, &mut Vec::new(), true);
        Some(())
    }

    /// Whether what is imported is the same, or the same and more.
    fn imports(&mut self, old: ExprId, new: ExprId) -> bool {
        match (self.old.expr(old), self.new.expr(new)) {
            (Expr::List(x), Expr::List(y)) => {
                self.place(old, new);
                x.len() <= y.len() && x.iter().zip(y.iter()).all(|(x, y)| self.same(*x, *y))
            }
            _ => self.same(old, new),
        }
    }

    /// Settings in a set, at a path.
    fn settings(&mut self, a: &Bindings, b: &Bindings, path: &mut Vec<Name>, is_top: bool) {
        let is_setting = |binding: &&Binding| !is_top || !is_meta(binding);
        for old in a.statics.iter().filter(is_setting) {
            path.push(old.name.clone());
            match find(b, &old.name) {
                None => self.changed.push(path.clone()),
                Some(new) => match (old.value, new.value) {
                    (BindingValue::Expr(x), BindingValue::Expr(y)) => {
                        self.entries(old.entry, new.entry);
                        self.setting(x, y, path);
                    }
                    _ if self.same_value(old.value, new.value) => self.entries(old.entry, new.entry),
                    _ => self.changed.push(path.clone()),
                },
            }
            path.pop();
        }
        for new in b.statics.iter().filter(is_setting).filter(|new| find(a, &new.name).is_none()) {
            path.push(new.name.clone());
            self.changed.push(path.clone());
            path.pop();
        }
    }

    /// The value of a setting, at a path.
    fn setting(&mut self, old: ExprId, new: ExprId, path: &mut Vec<Name>) {
        let (a, b) = (self.old.expr(old), self.new.expr(new));
        match (a, b) {
            (
                Expr::Attrs { recursive: false, bindings: a },
                Expr::Attrs { recursive: false, bindings: b },
            ) if self.same_rest(a, b) => {
                self.place(old, new);
                self.settings(a, b, path, false);
            }
            _ if self.same(old, new) => {}
            // What is below a condition is as if it stood above it.
            (Expr::Apply { function: f, argument: x }, Expr::Apply { function: g, argument: y })
                if self.is_condition(*f) && self.same(*f, *g) =>
            {
                self.place(old, new);
                self.setting(*x, *y, path);
            }
            _ => self.changed.push(path.clone()),
        }
    }

    /// Whether a function is `lib.mkIf condition`.
    fn is_condition(&self, function: ExprId) -> bool {
        let Expr::Apply { function, .. } = self.old.expr(function) else { return false };
        match self.old.expr(*function) {
            Expr::Select { base, path, default: None } => {
                self.is_lib(*base) && matches!(&**path, [AttrName::Static(name)] if name == "mkIf")
            }
            _ => false,
        }
    }

    /// Whether an expression is the argument `lib` of the module.
    fn is_lib(&self, base: ExprId) -> bool {
        let Expr::Local { depth, slot } = self.old.expr(base) else { return false };
        let Expr::Lambda(lambda) = self.old.expr(self.old.root) else { return false };
        let Param::Pattern { formals, .. } = &lambda.param else { return false };
        *depth as usize + 1 == self.frames.len()
            && formals.get(*slot as usize).is_some_and(|formal| formal.name == "lib")
    }

    /// The variables of a `let` around the settings: which of them are others.
    fn variables(&mut self, a: &Bindings, b: &Bindings) -> Option<()> {
        let names = |bindings: &Bindings| bindings.statics.iter().map(|s| s.name.clone()).collect::<Vec<_>>();
        if names(a) != names(b) || a.sources.len() != b.sources.len() || !a.dynamics.is_empty() {
            return None;
        }
        let outer: Vec<bool> = a
            .statics
            .iter()
            .zip(&b.statics)
            .map(|(old, new)| match (old.value, new.value) {
                (BindingValue::Outer(x), BindingValue::Outer(y)) => !self.same(x, y),
                _ => false,
            })
            .collect();
        self.frames.push(outer);
        // One that is another makes others of those that use it.
        loop {
            let mut more = false;
            for (i, (old, new)) in a.statics.iter().zip(&b.statics).enumerate() {
                let known = self.frames.last().is_some_and(|frame| frame[i]);
                let same = match (old.value, new.value) {
                    _ if known => continue,
                    (BindingValue::Expr(x), BindingValue::Expr(y)) => self.same(x, y),
                    (BindingValue::Outer(_), BindingValue::Outer(_)) => true,
                    (BindingValue::From(x), BindingValue::From(y)) => {
                        x == y && self.same(a.sources[x as usize], b.sources[y as usize])
                    }
                    _ => false,
                };
                if same {
                    self.entries(old.entry, new.entry);
                } else if let Some(frame) = self.frames.last_mut() {
                    frame[i] = true;
                    more = true;
                }
            }
            if !more {
                return Some(());
            }
        }
    }

    /// Whether the parameters of two functions are the same. Their frame is then around what comes.
    fn parameter(&mut self, a: &Lambda, b: &Lambda) -> bool {
        match (&a.param, &b.param) {
            (Param::Name(x), Param::Name(y)) => {
                self.frames.push(vec![false]);
                x == y
            }
            (
                Param::Pattern { formals: x, open, bind },
                Param::Pattern { formals: y, open: new_open, bind: new_bind },
            ) => {
                self.frames.push(vec![false; x.len() + 1]);
                let same = x.len() == y.len() && open == new_open && bind == new_bind;
                same && x
                    .iter()
                    .zip(y.iter())
                    .all(|(x, y)| x.name == y.name && self.same_option(x.default, y.default))
            }
            _ => false,
        }
    }

    /// Whether two expressions are the same, and refer to nothing that is another.
    fn same(&mut self, old: ExprId, new: ExprId) -> bool {
        let around = self.frames.len();
        let same = self.same_inside(old, new);
        self.frames.truncate(around);
        if same {
            self.place(old, new);
        }
        same
    }

    fn same_inside(&mut self, old: ExprId, new: ExprId) -> bool {
        match (self.old.expr(old), self.new.expr(new)) {
            (Expr::Local { depth, slot }, Expr::Local { depth: d, slot: s }) => {
                let frame = self.frames.len().checked_sub(1 + *depth as usize);
                let is_other = frame.and_then(|frame| self.frames[frame].get(*slot as usize)).copied();
                depth == d && slot == s && is_other == Some(false)
            }
            (Expr::Str(x), Expr::Str(y)) => self.same_parts(x, y),
            (Expr::Path(kind, x), Expr::Path(k, y)) => kind == k && self.same_parts(x, y),
            (Expr::Select { base, path, default }, Expr::Select { base: b, path: p, default: d }) => {
                self.same(*base, *b) && self.same_path(path, p) && self.same_option(*default, *d)
            }
            (Expr::HasAttr { base, path }, Expr::HasAttr { base: b, path: p }) => {
                self.same(*base, *b) && self.same_path(path, p)
            }
            (Expr::Apply { function, argument }, Expr::Apply { function: f, argument: a }) => {
                self.same(*function, *f) && self.same(*argument, *a)
            }
            (Expr::Lambda(x), Expr::Lambda(y)) => self.parameter(x, y) && self.same(x.body, y.body),
            (Expr::Let { bindings, body }, Expr::Let { bindings: b, body: y }) => {
                self.same_bindings(bindings, b, true) && self.same(*body, *y)
            }
            (Expr::Attrs { recursive, bindings }, Expr::Attrs { recursive: r, bindings: b }) => {
                recursive == r && self.same_bindings(bindings, b, *recursive)
            }
            (Expr::List(x), Expr::List(y)) => {
                x.len() == y.len() && x.iter().zip(y.iter()).all(|(x, y)| self.same(*x, *y))
            }
            (Expr::WithIn { scope, body }, Expr::WithIn { scope: s, body: b }) => {
                let same = self.same(*scope, *s);
                self.frames.push(vec![false]);
                same && self.same(*body, *b)
            }
            (Expr::If { condition, yes, no }, Expr::If { condition: c, yes: y, no: n }) => {
                self.same(*condition, *c) && self.same(*yes, *y) && self.same(*no, *n)
            }
            (Expr::Assert { condition, body }, Expr::Assert { condition: c, body: b }) => {
                self.same(*condition, *c) && self.same(*body, *b)
            }
            (Expr::Binary { op, left, right }, Expr::Binary { op: o, left: l, right: r }) => {
                op == o && self.same(*left, *l) && self.same(*right, *r)
            }
            (Expr::Not(x), Expr::Not(y)) | (Expr::Negate(x), Expr::Negate(y)) => self.same(*x, *y),
            // Its value is where it stands.
            (Expr::CurPos, _) => false,
            // What is left has no parts.
            (
                x @ (Expr::Missing
                | Expr::Int(_)
                | Expr::Float(_)
                | Expr::Text(_)
                | Expr::With { .. }
                | Expr::Global(_)
                | Expr::Undefined(_)),
                y,
            ) => x == y,
            _ => false,
        }
    }

    fn same_parts(&mut self, a: &[Part], b: &[Part]) -> bool {
        a.len() == b.len()
            && a.iter().zip(b).all(|parts| match parts {
                (Part::Text(x), Part::Text(y)) => x == y,
                (Part::Interpolation(x), Part::Interpolation(y)) => self.same(*x, *y),
                _ => false,
            })
    }

    fn same_path(&mut self, a: &[AttrName], b: &[AttrName]) -> bool {
        a.len() == b.len()
            && a.iter().zip(b).all(|names| match names {
                (AttrName::Static(x), AttrName::Static(y)) => x == y,
                (AttrName::Dynamic(x), AttrName::Dynamic(y)) => self.same(*x, *y),
                _ => false,
            })
    }

    fn same_option(&mut self, a: Option<ExprId>, b: Option<ExprId>) -> bool {
        match (a, b) {
            (None, None) => true,
            (Some(x), Some(y)) => self.same(x, y),
            _ => false,
        }
    }

    /// Whether bindings are the same, in the same order. If they make a frame, it is then around what comes.
    fn same_bindings(&mut self, a: &Bindings, b: &Bindings, frame: bool) -> bool {
        let same = a.statics.len() == b.statics.len()
            && a.statics.iter().zip(&b.statics).all(|(old, new)| {
                old.name == new.name
                    && match (old.value, new.value) {
                        (BindingValue::Outer(x), BindingValue::Outer(y)) => self.same(x, y),
                        _ => true,
                    }
            });
        if frame {
            self.frames.push(vec![false; a.statics.len()]);
        }
        same && self.same_rest(a, b)
            && a.statics.iter().zip(&b.statics).all(|(old, new)| match (old.value, new.value) {
                (BindingValue::Outer(_), BindingValue::Outer(_)) => {
                    self.entries(old.entry, new.entry);
                    true
                }
                _ => self.same_binding(old, new),
            })
    }

    /// Whether the sources of `inherit` and the bindings with computed names are the same.
    fn same_rest(&mut self, a: &Bindings, b: &Bindings) -> bool {
        a.sources.len() == b.sources.len()
            && a.dynamics.len() == b.dynamics.len()
            && a.sources.iter().zip(&b.sources).all(|(x, y)| self.same(*x, *y))
            && a.dynamics.iter().zip(&b.dynamics).all(|(x, y)| {
                self.entries(x.entry, y.entry);
                self.same(x.name, y.name) && self.same(x.value, y.value)
            })
    }

    fn same_binding(&mut self, old: &Binding, new: &Binding) -> bool {
        self.entries(old.entry, new.entry);
        self.same_value(old.value, new.value)
    }

    /// Whether two values are the same, in sets whose sources are.
    fn same_value(&mut self, old: BindingValue, new: BindingValue) -> bool {
        match (old, new) {
            (BindingValue::Expr(x), BindingValue::Expr(y)) => self.same(x, y),
            (BindingValue::Outer(x), BindingValue::Outer(y)) => self.same(x, y),
            (BindingValue::From(x), BindingValue::From(y)) => x == y,
            _ => false,
        }
    }

    /// Notes where an expression stands now.
    fn place(&mut self, old: ExprId, new: ExprId) {
        self.range(self.old.range(old), self.new.range(new));
    }

    /// Notes where a binding stands now.
    fn entries(&mut self, old: EntryId, new: EntryId) {
        let (old, new) = (self.old.entry(old), self.new.entry(new));
        for (old, new) in
            [(old.range, new.range), (old.path, new.path), (old.name, new.name), (old.value, new.value)]
        {
            self.range(old, new);
        }
    }

    fn range(&mut self, old: TextRange, new: TextRange) {
        self.places.note(old, new);
    }
}

/// The binding of a name.
fn find<'b>(bindings: &'b Bindings, name: &str) -> Option<&'b Binding> {
    let at = |i: &u32| &bindings.statics[*i as usize];
    let found = bindings.by_name.binary_search_by(|i| at(i).name.as_str().cmp(name)).ok()?;
    Some(at(&bindings.by_name[found]))
}

#[cfg(test)]
mod tests {
    use super::{Difference, Name};
    use crate::syntax::lower;
    use expect_test::{Expect, expect};

    #[track_caller]
    fn check(old: &str, new: &str, expected: Expect) {
        let difference = Difference::between(&lower(old), &lower(new));
        let shown = match difference {
            None => "more than settings".to_owned(),
            Some(difference) => {
                let shown = |paths: &[Vec<Name>]| {
                    let paths = paths.iter().map(|path| path.join("."));
                    format!("[{}]", paths.collect::<Vec<_>>().join(", "))
                };
                let changed = shown(&difference.changed);
                if difference.declared.is_empty() {
                    changed
                } else {
                    format!("{changed} declares {}", shown(&difference.declared))
                }
            }
        };
        expected.assert_eq(&shown);
    }

    #[test]
    fn settings_that_are_others_are_told() {
        check("{ a.b = 1; a.c = 2; }", "{ a.b = 1; a.c = 3; }", expect!["[a.c]"]);
        check("{ a = 1; }", "{ a = 1; b.c = 2; }", expect!["[b]"]);
        check("{ lib, ... }: { a.b = [ 1 ]; }", "{ lib, ... }: { }", expect!["[a]"]);
        check("{ a = { b = 1; c = f 1; }; }", "{ a = { c = f 2; b = 1; }; }", expect!["[a.c]"]);
    }

    #[test]
    fn variables_make_others_of_what_uses_them() {
        let old = "let x = 1; y = x; z = 2; in { a = y; b = z; c = x: x; }";
        check(old, &old.replace("x = 1", "x = 7"), expect!["[a]"]);
        check(old, &old.replace("z = 2", "z = 7"), expect!["[b]"]);
        check(old, &old.replace("y = x", "w = x"), expect!["more than settings"]);
        check("{ x ? 1, ... }: { a = x; }", "{ x ? 2, ... }: { a = x; }", expect!["more than settings"]);
    }

    #[test]
    fn what_is_below_a_condition_is_as_if_it_stood_above() {
        let old = "{ config, lib, ... }: { config = lib.mkIf config.x { a = 1; b = 2; }; }";
        check(old, &old.replace("b = 2", "b = 3"), expect!["[b]"]);
        check(old, &old.replace("config.x", "config.y"), expect!["[]"]);
        let old = "{ lib, ... }: let f = lib; in { a = f.mkIf true { b = 1; }; }";
        check(old, &old.replace("b = 1", "b = 3"), expect!["[a]"]);
    }

    #[test]
    fn what_is_no_setting_is_more() {
        let old = "{ imports = [ ./a.nix ]; options.x = 1; config.y = 2; }";
        check(old, &old.replace("y = 2", "y = 3"), expect!["[y]"]);
        check(old, &old.replace("a.nix", "b.nix"), expect!["more than settings"]);
        check(old, &old.replace("x = 1", "x = 2"), expect!["[] declares [x]"]);
        check("{ a = 1; }", "{ config.a = 1; }", expect!["more than settings"]);
        check("{ a = 1; }", "{ a = ; }", expect!["[a]"]);
        check("{ a = 1; }", "{ a = 1; b }", expect!["[b]"]);
        check("rec { a = 1; b = a; }", "rec { a = 2; b = a; }", expect!["more than settings"]);
    }

    #[test]
    fn more_may_be_imported() {
        let old = "{ lib, ... }: { imports = [ ./a.nix ]; x = 1; }";
        check(old, &old.replace("a.nix", "a.nix { y = 1; }"), expect!["[]"]);
        check(old, &old.replace("./a.nix", "{ y = 1; } ./a.nix"), expect!["more than settings"]);
        check(old, &old.replace("./a.nix", ""), expect!["more than settings"]);
        check("{ x = 1; }", "{ imports = [ ./a.nix ]; x = 2; }", expect!["[x]"]);
        check("{ imports = [ ./a.nix ]; x = 1; }", "{ x = 1; }", expect!["more than settings"]);
        check("{ imports = f [ 1 ]; }", "{ imports = f [ 1 2 ]; }", expect!["more than settings"]);
    }

    #[test]
    fn what_is_the_same_stands_where_it_stands() {
        let (old, new) = ("{ x = 1; y = [ 2 ]; }", "# A comment.\n{ x = 1789; y = [ 2 ]; }");
        let difference = Difference::between(&lower(old), &lower(new)).expect("two modules");
        let place = |text: &str, part: &str| {
            let start = text.find(part).expect("a part of it") as u32;
            rowan::TextRange::at(start.into(), (part.len() as u32).into())
        };
        assert!(!difference.in_place && !difference.is_none);
        for part in ["y = [ 2 ];", "[ 2 ]", "2", "y"] {
            assert_eq!(difference.moved(place(old, part)), Some(place(new, part)), "{part}");
        }
        assert_eq!(difference.moved(place(old, "1; y")), None);
    }

    #[test]
    fn texts_that_say_the_same_need_not_be_modules() {
        let old = "a: b: a + b { c = [ a ]; }";
        for new in ["a: b: a + b # 漢字\n{ c = [ a ]; }", "  a: b: a  + (b) { c = [a]; } # {", old] {
            let difference = Difference::between(&lower(old), &lower(new)).expect("two expressions");
            assert!(difference.is_none);
            assert_eq!(difference.in_place, old == new);
            for (old, new) in std::iter::zip(lower(old).ranges, lower(new).ranges) {
                assert_eq!(difference.moved(old), Some(new));
            }
        }
        for new in ["a: b: a + b { c = [ b ]; }", "a: b: a + b { inherit c; }", "a: b: b + a { c = [ a ]; }"]
        {
            assert!(Difference::between(&lower(old), &lower(new)).is_none_or(|d| !d.is_none), "{new}");
        }
    }
}
