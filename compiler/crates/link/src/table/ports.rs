use meshc_check::unit::PortRow;
use meshc_document::Span;
use meshc_snapshot::slice::Protocol;

use super::{Cells, Source};
use crate::mesh::{Mesh, Workload, WorkloadIx};

/// Ports of services and listeners of gateways, at their names.
pub(super) struct Ports;

pub(super) struct Row<'m> {
    ix: WorkloadIx,
    workload: &'m Workload,
    port: &'m PortRow,
}

impl Source for Ports {
    type Row<'m> = Row<'m>;

    const NAME: &'static str = "ports";
    const COLUMNS: &'static [(&'static str, Cells<Self>)] = &[
        ("service", Cells::Workload(|_, row| row.ix)),
        ("name", Cells::Text(|_, row| Some(row.port.name.value.as_str().into()))),
        ("port", Cells::Number(|_, row| Some(row.port.port.value.into()))),
        (
            "target",
            Cells::Number(|mesh, row| {
                Some(mesh.values(row.workload).target(row.port).value.into())
            }),
        ),
        (
            "protocol",
            Cells::Text(|_, row| {
                let tcp = row.port.protocol == Protocol::Tcp;
                Some(if tcp { "tcp" } else { "http" }.into())
            }),
        ),
    ];

    fn rows(mesh: &Mesh, ix: WorkloadIx) -> impl Iterator<Item = Self::Row<'_>> {
        mesh.workload(ix).into_iter().flat_map(move |workload| {
            workload.row.ports.iter().map(move |port| Row { ix, workload, port })
        })
    }

    fn place(row: &Self::Row<'_>) -> (u32, Span) {
        (row.workload.file, row.port.name.span)
    }
}
