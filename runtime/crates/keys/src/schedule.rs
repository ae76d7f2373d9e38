//! When a URL is fetched: a pure function of the instants handed in.

use std::time::Duration;

/// Milliseconds of a monotonic clock; what is older than the clock is below zero.
pub(crate) type Millis = i64;

/// When one URL is due.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timer {
    refresh: Millis,
    due: Millis,
    /// When the last fetch ended.
    last: Option<Millis>,
    /// When the last fetch that was asked for early was due.
    nudged: Option<Millis>,
    /// Fetches in a row that brought nothing.
    failures: u32,
}

/// How long past the time at which a renewal was due keys are still trusted: a day. A key that its
/// issuer withdrew must not outlive every attempt to hear of it; an outage of a day is longer than
/// the tokens of an issuer that is down live.
pub const MAX_AGE_BEYOND_REFRESH: Duration = Duration::from_secs(24 * 60 * 60);

const SECOND: Millis = 1000;
/// The bounds of a refresh time, in seconds: those that a slice keeps to.
const REFRESH: core::ops::RangeInclusive<u32> = 60..=86_400;
/// The first wait after a fault; each further one doubles it, up to the refresh time.
const FIRST_WAIT: Millis = SECOND;
/// The least time between two fetches that were asked for early.
const NUDGE_GAP: Millis = 60 * SECOND;

impl Timer {
    /// A URL that has not been fetched is due at once.
    pub(crate) fn new(refresh_seconds: u32, now: Millis) -> Self {
        let refresh = refresh_millis(refresh_seconds);
        Self { refresh, due: now, last: None, nudged: None, failures: 0 }
    }

    pub(crate) fn due(&self) -> Millis {
        self.due
    }

    pub(crate) fn failures(&self) -> u32 {
        self.failures
    }

    /// How old keys may grow.
    pub(crate) fn max_age(&self) -> Millis {
        let beyond = Millis::try_from(MAX_AGE_BEYOND_REFRESH.as_millis()).unwrap_or(Millis::MAX);
        self.refresh.saturating_add(beyond)
    }

    /// Takes another refresh time; counted from the last fetch.
    pub(crate) fn set_refresh(&mut self, refresh_seconds: u32) {
        let refresh = refresh_millis(refresh_seconds);
        if refresh == self.refresh {
            return;
        }
        self.refresh = refresh;
        if let Some(last) = self.last {
            let next = last.saturating_add(refresh);
            self.due = if self.failures == 0 { next } else { self.due.min(next) };
        }
    }

    /// After a good fetch: the refresh time, up to a tenth less.
    pub(crate) fn succeeded(&mut self, now: Millis, draw: u32) {
        self.failures = 0;
        self.last = Some(now);
        let early = share(self.refresh / 10, draw);
        self.due = now.saturating_add(self.refresh).saturating_sub(early);
    }

    /// After a fault: one second, doubled each time up to the refresh time, and up to half less.
    pub(crate) fn failed(&mut self, now: Millis, draw: u32) {
        let doubled = FIRST_WAIT.saturating_mul(1 << self.failures.min(20));
        let wait = doubled.min(self.refresh);
        self.failures = self.failures.saturating_add(1);
        self.last = Some(now);
        self.due = now.saturating_add(wait).saturating_sub(share(wait / 2, draw));
    }

    /// Somebody missed a key: due now, or a minute after the last fetch that came of this. However
    /// often it is asked for, that is one fetch a minute beyond the ordinary ones. Whether it is
    /// due sooner than before.
    pub(crate) fn nudge(&mut self, now: Millis) -> bool {
        let earliest = self.nudged.map_or(now, |nudged| now.max(nudged.saturating_add(NUDGE_GAP)));
        if earliest >= self.due {
            return false;
        }
        (self.due, self.nudged) = (earliest, Some(earliest));
        true
    }
}

fn refresh_millis(seconds: u32) -> Millis {
    Millis::from(seconds.clamp(*REFRESH.start(), *REFRESH.end())).saturating_mul(SECOND)
}

/// A part of `most` by a draw that is uniform over `u32`.
fn share(most: Millis, draw: u32) -> Millis {
    most.saturating_mul(Millis::from(draw)) >> 32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_good_fetch_waits_for_the_refresh_time_and_a_bit_less() {
        let mut timer = Timer::new(300, 7);
        assert_eq!(timer.due(), 7);
        timer.succeeded(1000, 0);
        assert_eq!(timer.due(), 301_000);
        timer.succeeded(1000, u32::MAX);
        assert_eq!(timer.due(), 271_001);
    }

    #[test]
    fn faults_double_the_wait_up_to_the_refresh_time() {
        let mut timer = Timer::new(60, 0);
        let mut waits = Vec::new();
        for _ in 0..9 {
            timer.failed(0, 0);
            waits.push(timer.due() / 1000);
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
        for _ in 0..100 {
            timer.failed(0, u32::MAX);
        }
        assert_eq!(timer.due(), 30_001);
        timer.succeeded(0, 0);
        timer.failed(0, 0);
        assert_eq!((timer.due(), timer.failures()), (1000, 1));
    }

    #[test]
    fn a_nudge_is_heeded_at_once_and_the_next_a_minute_later() {
        let mut timer = Timer::new(3600, 0);
        assert!(!timer.nudge(5000), "nothing was fetched yet: it is due anyway");
        timer.succeeded(5000, 0);
        assert!(timer.nudge(6000));
        assert!(!timer.nudge(6500));
        assert_eq!(timer.due(), 6000);
        timer.succeeded(7000, 0);
        assert!(timer.nudge(8000));
        assert!(!timer.nudge(9000));
        assert_eq!(timer.due(), 66_000);
        timer.failed(66_000, 0);
        assert!(!timer.nudge(66_500), "a retry that is sooner stays");
        assert_eq!(timer.due(), 67_000);
        timer.succeeded(67_000, 0);
        assert!(timer.nudge(1_000_000));
        assert_eq!(timer.due(), 1_000_000);
    }

    #[test]
    fn another_refresh_time_counts_from_the_last_fetch() {
        let mut timer = Timer::new(3600, 0);
        timer.succeeded(1000, 0);
        timer.set_refresh(60);
        assert_eq!(timer.due(), 61_000);
        timer.set_refresh(7200);
        assert_eq!(timer.due(), 7_201_000);
        timer.failed(1000, 0);
        timer.set_refresh(60);
        assert_eq!(timer.due(), 2000);
    }

    #[test]
    fn refresh_times_have_bounds() {
        let mut timer = Timer::new(0, 0);
        timer.succeeded(0, 0);
        assert_eq!(timer.due(), 60_000);
        timer.set_refresh(u32::MAX);
        assert_eq!(timer.due(), 86_400_000);
        assert_eq!(timer.max_age(), 2 * 86_400_000);
    }

    proptest! {
        /// Whatever happens, a URL that nobody nudges is not asked more than once in half a second,
        /// nor left alone for longer than its refresh time; nudges bring one fetch a minute.
        #[test]
        fn waits_are_bounded(
            refresh: u32, steps in proptest::collection::vec((0..3_u8, any::<u32>()), 1..40),
        ) {
            let mut timer = Timer::new(refresh, 0);
            let mut heeded = Vec::new();
            for (step, draw) in steps {
                let now = timer.due();
                if step == 1 { timer.failed(now, draw) } else { timer.succeeded(now, draw) }
                let wait = timer.due() - now;
                prop_assert!((500..=refresh_millis(refresh)).contains(&wait), "{wait}");
                if step == 2 && timer.nudge(now) {
                    heeded.push(timer.due());
                }
            }
            prop_assert!(heeded.windows(2).all(|two| two[1] - two[0] >= NUDGE_GAP), "{heeded:?}");
        }
    }
}
