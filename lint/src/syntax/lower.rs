//! From rnix' tree to the arena.
use super::hir::*;
use rnix::ast::{self, AstToken, HasEntry, InterpolPart};
use rowan::TextRange;
use rowan::ast::AstNode;
use std::sync::Arc;

const GLOBALS: &[&str] = &[
    "true",
    "false",
    "null",
    "builtins",
    "abort",
    "baseNameOf",
    "break",
    "derivation",
    "derivationStrict",
    "dirOf",
    "fetchGit",
    "fetchMercurial",
    "fetchTarball",
    "fetchTree",
    "fromTOML",
    "import",
    "isNull",
    "map",
    "placeholder",
    "removeAttrs",
    "scopedImport",
    "throw",
    "toString",
];

enum Scope {
    Names(Vec<Name>),
    With,
}

struct L {
    exprs: Vec<Expr>,
    ranges: Vec<TextRange>,
    entries: Vec<Entry>,
    errors: Vec<SyntaxError>,
    scopes: Vec<Scope>,
}

/// Lowers.
pub fn lower(text: &str) -> File {
    let parse = rnix::Root::parse(text);
    let mut l = L { exprs: vec![], ranges: vec![], entries: vec![], errors: vec![], scopes: vec![] };
    for e in parse.errors() {
        l.errors.push(SyntaxError { range: TextRange::default(), message: e.to_string() });
    }
    let root = l.opt(parse.tree().expr());
    File { exprs: l.exprs, ranges: l.ranges, entries: l.entries, root, errors: l.errors }
}

impl L {
    fn add(&mut self, e: Expr, r: TextRange) -> ExprId {
        self.exprs.push(e);
        self.ranges.push(r);
        ExprId(self.exprs.len() as u32 - 1)
    }
    fn opt(&mut self, e: Option<ast::Expr>) -> ExprId {
        match e {
            Some(e) => self.expr(e),
            None => self.add(Expr::Missing, TextRange::default()),
        }
    }
    fn var(&mut self, name: &str, r: TextRange) -> ExprId {
        let mut withs = vec![];
        for (depth, s) in self.scopes.iter().rev().enumerate() {
            match s {
                Scope::Names(n) => {
                    if let Some(slot) = n.iter().position(|x| x == name) {
                        return self.add(Expr::Local { depth: depth as u32, slot: slot as u32 }, r);
                    }
                }
                Scope::With => withs.push(depth as u32),
            }
        }
        if GLOBALS.contains(&name) || name.starts_with("__") {
            return self.add(Expr::Global(name.into()), r);
        }
        if withs.is_empty() {
            self.add(Expr::Undefined(name.into()), r)
        } else {
            self.add(Expr::With { name: name.into(), scopes: withs.into() }, r)
        }
    }
    fn expr(&mut self, e: ast::Expr) -> ExprId {
        let r = e.syntax().text_range();
        match e {
            ast::Expr::Paren(p) => self.opt(p.expr()),
            ast::Expr::Root(p) => self.opt(p.expr()),
            ast::Expr::Error(_) => self.add(Expr::Missing, r),
            ast::Expr::Ident(i) => {
                let n = i.to_string();
                self.var(&n, r)
            }
            ast::Expr::CurPos(_) => self.add(Expr::CurPos, r),
            ast::Expr::Literal(l) => match l.kind() {
                ast::LiteralKind::Integer(i) => {
                    let v = i.value().unwrap_or(0);
                    self.add(Expr::Int(v), r)
                }
                ast::LiteralKind::Float(f) => {
                    let v = f.value().unwrap_or(0.0);
                    self.add(Expr::Float(v), r)
                }
                ast::LiteralKind::Uri(u) => {
                    let t = u.syntax().text().to_owned();
                    self.add(Expr::Text(t.as_str().into()), r)
                }
            },
            ast::Expr::Str(s) => {
                let p = self.parts(&s);
                self.str(p, r)
            }
            ast::Expr::PathAbs(p) => {
                let parts = self.path(p.parts(), 0);
                self.add(Expr::Path(PathKind::Absolute, parts), r)
            }
            ast::Expr::PathRel(p) => {
                let parts = self.path(p.parts(), 0);
                self.add(Expr::Path(PathKind::Relative, parts), r)
            }
            ast::Expr::PathHome(p) => {
                let parts = self.path(p.parts(), 2);
                self.add(Expr::Path(PathKind::Home, parts), r)
            }
            ast::Expr::PathSearch(p) => {
                let t = p.to_string();
                let t = t.trim_matches(['<', '>']).to_owned();
                self.add(Expr::Path(PathKind::Search, Box::new([Part::Text(t.as_str().into())])), r)
            }
            ast::Expr::Select(s) => {
                let base = self.opt(s.expr());
                let path = self.attrpath(s.attrpath());
                let default = s.default_expr().map(|d| self.expr(d));
                self.add(Expr::Select { base, path, default }, r)
            }
            ast::Expr::HasAttr(s) => {
                let base = self.opt(s.expr());
                let path = self.attrpath(s.attrpath());
                self.add(Expr::HasAttr { base, path }, r)
            }
            ast::Expr::Apply(a) => {
                let function = self.opt(a.lambda());
                let argument = self.opt(a.argument());
                self.add(Expr::Apply { function, argument }, r)
            }
            ast::Expr::List(l) => {
                let items = l.items().map(|i| self.expr(i)).collect();
                self.add(Expr::List(items), r)
            }
            ast::Expr::IfElse(i) => {
                let condition = self.opt(i.condition());
                let yes = self.opt(i.body());
                let no = self.opt(i.else_body());
                self.add(Expr::If { condition, yes, no }, r)
            }
            ast::Expr::Assert(a) => {
                let condition = self.opt(a.condition());
                let body = self.opt(a.body());
                self.add(Expr::Assert { condition, body }, r)
            }
            ast::Expr::UnaryOp(u) => {
                let e = self.opt(u.expr());
                match u.operator() {
                    Some(ast::UnaryOpKind::Invert) => self.add(Expr::Not(e), r),
                    _ => self.add(Expr::Negate(e), r),
                }
            }
            ast::Expr::BinOp(b) => {
                let left = self.opt(b.lhs());
                let right = self.opt(b.rhs());
                use ast::BinOpKind as K;
                let op = match b.operator() {
                    Some(K::PipeRight) => {
                        return self.add(Expr::Apply { function: right, argument: left }, r);
                    }
                    Some(K::PipeLeft) => return self.add(Expr::Apply { function: left, argument: right }, r),
                    Some(K::Concat) => BinaryOp::Concat,
                    Some(K::Update) => BinaryOp::Update,
                    Some(K::Add) => BinaryOp::Add,
                    Some(K::Sub) => BinaryOp::Sub,
                    Some(K::Mul) => BinaryOp::Mul,
                    Some(K::Div) => BinaryOp::Div,
                    Some(K::And) => BinaryOp::And,
                    Some(K::Or) => BinaryOp::Or,
                    Some(K::Implication) => BinaryOp::Implies,
                    Some(K::Equal) => BinaryOp::Equal,
                    Some(K::NotEqual) => BinaryOp::NotEqual,
                    Some(K::Less) => BinaryOp::Less,
                    Some(K::LessOrEq) => BinaryOp::LessEqual,
                    Some(K::More) => BinaryOp::Greater,
                    Some(K::MoreOrEq) => BinaryOp::GreaterEqual,
                    None => return self.add(Expr::Missing, r),
                };
                self.add(Expr::Binary { op, left, right }, r)
            }
            ast::Expr::With(w) => {
                let scope = self.opt(w.namespace());
                self.scopes.push(Scope::With);
                let body = self.opt(w.body());
                self.scopes.pop();
                self.add(Expr::WithIn { scope, body }, r)
            }
            ast::Expr::Lambda(l) => {
                let mut names = vec![];
                let mut pat = None;
                match l.param() {
                    Some(ast::Param::IdentParam(i)) => names.push(Name::new(i.to_string())),
                    Some(ast::Param::Pattern(p)) => {
                        for e in p.pat_entries() {
                            names.push(Name::new(e.ident().map(|i| i.to_string()).unwrap_or_default()));
                        }
                        if let Some(b) = p.pat_bind() {
                            names.push(Name::new(b.ident().map(|i| i.to_string()).unwrap_or_default()));
                        }
                        pat = Some(p);
                    }
                    None => names.push(Name::default()),
                }
                self.scopes.push(Scope::Names(names.clone()));
                let param = match pat {
                    None => Param::Name(names[0].clone()),
                    Some(p) => {
                        let formals = p
                            .pat_entries()
                            .map(|e| {
                                let range = e.ident().map(|i| i.syntax().text_range()).unwrap_or_default();
                                let default = e.default().map(|d| self.expr(d));
                                Formal {
                                    name: Name::new(e.ident().map(|i| i.to_string()).unwrap_or_default()),
                                    range,
                                    default,
                                }
                            })
                            .collect();
                        Param::Pattern {
                            formals,
                            open: p.ellipsis_token().is_some(),
                            bind: p
                                .pat_bind()
                                .map(|b| Name::new(b.ident().map(|i| i.to_string()).unwrap_or_default())),
                        }
                    }
                };
                let body = self.opt(l.body());
                self.scopes.pop();
                self.add(Expr::Lambda(Box::new(Lambda { param, body })), r)
            }
            ast::Expr::LetIn(l) => {
                let b = self.bindings(self.tree(&l), true);
                let body = self.opt(l.body());
                self.scopes.pop();
                self.add(Expr::Let { bindings: Box::new(b), body }, r)
            }
            ast::Expr::LegacyLet(l) => {
                let b = self.bindings(self.tree(&l), true);
                self.scopes.pop();
                let base = self.add(Expr::Attrs { recursive: true, bindings: Box::new(b) }, r);
                self.add(
                    Expr::Select { base, path: Box::new([AttrName::Static("body".into())]), default: None },
                    r,
                )
            }
            ast::Expr::AttrSet(a) => {
                let rec = a.rec_token().is_some();
                let b = self.bindings(self.tree(&a), rec);
                if rec {
                    self.scopes.pop();
                }
                self.add(Expr::Attrs { recursive: rec, bindings: Box::new(b) }, r)
            }
        }
    }
    fn str(&mut self, p: Vec<Part>, r: TextRange) -> ExprId {
        match p.as_slice() {
            [] => self.add(Expr::Text("".into()), r),
            [Part::Text(t)] => {
                let t = t.clone();
                self.add(Expr::Text(t), r)
            }
            _ => self.add(Expr::Str(p.into()), r),
        }
    }
    fn parts(&mut self, s: &ast::Str) -> Vec<Part> {
        s.normalized_parts()
            .into_iter()
            .map(|p| match p {
                InterpolPart::Literal(t) => Part::Text(t.as_str().into()),
                InterpolPart::Interpolation(i) => Part::Interpolation(self.opt(i.expr())),
            })
            .collect()
    }
    fn path(&mut self, parts: Vec<InterpolPart<ast::PathContent>>, skip: usize) -> Box<[Part]> {
        parts
            .into_iter()
            .enumerate()
            .map(|(n, p)| match p {
                InterpolPart::Literal(t) => {
                    let t = t.syntax().text().to_owned();
                    Part::Text(Arc::from(if n == 0 { &t[skip..] } else { &t }))
                }
                InterpolPart::Interpolation(i) => Part::Interpolation(self.opt(i.expr())),
            })
            .collect()
    }
    fn attr(&mut self, a: &ast::Attr) -> AttrName {
        match a {
            ast::Attr::Ident(i) => AttrName::Static(Name::new(i.to_string())),
            ast::Attr::Str(s) => {
                let p = self.parts(s);
                match p.as_slice() {
                    [] => AttrName::Static("".into()),
                    [Part::Text(t)] => AttrName::Static(Name::new(&**t)),
                    _ => AttrName::Dynamic(self.str(p, s.syntax().text_range())),
                }
            }
            ast::Attr::Dynamic(d) => {
                let e = self.opt(d.expr());
                match self.exprs.get(e.0 as usize) {
                    Some(Expr::Text(t)) => AttrName::Static(Name::new(&**t)),
                    _ => AttrName::Dynamic(e),
                }
            }
        }
    }
    fn attrpath(&mut self, p: Option<ast::Attrpath>) -> Box<[AttrName]> {
        match p {
            Some(p) => p.attrs().map(|a| self.attr(&a)).collect(),
            None => Box::new([AttrName::Static("".into())]),
        }
    }
    fn tree(&self, e: &impl HasEntry) -> Vec<Item> {
        let mut items = vec![];
        for e in e.entries() {
            match e {
                ast::Entry::Inherit(i) => {
                    let from = i.from().and_then(|f| f.expr());
                    let n = items.len();
                    for a in i.attrs() {
                        items.push(Item {
                            path: vec![a.clone()],
                            entry: Entry {
                                kind: if from.is_some() {
                                    EntryKind::InheritFrom
                                } else {
                                    EntryKind::Inherit
                                },
                                range: a.syntax().text_range(),
                                path: a.syntax().text_range(),
                                name: a.syntax().text_range(),
                                value: a.syntax().text_range(),
                            },
                            v: match &from {
                                Some(f) => V::From(n, f.clone()),
                                None => V::Inherit,
                            },
                        });
                    }
                }
                ast::Entry::AttrpathValue(av) => {
                    let Some(p) = av.attrpath() else { continue };
                    let path: Vec<_> = p.attrs().collect();
                    let Some(last) = path.last() else { continue };
                    let name = last.syntax().text_range();
                    items.push(Item {
                        entry: Entry {
                            kind: EntryKind::Plain,
                            range: av.syntax().text_range(),
                            path: p.syntax().text_range(),
                            name,
                            value: av.value().map(|v| v.syntax().text_range()).unwrap_or_default(),
                        },
                        path,
                        v: V::Value(av.value()),
                    });
                }
            }
        }
        items
    }
    fn bindings(&mut self, items: Vec<Item>, frame: bool) -> Bindings {
        let entries: Vec<EntryId> = items
            .iter()
            .map(|i| {
                self.entries.push(i.entry.clone());
                EntryId(self.entries.len() as u32 - 1)
            })
            .collect();
        let items: Vec<(Item, EntryId)> = items.into_iter().zip(entries).collect();
        self.bind(items, frame)
    }
    fn bind(&mut self, items: Vec<(Item, EntryId)>, frame: bool) -> Bindings {
        // group by first static name
        enum G {
            One(Item, EntryId),
            Many(Vec<(Item, EntryId)>),
        }
        let mut groups: Vec<(Name, EntryId, G)> = vec![];
        let mut dynamics = vec![];
        let mut outer: Vec<(Name, ExprId)> = vec![];
        for (item, id) in &items {
            if matches!(item.v, V::Inherit) && item.path.len() == 1 {
                let n = Name::new(item.path[0].to_string().trim_matches('"'));
                let e = self.var(&n, item.entry.name);
                outer.push((n, e));
                let _ = id;
            }
        }
        for (item, id) in items {
            let stat = match &item.path[0] {
                ast::Attr::Ident(i) => Some(Name::new(i.to_string())),
                ast::Attr::Str(s) => {
                    let p = s.normalized_parts();
                    match p.as_slice() {
                        [] => Some(Name::default()),
                        [InterpolPart::Literal(t)] => Some(Name::new(t)),
                        _ => None,
                    }
                }
                ast::Attr::Dynamic(d) => match d.expr() {
                    Some(ast::Expr::Str(s)) => {
                        let p = s.normalized_parts();
                        match p.as_slice() {
                            [InterpolPart::Literal(t)] => Some(Name::new(t)),
                            _ => None,
                        }
                    }
                    _ => None,
                },
            };
            match stat {
                None => dynamics.push((item, id)),
                Some(n) => {
                    if let Some((_, _, g)) = groups.iter_mut().find(|(m, ..)| *m == n) {
                        let old = std::mem::replace(g, G::Many(vec![]));
                        let mut v = match old {
                            G::One(i, id) => vec![(i, id)],
                            G::Many(v) => v,
                        };
                        v.push((item, id));
                        *g = G::Many(v);
                    } else {
                        groups.push((n, id, G::One(item, id)));
                    }
                }
            }
        }
        if frame {
            self.scopes.push(Scope::Names(groups.iter().map(|g| g.0.clone()).collect()));
        }
        let mut sources: Vec<(usize, ExprId)> = vec![];
        let mut statics = vec![];
        for (name, entry, g) in groups {
            let value = match g {
                G::One(item, id) => self.value(item, id, &mut sources, &outer, &name),
                G::Many(v) => {
                    let mut subs = vec![];
                    let mut range = TextRange::default();
                    let mut rec = false;
                    for (mut item, id) in v {
                        if range == TextRange::default() {
                            range = item.entry.range;
                        }
                        if item.path.len() > 1 {
                            item.path.remove(0);
                            subs.push((item, id));
                        } else if let V::Value(Some(ast::Expr::AttrSet(a))) = &item.v {
                            if subs.is_empty() {
                                rec = a.rec_token().is_some();
                            }
                            let t = self.tree(a);
                            for i in t {
                                self.entries.push(i.entry.clone());
                                subs.push((i, EntryId(self.entries.len() as u32 - 1)));
                            }
                        } else {
                            self.errors.push(SyntaxError {
                                range: item.entry.range,
                                message: format!("attribute `{name}` already defined"),
                            });
                        }
                    }
                    let b = self.bind(subs, rec);
                    if rec {
                        self.scopes.pop();
                    }
                    BindingValue::Expr(self.add(Expr::Attrs { recursive: rec, bindings: Box::new(b) }, range))
                }
            };
            statics.push(Binding { name, value, entry });
        }
        let dynamics = dynamics
            .into_iter()
            .map(|(mut item, id)| {
                let first = item.path.remove(0);
                let name = match self.attr(&first) {
                    AttrName::Static(n) => {
                        self.add(Expr::Text(Arc::from(n.as_str())), first.syntax().text_range())
                    }
                    AttrName::Dynamic(e) => e,
                };
                let value = if item.path.is_empty() {
                    match item.v {
                        V::Value(v) => self.opt(v),
                        _ => self.add(Expr::Missing, TextRange::default()),
                    }
                } else {
                    let range = item.entry.value;
                    let b = self.bind(vec![(item, id)], false);
                    self.add(Expr::Attrs { recursive: false, bindings: Box::new(b) }, range)
                };
                DynamicBinding { name, value, entry: id }
            })
            .collect();
        Bindings { statics: statics.into(), dynamics, sources: sources.into_iter().map(|s| s.1).collect() }
    }
    fn value(
        &mut self,
        mut item: Item,
        id: EntryId,
        sources: &mut Vec<(usize, ExprId)>,
        outer: &[(Name, ExprId)],
        name: &Name,
    ) -> BindingValue {
        if item.path.len() > 1 {
            item.path.remove(0);
            let range = item.entry.value;
            let b = self.bind(vec![(item, id)], false);
            return BindingValue::Expr(
                self.add(Expr::Attrs { recursive: false, bindings: Box::new(b) }, range),
            );
        }
        match item.v {
            V::Value(v) => BindingValue::Expr(self.opt(v)),
            V::Inherit => {
                BindingValue::Outer(outer.iter().find(|o| o.0 == *name).map(|o| o.1).unwrap_or(ExprId(0)))
            }
            V::From(n, f) => {
                let i = match sources.iter().position(|s| s.0 == n) {
                    Some(i) => i,
                    None => {
                        let e = self.expr(f);
                        sources.push((n, e));
                        sources.len() - 1
                    }
                };
                BindingValue::From(i as u32)
            }
        }
    }
}

struct Item {
    path: Vec<ast::Attr>,
    entry: Entry,
    v: V,
}
enum V {
    Value(Option<ast::Expr>),
    Inherit,
    From(usize, ast::Expr),
}
