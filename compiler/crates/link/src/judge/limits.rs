use meshc_check::Finding;
use meshc_check::unit::RateLimitRow;
use meshc_limit::Limit;
use meshc_snapshot::slice::Protocol;

use super::Report;
use super::ports::twice;
use super::rules::operations;
use crate::mesh::Workload;

/// Nanoseconds in a millisecond.
const MILLISECOND: u64 = 1_000_000;

pub(super) fn judge(report: &mut Report<'_>, workload: &Workload) {
    let limits = &workload.row.rate_limits;
    let named = limits.iter().filter_map(|limit| Some((limit.name.clone()?, limit.span)));
    twice(report, workload.file, "rate limit", named);
    for limit in limits {
        operations(report, workload, limit.operations.as_deref().unwrap_or_default());
        requests(report, workload, limit);
        comes_back(report, workload, limit);
    }
}

/// A rate limit counts requests; a TCP port carries none.
fn requests(report: &mut Report<'_>, workload: &Workload, limit: &RateLimitRow) {
    let mut ports = workload.row.ports.iter().filter(|port| port.protocol == Protocol::Tcp);
    let Some(named) = &limit.operations else {
        if let Some(port) = ports.next() {
            let message = format!("`{}` carries no HTTP requests to count", port.name.value);
            let finding = Finding::new("MC517", limit.span, message)
                .help("name the HTTP operations that the limit is about");
            report.add(workload, finding);
        }
        return;
    };
    let opaque: Vec<&str> = ports.map(|port| port.name.value.as_str()).collect();
    for operation in named.iter().filter(|one| opaque.contains(&one.value.as_str())) {
        let message = format!("`{}` carries no HTTP requests to count", operation.value);
        let finding = Finding::new("MC517", operation.span, message)
            .help("leave the TCP port out of the limit");
        report.add(workload, finding);
    }
}

/// A burst that is used up must come back while somebody remembers it.
fn comes_back(report: &mut Report<'_>, workload: &Workload, limit: &RateLimitRow) {
    let burst = report.mesh.values(workload).burst(limit).value;
    let period = u64::from(limit.period_ms).saturating_mul(MILLISECOND);
    if let Err(fault) = Limit::new(limit.count.value, period, burst) {
        let span = limit.burst.as_ref().map_or(limit.count.span, |burst| burst.span);
        let finding = Finding::new("MC112", span, fault.to_string());
        report.add(workload, finding.help("a smaller burst, or a higher rate"));
    }
}
