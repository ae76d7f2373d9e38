//! The query as a matcher reads it: ordered pairs, decoded once, never stored.

/// Name and value of every parameter as written, in order. A parameter without `=` has an empty
/// value; an empty parameter (`&&`) is none.
pub fn pairs(query: &str) -> impl Iterator<Item = (&str, &str)> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}

/// The bytes a name or value stands for: `+` is a space, escapes are decoded once. What
/// [`is_decodable`] refuses is given as it stands.
pub fn decoded(text: &str) -> impl Iterator<Item = u8> + Clone {
    let mut rest = text.as_bytes();
    core::iter::from_fn(move || {
        let (byte, after) = match rest {
            [b'%', high, low, after @ ..] => match escaped(*high, *low) {
                Some(byte) => (byte, after),
                None => (b'%', rest.get(1..)?),
            },
            [b'+', after @ ..] => (b' ', after),
            [byte, after @ ..] => (*byte, after),
            [] => return None,
        };
        rest = after;
        Some(byte)
    })
}

/// Whether every `%` is followed by two hexadecimal digits.
#[must_use]
pub fn is_decodable(query: &str) -> bool {
    let mut rest = query.as_bytes();
    while let [byte, after @ ..] = rest {
        rest = match (byte, after) {
            (b'%', [high, low, after @ ..]) if escaped(*high, *low).is_some() => after,
            (b'%', _) => return false,
            _ => after,
        };
    }
    true
}

/// The byte that `%` and two hexadecimal digits stand for.
pub(crate) fn escaped(high: u8, low: u8) -> Option<u8> {
    let high = char::from(high).to_digit(16)?;
    let low = char::from(low).to_digit(16)?;
    u8::try_from(high << 4 | low).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_keep_order_and_repeats() {
        let all: Vec<_> = pairs("a=1&&b&a=2=3&=x").collect();
        assert_eq!(all, [("a", "1"), ("b", ""), ("a", "2=3"), ("", "x")]);
    }

    #[test]
    fn values_are_decoded_once() {
        let value: Vec<u8> = decoded("a+b%2B%2525%zz%4").collect();
        assert_eq!(value, b"a b+%25%zz%4");
        assert!(is_decodable("a=%41%2f"));
        assert!(!is_decodable("a=%4"));
        assert!(!is_decodable("a=%g0"));
    }
}
