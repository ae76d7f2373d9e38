/// The letters of a text that tell it from others, as one number: comparing names costs a call for
/// each pair otherwise.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Word(u64);

impl Word {
    /// Of a text: its first and last four bytes, all of them where it is shorter.
    #[inline]
    #[must_use]
    pub const fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        Self(match (bytes.first_chunk::<4>(), bytes.last_chunk::<4>(), bytes) {
            (Some(first), Some(last), _) => {
                (u32::from_le_bytes(*first) as u64) | ((u32::from_le_bytes(*last) as u64) << 32)
            }
            (_, _, [a, b, c]) => (*a as u64) | ((*b as u64) << 8) | ((*c as u64) << 16),
            (_, _, [a, b]) => (*a as u64) | ((*b as u64) << 8),
            (_, _, [a]) => *a as u64,
            _ => 0,
        })
    }

    /// One of 64 bits, chosen by all of the word.
    #[inline]
    pub(crate) const fn bit(self) -> u64 {
        // The golden ratio's fraction spreads words that differ little (Knuth, volume 3, 6.4).
        1 << (self.0.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 58)
    }

    /// Whether `text`, whose word this is, is the same as `other`.
    #[inline]
    #[must_use]
    pub fn is(self, text: &str, other: &str) -> bool {
        // Up to eight bytes the word and the length say all.
        text.len() == other.len() && self == Self::of(other) && (text.len() <= 8 || text == other)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn texts_are_the_same_exactly_when_they_are_equal(
            a in "[ab\0é]{0,12}",
            b in "[ab\0é]{0,12}",
        ) {
            prop_assert_eq!(Word::of(&a).is(&a, &b), a == b);
            prop_assert!(Word::of(&a).is(&a, &a.clone()));
        }
    }
}
