//! Capabilities: what a proxy must be able to do to enforce a slice.
//!
//! A proxy that lacks one refuses the snapshot and keeps the last good one; so nothing in a slice is
//! ever ignored.

use crate::slice::{Match, Per, Protocol, Rule, Slice, Tls};

/// Everything this runtime can do, sorted.
pub const SUPPORTED: [&str; 21] = [
    "format/2",
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

/// What slices ask for, as a set: whoever writes a slice part by part notes each part.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Needs(u32);

/// What makes a rule ask for more than matching.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    /// It only says what it would have decided.
    pub audit: bool,
    /// It names networks of the client.
    pub client: bool,
    /// It holds at some times of the week.
    pub hours: bool,
    /// It holds from an instant on.
    pub since: bool,
    /// It names networks of the peer.
    pub source: bool,
    /// It asks for a user.
    pub user: bool,
}

/// Places in [`SUPPORTED`].
#[derive(Clone, Copy)]
enum Capability {
    Format,
    Gateway,
    LimitsLocal,
    LimitsUser,
    Matching,
    MatchingRegex,
    Mtls,
    MtlsFederated,
    Probes,
    Http1,
    Tcp,
    RulesAudit,
    RulesClient,
    RulesGuardrails,
    RulesHours,
    RulesSince,
    RulesSource,
    RulesUser,
    TlsTerminate,
    TokensJwt,
    TrafficWeights,
}

/// What a slice asks for, sorted; a subset of [`SUPPORTED`].
#[must_use]
pub fn needs(slice: &Slice) -> Vec<&'static str> {
    Needs::of(slice).names().collect()
}

impl Asked {
    fn by(rule: &Rule) -> Self {
        Self {
            audit: rule.audit,
            client: !rule.client.is_empty(),
            hours: rule.hours.is_some(),
            since: rule.since.is_some(),
            source: !rule.source.is_empty(),
            user: rule.user.is_some(),
        }
    }
}

impl Default for Needs {
    fn default() -> Self {
        Self::LEAST
    }
}

impl Needs {
    /// What every slice asks for.
    pub const LEAST: Self = Self(1 << Capability::Format as u32 | 1 << Capability::Matching as u32);

    /// What a slice asks for.
    #[must_use]
    pub fn of(slice: &Slice) -> Self {
        let mut needs = Self::LEAST;
        let inbound = &slice.inbound;
        for to in slice.destinations.iter().map(|to| &to.callee) {
            needs.destination(to.ports.iter().map(|port| port.protocol), !to.traffic.is_empty());
        }
        inbound.listeners.iter().for_each(|one| needs.listener(one.protocol, one.tls));
        inbound.rate_limits.iter().for_each(|one| needs.limit(&one.per));
        inbound.probes.iter().for_each(|_| needs.probe());
        inbound.federated.iter().for_each(|_| needs.federated());
        inbound.issuers.iter().for_each(|_| needs.issuer());
        slice.routes.iter().for_each(|_| needs.route());
        if inbound.audit {
            needs.audit();
        }
        for rule in inbound.deny.iter().chain(&inbound.allow).chain(&inbound.guardrails) {
            needs.rule(Asked::by(rule));
        }
        inbound.guardrails.iter().for_each(|_| needs.guardrail());
        matches(slice).for_each(|one| needs.matching(one));
        needs
    }

    /// The names, sorted; a subset of [`SUPPORTED`].
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        let numbered = (0_u32..).zip(SUPPORTED);
        numbered.filter(move |(bit, _)| self.0 & (1 << bit) != 0).map(|(_, name)| name)
    }

    /// Takes in what another part asks for.
    pub const fn join(&mut self, other: Self) {
        self.0 |= other.0;
    }

    /// Both together.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Notes a listener.
    pub fn listener(&mut self, protocol: Protocol, tls: Tls) {
        self.speak(protocol);
        match tls {
            Tls::Mutual => self.add(Capability::Mtls),
            Tls::Terminate => self.add(Capability::TlsTerminate),
            Tls::None => {}
        }
    }

    /// Notes a destination by the protocols of its ports, and whether it has traffic items.
    pub fn destination(&mut self, ports: impl IntoIterator<Item = Protocol>, traffic: bool) {
        self.add(Capability::Mtls);
        ports.into_iter().for_each(|protocol| self.speak(protocol));
        if traffic {
            self.add(Capability::TrafficWeights);
        }
    }

    /// Notes a rule of any list; see [`Needs::guardrail`] and [`Needs::matching`].
    pub fn rule(&mut self, asked: Asked) {
        let Asked { audit, client, hours, since, source, user } = asked;
        let all = [
            (audit, Capability::RulesAudit),
            (client, Capability::RulesClient),
            (hours, Capability::RulesHours),
            (since, Capability::RulesSince),
            (source, Capability::RulesSource),
            (user, Capability::RulesUser),
        ];
        all.into_iter().filter(|(asks, _)| *asks).for_each(|(_, needed)| self.add(needed));
    }

    /// Notes a match of an operation, a rule or a route.
    pub fn matching(&mut self, one: &Match) {
        if one.regex.is_some() {
            self.add(Capability::MatchingRegex);
        }
    }

    /// Notes a rate limit by what it counts by.
    pub fn limit(&mut self, per: &Per) {
        self.add(Capability::LimitsLocal);
        if matches!(per, Per::User { .. }) {
            self.add(Capability::LimitsUser);
        }
    }

    /// Notes that a workload's refusals are only said.
    pub fn audit(&mut self) {
        self.add(Capability::RulesAudit);
    }

    /// Notes that a rule is a guardrail's.
    pub fn guardrail(&mut self) {
        self.add(Capability::RulesGuardrails);
    }

    /// Notes a probe.
    pub fn probe(&mut self) {
        self.add(Capability::Probes);
    }

    /// Notes a federated trust domain.
    pub fn federated(&mut self) {
        self.add(Capability::MtlsFederated);
    }

    /// Notes an issuer of user tokens.
    pub fn issuer(&mut self) {
        self.add(Capability::TokensJwt);
    }

    /// Notes a route of a gateway.
    pub fn route(&mut self) {
        self.add(Capability::Gateway);
    }

    fn speak(&mut self, protocol: Protocol) {
        self.add(match protocol {
            Protocol::Http => Capability::Http1,
            Protocol::Tcp => Capability::Tcp,
        });
    }

    const fn add(&mut self, needed: Capability) {
        self.0 |= 1 << needed as u32;
    }
}

/// Every match of every list.
fn matches(slice: &Slice) -> impl Iterator<Item = &Match> {
    let inbound = &slice.inbound;
    let called = slice.destinations.iter().flat_map(|to| &to.callee.operations);
    let rules = inbound.guardrails.iter().chain(&inbound.deny).chain(&inbound.allow);
    inbound
        .operations
        .iter()
        .chain(called)
        .flat_map(|operation| &*operation.matches)
        .chain(rules.flat_map(|rule| &rule.matches))
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
        assert_eq!(needs(&slice), ["format/2", "matching/1"]);
    }

    #[test]
    fn each_part_asks_for_what_its_name_says() {
        let after = |note: fn(&mut Needs)| {
            let mut needs = Needs::LEAST;
            note(&mut needs);
            needs.names().collect::<Vec<_>>()
        };
        for (note, wanted) in [
            ((|n| n.route()) as fn(&mut Needs), "gateway"),
            (|n| n.limit(&Per::Total), "limits/local"),
            (|n| n.federated(), "mtls/federated"),
            (|n| n.probe(), "probes"),
            (|n| n.audit(), "rules/audit"),
            (|n| n.guardrail(), "rules/guardrails"),
            (|n| n.issuer(), "tokens/jwt"),
            (|n| n.destination([], false), "mtls"),
        ] {
            let mut wanted = vec!["format/2", "matching/1", wanted];
            wanted.sort_unstable();
            assert_eq!(after(note), wanted);
        }
        let listens = after(|n| n.listener(Protocol::Tcp, Tls::Terminate));
        assert_eq!(listens, ["format/2", "matching/1", "protocol/tcp", "tls/terminate"]);
        let calls = after(|n| n.destination([Protocol::Http], true));
        assert_eq!(calls, ["format/2", "matching/1", "mtls", "protocol/http1", "traffic/weights"]);
        let of = |at| Asked {
            audit: at == 0,
            client: at == 1,
            hours: at == 2,
            since: at == 3,
            source: at == 4,
            user: at == 5,
        };
        let names = [
            "rules/audit",
            "rules/client",
            "rules/hours",
            "rules/since",
            "rules/source",
            "rules/user",
        ];
        for (at, name) in names.into_iter().enumerate() {
            let mut needs = Needs::LEAST;
            needs.rule(of(at));
            assert_eq!(needs.names().collect::<Vec<_>>(), ["format/2", "matching/1", name]);
        }
    }

    #[test]
    fn an_unknown_capability_is_named() {
        assert_eq!(missing(["format/2", "protocol/http3"]), Some("protocol/http3"));
        assert_eq!(missing(SUPPORTED), None);
    }
}
