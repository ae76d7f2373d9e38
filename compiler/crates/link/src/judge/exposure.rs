//! Paths for operators that anybody outside can reach (MC524).

use meshc_check::Finding;
use meshc_check::unit::{At, RuleRow};
use meshc_decide::pattern::{Pattern, Segment};
use meshc_snapshot::slice::{Match, Operation};

use super::Report;
use super::grants::is_unconditional;
use super::offers::speaks_of;
use crate::mesh::{Edge, Workload, WorkloadIx};

/// First segments of paths that serve the operators of a service.
const OPERATORS: [&str; 8] =
    ["actuator", "admin", "debug", "heapdump", "jolokia", "metrics", "pprof", "server-status"];

pub(super) fn judge(report: &mut Report<'_>, ix: WorkloadIx, gateway: &Workload) {
    if !gateway.is_gateway() || gateway.row.rules_unclear || !is_public(gateway) {
        return;
    }
    let start = report.mesh.edges.partition_point(|edge| edge.caller < ix);
    let edges = report.mesh.edges.get(start..).unwrap_or_default();
    for edge in edges.iter().take_while(|edge| edge.caller == ix) {
        route(report, gateway, edge);
    }
}

/// Whether a gateway admits anybody, without a condition.
pub(super) fn is_public(gateway: &Workload) -> bool {
    gateway.row.allow.iter().filter(|rule| is_unconditional(rule)).any(|rule| {
        let mut from = rule.from.iter().flatten();
        from.any(|from| from.value == "anonymous")
    })
}

fn route(report: &mut Report<'_>, gateway: &Workload, edge: &Edge) {
    let callee = report.mesh.workload(edge.callee).filter(|one| !one.row.rules_unclear);
    let Some(callee) = callee else { return };
    let Some(route) = gateway.row.routes.get(edge.item as usize) else { return };
    let named = edge.operation.and_then(|at| callee.operations.get(at as usize));
    let all = match named {
        Some(one) => core::slice::from_ref(one),
        None => callee.operations.as_slice(),
    };
    for operation in all {
        let open = operation.matches.iter().find_map(|one| {
            let pattern = for_operators(one)?;
            let taken = route.matches.is_empty() || meets(&route.matches, &pattern);
            let closed = [gateway, callee].iter().any(|at| is_denied(at, gateway, operation, one));
            (taken && !closed && is_admitted(callee, gateway, operation)).then_some(&one.path)
        });
        let Some(path) = open else { continue };
        let message = format!("anybody outside reaches `{path}` of `{}`", callee.id);
        let finding = Finding::new("MC524", edge.span, message)
            .help("narrow the route by `match` or an operation, or deny the path at the gateway");
        let row = callee.row.operations.iter().find(|row| row.name.value == operation.name);
        let span = row.map_or(callee.row.name.span, |row| row.name.span);
        let place = (callee.file, span, format!("`{}` serves it", operation.name));
        report.add_with(gateway, finding, place);
        return; // One finding a route.
    }
}

/// The path of a match, if it is one for operators.
fn for_operators(one: &Match) -> Option<Pattern> {
    let pattern = Pattern::parse(&one.path).ok()?;
    let first = pattern.segments().first();
    let found = matches!(first, Some(Segment::Literal(text)) if OPERATORS.contains(&&**text));
    found.then_some(pattern)
}

fn meets(matches: &[At<Match>], pattern: &Pattern) -> bool {
    matches.iter().any(|one| {
        let path = Pattern::parse(&one.value.path).ok();
        path.is_some_and(|path| path.common(pattern).is_some())
    })
}

fn names(rule: &RuleRow, operation: &Operation) -> bool {
    let named = rule.operations.as_ref();
    named.is_none_or(|named| named.iter().any(|one| one.value == operation.name))
}

fn is_admitted(callee: &Workload, gateway: &Workload, operation: &Operation) -> bool {
    let mut rules = callee.row.allow.iter().filter(|rule| is_unconditional(rule));
    rules.any(|rule| speaks_of(callee, rule, gateway) && names(rule, operation))
}

/// Whether a deny of a service or gateway closes a match to whoever comes through the gateway.
fn is_denied(at: &Workload, gateway: &Workload, operation: &Operation, one: &Match) -> bool {
    let Ok(pattern) = Pattern::parse(&one.path) else { return false };
    at.row.deny.iter().filter(|rule| is_unconditional(rule)).any(|rule| {
        let everybody = rule.from.is_none() && rule.federated.is_empty();
        let callers = everybody
            || speaks_of(at, rule, gateway)
            || (at.is_gateway()
                && rule.from.iter().flatten().any(|from| from.value == "anonymous"));
        let by_match = rule.matches.iter().any(|denied| {
            let denied = &denied.value;
            let bare =
                denied.host.is_none() && denied.headers.is_empty() && denied.query.is_empty();
            let methods = denied.methods.is_empty()
                || (!one.methods.is_empty()
                    && one.methods.iter().all(|method| denied.methods.contains(method)));
            let path = Pattern::parse(&denied.path);
            bare && methods && path.is_ok_and(|path| pattern.is_within(&path))
        });
        let by_name = rule.matches.is_empty() && !at.is_gateway() && names(rule, operation);
        let of_all = rule.matches.is_empty() && rule.operations.is_none();
        callers && (by_match || by_name || of_all)
    })
}
