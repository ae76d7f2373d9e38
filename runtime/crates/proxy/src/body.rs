//! Bodies in passing: framing off one side, framing on to the other, nothing kept.

use meshc_http1::{
    Body, ChunkStep, Chunked, Fault, Limits, Side, write_chunk_end, write_chunk_header,
    write_last_chunk,
};

/// What is left to read of a body.
#[derive(Debug)]
pub enum Flow {
    /// Nothing.
    Done,
    /// So many bytes.
    Length(u64),
    /// Chunks.
    Chunked(Box<Chunked>),
    /// Whatever comes until the connection ends.
    UntilClose,
}

/// How a body is written on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Wrap {
    /// As bare bytes: the length is stated, or the connection's end is the body's.
    Bare,
    /// In chunks.
    Chunks,
}

impl Flow {
    /// The body that follows a head.
    #[must_use]
    pub fn new(body: Body, side: Side, limits: &Limits) -> Self {
        match body {
            Body::None | Body::Length(0) => Self::Done,
            Body::Length(length) => Self::Length(length),
            Body::Chunked => Self::Chunked(Box::new(Chunked::new(side, limits))),
            Body::UntilClose => Self::UntilClose,
        }
    }

    /// Whether the body has ended.
    #[must_use]
    pub const fn is_done(&self) -> bool {
        matches!(self, Self::Done)
    }

    /// Moves payload from `input` to `out` until the input or the body ends; gives how much of the
    /// input was used up.
    ///
    /// # Errors
    /// The chunks are malformed; the message cannot be completed.
    pub fn pass(&mut self, wrap: Wrap, input: &[u8], out: &mut Vec<u8>) -> Result<usize, Fault> {
        let used = match self {
            Self::Done => return Ok(0),
            Self::UntilClose => {
                write(wrap, input, out);
                return Ok(input.len());
            }
            Self::Length(left) => {
                let taken =
                    usize::try_from(*left).map_or(input.len(), |left| left.min(input.len()));
                write(wrap, input.get(..taken).unwrap_or_default(), out);
                *left -= taken as u64;
                if *left > 0 {
                    return Ok(taken);
                }
                taken
            }
            Self::Chunked(chunks) => match pass_chunks(chunks, wrap, input, out)? {
                (used, true) => used,
                (used, false) => return Ok(used),
            },
        };
        self.end(wrap, out);
        Ok(used)
    }

    /// Ends the body: writes what the framing on the other side asks for.
    pub fn end(&mut self, wrap: Wrap, out: &mut Vec<u8>) {
        *self = Self::Done;
        if wrap == Wrap::Chunks {
            write_last_chunk(out);
        }
    }
}

/// Bytes used up and whether the body ended.
fn pass_chunks(
    chunks: &mut Chunked,
    wrap: Wrap,
    input: &[u8],
    out: &mut Vec<u8>,
) -> Result<(usize, bool), Fault> {
    let mut at = 0;
    loop {
        let rest = input.get(at..).unwrap_or_default();
        match chunks.decode(rest)? {
            ChunkStep::Data(range) => {
                at += range.end;
                write(wrap, rest.get(range).unwrap_or_default(), out);
            }
            ChunkStep::NeedMore => return Ok((input.len(), false)),
            ChunkStep::Done { consumed } => return Ok((at + consumed, true)),
        }
    }
}

fn write(wrap: Wrap, payload: &[u8], out: &mut Vec<u8>) {
    match wrap {
        Wrap::Bare => out.extend_from_slice(payload),
        Wrap::Chunks if payload.is_empty() => {}
        Wrap::Chunks => {
            write_chunk_header(out, payload.len());
            out.extend_from_slice(payload);
            write_chunk_end(out);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pass_all(mut flow: Flow, wrap: Wrap, input: &[u8], step: usize) -> (Vec<u8>, usize, bool) {
        let (mut out, mut used) = (Vec::new(), 0);
        let mut seen = step.min(input.len());
        loop {
            used += flow.pass(wrap, &input[used..seen], &mut out).unwrap();
            if flow.is_done() || seen == input.len() {
                return (out, used, flow.is_done());
            }
            seen = (seen + step).min(input.len());
        }
    }

    #[test]
    fn a_length_ends_where_it_says_in_any_pieces() {
        for step in 1..12 {
            let (out, used, done) = pass_all(Flow::Length(5), Wrap::Bare, b"helloGET /", step);
            assert_eq!((&out[..], used, done), (&b"hello"[..], 5, true));
        }
    }

    #[test]
    fn chunks_are_written_anew_without_extensions_and_trailers() {
        let body = b"5;x=y\r\nhello\r\n0\r\nA: b\r\n\r\nGET";
        for step in 1..body.len() {
            let flow = Flow::new(Body::Chunked, Side::Client, &Limits::default());
            let (out, used, done) = pass_all(flow, Wrap::Bare, body, step);
            assert_eq!((&out[..], used, done), (&b"hello"[..], body.len() - 3, true));
        }
        let flow = Flow::new(Body::Chunked, Side::Client, &Limits::default());
        let (out, ..) = pass_all(flow, Wrap::Chunks, body, 100);
        assert_eq!(out, b"5\r\nhello\r\n0\r\n\r\n");
    }

    #[test]
    fn a_body_until_close_ends_when_told() {
        let mut flow = Flow::UntilClose;
        let mut out = Vec::new();
        flow.pass(Wrap::Chunks, b"abc", &mut out).unwrap();
        assert!(!flow.is_done());
        flow.end(Wrap::Chunks, &mut out);
        assert_eq!((&out[..], flow.is_done()), (&b"3\r\nabc\r\n0\r\n\r\n"[..], true));
    }
}
