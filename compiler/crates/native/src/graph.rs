use std::sync::Arc;

use meshc_link::{Hop, Mesh, WorkloadIx, duration};
use pyo3::exceptions::PyKeyError;
use pyo3::prelude::*;

use crate::finding::path;

/// Caller, callee, and where the call is written: file, first byte, byte behind the last.
type Call = (String, String, (String, u32, u32));
/// What one request becomes (nothing for a ring), and the calls with the tries of each.
type Amplified = (Option<u64>, Vec<(u32, Call)>);

/// The call graph; nodes are workloads by `namespace/name`.
#[pyclass(frozen, module = "meshc._native")]
pub(crate) struct Graph {
    mesh: Arc<Mesh>,
}

impl Graph {
    pub(crate) const fn of(mesh: Arc<Mesh>) -> Self {
        Self { mesh }
    }

    fn at(&self, name: &str) -> PyResult<WorkloadIx> {
        self.mesh.workload_named(name).ok_or_else(|| PyKeyError::new_err(name.to_owned()))
    }

    /// A call for Python: who calls whom, and where it is written.
    fn call(&self, edge: usize) -> Option<Call> {
        let (edge, caller, callee) = self.mesh.ends(edge)?;
        let (file, span) = self.mesh.resolve(caller.file, edge.span);
        let place = (path(&self.mesh, file), span.start, span.end);
        Some((caller.id.clone(), callee.id.clone(), place))
    }

    fn names(&self, all: &[WorkloadIx]) -> Vec<&str> {
        all.iter().filter_map(|ix| Some(self.mesh.workload(*ix)?.id.as_str())).collect()
    }
}

#[pymethods]
impl Graph {
    fn callees(&self, workload: &str) -> PyResult<Vec<&str>> {
        Ok(self.names(self.mesh.graph.callees(self.at(workload)?)))
    }

    fn callers(&self, workload: &str) -> PyResult<Vec<&str>> {
        Ok(self.names(self.mesh.graph.callers(self.at(workload)?)))
    }

    fn reach(&self, workload: &str) -> PyResult<Vec<&str>> {
        Ok(self.names(&self.mesh.graph.reach(self.at(workload)?)))
    }

    fn path(&self, caller: &str, callee: &str) -> PyResult<Option<Vec<&str>>> {
        let found = self.mesh.graph.path(self.at(caller)?, self.at(callee)?);
        Ok(found.map(|path| self.names(&path)))
    }

    fn amplified(&self, limit: u64) -> Vec<Amplified> {
        let hops = |all: Vec<Hop>| {
            all.into_iter().filter_map(|hop| Some((hop.tries, self.call(hop.edge)?))).collect()
        };
        let found = self.mesh.amplified(limit).into_iter();
        found.map(|one| (one.requests, hops(one.hops))).collect()
    }

    fn inverted(&self) -> Vec<((String, Call), (String, Call))> {
        let found = self.mesh.inverted().into_iter();
        found
            .filter_map(|one| {
                let call = (duration(one.waits_ms), self.call(one.call)?);
                Some((call, (duration(one.longest_ms), self.call(one.longest)?)))
            })
            .collect()
    }

    fn cycles(&self) -> Vec<Vec<&str>> {
        self.mesh.graph.cycles().iter().map(|ring| self.names(ring)).collect()
    }

    fn edges(&self) -> Vec<(&str, &str)> {
        let callees = |(ix, workload)| {
            let all = self.names(self.mesh.graph.callees(ix));
            let caller: &meshc_link::Workload = workload;
            all.into_iter().map(move |callee| (caller.id.as_str(), callee))
        };
        self.mesh.each().flat_map(callees).collect()
    }
}
