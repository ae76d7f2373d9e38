use crate::authority::is_authority;
use crate::class::{self, PLAIN_PATH, TOKEN};
use crate::section::{self, Of};
use crate::{Fault, FaultKind, Head, Limits, Method, Parse, Span, TargetForm};

/// The longest method taken; registered ones have at most 17 bytes.
const MAX_METHOD: usize = 32;

/// Parses a request head from the start of `input` (RFC 9112, 2 to 6), checking every byte. One
/// empty line before it is overlooked (2.2).
///
/// A byte that no continuation can mend is refused at once, not when the head is complete.
/// CONNECT and upgrades are accepted here and are the caller's to refuse.
///
/// # Errors
/// The first rule broken, with the status to answer; the connection must then be closed.
pub fn parse_request(input: &[u8], head: &mut Head, limits: &Limits) -> Result<Parse, Fault> {
    let most = limits.head_bytes as usize;
    let window = input.get(..most).unwrap_or(input);
    match parse(window, head, limits) {
        Ok(Some(head_len)) => Ok(Parse::Complete { head_len }),
        Ok(None) if window.len() >= most => Err(Fault::client(FaultKind::HeadTooLong)),
        Ok(None) => Ok(Parse::Partial),
        Err(kind) => Err(Fault::client(kind)),
    }
}

fn parse(input: &[u8], head: &mut Head, limits: &Limits) -> Result<Option<usize>, FaultKind> {
    head.clear();
    let Some(start) = skip_empty_line(input)? else { return Ok(None) };
    let Some(target_at) = parse_method(input, start, head)? else { return Ok(None) };
    let Some(version_at) = parse_target(input, target_at, head, limits)? else { return Ok(None) };
    let Some(section_at) = parse_version(input, version_at, head)? else { return Ok(None) };
    let Some(end) = section::parse(input, section_at, head, Of::Request, limits)? else {
        return Ok(None);
    };
    check_host(input, head)?;
    head.body = head.framing.request_body(head.method_token)?;
    Ok(Some(end))
}

/// The index of the request line's first byte.
fn skip_empty_line(input: &[u8]) -> Result<Option<usize>, FaultKind> {
    match input {
        [] | [b'\r'] => Ok(None),
        [b'\r', b'\n', ..] => Ok(Some(2)),
        [b'\r' | b'\n', ..] => Err(FaultKind::LineEnd),
        _ => Ok(Some(0)),
    }
}

/// The index behind the method and its blank.
fn parse_method(input: &[u8], start: usize, head: &mut Head) -> Result<Option<usize>, FaultKind> {
    let end = class::end_of(TOKEN, input, start);
    if end - start > MAX_METHOD {
        return Err(FaultKind::MethodTooLong);
    }
    match input.get(end) {
        None => Ok(None),
        Some(b' ') if end > start => {
            head.method = Span::between(start, end);
            head.method_token = Method::of(head.method.of(input));
            Ok(Some(end + 1))
        }
        Some(_) => Err(FaultKind::RequestLine),
    }
}

/// The index behind the target and its blank.
fn parse_target(
    input: &[u8],
    start: usize,
    head: &mut Head,
    limits: &Limits,
) -> Result<Option<usize>, FaultKind> {
    let end = class::end_of_target(input, start);
    if end - start > limits.target_bytes as usize {
        return Err(FaultKind::TargetTooLong);
    }
    match input.get(end) {
        None => return Ok(None),
        Some(b' ') if end > start => {}
        Some(b' ' | b'\r' | b'\n') => return Err(FaultKind::RequestLine),
        Some(_) => return Err(FaultKind::TargetByte),
    }
    head.target = Span::between(start, end);
    let target = head.target.of(input);
    let (form, path_at) = target_form(target, head.method_token).ok_or(FaultKind::TargetForm)?;
    head.target_form = form;
    head.path = Span::between(start + path_at, end);
    head.path_is_odd = form != TargetForm::Asterisk && is_odd(head.path.of(input));
    Ok(Some(end + 1))
}

/// The form of a target that is not empty, and where in it path and query begin.
fn target_form(target: &[u8], method: Method) -> Option<(TargetForm, usize)> {
    match (target, method) {
        (_, Method::Connect) => {
            is_authority(target).then_some((TargetForm::Authority, target.len()))
        }
        ([b'/', ..], _) => Some((TargetForm::Origin, 0)),
        (b"*", Method::Options) => Some((TargetForm::Asterisk, 0)),
        _ => {
            let scheme_len = scheme_len(target)?;
            let rest = target.get(scheme_len..)?;
            let path_at = rest.iter().position(|byte| matches!(byte, b'/' | b'?'));
            let path_at = path_at.unwrap_or(rest.len());
            let (authority, path) = rest.split_at_checked(path_at)?;
            // A query without a path could be forwarded only after a repair.
            let sound = is_authority(authority) && !path.starts_with(b"?");
            sound.then_some((TargetForm::Absolute, scheme_len + path_at))
        }
    }
}

/// Bytes of `http://` or `https://` at the start of a target.
fn scheme_len(target: &[u8]) -> Option<usize> {
    let begins = |scheme: &&[u8]| {
        target.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    };
    [&b"http://"[..], b"https://"].into_iter().find(begins).map(<[u8]>::len)
}

/// Whether a path needs a canonicaliser's look; see [`Head::path_is_odd`].
fn is_odd(path_and_query: &[u8]) -> bool {
    let end = memchr::memchr(b'?', path_and_query).unwrap_or(path_and_query.len());
    let path = path_and_query.get(..end).unwrap_or_default();
    let behind = path.get(1..).unwrap_or_default();
    let doubled = path.iter().zip(behind).fold(false, |seen, (&first, &second)| {
        seen | ((first == b'/') & ((second == b'/') | (second == b'.')))
    });
    doubled || !class::all(PLAIN_PATH, path)
}

/// The index behind the version and its line end. Every byte is judged as soon as it is there.
fn parse_version(input: &[u8], start: usize, head: &mut Head) -> Result<Option<usize>, FaultKind> {
    let rest = input.get(start..).unwrap_or_default();
    let sound = rest.iter().zip(b"HTTP/0.0").all(|(&byte, &wanted)| match wanted {
        b'0' => byte.is_ascii_digit(),
        _ => byte == wanted,
    });
    if !sound {
        return Err(FaultKind::RequestLine);
    }
    match rest {
        [_, _, _, _, _, b'1', _, minor @ (b'0' | b'1'), line_end @ ..] => {
            head.minor = minor - b'0';
            match line_end {
                [] | [b'\r'] => Ok(None),
                [b'\r', b'\n', ..] => Ok(Some(start + 10)),
                [b'\r' | b'\n', ..] => Err(FaultKind::LineEnd),
                _ => Err(FaultKind::RequestLine),
            }
        }
        [_, _, _, _, _, _, _, _, ..] => Err(FaultKind::Version),
        _ => Ok(None),
    }
}

/// `Host` is there in 1.1, and an absolute target names the same authority (RFC 9112, 3.2).
fn check_host(input: &[u8], head: &mut Head) -> Result<(), FaultKind> {
    if head.host.is_none() && head.minor == 1 {
        return Err(FaultKind::HostMissing);
    }
    if head.target_form != TargetForm::Absolute {
        return Ok(());
    }
    let target = head.target.of(input);
    let start = scheme_len(target).unwrap_or_default();
    let end = target.len().saturating_sub(head.path.of(input).len());
    let authority = target.get(start..end).unwrap_or_default();
    match head.host {
        Some(host) if !host.of(input).eq_ignore_ascii_case(authority) => {
            Err(FaultKind::HostMismatch)
        }
        Some(_) => Ok(()),
        None => {
            let target_at = head.target.start();
            head.host = Some(Span::between(target_at + start, target_at + end));
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests;
