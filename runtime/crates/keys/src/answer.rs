use std::io::{self, Read};

use meshc_http1::{
    Body, ChunkStep, Chunked, Head, Limits, Method, Parse, Side, parse_response, worth_parsing,
};
use meshc_token::KeySet;

use crate::Url;
use crate::fault::FetchFault;

/// An answer as it comes in.
pub(crate) struct Answer<R> {
    stream: R,
    input: Vec<u8>,
}

/// Statuses that send a client elsewhere (RFC 9110, section 15.4).
const REDIRECTS: [u16; 5] = [301, 302, 303, 307, 308];

impl<R: Read> Answer<R> {
    pub(crate) fn new(stream: R) -> Self {
        Self { stream, input: Vec::new() }
    }

    /// The body of an answer that is a 200 and not too long.
    pub(crate) fn body(mut self) -> Result<Vec<u8>, FetchFault> {
        match self.head()? {
            Body::None => Ok(Vec::new()),
            Body::Length(length) => self.length(length),
            Body::Chunked => self.chunks(),
            Body::UntilClose => self.until_close(),
        }
    }

    /// Reads up to the body; `input` then begins with it.
    fn head(&mut self) -> Result<Body, FetchFault> {
        let limits = limits();
        let (mut head, mut seen, mut interim) = (Head::new(), 0, 0);
        loop {
            let worth = worth_parsing(&self.input, seen, &limits);
            let parse = if worth {
                parse_response(&self.input, &mut head, Method::Get, &limits)
                    .map_err(|fault| FetchFault::Answer(fault.reason()))?
            } else {
                Parse::Partial
            };
            match parse {
                Parse::Complete { head_len } if head.status() >= 200 => {
                    judge(&head, &self.input)?;
                    self.input.drain(..head_len);
                    return Ok(head.body());
                }
                Parse::Complete { head_len } => {
                    interim += 1;
                    if interim > limits.interim_responses {
                        return Err(FetchFault::Answer("too many interim answers"));
                    }
                    self.input.drain(..head_len);
                    seen = 0;
                }
                Parse::Partial => {
                    seen = self.input.len();
                    if !self.fill()? {
                        return Err(FetchFault::BrokeOff);
                    }
                }
            }
        }
    }

    fn length(mut self, length: u64) -> Result<Vec<u8>, FetchFault> {
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        if length > KeySet::MAX_BYTES {
            return Err(FetchFault::TooLong);
        }
        while self.input.len() < length {
            if !self.fill()? {
                return Err(FetchFault::BrokeOff);
            }
        }
        self.input.truncate(length);
        Ok(self.input)
    }

    fn chunks(mut self) -> Result<Vec<u8>, FetchFault> {
        let mut chunks = Chunked::new(Side::Upstream, &limits());
        let mut body = Vec::new();
        loop {
            let step = chunks.decode(&self.input);
            match step.map_err(|fault| FetchFault::Answer(fault.reason()))? {
                ChunkStep::Data(range) => {
                    let end = range.end;
                    body.extend_from_slice(self.input.get(range).unwrap_or_default());
                    if body.len() > KeySet::MAX_BYTES {
                        return Err(FetchFault::TooLong);
                    }
                    self.input.drain(..end);
                }
                ChunkStep::NeedMore => {
                    self.input.clear();
                    if !self.fill()? {
                        return Err(FetchFault::BrokeOff);
                    }
                }
                ChunkStep::Done { .. } => return Ok(body),
            }
        }
    }

    /// The end has to be said in TLS too: without that, somebody else may have cut the line.
    fn until_close(mut self) -> Result<Vec<u8>, FetchFault> {
        while self.fill()? {
            if self.input.len() > KeySet::MAX_BYTES {
                return Err(FetchFault::TooLong);
            }
        }
        Ok(self.input)
    }

    /// Reads more; false at an end that the peer announced.
    fn fill(&mut self) -> Result<bool, FetchFault> {
        let mut piece = [0; 8 * 1024];
        let count = loop {
            match self.stream.read(&mut piece) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => break result.map_err(|error| FetchFault::from_io(&error))?,
            }
        };
        self.input.extend_from_slice(piece.get(..count).unwrap_or_default());
        Ok(count > 0)
    }
}

fn limits() -> Limits {
    Limits { head_bytes: 16 * 1024, ..Limits::default() }
}

/// Whether the body of this answer is worth reading.
fn judge(head: &Head, input: &[u8]) -> Result<(), FetchFault> {
    let status = head.status();
    if REDIRECTS.contains(&status) {
        let mut fields = head.fields(input);
        let location = fields.find(|field| field.name.eq_ignore_ascii_case(b"location"));
        let location = location.and_then(|field| str::from_utf8(field.value).ok());
        let to = location.and_then(|text| Url::parse(text).ok()).map(Box::new);
        return Err(FetchFault::Redirect(status, to));
    }
    if status == 200 { Ok(()) } else { Err(FetchFault::Status(status)) }
}
