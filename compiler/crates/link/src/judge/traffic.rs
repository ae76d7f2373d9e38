use meshc_check::{Finding, did_you_mean, nearest};

use super::Report;
use super::ports::twice;
use crate::mesh::Workload;

pub(super) fn judge(report: &mut Report<'_>, workload: &Workload) {
    let row = &workload.row;
    let named = row.traffic.iter().filter_map(|item| Some((item.name.clone()?, item.span)));
    twice(report, workload.file, "traffic item", named);
    let named = row.routes.iter().filter_map(|route| Some((route.name.clone()?, route.span)));
    twice(report, workload.file, "route", named);
    let values = report.mesh.values(workload);
    let weight = |share| values.weight(share).value;
    for item in &row.traffic {
        for version in item.to.iter().map(|share| &share.version) {
            if row.versions_unclear
                || row.versions.iter().any(|one| one.name.value == version.value)
            {
                continue;
            }
            let message = format!("`{}` is not a version of `{}`", version.value, workload.id);
            let names = row.versions.iter().map(|one| one.name.value.as_str());
            let help = did_you_mean(&nearest(&version.value, names));
            report.add(workload, Finding { help, ..Finding::new("MC206", version.span, message) });
        }
        if !item.to.is_empty() && item.to.iter().all(|share| weight(share) == 0) {
            let finding =
                Finding::new("MC306", item.span, "every weight is 0: nothing gets a request")
                    .help("give one version a weight above 0");
            report.add(workload, finding);
        }
    }
    empty_versions(report, workload);
}

/// A version that none of the written instances has.
fn empty_versions(report: &mut Report<'_>, workload: &Workload) {
    if workload.instances.is_empty() {
        return;
    }
    for version in &workload.row.versions {
        let has =
            |labels: &[(String, String)]| version.labels.iter().all(|label| labels.contains(label));
        if !workload.instances.iter().any(|one| has(&one.labels)) {
            let message = format!("no instance is `{}`", version.name.value);
            let finding = Finding::new("MC206", version.name.span, message)
                .help("give an instance the version's labels, or drop the version");
            report.add(workload, finding);
        }
    }
}
