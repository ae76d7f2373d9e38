//! Callees: what a workload is to all its callers, as a blob of its own, and the name that the slice
//! of a caller has for it.
//!
//! A workload has many callers. What they all know of it is written, hashed, fetched and kept once,
//! and a change of it leaves everything else as it is. It names nothing itself, so there are no
//! cycles.

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::slice::{Call, Cluster, Destination, Operation, Port, Reading, Traffic};

/// A workload this one may call, named: what belongs to the caller alone.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Called {
    /// Names it answers to when this caller asks, lower case, without port, sorted.
    pub authorities: Vec<String>,
    /// The blob of a [`Callee`].
    pub callee: Digest,
    /// What this caller declared of it, in written order.
    pub calls: Vec<Call>,
}

/// What a workload is to all its callers; a blob of its own.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Callee {
    /// See [`Destination::clusters`].
    pub clusters: Vec<Cluster>,
    /// Always [`crate::slice::FORMAT`].
    pub format: u32,
    /// See [`Destination::identity`].
    pub identity: String,
    /// See [`Destination::operations`].
    pub operations: Vec<Operation>,
    /// See [`Destination::ports`].
    pub ports: Vec<Port>,
    /// See [`Destination::readings`].
    pub readings: Vec<Reading>,
    /// See [`Destination::traffic`].
    pub traffic: Vec<Traffic>,
    /// See [`Destination::workload`].
    pub workload: String,
}

impl Called {
    /// The destination whole, with the callee that it names.
    #[must_use]
    pub fn with(self, callee: Callee) -> Destination {
        let Self { authorities, calls, .. } = self;
        let Callee { clusters, identity, operations, ports, readings, traffic, workload, .. } =
            callee;
        Destination {
            authorities,
            calls,
            clusters,
            identity,
            operations,
            ports,
            readings,
            traffic,
            workload,
        }
    }
}
