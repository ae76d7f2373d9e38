use meshc_document::Span;
use meshc_snapshot::slice::Operation;

use super::source::length;
use super::{Cells, Source};
use crate::mesh::{Mesh, Workload, WorkloadIx};

/// Operations, TCP ports among them, with their effective values, at their names.
pub(super) struct Operations;

pub(super) struct Row<'m> {
    ix: WorkloadIx,
    workload: &'m Workload,
    operation: &'m Operation,
}

impl Source for Operations {
    type Row<'m> = Row<'m>;

    const NAME: &'static str = "operations";
    const COLUMNS: &'static [(&'static str, Cells<Self>)] = &[
        ("service", Cells::Workload(|_, row| row.ix)),
        ("name", Cells::Text(|_, row| Some(row.operation.name.as_str().into()))),
        ("timeoutMs", Cells::Number(|_, row| Some(row.operation.timeout_ms.into()))),
        ("idempotent", Cells::Truth(|_, row| Some(row.operation.idempotent))),
        ("attempts", Cells::Number(|_, row| Some(row.operation.retry.attempts.into()))),
        ("matches", Cells::Number(|_, row| length(&row.operation.matches))),
    ];

    fn rows(mesh: &Mesh, ix: WorkloadIx) -> impl Iterator<Item = Self::Row<'_>> {
        mesh.workload(ix).into_iter().flat_map(move |workload| {
            workload.operations.iter().map(move |operation| Row { ix, workload, operation })
        })
    }

    fn place(Row { workload, operation, .. }: &Self::Row<'_>) -> (u32, Span) {
        let row = workload.row.operations.iter().find(|row| row.name.value == operation.name);
        let port = || workload.row.ports.iter().find(|port| port.name.value == operation.name);
        let span = row
            .map(|row| row.name.span)
            .or_else(|| port().map(|port| port.name.span))
            .unwrap_or(workload.row.name.span);
        (workload.file, span)
    }
}
