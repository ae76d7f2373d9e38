use std::collections::BTreeSet;

use meshc_check::unit::{At, RuleRow};
use meshc_link::defaults::{REQUEST_TIMEOUT_MS, RETRY_ATTEMPTS};
use meshc_link::{Guardrail, Mesh, Workload, trust_domain_of};
use meshc_snapshot::slice::{
    Federated, From, Inbound, Listener, Operation, Probe, Protocol, RateLimit, Retry, Rule, Tls,
    User,
};

/// What a workload accepts.
pub(crate) fn inbound(mesh: &Mesh, workload: &Workload) -> Inbound {
    let row = &workload.row;
    Inbound {
        allow: rules(mesh, &workload.namespace, &row.allow, "allow"),
        authorities: authorities(mesh, workload),
        audit: workload.row.audit,
        gateways: gateways(mesh, workload),
        guardrails: guardrails(mesh, workload),
        deny: rules(mesh, &workload.namespace, &row.deny, "deny"),
        federated: federated(mesh, workload),
        identity: workload.identity.clone(),
        issuers: mesh.issuers_of(workload).filter_map(|one| one.sliced.clone()).collect(),
        listeners: listeners(mesh, workload),
        operations: operations(mesh, workload),
        probes: row
            .probes
            .iter()
            .map(|(path, port)| Probe { path: path.value.clone(), port: port.value.clone() })
            .collect(),
        rate_limits: rate_limits(mesh, workload),
        readings: mesh.values(workload).readings().value,
    }
}

/// The operations, sorted; with `rest` among them where its timeout is not the language's default.
pub(crate) fn operations(mesh: &Mesh, workload: &Workload) -> Vec<Operation> {
    let mut all = workload.operations.clone();
    let timeout_ms = mesh.values(workload).timeout().value;
    let http = (0_u32..).zip(&workload.row.ports);
    let ports: Vec<u32> =
        http.filter(|(_, port)| port.protocol == Protocol::Http).map(|(index, _)| index).collect();
    if timeout_ms != REQUEST_TIMEOUT_MS && !ports.is_empty() {
        let at = all.partition_point(|one| one.name.as_str() < REST);
        let retry = Retry { attempts: RETRY_ATTEMPTS, on: None, per_try_ms: None };
        let (matches, name) = (Vec::new(), REST.to_owned());
        all.insert(at, Operation { idempotent: false, matches, name, ports, retry, timeout_ms });
    }
    all
}

/// The operation of what no other one matches.
const REST: &str = "rest";

/// Every name a service answers to, sorted; none for a gateway, which takes any.
pub(crate) fn authorities(mesh: &Mesh, workload: &Workload) -> Vec<String> {
    if workload.is_gateway() {
        return Vec::new();
    }
    let (name, namespace) = (&workload.row.name.value, &workload.namespace);
    let mut all =
        vec![name.clone(), format!("{name}.{namespace}"), format!("{name}.{namespace}.svc")];
    if let Some(suffix) = &mesh.cluster_suffix {
        let longer: Vec<String> = all.iter().map(|short| format!("{short}.{suffix}")).collect();
        all.extend(longer);
    }
    all.extend(workload.row.hosts.iter().map(|host| host.value.clone()));
    all.sort_unstable();
    all.dedup();
    all
}

/// The trust domains that a rule names, with their bundles. Nobody proves an identity to a gateway.
fn federated(mesh: &Mesh, workload: &Workload) -> Vec<Federated> {
    if workload.is_gateway() {
        return Vec::new();
    }
    let callers = mesh.rules_of(workload).flat_map(|rule| &rule.federated);
    let named: BTreeSet<&str> = callers.map(|one| trust_domain_of(&one.value)).collect();
    let known = mesh.federation.iter().filter(|one| named.contains(one.trust_domain.as_str()));
    known
        .filter_map(|one| {
            let (bundle, trust_domain) = (one.bundle.clone()?, one.trust_domain.clone());
            Some(Federated { bundle, trust_domain })
        })
        .collect()
}

/// The gateways whose word about a client counts, where a rule asks for it; a gateway needs nobody's.
fn gateways(mesh: &Mesh, workload: &Workload) -> Vec<String> {
    let mut rules = mesh.rules_of(workload);
    if workload.is_gateway() || rules.all(|rule| rule.client.is_empty()) {
        return Vec::new();
    }
    let gateways = mesh.workloads.iter().filter(|one| one.is_gateway());
    let mut all: Vec<String> = gateways.map(|one| one.identity.clone()).collect();
    all.sort_unstable();
    all
}

fn listeners(mesh: &Mesh, workload: &Workload) -> Vec<Listener> {
    let ports = workload.row.ports.iter();
    ports
        .map(|port| {
            let mut hosts: Vec<String> = port.hosts.iter().map(|host| host.value.clone()).collect();
            hosts.sort_unstable();
            Listener {
                certificate: port.certificate.clone(),
                hosts,
                name: port.name.value.clone(),
                port: port.port.value,
                protocol: port.protocol,
                target: mesh.values(workload).target(port).value,
                tls: match (workload.is_gateway(), &port.certificate) {
                    (false, _) => Tls::Mutual,
                    (true, Some(_)) => Tls::Terminate,
                    (true, None) => Tls::None,
                },
            }
        })
        .collect()
}

/// The rules of the guardrails over a workload, by their names; those of a waived one hold from the
/// end of its waiver.
fn guardrails(mesh: &Mesh, workload: &Workload) -> Vec<Rule> {
    let of = |(one, since): (&Guardrail, Option<i64>)| -> Vec<Rule> {
        let named = one.row.deny.iter().map(|row| (one.rule_name(row), row));
        let rule = |(name, row)| Rule { since, ..rule(mesh, &workload.namespace, row, name) };
        named.map(rule).collect()
    };
    mesh.guardrails_of(workload).flat_map(of).collect()
}

fn rules(mesh: &Mesh, namespace: &str, rows: &[RuleRow], list: &str) -> Vec<Rule> {
    let name = |number: usize, row: &RuleRow| {
        row.name.clone().unwrap_or_else(|| format!("{list}[{number}]"))
    };
    let named = rows.iter().enumerate();
    named.map(|(number, row)| rule(mesh, namespace, row, name(number, row))).collect()
}

/// A rule as a slice holds it; a caller without a namespace is one of `namespace`.
fn rule(mesh: &Mesh, namespace: &str, row: &RuleRow, name: String) -> Rule {
    Rule {
        audit: row.audit,
        client: row.client.clone(),
        from: from(mesh, namespace, row),
        headers: row.headers.clone(),
        hours: row.hours.clone(),
        matches: row.matches.iter().map(|one| one.value.clone()).collect(),
        name,
        operations: row.operations.as_deref().map(sorted),
        query: row.query.clone(),
        since: None,
        source: row.source.clone(),
        until: row.until,
        user: row
            .user
            .as_ref()
            .map(|user| User { claims: user.claims.clone(), issuer: user.issuer.value.clone() }),
    }
}

fn rate_limits(mesh: &Mesh, workload: &Workload) -> Vec<RateLimit> {
    let values = mesh.values(workload);
    let rows = workload.row.rate_limits.iter().enumerate();
    rows.map(|(number, row)| RateLimit {
        burst: values.burst(row).value,
        count: row.count.value,
        name: row.name.clone().unwrap_or_else(|| format!("rateLimits[{number}]")),
        operations: row.operations.as_deref().map(sorted),
        per: values.per(row).value,
        period_ms: row.period_ms,
    })
    .collect()
}

fn sorted(named: &[At<String>]) -> Vec<String> {
    let mut names: Vec<String> = named.iter().map(|one| one.value.clone()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn from(mesh: &Mesh, namespace: &str, row: &RuleRow) -> From {
    let Some(callers) = &row.from else { return From { everyone: true, ..From::default() } };
    let mut from = From::default();
    for caller in callers {
        match caller.value.as_str() {
            "anyone" => from.anyone = true,
            "anonymous" => from.anonymous = true,
            text => match text.strip_suffix("/*") {
                Some(all) => from.namespaces.push(all.to_owned()),
                None => {
                    let id = match text.split_once('/') {
                        Some(_) => text.to_owned(),
                        None => format!("{namespace}/{text}"),
                    };
                    let found = mesh.workload_named(&id).and_then(|ix| mesh.workload(ix));
                    from.identities.extend(found.map(|one| one.identity.clone()));
                }
            },
        }
    }
    for one in &row.federated {
        match one.value.strip_suffix('*') {
            Some(above) => from.prefixes.push(above.to_owned()),
            None => from.identities.push(one.value.clone()),
        }
    }
    from.prefixes.sort_unstable();
    from.prefixes.dedup();
    from.identities.sort_unstable();
    from.identities.dedup();
    from.namespaces.sort_unstable();
    from.namespaces.dedup();
    from
}
