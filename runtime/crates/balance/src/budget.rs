use crate::Nanos;

/// How many retries may be sent: 20 % of the requests of the last 10 seconds plus 10 a second.
#[derive(Clone, Debug)]
pub struct RetryBudget {}

impl RetryBudget {
    /// An empty budget that begins at `now`.
    #[must_use]
    pub fn new(now: Nanos) -> Self {
        let _ = now;
        Self {}
    }

    /// Counts one first attempt.
    pub fn request(&mut self, now: Nanos) {
        let _ = now;
    }

    /// Takes one retry out of the budget; false when there is none left.
    #[must_use]
    pub fn try_retry(&mut self, now: Nanos) -> bool {
        let _ = now;
        false
    }
}
