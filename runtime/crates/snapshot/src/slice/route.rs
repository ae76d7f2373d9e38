//! Routes of a gateway.

use serde::{Deserialize, Serialize};

use super::Match;

/// One route of a gateway.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Route {
    /// Workload name of the destination.
    pub destination: String,
    /// Hosts: exact, or `*.` and a suffix; empty: any.
    pub hosts: Vec<String>,
    /// Alternatives (OR); empty: any request.
    pub matches: Vec<Match>,
    /// Its name, or `routes[0]`.
    pub name: String,
    /// The one operation of the destination it leads to; absent: any.
    pub operation: Option<String>,
}
