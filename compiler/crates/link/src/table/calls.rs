use meshc_document::Span;
use meshc_snapshot::slice::Operation;

use super::{Cells, Source};
use crate::mesh::{Edge, Mesh, Workload, WorkloadIx};

/// Calls and routes with both ends resolved, at what they name.
pub(super) struct Calls;

pub(super) struct Row<'m> {
    edge: &'m Edge,
    caller: &'m Workload,
}

fn operation<'m>(mesh: &'m Mesh, edge: &Edge) -> Option<&'m Operation> {
    mesh.workload(edge.callee)?.operations.get(edge.operation? as usize)
}

impl Source for Calls {
    type Row<'m> = Row<'m>;

    const NAME: &'static str = "calls";
    const COLUMNS: &'static [(&'static str, Cells<Self>)] = &[
        ("caller", Cells::Workload(|_, row| row.edge.caller)),
        ("callee", Cells::Workload(|_, row| row.edge.callee)),
        (
            "operation",
            Cells::Text(|mesh, row| Some(operation(mesh, row.edge)?.name.as_str().into())),
        ),
        ("timeoutMs", Cells::Number(|_, row| row.edge.timeout_ms.map(Into::into))),
        ("route", Cells::Truth(|_, row| Some(row.caller.is_gateway()))),
    ];

    fn rows(mesh: &Mesh, caller: WorkloadIx) -> impl Iterator<Item = Self::Row<'_>> {
        mesh.workload(caller).into_iter().flat_map(move |workload| {
            mesh.edges_of(caller).iter().map(move |edge| Row { edge, caller: workload })
        })
    }

    fn place(row: &Self::Row<'_>) -> (u32, Span) {
        (row.caller.file, row.edge.span)
    }
}
