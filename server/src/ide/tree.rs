//! The lowered form of a file with the way from each expression to what it stands in.

use rowan::{TextRange, TextSize};
use speclint_lint::syntax::hir::{
    AttrName, Binding, BindingValue, Bindings, EntryId, Expr, ExprId, File, Name, Param,
};
use std::sync::Arc;

/// How many names are followed to what they are bound to.
const MOST_ALIASES: usize = 20;

/// A lowered file, and what each expression of it stands in.
pub(super) struct Tree {
    pub(super) file: Arc<File>,
    above: Vec<Option<Above>>,
    /// For each entry the binding of its last name: the set that it is in, and its value.
    bound: Vec<Option<(ExprId, Option<ExprId>)>>,
}

/// What an expression stands in.
#[derive(Clone)]
struct Above {
    parent: ExprId,
    edge: Edge,
    /// Whether it sees the names that the parent binds.
    in_frame: bool,
}

/// As what an expression stands in another.
#[derive(Clone)]
enum Edge {
    /// The value of an attribute; its name, if that is known.
    Bound(Option<Name>, EntryId),
    /// What is in it is part of what the parent is: the argument of a call, an element of a list, a body, a branch.
    Inside,
    /// Anything else: the value of a variable, a condition, a function that is called.
    Other,
}

/// An attribute around something.
#[derive(Clone, Debug)]
pub(super) struct Step {
    /// The set that it is in.
    pub(super) set: ExprId,
    /// Its name; `None` if that is computed.
    pub(super) name: Option<Name>,
    /// Where it is bound.
    pub(super) entry: EntryId,
    /// Its value, if it has one of its own.
    pub(super) value: Option<ExprId>,
}

/// The attributes around something, outermost first, and the expressions on the way, each with how many of them are around it.
#[derive(Default)]
pub(super) struct Steps {
    pub(super) steps: Vec<Step>,
    pub(super) on_the_way: Vec<(ExprId, usize)>,
}

/// What an expression reads.
pub(super) struct Reading {
    /// Whose configuration it is.
    pub(super) of: Root,
    /// The function that is given it.
    pub(super) function: ExprId,
    /// What of it.
    pub(super) path: Vec<Name>,
}

/// Whose configuration is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Root {
    /// The module's own: `config`.
    Config,
    /// That of the NixOS around a home: `osConfig`.
    Os,
    /// All arguments of a module, of which the configuration is one.
    Arguments,
}

impl Tree {
    pub(super) fn new(file: Arc<File>) -> Self {
        let mut tree =
            Tree { above: vec![None; file.exprs.len()], bound: vec![None; file.entries.len()], file };
        let file = tree.file.clone();
        // Parents come behind their children, so that the innermost set of an entry is the first.
        for (id, expr) in file.exprs.iter().enumerate() {
            tree.add(ExprId(id as u32), expr);
        }
        tree
    }

    fn add(&mut self, parent: ExprId, expr: &Expr) {
        let mut put = |child: ExprId, edge: Edge, in_frame: bool| {
            self.above[child.0 as usize] = Some(Above { parent, edge, in_frame });
        };
        let names = |path: &[AttrName]| -> Vec<ExprId> {
            let dynamic = |name: &AttrName| match name {
                AttrName::Dynamic(id) => Some(*id),
                AttrName::Static(_) => None,
            };
            path.iter().filter_map(dynamic).collect()
        };
        match expr {
            Expr::Select { base, path, default } => {
                put(*base, Edge::Other, false);
                names(path).into_iter().for_each(|id| put(id, Edge::Other, false));
                default.iter().for_each(|id| put(*id, Edge::Inside, false));
            }
            Expr::HasAttr { base, path } => {
                put(*base, Edge::Other, false);
                names(path).into_iter().for_each(|id| put(id, Edge::Other, false));
            }
            Expr::Apply { function, argument } => {
                put(*function, Edge::Other, false);
                put(*argument, Edge::Inside, false);
            }
            Expr::Lambda(lambda) => {
                put(lambda.body, Edge::Inside, true);
                if let Param::Pattern { formals, .. } = &lambda.param {
                    formals.iter().filter_map(|f| f.default).for_each(|id| put(id, Edge::Other, true));
                }
            }
            Expr::Let { bindings, body } => {
                self.add_bindings(parent, bindings, true, false);
                self.above[body.0 as usize] = Some(Above { parent, edge: Edge::Inside, in_frame: true });
            }
            Expr::Attrs { recursive, bindings } => self.add_bindings(parent, bindings, *recursive, true),
            Expr::List(items) => items.iter().for_each(|id| put(*id, Edge::Inside, false)),
            Expr::WithIn { scope, body } => {
                put(*scope, Edge::Other, false);
                put(*body, Edge::Inside, true);
            }
            Expr::If { condition, yes, no } => {
                put(*condition, Edge::Other, false);
                put(*yes, Edge::Inside, false);
                put(*no, Edge::Inside, false);
            }
            Expr::Assert { condition, body } => {
                put(*condition, Edge::Other, false);
                put(*body, Edge::Inside, false);
            }
            Expr::Binary { left, right, .. } => {
                put(*left, Edge::Inside, false);
                put(*right, Edge::Inside, false);
            }
            Expr::Not(id) | Expr::Negate(id) => put(*id, Edge::Other, false),
            Expr::Str(parts) | Expr::Path(_, parts) => {
                for part in parts {
                    if let speclint_lint::syntax::hir::Part::Interpolation(id) = part {
                        put(*id, Edge::Other, false);
                    }
                }
            }
            Expr::Missing
            | Expr::Int(_)
            | Expr::Float(_)
            | Expr::Text(_)
            | Expr::Local { .. }
            | Expr::With { .. }
            | Expr::Global(_)
            | Expr::Undefined(_)
            | Expr::CurPos => {}
        }
    }

    fn add_bindings(&mut self, parent: ExprId, bindings: &Bindings, frame: bool, is_set: bool) {
        for Binding { name, value, entry } in &bindings.statics {
            let (own, in_frame) = match value {
                BindingValue::Expr(id) => (Some(*id), frame),
                BindingValue::Outer(id) => (Some(*id), false),
                BindingValue::From(_) => (None, false),
            };
            let edge = if is_set { Edge::Bound(Some(name.clone()), *entry) } else { Edge::Other };
            self.bind(parent, *entry, own, edge, in_frame, is_set);
        }
        for dynamic in &bindings.dynamics {
            let edge = if is_set { Edge::Bound(None, dynamic.entry) } else { Edge::Other };
            self.bind(parent, dynamic.entry, Some(dynamic.value), edge, frame, is_set);
            self.above[dynamic.name.0 as usize] = Some(Above { parent, edge: Edge::Other, in_frame: frame });
        }
        for source in &bindings.sources {
            self.above[source.0 as usize] = Some(Above { parent, edge: Edge::Other, in_frame: frame });
        }
    }

    fn bind(
        &mut self,
        parent: ExprId,
        entry: EntryId,
        own: Option<ExprId>,
        edge: Edge,
        in_frame: bool,
        is_set: bool,
    ) {
        if let Some(id) = own {
            self.above[id.0 as usize] = Some(Above { parent, edge, in_frame });
        }
        let known = &mut self.bound[entry.0 as usize];
        if is_set && known.is_none() {
            *known = Some((parent, own));
        }
    }

    /// The value of an entry, if it has one of its own: for a name of an `inherit (e)`, what that is selected from.
    pub(super) fn value_of(&self, entry: EntryId) -> Option<ExprId> {
        let (set, value) = self.bound[entry.0 as usize]?;
        let from = || {
            let Expr::Attrs { bindings, .. } = self.file.expr(set) else { return None };
            let binding = bindings.statics.iter().find(|binding| binding.entry == entry)?;
            let BindingValue::From(source) = binding.value else { return None };
            bindings.sources.get(source as usize).copied()
        };
        value.or_else(from)
    }

    /// The attributes that lead to what an entry binds, outermost first: those of its own path, and those around it.
    pub(super) fn steps_to(&self, entry: EntryId) -> Steps {
        let Some((set, value)) = self.bound[entry.0 as usize] else { return Steps::default() };
        let name = match self.file.expr(set) {
            Expr::Attrs { bindings, .. } => {
                bindings.statics.iter().find(|binding| binding.entry == entry).map(|b| b.name.clone())
            }
            _ => None,
        };
        let mut steps = self.steps_around(set);
        steps.steps.push(Step { set, name, entry, value });
        steps.on_the_way.extend(value.map(|value| (value, steps.steps.len())));
        steps
    }

    /// The attributes that an expression is a value of, outermost first, and the expressions from it outward.
    pub(super) fn steps_around(&self, expr: ExprId) -> Steps {
        let mut steps = Vec::new();
        let mut way = vec![(expr, 0)];
        let mut at = expr;
        while let Some(above) = &self.above[at.0 as usize] {
            match &above.edge {
                Edge::Bound(name, entry) => {
                    let (name, entry) = (name.clone(), *entry);
                    steps.push(Step { set: above.parent, name, entry, value: Some(at) });
                }
                Edge::Inside => {}
                Edge::Other => break,
            }
            at = above.parent;
            way.push((at, steps.len()));
        }
        steps.reverse();
        let count = steps.len();
        let on_the_way = way.into_iter().map(|(expr, inner)| (expr, count - inner)).collect();
        Steps { steps, on_the_way }
    }

    /// The innermost binding whose attribute path has a place, and its names.
    pub(super) fn entry_at(&self, offset: TextSize) -> Option<EntryId> {
        let entries = self.file.entries.iter().enumerate();
        let here = entries.filter(|(_, entry)| entry.path.contains_inclusive(offset));
        let innermost = here.min_by_key(|(_, entry)| entry.path.len())?;
        Some(EntryId(innermost.0 as u32))
    }

    /// The innermost expression that has a place.
    pub(super) fn expr_at(&self, offset: TextSize) -> Option<ExprId> {
        let ranges = self.file.ranges.iter().enumerate();
        let here = ranges.filter(|(_, range)| range.contains_inclusive(offset));
        let innermost = here.min_by_key(|(id, range)| (range.len(), *id))?;
        Some(ExprId(innermost.0 as u32))
    }

    /// The expressions that an expression is in, from the inside; itself first.
    pub(super) fn outward(&self, expr: ExprId) -> impl Iterator<Item = ExprId> {
        std::iter::successors(Some(expr), |at| self.above[at.0 as usize].as_ref().map(|above| above.parent))
    }

    /// What an expression reads of the configuration, if that is plain to see.
    pub(super) fn reading(&self, expr: ExprId) -> Option<Reading> {
        self.reading_within(expr, MOST_ALIASES)
    }

    fn reading_within(&self, expr: ExprId, left: usize) -> Option<Reading> {
        let left = left.checked_sub(1)?;
        match self.file.expr(expr) {
            Expr::Local { depth, slot } => match self.binder(expr, *depth)? {
                (function, Expr::Lambda(lambda)) => {
                    let name = match &lambda.param {
                        Param::Name(_) => None,
                        Param::Pattern { formals, .. } => formals.get(*slot as usize).map(|f| &f.name),
                    };
                    let of = match name.map(Name::as_str) {
                        Some("config") => Root::Config,
                        Some("osConfig" | "nixosConfig") => Root::Os,
                        None => Root::Arguments,
                        Some(_) => return None,
                    };
                    Some(Reading { of, function, path: Vec::new() })
                }
                (_, Expr::Let { bindings, .. } | Expr::Attrs { bindings, .. }) => {
                    let binding = bindings.statics.get(*slot as usize)?;
                    match binding.value {
                        BindingValue::Expr(id) | BindingValue::Outer(id) => self.reading_within(id, left),
                        BindingValue::From(source) => {
                            let source = *bindings.sources.get(source as usize)?;
                            self.reading_within(source, left)?
                                .below(&[AttrName::Static(binding.name.clone())])
                        }
                    }
                }
                _ => None,
            },
            Expr::Select { base, path, .. } => self.reading_within(*base, left)?.below(path),
            _ => None,
        }
    }

    /// What a frame's number of frames up is made by.
    pub(super) fn binder(&self, expr: ExprId, mut depth: u32) -> Option<(ExprId, &Expr)> {
        let mut at = expr;
        loop {
            let above = self.above[at.0 as usize].as_ref()?;
            at = above.parent;
            if above.in_frame {
                if depth == 0 {
                    return Some((at, self.file.expr(at)));
                }
                depth -= 1;
            }
        }
    }

    /// Whether an expression is a function.
    pub(super) fn is_function(&self, expr: ExprId) -> bool {
        matches!(self.file.expr(expr), Expr::Lambda(_))
    }

    /// The sets that a module is made of, from the function that it is, or from what it is without one.
    pub(super) fn sets_in(&self, module: ExprId) -> Vec<ExprId> {
        let mut open = vec![module];
        let mut found = Vec::new();
        while let Some(id) = open.pop() {
            match self.file.expr(id) {
                Expr::Attrs { .. } => found.push(id),
                Expr::Lambda(lambda) => open.push(lambda.body),
                Expr::Let { body, .. } | Expr::WithIn { body, .. } | Expr::Assert { body, .. } => {
                    open.push(*body);
                }
                Expr::Apply { argument, .. } => open.push(*argument),
                Expr::List(items) => open.extend(items.iter().copied()),
                Expr::If { yes, no, .. } => open.extend([*yes, *no]),
                Expr::Binary { left, right, .. } => open.extend([*left, *right]),
                _ => {}
            }
        }
        found
    }
}

impl Reading {
    /// What is selected from it.
    pub(super) fn below(mut self, path: &[AttrName]) -> Option<Reading> {
        for name in path {
            let AttrName::Static(name) = name else { return None };
            self.of = match (self.of, name.as_str()) {
                (Root::Arguments, "config") => Root::Config,
                (Root::Arguments, "osConfig" | "nixosConfig") => Root::Os,
                (Root::Arguments, _) => return None,
                (of, _) => {
                    self.path.push(name.clone());
                    of
                }
            };
        }
        Some(self)
    }
}

/// Where the names of an attribute path stand that starts at an offset, at most so many.
pub(super) fn names_in(text: &str, start: usize, most: usize) -> Vec<TextRange> {
    let mut names = Vec::new();
    let mut at = start;
    while names.len() < most {
        at += blanks(&text[at..]);
        let rest = &text[at..];
        let length = match rest.chars().next() {
            Some('"') => quoted_length(rest),
            Some('$') => rest.find('}').map_or(rest.len(), |end| end + 1),
            _ => rest.find(|c: char| !is_of_name(c)).unwrap_or(rest.len()),
        };
        let size = |n: usize| TextSize::new(n as u32);
        names.push(TextRange::at(size(at), size(length)));
        at += length;
        at += blanks(&text[at..]);
        if !text[at..].starts_with('.') {
            break;
        }
        at += 1;
    }
    names
}

/// Whether a name that is written without quotation marks may have a character.
pub(super) fn is_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '\'')
}

/// How long the white space and comments are that a text starts with.
fn blanks(text: &str) -> usize {
    let mut rest = text.trim_start();
    while let Some(comment) = rest.strip_prefix('#') {
        rest = comment.split_once('\n').map_or("", |(_, rest)| rest).trim_start();
    }
    text.len() - rest.len()
}

/// How long a string is that a text starts with.
fn quoted_length(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}
