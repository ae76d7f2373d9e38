use crate::authority::is_authority;
use crate::class::{TARGET, TOKEN, VALUE, all};
use crate::{Body, Field, FieldId};

/// A field the proxy adds itself; its bytes are checked once, when it is made.
#[derive(Clone, Copy, Debug)]
pub struct ExtraField<'a> {
    name: &'a [u8],
    value: &'a [u8],
}

impl<'a> ExtraField<'a> {
    /// `None` when the name is not a token or is one that frames the message, or when the value
    /// holds a control byte.
    #[must_use]
    pub fn new(name: &'a [u8], value: &'a [u8]) -> Option<Self> {
        let frames = matches!(
            FieldId::of(name),
            FieldId::Host | FieldId::ContentLength | FieldId::TransferEncoding
        );
        let sound = !name.is_empty() && all(TOKEN, name) && all(VALUE, value) && !frames;
        sound.then_some(Self { name, value })
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
    /// `None` when the method is not a token, the target is neither `*` nor begins with `/`, or
    /// holds a blank, a control byte, `#` or a byte above 0x7e, or the authority is not
    /// `host[:port]`.
    #[must_use]
    pub fn new(method: &'a [u8], target: &'a [u8], authority: &'a [u8]) -> Option<Self> {
        let sound = !method.is_empty()
            && all(TOKEN, method)
            && (target.starts_with(b"/") || target == b"*")
            && all(TARGET, target)
            && is_authority(authority);
        sound.then_some(Self { method, target, authority })
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

    /// Interim answers and 204 carry no framing field (RFC 9110, 8.6; RFC 9112, 6.1).
    fn may_frame(self) -> bool {
        self.status >= 200 && self.status != 204
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
    out.extend_from_slice(line.method);
    out.push(b' ');
    out.extend_from_slice(line.target);
    out.extend_from_slice(b" HTTP/1.1\r\n");
    write_line(out, b"host", line.authority);
    write_section(out, fields, body, extra);
}

/// Appends a response head with the registered reason phrase of the status. The same fields are
/// left out as in [`write_request_head`].
///
/// `Body::Length` also serves answers to HEAD; no framing is written for 1xx and 204.
/// `Body::Chunked` is not for HTTP/1.0 clients, and `Body::UntilClose` wants a line that closes.
pub fn write_response_head<'a>(
    out: &mut Vec<u8>,
    line: StatusLine,
    fields: impl Iterator<Item = Field<'a>>,
    body: Body,
    extra: &[ExtraField<'_>],
) {
    out.extend_from_slice(b"HTTP/1.1 ");
    write_number(out, u64::from(line.status), 10);
    out.push(b' ');
    out.extend_from_slice(reason_phrase(line.status));
    out.extend_from_slice(b"\r\n");
    if line.close {
        write_line(out, b"connection", b"close");
    }
    write_section(out, fields, if line.may_frame() { body } else { Body::None }, extra);
}

/// Appends the size line of a chunk of `len` bytes; `len` 0 writes nothing, for that would end the
/// body.
pub fn write_chunk_header(out: &mut Vec<u8>, len: usize) {
    if len > 0 {
        write_number(out, len as u64, 16);
        out.extend_from_slice(b"\r\n");
    }
}

/// Appends the line end that closes a chunk's data.
pub fn write_chunk_end(out: &mut Vec<u8>) {
    out.extend_from_slice(b"\r\n");
}

/// Appends the last chunk and an empty trailer section.
pub fn write_last_chunk(out: &mut Vec<u8>) {
    out.extend_from_slice(b"0\r\n\r\n");
}

fn write_section<'a>(
    out: &mut Vec<u8>,
    fields: impl Iterator<Item = Field<'a>>,
    body: Body,
    extra: &[ExtraField<'_>],
) {
    for field in fields {
        let ours = matches!(field.id, FieldId::Host | FieldId::ContentLength);
        if !field.hop_by_hop && !ours {
            write_line(out, field.name, field.value);
        }
    }
    match body {
        Body::Length(length) => {
            out.extend_from_slice(b"content-length: ");
            write_number(out, length, 10);
            out.extend_from_slice(b"\r\n");
        }
        Body::Chunked => write_line(out, b"transfer-encoding", b"chunked"),
        Body::None | Body::UntilClose => {}
    }
    for field in extra {
        write_line(out, field.name, field.value);
    }
    out.extend_from_slice(b"\r\n");
}

#[inline]
fn write_line(out: &mut Vec<u8>, name: &[u8], value: &[u8]) {
    out.reserve(name.len() + value.len() + 4);
    out.extend_from_slice(name);
    out.extend_from_slice(b": ");
    out.extend_from_slice(value);
    out.extend_from_slice(b"\r\n");
}

/// Appends a number to base 10 or 16, without leading zeros.
fn write_number(out: &mut Vec<u8>, number: u64, base: u64) {
    let mut digits = [0; 20];
    let mut count = 0;
    let mut rest = number;
    for digit in &mut digits {
        *digit = char::from_digit((rest % base) as u32, 16).map_or(b'0', |digit| digit as u8);
        rest /= base;
        count += 1;
        if rest == 0 {
            break;
        }
    }
    out.extend(digits.iter().take(count).rev());
}

/// The phrase of RFC 9110, 15; empty for a status without one.
fn reason_phrase(status: u16) -> &'static [u8] {
    match status {
        100 => b"Continue",
        101 => b"Switching Protocols",
        103 => b"Early Hints",
        200 => b"OK",
        201 => b"Created",
        202 => b"Accepted",
        204 => b"No Content",
        206 => b"Partial Content",
        301 => b"Moved Permanently",
        302 => b"Found",
        303 => b"See Other",
        304 => b"Not Modified",
        307 => b"Temporary Redirect",
        308 => b"Permanent Redirect",
        400 => b"Bad Request",
        401 => b"Unauthorized",
        403 => b"Forbidden",
        404 => b"Not Found",
        405 => b"Method Not Allowed",
        408 => b"Request Timeout",
        409 => b"Conflict",
        410 => b"Gone",
        412 => b"Precondition Failed",
        413 => b"Content Too Large",
        414 => b"URI Too Long",
        415 => b"Unsupported Media Type",
        417 => b"Expectation Failed",
        421 => b"Misdirected Request",
        422 => b"Unprocessable Content",
        429 => b"Too Many Requests",
        431 => b"Request Header Fields Too Large",
        500 => b"Internal Server Error",
        501 => b"Not Implemented",
        502 => b"Bad Gateway",
        503 => b"Service Unavailable",
        504 => b"Gateway Timeout",
        505 => b"HTTP Version Not Supported",
        _ => b"",
    }
}
