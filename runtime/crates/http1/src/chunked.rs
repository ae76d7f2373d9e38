use core::ops::Range;

use crate::class::{TOKEN, VALUE, classes};
use crate::{Fault, FaultKind, Limits, Side};

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
///
/// Every byte of a chunk line counts against [`Limits::chunk_overhead`]; a chunk gives back 16
/// bytes and twice its payload. So ordinary bodies never come near the limit and a body of
/// one-byte chunks with long extensions soon does.
#[derive(Clone, Debug)]
pub struct Chunked {
    side: Side,
    state: State,
    /// Payload bytes left in the chunk; while its size is read, the size so far.
    left: u64,
    digits: u8,
    overhead: u32,
    most_overhead: u32,
    trailer: u32,
    most_trailer: u32,
}

/// What the next byte is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Size,
    Extension,
    SizeLf,
    Data,
    DataCr,
    DataLf,
    TrailerStart,
    TrailerName,
    TrailerValue,
    TrailerLf,
    EndLf,
    Done,
    Failed(FaultKind),
}

/// The most digits a chunk size may have, leading zeros included: 2^64 - 1.
const MAX_DIGITS: u8 = 16;

impl Chunked {
    /// A decoder for a body sent by `side`.
    #[must_use]
    pub fn new(side: Side, limits: &Limits) -> Self {
        Self {
            side,
            state: State::Size,
            left: 0,
            digits: 0,
            overhead: 0,
            most_overhead: limits.chunk_overhead,
            trailer: 0,
            most_trailer: limits.trailer_bytes,
        }
    }

    /// Uses up bytes of the body.
    ///
    /// # Errors
    /// The first rule broken, again at every later call; the message cannot be completed and its
    /// connection must be closed.
    pub fn decode(&mut self, input: &[u8]) -> Result<ChunkStep, Fault> {
        for (at, &byte) in input.iter().enumerate() {
            match self.state {
                State::Data => return Ok(self.data(at, input.len())),
                State::Done => return Ok(ChunkStep::Done { consumed: at }),
                _ => {}
            }
            match self.line_byte(byte) {
                Ok(next) => self.state = next,
                Err(kind) => {
                    self.state = State::Failed(kind);
                    return Err(Fault { side: self.side, kind });
                }
            }
        }
        Ok(match self.state {
            State::Done => ChunkStep::Done { consumed: input.len() },
            _ => ChunkStep::NeedMore,
        })
    }

    fn data(&mut self, at: usize, input_len: usize) -> ChunkStep {
        let there = input_len - at;
        let taken = usize::try_from(self.left).map_or(there, |left| left.min(there));
        self.left -= taken as u64;
        if self.left == 0 {
            self.state = State::DataCr;
        }
        ChunkStep::Data(at..at + taken)
    }

    /// The state behind a byte that is not payload.
    fn line_byte(&mut self, byte: u8) -> Result<State, FaultKind> {
        use State::{DataLf, EndLf, Extension, Size, SizeLf, TrailerStart};

        match (self.state, byte) {
            (Size, b'\r') if self.digits > 0 => Ok(SizeLf),
            (Size, b';') if self.digits > 0 => self.count_overhead(Extension),
            (Size, _) => self.size_digit(byte),
            (Extension, b'\r') => Ok(SizeLf),
            (Extension, _) if classes(byte) & VALUE != 0 => self.count_overhead(Extension),
            (SizeLf, b'\n') => Ok(self.begin_chunk()),
            (Extension | SizeLf, _) => Err(FaultKind::ChunkLine),
            (State::DataCr, b'\r') => Ok(DataLf),
            (DataLf, b'\n') => {
                self.digits = 0;
                Ok(Size)
            }
            (State::DataCr | DataLf, _) => Err(FaultKind::ChunkEnd),
            (EndLf, b'\n') => Ok(State::Done),
            (TrailerStart, b'\r') => Ok(EndLf),
            (State::Failed(kind), _) => Err(kind),
            (state, _) => self.trailer_byte(state, byte),
        }
    }

    fn size_digit(&mut self, byte: u8) -> Result<State, FaultKind> {
        let digit = char::from(byte).to_digit(16).ok_or(FaultKind::ChunkSize)?;
        if self.digits == MAX_DIGITS {
            return Err(FaultKind::ChunkSize);
        }
        self.digits += 1;
        self.left = self.left << 4 | u64::from(digit);
        self.count_overhead(State::Size)
    }

    fn count_overhead(&mut self, next: State) -> Result<State, FaultKind> {
        self.overhead = self.overhead.saturating_add(1);
        if self.overhead > self.most_overhead { Err(FaultKind::ChunkOverhead) } else { Ok(next) }
    }

    fn begin_chunk(&mut self) -> State {
        if self.left == 0 {
            return State::TrailerStart;
        }
        let due = u32::try_from(self.left.saturating_mul(2)).unwrap_or(u32::MAX);
        self.overhead = self.overhead.saturating_sub(due.saturating_add(16));
        State::Data
    }

    fn trailer_byte(&mut self, state: State, byte: u8) -> Result<State, FaultKind> {
        self.trailer = self.trailer.saturating_add(1);
        if self.trailer > self.most_trailer {
            return Err(FaultKind::TrailerTooLong);
        }
        match state {
            State::TrailerStart if classes(byte) & TOKEN != 0 => Ok(State::TrailerName),
            State::TrailerName if byte == b':' => Ok(State::TrailerValue),
            State::TrailerName if classes(byte) & TOKEN != 0 => Ok(State::TrailerName),
            State::TrailerValue if byte == b'\r' => Ok(State::TrailerLf),
            State::TrailerValue if classes(byte) & VALUE != 0 => Ok(State::TrailerValue),
            State::TrailerLf if byte == b'\n' => Ok(State::TrailerStart),
            _ => Err(FaultKind::Trailer),
        }
    }
}
