//! stub for trying out
use super::hir::*;
use rnix::ast::{self, AstToken, HasEntry, InterpolPart};
use rowan::TextRange;
use rowan::ast::AstNode;
use std::sync::Arc;

#[derive(Clone)]
enum Scope {
    Names(Vec<Name>),
    With,
}
struct L {
    exprs: Vec<Expr>,
    ranges: Vec<TextRange>,
    entries: Vec<Entry>,
    scopes: Vec<Scope>,
}
enum Item {
    Expr(ast::Expr),
    Inherit(Name),
    From(u32),
    Set(B),
}
#[derive(Default)]
struct B {
    rec: bool,
    statics: Vec<(Name, Item, EntryId)>,
    dynamics: Vec<(ast::Expr, Item, EntryId)>,
    sources: Vec<ast::Expr>,
}

const GLOBALS: &str = "abort baseNameOf break derivation derivationStrict dirOf fetchGit fetchMercurial fetchTarball fetchTree fromTOML import isNull map placeholder removeAttrs scopedImport throw toString true false null builtins";

/// stub
pub fn lower(text: &str) -> File {
    let parse = rnix::Root::parse(text);
    let mut l = L { exprs: vec![], ranges: vec![], entries: vec![], scopes: vec![] };
    let errors = parse
        .errors()
        .iter()
        .map(|e| SyntaxError { range: TextRange::default(), message: e.to_string() })
        .collect();
    let root = l.opt(parse.tree().expr());
    File { exprs: l.exprs, ranges: l.ranges, entries: l.entries, root, errors }
}

impl L {
    fn push(&mut self, e: Expr, r: TextRange) -> ExprId {
        self.exprs.push(e);
        self.ranges.push(r);
        ExprId(self.exprs.len() as u32 - 1)
    }
    fn opt(&mut self, e: Option<ast::Expr>) -> ExprId {
        match e {
            Some(e) => self.expr(&e),
            None => self.push(Expr::Missing, TextRange::default()),
        }
    }
    fn parts<T>(&mut self, parts: Vec<InterpolPart<T>>, f: impl Fn(T) -> String) -> Vec<Part> {
        parts
            .into_iter()
            .map(|p| match p {
                InterpolPart::Literal(t) => Part::Text(f(t).into()),
                InterpolPart::Interpolation(i) => Part::Interpolation(self.opt(i.expr())),
            })
            .filter(|p| !matches!(p, Part::Text(t) if t.is_empty()))
            .collect()
    }
    fn name(&mut self, name: &str) -> Expr {
        let mut withs = vec![];
        for (depth, s) in self.scopes.iter().rev().enumerate() {
            match s {
                Scope::Names(n) => {
                    if let Some(slot) = n.iter().position(|x| x == name) {
                        return Expr::Local { depth: depth as u32, slot: slot as u32 };
                    }
                }
                Scope::With => withs.push(depth as u32),
            }
        }
        if GLOBALS.split(' ').any(|g| g == name) || name.starts_with("__") {
            return Expr::Global(Name::new(name));
        }
        if withs.is_empty() {
            Expr::Undefined(Name::new(name))
        } else {
            Expr::With { name: Name::new(name), scopes: withs.into() }
        }
    }
    fn attr_static(a: &ast::Attr) -> Option<Name> {
        match a {
            ast::Attr::Ident(i) => Some(Name::new(i.syntax().text().to_string())),
            ast::Attr::Str(s) => Self::plain(s),
            ast::Attr::Dynamic(d) => match d.expr() {
                Some(ast::Expr::Str(s)) => Self::plain(&s),
                _ => None,
            },
        }
    }
    fn plain(s: &ast::Str) -> Option<Name> {
        let p = s.normalized_parts();
        match &p[..] {
            [] => Some(Name::new("")),
            [InterpolPart::Literal(t)] => Some(Name::new(t)),
            _ => None,
        }
    }
    fn attr_expr(a: &ast::Attr) -> ast::Expr {
        match a {
            ast::Attr::Str(s) => ast::Expr::Str(s.clone()),
            ast::Attr::Dynamic(d) => d.expr().unwrap(),
            ast::Attr::Ident(i) => ast::Expr::Ident(i.clone()),
        }
    }
    fn path(&mut self, p: Option<ast::Attrpath>) -> Box<[AttrName]> {
        p.map(|p| {
            p.attrs()
                .map(|a| match Self::attr_static(&a) {
                    Some(n) => AttrName::Static(n),
                    None => AttrName::Dynamic(self.expr(&Self::attr_expr(&a))),
                })
                .collect()
        })
        .unwrap_or_default()
    }
    fn entry(
        &mut self,
        kind: EntryKind,
        range: TextRange,
        path: TextRange,
        name: TextRange,
        value: TextRange,
    ) -> EntryId {
        self.entries.push(Entry { kind, range, path, name, value });
        EntryId(self.entries.len() as u32 - 1)
    }
    fn collect(&mut self, node: &impl HasEntry, rec: bool) -> B {
        let mut b = B { rec, ..B::default() };
        self.collect_into(node, &mut b);
        b
    }
    fn collect_into(&mut self, node: &impl HasEntry, b: &mut B) {
        for e in node.entries() {
            match e {
                ast::Entry::Inherit(i) => {
                    let from = i.from().map(|f| {
                        b.sources.push(f.expr().unwrap());
                        b.sources.len() as u32 - 1
                    });
                    for a in i.attrs() {
                        let r = a.syntax().text_range();
                        let Some(n) = Self::attr_static(&a) else { continue };
                        let id = self.entry(
                            if from.is_some() { EntryKind::InheritFrom } else { EntryKind::Inherit },
                            r,
                            r,
                            r,
                            r,
                        );
                        b.statics.push((
                            n.clone(),
                            match from {
                                Some(s) => Item::From(s),
                                None => Item::Inherit(n),
                            },
                            id,
                        ));
                    }
                }
                ast::Entry::AttrpathValue(v) => {
                    let (Some(p), Some(value)) = (v.attrpath(), v.value()) else { continue };
                    let attrs: Vec<_> = p.attrs().collect();
                    let id = self.entry(
                        EntryKind::Plain,
                        v.syntax().text_range(),
                        p.syntax().text_range(),
                        attrs.last().unwrap().syntax().text_range(),
                        value.syntax().text_range(),
                    );
                    self.insert(b, &attrs, value, id);
                }
            }
        }
    }
    fn insert(&mut self, b: &mut B, attrs: &[ast::Attr], value: ast::Expr, id: EntryId) {
        let Some(name) = Self::attr_static(&attrs[0]) else {
            let item = self.rest(&attrs[1..], value, id);
            b.dynamics.push((Self::attr_expr(&attrs[0]), item, id));
            return;
        };
        if let Some(i) = b.statics.iter().position(|(n, ..)| *n == name) {
            if let Item::Expr(ast::Expr::AttrSet(s)) = &b.statics[i].1 {
                let s = s.clone();
                b.statics[i].1 = Item::Set(self.collect(&s, s.rec_token().is_some()));
            }
            let mut set = match std::mem::replace(&mut b.statics[i].1, Item::From(0)) {
                Item::Set(set) => set,
                other => {
                    b.statics[i].1 = other;
                    return;
                }
            };
            if attrs.len() > 1 {
                self.insert(&mut set, &attrs[1..], value, id)
            } else if let ast::Expr::AttrSet(s) = value {
                self.collect_into(&s, &mut set)
            }
            b.statics[i].1 = Item::Set(set);
            return;
        }
        let item = self.rest(&attrs[1..], value, id);
        b.statics.push((name, item, id));
    }
    fn rest(&mut self, attrs: &[ast::Attr], value: ast::Expr, id: EntryId) -> Item {
        if attrs.is_empty() {
            return Item::Expr(value);
        }
        let mut b = B::default();
        self.insert(&mut b, attrs, value, id);
        Item::Set(b)
    }
    fn bindings(&mut self, b: B, frame: bool, r: TextRange) -> Bindings {
        let outer = self.scopes.clone();
        if frame {
            self.scopes.push(Scope::Names(b.statics.iter().map(|s| s.0.clone()).collect()));
        }
        let sources = b.sources.iter().map(|e| self.expr(e)).collect();
        let mut statics = vec![];
        for (name, item, entry) in b.statics {
            let value = match item {
                Item::From(s) => BindingValue::From(s),
                Item::Inherit(n) => {
                    let inner = std::mem::replace(&mut self.scopes, outer.clone());
                    let e = self.name(&n);
                    let e = self.push(e, r);
                    self.scopes = inner;
                    BindingValue::Outer(e)
                }
                item => BindingValue::Expr(self.item(item, r)),
            };
            statics.push(Binding { name, value, entry });
        }
        let dynamics = b
            .dynamics
            .into_iter()
            .map(|(n, item, entry)| DynamicBinding { name: self.expr(&n), value: self.item(item, r), entry })
            .collect();
        if frame {
            self.scopes.pop();
        }
        Bindings { statics: statics.into(), dynamics, sources }
    }
    fn item(&mut self, item: Item, r: TextRange) -> ExprId {
        match item {
            Item::Expr(e) => self.expr(&e),
            Item::Set(b) => {
                let rec = b.rec;
                let bs = self.bindings(b, rec, r);
                self.push(Expr::Attrs { recursive: rec, bindings: Box::new(bs) }, r)
            }
            _ => unreachable!(),
        }
    }
    fn expr(&mut self, e: &ast::Expr) -> ExprId {
        stacker::maybe_grow(256 << 10, 4 << 20, || self.expr_(e))
    }
    fn expr_(&mut self, e: &ast::Expr) -> ExprId {
        let r = e.syntax().text_range();
        let x = match e {
            ast::Expr::Paren(p) => return self.opt(p.expr()),
            ast::Expr::Root(p) => return self.opt(p.expr()),
            ast::Expr::Apply(a) => {
                Expr::Apply { function: self.opt(a.lambda()), argument: self.opt(a.argument()) }
            }
            ast::Expr::Assert(a) => {
                Expr::Assert { condition: self.opt(a.condition()), body: self.opt(a.body()) }
            }
            ast::Expr::Error(_) => Expr::Missing,
            ast::Expr::IfElse(i) => Expr::If {
                condition: self.opt(i.condition()),
                yes: self.opt(i.body()),
                no: self.opt(i.else_body()),
            },
            ast::Expr::Select(s) => Expr::Select {
                base: self.opt(s.expr()),
                path: self.path(s.attrpath()),
                default: s.default_expr().map(|d| self.expr(&d)),
            },
            ast::Expr::HasAttr(s) => {
                Expr::HasAttr { base: self.opt(s.expr()), path: self.path(s.attrpath()) }
            }
            ast::Expr::Str(s) => {
                let p = self.parts(s.normalized_parts(), |t| t);
                match &p[..] {
                    [] => Expr::Text("".into()),
                    [Part::Text(t)] => Expr::Text(t.clone()),
                    _ => Expr::Str(p.into()),
                }
            }
            ast::Expr::PathAbs(p) => {
                let p = self.parts(p.parts(), |t| t.syntax().text().to_string());
                Expr::Path(PathKind::Absolute, p.into())
            }
            ast::Expr::PathRel(p) => {
                let p = self.parts(p.parts(), |t| t.syntax().text().to_string());
                Expr::Path(PathKind::Relative, p.into())
            }
            ast::Expr::PathHome(p) => {
                let p = self.parts(p.parts(), |t| t.syntax().text().to_string());
                Expr::Path(PathKind::Home, p.into())
            }
            ast::Expr::PathSearch(p) => {
                let t = p.syntax().text().to_string();
                Expr::Path(PathKind::Search, Box::new([Part::Text(t[1..t.len() - 1].into())]))
            }
            ast::Expr::Literal(l) => match l.kind() {
                ast::LiteralKind::Float(f) => f.value().map(Expr::Float).unwrap_or(Expr::Missing),
                ast::LiteralKind::Integer(f) => f.value().map(Expr::Int).unwrap_or(Expr::Missing),
                ast::LiteralKind::Uri(u) => Expr::Text(u.syntax().text().into()),
            },
            ast::Expr::Lambda(l) => {
                let mut rs = vec![];
                let (names, param) = match l.param() {
                    Some(ast::Param::IdentParam(i)) => {
                        let n = Name::new(i.syntax().text().to_string());
                        (vec![n.clone()], Some(n))
                    }
                    Some(ast::Param::Pattern(p)) => {
                        let mut n: Vec<Name> = vec![];
                        for e in p.pat_entries() {
                            let i = e.ident().unwrap();
                            n.push(Name::new(i.syntax().text().to_string()));
                            rs.push((i.syntax().text_range(), e.default()));
                        }
                        if let Some(b) = p.pat_bind() {
                            n.push(Name::new(b.ident().unwrap().syntax().text().to_string()))
                        }
                        (n, None)
                    }
                    None => (vec![], None),
                };
                self.scopes.push(Scope::Names(names.clone()));
                let param = match param {
                    Some(n) => Param::Name(n),
                    None => {
                        let Some(ast::Param::Pattern(p)) = l.param() else {
                            return self.push(Expr::Missing, r);
                        };
                        let formals = rs
                            .into_iter()
                            .zip(&names)
                            .map(|((range, d), n)| Formal {
                                name: n.clone(),
                                range,
                                default: d.map(|d| self.expr(&d)),
                            })
                            .collect();
                        Param::Pattern {
                            formals,
                            open: p.ellipsis_token().is_some(),
                            bind: p.pat_bind().map(|_| names.last().unwrap().clone()),
                        }
                    }
                };
                let body = self.opt(l.body());
                self.scopes.pop();
                Expr::Lambda(Box::new(Lambda { param, body }))
            }
            ast::Expr::LegacyLet(l) => {
                let b = self.collect(l, true);
                let bs = self.bindings(b, true, r);
                let base = self.push(Expr::Attrs { recursive: true, bindings: Box::new(bs) }, r);
                Expr::Select { base, path: Box::new([AttrName::Static(Name::new("body"))]), default: None }
            }
            ast::Expr::LetIn(l) => {
                let b = self.collect(l, true);
                let names = b.statics.iter().map(|s| s.0.clone()).collect();
                let bs = self.bindings(b, true, r);
                self.scopes.push(Scope::Names(names));
                let body = self.opt(l.body());
                self.scopes.pop();
                Expr::Let { bindings: Box::new(bs), body }
            }
            ast::Expr::List(l) => Expr::List(l.items().map(|i| self.expr(&i)).collect()),
            ast::Expr::AttrSet(s) => {
                let rec = s.rec_token().is_some();
                let b = self.collect(s, rec);
                let bs = self.bindings(b, rec, r);
                Expr::Attrs { recursive: rec, bindings: Box::new(bs) }
            }
            ast::Expr::BinOp(b) => {
                use ast::BinOpKind::*;
                let (left, right) = (self.opt(b.lhs()), self.opt(b.rhs()));
                let op = match b.operator() {
                    Some(Concat) => BinaryOp::Concat,
                    Some(Update) => BinaryOp::Update,
                    Some(Add) => BinaryOp::Add,
                    Some(Sub) => BinaryOp::Sub,
                    Some(Mul) => BinaryOp::Mul,
                    Some(Div) => BinaryOp::Div,
                    Some(And) => BinaryOp::And,
                    Some(Or) => BinaryOp::Or,
                    Some(Implication) => BinaryOp::Implies,
                    Some(Equal) => BinaryOp::Equal,
                    Some(NotEqual) => BinaryOp::NotEqual,
                    Some(Less) => BinaryOp::Less,
                    Some(LessOrEq) => BinaryOp::LessEqual,
                    Some(More) => BinaryOp::Greater,
                    Some(MoreOrEq) => BinaryOp::GreaterEqual,
                    Some(PipeRight) => return self.push(Expr::Apply { function: right, argument: left }, r),
                    Some(PipeLeft) => return self.push(Expr::Apply { function: left, argument: right }, r),
                    None => return self.push(Expr::Missing, r),
                };
                Expr::Binary { op, left, right }
            }
            ast::Expr::UnaryOp(u) => {
                let x = self.opt(u.expr());
                match u.operator() {
                    Some(ast::UnaryOpKind::Invert) => Expr::Not(x),
                    _ => Expr::Negate(x),
                }
            }
            ast::Expr::Ident(i) => {
                let n = i.syntax().text().to_string();
                self.name(&n)
            }
            ast::Expr::With(w) => {
                let scope = self.opt(w.namespace());
                self.scopes.push(Scope::With);
                let body = self.opt(w.body());
                self.scopes.pop();
                Expr::WithIn { scope, body }
            }
            ast::Expr::CurPos(_) => Expr::CurPos,
        };
        self.push(x, r)
    }
}
