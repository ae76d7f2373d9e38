//! What a workload accepts.

use serde::{Deserialize, Serialize};

use super::{Listener, Operation, RateLimit, Reading, Rule, TokenIssuer, is_false};

/// What a workload accepts: its listeners, its partition into operations, its rules.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Inbound {
    /// Allow rules in written order.
    pub allow: Vec<Rule>,
    /// Nothing is refused by `deny` or for want of an `allow`; it is only said.
    #[serde(default, skip_serializing_if = "is_false")]
    pub audit: bool,
    /// Names it answers to, lower case, without port; empty means any (a gateway).
    pub authorities: Vec<String>,
    /// Deny rules in written order.
    pub deny: Vec<Rule>,
    /// Trust domains besides ours that a rule here names, sorted by name. Without one, certificates
    /// of ours alone are taken.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub federated: Vec<Federated>,
    /// SPIFFE IDs of the gateways whose word about a client is believed, sorted; only where a rule
    /// asks for the client.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gateways: Vec<String>,
    /// Deny rules of the platform, by name; they come before everything else.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub guardrails: Vec<Rule>,
    /// The workload's own identity, a SPIFFE ID.
    pub identity: String,
    /// Issuers of user tokens that a rule or limit here names, sorted by name. Without one no token
    /// is read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub issuers: Vec<TokenIssuer>,
    /// Ports it listens on.
    pub listeners: Vec<Listener>,
    /// Declared operations, sorted by name; what none matches is the reserved operation `rest`.
    pub operations: Vec<Operation>,
    /// Paths answered without identity on a port of their own.
    pub probes: Vec<Probe>,
    /// Limits of what is admitted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rate_limits: Vec<RateLimit>,
    /// How the application may read a path, sorted.
    pub readings: Vec<Reading>,
}

/// A trust domain federated with ours.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Federated {
    /// Its root certificates, in PEM. They vouch for identities of this trust domain and no other.
    pub bundle: String,
    /// SPIFFE trust domain, without scheme.
    pub trust_domain: String,
}

/// A path answered without identity; reaches nothing else.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Probe {
    /// Exact path.
    pub path: String,
    /// Name of the port whose application is asked.
    pub port: String,
}
