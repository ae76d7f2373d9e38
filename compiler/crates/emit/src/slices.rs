use meshc_link::{Mesh, Workload, WorkloadIx};
use meshc_snapshot::Digest;
use meshc_snapshot::capability::Needs;
use meshc_snapshot::manifest::Named;

use crate::destination::{Called, Outgoing};
use crate::fragments::{Fragment, Fragments};
use crate::json::Json;
use crate::places::{Paths, Placing};
use crate::threads::in_parts;

/// Threads that emit; a third gains nothing on the two cores of most runners.
pub const THREADS: usize = 2;

/// The blobs of one workload, while they are at hand.
#[derive(Clone, Copy, Debug)]
pub struct Blobs<'a> {
    /// `namespace/name`.
    pub workload: &'a str,
    /// The slice, as RFC 8785 JSON.
    pub slice: &'a [u8],
    /// Its places, as RFC 8785 JSON.
    pub places: &'a [u8],
    /// What it is to all its callers, as RFC 8785 JSON, by the name that their slices have for it;
    /// nothing where nobody calls it.
    pub callee: Option<(Digest, &'a [u8])>,
    /// What the slice asks of a runtime.
    pub needs: Needs,
}

/// The blobs of one workload.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Emitted {
    /// `namespace/name`.
    pub workload: String,
    /// The slice, as RFC 8785 JSON.
    pub slice: Vec<u8>,
    /// Its places, as RFC 8785 JSON.
    pub places: Vec<u8>,
    /// What it is to all its callers, where there are any.
    pub callee: Option<(Digest, Vec<u8>)>,
    /// What the slice asks of a runtime.
    pub needs: Needs,
}

/// What slices share.
struct Shared<'m> {
    mesh: &'m Mesh,
    fragments: Fragments,
    paths: Paths,
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
    let shared = Shared { mesh, fragments: Fragments::new(mesh, size)?, paths: Paths::new(mesh)? };
    let all: Vec<(WorkloadIx, &Workload)> = mesh.each().collect();
    let parts = in_parts(&all, size, |some| shared.part(some, &take));
    let mut made = Vec::with_capacity(all.len());
    parts.into_iter().for_each(|part| made.extend(part));
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
        callee: blobs.callee.map(|(name, callee)| (name, callee.to_vec())),
        needs: blobs.needs,
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
    fn part<R>(&self, some: &[(WorkloadIx, &Workload)], take: impl Fn(&Blobs<'_>) -> R) -> Vec<R> {
        let (mut slice, mut places) = (Json::default(), Json::default());
        let (mut outgoing, mut called) = (Outgoing::new(self.mesh), Called::default());
        let mut placing = Placing::new(&self.paths);
        let mut made = Vec::with_capacity(some.len());
        for &(ix, workload) in some {
            let Some(own) = self.fragments.of(ix) else { continue };
            called.fill(ix, outgoing.of(ix), &self.fragments);
            slice.clear();
            let needs = write(own, &called, &mut slice);
            places.clear();
            placing.write(own, &called, &mut places);
            let (slice, places) = (slice.bytes(), places.bytes());
            let (workload, callee) = (workload.id.as_str(), own.callee());
            made.push(take(&Blobs { workload, slice, places, callee, needs }));
        }
        made
    }
}

/// Writes a slice; gives what it asks for.
fn write(own: Fragment<'_>, called: &Called<'_>, json: &mut Json) -> Needs {
    let mut needs = own.needs();
    json.raw(b"{\"destinations\":");
    json.list(called.each(), |json, (callee, calls)| {
        needs.join(callee.called());
        callee.write_called(own.is_near(callee), calls.iter().map(|call| call.edge), json);
    });
    own.write_own(json);
    needs
}
