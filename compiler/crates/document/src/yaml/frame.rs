/// What can come next in a document or a collection.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum State {
    /// The document's node.
    Document,
    /// Nothing but the document's end.
    Done,
    /// A key of a block mapping, or its end.
    Key,
    /// The value of a key of a block mapping.
    Value,
    /// A dash of a block sequence, or its end.
    Dash,
    /// The item behind a dash.
    Item,
    /// An item in brackets, or the bracket that closes.
    FlowItem,
    /// A comma or the bracket that closes.
    FlowItemEnd,
    /// A key in braces, or the brace that closes.
    FlowKey,
    /// What follows a key in braces.
    FlowColon,
    /// The value behind a colon in braces.
    FlowValue,
    /// A comma or the brace that closes.
    FlowValueEnd,
    /// The value of a mapping of one key that is an item in brackets.
    PairValue,
    /// The comma or bracket that ends such a mapping.
    PairEnd,
}

/// An open collection, or the document.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    pub(super) state: State,
    /// Whether it is a block sequence in the column of the mapping it is a value of.
    pub(super) indentless: bool,
    /// In block: the first column that is inside it, one more than its own.
    pub(super) inner: u32,
    /// Where it begins; in flow its bracket.
    pub(super) open: u32,
    /// Where a value that is not there would be; in flow also where a key begins.
    pub(super) mark: u32,
}

impl Frame {
    pub(super) const fn document() -> Self {
        Self { state: State::Document, indentless: false, inner: 0, open: 0, mark: 0 }
    }

    /// A block collection in a column.
    pub(super) const fn block(state: State, column: usize, mark: usize) -> Self {
        let mark = narrow(mark);
        Self { state, indentless: false, inner: narrow(column + 1), open: mark, mark }
    }

    /// A flow collection whose bracket is at `open`.
    pub(super) const fn flow(state: State, open: usize) -> Self {
        let open = narrow(open);
        Self { state, indentless: false, inner: 0, open, mark: open }
    }

    /// The first column that is inside it.
    pub(super) const fn inner(&self) -> usize {
        self.inner as usize
    }

    pub(super) const fn open(&self) -> usize {
        self.open as usize
    }

    pub(super) const fn mark(&self) -> usize {
        self.mark as usize
    }
}

/// Files are far shorter than this can hold; see [`crate::Limits::bytes`].
pub(super) const fn narrow(at: usize) -> u32 {
    if at > u32::MAX as usize { u32::MAX } else { at as u32 }
}
