//! Guardrails and Baselines: whom they name, whether they hold for anything, what they require.

use meshc_check::unit::{At, RequireRow, RuleRow, ScopeRow};
use meshc_check::{Finding, did_you_mean, nearest};
use meshc_document::Span;
use meshc_snapshot::slice::Protocol;

use super::Report;
use super::ports::twice;
use super::rules::{callers, of_requests};
use super::users::known;
use crate::baseline::reaches;
use crate::effective::{Effective, Origin, duration};
use crate::mesh::{Mesh, Workload};
use crate::platform::{Guardrail, Waived, covers};
use crate::resolve::Home;

pub(super) fn judge(report: &mut Report<'_>) {
    let mesh = report.mesh;
    let waived = Waived::of(&mesh.waivers);
    for guardrail in &mesh.guardrails {
        let (file, row) = (guardrail.file, &guardrail.row);
        let mut over: Vec<&Workload> =
            mesh.each().map(|(_, one)| one).filter(|one| covers(&row.scope, one)).collect();
        scope(report, file, &row.scope, over.is_empty());
        let named = row.deny.iter().filter_map(|rule| Some((rule.name.clone()?, rule.span)));
        twice(report, file, "rule", named);
        for rule in &row.deny {
            // Callers without a namespace were given the guardrail's own.
            callers(report, Home { file, namespace: "" }, rule);
            if let Some(user) = &rule.user {
                known(report, file, &user.issuer);
            }
            opaque(report, guardrail, rule, &over);
        }
        over.retain(|one| waived.until(&guardrail.id, &one.id).is_none());
        if let Some(issuer) = &row.require.user {
            known(report, file, issuer);
        }
        // Whom it is about is not known without its scope.
        for workload in over.into_iter().filter(|_| !guardrail.row.scope.damaged) {
            require(report, guardrail, workload);
        }
    }
}

/// What is wrong with a Baseline whatever it is added to. Who is named in its rules is looked up
/// among the rules of each service.
pub(super) fn judge_baselines(report: &mut Report<'_>) {
    let mesh = report.mesh;
    for baseline in &mesh.baselines {
        let (file, row) = (baseline.file, &baseline.row);
        let empty = !mesh.workloads.iter().any(|one| reaches(baseline, one));
        scope(report, file, &row.scope, empty);
        let named = row.allow.iter().filter_map(|rule| Some((rule.name.clone()?, rule.span)));
        twice(report, file, "rule", named);
        let known =
            |name: &str| name == "rest" || row.operations.iter().any(|one| one.name.value == name);
        let named = row.allow.iter().flat_map(|rule| rule.operations.iter().flatten());
        for operation in named.filter(|one| !known(&one.value)) {
            let message = format!("`{}` is not an operation of this Baseline", operation.value);
            let names = row.operations.iter().map(|one| one.name.value.as_str());
            let near = nearest(&operation.value, names);
            if near.is_empty() && mesh.may_lack("Baseline") {
                continue;
            }
            let help = did_you_mean(&near);
            let finding = Finding { help, ..Finding::new("MC201", operation.span, message) };
            report.add_in(file, finding, None);
        }
    }
}

/// Namespaces that are named must exist, and the scope must select something (MC209).
fn scope(report: &mut Report<'_>, file: u32, scope: &ScopeRow, empty: bool) {
    let mut known = true;
    for one in &scope.namespaces {
        if report.namespaces().contains(one.value.as_str()) {
            continue;
        }
        known = false;
        let message = format!("nothing is declared in namespace `{}`", one.value);
        let help = did_you_mean(&nearest(&one.value, report.namespaces().iter().copied()));
        report.add_in(file, Finding { help, ..Finding::new("MC202", one.span, message) }, None);
    }
    if empty && known && !scope.damaged && is_whole(report.mesh) {
        report.add_in(file, Finding::new("MC209", scope.span, "nothing is in this scope"), None);
    }
}

/// Whether everything that could be in a scope was understood.
fn is_whole(mesh: &Mesh) -> bool {
    let clear = |one: &Workload| !one.row.ports_unclear && !one.row.labels_unclear;
    mesh.gaps.is_empty() && mesh.workloads.iter().all(clear)
}

/// A condition on a request that meets a port in the scope which carries none.
fn opaque(report: &mut Report<'_>, guardrail: &Guardrail, rule: &RuleRow, over: &[&Workload]) {
    let Some(condition) = of_requests(rule).filter(|_| rule.matches.is_empty() && !rule.damaged)
    else {
        return;
    };
    let tcp = |one: &&Workload| {
        let port = one.row.ports.iter().find(|port| port.protocol == Protocol::Tcp)?;
        Some((one.file, port.name.span, format!("a port of `{}`", one.id)))
    };
    let Some(place) = over.iter().find_map(tcp) else { return };
    let message = format!("`{condition}` can never hold on a port that carries no HTTP");
    let finding = Finding::new("MC517", rule.span, message)
        .help("say by `match` which HTTP requests are meant, or narrow the scope");
    report.add_in(guardrail.file, finding, Some(place));
}

/// What a guardrail requires of one workload.
fn require(report: &mut Report<'_>, guardrail: &Guardrail, workload: &Workload) {
    let RequireRow { owner, user, timeout_at_most_ms, no_wildcard_from } = &guardrail.row.require;
    let mut unmet = Unmet { report, guardrail };
    let row = &workload.row;
    if let Some(span) = owner.filter(|_| row.owner.is_none() && !row.owner_unclear) {
        let message = format!("`{}` has no `owner`", workload.id);
        unmet.add("MC541", (workload.file, workload.row.name.span), message, span);
    }
    for rule in workload.row.allow.iter().filter(|rule| !rule.damaged) {
        // That an issuer is unknown was said where it is named.
        if let Some(issuer) =
            user.as_ref().filter(|one| unmet.report.mesh.issuer(&one.value).is_some())
        {
            without_user(&mut unmet, workload, rule, issuer);
        }
        if let Some(span) = no_wildcard_from {
            let callers = rule.from.iter().flatten().chain(&rule.federated);
            for from in callers.filter(|one| one.value == "anyone" || one.value.ends_with("/*")) {
                let message = format!("`{}` stands for many callers", from.value);
                unmet.add("MC544", (workload.file, from.span), message, *span);
            }
        }
    }
    if let Some(most) = timeout_at_most_ms {
        longest(&mut unmet, workload, most);
    }
}

/// Collects what a workload owes to a guardrail.
struct Unmet<'a, 'b> {
    report: &'a mut Report<'b>,
    guardrail: &'a Guardrail,
}

impl Unmet<'_, '_> {
    fn add(&mut self, code: &'static str, (file, at): (u32, Span), message: String, span: Span) {
        let words = format!("guardrail `{}` requires it otherwise", self.guardrail.id);
        let place = (self.guardrail.file, span, words);
        self.report.add_in(file, Finding::new(code, at, message), Some(place));
    }
}

/// A rule that allows HTTP requests without a user of the issuer.
fn without_user(
    unmet: &mut Unmet<'_, '_>,
    workload: &Workload,
    rule: &RuleRow,
    issuer: &At<String>,
) {
    let opaque = |name: &str| {
        let mut ports = workload.row.ports.iter();
        ports.any(|port| port.protocol == Protocol::Tcp && port.name.value == name)
    };
    let http = match &rule.operations {
        Some(named) => named.iter().any(|one| !opaque(&one.value)),
        None => speaks_http(workload),
    };
    let asks = rule.user.as_ref().is_some_and(|user| user.issuer.value == issuer.value);
    if http && !asks {
        let message = format!("this allows requests without a user of `{}`", issuer.value);
        unmet.add("MC542", (workload.file, rule.span), message, issuer.span);
    }
}

/// Requests that may take longer than a guardrail admits.
fn longest(unmet: &mut Unmet<'_, '_>, workload: &Workload, most: &At<u32>) {
    if workload.is_gateway() || !speaks_http(workload) {
        return;
    }
    let mesh: &Mesh = unmet.report.mesh;
    let values = mesh.values(workload);
    let written = workload.row.operations.iter().filter(|one| one.timeout_ms.is_some());
    let all = written.map(|one| values.operation_timeout(one));
    for Effective { value, origin } in all.chain([values.timeout()]) {
        if value <= most.value {
            continue;
        }
        let (value, admitted) = (duration(value), duration(most.value));
        let (place, message) = match origin {
            Origin::Written(file, span) => {
                ((file, span), format!("{value} is more than the {admitted} that are admitted"))
            }
            Origin::Default(_) if workload.row.requests_unclear => continue,
            Origin::Default(_) => (
                (workload.file, workload.row.name.span),
                format!(
                    "`{}` says no timeout: the default of {value} is more than {admitted}",
                    workload.id
                ),
            ),
        };
        unmet.add("MC543", place, message, most.span);
    }
}

fn speaks_http(workload: &Workload) -> bool {
    workload.row.ports.iter().any(|port| port.protocol == Protocol::Http)
}
