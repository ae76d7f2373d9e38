use crate::refusal::{Problem, Refusal};

/// The first character of `text` from `from` on that is refused wherever it stands: those that
/// YAML 1.2 (5.1) does not have, those that YAML 1.1 takes for the end of a line, and a byte order
/// mark.
pub(super) fn first_refused(text: &str, from: usize) -> Option<Refusal> {
    const BLOCK: usize = 64;
    let bytes = text.as_bytes().get(from..)?;
    let mut at = from;
    for block in bytes.chunks(BLOCK) {
        // Without an early exit, so that it is done for many bytes at once.
        let any = |doubtful: fn(u8) -> bool| block.iter().fold(false, |any, &b| any | doubtful(b));
        let doubtful = any(is_unusual) && any(is_doubtful);
        if doubtful && let Some(found) = in_block(text, at, block.len()) {
            return Some(found);
        }
        at += block.len();
    }
    None
}

/// Control characters other than tab and line breaks, and all beyond ASCII.
const fn is_unusual(byte: u8) -> bool {
    // As a signed number a byte beyond ASCII is negative.
    let low = byte.cast_signed() < 0x20 && byte != b'\t' && byte != b'\n' && byte != b'\r';
    low | (byte == 0x7f)
}

/// Control characters other than tab and line breaks, and the first bytes of all refused
/// characters beyond ASCII.
const fn is_doubtful(byte: u8) -> bool {
    let control = byte < 0x20 && byte != b'\t' && byte != b'\n' && byte != b'\r';
    control | (byte == 0x7f) | (byte == 0xc2) | (byte == 0xe2) | (byte == 0xef)
}

fn in_block(text: &str, from: usize, length: usize) -> Option<Refusal> {
    let start = text.ceil_char_boundary(from);
    let rest = text.get(start..)?;
    let within = from.saturating_add(length).saturating_sub(start);
    rest.char_indices()
        .take_while(|(offset, _)| *offset < within)
        .find_map(|(offset, c)| Some(Refusal { at: start + offset, problem: refused(c)? }))
}

fn refused(c: char) -> Option<Problem> {
    match c {
        '\t' | '\n' | '\r' => None,
        '\u{feff}' => Some(Problem::ByteOrderMark),
        '\u{85}' | '\u{2028}' | '\u{2029}' => Some(Problem::LineSeparator(c)),
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => {
            Some(Problem::Character(c))
        }
        _ => None,
    }
}
