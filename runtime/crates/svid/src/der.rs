//! A bounded reader of DER (ITU-T X.690): definite, minimal lengths below 64 KiB, one-byte tags.
//!
//! It copies nothing, recurses nowhere and gives `None` for whatever is not DER.

/// INTEGER.
pub(crate) const INTEGER: u8 = 0x02;
/// BIT STRING.
pub(crate) const BIT_STRING: u8 = 0x03;
/// OCTET STRING.
pub(crate) const OCTET_STRING: u8 = 0x04;
/// OBJECT IDENTIFIER.
pub(crate) const OBJECT_IDENTIFIER: u8 = 0x06;
/// UTCTime.
pub(crate) const UTC_TIME: u8 = 0x17;
/// GeneralizedTime.
pub(crate) const GENERALIZED_TIME: u8 = 0x18;
/// SEQUENCE.
pub(crate) const SEQUENCE: u8 = 0x30;

const BOOLEAN: u8 = 0x01;

/// What is left to read of a value's contents.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Der<'a>(&'a [u8]);

impl<'a> Der<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The next value's tag and contents.
    pub(crate) fn value(&mut self) -> Option<(u8, &'a [u8])> {
        let (len, contents) = match self.0 {
            [_, len @ 0..=0x7f, rest @ ..] => (usize::from(*len), rest),
            [_, 0x81, len @ 0x80..=0xff, rest @ ..] => (usize::from(*len), rest),
            [_, 0x82, high @ 1..=0xff, low, rest @ ..] => {
                (usize::from(u16::from_be_bytes([*high, *low])), rest)
            }
            _ => return None,
        };
        let tag = *self.0.first()?;
        // Tag numbers from 31 up take more bytes; no certificate field has one.
        if tag & 0x1f == 0x1f {
            return None;
        }
        let (value, behind) = contents.split_at_checked(len)?;
        self.0 = behind;
        Some((tag, value))
    }

    /// The next value's contents, when its tag is the wanted one.
    pub(crate) fn expect(&mut self, wanted: u8) -> Option<&'a [u8]> {
        self.value().and_then(|(tag, value)| (tag == wanted).then_some(value))
    }

    /// As [`Der::expect`] for a SEQUENCE, ready to be read.
    pub(crate) fn sequence(&mut self) -> Option<Self> {
        self.expect(SEQUENCE).map(Self)
    }

    /// The contents of an optional value: `Some(None)` when the next one has another tag.
    pub(crate) fn optional(&mut self, wanted: u8) -> Option<Option<&'a [u8]>> {
        if self.0.first() == Some(&wanted) { self.expect(wanted).map(Some) } else { Some(None) }
    }

    /// An optional BOOLEAN that is false when absent.
    pub(crate) fn flag(&mut self) -> Option<bool> {
        match self.optional(BOOLEAN)? {
            None | Some([0]) => Some(false),
            Some([0xff]) => Some(true),
            Some(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(bytes: &[u8]) -> Option<(u8, &[u8])> {
        Der::new(bytes).value()
    }

    #[test]
    fn lengths_are_definite_and_minimal() {
        assert_eq!(one(&[4, 1, 9]), Some((4, &[9][..])));
        assert_eq!(one(&[4, 0]), Some((4, &[][..])));
        let long = [&[4, 0x81, 0x80][..], &[7; 128]].concat();
        assert_eq!(one(&long).map(|(_, value)| value.len()), Some(128));
        let longer = [&[4, 0x82, 1, 0][..], &[7; 256]].concat();
        assert_eq!(one(&longer).map(|(_, value)| value.len()), Some(256));
        for bad in [
            &[][..],
            &[4],
            &[4, 1],
            &[4, 0x80],
            &[4, 0x81, 1, 9],
            &[4, 0x82, 0, 1, 9],
            &[4, 0x83, 0, 0, 1, 9],
            &[0x1f, 1, 9],
        ] {
            assert_eq!(one(bad), None, "{bad:?}");
        }
    }
}
