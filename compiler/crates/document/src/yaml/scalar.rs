use std::borrow::Cow;

use crate::event::Style;

/// A scalar as it stands in the text.
pub(super) struct Scalar<'a> {
    /// Decoded; borrowed if it stands in the text as it is, inside its quotes if it has some.
    pub(super) text: Cow<'a, str>,
    pub(super) style: Style,
    pub(super) start: usize,
    pub(super) end: usize,
    /// Whether it spans lines.
    pub(super) lines: bool,
}
