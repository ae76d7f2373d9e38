use std::borrow::Cow;

use meshc_check::unit::InstanceRow;
use meshc_document::Span;

use super::{Cells, Source};
use crate::mesh::{Mesh, Workload, WorkloadIx};

/// Instances that are written down, at their addresses.
pub(super) struct Instances;

pub(super) struct Row<'m> {
    ix: WorkloadIx,
    workload: &'m Workload,
    instance: &'m InstanceRow,
}

impl Source for Instances {
    type Row<'m> = Row<'m>;

    const NAME: &'static str = "instances";
    const COLUMNS: &'static [(&'static str, Cells<Self>)] = &[
        ("service", Cells::Workload(|_, row| row.ix)),
        ("address", Cells::Text(|_, row| Some(row.instance.address.value.as_str().into()))),
        ("version", Cells::Text(|_, row| label(row.instance, "version"))),
        ("zone", Cells::Text(|_, row| label(row.instance, "zone"))),
    ];

    fn rows(mesh: &Mesh, ix: WorkloadIx) -> impl Iterator<Item = Self::Row<'_>> {
        mesh.workload(ix).into_iter().flat_map(move |workload| {
            workload.instances.iter().map(move |instance| Row { ix, workload, instance })
        })
    }

    fn place(row: &Self::Row<'_>) -> (u32, Span) {
        (row.workload.file, row.instance.address.span)
    }
}

fn label<'m>(instance: &'m InstanceRow, name: &str) -> Option<Cow<'m, str>> {
    let found = instance.labels.iter().find(|(key, _)| key == name);
    found.map(|(_, value)| value.as_str().into())
}
