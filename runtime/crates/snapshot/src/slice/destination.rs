//! Where a workload may send requests.

use serde::{Deserialize, Serialize};

use super::Callee;

/// A workload this one may call; as a `Destination<Digest>` with the callee by name.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Destination<C = Callee> {
    /// Names it answers to when this caller asks, lower case, without port, sorted.
    pub authorities: Vec<String>,
    /// What it is to all its callers.
    pub callee: C,
    /// What this caller declared of it, in written order.
    pub calls: Vec<Call>,
}

/// One declared call.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Call {
    /// Name of the operation; absent: all of them.
    pub operation: Option<String>,
    /// Milliseconds the caller waits at most, if less than what the callee allows.
    pub timeout_ms: Option<u32>,
}
