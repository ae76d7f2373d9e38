//! Sets of rules, in written order.

/// A set of numbers below a bound, as bits; words of zeros are passed over.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Bits {
    words: Box<[u64]>,
    /// A bit for each word that is not zero.
    summary: Box<[u64]>,
}

/// A set as whatever is smaller: its numbers, or bits.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum RuleSet {
    /// Its numbers, rising.
    Few(Box<[u32]>),
    /// Bits.
    Many(Box<Bits>),
}

/// Numbers that are kept as numbers.
const FEW: usize = 32;

impl Bits {
    /// Room for the numbers below `count`.
    pub(crate) fn new(count: usize) -> Self {
        let words = count.div_ceil(64);
        Self { words: vec![0; words].into(), summary: vec![0; words.div_ceil(64)].into() }
    }

    pub(crate) fn insert(&mut self, at: usize) {
        if let (Some(word), Some(summary)) =
            (self.words.get_mut(at / 64), self.summary.get_mut(at / 4096))
        {
            *word |= 1 << (at % 64);
            *summary |= 1 << (at / 64 % 64);
        }
    }

    pub(crate) fn remove(&mut self, at: usize) {
        // The summary may say more than there is; never less.
        if let Some(word) = self.words.get_mut(at / 64) {
            *word &= !(1 << (at % 64));
        }
    }

    pub(crate) fn contains(&self, at: usize) -> bool {
        self.words.get(at / 64).is_some_and(|word| word >> (at % 64) & 1 == 1)
    }

    pub(crate) fn add(&mut self, other: &RuleSet) {
        match other {
            RuleSet::Few(numbers) => numbers.iter().for_each(|at| self.insert(*at as usize)),
            RuleSet::Many(bits) => {
                let pairs = self.words.iter_mut().zip(&bits.words);
                pairs.for_each(|(word, more)| *word |= more);
                let pairs = self.summary.iter_mut().zip(&bits.summary);
                pairs.for_each(|(word, more)| *word |= more);
            }
        }
    }

    /// The first number, rising, that is in both and accepted.
    pub(crate) fn first(
        &self,
        other: &RuleSet,
        mut accept: impl FnMut(usize) -> bool,
    ) -> Option<usize> {
        let other = match other {
            RuleSet::Few(numbers) => {
                let mut numbers = numbers.iter().map(|at| *at as usize);
                return numbers.find(|at| self.contains(*at) && accept(*at));
            }
            RuleSet::Many(bits) => bits,
        };
        for (block, (one, more)) in self.summary.iter().zip(&other.summary).enumerate() {
            for word in ones(one & more).map(|bit| block * 64 + bit) {
                let (Some(one), Some(more)) = (self.words.get(word), other.words.get(word)) else {
                    break;
                };
                let found = ones(one & more).map(|bit| word * 64 + bit).find(|at| accept(*at));
                if found.is_some() {
                    return found;
                }
            }
        }
        None
    }
}

impl RuleSet {
    /// A set of rising numbers below `count`.
    pub(crate) fn new(numbers: &[u32], count: usize) -> Self {
        if numbers.len() <= FEW {
            return Self::Few(numbers.into());
        }
        let mut bits = Bits::new(count);
        numbers.iter().for_each(|at| bits.insert(*at as usize));
        Self::Many(Box::new(bits))
    }

    pub(crate) fn contains(&self, at: usize) -> bool {
        match self {
            Self::Few(numbers) => {
                u32::try_from(at).is_ok_and(|at| numbers.binary_search(&at).is_ok())
            }
            Self::Many(bits) => bits.contains(at),
        }
    }
}

/// The places of a word's ones, rising.
fn ones(mut word: u64) -> impl Iterator<Item = usize> {
    core::iter::from_fn(move || {
        let low = word.trailing_zeros() as usize;
        word &= word.checked_sub(1)?;
        Some(low)
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn bits(numbers: &BTreeSet<u32>) -> Bits {
        let mut bits = Bits::new(10_000);
        numbers.iter().for_each(|at| bits.insert(*at as usize));
        bits
    }

    fn set(numbers: &BTreeSet<u32>) -> RuleSet {
        RuleSet::new(&numbers.iter().copied().collect::<Vec<_>>(), 10_000)
    }

    fn numbers() -> impl Strategy<Value = BTreeSet<u32>> {
        let most = prop_oneof![Just(5_usize), Just(200)];
        most.prop_flat_map(|most| prop::collection::btree_set(0_u32..10_000, 0..most))
    }

    #[test]
    fn what_was_removed_is_passed_over() {
        let both: BTreeSet<u32> = (0..200).map(|at| at * 50).collect();
        let mut left = bits(&both);
        both.iter().take(150).for_each(|at| left.remove(*at as usize));
        assert_eq!(left.first(&set(&both), |_| true), Some(7_500));
        // Words and blocks of words that only one of the two has.
        let low: BTreeSet<u32> = (0..64).collect();
        let high: BTreeSet<u32> = (5_000..5_064).collect();
        assert_eq!(bits(&low).first(&set(&high), |_| true), None);
        let mut all = bits(&low);
        all.add(&set(&high));
        assert_eq!(all.first(&set(&high), |_| true), Some(5_000));
    }

    proptest! {
        #[test]
        fn they_are_sets(one in numbers(), other in numbers(), from in 0_usize..10_000) {
            let found = bits(&one).first(&set(&other), |at| at >= from);
            let wanted = one.intersection(&other).find(|at| **at as usize >= from);
            prop_assert_eq!(found, wanted.map(|at| *at as usize));
            let mut sum = bits(&one);
            sum.add(&set(&other));
            for at in one.union(&other) {
                prop_assert!(sum.contains(*at as usize));
                prop_assert_eq!(set(&one).contains(*at as usize), one.contains(at));
                sum.remove(*at as usize);
            }
            prop_assert!(sum.words.iter().all(|word| *word == 0) && !sum.contains(10_000));
        }
    }
}
