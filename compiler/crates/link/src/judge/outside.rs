//! Names in externals, invariants and waivers stand for something.

use meshc_check::unit::{At, Suspended, WaiverRow};
use meshc_check::{Finding, did_you_mean, nearest};

use super::Report;
use super::ports::twice;
use super::rules::callers;
use crate::outside::Placed;
use crate::platform::covers;
use crate::resolve::{Home, Reference, unknown_workload};

pub(super) fn judge(report: &mut Report<'_>) {
    let mesh = report.mesh;
    for external in &mesh.externals {
        let home = Home { file: external.file, namespace: &external.namespace };
        let ports = external.row.ports.iter().map(|port| (port.value.clone(), port.span));
        twice(report, external.file, "port", ports);
        let rules = external.row.allow.iter();
        let named = rules.filter_map(|rule| Some((rule.name.clone()?, rule.span)));
        twice(report, external.file, "rule", named);
        for rule in &external.row.allow {
            callers(report, home, rule);
            for operation in rule.operations.iter().flatten() {
                if !external.row.operations.contains(&operation.value) {
                    unknown_operation(report, home, operation, &external.id);
                }
            }
        }
    }
    for invariant in &mesh.invariants {
        let home = Home { file: invariant.file, namespace: &invariant.namespace };
        invariant.row.workloads.iter().for_each(|name| named(report, home, name));
        for namespace in &invariant.row.namespaces {
            known_namespace(report, home, namespace, &namespace.value);
        }
        if let Some(issuer) = &invariant.row.issuer {
            let names = || mesh.issuers.iter().map(|one| one.row.name.value.as_str());
            if !names().any(|name| name == issuer.value) {
                let message = format!("`{}` is not a TokenIssuer", issuer.value);
                let help = did_you_mean(&nearest(&issuer.value, names()));
                let finding = Finding { help, ..Finding::new("MC201", issuer.span, message) };
                report.add_in(home.file, finding, None);
            }
        }
    }
    mesh.waivers.iter().for_each(|waiver| object(report, waiver));
}

/// A workload, external or set of callers that an invariant names.
fn named(report: &mut Report<'_>, home: Home<'_>, name: &At<String>) {
    if matches!(name.value.as_str(), "anyone" | "anonymous") {
        return;
    }
    if let Some(namespace) = name.value.strip_suffix("/*") {
        return known_namespace(report, home, name, namespace);
    }
    let mesh = report.mesh;
    let reference = Reference::of(&name.value, home.namespace);
    let id = reference.id();
    let workload = mesh.workload_named(&id).and_then(|ix| mesh.workload(ix));
    let external = mesh.external(&id);
    if workload.is_none() && external.is_none() {
        let unknown = unknown_workload(mesh, home, &reference, name);
        if let Some(finding) = unknown.finding {
            report.add_in(home.file, finding, None);
        }
        return;
    }
    let Some(operation) = reference.operation else { return };
    let offered = workload.is_some_and(|one| one.operation(operation).is_some())
        || external.is_some_and(|one| one.row.operations.iter().any(|name| name == operation));
    if !offered {
        let at = At { value: operation.to_owned(), span: name.span };
        unknown_operation(report, home, &at, &id);
    }
}

fn known_namespace(report: &mut Report<'_>, home: Home<'_>, at: &At<String>, namespace: &str) {
    if !report.namespaces().contains(namespace) {
        let message = format!("nothing is declared in namespace `{namespace}`");
        let help = did_you_mean(&nearest(namespace, report.namespaces().iter().copied()));
        let finding = Finding { help, ..Finding::new("MC202", at.span, message) };
        report.add_in(home.file, finding, None);
    }
}

fn unknown_operation(report: &mut Report<'_>, home: Home<'_>, at: &At<String>, id: &str) {
    let mesh = report.mesh;
    let workload = mesh.workload_named(id).and_then(|ix| mesh.workload(ix));
    let mut names: Vec<&str> =
        workload.into_iter().flat_map(|one| &one.operations).map(|one| one.name.as_str()).collect();
    names.extend(
        mesh.external(id).into_iter().flat_map(|one| &one.row.operations).map(String::as_str),
    );
    let message = format!("`{}` is not an operation of `{id}`", at.value);
    let near = nearest(&at.value, names.into_iter());
    let kind = if workload.is_some() { "Baseline" } else { "ExternalIntent" };
    if near.is_empty() && mesh.may_lack(kind) {
        return;
    }
    let help = did_you_mean(&near);
    report.add_in(home.file, Finding { help, ..Finding::new("MC201", at.span, message) }, None);
}

/// The object of a waiver exists, and so does the guardrail or invariant it suspends.
fn object(report: &mut Report<'_>, waiver: &Placed<WaiverRow>) {
    let mesh = report.mesh;
    let row = &waiver.row;
    let id = waiver.object_id();
    let workloads = |gateway: bool| {
        mesh.workloads
            .iter()
            .filter(move |one| one.is_gateway() == gateway)
            .map(|one| one.id.as_str())
    };
    let known: Option<Vec<&str>> = match row.kind.as_str() {
        "ServiceIntent" => Some(workloads(false).collect()),
        "GatewayIntent" => Some(workloads(true).collect()),
        "ExternalIntent" => Some(mesh.externals.iter().map(|one| one.id.as_str()).collect()),
        "Guardrail" => Some(mesh.guardrails.iter().map(|one| one.id.as_str()).collect()),
        "Invariant" => Some(mesh.invariants.iter().map(|one| one.id.as_str()).collect()),
        // Mesh-wide kinds and tests have names of other shapes, which nothing here lists.
        _ => None,
    };
    if let Some(known) = known {
        exists(report, waiver.file, &row.kind, (&row.object, &id), &known);
    }
    let suspended = match &row.suspended {
        Suspended::Finding(_) => return,
        Suspended::Guardrail(at) => {
            let ids = mesh.guardrails.iter().map(|one| one.id.as_str()).collect::<Vec<_>>();
            ("Guardrail", at, ids)
        }
        Suspended::Invariant(at) => {
            let ids = mesh.invariants.iter().map(|one| one.id.as_str()).collect::<Vec<_>>();
            ("Invariant", at, ids)
        }
    };
    let (kind, at, known) = suspended;
    let id = Reference::of(&at.value, &waiver.namespace).id();
    exists(report, waiver.file, kind, (at, &id), &known);
    unused(report, waiver, &id);
}

/// A waiver of a guardrail that does not hold for its object suspends nothing.
fn unused(report: &mut Report<'_>, waiver: &Placed<WaiverRow>, guardrail: &str) {
    let mesh = report.mesh;
    let guardrail = mesh.guardrails.iter().find(|one| one.id == guardrail);
    let workload = mesh.workload_named(&waiver.object_id()).and_then(|ix| mesh.workload(ix));
    let (Some(guardrail), Some(workload)) = (guardrail, workload) else { return };
    if !covers(&guardrail.row.scope, workload) {
        let Placed { file, row, .. } = waiver;
        let message = format!(
            "Waiver `{}` hides nothing: Guardrail `{}` does not hold for `{}`",
            row.name.value, guardrail.id, workload.id
        );
        report.add_in(*file, Finding::new("MC910", row.object.span, message), None);
    }
}

fn exists(
    report: &mut Report<'_>,
    file: u32,
    kind: &str,
    (at, id): (&At<String>, &str),
    known: &[&str],
) {
    if !known.contains(&id) {
        let message = format!("there is no {kind} `{id}`");
        let help = did_you_mean(&nearest(id, known.iter().copied()));
        report.add_in(file, Finding { help, ..Finding::new("MC201", at.span, message) }, None);
    }
}
