//! Callers and operations that only the Environment admits.

use meshc_check::unit::{PortRow, RuleRow};
use meshc_document::Span;
use meshc_snapshot::slice::{Match, Protocol};

use super::{Change, Weaker, asks_no_more, callers, covers, object};
use crate::mesh::Workload;
use crate::resolve::Reference;

/// The operation of what no other one matches.
const REST: &str = "rest";

/// Allow rules that let somebody do what no rule of the base lets them do.
pub(super) fn judge(weaker: &mut Weaker<'_>, before: &Workload, after: &Workload) {
    for rule in after.row.allow.iter().filter(|rule| !rule.audit && !rule.damaged) {
        let is_known = |from: &str| {
            let id = Reference::of(from, &after.namespace).id();
            let pattern = from.ends_with("/*") || from.starts_with("spiffe://");
            pattern
                || matches!(from, "anyone" | "anonymous")
                || weaker.mesh.workload_named(&id).is_some()
        };
        if let Some((message, span)) = widened(before, after, rule, &is_known) {
            let same = |old: &&RuleRow| old.name.is_some() && old.name == rule.name;
            let old = before.row.allow.iter().find(same);
            weaker.add(Change {
                code: "MC806",
                message,
                at: Some((after.file, span)),
                object: object(after),
                fields: &["allow"],
                before: (before.file, old.map_or(before.row.name.span, |old| old.span)),
            });
        }
    }
}

/// The first caller and operation that a rule admits and the base surely does not.
fn widened(
    before: &Workload,
    after: &Workload,
    rule: &RuleRow,
    is_known: &dyn Fn(&str) -> bool,
) -> Option<(String, Span)> {
    let old = || before.row.allow.iter().filter(|old| !old.audit);
    for from in callers(rule).filter(|from| is_known(&from.value)) {
        let of_caller = |old: &&RuleRow| {
            callers(old).any(|one| covers(&one.value, &from.value, &before.namespace))
        };
        let known: Vec<&RuleRow> = old().filter(of_caller).collect();
        if denied(after, rule, &from.value) {
            continue;
        }
        if known.is_empty() {
            let message = format!("`{}` is admitted to `{}`", from.value, after.id);
            return Some((message, from.span));
        }
        for (name, span) in operations(after, rule) {
            if !is_same_operation(before, after, name) {
                continue; // Which requests were in it is a question about sets of requests.
            }
            let of_operation = |old: &&&RuleRow| names(old, name);
            let covering: Vec<&&RuleRow> = known.iter().filter(of_operation).collect();
            match covering.as_slice() {
                [] => {
                    let message = format!("`{}` may do `{name}` on `{}`", from.value, after.id);
                    return Some((message, span));
                }
                [only] if !asks_no_more(only, rule) && asks_no_more(rule, only) => {
                    let message = format!(
                        "`{}` may do `{name}` on `{}` under fewer conditions",
                        from.value, after.id
                    );
                    return Some((message, rule.span));
                }
                _ => {}
            }
        }
    }
    None
}

/// Whether a deny of the Environment keeps a caller from everything, whatever is admitted.
fn denied(after: &Workload, rule: &RuleRow, caller: &str) -> bool {
    after.row.deny.iter().any(|deny| {
        let all = deny.from.is_none() && deny.federated.is_empty();
        let of_caller =
            all || callers(deny).any(|one| covers(&one.value, caller, &after.namespace));
        let everything = deny.operations.is_none() && deny.matches.is_empty();
        !deny.audit && !after.row.audit && of_caller && everything && asks_no_more(deny, rule)
    })
}

/// The operations that a rule admits to, with their places.
fn operations<'a>(after: &'a Workload, rule: &'a RuleRow) -> Vec<(&'a str, Span)> {
    let Some(named) = &rule.operations else {
        let all = after.operations.iter().map(|one| one.name.as_str());
        let rest = Some(REST).filter(|_| !is_total(after));
        return all.chain(rest).map(|name| (name, rule.span)).collect();
    };
    let known = |name: &str| (name == REST && !is_total(after)) || after.operation(name).is_some();
    let known = named.iter().filter(|one| known(&one.value));
    known.map(|one| (one.value.as_str(), one.span)).collect()
}

/// Whether one operation takes every request, so that there is no rest.
fn is_total(workload: &Workload) -> bool {
    let http = |port: &PortRow| port.protocol == Protocol::Http;
    let total = |one: &Match| {
        let bare = one.headers.is_empty() && one.query.is_empty() && one.methods.is_empty();
        bare && one.host.is_none() && one.regex.is_none() && one.path == "/**"
    };
    !workload.row.ports.iter().any(http)
        || workload.operations.iter().any(|one| one.matches.iter().any(total))
}

fn names(rule: &RuleRow, operation: &str) -> bool {
    rule.operations.as_ref().is_none_or(|named| named.iter().any(|one| one.value == operation))
}

/// Whether an operation is the same set of requests in both: what it matches, and for `rest` what
/// all others do.
fn is_same_operation(before: &Workload, after: &Workload, name: &str) -> bool {
    let same_set = |name: &str| {
        let find = |workload: &Workload| {
            let at = workload.operation(name)?;
            let found = workload.operations.get(at as usize)?;
            Some((found.matches.clone(), found.ports.clone()))
        };
        find(before) == find(after)
    };
    let all = before.operations.iter().chain(&after.operations);
    before.row.readings == after.row.readings
        && all.map(|one| one.name.as_str()).all(same_set)
        && (name == REST || same_set(name))
}
