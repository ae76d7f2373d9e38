use meshc_document::Span;
use meshc_snapshot::slice::Operation;

use super::{Cells, Source};
use crate::mesh::{Edge, Mesh, Workload};

/// Calls and routes with both ends resolved, at what they name.
pub(super) struct Calls;

pub(super) struct Row<'m> {
    edge: &'m Edge,
    caller: &'m Workload,
    callee: &'m Workload,
}

impl<'m> Row<'m> {
    fn operation(&self) -> Option<&'m Operation> {
        self.callee.operations.get(self.edge.operation? as usize)
    }
}

impl Source for Calls {
    type Row<'m> = Row<'m>;

    const NAME: &'static str = "calls";
    const COLUMNS: &'static [(&'static str, Cells<Self>)] = &[
        ("caller", Cells::Workload(|_, row| row.edge.caller)),
        ("callee", Cells::Workload(|_, row| row.edge.callee)),
        ("operation", Cells::Text(|_, row| Some(row.operation()?.name.as_str().into()))),
        ("timeoutMs", Cells::Number(|_, row| row.edge.timeout_ms.map(Into::into))),
        ("route", Cells::Truth(|_, row| Some(row.caller.is_gateway()))),
    ];

    fn rows(mesh: &Mesh) -> impl Iterator<Item = Self::Row<'_>> {
        mesh.edges.iter().filter_map(|edge| {
            let caller = mesh.workload(edge.caller)?;
            Some(Row { edge, caller, callee: mesh.workload(edge.callee)? })
        })
    }

    fn place(row: &Self::Row<'_>) -> (u32, Span) {
        (row.caller.file, row.edge.span)
    }
}
