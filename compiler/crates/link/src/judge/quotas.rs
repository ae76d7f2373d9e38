//! Rate limits that another one always reaches first (MC607).

use meshc_check::Finding;
use meshc_check::unit::RateLimitRow;
use meshc_snapshot::slice::Per;

use super::Report;
use crate::effective::Values;
use crate::mesh::Workload;

pub(super) fn judge(report: &mut Report<'_>, workload: &Workload) {
    let limits = &workload.row.rate_limits;
    let values = report.mesh.values(workload);
    for limit in limits.iter().filter(|limit| values.per(limit).value != Per::Total) {
        let narrower = |other: &&RateLimitRow| {
            values.per(other).value == Per::Total
                && counts_all(other, limit)
                && is_looser(values, limit, other)
        };
        let Some(total) = limits.iter().find(narrower) else { continue };
        let message = "this limit of one is never reached: the limit of all is no higher";
        let finding = Finding::new("MC607", limit.count.span, message)
            .help("give one less than all may have together");
        report.add_with(workload, finding, (workload.file, total.span, "the limit of all".into()));
    }
}

/// Whether a limit counts every request that the other counts.
fn counts_all(wide: &RateLimitRow, narrow: &RateLimitRow) -> bool {
    let Some(wide) = &wide.operations else { return true };
    let Some(narrow) = &narrow.operations else { return false };
    narrow.iter().all(|one| wide.iter().any(|other| other.value == one.value))
}

/// Whether whatever the other limit lets through fits into this one.
fn is_looser(values: Values<'_>, limit: &RateLimitRow, other: &RateLimitRow) -> bool {
    let rate = |limit: &RateLimitRow, period: u32| {
        u64::from(limit.count.value).saturating_mul(u64::from(period))
    };
    rate(limit, other.period_ms) >= rate(other, limit.period_ms)
        && values.burst(limit).value >= values.burst(other).value
}
