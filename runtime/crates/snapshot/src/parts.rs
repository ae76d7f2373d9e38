//! A slice taken apart: the inverse of [`crate::read::slice`].

use std::collections::BTreeMap;

use crate::callee::{Called, Callee};
use crate::canonical::{NotCanonical, canonical};
use crate::digest::Digest;
use crate::slice::{Call, Destination, FORMAT, Slice};

/// A slice as it is stored.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Parts {
    /// The slice itself, as RFC 8785 JSON.
    pub slice: Vec<u8>,
    /// The callees that it names, as RFC 8785 JSON.
    pub callees: BTreeMap<Digest, Vec<u8>>,
}

/// Takes a slice apart.
///
/// # Errors
/// What has no canonical form.
pub fn parts(whole: Slice) -> Result<Parts, NotCanonical> {
    let Slice { destinations, format, inbound, routes, trust_domain, workload } = whole;
    let mut callees = BTreeMap::new();
    let mut named = Vec::with_capacity(destinations.len());
    for destination in destinations {
        let (authorities, calls, callee) = split(destination);
        let blob = canonical(&callee)?;
        let callee = Digest::of(&blob);
        callees.insert(callee, blob);
        named.push(Called { authorities, callee, calls });
    }
    let slice = Slice { destinations: named, format, inbound, routes, trust_domain, workload };
    Ok(Parts { slice: canonical(&slice)?, callees })
}

/// What of a destination is the caller's own, and the rest.
fn split(destination: Destination) -> (Vec<String>, Vec<Call>, Callee) {
    let Destination {
        authorities,
        calls,
        clusters,
        identity,
        operations,
        ports,
        readings,
        traffic,
        workload,
    } = destination;
    let format = FORMAT;
    let callee =
        Callee { clusters, format, identity, operations, ports, readings, traffic, workload };
    (authorities, calls, callee)
}
