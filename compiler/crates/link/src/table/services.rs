use meshc_document::Span;

use super::source::length;
use super::{Cells, Source};
use crate::mesh::{Mesh, Workload, WorkloadIx};
use crate::resolve::only_everywhere;

/// Services and gateways, at their names.
pub(super) struct Services;

/// How many workloads name it in a call. Few say that they call everybody; only those are looked at.
fn by_name(mesh: &Mesh, ix: WorkloadIx, workload: &Workload) -> Option<i64> {
    let names = |caller: &&WorkloadIx| {
        let told = mesh.told.get(caller.index());
        let everywhere = told.is_some_and(|told| told.everywhere);
        let row = everywhere.then(|| mesh.workload(**caller)).flatten();
        row.is_none_or(|row| only_everywhere(row, workload).is_empty())
    };
    let named = mesh.graph.callers(ix).iter().filter(names);
    i64::try_from(named.count()).ok()
}

/// How many there are, where that is known.
fn counted<T>(unclear: bool, list: &[T]) -> Option<i64> {
    if unclear { None } else { length(list) }
}

impl Source for Services {
    type Row<'m> = (WorkloadIx, &'m Workload);

    const NAME: &'static str = "services";
    const COLUMNS: &'static [(&'static str, Cells<Self>)] = &[
        ("service", Cells::Workload(|_, (ix, _)| *ix)),
        ("namespace", Cells::Text(|_, (_, one)| Some(one.namespace.as_str().into()))),
        ("name", Cells::Text(|_, (_, one)| Some(one.row.name.value.as_str().into()))),
        ("gateway", Cells::Truth(|_, (_, one)| Some(one.is_gateway()))),
        ("owner", Cells::Text(|_, (_, one)| Some(one.row.owner.as_ref()?.value.as_str().into()))),
        ("identity", Cells::Text(|_, (_, one)| Some(one.identity.as_str().into()))),
        // What was not wholly understood is not counted.
        ("ports", Cells::Number(|_, (_, one)| counted(one.row.ports_unclear, &one.row.ports))),
        ("allow", Cells::Number(|_, (_, one)| counted(one.row.rules_unclear, &one.row.allow))),
        // How many workloads it calls, how many call it, and how many of these by its name and not
        // only as one of all services.
        (
            "callees",
            Cells::Number(|mesh, (ix, _)| {
                counted(mesh.is_unresolved(*ix), mesh.graph.callees(*ix))
            }),
        ),
        ("callers", Cells::Number(|mesh, (ix, _)| length(mesh.graph.callers(*ix)))),
        ("callersByName", Cells::Number(|mesh, (ix, workload)| by_name(mesh, *ix, workload))),
    ];

    fn rows(mesh: &Mesh, section: WorkloadIx) -> impl Iterator<Item = Self::Row<'_>> {
        mesh.workload(section).map(|workload| (section, workload)).into_iter()
    }

    fn place((_, workload): &Self::Row<'_>) -> (u32, Span) {
        (workload.file, workload.row.name.span)
    }
}
