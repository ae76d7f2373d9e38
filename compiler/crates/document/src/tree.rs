use std::sync::Arc;

use crate::decoded::Decoded;
use crate::event::Style;
use crate::finding::Span;
use crate::scalar::is_null;
use crate::word::Word;

/// A node of one [`Tree`].
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct NodeId(pub(crate) u32);

/// What a node is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind<'a> {
    /// Nothing: an empty value, `~` or `null`.
    Null,
    /// A scalar; not typed here, see [`crate::core_type`].
    Scalar {
        /// Its decoded value.
        text: &'a str,
        /// How it was written.
        style: Style,
    },
    /// A list; see [`Tree::items`].
    Sequence,
    /// A mapping; see [`Tree::entries`].
    Mapping,
}

/// One key and its value.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Entry<'a> {
    /// The key, decoded.
    pub key: &'a str,
    /// Where it stands.
    pub key_span: Span,
    /// Its value.
    pub value: NodeId,
}

/// One YAML document: its nodes in document order.
#[derive(Clone, Debug)]
pub struct Tree {
    pub(crate) source: Arc<str>,
    pub(crate) decoded: Decoded,
    pub(crate) nodes: Vec<Node>,
    /// Whether any node is [`Kind::Null`].
    pub(crate) nulls: bool,
}

/// Sixteen bytes: a document has about one node for every seven bytes of its text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node {
    pub(crate) span: Span,
    pub(crate) what: What,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum What {
    /// A text that stands in the source as it is, inside its quotes if it has some.
    Scalar(Style),
    /// A text that does not; its number among those.
    Decoded(Style, u32),
    /// Up to the node of this index, which is behind the last item.
    Sequence(u32),
    /// Likewise; keys and values alternate.
    Mapping(u32),
    /// Another, complete node.
    Alias(NodeId),
}

impl NodeId {
    /// The node's index, for side tables.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

impl Node {
    /// Says where a collection ends: before the node of this index.
    #[inline]
    pub(crate) const fn close(&mut self, at: u32) {
        if let What::Sequence(next) | What::Mapping(next) = &mut self.what {
            *next = at;
        }
    }

    /// Index of the node behind this one and all below it, of the one whose index is `at`.
    #[inline]
    const fn next(&self, at: NodeId) -> u32 {
        match self.what {
            What::Sequence(next) | What::Mapping(next) => next,
            What::Scalar(_) | What::Decoded(..) | What::Alias(_) => at.0.saturating_add(1),
        }
    }

    /// Whether it may be a text of so many bytes.
    #[inline]
    fn may_have_length(&self, bytes: usize) -> bool {
        match self.what {
            What::Scalar(style) => within(self.span, style).range().len() == bytes,
            What::Decoded(..) | What::Alias(_) => true,
            What::Sequence(_) | What::Mapping(_) => false,
        }
    }
}

/// Where the text stands of a scalar that stands at `span`.
#[inline]
const fn within(span: Span, style: Style) -> Span {
    match style {
        Style::Plain => span,
        _ => Span { start: span.start.saturating_add(1), end: span.end.saturating_sub(1) },
    }
}

impl Tree {
    /// The document's node.
    #[must_use]
    pub const fn root(&self) -> NodeId {
        NodeId(0)
    }

    /// How many nodes there are; [`NodeId::index`] is below it.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is no node; never, for a tree that was read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Whether any node is nothing; nearly no document has one.
    #[must_use]
    pub const fn has_null(&self) -> bool {
        self.nulls
    }

    /// Whether a node is [`Kind::Null`].
    #[must_use]
    #[inline]
    pub fn is_nothing(&self, node: NodeId) -> bool {
        self.nulls && self.kind(node) == Kind::Null
    }

    /// What a node is; an alias is what it stands for.
    #[must_use]
    #[inline]
    pub fn kind(&self, node: NodeId) -> Kind<'_> {
        let Some(node) = self.at(self.target(node)) else { return Kind::Null };
        match node.what {
            What::Scalar(style) | What::Decoded(style, _) => {
                let text = self.read(node);
                if is_null(text, style) { Kind::Null } else { Kind::Scalar { text, style } }
            }
            What::Sequence(_) => Kind::Sequence,
            What::Mapping(_) => Kind::Mapping,
            What::Alias(_) => Kind::Null,
        }
    }

    /// Where a node stands; an alias stands where it was used.
    #[must_use]
    pub fn span(&self, node: NodeId) -> Span {
        self.at(node).map(|node| node.span).unwrap_or_default()
    }

    /// The items of a list; none for anything else.
    #[inline]
    pub fn items(&self, node: NodeId) -> impl Iterator<Item = NodeId> + Clone + '_ {
        let node = self.target(node);
        let list = matches!(self.at(node).map(|node| node.what), Some(What::Sequence(_)));
        self.children(node, list)
    }

    /// The entries of a mapping in written order, duplicates included; none for anything else.
    ///
    /// What was reported and can mean nothing, a merge or a collection as a key, is left out.
    #[inline]
    pub fn entries(&self, node: NodeId) -> impl Iterator<Item = Entry<'_>> + Clone + '_ {
        let named = |(key, value): (&Node, NodeId)| {
            Some(Entry { key: self.name(key)?, key_span: key.span, value })
        };
        self.pairs(node).filter_map(named)
    }

    /// Keys and values of a mapping, whatever the keys are.
    #[inline]
    fn pairs(&self, node: NodeId) -> impl Iterator<Item = (&Node, NodeId)> + Clone + '_ {
        let node = self.target(node);
        let (mut next, end) = match self.at(node) {
            Some(Node { what: What::Mapping(end), .. }) => (node.0.saturating_add(1), *end),
            _ => (0, 0),
        };
        core::iter::from_fn(move || {
            let at = NodeId(next);
            let key = self.at(at).filter(|_| next < end)?;
            let value = NodeId(key.next(at));
            next = self.at(value).filter(|_| value.0 < end)?.next(value);
            Some((key, value))
        })
    }

    /// The first entry of a mapping with this key.
    #[must_use]
    pub fn get(&self, node: NodeId, key: &str) -> Option<Entry<'_>> {
        let wanted = Word::of(key);
        // A key of another length needs no look at its text.
        let mut likely = self.pairs(node).filter(|(at, _)| at.may_have_length(key.len()));
        likely.find_map(|(at, value)| {
            let name = self.name(at).filter(|name| wanted.is(key, name))?;
            Some(Entry { key: name, key_span: at.span, value })
        })
    }

    /// A scalar's text, also where it would be read as nothing; empty for a collection.
    #[must_use]
    pub fn text(&self, node: NodeId) -> &str {
        self.at(self.target(node)).map_or("", |node| self.read(node))
    }

    #[inline]
    fn read(&self, node: &Node) -> &str {
        match node.what {
            What::Scalar(style) => {
                self.source.get(within(node.span, style).range()).unwrap_or_default()
            }
            What::Decoded(_, number) => self.decoded.get(number),
            What::Sequence(_) | What::Mapping(_) | What::Alias(_) => "",
        }
    }

    /// A key's text, if it can be the name of a field.
    #[inline]
    fn name(&self, key: &Node) -> Option<&str> {
        let key = match key.what {
            What::Alias(target) => self.at(target)?,
            _ => key,
        };
        let (What::Scalar(style) | What::Decoded(style, _)) = key.what else { return None };
        let text = self.read(key);
        (style != Style::Plain || text != "<<").then_some(text)
    }

    #[inline]
    pub(crate) fn children(
        &self,
        node: NodeId,
        any: bool,
    ) -> impl Iterator<Item = NodeId> + Clone + '_ {
        let end = self.at(node).map_or(0, |at| at.next(node));
        let mut next = if any { node.0.saturating_add(1) } else { end };
        core::iter::from_fn(move || {
            let child = NodeId(next);
            next = self.at(child).filter(|_| child.0 < end)?.next(child);
            Some(child)
        })
    }

    #[inline]
    fn at(&self, node: NodeId) -> Option<&Node> {
        self.nodes.get(node.index())
    }

    /// The node an alias stands for, which is never an alias itself.
    #[inline]
    fn target(&self, node: NodeId) -> NodeId {
        match self.at(node).map(|node| node.what) {
            Some(What::Alias(target)) => target,
            _ => node,
        }
    }
}
