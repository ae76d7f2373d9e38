use meshc_document::Span;

use super::{Cells, Source};
use crate::mesh::{Mesh, WorkloadIx};

/// Namespaces that the Mesh lists.
pub(super) struct Namespaces;

impl Source for Namespaces {
    type Row<'m> = &'m (String, Vec<String>);

    const NAME: &'static str = "namespaces";
    const COLUMNS: &'static [(&'static str, Cells<Self>)] = &[
        ("name", Cells::Text(|_, (name, _)| Some(name.as_str().into()))),
        ("hosts", Cells::List(|_, (_, hosts)| Some(hosts.iter().map(String::as_str).collect()))),
    ];

    const BY_WORKLOAD: bool = false;

    fn rows(mesh: &Mesh, _: WorkloadIx) -> impl Iterator<Item = Self::Row<'_>> {
        mesh.namespaces.iter()
    }

    fn place(_: &Self::Row<'_>) -> (u32, Span) {
        (0, Span::default())
    }
}
