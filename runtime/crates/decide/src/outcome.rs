use meshc_snapshot::slice::{Operation, Retry, RetryOn};

use crate::denial::Denial;
use crate::ids::{ClusterIx, DestinationIx, OperationIx, RuleIx};

/// Leave to hand a request or connection to the application, given by an allow rule.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Permit {
    pub(crate) operation: OperationIx,
    pub(crate) rule: Option<RuleIx>,
    pub(crate) settings: Settings,
    pub(crate) would: Option<Denial>,
}

/// Leave to send a request or connection to a destination.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Forward {
    pub(crate) destination: DestinationIx,
    pub(crate) cluster: ClusterIx,
    pub(crate) port: u16,
    pub(crate) operation: OperationIx,
    pub(crate) traffic: Option<u32>,
    pub(crate) route: Option<u32>,
    pub(crate) settings: Settings,
}

/// How a request of one operation is treated.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Settings {
    /// May be sent again after bytes reached the application.
    pub idempotent: bool,
    /// Milliseconds for the whole request, retries included.
    pub timeout_ms: u32,
    /// Tries after the first.
    pub attempts: u32,
    /// Milliseconds for one try.
    pub per_try_ms: u32,
    /// Another try may follow a connection that could not be made.
    pub after_connect_failure: bool,
    /// Another try may follow a connection that ended before an answer.
    pub after_refused_stream: bool,
}

/// What a decision came to; to be explained by [`crate::Tables::reason`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// Admitted.
    Permitted(Permit),
    /// Routed.
    Forwarded(Forward),
    /// Refused.
    Denied(Denial),
}

impl Settings {
    /// What holds where no operation says: 15 s, two retries of what never reached the application.
    pub const DEFAULT: Self = Self {
        idempotent: false,
        timeout_ms: 15_000,
        attempts: 2,
        per_try_ms: 15_000,
        after_connect_failure: true,
        after_refused_stream: true,
    };

    pub(crate) fn of(operation: &Operation) -> Self {
        let Retry { attempts, ref on, per_try_ms } = operation.retry;
        let after = |what| on.as_ref().is_none_or(|on| on.contains(&what));
        Self {
            idempotent: operation.idempotent,
            timeout_ms: operation.timeout_ms,
            attempts,
            per_try_ms: per_try_ms.unwrap_or(operation.timeout_ms).min(operation.timeout_ms),
            after_connect_failure: after(RetryOn::ConnectFailure),
            after_refused_stream: after(RetryOn::RefusedStream),
        }
    }

    /// The same, waiting at most `limit` milliseconds where one is given.
    pub(crate) fn at_most(self, limit: Option<u32>) -> Self {
        let timeout_ms = self.timeout_ms.min(limit.unwrap_or(u32::MAX));
        Self { timeout_ms, per_try_ms: self.per_try_ms.min(timeout_ms), ..self }
    }
}

impl Permit {
    /// The operation of the request; see [`crate::Tables::operation_name`].
    #[must_use]
    pub const fn operation(&self) -> OperationIx {
        self.operation
    }

    /// The allow rule that gave it; absent where the workload is only audited and no rule did.
    #[must_use]
    pub const fn rule(&self) -> Option<RuleIx> {
        self.rule
    }

    /// The denial it would have been, if what is only audited were enforced.
    #[must_use]
    pub const fn would_deny(&self) -> Option<Denial> {
        self.would
    }

    /// Timeout and retries of the operation.
    #[must_use]
    pub const fn settings(&self) -> Settings {
        self.settings
    }
}

impl Forward {
    /// Where to; see [`crate::Tables::destination`].
    #[must_use]
    pub const fn destination(&self) -> DestinationIx {
        self.destination
    }

    /// To which set of its instances; index into the destination's `clusters`.
    #[must_use]
    pub const fn cluster(&self) -> ClusterIx {
        self.cluster
    }

    /// To which port of theirs, 1 to 65535.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The destination's operation; see [`crate::Tables::destination_operation_name`].
    #[must_use]
    pub const fn operation(&self) -> OperationIx {
        self.operation
    }

    /// Index into the destination's `traffic` of the item that chose the cluster, if one did.
    #[must_use]
    pub const fn traffic(&self) -> Option<u32> {
        self.traffic
    }

    /// Index into `routes` of the gateway route that was taken; absent for a service.
    #[must_use]
    pub const fn route(&self) -> Option<u32> {
        self.route
    }

    /// Timeout and retries: the operation's, tightened by what the caller declared.
    #[must_use]
    pub const fn settings(&self) -> Settings {
        self.settings
    }
}

impl From<Result<Permit, Denial>> for Outcome {
    fn from(result: Result<Permit, Denial>) -> Self {
        result.map_or_else(Self::Denied, Self::Permitted)
    }
}

impl From<Result<Forward, Denial>> for Outcome {
    fn from(result: Result<Forward, Denial>) -> Self {
        result.map_or_else(Self::Denied, Self::Forwarded)
    }
}
