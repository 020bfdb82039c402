//! rnix' tree, read without the cursors that rowan makes for it, which take longer than the lowering.

use rnix::{NixLanguage, SyntaxKind};
use rowan::{GreenNodeData, Language, NodeOrToken, TextRange, TextSize};

/// A node of the tree and where it starts.
#[derive(Clone, Copy)]
pub(super) struct Node<'t> {
    green: &'t GreenNodeData,
    start: TextSize,
}

/// A token of the tree.
#[derive(Clone, Copy)]
pub(super) struct Token<'t> {
    pub(super) kind: SyntaxKind,
    pub(super) text: &'t str,
    pub(super) range: TextRange,
}

/// A node or a token.
pub(super) type Child<'t> = NodeOrToken<Node<'t>, Token<'t>>;

impl<'t> Node<'t> {
    pub(super) fn root(green: &'t GreenNodeData) -> Self {
        Node { green, start: TextSize::new(0) }
    }

    pub(super) fn kind(self) -> SyntaxKind {
        NixLanguage::kind_from_raw(self.green.kind())
    }

    pub(super) fn range(self) -> TextRange {
        TextRange::at(self.start, self.green.text_len())
    }

    /// Its children but whitespace and comments.
    pub(super) fn children(self) -> impl Iterator<Item = Child<'t>> {
        let mut at = self.start;
        self.green.children().filter_map(move |child| {
            let start = at;
            at += child.text_len();
            match child {
                NodeOrToken::Node(green) => Some(NodeOrToken::Node(Node { green, start })),
                NodeOrToken::Token(token) => {
                    let kind = NixLanguage::kind_from_raw(token.kind());
                    let range = TextRange::at(start, token.text_len());
                    (!kind.is_trivia()).then(|| NodeOrToken::Token(Token { kind, text: token.text(), range }))
                }
            }
        })
    }

    pub(super) fn nodes(self) -> impl Iterator<Item = Node<'t>> {
        self.children().filter_map(NodeOrToken::into_node)
    }

    pub(super) fn tokens(self) -> impl Iterator<Item = Token<'t>> {
        self.children().filter_map(NodeOrToken::into_token)
    }

    /// Its first child of a kind.
    pub(super) fn node(self, kind: SyntaxKind) -> Option<Node<'t>> {
        self.nodes().find(|node| node.kind() == kind)
    }

    pub(super) fn token(self, kind: SyntaxKind) -> Option<Token<'t>> {
        self.tokens().find(|token| token.kind == kind)
    }

    /// Its first child that is an expression.
    pub(super) fn expr(self) -> Option<Node<'t>> {
        self.nodes().find(|node| node.is_expr())
    }

    /// Its first child behind a token of a kind that is an expression.
    pub(super) fn expr_after(self, kind: SyntaxKind) -> Option<Node<'t>> {
        let mut behind = false;
        self.children().find_map(|child| match child {
            NodeOrToken::Token(token) => {
                behind |= token.kind == kind;
                None
            }
            NodeOrToken::Node(node) => (behind && node.is_expr()).then_some(node),
        })
    }

    /// What stands in parentheses, if it is nothing else.
    pub(super) fn without_parens(self) -> Node<'t> {
        let mut node = self;
        while node.kind() == SyntaxKind::NODE_PAREN
            && let Some(inner) = node.expr()
        {
            node = inner;
        }
        node
    }

    fn is_expr(self) -> bool {
        use SyntaxKind::*;
        !matches!(
            self.kind(),
            NODE_ATTRPATH
                | NODE_ATTRPATH_VALUE
                | NODE_DYNAMIC
                | NODE_IDENT_PARAM
                | NODE_INHERIT
                | NODE_INHERIT_FROM
                | NODE_INTERPOL
                | NODE_PAT_BIND
                | NODE_PAT_ENTRY
                | NODE_PATTERN
        )
    }
}
