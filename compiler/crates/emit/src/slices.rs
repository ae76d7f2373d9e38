use meshc_link::{Mesh, Workload, WorkloadIx};
use meshc_snapshot::slice::{FORMAT, Route, Slice};

use crate::destination::{called, own_edges};
use crate::fragments::Fragments;
use crate::inbound::inbound;
use crate::places::Placing;
use crate::threads::in_parts;

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

/// Emits every workload, in the order of their names.
///
/// # Errors
/// Something that is no JSON; a mistake of ours.
pub fn emit(mesh: &Mesh) -> Result<Vec<Emitted>, serde_json::Error> {
    let (placing, fragments) = (Placing::new(mesh), Fragments::new(mesh)?);
    let all: Vec<(WorkloadIx, &Workload)> = mesh.each().collect();
    in_parts(&all, |(ix, workload)| one(mesh, (&placing, &fragments), *ix, workload))
}

fn one(
    mesh: &Mesh,
    (placing, fragments): (&Placing<'_>, &Fragments),
    ix: WorkloadIx,
    workload: &Workload,
) -> Result<Emitted, serde_json::Error> {
    let slice = Slice {
        destinations: Vec::new(),
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
        slice: with_destinations(mesh, fragments, (ix, workload), &slice)?,
    })
}

/// Writes a slice, its destinations in the place of none.
fn with_destinations(
    mesh: &Mesh,
    fragments: &Fragments,
    (ix, workload): (WorkloadIx, &Workload),
    slice: &Slice,
) -> Result<Vec<u8>, serde_json::Error> {
    const HEAD: &[u8] = b"{\"destinations\":[";
    let rest = serde_json::to_vec(slice)?;
    let mut text = HEAD.to_vec();
    for (callee, callee_workload, edges) in called(mesh, ix) {
        if text.len() > HEAD.len() {
            text.push(b',');
        }
        fragments.write((workload, (callee, callee_workload)), edges, &mut text)?;
    }
    text.extend_from_slice(rest.get(HEAD.len()..).unwrap_or_default());
    Ok(text)
}

fn routes(mesh: &Mesh, ix: WorkloadIx, workload: &Workload) -> Vec<Route> {
    if !workload.is_gateway() {
        return Vec::new();
    }
    let own = own_edges(mesh, ix).iter();
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
