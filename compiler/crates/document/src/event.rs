use std::borrow::Cow;

use crate::Span;

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

/// One step through a YAML stream. Anchors are numbers from 1, given in order.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Event<'a> {
    /// A document begins.
    DocumentStart,
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
        /// Its tag, resolved.
        tag: Option<String>,
    },
    /// A sequence begins.
    SequenceStart {
        /// Its anchor.
        anchor: Option<u32>,
        /// Its tag, resolved.
        tag: Option<String>,
    },
    /// A sequence ends.
    SequenceEnd,
    /// A mapping begins; keys and values alternate.
    MappingStart {
        /// Its anchor.
        anchor: Option<u32>,
        /// Its tag, resolved.
        tag: Option<String>,
    },
    /// A mapping ends.
    MappingEnd,
    /// A node seen before.
    Alias(u32),
}

/// Why a parser could not go on.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Refusal {
    /// Byte at which it stopped.
    pub at: usize,
    /// What it says about that.
    pub message: String,
}

/// A parser: events with their places in the text, until the end or a refusal.
pub trait Events<'a>: Iterator<Item = Result<(Event<'a>, Span), Refusal>> {
    /// Parses a text.
    fn of(text: &'a str) -> Self;
}
