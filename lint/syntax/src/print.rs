//! Lowered files as text, for tests and for looking at.

use super::hir::{
    AttrName, BinaryOp, BindingValue, Bindings, Expr, ExprId, File, Lambda, Name, Param, Part, PathKind,
};
use std::fmt::Write;

/// Writes a lowered file as text that looks like Nix. Behind each variable stands what it was resolved to:
/// `a^1.0` is slot 0 of the frame one further out, `a^global` is global, `a^with[0]` is looked up in a `with`,
/// and `a^undefined` nowhere. What follows the expression are the errors with their ranges.
pub fn print(file: &File) -> String {
    let mut printer = Printer { file, frames: Vec::new(), indent: 0, out: String::new() };
    printer.expr(file.root);
    for error in &file.errors {
        let (start, end) = (u32::from(error.range.start()), u32::from(error.range.end()));
        printer.out.push_str(&format!("\nerror {start}..{end}: {}", error.message));
    }
    printer.out.push('\n');
    printer.out
}

struct Printer<'f> {
    file: &'f File,
    frames: Vec<Vec<&'f Name>>,
    indent: usize,
    out: String,
}

impl<'f> Printer<'f> {
    fn text(&mut self, text: impl std::fmt::Display) {
        // Writing to a string does not fail.
        let _ = write!(self.out, "{text}");
    }

    fn line(&mut self) {
        self.text(format_args!("\n{:1$}", "", 2 * self.indent));
    }

    fn expr(&mut self, id: ExprId) {
        stacker::maybe_grow(128 << 10, 4 << 20, || self.expr_here(id));
    }

    fn expr_here(&mut self, id: ExprId) {
        match self.file.expr(id) {
            Expr::Missing => self.text("<missing>"),
            Expr::Int(value) => self.text(value),
            Expr::Float(value) => self.text(format_args!("{value:?}")),
            Expr::Text(text) => self.text(format_args!("{text:?}")),
            Expr::Str(parts) => self.parts(parts),
            Expr::Path(kind, parts) => {
                self.text(match kind {
                    PathKind::Relative => "relative",
                    PathKind::Absolute => "absolute",
                    PathKind::Home => "home",
                    PathKind::Search => "search",
                });
                self.parts(parts);
            }
            Expr::Local { depth, slot } => {
                let frame = self.frames.len().checked_sub(*depth as usize + 1).map(|at| &self.frames[at]);
                let name =
                    frame.and_then(|names| names.get(*slot as usize)).map_or("?", |name| name.as_str());
                self.text(format_args!("{name}^{depth}.{slot}"));
            }
            Expr::With { name, scopes } => self.text(format_args!("{name}^with{scopes:?}")),
            Expr::Global(name) => self.text(format_args!("{name}^global")),
            Expr::Undefined(name) => self.text(format_args!("{name}^undefined")),
            Expr::Select { base, path, default } => {
                self.text("(");
                self.expr(*base);
                self.text(".");
                self.attr_path(path);
                if let Some(default) = default {
                    self.text(" or ");
                    self.expr(*default);
                }
                self.text(")");
            }
            Expr::HasAttr { base, path } => {
                self.text("(");
                self.expr(*base);
                self.text(" ? ");
                self.attr_path(path);
                self.text(")");
            }
            Expr::Apply { function, argument } => self.list("(", &[*function, *argument], " ", ")"),
            Expr::Lambda(lambda) => self.lambda(lambda),
            Expr::Let { bindings, body } => {
                self.text("let ");
                self.enter(bindings);
                self.bindings(bindings, true);
                self.text(" in ");
                self.expr(*body);
                self.frames.pop();
            }
            Expr::Attrs { recursive, bindings } => {
                if *recursive {
                    self.text("rec ");
                    self.enter(bindings);
                }
                self.bindings(bindings, *recursive);
                if *recursive {
                    self.frames.pop();
                }
            }
            Expr::List(items) => self.list("[", items, " ", "]"),
            Expr::WithIn { scope, body } => {
                self.list("(with ", &[*scope], "", "; ");
                self.frames.push(Vec::new());
                self.expr(*body);
                self.frames.pop();
                self.text(")");
            }
            Expr::If { condition, yes, no } => {
                self.list("(if ", &[*condition], "", " then ");
                self.list("", &[*yes, *no], " else ", ")");
            }
            Expr::Assert { condition, body } => self.list("(assert ", &[*condition, *body], "; ", ")"),
            Expr::Binary { op, left, right } => {
                self.list("(", &[*left, *right], &format!(" {} ", operator(*op)), ")");
            }
            Expr::Not(operand) => self.list("(!", &[*operand], "", ")"),
            Expr::Negate(operand) => self.list("(-", &[*operand], "", ")"),
            Expr::CurPos => self.text("__curPos"),
        }
    }

    fn list(&mut self, open: &str, items: &[ExprId], between: &str, close: &str) {
        self.text(open);
        for (at, item) in items.iter().enumerate() {
            self.text(if at > 0 { between } else { "" });
            self.expr(*item);
        }
        self.text(close);
    }

    fn parts(&mut self, parts: &[Part]) {
        self.text('"');
        for part in parts {
            match part {
                Part::Text(text) => self.text(text.escape_debug()),
                Part::Interpolation(expr) => self.list("${", &[*expr], "", "}"),
            }
        }
        self.text('"');
    }

    fn attr_path(&mut self, path: &[AttrName]) {
        for (at, name) in path.iter().enumerate() {
            self.text(if at > 0 { "." } else { "" });
            match name {
                AttrName::Static(name) => self.text(name),
                AttrName::Dynamic(expr) => self.list("${", &[*expr], "", "}"),
            }
        }
    }

    fn lambda(&mut self, lambda: &'f Lambda) {
        self.text("(");
        match &lambda.param {
            Param::Name(name) => {
                self.frames.push(vec![name]);
                self.text(name);
            }
            Param::Pattern { formals, open, bind } => {
                self.frames.push(formals.iter().map(|formal| &formal.name).chain(bind).collect());
                self.text("{");
                for (at, formal) in formals.iter().enumerate() {
                    self.text(if at > 0 { ", " } else { "" });
                    self.text(&formal.name);
                    if let Some(default) = formal.default {
                        self.list(" ? ", &[default], "", "");
                    }
                }
                self.text(match (open, formals.is_empty()) {
                    (false, _) => "}",
                    (true, true) => "...}",
                    (true, false) => ", ...}",
                });
                if let Some(bind) = bind {
                    self.text(format_args!("@{bind}"));
                }
            }
        }
        self.list(": ", &[lambda.body], "", ")");
        self.frames.pop();
    }

    fn enter(&mut self, bindings: &'f Bindings) {
        self.frames.push(bindings.statics.iter().map(|binding| &binding.name).collect());
    }

    fn bindings(&mut self, bindings: &'f Bindings, makes_frame: bool) {
        self.text("{");
        self.indent += 1;
        for (at, source) in bindings.sources.iter().enumerate() {
            self.line();
            self.list(&format!("from {at} = "), &[*source], "", ";");
        }
        for binding in &bindings.statics {
            self.line();
            match binding.value {
                BindingValue::Expr(value) => self.list(&format!("{} = ", binding.name), &[value], "", ";"),
                BindingValue::From(source) => {
                    self.text(format_args!("inherit (from {source}) {};", binding.name))
                }
                BindingValue::Outer(value) => {
                    // What is inherited is seen from outside of the frame.
                    let frame = if makes_frame { self.frames.pop() } else { None };
                    self.list("inherit ", &[value], "", ";");
                    self.frames.extend(frame);
                }
            }
        }
        for dynamic in &bindings.dynamics {
            self.line();
            self.list("${", &[dynamic.name], "", "} = ");
            self.list("", &[dynamic.value], "", ";");
        }
        self.indent -= 1;
        if bindings.sources.len() + bindings.statics.len() + bindings.dynamics.len() > 0 {
            self.line();
        }
        self.text("}");
    }
}

fn operator(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Concat => "++",
        BinaryOp::Update => "//",
        BinaryOp::Add => "+",
        BinaryOp::Sub => "-",
        BinaryOp::Mul => "*",
        BinaryOp::Div => "/",
        BinaryOp::And => "&&",
        BinaryOp::Or => "||",
        BinaryOp::Implies => "->",
        BinaryOp::Equal => "==",
        BinaryOp::NotEqual => "!=",
        BinaryOp::Less => "<",
        BinaryOp::LessEqual => "<=",
        BinaryOp::Greater => ">",
        BinaryOp::GreaterEqual => ">=",
    }
}
