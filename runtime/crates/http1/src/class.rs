//! Which byte may stand where: one 256-entry table, and the scans over it.

/// A byte of a token (RFC 9110, 5.6.2).
pub(crate) const TOKEN: u8 = 1;
/// A token byte that may stand in the name of a request field: no underscore, see
/// [`crate::FaultKind::Underscore`].
pub(crate) const REQUEST_NAME: u8 = 2;
/// A byte of a field value: tab, space, visible ASCII, 0x80 and above (RFC 9110, 5.5).
pub(crate) const VALUE: u8 = 4;
/// A byte of a request target as we take it: visible ASCII but `#`.
pub(crate) const TARGET: u8 = 8;
/// A byte that needs no canonicalising in a path: unreserved, `/`, `:`, `@` and the sub-delimiters
/// but `;` (RFC 3986, 3.3).
pub(crate) const PLAIN_PATH: u8 = 16;
/// A byte of a registered name as we take it: letters, digits, `-`, `.`, `_`.
pub(crate) const HOST: u8 = 32;

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler, below 256")]
static CLASSES: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = classes_of(byte as u8);
        byte += 1;
    }
    table
};

const fn classes_of(byte: u8) -> u8 {
    let alphanumeric = byte.is_ascii_alphanumeric();
    let mut classes = 0;
    if alphanumeric || is_one_of(byte, b"!#$%&'*+-.^_`|~") {
        classes |= TOKEN;
        if byte != b'_' {
            classes |= REQUEST_NAME;
        }
    }
    if byte == b'\t' || (byte >= b' ' && byte != 0x7f) {
        classes |= VALUE;
    }
    if byte > b' ' && byte < 0x7f && byte != b'#' {
        classes |= TARGET;
    }
    if alphanumeric || is_one_of(byte, b"-._~/:@!$&'()*+,=") {
        classes |= PLAIN_PATH;
    }
    if alphanumeric || is_one_of(byte, b"-._") {
        classes |= HOST;
    }
    classes
}

const fn is_one_of(byte: u8, mut list: &[u8]) -> bool {
    while let [first, rest @ ..] = list {
        if byte == *first {
            return true;
        }
        list = rest;
    }
    false
}

/// The classes of a byte, as a set of bits.
#[expect(clippy::indexing_slicing, reason = "a byte is always below the table's 256 entries")]
pub(crate) fn classes(byte: u8) -> u8 {
    CLASSES[usize::from(byte)]
}

/// Whether every byte is of the class; true for no bytes.
pub(crate) fn all(class: u8, bytes: &[u8]) -> bool {
    bytes.iter().fold(class, |seen, &byte| seen & classes(byte)) == class
}

/// The index of the first byte at or after `from` that is not of the class; the input's length
/// when there is none.
#[inline]
pub(crate) fn end_of(class: u8, input: &[u8], from: usize) -> usize {
    let rest = input.get(from..).unwrap_or_default();
    let run = rest.iter().position(|&byte| classes(byte) & class == 0);
    from + run.unwrap_or(rest.len())
}

/// As [`end_of`] for [`VALUE`], eight bytes at a time.
#[inline]
pub(crate) fn end_of_value(input: &[u8], from: usize) -> usize {
    let mut at = from;
    let mut rest = input.get(from..).unwrap_or_default();
    while let Some((word, behind)) = rest.split_first_chunk::<8>() {
        let suspects = control_bytes(u64::from_le_bytes(*word));
        if suspects != 0 {
            let clean = (suspects.trailing_zeros() / 8) as usize;
            if word.get(clean) != Some(&b'\t') {
                return at + clean;
            }
            at += clean + 1;
            rest = rest.get(clean + 1..).unwrap_or_default();
        } else {
            at += 8;
            rest = behind;
        }
    }
    end_of(VALUE, input, at)
}

/// Marks, by its top bit, the first byte of the word (in memory order) that is below 0x20 or 0x7f;
/// marks behind the first may be wrong.
#[inline]
fn control_bytes(word: u64) -> u64 {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const TOPS: u64 = ONES * 0x80;
    let below_space = word.wrapping_sub(ONES * 0x20) & !word;
    let delete = word ^ (ONES * 0x7f);
    let is_delete = delete.wrapping_sub(ONES) & !delete;
    (below_space | is_delete) & TOPS
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_byte_is_found_wherever_it_stands() {
        for byte in 0..=255u8 {
            for position in 0..20 {
                let mut text = [b'x'; 20];
                text[position] = byte;
                let wanted = if classes(byte) & VALUE == 0 { position } else { 20 };
                assert_eq!(end_of_value(&text, 0), wanted, "byte {byte:#x} at {position}");
            }
        }
    }

    proptest! {
        #[test]
        fn scanning_words_and_scanning_bytes_agree(
            bytes in proptest::collection::vec(prop_oneof![Just(b'\t'), Just(0x7f), 0x1eu8..=255], 0..64),
            from in 0usize..70,
        ) {
            let from = from.min(bytes.len());
            prop_assert_eq!(end_of_value(&bytes, from), end_of(VALUE, &bytes, from));
        }
    }
}
