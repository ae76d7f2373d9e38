//! Whose name a workload bears, and who answers for it.

use meshc_check::Finding;

use super::Report;
use crate::mesh::Workload;

pub(super) fn judge(report: &mut Report<'_>, workload: &Workload) {
    let row = &workload.row;
    let account = row.account.as_ref().unwrap_or(&row.name);
    if account.value == "default" {
        let message = format!("`{}` has the identity that everybody gets", workload.id);
        let finding = Finding::new("MC405", account.span, message)
            .help("give it a service account of its own");
        report.add(workload, finding);
    }
    if row.owner.is_none() && !row.owner_unclear && !report.mesh.teams.is_empty() {
        let message = format!("nobody answers for `{}`", workload.id);
        let finding = Finding::new("MC703", row.name.span, message)
            .help("write `owner`: one of the teams of the Mesh");
        report.add(workload, finding);
    }
}
