//! What operations do, and what is said of them: methods against names and `idempotent`, tries
//! against time.

use meshc_check::Finding;
use meshc_check::unit::OperationRow;
use meshc_snapshot::slice::{Match, Test};

use super::Report;
use crate::effective::duration;
use crate::mesh::Workload;

/// First words of names of operations that only read.
const READS: [&str; 11] =
    ["browse", "fetch", "find", "get", "list", "lookup", "query", "read", "search", "show", "view"];
/// First words of names of operations that do something a second time if they are asked twice.
const MAKES: [&str; 24] = [
    "add", "append", "book", "buy", "capture", "charge", "create", "credit", "debit", "enqueue",
    "insert", "issue", "order", "pay", "place", "publish", "purchase", "refund", "register",
    "reserve", "send", "submit", "transfer", "write",
];
/// Methods that may be sent twice by their definition (RFC 9110, 9.2.2).
const IDEMPOTENT: [&str; 6] = ["DELETE", "GET", "HEAD", "OPTIONS", "PUT", "TRACE"];

pub(super) fn judge(report: &mut Report<'_>, workload: &Workload) {
    for operation in workload.row.operations.iter().filter(|one| !one.added) {
        any_method(report, workload, operation);
        sent_again(report, workload, operation);
        tries(report, workload, operation);
    }
}

fn first_word(operation: &OperationRow) -> &str {
    operation.name.value.split('-').next().unwrap_or_default()
}

/// Every method for what is named as reading (MC521).
fn any_method(report: &mut Report<'_>, workload: &Workload, operation: &OperationRow) {
    let mut places = operation.matches.iter().zip(&operation.match_spans);
    let any = places.find(|(one, _)| one.methods.is_empty());
    let Some((_, any)) = any.filter(|_| READS.contains(&first_word(operation))) else { return };
    let name = &operation.name.value;
    let message = format!("`{name}` takes every method, `DELETE` too");
    let finding =
        Finding::new("MC521", *any, message).help("name the methods that read, such as `GET,HEAD`");
    report.add(workload, finding);
}

/// Writes that are said to be idempotent, without a key by which a second one is known (MC601).
fn sent_again(report: &mut Report<'_>, workload: &Workload, operation: &OperationRow) {
    let Some(idempotent) = operation.idempotent.as_ref().filter(|at| at.value) else { return };
    if report.mesh.values(workload).attempts(operation).value == 0 {
        return;
    }
    let makes = MAKES.contains(&first_word(operation));
    // A POST that only asks something is common, and its author says so by `idempotent`.
    let repeats = |method: &&str| !IDEMPOTENT.contains(method) && (makes || *method != "POST");
    let unsafe_method = |one: &Match| match one.methods.is_empty() {
        true => Some("every method".to_owned()),
        false => one.methods.iter().map(String::as_str).find(repeats).map(str::to_owned),
    };
    let keyed = |one: &Match| {
        let mut named = one.headers.iter().filter(|one| one.name.contains("idempotency"));
        named.any(|one| !one.not && one.test != Test::Present(false))
    };
    let mut open = operation.matches.iter().filter(|one| !keyed(one));
    let Some(method) = open.find_map(unsafe_method) else { return };
    let name = &operation.name.value;
    let message = format!("`{name}` takes {method}, may be sent again and asks for no key");
    let finding = Finding::new("MC601", idempotent.span, message).help(
        "ask for `headers: {idempotency-key: {present: true}}`, or set `retry: {attempts: 0}`",
    );
    report.add(workload, finding);
}

/// Tries that do not fit into the time for all of them (MC605).
fn tries(report: &mut Report<'_>, workload: &Workload, operation: &OperationRow) {
    let Some(per_try) = operation.per_try_ms.as_ref().filter(|at| at.value > 0) else { return };
    let values = report.mesh.values(workload);
    let whole = values.operation_timeout(operation).value;
    let tries = u64::from(values.attempts(operation).value).saturating_add(1);
    let fitting = u64::from(whole / per_try.value);
    if tries <= fitting || tries == 1 && per_try.value <= whole {
        return;
    }
    let message = format!(
        "{tries} tries of {} each do not fit into {}: {} of them can end",
        duration(per_try.value),
        duration(whole),
        if fitting == 0 { "none".to_owned() } else { fitting.to_string() }
    );
    let finding = Finding::new("MC605", per_try.span, message)
        .help("shorten a try, try less often, or give the operation more time");
    report.add(workload, finding);
}
