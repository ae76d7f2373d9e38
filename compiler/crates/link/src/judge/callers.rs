//! Callers of rules that stand for many, for none, or that could never be there.

use meshc_check::unit::{At, RuleRow};
use meshc_check::{Finding, nearest};

use super::Report;
use crate::federation::fault;
use crate::mesh::{Workload, WorkloadIx};
use crate::resolve::Reference;

/// Names that a finding lists at most.
const LISTED: usize = 5;

pub(super) fn judge(report: &mut Report<'_>, ix: WorkloadIx, workload: &Workload) {
    let row = &workload.row;
    let rules = row.allow.iter().map(|rule| (rule, true));
    let rules = rules.chain(row.deny.iter().map(|rule| (rule, false)));
    // What a Baseline adds is its own affair, not that of each service.
    for (rule, allows) in rules.filter(|(rule, _)| !rule.damaged && !rule.added) {
        namespaces(report, workload, rule, allows);
        if workload.is_gateway() {
            nobody(report, workload, rule);
        } else {
            addressed(report, workload, rule);
            client(report, (ix, workload), rule, allows);
        }
    }
}

/// Whole namespaces and trust domains as callers: nobody (MC209), or many (MC519).
fn namespaces(report: &mut Report<'_>, workload: &Workload, rule: &RuleRow, allows: bool) {
    for from in rule.from.iter().flatten() {
        let Some(namespace) = from.value.strip_suffix("/*") else { continue };
        if !report.namespaces().contains(namespace) {
            continue; // Reported as unknown.
        }
        let found: Vec<&Workload> =
            report.mesh.inside(namespace).filter(|one| one.id != workload.id).collect();
        if found.is_empty() {
            // Documents that could not be understood may declare somebody there.
            report.unknown = true;
            let meant = || !nearest(namespace, report.unlisted().iter().copied()).is_empty();
            if !report.mesh.gaps.is_empty() || meant() {
                continue;
            }
            let message = format!("namespace {namespace} holds nobody whom `{}` means", from.value);
            let finding = Finding::new("MC209", from.span, message)
                .help("declare its workloads, or leave it out");
            report.add(workload, finding);
        } else if allows {
            many(report, workload, from, &found);
        }
    }
    for from in rule.federated.iter().filter(|_| allows) {
        let below = from.value.strip_prefix("spiffe://").and_then(|id| id.strip_suffix("/*"));
        let known = |domain: &str| {
            let mut federated = report.mesh.federation.iter();
            federated.any(|one| one.trust_domain == domain)
        };
        if let Some(domain) = below.filter(|domain| !domain.contains('/') && known(domain)) {
            let message = format!("every workload of {domain} is admitted");
            let finding = Finding::new("MC519", from.span, message)
                .help("name the path that its operators keep for these callers");
            report.add(workload, finding);
        }
    }
}

fn many(report: &mut Report<'_>, workload: &Workload, from: &At<String>, found: &[&Workload]) {
    let names: Vec<String> =
        found.iter().take(LISTED).map(|one| format!("`{}`", one.row.name.value)).collect();
    let more = match found.len().saturating_sub(LISTED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let message = format!("`{}` admits {}{more}", from.value, names.join(", "));
    let finding = Finding::new("MC519", from.span, message)
        .help("name the callers; whoever is added to the namespace is admitted too");
    report.add(workload, finding);
}

/// Callers with an identity at a gateway, to which nobody proves one (MC317).
fn nobody(report: &mut Report<'_>, gateway: &Workload, rule: &RuleRow) {
    let mesh = report.mesh;
    // What nothing has as a name is reported as that.
    let exists = |from: &&At<String>| match from.value.strip_suffix("/*") {
        Some(namespace) => report.namespaces().contains(namespace),
        None if from.value == "anyone" => true,
        None => {
            let id = Reference::of(&from.value, &gateway.namespace).id();
            mesh.workload_named(&id).is_some()
        }
    };
    let named: Vec<&At<String>> = rule.from.iter().flatten().filter(exists).collect();
    let federated = rule.federated.iter().filter(|one| fault(mesh, one).is_none());
    for from in named.into_iter().chain(federated) {
        let message =
            format!("`{}` never comes: nobody proves an identity to a gateway", from.value);
        let finding = Finding::new("MC317", from.span, message)
            .help("name `anonymous`, and narrow it by `client`, `user` or `when`");
        report.add(gateway, finding);
    }
}

/// A condition on the client behind a gateway, where no gateway leads (MC317).
fn client(
    report: &mut Report<'_>,
    (ix, workload): (WorkloadIx, &Workload),
    rule: &RuleRow,
    allows: bool,
) {
    let mesh = report.mesh;
    let mut callers = mesh.graph.callers(ix).iter().filter_map(|ix| mesh.workload(*ix));
    if rule.client.is_empty() || callers.any(Workload::is_gateway) {
        return;
    }
    report.unknown = true;
    if report.perhaps_routed(workload) {
        return;
    }
    let so = if allows { "this never admits" } else { "this denies whoever it names" };
    let message = format!("no gateway leads to `{}`, so no client is known and {so}", workload.id);
    let finding = Finding::new("MC317", rule.span, message)
        .help("ask for the client at the gateway, or for `source`, the connection's peer");
    report.add(workload, finding);
}

/// Addresses asked of workloads that prove who they are (MC522).
fn addressed(report: &mut Report<'_>, workload: &Workload, rule: &RuleRow) {
    let Some(from) = rule.from.as_ref().filter(|from| !from.is_empty()) else { return };
    let unknown = from.iter().any(|from| from.value == "anonymous") || !rule.federated.is_empty();
    if rule.source.is_empty() || unknown {
        return;
    }
    let message = format!("a rule of `{}` asks known callers for their address", workload.id);
    let finding = Finding::new("MC522", rule.span, message)
        .help("leave `source` out: the identity is proved, an address moves with every deployment");
    report.add(workload, finding);
}
