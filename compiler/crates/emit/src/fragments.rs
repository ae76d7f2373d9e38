use meshc_link::{Edge, Mesh, Workload, WorkloadIx};

use crate::destination::{authorities_for, call, destination};
use crate::threads::in_parts;

/// Every callee as its callers' slices hold it, written once: what callers declare of it is all that
/// differs between them.
pub(crate) struct Fragments {
    all: Vec<Option<Fragment>>,
}

/// A destination as JSON, apart from its `calls`.
struct Fragment {
    /// What is before them for a caller of the same namespace.
    near: Vec<u8>,
    /// The same for any other caller.
    far: Vec<u8>,
    behind: Vec<u8>,
}

impl Fragments {
    pub(crate) fn new(mesh: &Mesh) -> Result<Self, serde_json::Error> {
        let all: Vec<_> = mesh.each().collect();
        let all = in_parts(&all, |(ix, workload)| {
            let called = !mesh.graph.callers(*ix).is_empty();
            called.then(|| Fragment::new(mesh, workload)).transpose()
        })?;
        Ok(Self { all })
    }

    /// Adds a callee as the last of a slice's destinations; nothing for one that nobody calls.
    pub(crate) fn write<'e>(
        &self,
        (caller, callee): (&Workload, (WorkloadIx, &Workload)),
        edges: impl Iterator<Item = &'e Edge>,
        to: &mut Vec<u8>,
    ) -> Result<(), serde_json::Error> {
        let (ix, workload) = callee;
        let Some(fragment) = self.all.get(ix.index()).and_then(Option::as_ref) else {
            return Ok(());
        };
        let near = caller.namespace == workload.namespace;
        to.extend_from_slice(if near { &fragment.near } else { &fragment.far });
        let calls: Vec<_> = edges.map(|edge| call(workload, edge)).collect();
        serde_json::to_writer(&mut *to, &calls)?;
        to.extend_from_slice(&fragment.behind);
        Ok(())
    }
}

impl Fragment {
    fn new(mesh: &Mesh, callee: &Workload) -> Result<Self, serde_json::Error> {
        let whole = destination(mesh, callee);
        let near = head(&whole.authorities)?;
        let text = serde_json::to_vec(&whole)?;
        // The fields of a destination are declared in the order of RFC 8785: `authorities`, `calls`,
        // which are none yet, then the others.
        let behind = text.get(near.len().saturating_add(NONE.len())..).unwrap_or_default().to_vec();
        let far = head(&authorities_for(mesh, callee, false))?;
        Ok(Self { near, far, behind })
    }
}

/// An empty list.
const NONE: &str = "[]";

/// A destination up to its calls.
fn head(authorities: &[String]) -> Result<Vec<u8>, serde_json::Error> {
    let mut head = b"{\"authorities\":".to_vec();
    serde_json::to_writer(&mut head, authorities)?;
    head.extend_from_slice(b",\"calls\":");
    Ok(head)
}
