use meshc_check::unit::{At, PortRow};
use meshc_check::{Finding, did_you_mean, nearest};
use meshc_decide::overlap::common_host;
use meshc_snapshot::slice::Protocol;

use super::Report;
use super::hosts::may_claim;
use crate::mesh::{Edge, Workload, WorkloadIx};

/// A gateway's route leads to exactly one HTTP port.
pub(super) fn judge(report: &mut Report<'_>, ix: WorkloadIx, gateway: &Workload) {
    if !gateway.is_gateway() {
        return;
    }
    let start = report.mesh.edges.partition_point(|edge| edge.caller < ix);
    let edges = report.mesh.edges.get(start..).unwrap_or_default();
    for edge in edges.iter().take_while(|edge| edge.caller == ix) {
        route(report, gateway, edge);
    }
    for host in gateway.row.routes.iter().flat_map(|route| &route.hosts) {
        listened(report, gateway, host);
    }
}

/// A host of a route that no listener takes (MC304).
fn listened(report: &mut Report<'_>, gateway: &Workload, host: &At<String>) {
    let listeners = &gateway.row.ports;
    let takes = |one: &PortRow| {
        let hosts = &one.hosts;
        hosts.is_empty() || hosts.iter().any(|two| common_host(&host.value, &two.value).is_some())
    };
    if gateway.row.ports_unclear || listeners.iter().any(takes) {
        return;
    }
    // Of what it may not claim another name was meant; that is reported (MC216).
    let mut hosts = listeners.iter().flat_map(|one| &one.hosts).chain([host]);
    if !hosts.all(|one| may_claim(report.mesh, gateway, &one.value)) {
        return;
    }
    let message = format!("no listener of `{}` takes `{}`", gateway.id, host.value);
    let names = listeners.iter().flat_map(|one| &one.hosts).map(|one| one.value.as_str());
    let advice = "add the host to a listener, or take it from the route";
    let help = did_you_mean(&nearest(&host.value, names))
        .map_or_else(|| advice.to_owned(), |hint| format!("{hint}; {advice}"));
    report.add(gateway, Finding::new("MC304", host.span, message).help(help));
}

fn route(report: &mut Report<'_>, gateway: &Workload, edge: &Edge) {
    let Some(callee) = report.mesh.workload(edge.callee) else { return };
    let operation = edge.operation.and_then(|at| callee.operations.get(at as usize));
    let http = (0_u32..).zip(&callee.row.ports).filter(|(at, port)| {
        port.protocol == Protocol::Http && operation.is_none_or(|one| one.ports.contains(at))
    });
    if callee.operations_unclear() {
        return;
    }
    let names: Vec<String> = http.map(|(_, port)| format!("`{}`", port.name.value)).collect();
    let named = edge.operation.map_or("", |_| "the operation of ");
    let (message, help) = match names.as_slice() {
        [_] => return,
        [] => (
            format!("{named}`{}` speaks no HTTP", callee.id),
            "a route carries HTTP; let a service inside the mesh call the TCP port",
        ),
        several => (
            format!("{named}`{}` answers on several ports: {}", callee.id, several.join(", ")),
            "name an operation that is tied to one port (`port: NAME`)",
        ),
    };
    let place = (callee.file, callee.row.name.span, format!("`{}` is declared here", callee.id));
    report.add_with(gateway, Finding::new("MC205", edge.span, message).help(help), place);
}
