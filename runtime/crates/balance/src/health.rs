use crate::{EndpointState, Nanos};

/// How one attempt ended, as far as the endpoint's health goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A response below 500.
    Success,
    /// A response of 500 or above, a reset or a time-out after connecting.
    ServerError,
    /// No connection could be made.
    ConnectFailure,
}

/// When endpoints are ejected and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EjectionPolicy {
    /// Consecutive server errors that eject.
    pub server_errors: u32,
    /// Consecutive connect failures that eject.
    pub connect_failures: u32,
    /// The first ejection's length; the n-th takes n times that.
    pub base: Nanos,
    /// The longest ejection.
    pub cap: Nanos,
    /// At most this share of the endpoints, in percent, is ejected at a time; one always stays.
    pub max_percent: u8,
}

impl Default for EjectionPolicy {
    fn default() -> Self {
        Self {
            server_errors: 5,
            connect_failures: 3,
            base: 30_000_000_000,
            cap: 300_000_000_000,
            max_percent: 50,
        }
    }
}

/// Passive health of one endpoint.
#[derive(Clone, Debug, Default)]
pub struct Health {}

impl Health {
    /// Whether the endpoint is ejected at `now`.
    #[must_use]
    pub fn is_ejected(&self, now: Nanos) -> bool {
        let _ = now;
        false
    }
}

/// Counts how an attempt at endpoint `index` ended; true when that ejected it just now.
pub fn record(
    endpoints: &mut [EndpointState],
    index: usize,
    outcome: Outcome,
    policy: &EjectionPolicy,
    now: Nanos,
) -> bool {
    let _ = (endpoints, index, outcome, policy, now);
    false
}
