//! A slice taken apart: the inverse of [`crate::read::slice`].

use std::collections::BTreeMap;

use crate::canonical::{NotCanonical, canonical};
use crate::digest::Digest;
use crate::slice::{Destination, Slice};

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
        let Destination { authorities, callee, calls } = destination;
        let blob = canonical(&callee)?;
        let callee = Digest::of(&blob);
        callees.insert(callee, blob);
        named.push(Destination { authorities, callee, calls });
    }
    let slice = Slice { destinations: named, format, inbound, routes, trust_domain, workload };
    Ok(Parts { slice: canonical(&slice)?, callees })
}
