use std::sync::Arc;

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
    /// Decoded text of scalars that are no plain piece of the source.
    pub(crate) decoded: String,
    pub(crate) nodes: Vec<Node>,
    /// Whether any node is [`Kind::Null`].
    pub(crate) nulls: bool,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Node {
    pub(crate) span: Span,
    /// Index behind the last node below this one.
    pub(crate) end: u32,
    pub(crate) what: What,
}

/// Where the text of a scalar stands.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Text {
    /// At a range of the source.
    Source(Span),
    /// At a range of the decoded buffer.
    Decoded(Span),
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum What {
    Scalar(Text, Style),
    Sequence,
    /// Keys and values alternate.
    Mapping,
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
    /// Whether it may be a text of so many bytes.
    #[inline]
    fn has_length(&self, bytes: usize) -> bool {
        match self.what {
            What::Scalar(Text::Source(span) | Text::Decoded(span), _) => {
                span.end.saturating_sub(span.start) as usize == bytes
            }
            What::Alias(_) => true,
            What::Sequence | What::Mapping => false,
        }
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
        match self.what(node) {
            Some(What::Scalar(text, style)) => {
                let text = self.read(text);
                if is_null(text, style) { Kind::Null } else { Kind::Scalar { text, style } }
            }
            Some(What::Sequence) => Kind::Sequence,
            Some(What::Mapping) => Kind::Mapping,
            Some(What::Alias(_)) | None => Kind::Null,
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
        let list = matches!(self.at(node).map(|node| node.what), Some(What::Sequence));
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
            Some(Node { what: What::Mapping, end, .. }) => (node.0.saturating_add(1), *end),
            _ => (0, 0),
        };
        core::iter::from_fn(move || {
            let key = self.at(NodeId(next)).filter(|_| next < end)?;
            let value = NodeId(key.end);
            next = self.at(value).filter(|_| value.0 < end)?.end;
            Some((key, value))
        })
    }

    /// The first entry of a mapping with this key.
    #[must_use]
    pub fn get(&self, node: NodeId, key: &str) -> Option<Entry<'_>> {
        let wanted = Word::of(key);
        // A key of another length needs no look at its text.
        let mut likely = self.pairs(node).filter(|(at, _)| at.has_length(key.len()));
        likely.find_map(|(at, value)| {
            let name = self.name(at).filter(|name| wanted.is(key, name))?;
            Some(Entry { key: name, key_span: at.span, value })
        })
    }

    /// A scalar's text, also where it would be read as nothing; empty for a collection.
    #[must_use]
    pub fn text(&self, node: NodeId) -> &str {
        match self.what(node) {
            Some(What::Scalar(text, _)) => self.read(text),
            _ => "",
        }
    }

    #[inline]
    pub(crate) fn read(&self, text: Text) -> &str {
        match text {
            Text::Source(span) => self.source.get(span.range()).unwrap_or_default(),
            Text::Decoded(span) => self.decoded.get(span.range()).unwrap_or_default(),
        }
    }

    /// A key's text, if it can be the name of a field.
    #[inline]
    fn name(&self, key: &Node) -> Option<&str> {
        let what = match key.what {
            What::Alias(target) => self.at(target)?.what,
            what => what,
        };
        let What::Scalar(text, style) = what else { return None };
        let text = self.read(text);
        (style != Style::Plain || text != "<<").then_some(text)
    }

    #[inline]
    pub(crate) fn children(
        &self,
        node: NodeId,
        any: bool,
    ) -> impl Iterator<Item = NodeId> + Clone + '_ {
        let end = self.at(node).map_or(0, |node| node.end);
        let mut next = if any { node.0.saturating_add(1) } else { end };
        core::iter::from_fn(move || {
            let child = NodeId(next);
            next = self.at(child).filter(|_| child.0 < end)?.end;
            Some(child)
        })
    }

    #[inline]
    fn at(&self, node: NodeId) -> Option<&Node> {
        self.nodes.get(node.index())
    }

    /// What a node is; what an alias stands for.
    #[inline]
    fn what(&self, node: NodeId) -> Option<What> {
        match self.at(node)?.what {
            What::Alias(target) => Some(self.at(target)?.what),
            what => Some(what),
        }
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
