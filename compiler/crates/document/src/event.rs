use std::borrow::Cow;

use crate::finding::Span;

/// How a scalar was written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Style {
    /// Without quotes.
    Plain,
    /// `'…'`
    SingleQuoted,
    /// `"…"`
    DoubleQuoted,
    /// `|`
    Literal,
    /// `>`
    Folded,
}

/// A tag.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Tag {
    /// Its name, resolved.
    pub name: String,
    /// Where it stands, as written.
    pub span: Span,
}

/// One step through a YAML stream. Anchors are numbers from 1, given in order.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Event<'a> {
    /// A document begins.
    DocumentStart {
        /// Whether `---` says so.
        explicit: bool,
    },
    /// A document ends.
    DocumentEnd,
    /// A scalar; `text` is decoded.
    Scalar {
        /// Its value.
        text: Cow<'a, str>,
        /// How it was written.
        style: Style,
        /// Its anchor.
        anchor: Option<u32>,
        /// Its tag.
        tag: Option<Box<Tag>>,
    },
    /// A sequence begins.
    SequenceStart {
        /// Whether it is written in brackets.
        flow: bool,
        /// Its anchor.
        anchor: Option<u32>,
        /// Its tag.
        tag: Option<Box<Tag>>,
    },
    /// A sequence ends.
    SequenceEnd,
    /// A mapping begins; keys and values alternate.
    MappingStart {
        /// Whether it is written in braces.
        flow: bool,
        /// Its anchor.
        anchor: Option<u32>,
        /// Its tag.
        tag: Option<Box<Tag>>,
    },
    /// A mapping ends.
    MappingEnd,
    /// A node seen before.
    Alias(u32),
    /// An alias whose anchor is not defined before it in the same document.
    UnknownAlias(Cow<'a, str>),
}
