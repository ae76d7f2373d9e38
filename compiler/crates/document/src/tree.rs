use std::sync::Arc;

use crate::event::Style;
use crate::finding::Span;
use crate::scalar::is_null;

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

    /// What a node is; an alias is what it stands for.
    #[must_use]
    pub fn kind(&self, node: NodeId) -> Kind<'_> {
        let (text, style) = match self.at(self.target(node)).map(|node| node.what) {
            Some(What::Scalar(text, style)) => (self.read(text), style),
            Some(What::Sequence) => return Kind::Sequence,
            Some(What::Mapping) => return Kind::Mapping,
            Some(What::Alias(_)) | None => return Kind::Null,
        };
        if is_null(text, style) { Kind::Null } else { Kind::Scalar { text, style } }
    }

    /// Where a node stands; an alias stands where it was used.
    #[must_use]
    pub fn span(&self, node: NodeId) -> Span {
        self.at(node).map(|node| node.span).unwrap_or_default()
    }

    /// The items of a list; none for anything else.
    pub fn items(&self, node: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let node = self.target(node);
        let list = matches!(self.at(node).map(|node| node.what), Some(What::Sequence));
        self.children(node, list)
    }

    /// The entries of a mapping in written order, duplicates included; none for anything else.
    ///
    /// What was reported and can mean nothing, a merge or a collection as a key, is left out.
    pub fn entries(&self, node: NodeId) -> impl Iterator<Item = Entry<'_>> + '_ {
        let node = self.target(node);
        let mapping = matches!(self.at(node).map(|node| node.what), Some(What::Mapping));
        let mut children = self.children(node, mapping);
        core::iter::from_fn(move || {
            loop {
                let (key, value) = (children.next()?, children.next()?);
                if self.is_name(key) {
                    return Some(Entry { key: self.text(key), key_span: self.span(key), value });
                }
            }
        })
    }

    /// The first entry of a mapping with this key.
    #[must_use]
    pub fn get(&self, node: NodeId, key: &str) -> Option<Entry<'_>> {
        self.entries(node).find(|entry| entry.key == key)
    }

    /// A scalar's text, also where it would be read as nothing; empty for a collection.
    #[must_use]
    pub fn text(&self, node: NodeId) -> &str {
        match self.at(self.target(node)).map(|node| node.what) {
            Some(What::Scalar(text, _)) => self.read(text),
            _ => "",
        }
    }

    #[inline]
    fn read(&self, text: Text) -> &str {
        match text {
            Text::Source(span) => self.source.get(span.range()).unwrap_or_default(),
            Text::Decoded(span) => self.decoded.get(span.range()).unwrap_or_default(),
        }
    }

    /// Whether a key can be the name of a field.
    fn is_name(&self, key: NodeId) -> bool {
        match self.at(self.target(key)).map(|node| node.what) {
            Some(What::Scalar(_, Style::Plain)) => self.text(key) != "<<",
            Some(What::Scalar(..)) => true,
            _ => false,
        }
    }

    pub(crate) fn children(&self, node: NodeId, any: bool) -> impl Iterator<Item = NodeId> + '_ {
        let end = self.at(node).map_or(0, |node| node.end);
        let mut next = if any { node.0.saturating_add(1) } else { end };
        core::iter::from_fn(move || {
            let child = NodeId(next);
            next = self.at(child).filter(|_| child.0 < end)?.end;
            Some(child)
        })
    }

    fn at(&self, node: NodeId) -> Option<&Node> {
        self.nodes.get(node.index())
    }

    /// The node an alias stands for, which is never an alias itself.
    fn target(&self, node: NodeId) -> NodeId {
        match self.at(node).map(|node| node.what) {
            Some(What::Alias(target)) => target,
            _ => node,
        }
    }
}
