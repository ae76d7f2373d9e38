use meshc_check::unit::InstanceRow;
use meshc_link::{Edge, Mesh, Workload, WorkloadIx};
use meshc_snapshot::slice::{Call, Cluster, Destination, Endpoint, Port, Traffic, Weighted};

use crate::inbound::{authorities, operations};

/// A workload's own edges, in written order.
pub(crate) fn own_edges(mesh: &Mesh, caller: WorkloadIx) -> &[Edge] {
    let start = mesh.edges.partition_point(|edge| edge.caller < caller);
    let end = mesh.edges.partition_point(|edge| edge.caller <= caller);
    mesh.edges.get(start..end).unwrap_or_default()
}

/// Whom a workload may call, in the order of their names, each with the edges to it.
pub(crate) fn called(
    mesh: &Mesh,
    caller: WorkloadIx,
) -> impl Iterator<Item = (WorkloadIx, &Workload, impl Iterator<Item = &Edge>)> {
    let own = own_edges(mesh, caller);
    let others = mesh.graph.callees(caller).iter().filter(move |callee| **callee != caller);
    others.filter_map(move |callee| {
        let edges = own.iter().filter(move |edge| edge.callee == *callee);
        Some((*callee, mesh.workload(*callee)?, edges))
    })
}

/// A workload as callers of its own namespace see it, without what they declare of it.
pub(crate) fn destination(mesh: &Mesh, callee: &Workload) -> Destination {
    Destination {
        authorities: authorities_for(mesh, callee, true),
        calls: Vec::new(),
        clusters: clusters(callee),
        identity: callee.identity.clone(),
        operations: operations(mesh, callee),
        ports: callee
            .row
            .ports
            .iter()
            .map(|port| Port {
                name: port.name.value.clone(),
                port: port.port.value,
                protocol: port.protocol,
            })
            .collect(),
        readings: mesh.values(callee).readings().value,
        traffic: traffic(mesh, callee),
        workload: callee.id.clone(),
    }
}

/// The names by which a caller, of the same namespace or of another, may call a workload.
pub(crate) fn authorities_for(mesh: &Mesh, callee: &Workload, near: bool) -> Vec<String> {
    let mut names = authorities(mesh, callee);
    if !near {
        // Without a namespace a name means one of the caller's own.
        let own = &callee.row.name.value;
        let short = |name: &String| {
            let behind = name.strip_prefix(own.as_str());
            behind == Some("")
                || (behind.is_some_and(|rest| {
                    Some(rest.trim_start_matches('.')) == mesh.cluster_suffix.as_deref()
                }))
        };
        names.retain(|name| !short(name));
    }
    names
}

pub(crate) fn call(callee: &Workload, edge: &Edge) -> Call {
    let operation = edge.operation.and_then(|at| callee.operations.get(at as usize));
    Call {
        operation: operation.map(|operation| operation.name.clone()),
        timeout_ms: edge.timeout_ms,
    }
}

fn clusters(callee: &Workload) -> Vec<Cluster> {
    let all =
        Cluster { endpoints: callee.instances.iter().map(endpoint).collect(), name: String::new() };
    let mut versions: Vec<Cluster> = callee
        .row
        .versions
        .iter()
        .map(|version| {
            let has =
                |one: &&InstanceRow| version.labels.iter().all(|label| one.labels.contains(label));
            Cluster {
                endpoints: callee.instances.iter().filter(has).map(endpoint).collect(),
                name: version.name.value.clone(),
            }
        })
        .collect();
    versions.sort_by(|a, b| a.name.cmp(&b.name));
    core::iter::once(all).chain(versions).collect()
}

fn endpoint(instance: &InstanceRow) -> Endpoint {
    let zone = instance.labels.iter().find(|(name, _)| name == "zone");
    Endpoint { address: instance.address.value.clone(), zone: zone.map(|(_, value)| value.clone()) }
}

fn traffic(mesh: &Mesh, callee: &Workload) -> Vec<Traffic> {
    let values = mesh.values(callee);
    let items = callee.row.traffic.iter().enumerate();
    items
        .map(|(number, row)| {
            let operations = row.operations.as_ref().map(|named| {
                let mut names: Vec<String> = named.iter().map(|one| one.value.clone()).collect();
                names.sort_unstable();
                names.dedup();
                names
            });
            let mut to: Vec<Weighted> = row
                .to
                .iter()
                .map(|share| Weighted {
                    cluster: share.version.value.clone(),
                    weight: values.weight(share).value,
                })
                .collect();
            to.sort_by(|a, b| a.cluster.cmp(&b.cluster));
            Traffic {
                headers: row.headers.clone(),
                name: row.name.clone().unwrap_or_else(|| format!("traffic[{number}]")),
                operations,
                query: row.query.clone(),
                to,
            }
        })
        .collect()
}
