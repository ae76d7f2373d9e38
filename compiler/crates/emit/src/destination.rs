use meshc_check::unit::InstanceRow;
use meshc_link::{Edge, Mesh, Workload, WorkloadIx};
use meshc_snapshot::slice::{Call, Cluster, Destination, Endpoint, Port, Traffic, Weighted};

use crate::inbound::{authorities, operations};

/// Where a workload may send, sorted by the name of who is called.
pub(crate) fn destinations(mesh: &Mesh, ix: WorkloadIx, caller: &Workload) -> Vec<Destination> {
    let called = mesh.graph.callees(ix).iter().filter(|callee| **callee != ix);
    let mut all: Vec<Destination> = called
        .filter_map(|callee| {
            let workload = mesh.workload(*callee)?;
            Some(destination(mesh, caller, workload, &edges(mesh, ix, *callee)))
        })
        .collect();
    all.sort_by(|a, b| a.workload.cmp(&b.workload));
    all
}

/// The edges from one workload to another, in written order.
pub(crate) fn edges(mesh: &Mesh, caller: WorkloadIx, callee: WorkloadIx) -> Vec<Edge> {
    let start = mesh.edges.partition_point(|edge| edge.caller < caller);
    let own = mesh.edges.get(start..).unwrap_or_default().iter();
    own.take_while(|edge| edge.caller == caller)
        .filter(|edge| edge.callee == callee)
        .copied()
        .collect()
}

fn destination(mesh: &Mesh, caller: &Workload, callee: &Workload, edges: &[Edge]) -> Destination {
    let mut names = authorities(mesh, callee);
    if callee.namespace != caller.namespace {
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
    Destination {
        authorities: names,
        calls: edges.iter().map(|edge| call(callee, edge)).collect(),
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

fn call(callee: &Workload, edge: &Edge) -> Call {
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
