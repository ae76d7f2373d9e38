//! Rules that decide by something that decides nothing.

use meshc_check::Finding;
use meshc_check::unit::RuleRow;
use meshc_decide::check_forwarded_header;
use meshc_snapshot::slice::{ClaimTest, Condition, Test};

use super::Report;
use super::exposure::is_public;
use super::offers::speaks_of;
use crate::mesh::{Workload, WorkloadIx};
use crate::resolve::Reference;

/// Beginnings of header fields that describe the message they come with.
const OF_THE_MESSAGE: [&str; 2] = ["accept", "content-"];

pub(super) fn judge(report: &mut Report<'_>, ix: WorkloadIx, workload: &Workload) {
    // What a Baseline adds is its own affair, not that of each service.
    let own = |rule: &&RuleRow| !rule.damaged && !rule.added;
    for rule in workload.row.allow.iter().filter(own) {
        untrusted(report, ix, workload, rule);
        negative(report, workload, rule);
        optional(report, workload, rule);
    }
    for rule in workload.row.deny.iter().filter(own).filter(|rule| rule.until.is_some()) {
        let message = format!("this deny of `{}` ends by itself", workload.id);
        let finding = Finding::new("MC535", rule.span, message)
            .help("leave `until` out, and delete the rule when it has served its purpose");
        report.add(workload, finding);
    }
}

/// An allow that holds because of a header which anybody outside can send (MC513).
fn untrusted(report: &mut Report<'_>, ix: WorkloadIx, workload: &Workload, rule: &RuleRow) {
    if rule.headers.is_empty() || rule.user.is_some() {
        return;
    }
    let mesh = report.mesh;
    let told = |name: &str| {
        let mut fields = mesh.issuers_of(workload).flat_map(|one| &one.row.forward);
        fields.any(|one| one.header.value == name)
    };
    let outside = |one: &&Condition| {
        let name = one.name.as_str();
        // What is spoken for is written by proxies, or describes the connection.
        let ours = name.starts_with("x-") && check_forwarded_header(name).is_err();
        let plain = OF_THE_MESSAGE.iter().any(|start| name.starts_with(start));
        asks_for_something(one) && !ours && !plain && !told(name)
    };
    let Some(header) = rule.headers.iter().find(outside) else { return };
    let gateway = if workload.is_gateway() {
        Some(workload).filter(|_| rule.from.iter().flatten().any(|one| one.value == "anonymous"))
    } else {
        let callers = mesh.graph.callers(ix).iter().filter_map(|ix| mesh.workload(*ix));
        let mut gateways = callers.filter(|one| one.is_gateway() && is_public(one));
        gateways.find(|one| speaks_of(workload, rule, one))
    };
    let Some(gateway) = gateway else { return };
    let message = format!("whoever sends `{}` to `{}` is admitted", header.name, gateway.id);
    let finding = Finding::new("MC513", rule.span, message)
        .help("ask for a verified token (`user`); no gateway takes such a header off");
    if gateway.id == workload.id {
        return report.add(workload, finding);
    }
    let place = (gateway.file, gateway.row.name.span, "anybody reaches this".to_owned());
    report.add_with(workload, finding, place);
}

fn asks_for_something(one: &Condition) -> bool {
    one.not == (one.test == Test::Present(false))
}

/// An allow whose conditions all say what must not be (MC518).
fn negative(report: &mut Report<'_>, workload: &Workload, rule: &RuleRow) {
    let bounded = !rule.source.is_empty() || !rule.client.is_empty() || rule.hours.is_some();
    let fields = || rule.headers.iter().chain(&rule.query);
    let claims = || rule.user.iter().flat_map(|user| &user.claims);
    if bounded
        || (fields().next().is_none() && claims().next().is_none())
        || fields().any(asks_for_something)
        || claims().any(|one| one.not == (one.test == ClaimTest::Present(false)))
    {
        return;
    }
    let message = format!("this rule of `{}` only says what must not be", workload.id);
    let finding = Finding::new("MC518", rule.span, message)
        .help("say what must be; what must not be is a `deny`");
    report.add(workload, finding);
}

/// A user who is asked for in one rule and not in another for the same (MC515).
fn optional(report: &mut Report<'_>, workload: &Workload, rule: &RuleRow) {
    if rule.user.is_none() || rule.audit {
        return;
    }
    let wider = |one: &&RuleRow| {
        is_unconditional(one) && has_callers(workload, one, rule) && has_operations(one, rule)
    };
    let Some(other) = workload.row.allow.iter().find(wider) else { return };
    let message = match &other.name {
        Some(name) => format!("`{name}` admits the same without a user"),
        None => "another rule admits the same without a user".to_owned(),
    };
    let finding = Finding::new("MC515", rule.span, message)
        .help("ask for the user in both, or part the operations between them");
    let place = (workload.file, other.span, "whoever has no token passes here".to_owned());
    report.add_with(workload, finding, place);
}

/// Whether a rule asks for nothing but a caller.
pub(super) fn is_unconditional(rule: &RuleRow) -> bool {
    !rule.damaged
        && !rule.audit
        && rule.user.is_none()
        && rule.until.is_none()
        && rule.hours.is_none()
        && rule.headers.is_empty()
        && rule.query.is_empty()
        && rule.source.is_empty()
        && rule.client.is_empty()
}

fn has_operations(wide: &RuleRow, narrow: &RuleRow) -> bool {
    let Some(wide) = &wide.operations else { return true };
    let Some(narrow) = &narrow.operations else { return false };
    narrow.iter().all(|one| wide.iter().any(|other| other.value == one.value))
}

/// Whether every caller of one rule is a caller of the other, as their words show it.
fn has_callers(workload: &Workload, wide: &RuleRow, narrow: &RuleRow) -> bool {
    let names = |one: &str| {
        wide.from.iter().flatten().any(|other| match other.value.as_str() {
            "anyone" => one != "anonymous",
            other if other == one => true,
            other => other.strip_suffix("/*").is_some_and(|namespace| {
                one != "anonymous"
                    && one != "anyone"
                    && Reference::of(one, &workload.namespace).namespace == namespace
            }),
        })
    };
    let federated = |one: &str| {
        wide.federated.iter().any(|other| {
            let above = other.value.strip_suffix('*');
            one == other.value || above.is_some_and(|above| one.starts_with(above))
        })
    };
    narrow.from.iter().flatten().all(|one| names(&one.value))
        && narrow.federated.iter().all(|one| federated(&one.value))
}
