use core::ops::Range;

use crate::{Fault, Limits, Side};

/// One step through a chunked body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChunkStep {
    /// These bytes of the input are payload; everything up to `range.end` is used up. Call again
    /// with the rest.
    Data(Range<usize>),
    /// The whole input is used up; the body goes on.
    NeedMore,
    /// The body ended; what follows `consumed` belongs to the next message.
    Done {
        /// Bytes of the input used up.
        consumed: usize,
    },
}

/// An incremental decoder of one chunked body (RFC 9112, 7.1). Extensions and trailers are
/// checked, bounded and dropped.
#[derive(Clone, Debug)]
pub struct Chunked {}

impl Chunked {
    /// A decoder for a body sent by `side`.
    #[must_use]
    pub fn new(side: Side, limits: &Limits) -> Self {
        let _ = (side, limits);
        Self {}
    }

    /// Uses up bytes of the body.
    ///
    /// # Errors
    /// The first rule broken; the message cannot be completed and its connection must be closed.
    pub fn decode(&mut self, input: &[u8]) -> Result<ChunkStep, Fault> {
        let _ = input;
        Ok(ChunkStep::NeedMore)
    }
}
