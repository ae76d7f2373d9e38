use meshc_link::{Mesh, Workload, WorkloadIx};
use meshc_snapshot::capability::Needs;
use meshc_snapshot::manifest::Named;
use meshc_snapshot::slice::FORMAT;

use crate::destination::{Called, routes};
use crate::fragments::Fragments;
use crate::inbound::Inbound;
use crate::json::{Json, key};
use crate::operations::matching;
use crate::places::{Lines, Placing};
use crate::rules::numbered;
use crate::threads::in_parts;

/// Threads that emit; a third gains nothing on the two cores of most runners.
pub const THREADS: usize = 2;

/// The two blobs of one workload, while they are at hand.
#[derive(Clone, Copy, Debug)]
pub struct Blobs<'a> {
    /// `namespace/name`.
    pub workload: &'a str,
    /// The slice, as RFC 8785 JSON.
    pub slice: &'a [u8],
    /// Its places, as RFC 8785 JSON.
    pub places: &'a [u8],
    /// What the slice asks of a runtime.
    pub needs: Needs,
}

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

/// What slices share.
struct Shared<'m> {
    mesh: &'m Mesh,
    lines: Lines<'m>,
    fragments: Fragments,
    inbound: Inbound<'m>,
}

/// Gives what `take` makes of every workload's blobs, in the order of their names. `take` is called
/// on up to that many threads, in any order; a blob is there only as long as it is looked at.
///
/// # Errors
/// Something that is no JSON; a mistake of ours.
pub fn each<R: Send>(
    mesh: &Mesh,
    threads: usize,
    take: impl Fn(&Blobs<'_>) -> R + Sync,
) -> Result<Vec<R>, serde_json::Error> {
    let size = mesh.workloads.len().div_ceil(threads.max(1)).max(1);
    let lines = Lines::new(mesh);
    let fragments = Fragments::new(&lines, size)?;
    let shared = Shared { mesh, lines, fragments, inbound: Inbound::new(mesh) };
    let all: Vec<(WorkloadIx, &Workload)> = mesh.each().collect();
    let parts = in_parts(&all, size, |some| shared.part(some, &take));
    let mut made = Vec::with_capacity(all.len());
    for part in parts {
        made.extend(part?);
    }
    Ok(made)
}

/// Emits every workload, in the order of their names.
///
/// # Errors
/// Something that is no JSON; a mistake of ours.
pub fn emit(mesh: &Mesh) -> Result<Vec<Emitted>, serde_json::Error> {
    each(mesh, THREADS, |blobs| Emitted {
        workload: blobs.workload.to_owned(),
        slice: blobs.slice.to_vec(),
        places: blobs.places.to_vec(),
    })
}

impl Blobs<'_> {
    /// Names them, for a manifest.
    #[must_use]
    pub fn named(&self) -> Named {
        Named::new(self.workload, self.slice, self.places, self.needs)
    }
}

impl Shared<'_> {
    /// Emits some workloads, all into the same memory.
    fn part<R>(
        &self,
        some: &[(WorkloadIx, &Workload)],
        take: impl Fn(&Blobs<'_>) -> R,
    ) -> Result<Vec<R>, serde_json::Error> {
        let (mut slice, mut places) = (Json::default(), Json::default());
        let mut placing = Placing::new(&self.lines, &self.fragments);
        let mut made = Vec::with_capacity(some.len());
        for &(ix, workload) in some {
            let called = Called::new(self.mesh, ix);
            slice.clear();
            let needs = self.slice((ix, workload), &called, &mut slice);
            places.clear();
            placing.write((ix, workload), &called, &mut places);
            slice.fault()?;
            places.fault()?;
            let (slice, places) = (slice.bytes(), places.bytes());
            made.push(take(&Blobs { workload: &workload.id, slice, places, needs }));
        }
        Ok(made)
    }

    fn slice(
        &self,
        (ix, workload): (WorkloadIx, &Workload),
        called: &Called<'_>,
        json: &mut Json,
    ) -> Needs {
        let mut needs = Needs::LEAST;
        let own = self.fragments.of(ix);
        json.object(|object| {
            object.key(key!("destinations")).list(called.each(), |json, (callee, edges)| {
                let both = self.mesh.workload(callee).zip(self.fragments.of(callee));
                if let Some((callee, fragment)) = both {
                    needs.join(fragment.needs());
                    let near = callee.namespace == workload.namespace;
                    fragment.write(callee, near, edges, json);
                }
            });
            object.key(key!("format")).number(FORMAT);
            if let Some(own) = own {
                self.inbound.write(workload, own, object.key(key!("inbound")), &mut needs);
            }
            self.routes((ix, workload), object.key(key!("routes")), &mut needs);
            object.key(key!("trustDomain")).text(&self.mesh.trust_domain);
            object.key(key!("workload")).text(&workload.id);
        });
        needs
    }

    fn routes(&self, (ix, workload): (WorkloadIx, &Workload), json: &mut Json, needs: &mut Needs) {
        json.list(routes(self.mesh, ix, workload), |json, (edge, row, callee)| {
            needs.route();
            let operation = edge.operation.and_then(|at| callee.operations.get(at as usize));
            let mut hosts: Vec<&str> = row.hosts.iter().map(|host| host.value.as_str()).collect();
            hosts.sort_unstable();
            let inherited = operation.filter(|_| row.matches.is_empty());
            let inherited = inherited.iter().flat_map(|operation| &*operation.matches);
            let matches = row.matches.iter().map(|one| &one.value).chain(inherited);
            json.object(|object| {
                object.key(key!("destination")).text(&callee.id);
                object.key(key!("hosts")).texts(hosts);
                object.key(key!("matches")).list(matches, |json, one| matching(one, json, needs));
                match &row.name {
                    Some(name) => object.key(key!("name")).text(name),
                    None => object.key(key!("name")).text(&numbered("routes", edge.item as usize)),
                }
                let name = operation.map(|operation| operation.name.as_str());
                object.optional(key!("operation"), name, Json::text);
            });
        });
    }
}
