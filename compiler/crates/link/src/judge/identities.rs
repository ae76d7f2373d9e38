//! One identity for two workloads (MC404).

use meshc_check::Finding;
use meshc_check::unit::WorkloadRow;
use rustc_hash::FxHashMap;

use super::Report;
use crate::mesh::WorkloadIx;

pub(super) fn judge_all(report: &mut Report<'_>) {
    let mesh = report.mesh;
    let mut owners: FxHashMap<&str, WorkloadIx> = FxHashMap::default();
    for (ix, two) in mesh.each() {
        let first = *owners.entry(&two.identity).or_insert(ix);
        let Some(one) = mesh.workload(first).filter(|_| first != ix) else { continue };
        let place = |row: &WorkloadRow| row.account.as_ref().map_or(row.name.span, |at| at.span);
        let message = format!("`{}` and `{}` have one identity", one.id, two.id);
        let finding = Finding::new("MC404", place(&two.row), message)
            .help("give one of them another `identity.serviceAccount`");
        let related = (one.file, place(&one.row), format!("`{}` has it too", one.id));
        report.add_with(two, finding, related);
    }
}
