//! What a ServiceIntent or a GatewayIntent declares.

use std::sync::Arc;

use meshc_document::Span;
use meshc_snapshot::slice::{Claim, Condition, Hours, Match, Per, Protocol, Reading, RetryOn};

use super::At;

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
