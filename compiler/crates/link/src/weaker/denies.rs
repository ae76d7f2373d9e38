//! Denies of the base that the Environment has not, or has for less.

use meshc_check::unit::RuleRow;

use std::sync::Arc;

use super::{Change, Weaker, asks_no_more, callers, covers, object};
use crate::mesh::{Mesh, Workload};
use crate::workloads::Entry;

/// Deny rules of a workload.
pub(super) fn judge(weaker: &mut Weaker<'_>, before: &Workload, after: &Workload) {
    for (number, rule) in before.row.deny.iter().enumerate().filter(|(_, rule)| !rule.audit) {
        if after.row.deny.iter().any(|other| denies_as_much(other, rule, &after.namespace)) {
            continue;
        }
        let same = |other: &&RuleRow| other.name.is_some() && other.name == rule.name;
        let now = after.row.deny.iter().find(same);
        let name = rule.name.clone().unwrap_or_else(|| format!("deny[{number}]"));
        let message = match now {
            Some(_) => format!("`{name}` of `{}` denies less", after.id),
            None => format!("`{name}` of `{}` is gone", after.id),
        };
        weaker.add(Change {
            code: "MC806",
            message,
            at: now.map(|now| (after.file, now.span)),
            object: object(after),
            fields: &["deny"],
            before: (before.file, rule.span),
        });
    }
}

/// Guardrails that deny less, or for fewer workloads.
pub(super) fn judge_guardrails(weaker: &mut Weaker<'_>) {
    let (base, mesh) = (weaker.base, weaker.mesh);
    let compared = if base.guardrails.is_empty() { Vec::new() } else { compared(base, mesh) };
    for guardrail in &base.guardrails {
        for rule in guardrail.row.deny.iter().filter(|rule| !rule.audit) {
            let lacking = compared.iter().find(|(workload, after)| {
                let mut before = base.guardrails_of(workload);
                let before = before.find(|(one, _)| one.id == guardrail.id);
                before.zip(*after).is_some_and(|((_, begins), after)| {
                    let mut rules = mesh
                        .guardrails_of(after)
                        .filter(|(_, since)| *since <= begins)
                        .flat_map(|(one, _)| &one.row.deny);
                    !rules.any(|other| denies_as_much(other, rule, ""))
                })
            });
            if let Some((workload, _)) = lacking {
                let (namespace, name) = guardrail.id.split_once('/').unwrap_or_default();
                weaker.add(Change {
                    code: "MC806",
                    message: format!(
                        "`{}` no longer denies for `{}` what it does",
                        guardrail.rule_name(rule),
                        workload.id
                    ),
                    at: None,
                    object: ("Guardrail", namespace, name),
                    fields: &["deny", "scope"],
                    before: (guardrail.file, rule.span),
                });
            }
        }
    }
}

/// Workloads of the base for which guardrails may mean something else in the Environment, each with
/// what it is there.
fn compared<'a>(base: &'a Mesh, mesh: &'a Mesh) -> Vec<(&'a Workload, Option<&'a Workload>)> {
    let mut platform = base.files.iter().zip(&mesh.files).filter(|(one, _)| !one.said.plain);
    let is_shared = platform.all(|(one, other)| Arc::ptr_eq(one, other));
    let each = base.workloads.entries().iter().filter_map(|before| {
        let now = mesh.workloads.named(before.id());
        let now = now.and_then(|ix| mesh.workloads.entries().get(ix.index()));
        if is_shared && now.is_some_and(|now| now.is(before)) {
            return None;
        }
        Some((before.workload()?, now.and_then(Entry::workload)))
    });
    each.collect()
}

/// Whether a rule denies at least what another one does.
fn denies_as_much(wide: &RuleRow, narrow: &RuleRow, own: &str) -> bool {
    let everyone = |rule: &RuleRow| rule.from.is_none() && rule.federated.is_empty();
    let from = everyone(wide)
        || (!everyone(narrow)
            && callers(narrow)
                .all(|one| callers(wide).any(|other| covers(&other.value, &one.value, own))));
    let operations = match (&wide.operations, &narrow.operations) {
        (None, _) => true,
        (Some(wide), Some(narrow)) => {
            narrow.iter().all(|one| wide.iter().any(|other| other.value == one.value))
        }
        (Some(_), None) => false,
    };
    let matches = wide.matches.is_empty()
        || (!narrow.matches.is_empty()
            && narrow
                .matches
                .iter()
                .all(|one| wide.matches.iter().any(|other| other.value == one.value)));
    !wide.audit && from && operations && matches && asks_no_more(wide, narrow)
}
