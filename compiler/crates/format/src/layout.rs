//! A document as it will be written: what belongs together, without a place yet.

use std::borrow::Cow;

/// A line of its own above something, or at the end of a collection.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Line<'a> {
    Blank,
    Comment(&'a str),
}

/// One document of a stream.
#[derive(Debug, Default)]
pub(crate) struct Document<'a> {
    /// Above its `---`.
    pub(crate) before: Vec<Line<'a>>,
    /// Whether `---` begins it.
    pub(crate) marked: bool,
    /// Behind its `---`.
    pub(crate) mark_comment: Option<&'a str>,
    /// Above its content.
    pub(crate) head: Vec<Line<'a>>,
    pub(crate) root: Option<Item<'a>>,
}

/// An entry of a mapping, an item of a list, or the content of a document.
#[derive(Debug)]
pub(crate) struct Item<'a> {
    pub(crate) lead: Vec<Line<'a>>,
    /// As it is written; none for an item of a list.
    pub(crate) key: Option<Cow<'a, str>>,
    pub(crate) value: Value<'a>,
    /// Behind it on its line.
    pub(crate) trailing: Option<&'a str>,
}

#[derive(Debug)]
pub(crate) struct Value<'a> {
    /// Anchor and tag.
    pub(crate) properties: Vec<&'a str>,
    /// Behind the key, the bracket or the mark of a text.
    pub(crate) header: Option<&'a str>,
    pub(crate) what: What<'a>,
}

#[derive(Debug)]
pub(crate) enum What<'a> {
    Empty,
    /// A scalar or alias on one line.
    Word(Cow<'a, str>),
    /// A scalar without a mark on several lines; blank ones are empty.
    Folded(Vec<&'a str>),
    /// A block scalar: its mark, and its lines without their indentation.
    Text(&'a str, Vec<&'a str>),
    Collection(Collection<'a>),
}

#[derive(Debug)]
pub(crate) struct Collection<'a> {
    pub(crate) mapping: bool,
    /// Whether it was written in brackets.
    pub(crate) flow: bool,
    pub(crate) items: Vec<Item<'a>>,
    /// Below its last item.
    pub(crate) end: Vec<Line<'a>>,
    /// Characters that it fills in brackets on one line; none if it cannot stand there.
    pub(crate) width: Option<usize>,
}

impl<'a> Collection<'a> {
    pub(crate) fn new(mapping: bool, flow: bool, items: Vec<Item<'a>>, end: Vec<Line<'a>>) -> Self {
        let bare = items.is_empty() && end.is_empty();
        let possible = bare || (flow && end.is_empty());
        let between = items.len().saturating_sub(1) * 2;
        let widths = || items.iter().map(Item::width).sum::<Option<usize>>();
        let width = if possible { widths().map(|all| all + between + 2) } else { None };
        Self { mapping, flow, items, end, width }
    }
}

impl Item<'_> {
    /// Characters that it fills in brackets on one line.
    fn width(&self) -> Option<usize> {
        let comment = self.lead.iter().any(|line| *line != Line::Blank);
        if comment || self.trailing.is_some() || self.value.header.is_some() {
            return None;
        }
        let value = match &self.value.what {
            What::Word(word) => word.chars().count(),
            What::Collection(one) => one.width?,
            What::Empty | What::Folded(_) | What::Text(..) => return None,
        };
        let key = self.key.as_ref().map_or(0, |key| key.chars().count() + 2);
        let properties = &self.value.properties;
        Some(key + properties.iter().map(|one| one.chars().count() + 1).sum::<usize>() + value)
    }
}
