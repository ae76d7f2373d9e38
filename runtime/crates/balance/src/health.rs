use crate::{EndpointState, Nanos, SECOND};

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
    /// Server errors in a row that eject; 0 counts as 1.
    pub server_errors: u32,
    /// Connect failures in a row that eject; 0 counts as 1.
    pub connect_failures: u32,
    /// The first ejection's length; the n-th takes n times that.
    pub base: Nanos,
    /// The longest ejection.
    pub cap: Nanos,
    /// At most this share of the endpoints, in percent, is ejected at a time; one that is ready
    /// always stays.
    pub max_percent: u8,
}

impl Default for EjectionPolicy {
    /// 5 server errors or 3 connect failures, 30 seconds up to 5 minutes, half of the endpoints.
    fn default() -> Self {
        Self {
            server_errors: 5,
            connect_failures: 3,
            base: 30 * SECOND,
            cap: 300 * SECOND,
            max_percent: 50,
        }
    }
}

/// Passive health of one endpoint: what our own requests met.
#[derive(Clone, Debug, Default)]
pub struct Health {
    server_errors: u32,
    connect_failures: u32,
    /// Ejections of the current bad spell.
    ejections: u32,
    ejected_until: Nanos,
}

impl Health {
    /// Whether the endpoint is ejected at `now`.
    #[must_use]
    pub fn is_ejected(&self, now: Nanos) -> bool {
        now < self.ejected_until
    }

    fn count(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Success => (self.server_errors, self.connect_failures) = (0, 0),
            Outcome::ServerError => {
                self.server_errors = self.server_errors.saturating_add(1);
                self.connect_failures = 0;
            }
            Outcome::ConnectFailure => {
                self.connect_failures = self.connect_failures.saturating_add(1);
            }
        }
    }

    fn is_failing(&self, policy: &EjectionPolicy) -> bool {
        self.server_errors >= policy.server_errors.max(1)
            || self.connect_failures >= policy.connect_failures.max(1)
    }

    /// Ejects; an endpoint that stayed for the longest ejection's time begins a new bad spell.
    fn eject(&mut self, policy: &EjectionPolicy, now: Nanos) {
        if now.saturating_sub(self.ejected_until) > policy.cap {
            self.ejections = 0;
        }
        self.ejections = self.ejections.saturating_add(1);
        let length = policy.base.saturating_mul(u64::from(self.ejections)).min(policy.cap);
        self.ejected_until = now.saturating_add(length);
        (self.server_errors, self.connect_failures) = (0, 0);
    }
}

/// Counts how an attempt at endpoint `index` ended; true when that ejected it just now.
///
/// What comes in about an endpoint while it is ejected, from requests sent before, is not counted.
/// An endpoint that may not be ejected because of [`EjectionPolicy::max_percent`] is tried again
/// at its next failure.
pub fn record(
    endpoints: &mut [EndpointState],
    index: usize,
    outcome: Outcome,
    policy: &EjectionPolicy,
    now: Nanos,
) -> bool {
    let Some(endpoint) = endpoints.get_mut(index) else { return false };
    if endpoint.health.is_ejected(now) {
        return false;
    }
    endpoint.health.count(outcome);
    if outcome == Outcome::Success
        || !endpoint.health.is_failing(policy)
        || !one_more_may_go(endpoints, index, policy, now)
    {
        return false;
    }
    if let Some(endpoint) = endpoints.get_mut(index) {
        endpoint.health.eject(policy, now);
    }
    true
}

/// Whether the share allows one more ejection and another usable endpoint is left.
fn one_more_may_go(
    endpoints: &[EndpointState],
    index: usize,
    policy: &EjectionPolicy,
    now: Nanos,
) -> bool {
    let ejected = endpoints.iter().filter(|endpoint| endpoint.health.is_ejected(now)).count();
    let within_share = (ejected + 1) * 100 <= endpoints.len() * usize::from(policy.max_percent);
    let others = endpoints.iter().enumerate().filter(|(other, _)| *other != index);
    within_share && others.into_iter().any(|(_, endpoint)| endpoint.is_usable(now))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ready(count: usize) -> Vec<EndpointState> {
        vec![EndpointState { ready: true, ..EndpointState::default() }; count]
    }

    /// Fails endpoint 0 until it is ejected; gives how many failures that took.
    fn fail(endpoints: &mut [EndpointState], outcome: Outcome, now: Nanos) -> Option<u32> {
        let policy = EjectionPolicy::default();
        (1..20).find(|_| record(endpoints, 0, outcome, &policy, now))
    }

    #[test]
    fn failures_in_a_row_eject_and_a_success_between_does_not() {
        let policy = EjectionPolicy::default();
        let mut endpoints = ready(2);
        assert_eq!(fail(&mut endpoints, Outcome::ServerError, 0), Some(5));
        assert_eq!(fail(&mut ready(2), Outcome::ConnectFailure, 0), Some(3));
        let mut endpoints = ready(2);
        for _ in 0..10 {
            for _ in 0..4 {
                assert!(!record(&mut endpoints, 0, Outcome::ServerError, &policy, 0));
            }
            assert!(!record(&mut endpoints, 0, Outcome::Success, &policy, 0));
        }
    }

    #[test]
    fn ejections_grow_to_the_cap_and_begin_anew_after_a_good_spell() {
        let mut endpoints = ready(2);
        let mut now = 0;
        for times in 1..15 {
            assert!(fail(&mut endpoints, Outcome::ConnectFailure, now).is_some());
            let length = (30 * times).min(300) * SECOND;
            assert!(endpoints[0].health.is_ejected(now + length - 1));
            assert!(!endpoints[0].health.is_ejected(now + length));
            now += length;
        }
        now += 300 * SECOND + 1;
        assert!(fail(&mut endpoints, Outcome::ConnectFailure, now).is_some());
        assert!(!endpoints[0].health.is_ejected(now + 30 * SECOND));
    }

    #[test]
    fn a_lone_endpoint_is_never_ejected() {
        assert_eq!(fail(&mut ready(1), Outcome::ConnectFailure, 0), None);
        let mut endpoints = ready(4);
        for other in &mut endpoints[1..] {
            other.ready = false;
        }
        assert_eq!(fail(&mut endpoints, Outcome::ConnectFailure, 0), None);
    }

    proptest! {
        #[test]
        fn at_most_the_share_is_ejected_and_one_always_stays(
            count in 1usize..9,
            max_percent in 0u8..=100,
            steps in prop::collection::vec((any::<prop::sample::Index>(), 0u8..4, 0u64..40), 0..200),
        ) {
            let policy = EjectionPolicy { max_percent, ..EjectionPolicy::default() };
            let mut endpoints = ready(count);
            let mut now = 0;
            for (index, kind, seconds) in steps {
                now += seconds * SECOND;
                let outcome = match kind {
                    0 => Outcome::Success,
                    1 => Outcome::ServerError,
                    _ => Outcome::ConnectFailure,
                };
                let index = index.index(count);
                let was = endpoints[index].health.is_ejected(now);
                let ejected_now = record(&mut endpoints, index, outcome, &policy, now);
                prop_assert_eq!(ejected_now, !was && endpoints[index].health.is_ejected(now));
                let ejected = endpoints.iter().filter(|e| e.health.is_ejected(now)).count();
                prop_assert!(ejected * 100 <= count * usize::from(max_percent));
                prop_assert!(ejected < count);
            }
        }
    }
}
