use crate::{Health, Nanos};

/// What a picker knows of one endpoint.
#[derive(Clone, Debug, Default)]
pub struct EndpointState {
    /// Whether discovery says the endpoint takes traffic.
    pub ready: bool,
    /// What our own requests say of it.
    pub health: Health,
}

impl EndpointState {
    /// Whether the endpoint is ready and not ejected.
    #[must_use]
    pub fn is_usable(&self, now: Nanos) -> bool {
        self.ready && !self.health.is_ejected(now)
    }
}

/// Chooses the endpoint for the next request. One instance serves one cluster on one thread.
pub trait Picker {
    /// The index of an endpoint that is ready and not ejected at `now`; when all that are ready
    /// are ejected, one of those; `None` when none is ready.
    fn pick(&mut self, endpoints: &[EndpointState], now: Nanos) -> Option<usize>;
}

/// Every usable endpoint in turn.
#[derive(Clone, Debug, Default)]
pub struct RoundRobin {
    next: usize,
}

impl RoundRobin {
    /// Starts at `first` (modulo the number of endpoints), so that threads do not march in step.
    #[must_use]
    pub fn starting_at(first: usize) -> Self {
        Self { next: first }
    }
}

impl Picker for RoundRobin {
    fn pick(&mut self, endpoints: &[EndpointState], now: Nanos) -> Option<usize> {
        let count = endpoints.len();
        let start = self.next.checked_rem(count)?;
        let turn = || (start..count).chain(0..start);
        let is = |index: &usize, wanted: fn(&EndpointState, Nanos) -> bool| {
            endpoints.get(*index).is_some_and(|endpoint| wanted(endpoint, now))
        };
        let picked = turn()
            .find(|index| is(index, EndpointState::is_usable))
            .or_else(|| turn().find(|index| is(index, |endpoint, _| endpoint.ready)))?;
        self.next = picked + 1;
        Some(picked)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{EjectionPolicy, Outcome, record};

    const POLICY: EjectionPolicy = EjectionPolicy {
        server_errors: 1,
        connect_failures: 1,
        base: 100,
        cap: 1_000,
        max_percent: 100,
    };

    /// Endpoints by readiness and whether they shall be ejected from 0 to 100.
    fn endpoints(kinds: &[(bool, bool)]) -> Vec<EndpointState> {
        let mut endpoints: Vec<_> = kinds
            .iter()
            .map(|&(ready, _)| EndpointState { ready, ..EndpointState::default() })
            .collect();
        for (index, &(_, ejected)) in kinds.iter().enumerate() {
            if ejected {
                record(&mut endpoints, index, Outcome::ServerError, &POLICY, 0);
            }
        }
        endpoints
    }

    #[test]
    fn nothing_ready_is_nothing_picked() {
        assert_eq!(RoundRobin::default().pick(&[], 0), None);
        assert_eq!(RoundRobin::starting_at(7).pick(&endpoints(&[(false, false)]), 0), None);
    }

    #[test]
    fn an_ejected_endpoint_is_better_than_none() {
        let mut endpoints = endpoints(&[(true, true), (true, false)]);
        endpoints[1].ready = false;
        assert!(endpoints[0].health.is_ejected(50));
        assert_eq!(RoundRobin::default().pick(&endpoints, 50), Some(0));
    }

    proptest! {
        #[test]
        fn usable_endpoints_take_turns_and_others_none(
            kinds in prop::collection::vec(any::<(bool, bool)>(), 1..12),
            start in any::<usize>(),
            rounds in 1usize..5,
            now in 0u64..200,
        ) {
            let endpoints = endpoints(&kinds);
            let usable: Vec<_> =
                (0..endpoints.len()).filter(|&index| endpoints[index].is_usable(now)).collect();
            let mut picker = RoundRobin::starting_at(start);
            let mut counts = vec![0; endpoints.len()];
            for _ in 0..usable.len() * rounds {
                if let Some(index) = picker.pick(&endpoints, now) {
                    counts[index] += 1;
                }
            }
            for (index, count) in counts.into_iter().enumerate() {
                prop_assert_eq!(count, if usable.contains(&index) { rounds } else { 0 });
            }
        }
    }
}
