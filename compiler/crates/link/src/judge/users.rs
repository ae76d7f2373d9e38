//! Issuers that rules, limits and tests name, and what they tell an application.

use meshc_check::unit::{At, ForwardRow};
use meshc_check::{Finding, did_you_mean, nearest};
use meshc_snapshot::slice::Per;

use super::Report;
use crate::issuers::Issuer;
use crate::mesh::{Mesh, Workload};

pub(super) fn judge(report: &mut Report<'_>, workload: &Workload) {
    let row = &workload.row;
    for rule in row.allow.iter().chain(&row.deny) {
        if let Some(user) = &rule.user {
            known(report, workload.file, &user.issuer);
        }
    }
    for limit in &row.rate_limits {
        if let Some(At { value: Per::User { issuer, .. }, span }) = &limit.per {
            known(report, workload.file, &At { value: issuer.clone(), span: *span });
        }
    }
    told_by_two(report, workload);
}

pub(super) fn known(report: &mut Report<'_>, file: u32, issuer: &At<String>) {
    if report.mesh.issuer(&issuer.value).is_some() {
        return;
    }
    report.unknown = true;
    let message = format!("`{}` is not a TokenIssuer of this mesh", issuer.value);
    let names = report.mesh.issuers.iter().map(|one| one.row.name.value.as_str());
    let advice = "declare it: `kind: TokenIssuer` with its `issuer`, `audiences` and `keys`";
    let near = nearest(&issuer.value, names);
    if near.is_empty() && report.mesh.may_lack("TokenIssuer") {
        return;
    }
    let help =
        did_you_mean(&near).map_or_else(|| advice.to_owned(), |hint| format!("{hint}; {advice}"));
    report.add_in(file, Finding::new("MC201", issuer.span, message).help(help), None);
}

/// One header field that two issuers of a workload write: its application could not tell whose
/// claim it reads, so a user of one could pass for a user of the other.
fn told_by_two(report: &mut Report<'_>, workload: &Workload) {
    let mut told: Vec<(&Issuer, &ForwardRow)> = Vec::new();
    for name in issuers_named(report.mesh, workload) {
        let Some(issuer) = report.mesh.issuer(name) else { continue };
        for one in &issuer.row.forward {
            let Some((first, other)) =
                told.iter().find(|(_, other)| other.header.value == one.header.value)
            else {
                told.push((issuer, one));
                continue;
            };
            let (name, theirs) = (&issuer.row.name.value, &first.row.name.value);
            let message = format!(
                "`{}` of `{}` would be written by `{name}` and by `{theirs}`",
                one.header.value, workload.id
            );
            let finding = Finding::new("MC211", one.header.span, message)
                .help("give each issuer a field of its own");
            let place = (first.file, other.header.span, format!("`{theirs}` writes it here"));
            report.add_in(issuer.file, finding, Some(place));
        }
    }
}

/// Names of the issuers that a workload's rules, its guardrails' and its limits name, sorted.
pub(crate) fn issuers_named<'a>(mesh: &'a Mesh, workload: &'a Workload) -> Vec<&'a str> {
    let rules = mesh.rules_of(workload);
    let mut names: Vec<&str> =
        rules.filter_map(|rule| Some(rule.user.as_ref()?.issuer.value.as_str())).collect();
    names.extend(workload.row.rate_limits.iter().filter_map(
        |limit| match limit.per.as_ref()?.value {
            Per::User { ref issuer, .. } => Some(issuer.as_str()),
            Per::Caller | Per::Total => None,
        },
    ));
    names.sort_unstable();
    names.dedup();
    names
}

impl Mesh {
    /// The issuers that a workload's rules and limits name, sorted by name.
    pub fn issuers_of<'a>(&'a self, workload: &'a Workload) -> impl Iterator<Item = &'a Issuer> {
        issuers_named(self, workload).into_iter().filter_map(|name| self.issuer(name))
    }
}
