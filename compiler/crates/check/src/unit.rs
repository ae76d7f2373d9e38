//! One file's declarations as rows: names as written, values typed, every one with its span.

use std::sync::Arc;

use meshc_document::{NodeId, Span};
use meshc_snapshot::slice::{Claim, Condition, Hours, Match, Per, Protocol, Reading, RetryOn};

pub use crate::external::ExternalRow;
use crate::finding::Finding;
pub use crate::invariant::InvariantRow;
pub use crate::waiver::{Suspended, WaiverRow};

/// A value and where it stands.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct At<T> {
    /// The value.
    pub value: T,
    /// Its place in the file.
    pub span: Span,
}

/// Everything one file declares, and what is wrong with it.
#[derive(Clone, Debug, Default)]
pub struct Unit {
    /// Mistakes of reading and checking.
    pub findings: Vec<Finding>,
    /// `Mesh` documents.
    pub meshes: Vec<MeshRow>,
    /// Services and gateways.
    pub workloads: Vec<WorkloadRow>,
    /// Issuers of user tokens.
    pub issuers: Vec<IssuerRow>,
    /// Destinations outside.
    pub externals: Vec<ExternalRow>,
    /// Invariants.
    pub invariants: Vec<InvariantRow>,
    /// Waivers.
    pub waivers: Vec<WaiverRow>,
    /// Guardrails.
    pub guardrails: Vec<GuardrailRow>,
    /// Baselines.
    pub baselines: Vec<BaselineRow>,
    /// Environments.
    pub environments: Vec<EnvironmentRow>,
    /// Policy tests.
    pub tests: Vec<TestRow>,
    /// Names, with namespaces where they are written, of documents that declare nothing because
    /// they are wrong: what refers to them is no second mistake.
    pub lost: Vec<(Option<String>, String)>,
    /// Kinds of documents of which a part is wrong, or all; none where the kind is what is wrong.
    pub unclear_kinds: Vec<Option<String>>,
    /// A part of the file could not be read: it may declare anything.
    pub unread: bool,
    /// Documents of any kind, for looking one up.
    pub documents: usize,
}

/// A `Mesh`.
#[derive(Clone, Debug)]
pub struct MeshRow {
    /// Its name.
    pub name: At<String>,
    /// The trust domain.
    pub trust_domain: Option<String>,
    /// Suffix of service names.
    pub cluster_suffix: Option<String>,
    /// Request timeout for everybody, in milliseconds.
    pub timeout_ms: Option<At<u32>>,
    /// Listed namespaces.
    pub namespaces: Vec<At<String>>,
    /// Hosts each namespace may claim, parallel to `namespaces`.
    pub namespace_hosts: Vec<Vec<String>>,
    /// Listed teams.
    pub teams: Vec<String>,
    /// Federated trust domains.
    pub federation: Vec<FederationRow>,
    /// Environments in which more care is asked of a change.
    pub protected: Vec<At<String>>,
}

/// A trust domain besides ours.
#[derive(Clone, Debug)]
pub struct FederationRow {
    /// Its name.
    pub trust_domain: At<String>,
    /// File of the repository that holds its root certificates.
    pub bundle_file: At<String>,
}

/// What kind of workload.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum WorkloadKind {
    /// `ServiceIntent`.
    Service,
    /// `GatewayIntent`.
    Gateway,
}

/// A service or gateway.
#[derive(Clone, Debug)]
pub struct WorkloadRow {
    /// Its kind.
    pub kind: WorkloadKind,
    /// Its namespace, if written.
    pub namespace: Option<At<String>>,
    /// Its name.
    pub name: At<String>,
    /// Its labels, sorted.
    pub labels: Vec<(String, String)>,
    /// Team that answers for it.
    pub owner: Option<At<String>>,
    /// Last part of its SPIFFE ID, if written.
    pub account: Option<At<String>>,
    /// Further hosts.
    pub hosts: Vec<At<String>>,
    /// Ports or listeners.
    pub ports: Vec<PortRow>,
    /// Instances written here.
    pub instances: Vec<InstanceRow>,
    /// File that lists the instances.
    pub instance_file: Option<At<String>>,
    /// Named subsets.
    pub versions: Vec<VersionRow>,
    /// Operations, as written.
    pub operations: Vec<OperationRow>,
    /// Timeout for operations that do not say, in milliseconds.
    pub timeout_ms: Option<At<u32>>,
    /// How the application may read a path, sorted.
    pub readings: Option<At<Vec<Reading>>>,
    /// Traffic items.
    pub traffic: Vec<TrafficRow>,
    /// Allow rules.
    pub allow: Vec<RuleRow>,
    /// Its deny and its want of an allow only say what they would have decided.
    pub audit: bool,
    /// Deny rules.
    pub deny: Vec<RuleRow>,
    /// Rate limits.
    pub rate_limits: Vec<RateLimitRow>,
    /// Declared calls.
    pub calls: Vec<CallRow>,
    /// What it calls is not known: a part of that was refused.
    pub calls_unclear: bool,
    /// What it offers is not known: a part of that was refused.
    pub operations_unclear: bool,
    /// Whom it admits is not known: a part of that was refused.
    pub rules_unclear: bool,
    /// Where it listens is not known: a part of that was refused.
    pub ports_unclear: bool,
    /// Likewise of `versions`.
    pub versions_unclear: bool,
    /// Likewise of `traffic`.
    pub traffic_unclear: bool,
    /// Likewise of `requests`.
    pub requests_unclear: bool,
    /// Who answers for it is not known: that was refused.
    pub owner_unclear: bool,
    /// Likewise of the labels of the object.
    pub labels_unclear: bool,
    /// Probes: path and port.
    pub probes: Vec<(At<String>, At<String>)>,
    /// Gateway routes.
    pub routes: Vec<RouteRow>,
}

/// A port or gateway listener.
#[derive(Clone, Debug)]
pub struct PortRow {
    /// Its name.
    pub name: At<String>,
    /// Its number.
    pub port: At<u16>,
    /// The application's port.
    pub target: Option<At<u16>>,
    /// What is spoken.
    pub protocol: Protocol,
    /// Hosts of a listener.
    pub hosts: Vec<At<String>>,
    /// Secret that holds the certificate: the listener ends TLS.
    pub certificate: Option<String>,
}

/// Name and value.
pub type Label = (String, String);

/// One instance.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct InstanceRow {
    /// IP address.
    pub address: At<String>,
    /// Labels, sorted, often the same as of others.
    pub labels: Arc<[Label]>,
}

/// A named subset of the instances.
#[derive(Clone, Debug)]
pub struct VersionRow {
    /// Its name.
    pub name: At<String>,
    /// Labels an instance must have, sorted, often the same as of others.
    pub labels: Arc<[Label]>,
}

/// A named set of requests.
#[derive(Clone, Debug)]
pub struct OperationRow {
    /// Its name.
    pub name: At<String>,
    /// Alternatives, often the same as of operations elsewhere.
    pub matches: Arc<[Match]>,
    /// The place of each.
    pub match_spans: Box<[Span]>,
    /// The one port that offers it.
    pub port: Option<At<String>>,
    /// May be sent again.
    pub idempotent: Option<At<bool>>,
    /// Time for the request, in milliseconds.
    pub timeout_ms: Option<At<u32>>,
    /// Tries after the first.
    pub attempts: Option<At<u32>>,
    /// After what another try may follow, sorted.
    pub retry_on: Option<At<Vec<RetryOn>>>,
    /// Time for one try, in milliseconds.
    pub per_try_ms: Option<At<u32>>,
    /// A Baseline added it.
    pub added: bool,
}

/// A traffic item.
#[derive(Clone, Debug)]
pub struct TrafficRow {
    /// Its name.
    pub name: Option<String>,
    /// Where it stands.
    pub span: Span,
    /// Conditions on headers.
    pub headers: Vec<Condition>,
    /// Conditions on the query.
    pub query: Vec<Condition>,
    /// Operations it is limited to.
    pub operations: Option<Vec<At<String>>>,
    /// Versions and their shares.
    pub to: Vec<ShareRow>,
}

/// A version and its share of a traffic item.
#[derive(Clone, Debug)]
pub struct ShareRow {
    /// The version.
    pub version: At<String>,
    /// Its relative weight, if written.
    pub weight: Option<At<u32>>,
}

/// An allow or deny rule.
#[derive(Clone, Debug)]
pub struct RuleRow {
    /// Its name.
    pub name: Option<String>,
    /// Where it stands.
    pub span: Span,
    /// Callers; absent: not written.
    pub from: Option<Vec<At<String>>>,
    /// Callers of other trust domains: SPIFFE IDs, some with `/*` at their end.
    pub federated: Vec<At<String>>,
    /// Operations it is limited to.
    pub operations: Option<Vec<At<String>>>,
    /// Requests a deny names.
    pub matches: Vec<At<Match>>,
    /// Conditions on headers.
    pub headers: Vec<Condition>,
    /// Conditions on the query.
    pub query: Vec<Condition>,
    /// Networks of the connection's peer.
    pub source: Vec<String>,
    /// Networks of the client as our gateway saw it.
    pub client: Vec<String>,
    /// Times of the week.
    pub hours: Option<Hours>,
    /// Unix seconds at which it ends.
    pub until: Option<i64>,
    /// It only says what it would have decided.
    pub audit: bool,
    /// For whom the caller must act.
    pub user: Option<UserRow>,
    /// A part of it was refused; it must not be judged further.
    pub damaged: bool,
    /// A Baseline added it.
    pub added: bool,
}

/// For whom a caller must act.
#[derive(Clone, Debug)]
pub struct UserRow {
    /// Name of the issuer.
    pub issuer: At<String>,
    /// Conditions on claims, sorted by path.
    pub claims: Vec<Claim>,
}

/// Which workloads a document of the platform is about; all of it must hold.
#[derive(Clone, Debug, Default)]
pub struct ScopeRow {
    /// Where it stands; the document's name where nothing was written.
    pub span: Span,
    /// Namespaces; empty: any.
    pub namespaces: Vec<At<String>>,
    /// Labels a workload must have, sorted; empty: any or none.
    pub labels: Vec<(String, String)>,
    /// A part of it was refused; it must not be judged further.
    pub damaged: bool,
}

/// Rules of the platform over a scope.
#[derive(Clone, Debug)]
pub struct GuardrailRow {
    /// Its namespace, if written.
    pub namespace: Option<At<String>>,
    /// Its name.
    pub name: At<String>,
    /// For which workloads.
    pub scope: ScopeRow,
    /// What nobody may do there.
    pub deny: Vec<RuleRow>,
    /// What each of them must say.
    pub require: RequireRow,
}

/// What a guardrail demands of the workloads in its scope. That every port is strict needs no row:
/// the schema takes no other.
#[derive(Clone, Debug, Default)]
pub struct RequireRow {
    /// Each has an owner.
    pub owner: Option<Span>,
    /// Each rule that allows HTTP asks for a user of this issuer.
    pub user: Option<At<String>>,
    /// Milliseconds that a request may take at most.
    pub timeout_at_most_ms: Option<At<u32>>,
    /// No rule allows `anyone`, a whole namespace or everything below an identity.
    pub no_wildcard_from: Option<Span>,
}

/// What the platform adds to the services of a scope.
#[derive(Clone, Debug)]
pub struct BaselineRow {
    /// Its namespace, if written.
    pub namespace: Option<At<String>>,
    /// Its name.
    pub name: At<String>,
    /// For which services.
    pub scope: ScopeRow,
    /// Operations that each gets.
    pub operations: Vec<OperationRow>,
    /// Rules that each gets.
    pub allow: Vec<RuleRow>,
    /// Probes that each gets: path and port.
    pub probes: Vec<(At<String>, At<String>)>,
}

/// What is different in one environment.
#[derive(Clone, Debug)]
pub struct EnvironmentRow {
    /// Its name.
    pub name: At<String>,
    /// Patterns of the files that belong to it; empty: every file.
    pub include: Vec<At<String>>,
    /// Patterns of those that do not.
    pub exclude: Vec<At<String>>,
    /// What it changes.
    pub patches: Vec<PatchRow>,
    /// Patches that may admit more than the base, and why.
    pub widens: Vec<(At<String>, At<String>)>,
    /// Some patch was refused.
    pub patches_unclear: bool,
    /// Some part of `widens` was refused.
    pub widens_unclear: bool,
}

/// One change of one object.
#[derive(Clone, Debug)]
pub struct PatchRow {
    /// Its name.
    pub name: At<String>,
    /// Kind of the object.
    pub kind: At<String>,
    /// Namespace of the object, for kinds that have one.
    pub namespace: Option<At<String>>,
    /// Name of the object.
    pub object: At<String>,
    /// What is merged into it, in the tree of the Environment's document.
    pub merge: NodeId,
    /// Where that stands.
    pub span: Span,
}

/// An issuer of user tokens; what was refused is missing.
#[derive(Clone, Debug)]
pub struct IssuerRow {
    /// Its name.
    pub name: At<String>,
    /// The exact `iss` of its tokens.
    pub issuer: Option<At<String>>,
    /// Values of `aud` that mean the mesh, sorted.
    pub audiences: Vec<String>,
    /// Algorithms it may sign with, sorted by name.
    pub algorithms: Option<At<Vec<String>>>,
    /// Its public keys.
    pub keys: Option<KeysRow>,
    /// Claims that applications are told, sorted by header.
    pub forward: Vec<ForwardRow>,
}

/// Where the public keys of an issuer come from.
#[derive(Clone, Debug)]
pub enum KeysRow {
    /// The text of a usable JWK set.
    Inline(At<String>),
    /// A file of the repository that should hold one.
    File(At<String>),
    /// Fetched by the proxies.
    Url {
        /// From there.
        url: At<String>,
        /// Seconds between two fetches, 60 to 86,400.
        refresh_seconds: Option<At<u32>>,
    },
}

/// A claim that an application is told.
#[derive(Clone, Debug)]
pub struct ForwardRow {
    /// Path of the claim.
    pub claim: At<String>,
    /// Header field, in lower case.
    pub header: At<String>,
}

/// A rate limit.
#[derive(Clone, Debug)]
pub struct RateLimitRow {
    /// Its name.
    pub name: Option<String>,
    /// Where it stands.
    pub span: Span,
    /// Operations it counts; absent: every request.
    pub operations: Option<Vec<At<String>>>,
    /// What it counts by.
    pub per: Option<At<Per>>,
    /// Requests in a period, 1 to 1,000,000.
    pub count: At<u32>,
    /// The period in milliseconds: a second, a minute or an hour.
    pub period_ms: u32,
    /// Requests at once, 1 to 1,000,000.
    pub burst: Option<At<u32>>,
}

/// A declared call.
#[derive(Clone, Debug)]
pub struct CallRow {
    /// `[namespace/]name[.operation]`.
    pub to: At<String>,
    /// Milliseconds it waits at most.
    pub timeout_ms: Option<At<u32>>,
}

/// A gateway route.
#[derive(Clone, Debug)]
pub struct RouteRow {
    /// Its name.
    pub name: Option<String>,
    /// Where it stands.
    pub span: Span,
    /// `[namespace/]name[.operation]`.
    pub to: At<String>,
    /// Hosts.
    pub hosts: Vec<At<String>>,
    /// Alternatives.
    pub matches: Vec<At<Match>>,
}

/// One policy test.
#[derive(Clone, Debug)]
pub struct TestRow {
    /// Namespace of its document, if written.
    pub namespace: Option<At<String>>,
    /// Name of its document.
    pub document: String,
    /// What it shows.
    pub name: At<String>,
    /// Who sends; absent: somebody unknown.
    pub from: Option<At<String>>,
    /// Who receives.
    pub to: At<String>,
    /// Port by name.
    pub port: Option<String>,
    /// Method.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// Host field.
    pub host: Option<String>,
    /// Further fields.
    pub headers: Vec<(String, String)>,
    /// Address of the client that a gateway saw.
    pub client: Option<String>,
    /// Issuer and claims of the user it is sent for.
    pub user: Option<(At<String>, serde_json::Value)>,
    /// Instant, RFC 3339.
    pub at: Option<String>,
    /// Expected verdict.
    pub verdict: At<String>,
    /// Expected status.
    pub status: Option<u16>,
    /// Expected operation.
    pub operation: Option<String>,
    /// Expected rule.
    pub rule: Option<String>,
    /// Expected destination.
    pub destination: Option<String>,
}
