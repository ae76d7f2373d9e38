use std::sync::Arc;

use crate::decoded::Decoded;
use crate::event::Style;
use crate::finding::Span;
use crate::tree::{Kind, Node, NodeId, Tree, What};

/// Makes a document out of nodes of others, in document order. Every node keeps the place it had,
/// moved where it comes from another file.
#[derive(Debug)]
pub struct Graft {
    tree: Tree,
    open: Vec<usize>,
}

impl Default for Graft {
    fn default() -> Self {
        Self::new()
    }
}

impl Graft {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        let (source, decoded) = (Arc::from(""), Decoded::default());
        let tree = Tree { source, decoded, nodes: Vec::new(), nulls: false };
        Self { tree, open: Vec::new() }
    }

    /// Begins a mapping; its keys and values follow.
    pub fn mapping(&mut self, span: Span) {
        self.begin(What::Mapping(0), span);
    }

    /// Begins a list; its items follow.
    pub fn list(&mut self, span: Span) {
        self.begin(What::Sequence(0), span);
    }

    /// Ends what began last.
    pub fn end(&mut self) {
        let next = self.next();
        if let Some(node) = self.open.pop().and_then(|at| self.tree.nodes.get_mut(at)) {
            node.close(next);
        }
    }

    /// A key; its value follows.
    pub fn key(&mut self, text: &str, span: Span) {
        self.text(text, Style::DoubleQuoted, span);
    }

    /// A node of another document with everything below it, places moved by `by` bytes. Without
    /// `nulls`, what a mapping gives as nothing is left out (RFC 7396, section 2: not in lists).
    pub fn copy(&mut self, from: &Tree, node: NodeId, by: u32, nulls: bool) {
        let span = moved(from.span(node), by);
        match from.kind(node) {
            Kind::Null => self.text(from.text(node), Style::Plain, span),
            Kind::Scalar { text, style } => self.text(text, style, span),
            Kind::Sequence => {
                self.list(span);
                for item in from.items(node) {
                    self.copy(from, item, by, true);
                }
                self.end();
            }
            Kind::Mapping => {
                self.mapping(span);
                let stays = |node| nulls || from.kind(node) != Kind::Null;
                for entry in from.entries(node).filter(|entry| stays(entry.value)) {
                    self.key(entry.key, moved(entry.key_span, by));
                    self.copy(from, entry.value, by, nulls);
                }
                self.end();
            }
        }
    }

    /// The finished document.
    #[must_use]
    pub fn finish(self) -> Tree {
        self.tree
    }

    fn begin(&mut self, what: What, span: Span) {
        self.open.push(self.tree.nodes.len());
        self.push(what, span);
    }

    fn text(&mut self, text: &str, style: Style, span: Span) {
        let number = self.tree.decoded.push(text);
        self.push(What::Decoded(style, number), span);
    }

    fn push(&mut self, what: What, span: Span) {
        let node = NodeId(self.next());
        self.tree.nodes.push(Node { span, what });
        self.tree.nulls |= self.tree.kind(node) == Kind::Null;
    }

    fn next(&self) -> u32 {
        u32::try_from(self.tree.nodes.len()).unwrap_or(u32::MAX)
    }
}

fn moved(span: Span, by: u32) -> Span {
    Span { start: span.start.saturating_add(by), end: span.end.saturating_add(by) }
}
