//! What the platform says over a scope of workloads.

use meshc_document::{NodeId, Span};

use crate::declare::{denial, each, operations, probes, rule};
use crate::finding::Finding;
use crate::rows::Rows;
use crate::unclear::unclear;
use crate::unit::{At, BaselineRow, GuardrailRow, RequireRow, ScopeRow};

/// A `Guardrail`.
pub(crate) fn guardrail(
    rows: &mut Rows<'_>,
    spec: NodeId,
    (namespace, name): (Option<At<String>>, At<String>),
) -> GuardrailRow {
    let sound = !rows.has_bad(spec);
    if sound && rows.tree.get(spec, "deny").is_none() && rows.tree.get(spec, "require").is_none() {
        let message = format!("`{}` neither denies nor requires anything", name.value);
        let finding = Finding::new("MC102", name.span, message);
        rows.findings.push(finding.help("write `deny` or `require`"));
    }
    let scope = scope(rows, spec, name.span);
    let deny = each(rows, spec, "deny", denial);
    GuardrailRow { namespace, name, scope, deny, require: require(rows, spec) }
}

/// A `Baseline`.
pub(crate) fn baseline(
    rows: &mut Rows<'_>,
    spec: NodeId,
    (namespace, name): (Option<At<String>>, At<String>),
) -> BaselineRow {
    let scope = scope(rows, spec, name.span);
    let operations = operations(rows, spec);
    let allow = each(rows, spec, "allow", rule);
    BaselineRow { namespace, name, scope, operations, allow, probes: probes(rows, spec) }
}

/// The scope of a document; `name` is its place where none was written.
fn scope(rows: &Rows<'_>, spec: NodeId, name: Span) -> ScopeRow {
    let Some(node) = rows.tree.get(spec, "scope").map(|entry| entry.value) else {
        let damaged = unclear(rows, spec, "scope");
        return ScopeRow { span: name, damaged, ..ScopeRow::default() };
    };
    let labels = rows.get(node, "labels");
    ScopeRow {
        span: rows.tree.span(node),
        namespaces: rows.texts(node, "namespaces"),
        labels: labels.map_or_else(Vec::new, |labels| rows.labels(labels, &[])),
        damaged: rows.has_bad(node),
    }
}

fn require(rows: &mut Rows<'_>, spec: NodeId) -> RequireRow {
    let Some(node) = rows.get(spec, "require") else { return RequireRow::default() };
    let demanded = |key| rows.truth(node, key).filter(|at| at.value).map(|at| at.span);
    let (owner, no_wildcard_from) = (demanded("owner"), demanded("noWildcardFrom"));
    RequireRow {
        owner,
        user: rows.get(node, "user").and_then(|user| rows.text(user, "issuer")),
        timeout_at_most_ms: rows.duration(node, "timeoutAtMost"),
        no_wildcard_from,
    }
}
