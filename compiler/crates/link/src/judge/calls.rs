//! Calls that are declared twice (MC211): which of the two time-outs holds could not be said.

use meshc_check::Finding;

use super::Report;
use crate::mesh::{Workload, WorkloadIx};

pub(super) fn judge(report: &mut Report<'_>, ix: WorkloadIx, workload: &Workload) {
    if workload.is_gateway() {
        return; // Several routes may lead to one service.
    }
    let start = report.mesh.edges.partition_point(|edge| edge.caller < ix);
    let edges = report.mesh.edges.get(start..).unwrap_or_default();
    let count = edges.iter().take_while(|edge| edge.caller == ix).count();
    let edges = edges.get(..count).unwrap_or_default();
    for (at, edge) in edges.iter().enumerate() {
        let same = |other: &&crate::mesh::Edge| {
            (other.callee, other.operation) == (edge.callee, edge.operation)
        };
        let Some(first) = edges.iter().take(at).find(same) else { continue };
        let called = workload.row.calls.get(edge.item as usize);
        let to = called.map_or("", |call| call.to.value.as_str());
        let finding =
            Finding::new("MC211", edge.span, format!("the call of `{to}` is there twice"))
                .help("one call is one item; the shorter time-out is the one to keep");
        report.add_with(workload, finding, (workload.file, first.span, "the first one".into()));
    }
}
