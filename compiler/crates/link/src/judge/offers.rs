//! The two halves of an edge held against each other.

use meshc_check::Finding;
use meshc_check::unit::RuleRow;
use meshc_document::Span;

use super::Report;
use crate::effective::Origin;
use crate::mesh::{Edge, Mesh, Workload, WorkloadIx};
use crate::resolve::{Reference, everywhere, only_everywhere};

pub(super) fn judge(report: &mut Report<'_>, ix: WorkloadIx, workload: &Workload) {
    let start = report.mesh.edges.partition_point(|edge| edge.caller < ix);
    let edges = report.mesh.edges.get(start..).unwrap_or_default();
    let mut said: Option<u32> = None;
    for edge in edges.iter().take_while(|edge| edge.caller == ix) {
        // What is wrong with one call of many services is said of the first of them.
        let before = report.findings.len();
        if said != Some(edge.item) {
            call(report, workload, edge);
        }
        let many = workload.row.calls.get(edge.item as usize).map(|one| everywhere(&one.to.value));
        if many.flatten().is_some() && report.findings.len() > before {
            said = Some(edge.item);
        }
    }
    undeclared(report, ix, workload);
}

fn call(report: &mut Report<'_>, caller: &Workload, edge: &Edge) {
    let Some(callee) = report.mesh.workload(edge.callee) else { return };
    if edge.caller == edge.callee {
        let finding = Finding::new("MC215", edge.span, format!("`{}` calls itself", caller.id))
            .help("leave the call out: inside a workload nothing passes a proxy");
        return report.add(caller, finding);
    }
    widened(report, caller, callee, edge);
    let Offered::Some(names) = offered(callee, caller) else { return };
    let operation = edge.operation.and_then(|at| callee.operations.get(at as usize));
    if operation.is_some_and(|one| names.contains(&one.name.as_str())) {
        return;
    }
    if callee.row.rules_unclear || caller.row.calls_unclear {
        return;
    }
    if operation.is_some_and(|one| is_added(callee, &one.name)) {
        report.unknown = true;
        if report.mesh.may_lack("Baseline") {
            return;
        }
    }
    let rules = &callee.row.allow;
    // What an author meant by a name that does not exist is not known; that finding is enough.
    if rules.iter().any(|rule| rule.damaged || names_nothing(report.mesh, callee, rule)) {
        return;
    }
    let missing = match operation {
        Some(one) => format!("`{}` does not offer `{}` to `{}`", callee.id, one.name, caller.id),
        None if names.is_empty() => format!("`{}` offers nothing to `{}`", callee.id, caller.id),
        None => return partly(report, caller, callee, edge, &names),
    };
    let place = (callee.file, callee.row.name.span, format!("`{}` is declared here", callee.id));
    let help = format!("add an `allow` for `{}` there, or drop the call", caller.id);
    report.add_with(caller, Finding::new("MC213", edge.span, missing).help(help), place);
}

/// Whether a Baseline gave a service an operation.
fn is_added(callee: &Workload, name: &str) -> bool {
    callee.row.operations.iter().any(|one| one.added && one.name.value == name)
}

/// A call of the service as a whole of which only some operations are offered.
fn partly(
    report: &mut Report<'_>,
    caller: &Workload,
    callee: &Workload,
    edge: &Edge,
    offered: &[&str],
) {
    // Who calls a service as a whole means what its own people declare.
    let refused: Vec<String> = callee
        .operations
        .iter()
        .filter(|one| !offered.contains(&one.name.as_str()) && !is_added(callee, &one.name))
        .map(|one| format!("`{}`", one.name))
        .collect();
    if refused.is_empty() {
        return;
    }
    let message =
        format!("`{}` offers `{}` only a part: not {}", callee.id, caller.id, refused.join(", "));
    let finding =
        Finding::new("MC214", edge.span, message).help("name the operations that are called");
    report.add(caller, finding);
}

/// A caller that waits longer than the callee allows (language reference, section 1).
fn widened(report: &mut Report<'_>, caller: &Workload, callee: &Workload, edge: &Edge) {
    let Some(timeout) = edge.timeout_ms else { return };
    let allowed = match edge.operation {
        Some(operation) => callee.operations.get(operation as usize).map(|one| one.timeout_ms),
        None => callee.operations.iter().map(|one| one.timeout_ms).max(),
    };
    let Some(allowed) = allowed.filter(|&allowed| timeout > allowed) else { return };
    // What an Environment changes is no mistake of either side: the shorter time holds.
    let changed = report.mesh.is_of_environment(caller_timeout(caller, edge))
        || callee_timeouts(report.mesh, callee, edge.operation)
            .any(|at| report.mesh.is_of_environment(at));
    if !changed {
        let message = format!("waits {timeout} ms where `{}` ends after {allowed} ms", callee.id);
        let finding = Finding::new("MC613", edge.span, message)
            .help("a caller may tighten what the callee allows, never widen it");
        report.add(caller, finding);
    }
}

/// Where a call says how long it waits.
fn caller_timeout(caller: &Workload, edge: &Edge) -> Option<(u32, Span)> {
    let call = caller.row.calls.get(edge.item as usize)?;
    call.timeout_ms.as_ref().map(|at| (caller.file, at.span))
}

/// Where the callee says how long it allows.
fn callee_timeouts<'a>(
    mesh: &'a Mesh,
    callee: &'a Workload,
    operation: Option<u32>,
) -> impl Iterator<Item = Option<(u32, Span)>> + 'a {
    let values = mesh.values(callee);
    let name = operation.and_then(|at| callee.operations.get(at as usize)).map(|one| &one.name);
    let rows = callee.row.operations.iter();
    let rows = rows.filter(move |row| name.is_none_or(|name| *name == row.name.value));
    let all = rows.map(move |row| values.operation_timeout(row)).chain([values.timeout()]);
    all.map(|effective| match effective.origin {
        Origin::Written(file, span) => Some((file, span)),
        Origin::Default(_) => None,
    })
}

/// What a callee's rules let a caller do, time and conditions aside.
enum Offered<'a> {
    Everything,
    Some(Vec<&'a str>),
}

fn offered<'a>(callee: &'a Workload, caller: &Workload) -> Offered<'a> {
    let mut names = Vec::new();
    for rule in callee.row.allow.iter().filter(|rule| speaks_of(callee, rule, caller)) {
        match &rule.operations {
            None => return Offered::Everything,
            Some(operations) => names.extend(operations.iter().map(|one| one.value.as_str())),
        }
    }
    Offered::Some(names)
}

/// Whether a rule names a caller or an operation that does not exist.
fn names_nothing(mesh: &Mesh, callee: &Workload, rule: &RuleRow) -> bool {
    let callers = rule.from.iter().flatten().any(|from| {
        let word = matches!(from.value.as_str(), "anyone" | "anonymous");
        let id = || Reference::of(&from.value, &callee.namespace).key();
        match from.value.strip_suffix("/*") {
            Some(all) => mesh.inside(all).next().is_none(),
            None => !word && mesh.workload_named(&id()).is_none(),
        }
    });
    let operations = rule.operations.iter().flatten();
    callers
        || operations
            .map(|one| one.value.as_str())
            .any(|name| name != "rest" && callee.operation(name).is_none())
}

pub(super) fn speaks_of(callee: &Workload, rule: &RuleRow, caller: &Workload) -> bool {
    rule.from.iter().flatten().any(|from| match from.value.as_str() {
        "anyone" => true,
        "anonymous" => false,
        text if text.as_bytes().last() == Some(&b'*') => {
            text.strip_suffix("/*").is_some_and(|namespace| caller.namespace == namespace)
        }
        text => {
            let named = Reference::of(text, &callee.namespace);
            named.namespace == caller.namespace && named.name == caller.row.name.value
        }
    })
}

/// Whether a rule names an operation, or all.
fn admits(rule: &RuleRow, operation: &str) -> bool {
    let named = rule.operations.as_ref();
    named.is_none_or(|named| named.iter().any(|one| one.value == operation))
}

/// Exact callers that a workload admits and that declare no call to it, or none but one of every
/// service (`*/*.operation`) whose operation the rule does not admit.
fn undeclared(report: &mut Report<'_>, ix: WorkloadIx, workload: &Workload) {
    if workload.is_gateway() {
        return; // Nobody whom a rule names there ever comes (MC317).
    }
    let rules = workload.row.allow.iter();
    for (rule, from) in
        rules.flat_map(|rule| rule.from.iter().flatten().map(move |from| (rule, from)))
    {
        let id = Reference::of(&from.value, &workload.namespace).key();
        let Some(caller) = report.mesh.workload_named(&id) else { continue };
        let Some(row) = report.mesh.workload(caller) else { continue };
        let called = report.mesh.graph.callers(ix).contains(&caller);
        let many = called && report.mesh.told.get(caller.index()).is_some_and(|one| one.everywhere);
        let everywhere = if many { only_everywhere(row, workload) } else { Vec::new() };
        if called && (everywhere.is_empty() || everywhere.iter().any(|name| admits(rule, name))) {
            continue;
        }
        if caller == ix || report.mesh.is_unresolved(caller) {
            continue;
        }
        // Which operations of Baselines it has, or which the rule means, is not known.
        if row.row.calls.iter().any(|call| self::everywhere(&call.to.value).is_some())
            && (workload.operations_unclear() || names_nothing(report.mesh, workload, rule))
        {
            continue;
        }
        let message = match everywhere.first() {
            _ if rule.added => format!("`{}` does not call all that this admits it to", row.id),
            None => format!("`{}` declares no call to `{}`", row.id, workload.id),
            Some(name) => format!(
                "`{}` declares no call to `{}` but `*/*.{name}`, which this does not admit",
                row.id, workload.id
            ),
        };
        let place = (row.file, row.row.name.span, format!("`{}` is declared here", row.id));
        let finding = Finding::new("MC214", from.span, message)
            .help("add the call there, or drop the caller from `from`");
        report.add_with(workload, finding, place);
    }
}
