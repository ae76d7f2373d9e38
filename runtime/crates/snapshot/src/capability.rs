//! Capabilities: what a proxy must be able to do to enforce a slice.
//!
//! A proxy that lacks one refuses the snapshot and keeps the last good one; so nothing in a slice is
//! ever ignored.

use crate::slice::{Match, Per, Protocol, Rule, Slice, Tls};

/// Everything this runtime can do, sorted.
pub const SUPPORTED: [&str; 21] = [
    "format/1",
    "gateway",
    "limits/local",
    "limits/user",
    "matching/1",
    "matching/regex",
    "mtls",
    "mtls/federated",
    "probes",
    "protocol/http1",
    "protocol/tcp",
    "rules/audit",
    "rules/client",
    "rules/guardrails",
    "rules/hours",
    "rules/since",
    "rules/source",
    "rules/user",
    "tls/terminate",
    "tokens/jwt",
    "traffic/weights",
];

/// What a slice asks for, sorted; a subset of [`SUPPORTED`].
#[must_use]
pub fn needs(slice: &Slice) -> Vec<&'static str> {
    let listens = |protocol| slice.inbound.listeners.iter().any(|one| one.protocol == protocol);
    let calls = |protocol| {
        slice.destinations.iter().flat_map(|to| &to.ports).any(|port| port.protocol == protocol)
    };
    let speaks = |protocol| listens(protocol) || calls(protocol);
    let tls = |mode| slice.inbound.listeners.iter().any(|listener| listener.tls == mode);
    let weights = slice.destinations.iter().any(|to| !to.traffic.is_empty());
    let limits = &slice.inbound.rate_limits;
    let per_user = limits.iter().any(|limit| matches!(limit.per, Per::User { .. }));
    let any = |asks: fn(&Rule) -> bool| rules(slice).any(asks);
    [
        ("format/1", true),
        ("gateway", !slice.routes.is_empty()),
        ("limits/local", !slice.inbound.rate_limits.is_empty()),
        ("limits/user", per_user),
        ("matching/1", true),
        ("matching/regex", matches(slice).any(|one| one.regex.is_some())),
        ("mtls", tls(Tls::Mutual) || !slice.destinations.is_empty()),
        ("mtls/federated", !slice.inbound.federated.is_empty()),
        ("probes", !slice.inbound.probes.is_empty()),
        ("protocol/http1", speaks(Protocol::Http)),
        ("protocol/tcp", speaks(Protocol::Tcp)),
        ("rules/audit", slice.inbound.audit || any(|rule| rule.audit)),
        ("rules/client", any(|rule| !rule.client.is_empty())),
        ("rules/guardrails", !slice.inbound.guardrails.is_empty()),
        ("rules/hours", any(|rule| rule.hours.is_some())),
        ("rules/since", any(|rule| rule.since.is_some())),
        ("rules/source", any(|rule| !rule.source.is_empty())),
        ("rules/user", any(|rule| rule.user.is_some())),
        ("tls/terminate", tls(Tls::Terminate)),
        ("tokens/jwt", !slice.inbound.issuers.is_empty()),
        ("traffic/weights", weights),
    ]
    .into_iter()
    .filter_map(|(name, needed)| needed.then_some(name))
    .collect()
}

fn rules(slice: &Slice) -> impl Iterator<Item = &Rule> {
    let inbound = &slice.inbound;
    inbound.guardrails.iter().chain(&inbound.deny).chain(&inbound.allow)
}

/// Every match of every list.
fn matches(slice: &Slice) -> impl Iterator<Item = &Match> {
    let called = slice.destinations.iter().flat_map(|to| &to.operations);
    let operations = slice.inbound.operations.iter().chain(called);
    operations
        .flat_map(|operation| &operation.matches)
        .chain(rules(slice).flat_map(|rule| &rule.matches))
        .chain(slice.routes.iter().flat_map(|route| &route.matches))
}

/// The first of `wanted` that this runtime cannot do.
pub fn missing<'a>(wanted: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    wanted.into_iter().find(|name| SUPPORTED.binary_search(name).is_err())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::tests::full;

    #[test]
    fn a_full_slice_needs_everything_and_an_empty_one_little() {
        let mut slice = full();
        assert_eq!(needs(&slice), SUPPORTED);
        assert!(SUPPORTED.is_sorted());
        slice.destinations.clear();
        slice.routes.clear();
        slice.inbound.listeners.clear();
        slice.inbound.probes.clear();
        slice.inbound.operations.clear();
        slice.inbound.guardrails.clear();
        slice.inbound.allow.clear();
        slice.inbound.deny.clear();
        slice.inbound.rate_limits.clear();
        slice.inbound.issuers.clear();
        slice.inbound.federated.clear();
        slice.inbound.audit = false;
        assert_eq!(needs(&slice), ["format/1", "matching/1"]);
    }

    #[test]
    fn an_unknown_capability_is_named() {
        assert_eq!(missing(["format/1", "protocol/http3"]), Some("protocol/http3"));
        assert_eq!(missing(SUPPORTED), None);
    }
}
