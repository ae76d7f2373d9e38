//! The path: one spelling, and what it says under each reading.

use crate::BadRequestKind;
use crate::query::escaped;

/// Bytes that RFC 3986 allows raw in a path besides `/`: `pchar` without `%`.
const fn is_pchar(byte: u8) -> bool {
    is_unreserved(byte)
        || matches!(
            byte,
            b'!' | b'$'
                | b'&'
                | b'\''
                | b'('
                | b')'
                | b'*'
                | b'+'
                | b','
                | b';'
                | b'='
                | b':'
                | b'@'
        )
}

pub(crate) const fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// For every byte: 0 it needs no thought in a path, 1 it may need some.
const PLAIN: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0_u8;
    loop {
        let slot = byte as usize;
        #[expect(clippy::indexing_slicing, reason = "evaluated by the compiler; a u8 is below 256")]
        {
            table[slot] = is_pchar(byte) && !matches!(byte, b';');
        }
        if byte == u8::MAX {
            break table;
        }
        byte += 1;
    }
};

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
            PLAIN.get(usize::from(byte)).is_some_and(|plain| *plain)
                && !(byte == b'.' && before == b'/')
        };
        if !fine {
            return false;
        }
        before = byte;
    }
    true
}

/// Whether every byte may stand raw in a query (RFC 3986, 3.4).
pub(crate) fn is_query(query: &[u8]) -> bool {
    query.iter().all(|&byte| is_pchar(byte) || matches!(byte, b'/' | b'?' | b'%'))
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
            if *byte != b'/' && !is_pchar(*byte) {
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
            byte if is_unreserved(byte) => out.push(char::from(byte)),
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
    let mut bytes = core::mem::take(out).into_bytes();
    bytes.clear();
    let mut rest = path.as_bytes();
    while let [byte, after @ ..] = rest {
        rest = after;
        match (byte, after) {
            (b'%', [high, low, after @ ..]) => {
                bytes.push(escaped(*high, *low).unwrap_or(b'%'));
                rest = after;
            }
            _ => bytes.push(*byte),
        }
    }
    *out = String::from_utf8(bytes).map_err(|_| BadRequestKind::NotUtf8)?;
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
