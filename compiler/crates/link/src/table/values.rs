use meshc_document::Span;

use super::{Cells, Source};
use crate::effective::{Line, Origin};
use crate::mesh::{Mesh, Workload, WorkloadIx};

/// Every value a default can stand for, where it was written, else at the workload's name.
pub(super) struct Values;

pub(super) struct Row<'m> {
    ix: WorkloadIx,
    workload: &'m Workload,
    line: Line,
}

impl Source for Values {
    type Row<'m> = Row<'m>;

    const NAME: &'static str = "values";
    const COLUMNS: &'static [(&'static str, Cells<Self>)] = &[
        ("service", Cells::Workload(|_, row| row.ix)),
        ("field", Cells::Text(|_, row| Some(row.line.field.clone().into()))),
        ("value", Cells::Text(|_, row| Some(row.line.value.clone().into()))),
        // The default that gave it; empty where somebody wrote it.
        (
            "default",
            Cells::Text(|_, row| match row.line.origin {
                Origin::Written(..) => None,
                Origin::Default(default) => Some(default.field.into()),
            }),
        ),
    ];

    fn rows(mesh: &Mesh, ix: WorkloadIx) -> impl Iterator<Item = Self::Row<'_>> {
        mesh.workload(ix).into_iter().flat_map(move |workload| {
            let lines = mesh.lines(workload).into_iter();
            lines.map(move |line| Row { ix, workload, line })
        })
    }

    fn place(row: &Self::Row<'_>) -> (u32, Span) {
        match row.line.origin {
            Origin::Written(file, span) => (file, span),
            Origin::Default(_) => (row.workload.file, row.workload.row.name.span),
        }
    }
}
