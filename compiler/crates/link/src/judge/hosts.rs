use meshc_check::Finding;
use meshc_check::unit::At;

use super::Report;
use crate::mesh::{Mesh, Workload};

/// Hosts outside what the Mesh lets a namespace claim (MC216).
pub(super) fn judge(report: &mut Report<'_>, workload: &Workload) {
    for host in claimed(workload) {
        if !may_claim(report.mesh, workload, &host.value) {
            let message =
                format!("namespace {} may not claim `{}`", workload.namespace, host.value);
            let finding = Finding::new("MC216", host.span, message)
                .help("claim a host the Mesh gives it, or add the host there");
            report.add(workload, finding);
        }
    }
}

/// Whether the Mesh lets a workload's namespace claim a host.
pub(super) fn may_claim(mesh: &Mesh, workload: &Workload, host: &str) -> bool {
    let zone = mesh.namespace_places.get(&workload.namespace);
    let zone = zone.and_then(|at| mesh.namespaces.get(*at));
    let zone = zone.filter(|(_, hosts)| !hosts.is_empty());
    zone.is_none_or(|(_, zone)| zone.iter().any(|allowed| covers(allowed, host)))
}

/// Two workloads that answer to one host (MC303).
pub(super) fn judge_claims(report: &mut Report<'_>) {
    let mesh = report.mesh;
    let mut claims: Vec<(&str, &Workload, &At<String>)> = mesh
        .each()
        .map(|(_, one)| one)
        .filter(|one| !one.is_gateway())
        .flat_map(|one| one.row.hosts.iter().map(move |host| (host.value.as_str(), one, host)))
        .collect();
    claims.sort_by(|a, b| (a.0, &a.1.id, a.2.span).cmp(&(b.0, &b.1.id, b.2.span)));
    for pair in claims.windows(2) {
        let [one, two] = pair else { continue };
        if one.0 == two.0 {
            let message = format!("`{}` and `{}` both answer to `{}`", one.1.id, two.1.id, one.0);
            let place = (one.1.file, one.2.span, format!("`{}` claims it", one.1.id));
            let finding =
                Finding::new("MC303", two.2.span, message).help("leave it to one of them");
            report.add_with(two.1, finding, place);
        }
    }
}

fn claimed(workload: &Workload) -> impl Iterator<Item = &At<String>> {
    let listeners = workload.row.ports.iter().flat_map(|port| &port.hosts);
    let routes = workload.row.routes.iter().flat_map(|route| &route.hosts);
    workload.row.hosts.iter().chain(listeners).chain(routes)
}

/// Whether a host the Mesh gives (exact, or `*.suffix`) covers a claimed one of either form.
fn covers(allowed: &str, host: &str) -> bool {
    allowed == host
        || allowed.strip_prefix('*').is_some_and(|suffix| {
            host.trim_start_matches("*.").len() > suffix.len() - 1 && host.ends_with(suffix)
        })
}
