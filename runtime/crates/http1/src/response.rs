use crate::class;
use crate::section::{self, Of};
use crate::{Body, Fault, FaultKind, Head, Limits, Method, Parse};

/// Parses a response head from the start of `input`, for a request made with `request_method`.
///
/// # Errors
/// The first rule broken, always with status 502; the upstream connection must then be closed.
pub fn parse_response(
    input: &[u8],
    head: &mut Head,
    request_method: Method,
    limits: &Limits,
) -> Result<Parse, Fault> {
    let most = limits.head_bytes as usize;
    let window = input.get(..most).unwrap_or(input);
    match parse(window, head, request_method, limits) {
        Ok(Some(head_len)) => Ok(Parse::Complete { head_len }),
        Ok(None) if window.len() >= most => Err(Fault::upstream(FaultKind::HeadTooLong)),
        Ok(None) => Ok(Parse::Partial),
        Err(kind) => Err(Fault::upstream(kind)),
    }
}

fn parse(
    input: &[u8],
    head: &mut Head,
    request_method: Method,
    limits: &Limits,
) -> Result<Option<usize>, FaultKind> {
    head.clear();
    let Some(section_at) = parse_status_line(input, head)? else { return Ok(None) };
    let Some(end) = section::parse(input, section_at, head, Of::Response, limits)? else {
        return Ok(None);
    };
    head.body = head.framing.response_body(head.status, request_method)?;
    head.keep_alive &= head.body != Body::UntilClose;
    Ok(Some(end))
}

/// The index behind the status line. The reason phrase and the blank before it may be missing.
fn parse_status_line(input: &[u8], head: &mut Head) -> Result<Option<usize>, FaultKind> {
    let status_at = match input {
        [b'H', b'T', b'T', b'P', b'/', b'1', b'.', minor @ (b'0' | b'1'), b' ', ..] => {
            head.minor = minor - b'0';
            9
        }
        _ => return version_so_far(input),
    };
    let digits = input.get(status_at..).unwrap_or_default();
    let sound = digits.iter().zip(b"100").all(|(&byte, &least)| match least {
        b'1' => (b'1'..=b'5').contains(&byte),
        _ => byte.is_ascii_digit(),
    });
    if !sound {
        return Err(FaultKind::StatusLine);
    }
    let [hundreds, tens, ones, ..] = digits else { return Ok(None) };
    let digit = |byte: &u8| u16::from(byte - b'0');
    head.status = digit(hundreds) * 100 + digit(tens) * 10 + digit(ones);
    match digits.get(3) {
        None => Ok(None),
        Some(b' ' | b'\r') => {
            let end = class::end_of_value(input, status_at + 3);
            match input.get(end..).unwrap_or_default() {
                [] | [b'\r'] => Ok(None),
                [b'\r', b'\n', ..] => Ok(Some(end + 2)),
                [b'\r' | b'\n', ..] => Err(FaultKind::LineEnd),
                _ => Err(FaultKind::ValueByte),
            }
        }
        Some(_) => Err(FaultKind::StatusLine),
    }
}

/// A start that is not a whole version: to be continued, or wrong already.
fn version_so_far(input: &[u8]) -> Result<Option<usize>, FaultKind> {
    let continues = |version: &[u8]| version.starts_with(input);
    if continues(b"HTTP/1.1 ") || continues(b"HTTP/1.0 ") {
        Ok(None)
    } else {
        Err(FaultKind::StatusLine)
    }
}
