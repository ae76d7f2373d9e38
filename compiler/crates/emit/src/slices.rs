use meshc_link::{Mesh, Workload, WorkloadIx};
use meshc_snapshot::slice::{FORMAT, Route, Slice};

use crate::destination::destinations;
use crate::inbound::inbound;
use crate::places::Placing;

/// The two blobs of one workload.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Emitted {
    /// `namespace/name`.
    pub workload: String,
    /// The slice, as RFC 8785 JSON.
    pub slice: Vec<u8>,
    /// Its places, as RFC 8785 JSON.
    pub places: Vec<u8>,
}

/// Threads that emit.
const THREADS: usize = 2;

/// Emits every workload, in the order of their names.
///
/// # Errors
/// Something that is no JSON; a mistake of ours.
pub fn emit(mesh: &Mesh) -> Result<Vec<Emitted>, serde_json::Error> {
    let placing = Placing::new(mesh);
    let all: Vec<(WorkloadIx, &Workload)> = mesh.each().collect();
    let half = all.len().div_ceil(THREADS).max(1);
    let mut parts: Vec<Result<Vec<Emitted>, serde_json::Error>> = Vec::new();
    std::thread::scope(|scope| {
        let work = |part: &[(WorkloadIx, &Workload)]| {
            part.iter().map(|(ix, workload)| one(mesh, &placing, *ix, workload)).collect()
        };
        let handles: Vec<_> =
            all.chunks(half).map(|part| scope.spawn(move || work(part))).collect();
        for handle in handles {
            match handle.join() {
                Ok(part) => parts.push(part),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
    });
    let parts: Vec<Vec<Emitted>> = parts.into_iter().collect::<Result<_, _>>()?;
    Ok(parts.into_iter().flatten().collect())
}

fn one(
    mesh: &Mesh,
    placing: &Placing<'_>,
    ix: WorkloadIx,
    workload: &Workload,
) -> Result<Emitted, serde_json::Error> {
    let slice = Slice {
        destinations: destinations(mesh, ix, workload),
        format: FORMAT,
        inbound: inbound(mesh, workload),
        routes: routes(mesh, ix, workload),
        trust_domain: mesh.trust_domain.clone(),
        workload: workload.id.clone(),
    };
    // The fields of both types are declared in the order of RFC 8785, their keys are ASCII and their
    // numbers integers: plain serialisation is the canonical form.
    Ok(Emitted {
        workload: workload.id.clone(),
        places: serde_json::to_vec(&placing.places(ix, workload, &slice))?,
        slice: serde_json::to_vec(&slice)?,
    })
}

fn routes(mesh: &Mesh, ix: WorkloadIx, workload: &Workload) -> Vec<Route> {
    if !workload.is_gateway() {
        return Vec::new();
    }
    let own = mesh.edges.iter().filter(|edge| edge.caller == ix);
    own.filter_map(|edge| {
        let row = workload.row.routes.get(edge.item as usize)?;
        let callee = mesh.workload(edge.callee)?;
        let operation = edge.operation.and_then(|at| callee.operations.get(at as usize));
        let mut hosts: Vec<String> = row.hosts.iter().map(|host| host.value.clone()).collect();
        hosts.sort_unstable();
        let mut matches: Vec<_> = row.matches.iter().map(|one| one.value.clone()).collect();
        if matches.is_empty() {
            matches = operation.map_or_else(Vec::new, |operation| operation.matches.clone());
        }
        Some(Route {
            destination: callee.id.clone(),
            hosts,
            matches,
            name: row.name.clone().unwrap_or_else(|| format!("routes[{}]", edge.item)),
            operation: operation.map(|operation| operation.name.clone()),
        })
    })
    .collect()
}
