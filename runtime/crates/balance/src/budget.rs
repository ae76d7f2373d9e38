use crate::{Nanos, SECOND};

/// How many retries may be sent: 20 % of the first attempts of the last ten seconds, plus 100 for
/// those ten seconds (10 a second), so that quiet clusters can retry at all.
///
/// Counted in ten slots of a second; the oldest slot is forgotten as a whole.
#[derive(Clone, Debug)]
pub struct RetryBudget {
    slots: [Slot; WINDOW],
    /// The second the newest slot stands for.
    second: u64,
}

#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    requests: u64,
    retries: u64,
}

/// Seconds looked back, the current one included.
const WINDOW: usize = 10;
/// Percent of first attempts that may be retried.
const PERCENT: u64 = 20;
/// Retries always allowed in a window.
const RESERVE: u64 = 10 * WINDOW as u64;

impl RetryBudget {
    /// A budget that begins at `now`.
    #[must_use]
    pub fn new(now: Nanos) -> Self {
        Self { slots: [Slot::default(); WINDOW], second: now / SECOND }
    }

    /// Counts one first attempt.
    pub fn request(&mut self, now: Nanos) {
        if let Some(slot) = self.slot(now) {
            slot.requests += 1;
        }
    }

    /// Takes one retry out of the budget; false when there is none left.
    #[must_use]
    pub fn try_retry(&mut self, now: Nanos) -> bool {
        self.advance(now);
        let requests: u64 = self.slots.iter().map(|slot| slot.requests).sum();
        let retries: u64 = self.slots.iter().map(|slot| slot.retries).sum();
        let granted = retries < requests * PERCENT / 100 + RESERVE;
        if let Some(slot) = self.slot(now).filter(|_| granted) {
            slot.retries += 1;
        }
        granted
    }

    fn slot(&mut self, now: Nanos) -> Option<&mut Slot> {
        self.advance(now);
        let index = self.second as usize % WINDOW;
        self.slots.get_mut(index)
    }

    /// Empties the slots between the newest second and the one of `now`.
    fn advance(&mut self, now: Nanos) {
        let second = now / SECOND;
        let passed = second.saturating_sub(self.second).min(WINDOW as u64);
        self.second = self.second.max(second);
        for back in 0..passed {
            let index = (self.second - back) as usize % WINDOW;
            if let Some(slot) = self.slots.get_mut(index) {
                *slot = Slot::default();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_reserve_is_there_at_once_and_again_after_the_window() {
        let mut budget = RetryBudget::new(0);
        assert_eq!((0..200).filter(|_| budget.try_retry(SECOND / 2)).count(), 100);
        assert!(!budget.try_retry(9 * SECOND));
        assert!(budget.try_retry(10 * SECOND));
    }

    #[test]
    fn a_fifth_of_the_requests_is_added() {
        let mut budget = RetryBudget::new(5 * SECOND);
        for _ in 0..1_000 {
            budget.request(5 * SECOND);
        }
        assert_eq!((0..1_000).filter(|_| budget.try_retry(6 * SECOND)).count(), 300);
    }

    proptest! {
        /// Against a list of everything that happened.
        #[test]
        fn every_grant_follows_from_the_last_ten_seconds(
            start in 0..20 * SECOND,
            steps in prop::collection::vec((0..SECOND * 2, 0u32..40, 0u32..80), 1..40),
        ) {
            let mut budget = RetryBudget::new(start);
            let (mut now, mut requests, mut retries) = (start, Vec::new(), Vec::new());
            for (passed, first_attempts, wanted_retries) in steps {
                now += passed;
                for _ in 0..first_attempts {
                    budget.request(now);
                    requests.push(now / SECOND);
                }
                for _ in 0..wanted_retries {
                    let recent = |second: &&u64| **second + 10 > now / SECOND;
                    let counted = requests.iter().filter(recent).count();
                    let granted = retries.iter().filter(recent).count();
                    let wanted = granted < counted / 5 + 100;
                    prop_assert_eq!(budget.try_retry(now), wanted);
                    if wanted {
                        retries.push(now / SECOND);
                    }
                }
            }
        }

        #[test]
        fn time_going_back_changes_nothing(back in 0..30 * SECOND) {
            let mut budget = RetryBudget::new(30 * SECOND);
            let granted = (0..150).filter(|_| budget.try_retry(30 * SECOND - back)).count();
            prop_assert_eq!(granted, 100);
        }
    }
}
