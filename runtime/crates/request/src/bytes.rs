//! Which bytes may stand where, looked up in one table.

/// A token (RFC 9110, 5.6.2).
const TOKEN: u8 = 1;
/// A path segment, raw (RFC 3986, 3.3: `pchar` without `%`).
const PCHAR: u8 = 2;
/// A query, raw, `%` included (RFC 3986, 3.4).
const QUERY: u8 = 4;
/// A path segment that reads the same under every reading: `pchar` without `;`.
const PLAIN: u8 = 8;
/// A label of a host name, already in its one form.
const LABEL: u8 = 16;

const CLASSES: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = u8::MAX;
    loop {
        let slot = byte as usize;
        #[expect(clippy::indexing_slicing, reason = "evaluated by the compiler; a u8 is below 256")]
        {
            table[slot] = classes(byte);
        }
        if byte == 0 {
            break table;
        }
        byte -= 1;
    }
};

const fn classes(byte: u8) -> u8 {
    let sub_delimiter =
        matches!(byte, b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+' | b',' | b';' | b'=');
    let pchar = is_unreserved(byte) || sub_delimiter || matches!(byte, b':' | b'@');
    let token = byte.is_ascii_alphanumeric()
        || matches!(byte, b'!' | b'#' | b'$' | b'%' | b'&' | b'\'' | b'*' | b'+')
        || matches!(byte, b'-' | b'.' | b'^' | b'_' | b'`' | b'|' | b'~');
    let label = byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
    (if token { TOKEN } else { 0 })
        | (if pchar { PCHAR } else { 0 })
        | (if pchar || matches!(byte, b'/' | b'?' | b'%') { QUERY } else { 0 })
        | (if pchar && byte != b';' { PLAIN } else { 0 })
        | (if label { LABEL } else { 0 })
}

pub(crate) const fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

pub(crate) fn is_pchar(byte: u8) -> bool {
    is(byte, PCHAR)
}

pub(crate) fn is_label(byte: u8) -> bool {
    is(byte, LABEL)
}

pub(crate) fn is_plain(byte: u8) -> bool {
    is(byte, PLAIN)
}

/// Whether every byte may stand raw in a query.
pub(crate) fn is_query(query: &[u8]) -> bool {
    query.iter().all(|&byte| is(byte, QUERY))
}

/// Whether the bytes are a token (RFC 9110, 5.6.2), as methods and field names are.
#[must_use]
pub fn is_token(bytes: &[u8]) -> bool {
    !bytes.is_empty() && bytes.iter().all(|&byte| is(byte, TOKEN))
}

fn is(byte: u8, class: u8) -> bool {
    CLASSES.get(usize::from(byte)).is_some_and(|classes| classes & class != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LETTERS: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

    /// The bytes that are in a class are the letters, the digits and these.
    fn hold(class: impl Fn(u8) -> bool, marks: &str) {
        for byte in 0..=u8::MAX {
            let wanted = LETTERS.bytes().chain(marks.bytes()).any(|one| one == byte);
            assert_eq!(class(byte), wanted, "{:?}", char::from(byte));
        }
    }

    #[test]
    fn classes_are_those_of_the_rfcs() {
        hold(is_unreserved, "-._~");
        hold(is_pchar, "-._~!$&'()*+,;=:@");
        hold(is_plain, "-._~!$&'()*+,=:@");
        hold(|byte| is_query(&[byte]), "-._~!$&'()*+,;=:@/?%");
        hold(|byte| is_token(&[byte]), "!#$%&'*+-.^_`|~");
        hold(|byte| is_label(byte.to_ascii_lowercase()), "-_");
        assert!(!is_label(b'A') && !is_token(b"") && is_query(b""));
        assert!(!is_token(b"a b") && !is_query(b"a#"));
    }
}
