//! Sets of rules as bits, in written order.

/// A set of small numbers.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Bits(Box<[u64]>);

impl Bits {
    /// Room for the numbers below `count`.
    pub(crate) fn new(count: usize) -> Self {
        Self(vec![0; count.div_ceil(64)].into())
    }

    pub(crate) fn insert(&mut self, at: usize) {
        if let Some(word) = self.0.get_mut(at / 64) {
            *word |= 1 << (at % 64);
        }
    }

    pub(crate) fn contains(&self, at: usize) -> bool {
        self.0.get(at / 64).is_some_and(|word| word >> (at % 64) & 1 == 1)
    }

    pub(crate) fn add(&mut self, other: &Self) {
        for (word, more) in self.0.iter_mut().zip(&other.0) {
            *word |= more;
        }
    }

    /// What is in both, rising.
    pub(crate) fn both<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = usize> + 'a {
        self.0.iter().zip(&other.0).enumerate().flat_map(|(at, (one, more))| {
            let mut word = one & more;
            core::iter::from_fn(move || {
                let low = word.trailing_zeros() as usize;
                word &= word.checked_sub(1)?;
                Some(at * 64 + low)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_gives_the_common_numbers_in_order() {
        let mut one = Bits::new(130);
        let mut other = Bits::new(130);
        for at in [0, 63, 64, 129] {
            one.insert(at);
        }
        for at in [1, 63, 129] {
            other.insert(at);
        }
        assert_eq!(one.both(&other).collect::<Vec<_>>(), [63, 129]);
        other.add(&one);
        assert!(other.contains(64) && other.contains(1) && !other.contains(2));
        assert!(!other.contains(1000));
    }
}
