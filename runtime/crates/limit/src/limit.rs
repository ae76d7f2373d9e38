use core::fmt;

use crate::Nanos;

/// A rate and a burst.
///
/// Over any stretch of time it admits at most `burst` requests and as many more as the rate gives
/// in that stretch and one nanosecond. Who leaves the rate's interval between requests is never
/// refused, nor is who sends at the rate but each request up to `burst - 1` intervals late. A burst
/// of 1 forgives no lateness.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    count: u32,
    period: Nanos,
    /// Ticks between two requests at the rate.
    interval: u64,
    /// Ticks a key may be ahead of the rate: those of the burst but for one request.
    tolerance: u64,
}

/// Why there is no such limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitFault {
    /// No request in a period, or more than one in a nanosecond.
    Rate,
    /// A period of nothing, or of more than a day.
    Period,
    /// A burst of no request, or one that takes more than 30 years to come back.
    Burst,
    /// A table for no key, or for more than [`Table::MAX_KEYS`].
    ///
    /// [`Table::MAX_KEYS`]: crate::Table::MAX_KEYS
    Keys,
}

/// A point in time, counted in ticks. There is a whole number of ticks between two requests at the
/// rate, so that no rounding adds up, and a tick is never longer than a nanosecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Tick(pub(crate) u64);

const SECOND: Nanos = 1_000_000_000;
const DAY: Nanos = 86_400 * SECOND;
/// About 30 years.
const MAX_TOLERANCE: u64 = 30 * 365 * DAY;
/// Time stands still 146 years after the start, so that no sum below can overflow: a time has less
/// than 2^63 ticks, and no key is ahead of it by more than the tolerance and one request.
const MAX_NOW: Nanos = u64::MAX / 4;

impl Limit {
    /// `count` requests in `period`, and up to `burst` at once.
    ///
    /// # Errors
    /// Which of them is out of bounds.
    pub fn new(count: u32, period: Nanos, burst: u32) -> Result<Self, LimitFault> {
        if !(1..=DAY).contains(&period) {
            return Err(LimitFault::Period);
        }
        if !(1..=period).contains(&u64::from(count)) {
            return Err(LimitFault::Rate);
        }
        let interval = period.div_ceil(u64::from(count));
        let more = burst.checked_sub(1).ok_or(LimitFault::Burst)?;
        let tolerance = u64::from(more).checked_mul(interval).ok_or(LimitFault::Burst)?;
        if tolerance > MAX_TOLERANCE {
            return Err(LimitFault::Burst);
        }
        Ok(Self { count, period, interval, tolerance })
    }

    /// Rounded down, so that times keep their order.
    pub(crate) fn tick(&self, now: Nanos) -> Tick {
        let now = now.min(MAX_NOW);
        let ticks = self.ticks_in_period();
        if ticks == self.period {
            return Tick(now);
        }
        let exact = u128::from(now) * u128::from(ticks) / u128::from(self.period);
        Tick(u64::try_from(exact).unwrap_or(u64::MAX / 2))
    }

    /// What `free`, the time at which a key is no longer ahead of the rate, becomes by one request
    /// at `now`; or how many ticks too early the request comes.
    pub(crate) fn admit(&self, free: Tick, now: Tick) -> Result<Tick, u64> {
        let ahead = free.0.saturating_sub(now.0);
        match ahead.checked_sub(self.tolerance) {
            None | Some(0) => Ok(Tick(free.max(now).0.saturating_add(self.interval))),
            Some(early) => Err(early),
        }
    }

    /// Undoes [`Limit::admit`].
    pub(crate) fn release(&self, free: Tick) -> Tick {
        Tick(free.0.saturating_sub(self.interval))
    }

    /// Whole seconds, at least 1, after which a request `early` ticks too early is in time.
    pub(crate) fn seconds(&self, early: u64) -> u64 {
        let exact = u128::from(early) * u128::from(self.period);
        let nanos = exact.div_ceil(u128::from(self.ticks_in_period()));
        let seconds = nanos.div_ceil(u128::from(SECOND)).max(1);
        u64::try_from(seconds).unwrap_or(u64::MAX)
    }

    /// At least the nanoseconds of a period, and less than twice as many.
    fn ticks_in_period(&self) -> u64 {
        self.interval.saturating_mul(u64::from(self.count))
    }
}

impl fmt::Display for LimitFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rate => "a rate is at least one request in its period, at most one a nanosecond",
            Self::Period => "the period of a rate is at most a day, and not nothing",
            Self::Burst => "a burst is at least one request and comes back within 30 years",
            Self::Keys => "a table is for 1 to 1048576 keys",
        })
    }
}

impl core::error::Error for LimitFault {}
