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
    loop {
        at = skip_words(input, at, |word| below(word, b' ') | equal(word, 0x7f));
        // A tab is below the blank, but allowed; the last seven bytes are no word.
        match input.get(at) {
            Some(b'\t') => at += 1,
            Some(b'\r') => return at,
            Some(&byte) if classes(byte) & VALUE != 0 => at += 1,
            _ => return at,
        }
    }
}

/// As [`end_of`] for [`TARGET`], eight bytes at a time.
#[inline]
pub(crate) fn end_of_target(input: &[u8], from: usize) -> usize {
    let high = |word: u64| word & TOPS;
    let at = skip_words(input, from, |word| {
        below(word, b'!') | equal(word, b'#') | equal(word, 0x7f) | high(word)
    });
    end_of(TARGET, input, at)
}

/// As [`end_of`] for a class of bytes that may stand in a field name. Colons are looked for first,
/// for in a sound message the nearest one ends the name.
#[inline]
pub(crate) fn end_of_name(class: u8, input: &[u8], from: usize) -> usize {
    let mut colon = skip_words(input, from, |word| equal(word, b':'));
    while input.get(colon).is_some_and(|&byte| byte != b':') {
        colon += 1;
    }
    let name = input.get(from..colon).unwrap_or_default();
    // Words of letters and hyphens, the last one overlapping, need no table.
    let (words, _) = name.as_chunks::<8>();
    let plain = match name.last_chunk::<8>() {
        Some(last) => words.iter().chain([last]).all(|word| is_plain(u64::from_le_bytes(*word))),
        None => false,
    };
    if plain || all(class, name) { colon } else { end_of(class, input, from) }
}

/// Whether `name` is `lower` but for letter case. `name` holds no control byte and `lower` only
/// lower-case letters and hyphens: then setting one bit in each byte is enough.
#[inline]
pub(crate) fn is_name(name: &[u8], lower: &[u8]) -> bool {
    const CASE: u64 = ONES * 0x20;
    if name.len() != lower.len() {
        return false;
    }
    let ends = |text: &[u8]| {
        let first = u64::from_le_bytes(*text.first_chunk::<8>()?);
        Some((first, u64::from_le_bytes(*text.last_chunk::<8>()?)))
    };
    match (ends(name), ends(lower)) {
        (Some((first, last)), Some(wanted)) if name.len() <= 16 => {
            (first | CASE, last | CASE) == wanted
        }
        _ => name.iter().zip(lower).fold(0, |odd, (byte, low)| odd | ((byte | 0x20) ^ low)) == 0,
    }
}

const ONES: u64 = u64::from_ne_bytes([1; 8]);
const TOPS: u64 = ONES * 0x80;

/// Goes forward in words of eight bytes until one holds a byte that `marks` marks by its top bit;
/// gives the index of the first such byte, or where fewer than eight bytes are left.
#[inline]
fn skip_words(input: &[u8], from: usize, marks: impl Fn(u64) -> u64) -> usize {
    let mut at = from;
    let mut rest = input.get(from..).unwrap_or_default();
    while let Some((word, behind)) = rest.split_first_chunk::<8>() {
        let marked = marks(u64::from_le_bytes(*word)) & TOPS;
        if marked != 0 {
            return at + (marked.trailing_zeros() / 8) as usize;
        }
        at += 8;
        rest = behind;
    }
    at
}

/// Whether each byte is an ASCII letter or a hyphen.
#[inline]
fn is_plain(word: u64) -> bool {
    let low = word | (ONES * 0x20);
    let from_a = low.wrapping_add(ONES * u64::from(0x80 - b'a'));
    let past_z = low.wrapping_add(ONES * u64::from(0x7f - b'z'));
    let not_hyphen = (word ^ (ONES * u64::from(b'-'))).wrapping_add(ONES * 0x7f);
    let letters = from_a & !past_z;
    word & TOPS == 0 && (letters | !not_hyphen) & TOPS == TOPS
}

/// Marks the first byte, in memory order, below `least` (at most 0x80); behind it marks may be
/// wrong.
#[inline]
fn below(word: u64, least: u8) -> u64 {
    word.wrapping_sub(ONES * u64::from(least)) & !word
}

/// Marks the first byte, in memory order, that equals `byte`; behind it marks may be wrong.
#[inline]
fn equal(word: u64, byte: u8) -> u64 {
    below(word ^ (ONES * u64::from(byte)), 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_byte_is_found_wherever_it_stands() {
        let bytes = (0..=255u8).flat_map(|byte| [(byte, b'x'), (byte, b'-'), (byte, b'Z')]);
        for ((byte, around), at) in bytes.flat_map(|pair| (0..20).map(move |at| (pair, at))) {
            let mut text = [around; 20];
            text[at] = byte;
            let wanted = |class| if classes(byte) & class == 0 { at } else { 20 };
            assert_eq!(end_of_value(&text, 0), wanted(VALUE), "{byte:#x} at {at}");
            assert_eq!(end_of_target(&text, 0), wanted(TARGET), "{byte:#x} at {at}");
            for class in [TOKEN, REQUEST_NAME] {
                assert_eq!(end_of_name(class, &text, 0), wanted(class), "{byte:#x} at {at}");
            }
        }
    }

    #[test]
    fn names_are_compared_without_letter_case_and_nothing_else() {
        for lower in [&b"te"[..], b"host", b"keep-alive", b"traceparent", b"transfer-encoding"] {
            assert!(is_name(&lower.to_ascii_uppercase(), lower));
            for position in 0..lower.len() {
                for byte in 0x20..=255u8 {
                    let mut name = lower.to_vec();
                    name[position] = byte;
                    assert_eq!(is_name(&name, lower), name.eq_ignore_ascii_case(lower), "{name:?}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn scanning_words_and_scanning_bytes_agree(
            bytes in proptest::collection::vec(
                prop_oneof![Just(b'\t'), Just(0x7f), Just(b':'), Just(b'#'), 0x1eu8..=255],
                0..64,
            ),
            from in 0usize..70,
        ) {
            let from = from.min(bytes.len());
            prop_assert_eq!(end_of_value(&bytes, from), end_of(VALUE, &bytes, from));
            prop_assert_eq!(end_of_target(&bytes, from), end_of(TARGET, &bytes, from));
            prop_assert_eq!(end_of_name(TOKEN, &bytes, from), end_of(TOKEN, &bytes, from));
        }
    }
}
