//! Expressions.

use super::Lowerer;
use super::tree::{Node, Token};
use crate::hir::{AttrName, BinaryOp, Expr, ExprId, Name};
use rnix::SyntaxKind::{self, *};
use rowan::TextRange;

impl<'t> Lowerer<'t> {
    pub(super) fn root(&mut self, node: Node<'t>) -> ExprId {
        self.expr_or_missing(node.expr(), node.range())
    }

    pub(super) fn expr(&mut self, node: Node<'t>) -> ExprId {
        let node = node.without_parens();
        let lowered = self.deeper(node.range(), |lowerer| lowerer.expr_here(node));
        lowered.unwrap_or_else(|| self.missing(node.range()))
    }

    /// Lowers an expression; if there is none, it is missing at the end of `around`.
    pub(super) fn expr_or_missing(&mut self, node: Option<Node<'t>>, around: TextRange) -> ExprId {
        match node {
            Some(node) => self.expr(node),
            None => self.missing(TextRange::empty(around.end())),
        }
    }

    /// Lowers what an operator, an application or a list is made of: rnix takes functions for that as well, Nix
    /// does not.
    fn operand(&mut self, node: Option<Node<'t>>, around: TextRange) -> ExprId {
        if let Some(node) = node
            && node.kind() == NODE_LAMBDA
        {
            self.error(node.range(), "a function needs parentheses here");
        }
        self.expr_or_missing(node, around)
    }

    fn expr_here(&mut self, node: Node<'t>) -> ExprId {
        let range = node.range();
        let expr = match node.kind() {
            NODE_IDENT => return self.ident(node),
            NODE_LITERAL => return self.literal(node),
            NODE_STRING => return self.string(node),
            NODE_PATH_ABS | NODE_PATH_REL | NODE_PATH_HOME | NODE_PATH_SEARCH => return self.path(node),
            NODE_LAMBDA => return self.lambda(node),
            NODE_ATTR_SET => return self.attr_set(node),
            NODE_LEGACY_LET => return self.legacy_let(node),
            NODE_LET_IN => return self.let_in(node),
            NODE_CUR_POS => Expr::CurPos,
            NODE_LIST => {
                let items = node.nodes().map(|item| self.operand(Some(item), range));
                Expr::List(items.collect())
            }
            NODE_APPLY => {
                let mut parts = node.nodes();
                let function = self.operand(parts.next(), range);
                let argument = self.operand(parts.next(), range);
                Expr::Apply { function, argument }
            }
            NODE_SELECT => {
                let base = self.operand(node.expr(), range);
                let Some(path) = self.attr_path(node) else { return self.missing(range) };
                let default = node.token(TOKEN_OR).map(|_| self.operand(node.expr_after(TOKEN_OR), range));
                Expr::Select { base, path, default }
            }
            NODE_HAS_ATTR => {
                let base = self.operand(node.expr(), range);
                let Some(path) = self.attr_path(node) else { return self.missing(range) };
                Expr::HasAttr { base, path }
            }
            NODE_UNARY_OP => {
                let operand = self.operand(node.expr(), range);
                match node.token(TOKEN_INVERT) {
                    Some(_) => Expr::Not(operand),
                    None => Expr::Negate(operand),
                }
            }
            NODE_BIN_OP => match node.tokens().next() {
                Some(operator) => self.binary(node, operator),
                None => Expr::Missing,
            },
            NODE_IF_ELSE => Expr::If {
                condition: self.expr_or_missing(node.expr_after(TOKEN_IF), range),
                yes: self.expr_or_missing(node.expr_after(TOKEN_THEN), range),
                no: self.expr_or_missing(node.expr_after(TOKEN_ELSE), range),
            },
            NODE_ASSERT => Expr::Assert {
                condition: self.expr_or_missing(node.expr_after(TOKEN_ASSERT), range),
                body: self.expr_or_missing(node.expr_after(TOKEN_SEMICOLON), range),
            },
            NODE_WITH => {
                let scope = self.expr_or_missing(node.expr_after(TOKEN_WITH), range);
                self.scope.enter_with();
                let body = self.expr_or_missing(node.expr_after(TOKEN_SEMICOLON), range);
                self.scope.leave();
                Expr::WithIn { scope, body }
            }
            _ => Expr::Missing,
        };
        self.push(expr, range)
    }

    fn ident(&mut self, node: Node<'t>) -> ExprId {
        let range = node.range();
        match node.tokens().next() {
            Some(token) if !self.is_placeholder(range) => self.variable(Name::new(token.text), range),
            _ => self.missing(range),
        }
    }

    fn binary(&mut self, node: Node<'t>, operator: Token<'t>) -> Expr {
        let around = node.range();
        let left = node.expr();
        let right = node.expr_after(operator.kind);
        let pipe = match operator.kind {
            TOKEN_PIPE_RIGHT => Some(TOKEN_PIPE_LEFT),
            TOKEN_PIPE_LEFT => Some(TOKEN_PIPE_RIGHT),
            _ => None,
        };
        if let Some(other) = pipe {
            let is_other = |node: Node<'t>| node.kind() == NODE_BIN_OP && node.token(other).is_some();
            if [left, right].into_iter().flatten().any(is_other) {
                self.error(operator.range, "`|>` and `<|` need parentheses between each other");
            }
        }
        let (left, right) = (self.operand(left, around), self.operand(right, around));
        let op = match operator.kind {
            TOKEN_PIPE_RIGHT => return Expr::Apply { function: right, argument: left },
            TOKEN_PIPE_LEFT => return Expr::Apply { function: left, argument: right },
            kind => binary_op(kind),
        };
        op.map_or(Expr::Missing, |op| Expr::Binary { op, left, right })
    }

    /// The attribute path that a node has as a child. `None` if a name of it is missing.
    fn attr_path(&mut self, node: Node<'t>) -> Option<Box<[AttrName]>> {
        let path = node.node(NODE_ATTRPATH)?;
        let names: Option<Vec<_>> = path.nodes().map(|name| self.attr_name(name)).collect();
        names.filter(|names| !names.is_empty()).map(Into::into)
    }
}

fn binary_op(kind: SyntaxKind) -> Option<BinaryOp> {
    Some(match kind {
        TOKEN_CONCAT => BinaryOp::Concat,
        TOKEN_UPDATE => BinaryOp::Update,
        TOKEN_ADD => BinaryOp::Add,
        TOKEN_SUB => BinaryOp::Sub,
        TOKEN_MUL => BinaryOp::Mul,
        TOKEN_DIV => BinaryOp::Div,
        TOKEN_AND_AND => BinaryOp::And,
        TOKEN_OR_OR => BinaryOp::Or,
        TOKEN_IMPLICATION => BinaryOp::Implies,
        TOKEN_EQUAL => BinaryOp::Equal,
        TOKEN_NOT_EQUAL => BinaryOp::NotEqual,
        TOKEN_LESS => BinaryOp::Less,
        TOKEN_LESS_OR_EQ => BinaryOp::LessEqual,
        TOKEN_MORE => BinaryOp::Greater,
        TOKEN_MORE_OR_EQ => BinaryOp::GreaterEqual,
        _ => return None,
    })
}
