//! A slice: everything one workload's proxy needs, and nothing else.
//!
//! It is stored with its callees by name (see [`crate::callee`]); who decides has it whole.
//!
//! Fields are declared in the order RFC 8785 sorts their names, so that plain serialisation is the
//! canonical form; a test holds this. Text a person wrote stays a value, never a key. Source places
//! travel apart (see [`crate::places`]): moving a line changes no slice.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// Number of the form below; a proxy refuses any other.
pub const FORMAT: u32 = 2;

/// What one workload enforces and where it may send; as a `Slice<Called>` with callees by name.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Slice<D = Destination> {
    /// Where this workload may send requests, sorted by workload name.
    pub destinations: Vec<D>,
    /// Always [`FORMAT`].
    pub format: u32,
    /// What it accepts.
    pub inbound: Inbound,
    /// Routes of a gateway, in written order; empty for a service.
    pub routes: Vec<Route>,
    /// SPIFFE trust domain, without scheme.
    pub trust_domain: String,
    /// `namespace/name`.
    pub workload: String,
}

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

/// How an application may read a path (language reference, section 4).
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reading {
    /// As it stands.
    Plain,
    /// `;…` is cut from every segment.
    Matrix,
    /// Letters of both cases are one.
    CaseInsensitive,
    /// Escapes are decoded once more. Canonical paths leave nothing to decode a second time, so it
    /// reads like [`Reading::Plain`].
    DoubleDecoding,
}

/// What is spoken behind a port.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    /// HTTP/1.1.
    Http,
    /// Opaque bytes; the port is itself an operation of its name.
    Tcp,
}

/// Who proves an identity on a listener.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tls {
    /// Both sides, by X.509-SVID (TLS 1.3).
    Mutual,
    /// Nobody: a plain gateway listener.
    None,
    /// The server alone, with the named certificate: a TLS gateway listener.
    Terminate,
}

/// One port of the workload.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Listener {
    /// Name of the certificate in the proxy's secrets folder; only with [`Tls::Terminate`].
    pub certificate: Option<String>,
    /// Hosts served: exact, or `*.` and a suffix; empty means any.
    pub hosts: Vec<String>,
    /// The port's name.
    pub name: String,
    /// Port the proxy listens on, 1 to 65535.
    pub port: u16,
    /// What is spoken.
    pub protocol: Protocol,
    /// Port of the application, 1 to 65535; equal to `port` where nothing else was written.
    pub target: u16,
    /// Who proves an identity.
    pub tls: Tls,
}

/// A named set of requests.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Operation {
    /// May be sent again after bytes reached the application.
    pub idempotent: bool,
    /// Alternatives (OR); empty for the operation of a TCP port. Operations of many services have
    /// the same ones.
    #[serde(with = "shared")]
    pub matches: Arc<[Match]>,
    /// The operation's name.
    pub name: String,
    /// Indices into the listeners (ports) it is offered on.
    pub ports: Vec<u32>,
    /// What may be tried again.
    pub retry: Retry,
    /// Milliseconds for the whole request, retries included; 1 to 86,400,000.
    pub timeout_ms: u32,
}

/// Retries after the first try.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Retry {
    /// Tries after the first, 0 to 10.
    pub attempts: u32,
    /// After what, sorted; absent: after any of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<Vec<RetryOn>>,
    /// Milliseconds for one try; absent: the request's timeout.
    pub per_try_ms: Option<u32>,
}

/// What another try may follow; the names are Envoy's.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RetryOn {
    /// gRPC status `CANCELLED`; no HTTP port answers it.
    Cancelled,
    /// No connection could be made.
    ConnectFailure,
    /// The connection ended before the first byte of an answer.
    RefusedStream,
    /// gRPC status `UNAVAILABLE`; no HTTP port answers it.
    Unavailable,
}

/// One alternative of an operation or route; its fields are AND.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Match {
    /// Conditions on header fields.
    pub headers: Vec<Condition>,
    /// Authority without port, lower case, exact or `*.suffix`; absent: any.
    pub host: Option<String>,
    /// Methods, sorted; empty: any.
    pub methods: Vec<String>,
    /// Path pattern as the language writes it (`/a`, `/a/{x}`, `/a/**`), decoded; `/**` is any path.
    pub path: String,
    /// Conditions on query parameters.
    pub query: Vec<Condition>,
    /// A regular expression for the whole decoded path; `path` is then `/**`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub regex: Option<String>,
}

/// A condition on the values of one header field or query parameter.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Condition {
    /// Field name in lower case, or the parameter's name exactly.
    pub name: String,
    /// The test stands under `not`.
    pub not: bool,
    /// What is asked of a value.
    pub test: Test,
}

/// What is asked of a value.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Test {
    /// Is exactly this.
    Equals(String),
    /// Has this member.
    Has(String),
    /// Is one of these, sorted.
    OneOf(Vec<String>),
    /// Starts with this.
    Prefix(String),
    /// Is there (`true`) or is not (`false`).
    Present(bool),
    /// Is matched by this regular expression as a whole.
    Regex(String),
    /// Ends with this.
    Suffix(String),
}

/// An allow or deny rule; its fields are AND.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Rule {
    /// It only says what it would have decided.
    #[serde(default, skip_serializing_if = "is_false")]
    pub audit: bool,
    /// Networks of the client as our gateway saw it, as CIDR; empty: any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub client: Vec<String>,
    /// Whom it speaks of.
    pub from: From,
    /// Conditions on header fields.
    pub headers: Vec<Condition>,
    /// Times of the week at which it holds; absent: always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<Hours>,
    /// Requests a deny names directly; empty otherwise.
    pub matches: Vec<Match>,
    /// Its name, or `allow[0]`, `deny[0]` for an unnamed one.
    pub name: String,
    /// Names of operations, sorted, `rest` among them; absent: every request on every port.
    pub operations: Option<Vec<String>>,
    /// Conditions on query parameters.
    pub query: Vec<Condition>,
    /// Unix seconds from which it holds; absent: from the beginning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<i64>,
    /// Networks of the connection's peer, as CIDR; empty: any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub source: Vec<String>,
    /// Unix seconds from which it no longer holds.
    pub until: Option<i64>,
    /// For whom the caller acts, by a verified token; absent: anybody or nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<User>,
}

/// Times of the week in a zone.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Hours {
    /// Days, Monday is 1, sorted; never empty.
    pub days: Vec<u8>,
    /// Minutes since midnight, 0 to 1439.
    pub from: u16,
    /// Minutes since midnight, excluded; more than `from`, at most 1440.
    pub to: u16,
    /// The zone's rule in the form of POSIX `TZ` (`CET-1CEST,M3.5.0,M10.5.0/3`).
    pub zone: String,
}

/// What a verified token must say.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct User {
    /// Conditions on claims, by path (`realm_access/roles`), sorted.
    pub claims: Vec<Claim>,
    /// Name of the issuer.
    pub issuer: String,
}

/// A condition on a claim.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Claim {
    /// The test stands under `not`.
    pub not: bool,
    /// Path of JSON keys.
    pub path: String,
    /// What is asked of the value.
    pub test: ClaimTest,
}

/// What is asked of a claim. A value of another type cannot be tested.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum ClaimTest {
    /// Is exactly this.
    Equals(Scalar),
    /// Is a list with this member.
    Has(Scalar),
    /// Is one of these.
    OneOf(Vec<Scalar>),
    /// Is a text that starts with this.
    Prefix(String),
    /// Is there (`true`) or is not (`false`).
    Present(bool),
    /// Is a text that this regular expression matches as a whole.
    Regex(String),
    /// Is a text that ends with this.
    Suffix(String),
}

/// A value of a claim that can be compared.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(untagged)]
pub enum Scalar {
    /// `true` or `false`.
    Truth(bool),
    /// A whole number.
    Number(i64),
    /// Text.
    Text(String),
}

/// An issuer of user tokens: JWTs (RFC 7519) that callers present as `Authorization: Bearer`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct TokenIssuer {
    /// Algorithms it may sign with (RFC 7518 and 8037), sorted; never empty.
    pub algorithms: Vec<String>,
    /// The values of `aud` that mean us, sorted; never empty.
    pub audiences: Vec<String>,
    /// Claims that the application is told, sorted by header.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forward: Vec<ForwardedClaim>,
    /// The exact `iss` of its tokens.
    pub issuer: String,
    /// Its public keys.
    pub keys: TokenKeys,
    /// Its name in policy.
    pub name: String,
}

/// Where the public keys of an issuer come from.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum TokenKeys {
    /// They are here: a JWK set (RFC 7517) as its text.
    Inline(String),
    /// The proxy fetches them, off the path of requests.
    Url {
        /// Seconds between two fetches, 60 to 86,400.
        #[serde(rename = "refreshSeconds")]
        refresh_seconds: u32,
        /// An `https` URL of a JWK set.
        url: String,
    },
}

/// A claim of a verified token, given to the application as a header field. A field of that name
/// that a caller sends is stripped.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ForwardedClaim {
    /// Path of JSON keys.
    pub claim: String,
    /// Field name in lower case.
    pub header: String,
}

/// Whom a rule speaks of; its fields are OR.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct From {
    /// Those who prove no identity.
    pub anonymous: bool,
    /// Every verified identity `ns/<namespace>/sa/<account>` of our trust domain.
    pub anyone: bool,
    /// Nobody was named: everyone, identity or not (only in a deny).
    pub everyone: bool,
    /// Exact SPIFFE IDs, sorted.
    pub identities: Vec<String>,
    /// Namespaces, sorted: every verified identity below `ns/<namespace>/sa/`.
    pub namespaces: Vec<String>,
    /// SPIFFE IDs without their last `*`, sorted: every verified identity below them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prefixes: Vec<String>,
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

/// How many requests a proxy admits. What it refuses does not count.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct RateLimit {
    /// Requests at once, 1 to 1,000,000.
    pub burst: u32,
    /// Requests in a period, 1 to 1,000,000.
    pub count: u32,
    /// Its name, or `rateLimits[0]` for an unnamed one.
    pub name: String,
    /// Names of HTTP operations, sorted, `rest` among them; absent: every HTTP request.
    pub operations: Option<Vec<String>>,
    /// What it counts by.
    pub per: Per,
    /// The period in milliseconds, 1 to 3,600,000.
    pub period_ms: u32,
}

/// What a rate limit counts by.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Per {
    /// The verified identity of the caller; those without one together.
    Caller,
    /// Nothing: all requests together.
    Total,
    /// A claim of the verified token; requests without it, or without a token of this issuer,
    /// together.
    User {
        /// Path of JSON keys.
        claim: String,
        /// Name of the issuer.
        issuer: String,
    },
}

/// A workload this one may call.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Destination {
    /// Names it answers to, lower case, without port, sorted.
    pub authorities: Vec<String>,
    /// What this caller declared of it, in written order.
    pub calls: Vec<Call>,
    /// Sets of instances: the first is all of them, named ``; the others are its versions by name.
    pub clusters: Vec<Cluster>,
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

/// One declared call.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Call {
    /// Name of the operation; absent: all of them.
    pub operation: Option<String>,
    /// Milliseconds the caller waits at most, if less than what the callee allows.
    pub timeout_ms: Option<u32>,
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

impl core::fmt::Display for Scalar {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Truth(truth) => write!(f, "{truth}"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => write!(f, "`{text}`"),
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
const fn is_false(truth: &bool) -> bool {
    !*truth
}

/// A list that several may hold, as a list.
mod shared {
    use std::sync::Arc;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<T: Serialize, S: Serializer>(
        list: &Arc<[T]>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        (**list).serialize(serializer)
    }

    pub(super) fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Arc<[T]>, D::Error> {
        Vec::deserialize(deserializer).map(Arc::from)
    }
}
