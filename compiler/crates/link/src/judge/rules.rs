use meshc_check::unit::{At, RuleRow};
use meshc_check::{Finding, did_you_mean, nearest};
use meshc_decide::overlap::carved;
use meshc_snapshot::slice::Protocol;

use super::Report;
use super::ports::{shown, twice};
use crate::mesh::Workload;
use crate::resolve::{Home, Reference, unknown_workload};

pub(super) fn judge(report: &mut Report<'_>, workload: &Workload) {
    for (what, rules) in [("rule", &workload.row.allow), ("rule", &workload.row.deny)] {
        let named = rules.iter().filter_map(|rule| Some((rule.name.as_deref()?, rule.span)));
        twice(report, workload.file, what, named);
        for rule in rules {
            callers(report, workload.home(), rule);
            anonymous(report, workload, rule);
            operations(report, workload, rule.operations.as_deref().unwrap_or_default());
            conditions(report, workload, rule);
        }
    }
    for rule in &workload.row.deny {
        opened_by_naming(report, workload, rule);
    }
    for item in &workload.row.traffic {
        operations(report, workload, item.operations.as_deref().unwrap_or_default());
    }
}

/// Callers that are named must exist.
pub(super) fn callers(report: &mut Report<'_>, home: Home<'_>, rule: &RuleRow) {
    for caller in &rule.federated {
        if let Some(finding) = crate::federation::fault(report.mesh, caller) {
            report.unknown = true;
            report.add_in(home.file, finding, None);
        }
    }
    for from in rule.from.iter().flatten() {
        if matches!(from.value.as_str(), "anyone" | "anonymous") {
            continue;
        }
        if let Some(namespace) = from.value.strip_suffix("/*") {
            if !report.namespaces().contains(namespace) {
                let message = format!("nothing is declared in namespace `{namespace}`");
                let help = did_you_mean(&nearest(namespace, report.namespaces().iter().copied()));
                let finding = Finding { help, ..Finding::new("MC202", from.span, message) };
                report.unknown = true;
                report.add_in(home.file, finding, None);
            }
            continue;
        }
        let reference = Reference::of(&from.value, home.namespace);
        let id = reference.key();
        if report.mesh.external(&id).is_some() {
            let message = format!("`{}` is outside the mesh and has no identity here", from.value);
            let help = "write `anonymous`, with `when: {source: {cidr: […]}}` to say from where";
            report.add_in(home.file, Finding::new("MC201", from.span, message).help(help), None);
            continue;
        }
        if report.mesh.workload_named(&id).is_none() {
            report.unknown = true;
            let unknown = unknown_workload(report.mesh, home, &reference, from);
            if let Some(finding) = unknown.finding {
                report.add_in(home.file, finding, None);
            }
        }
    }
}

/// Somebody without an identity cannot reach a port that demands one.
fn anonymous(report: &mut Report<'_>, workload: &Workload, rule: &RuleRow) {
    let all = rule.from.iter().flatten().filter(|from| from.value == "anonymous");
    for from in all.filter(|_| !workload.is_gateway()) {
        let finding = Finding::new("MC402", from.span, "every port here demands an identity")
            .help("`anonymous` belongs on a gateway; name the callers instead");
        report.add(workload, finding);
    }
}

/// Operations that are named must exist.
pub(super) fn operations(report: &mut Report<'_>, workload: &Workload, named: &[At<String>]) {
    for operation in named.iter().filter(|_| !workload.operations_unclear()) {
        if operation.value == "rest" || workload.operation(&operation.value).is_some() {
            continue;
        }
        let message = format!("`{}` is not an operation of `{}`", operation.value, workload.id);
        let names = workload.operations.iter().map(|one| one.name.as_str());
        let near = nearest(&operation.value, names);
        report.unknown |= near.is_empty();
        if near.is_empty() && report.mesh.may_lack("Baseline") {
            continue;
        }
        let help = did_you_mean(&near);
        report.add(workload, Finding { help, ..Finding::new("MC201", operation.span, message) });
    }
}

/// A deny that names an operation, and another operation that takes requests out of it (language
/// reference, section 5: a deny cannot be opened by naming).
fn opened_by_naming(report: &mut Report<'_>, workload: &Workload, rule: &RuleRow) {
    let Some(named) = rule.operations.as_ref().filter(|_| !rule.damaged) else { return };
    let readings = report.mesh.values(workload).readings().value;
    let is_named = |name: &str| named.iter().any(|one| one.value == name);
    for wide in named {
        let Some(at) = workload.operation(&wide.value) else { continue };
        for found in carved(&workload.operations, &readings, at as usize) {
            let Some(narrow) = workload.operations.get(found.other.0) else { continue };
            let row = workload.row.operations.iter().find(|row| row.name.value == narrow.name);
            let Some(row) = row.filter(|_| !is_named(&narrow.name)) else { continue };
            let message = format!(
                "`{}` takes {} out of `{}`, which this deny names",
                narrow.name,
                shown(&found.example),
                wide.value
            );
            let help = format!("name `{}` in the deny too, or deny by `match`", narrow.name);
            let place =
                (workload.file, row.name.span, format!("`{}` is declared here", narrow.name));
            let finding = Finding::new("MC532", wide.span, message).help(help);
            report.add_with(workload, finding, place);
        }
    }
}

/// A condition on a request that meets a port that carries none.
fn conditions(report: &mut Report<'_>, workload: &Workload, rule: &RuleRow) {
    if rule.damaged {
        return;
    }
    if rule.operations.is_none() {
        unlimited_conditions(report, workload, rule);
    }
    let condition = of_requests(rule).filter(|_| !workload.operations_unclear());
    let Some(condition) = condition else { return };
    for operation in rule.operations.iter().flatten() {
        let opaque = workload
            .operation(&operation.value)
            .and_then(|at| workload.operations.get(at as usize))
            .is_some_and(|one| one.matches.is_empty());
        if opaque {
            let message =
                format!("`{}` carries no HTTP, so `{condition}` can never hold", operation.value);
            let finding = Finding::new("MC517", operation.span, message)
                .help("part the rule: one for HTTP operations, one for the TCP port");
            report.add(workload, finding);
        }
    }
}

/// The field of a rule that asks something of a request which a connection does not have; the client
/// is one that a header field names.
pub(super) fn of_requests(rule: &RuleRow) -> Option<&'static str> {
    if !(rule.headers.is_empty() && rule.query.is_empty() && rule.client.is_empty()) {
        return Some("when");
    }
    rule.user.as_ref().map(|_| "user")
}

/// The same for a rule without `operations`: with `match` it is about HTTP requests, of which there
/// must be some; with `when` alone about every port.
fn unlimited_conditions(report: &mut Report<'_>, workload: &Workload, rule: &RuleRow) {
    let ports = &workload.row.ports;
    let Some(opaque) = ports.iter().find(|port| port.protocol == Protocol::Tcp) else { return };
    let opaque = &opaque.name.value;
    if let Some(first) = rule.matches.first() {
        if ports.iter().all(|port| port.protocol == Protocol::Tcp) {
            let message = format!("`{opaque}` carries no HTTP, so `match` can never hold");
            let finding = Finding::new("MC517", first.span, message)
                .help("without `match` the rule denies connections");
            report.add(workload, finding);
        }
    } else if let Some(condition) = of_requests(rule) {
        let message = format!("`{condition}` can never hold on `{opaque}`, which carries no HTTP");
        let finding = Finding::new("MC517", rule.span, message)
            .help("name the HTTP operations that the rule is about");
        report.add(workload, finding);
    }
}
