//! What a workload is to all its callers, as a blob of its own.
//!
//! A workload has many callers. What they all know of it is written, hashed, fetched and kept once,
//! and a change of it leaves everything else as it is. It names nothing itself, so there are no
//! cycles.

use serde::{Deserialize, Serialize};

use super::{Condition, Operation, Protocol, Reading};

/// What a workload is to all its callers; stored as a blob of its own.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Callee {
    /// Sets of instances: the first is all of them, named ``; the others are its versions by name.
    pub clusters: Vec<Cluster>,
    /// Always [`super::FORMAT`].
    pub format: u32,
    /// SPIFFE ID it must prove.
    pub identity: String,
    /// Its partition into operations, as in its own slice.
    pub operations: Vec<Operation>,
    /// Its ports.
    pub ports: Vec<Port>,
    /// How it may read a path.
    pub readings: Vec<Reading>,
    /// Where requests go, in written order; none: the first cluster.
    pub traffic: Vec<Traffic>,
    /// `namespace/name`.
    pub workload: String,
}

/// A port of a destination.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Port {
    /// Its name.
    pub name: String,
    /// Its number, 1 to 65535.
    pub port: u16,
    /// What is spoken.
    pub protocol: Protocol,
}

/// A set of instances.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Cluster {
    /// Instances, sorted by address.
    pub endpoints: Vec<Endpoint>,
    /// Version name; empty for the set of all instances.
    pub name: String,
}

/// One instance.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Endpoint {
    /// IP address of the instance's proxy.
    pub address: String,
    /// Zone, where one was written.
    pub zone: Option<String>,
}

/// One traffic item: only where requests go.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Traffic {
    /// Conditions on header fields.
    pub headers: Vec<Condition>,
    /// Its name, or `traffic[0]`.
    pub name: String,
    /// Names of operations, sorted; absent: all.
    pub operations: Option<Vec<String>>,
    /// Conditions on query parameters.
    pub query: Vec<Condition>,
    /// Clusters by name with relative weights, not all 0.
    pub to: Vec<Weighted>,
}

/// A cluster and its share.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Weighted {
    /// Cluster name.
    pub cluster: String,
    /// Relative share, 0 to 1,000,000.
    pub weight: u32,
}
