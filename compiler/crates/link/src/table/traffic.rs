use meshc_check::unit::{ShareRow, TrafficRow};
use meshc_document::Span;

use super::{Cells, Source};
use crate::mesh::{Mesh, Workload, WorkloadIx};

/// Versions that traffic items name with their shares, at the versions.
pub(super) struct Traffic;

pub(super) struct Row<'m> {
    ix: WorkloadIx,
    workload: &'m Workload,
    number: usize,
    item: &'m TrafficRow,
    share: &'m ShareRow,
}

impl Source for Traffic {
    type Row<'m> = Row<'m>;

    const NAME: &'static str = "traffic";
    const COLUMNS: &'static [(&'static str, Cells<Self>)] = &[
        ("service", Cells::Workload(|_, row| row.ix)),
        (
            "item",
            Cells::Text(|_, row| {
                let named = row.item.name.as_deref().map(Into::into);
                Some(named.unwrap_or_else(|| format!("traffic[{}]", row.number).into()))
            }),
        ),
        ("version", Cells::Text(|_, row| Some(row.share.version.value.as_str().into()))),
        (
            "weight",
            Cells::Number(|mesh, row| {
                Some(mesh.values(row.workload).weight(row.share).value.into())
            }),
        ),
    ];

    fn rows(mesh: &Mesh, ix: WorkloadIx) -> impl Iterator<Item = Self::Row<'_>> {
        let items = mesh.workload(ix).into_iter().flat_map(|workload| {
            let items = workload.row.traffic.iter().enumerate();
            items.map(move |(number, item)| (workload, number, item))
        });
        items.flat_map(move |(workload, number, item)| {
            item.to.iter().map(move |share| Row { ix, workload, number, item, share })
        })
    }

    fn place(row: &Self::Row<'_>) -> (u32, Span) {
        (row.workload.file, row.share.version.span)
    }
}
