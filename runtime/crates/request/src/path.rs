//! The path: one spelling, and what it says under each reading.

use crate::BadRequestKind;
use crate::bytes;
use crate::query::escaped;

/// Whether the path is in canonical form as it stands and reads the same under every reading: it
/// starts with `/`, holds only plain bytes, no empty segment but a last one, and no segment that
/// starts with a dot.
pub(crate) fn is_plain(path: &[u8]) -> bool {
    let [b'/', rest @ ..] = path else { return false };
    let mut before = b'/';
    for &byte in rest {
        let fine = if byte == b'/' {
            before != b'/'
        } else {
            bytes::is_plain(byte) && !(byte == b'.' && before == b'/')
        };
        if !fine {
            return false;
        }
        before = byte;
    }
    true
}

/// Writes the canonical form of `path`, which starts with `/`, to `out`.
///
/// # Errors
/// The kind of the first thing that has no canonical form.
pub(crate) fn write_canonical(path: &[u8], out: &mut String) -> Result<(), BadRequestKind> {
    out.clear();
    write_escapes(path, out)?;
    check_escapes(out)?;
    resolve(out)
}

/// Decodes unreserved escapes, upper-cases the others, refuses what no path may hold.
fn write_escapes(path: &[u8], out: &mut String) -> Result<(), BadRequestKind> {
    let mut rest = path;
    while let [byte, after @ ..] = rest {
        rest = after;
        if *byte != b'%' {
            if *byte != b'/' && !bytes::is_pchar(*byte) {
                return Err(BadRequestKind::RawByte);
            }
            out.push(char::from(*byte));
            continue;
        }
        let [high, low, after @ ..] = after else { return Err(BadRequestKind::Escape) };
        rest = after;
        match escaped(*high, *low).ok_or(BadRequestKind::Escape)? {
            b'/' | b'\\' => return Err(BadRequestKind::EncodedSeparator),
            byte if byte.is_ascii_control() => return Err(BadRequestKind::EncodedControl),
            byte if bytes::is_unreserved(byte) => out.push(char::from(byte)),
            _ => {
                out.push('%');
                out.push(char::from(high.to_ascii_uppercase()));
                out.push(char::from(low.to_ascii_uppercase()));
            }
        }
    }
    Ok(())
}

/// Refuses what still looks encoded after one decoding. The output is looked at, not the input:
/// `%25%32%65` becomes `%252e`.
fn check_escapes(path: &str) -> Result<(), BadRequestKind> {
    let twice = path.as_bytes().windows(5).any(|five| match five {
        [b'%', b'2', b'5', high, low] => high.is_ascii_hexdigit() && low.is_ascii_hexdigit(),
        _ => false,
    });
    if twice { Err(BadRequestKind::DoubleEncoding) } else { Ok(()) }
}

/// Merges slashes, then resolves dots, in place.
fn resolve(path: &mut String) -> Result<(), BadRequestKind> {
    let mut kept: Vec<&str> = Vec::new();
    let mut folder = false;
    for segment in path.split('/') {
        folder = matches!(segment, "" | "." | "..");
        match segment {
            "" | "." => {}
            ".." => {
                kept.pop().ok_or(BadRequestKind::AboveRoot)?;
            }
            _ if matches!(segment.split_once(';'), Some(("." | "..", _))) => {
                return Err(BadRequestKind::DotsBeforeParameter);
            }
            _ => kept.push(segment),
        }
    }
    let mut resolved = String::with_capacity(path.len());
    for segment in &kept {
        resolved.push('/');
        resolved.push_str(segment);
    }
    if folder || kept.is_empty() {
        resolved.push('/');
    }
    *path = resolved;
    Ok(())
}

/// Writes what a canonical path says once its escapes are decoded.
///
/// # Errors
/// Escapes that are not UTF-8.
pub(crate) fn write_decoded(path: &str, out: &mut String) -> Result<(), BadRequestKind> {
    let mut decoded = core::mem::take(out).into_bytes();
    decoded.clear();
    let mut rest = path.as_bytes();
    while let [byte, after @ ..] = rest {
        rest = after;
        match (byte, after) {
            (b'%', [high, low, after @ ..]) => {
                decoded.push(escaped(*high, *low).unwrap_or(b'%'));
                rest = after;
            }
            _ => decoded.push(*byte),
        }
    }
    *out = String::from_utf8(decoded).map_err(|_| BadRequestKind::NotUtf8)?;
    Ok(())
}

/// Writes a canonical path as an application reads it that cuts `;…` from every segment; a segment
/// that is nothing else is merged away like any empty one.
pub(crate) fn write_without_parameters(path: &str, out: &mut String) {
    out.clear();
    let mut folder = true;
    for segment in path.split('/') {
        let name = segment.split(';').next().unwrap_or(segment);
        folder = name.is_empty();
        if !folder {
            out.push('/');
            out.push_str(name);
        }
    }
    if folder || out.is_empty() {
        out.push('/');
    }
}
