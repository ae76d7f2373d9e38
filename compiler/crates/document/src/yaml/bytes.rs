//! What a byte can mean to the reader.

/// Space or tab.
pub(super) const BLANK: u8 = 1;
/// Line feed or carriage return.
pub(super) const BREAK: u8 = 2;
/// Behind the last byte.
pub(super) const END: u8 = 4;
/// `,` `[` `]` `{` `}`
pub(super) const FLOW: u8 = 8;
/// `:`
pub(super) const COLON: u8 = 16;
/// Either quote, and the backslash.
pub(super) const QUOTE: u8 = 32;
/// Cannot begin a plain scalar without a second look.
pub(super) const INDICATOR: u8 = 64;
/// `#`
pub(super) const HASH: u8 = 128;
/// Separates: a key's colon, a dash and a comment's mark stand before or behind one of these.
pub(super) const SPACE: u8 = BLANK | BREAK | END;

const CLASSES: [u8; 256] = classes();

#[expect(clippy::indexing_slicing, reason = "every index is a byte, evaluated at compile time")]
const fn classes() -> [u8; 256] {
    let mut classes = [0; 256];
    let mut byte = 0_u8;
    loop {
        classes[byte as usize] = match byte {
            0 => END,
            b' ' | b'\t' => BLANK,
            b'\n' | b'\r' => BREAK,
            b',' | b'[' | b']' | b'{' | b'}' => FLOW | INDICATOR,
            b':' => COLON | INDICATOR,
            b'\'' | b'"' => QUOTE | INDICATOR,
            b'\\' => QUOTE,
            b'#' => HASH | INDICATOR,
            b'-' | b'?' | b'&' | b'*' | b'!' | b'|' | b'>' | b'%' | b'@' | b'`' => INDICATOR,
            _ => 0,
        };
        if byte == u8::MAX {
            return classes;
        }
        byte += 1;
    }
}

/// Whether a byte is of one of these classes.
#[inline]
pub(super) fn is(byte: u8, classes: u8) -> bool {
    CLASSES.get(usize::from(byte)).is_some_and(|class| class & classes != 0)
}
