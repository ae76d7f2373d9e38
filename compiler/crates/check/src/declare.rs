//! One document to the rows of its unit.

use meshc_document::{Kind, NodeId, Tree};
use meshc_snapshot::slice::{Per, Protocol, Reading, RetryOn};
use serde_json::json;

use crate::environment::MESH_WIDE;
use crate::finding::Finding;
use crate::quantity;
use crate::rows::{Known, Rows, exactly};
use crate::schema::Schema;
use crate::unclear::{lost, unclear};
use crate::unit::{
    At, CallRow, FederationRow, InstanceRow, MeshRow, OperationRow, PortRow, RateLimitRow,
    RouteRow, RuleRow, ShareRow, TestRow, TrafficRow, Unit, VersionRow, WorkloadKind, WorkloadRow,
};
use crate::walk::check;

/// Whether the reader found fault with the very place of a finding: then that is the mistake.
fn was_read_so(finding: &Finding, read: &[Finding]) -> bool {
    let touches =
        |one: &Finding| one.span.start <= finding.span.end && finding.span.start <= one.span.end;
    read.iter().any(touches)
}

pub(crate) fn document(
    tree: &Tree,
    (schema, known): (&Schema, &mut Known),
    read: &[Finding],
    unit: &mut Unit,
) {
    let mut checked = check(tree, schema);
    checked.forgive(tree, |finding| was_read_so(finding, read));
    unit.findings.append(&mut checked.findings);
    unit.documents += 1;
    let mut rows = Rows { tree, checked: &checked, findings: Vec::new(), denies: false, known };
    let root = tree.root();
    let (metadata, spec) = (tree.get(root, "metadata"), tree.get(root, "spec"));
    let kind = checked.kind.as_deref();
    let wide = kind.is_some_and(|kind| MESH_WIDE.contains(&kind));
    let homeless = metadata.is_some_and(|entry| !wide && unclear(&rows, entry.value, "namespace"));
    if let Some(metadata) = metadata {
        crate::metadata::judge(&mut rows, metadata.value);
    }
    if let (Some(metadata), Some(spec)) = (metadata, spec)
        && !homeless
        && let Some(name) = rows.text(metadata.value, "name")
    {
        let namespace = rows.text(metadata.value, "namespace");
        let labels = rows.get(metadata.value, "labels");
        let labels = labels.map_or_else(Vec::new, |labels| rows.labels(labels, &[]));
        let labels_unclear = unclear(&rows, metadata.value, "labels");
        let object = Object { namespace, name, labels, labels_unclear };
        let kind = kind.unwrap_or_default();
        declaration(&mut rows, (kind, spec.value), object, unit);
    }
    let named = metadata.is_some_and(|metadata| rows.get(metadata.value, "name").is_some());
    if !checked.is_clean() {
        unit.unclear_kinds.push(kind.map(str::to_owned));
    }
    if kind.is_none() || homeless || !named || spec.is_none() {
        lost(&rows, kind, (metadata.map(|entry| entry.value), homeless), unit);
    }
    // Where `---` was forgotten a second document follows the first.
    let kinds = tree.entries(root).filter(|entry| entry.key == "kind");
    unit.unread |= !read.is_empty() && kinds.count() > 1;
    unit.findings.append(&mut rows.findings);
}

/// Which object a document is.
struct Object {
    /// If it is written.
    namespace: Option<At<String>>,
    name: At<String>,
    labels: Vec<(String, String)>,
    /// Some may be missing: a part of them was refused.
    labels_unclear: bool,
}

/// What a document of a kind declares.
fn declaration(rows: &mut Rows<'_>, (kind, spec): (&str, NodeId), object: Object, unit: &mut Unit) {
    let Object { namespace, name, labels, labels_unclear } = object;
    match kind {
        "Mesh" => unit.meshes.push(mesh(rows, spec, name)),
        kind @ ("ServiceIntent" | "GatewayIntent") => {
            let kind = match kind {
                "ServiceIntent" => WorkloadKind::Service,
                _ => WorkloadKind::Gateway,
            };
            let row = workload(rows, spec, kind, (namespace, name));
            if unit.workloads.is_empty() {
                unit.workloads.reserve_exact(1); // One service is one file.
            }
            unit.workloads.push(WorkloadRow { labels, labels_unclear, ..row });
        }
        "Baseline" => {
            let row = crate::platform::baseline(rows, spec, (namespace, name));
            unit.baselines.push(row);
        }
        "Environment" => {
            unit.environments.push(crate::environment::environment(rows, spec, name));
        }
        "Guardrail" => {
            let row = crate::platform::guardrail(rows, spec, (namespace, name));
            unit.guardrails.push(row);
        }
        "ExternalIntent" => {
            let row = crate::external::external(rows, spec, (namespace, name));
            unit.externals.push(row);
        }
        "Invariant" => {
            let row = crate::invariant::invariant(rows, spec, (namespace, name));
            unit.invariants.push(row);
        }
        "Waiver" => {
            unit.waivers.extend(crate::waiver::waiver(rows, spec, (namespace, name)));
        }
        "TokenIssuer" => {
            unit.issuers.push(crate::issuer::issuer(rows, spec, name));
        }
        "PolicyTest" => {
            for item in rows.items(spec, "tests") {
                unit.tests.extend(test(rows, item, namespace.as_ref(), &name.value));
            }
        }
        _ => {}
    }
}

fn mesh(rows: &mut Rows<'_>, spec: NodeId, name: At<String>) -> MeshRow {
    let defaults = rows.get(spec, "defaults").and_then(|defaults| rows.get(defaults, "requests"));
    let namespaces = rows.items(spec, "namespaces");
    MeshRow {
        name,
        trust_domain: rows.string(spec, "trustDomain"),
        cluster_suffix: rows.string(spec, "clusterSuffix"),
        timeout_ms: defaults.and_then(|requests| rows.duration(requests, "timeout")),
        namespaces: namespaces.clone().filter_map(|item| rows.text(item, "name")).collect(),
        namespace_hosts: namespaces
            .filter(|item| rows.get(*item, "name").is_some())
            .map(|item| rows.strings(item, "hosts"))
            .collect(),
        teams: rows.strings(spec, "teams"),
        federation: each(rows, spec, "federation", federation),
        protected: rows.texts(spec, "protected"),
    }
}

fn federation(rows: &mut Rows<'_>, item: NodeId) -> Option<FederationRow> {
    let bundle = rows.get(item, "bundle")?;
    let trust_domain = rows.text(item, "trustDomain")?;
    Some(FederationRow { trust_domain, bundle_file: rows.text(bundle, "file")? })
}

fn workload(
    rows: &mut Rows<'_>,
    spec: NodeId,
    kind: WorkloadKind,
    (namespace, name): (Option<At<String>>, At<String>),
) -> WorkloadRow {
    let source = rows.get(spec, "instances");
    let identity = rows.get(spec, "identity");
    let requests = rows.get(spec, "requests");
    let service = kind == WorkloadKind::Service;
    let ports = if service { "ports" } else { "listeners" };
    WorkloadRow {
        kind,
        namespace,
        name,
        labels: Vec::new(),
        labels_unclear: false,
        owner: rows.text(spec, "owner"),
        account: identity.and_then(|identity| rows.text(identity, "serviceAccount")),
        hosts: rows.texts(spec, "hosts"),
        ports: each(rows, spec, ports, |rows, item| port(rows, item)),
        instances: source.map_or_else(Vec::new, |source| each(rows, source, "static", instance)),
        instance_file: source.and_then(|source| rows.text(source, "file")),
        versions: versions(rows, spec),
        operations: operations(rows, spec),
        timeout_ms: requests.and_then(|requests| rows.duration(requests, "timeout")),
        readings: rows.words(spec, "paths", reading),
        traffic: each(rows, spec, "traffic", traffic),
        allow: each(rows, spec, "allow", rule),
        audit: rows.get(spec, "enforce").is_some(),
        deny: each(rows, spec, "deny", denial),
        rate_limits: each(rows, spec, "rateLimits", rate_limit),
        calls: each(rows, spec, "calls", call),
        calls_unclear: unclear(rows, spec, if service { "calls" } else { "routes" }),
        operations_unclear: unclear(rows, spec, "operations"),
        rules_unclear: unclear(rows, spec, "allow") || unclear(rows, spec, "deny"),
        ports_unclear: unclear(rows, spec, ports),
        versions_unclear: unclear(rows, spec, "versions"),
        traffic_unclear: unclear(rows, spec, "traffic"),
        requests_unclear: unclear(rows, spec, "requests"),
        owner_unclear: unclear(rows, spec, "owner"),
        probes: probes(rows, spec),
        routes: each(rows, spec, "routes", route),
    }
}

pub(crate) fn each<T>(
    rows: &mut Rows<'_>,
    node: NodeId,
    key: &str,
    make: impl Fn(&mut Rows<'_>, NodeId) -> Option<T>,
) -> Vec<T> {
    exactly(rows.items(node, key), |item| make(rows, item))
}

fn port(rows: &Rows<'_>, item: NodeId) -> Option<PortRow> {
    let certificate = rows.get(item, "certificate");
    let tcp = rows.string(item, "protocol").as_deref() == Some("tcp");
    Some(PortRow {
        name: rows.text(item, "name")?,
        port: rows.number(item, "port")?,
        target: rows.number(item, "target"),
        protocol: if tcp { Protocol::Tcp } else { Protocol::Http },
        hosts: rows.texts(item, "hosts"),
        certificate: certificate.and_then(|node| rows.string(node, "secret")),
    })
}

pub(crate) fn instance(rows: &mut Rows<'_>, item: NodeId) -> Option<InstanceRow> {
    Some(InstanceRow {
        address: rows.text(item, "address")?,
        labels: rows.common_labels(item, &["address"]),
    })
}

fn versions(rows: &mut Rows<'_>, spec: NodeId) -> Vec<VersionRow> {
    let tree = rows.tree;
    let Some(mapping) = tree.get(spec, "versions") else { return Vec::new() };
    exactly(tree.entries(mapping.value), |entry| {
        let labels = rows.get(entry.value, "labels");
        Some(VersionRow {
            name: At { value: entry.key.to_owned(), span: entry.key_span },
            labels: labels.map(|labels| rows.common_labels(labels, &[])).unwrap_or_default(),
        })
    })
}

pub(crate) fn probes(rows: &Rows<'_>, spec: NodeId) -> Vec<(At<String>, At<String>)> {
    exactly(rows.items(spec, "probes"), |item| {
        Some((rows.text(item, "path")?, rows.text(item, "port")?))
    })
}

pub(crate) fn operations(rows: &mut Rows<'_>, spec: NodeId) -> Vec<OperationRow> {
    let tree = rows.tree;
    let Some(mapping) = tree.get(spec, "operations") else { return Vec::new() };
    exactly(tree.entries(mapping.value), |entry| {
        let node = entry.value;
        let retry = rows.get(node, "retry");
        let (matches, match_spans) = rows.alternatives(node);
        Some(OperationRow {
            name: At { value: entry.key.to_owned(), span: entry.key_span },
            matches,
            match_spans,
            port: rows.text(node, "port"),
            idempotent: rows.truth(node, "idempotent"),
            timeout_ms: rows.duration(node, "timeout"),
            attempts: retry.and_then(|retry| rows.number(retry, "attempts")),
            retry_on: retry.and_then(|retry| rows.words(retry, "retryOn", retry_on)),
            per_try_ms: retry.and_then(|retry| rows.duration(retry, "perTry")),
            added: false,
        })
    })
}

fn reading(word: &str) -> Option<Reading> {
    match word {
        "plain" => Some(Reading::Plain),
        "matrix" => Some(Reading::Matrix),
        "case-insensitive" => Some(Reading::CaseInsensitive),
        "double-decoding" => Some(Reading::DoubleDecoding),
        _ => None,
    }
}

fn retry_on(word: &str) -> Option<RetryOn> {
    match word {
        "cancelled" => Some(RetryOn::Cancelled),
        "connect-failure" => Some(RetryOn::ConnectFailure),
        "refused-stream" => Some(RetryOn::RefusedStream),
        "unavailable" => Some(RetryOn::Unavailable),
        _ => None,
    }
}

fn traffic(rows: &mut Rows<'_>, item: NodeId) -> Option<TrafficRow> {
    let to = rows.items(item, "to");
    Some(TrafficRow {
        name: rows.string(item, "name"),
        span: rows.tree.span(item),
        headers: rows.conditions(item, "headers", true),
        query: rows.conditions(item, "query", false),
        operations: rows.optional_texts(item, "operations"),
        to: exactly(to, |to| {
            let version = rows.text(to, "version")?;
            Some(ShareRow { version, weight: rows.number(to, "weight") })
        }),
    })
}

pub(crate) fn rule(rows: &mut Rows<'_>, item: NodeId) -> Option<RuleRow> {
    let when = rows.get(item, "when");
    let mut condition =
        |key: &str, fold: bool| when.map_or_else(Vec::new, |when| rows.conditions(when, key, fold));
    let (headers, query) = (condition("headers", true), condition("query", false));
    let mut networks = |key: &str| {
        let found = when.and_then(|when| rows.get(when, key));
        found.map_or_else(Vec::new, |found| rows.networks(found))
    };
    let (source, client) = (networks("source"), networks("client"));
    let clock = when.and_then(|when| rows.get(when, "hours"));
    let hours = clock.and_then(|hours| rows.hours(hours));
    let asked = rows.get(item, "user");
    let user = asked.and_then(|user| rows.user(user));
    let faulty = (clock.is_some() && hours.is_none()) || (asked.is_some() && user.is_none());
    Some(RuleRow {
        name: rows.string(item, "name"),
        span: rows.tree.span(item),
        from: rows.optional_texts(item, "from"),
        federated: identities(rows, item),
        operations: rows.optional_texts(item, "operations"),
        matches: rows.matches(item),
        headers,
        query,
        source,
        client,
        hours,
        until: rows.day(item, "until"),
        audit: rows.get(item, "enforce").is_some(),
        user,
        damaged: faulty || rows.has_bad(item),
        added: false,
    })
}

/// An item of `deny`: its conditions are met by whole lines too.
pub(crate) fn denial(rows: &mut Rows<'_>, item: NodeId) -> Option<RuleRow> {
    rows.denies = true;
    let row = rule(rows, item);
    rows.denies = false;
    row
}

/// The callers of a rule that are SPIFFE IDs.
fn identities(rows: &Rows<'_>, rule: NodeId) -> Vec<At<String>> {
    let callers = rows.items(rule, "from");
    callers.filter_map(|caller| rows.text(caller, "identity")).collect()
}

/// A rate limit; none where a part of it was refused.
fn rate_limit(rows: &mut Rows<'_>, item: NodeId) -> Option<RateLimitRow> {
    if rows.has_bad(item) {
        return None;
    }
    let rate = rows.text(item, "rate")?;
    let (count, period_ms) = quantity::rate(&rate.value)?;
    let per = match rows.get(item, "per") {
        Some(per) if rows.tree.kind(per) == Kind::Mapping => Some(rows.per_user(per)?),
        per => per.and_then(|per| {
            let per = rows.at(per);
            Some(At { value: counted_by(&per.value)?, span: per.span })
        }),
    };
    Some(RateLimitRow {
        name: rows.string(item, "name"),
        span: rows.tree.span(item),
        operations: rows.optional_texts(item, "operations"),
        per,
        count: At { value: count, span: rate.span },
        period_ms,
        burst: rows.number(item, "burst"),
    })
}

fn counted_by(word: &str) -> Option<Per> {
    match word {
        "caller" => Some(Per::Caller),
        "total" => Some(Per::Total),
        _ => None,
    }
}

fn call(rows: &mut Rows<'_>, item: NodeId) -> Option<CallRow> {
    Some(CallRow { to: rows.text(item, "to")?, timeout_ms: rows.duration(item, "timeout") })
}

fn route(rows: &mut Rows<'_>, item: NodeId) -> Option<RouteRow> {
    Some(RouteRow {
        name: rows.string(item, "name"),
        span: rows.tree.span(item),
        to: rows.text(item, "to")?,
        hosts: rows.texts(item, "hosts"),
        matches: rows.matches(item),
    })
}

fn test(
    rows: &Rows<'_>,
    item: NodeId,
    namespace: Option<&At<String>>,
    document: &str,
) -> Option<TestRow> {
    let (request, expect) = (rows.get(item, "request")?, rows.get(item, "expect")?);
    let (headers, user) = (rows.get(request, "headers"), rows.get(request, "user"));
    Some(TestRow {
        namespace: namespace.cloned(),
        document: document.to_owned(),
        name: rows.text(item, "name")?,
        from: rows.text(request, "from"),
        to: rows.text(request, "to")?,
        port: rows.string(request, "port"),
        method: rows.string(request, "method")?,
        path: rows.string(request, "path")?,
        host: rows.string(request, "host"),
        headers: headers.map_or_else(Vec::new, |headers| rows.labels(headers, &[])),
        client: rows.string(request, "client"),
        user: user.and_then(|user| {
            let claims = rows.get(user, "claims").map(|claims| rows.json(claims));
            Some((rows.text(user, "issuer")?, claims.unwrap_or_else(|| json!({}))))
        }),
        at: rows.string(request, "at"),
        verdict: rows.text(expect, "verdict")?,
        status: rows.number(expect, "status").map(|status| status.value),
        operation: rows.string(expect, "operation"),
        rule: rows.string(expect, "rule"),
        destination: rows.string(expect, "destination"),
    })
}
