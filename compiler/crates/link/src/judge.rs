//! What a linked mesh can be told about itself without a rule of its own.

mod accounts;
mod addresses;
mod callers;
mod calls;
mod exposure;
mod grants;
mod hosts;
mod limits;
mod methods;
mod offers;
mod outside;
mod platform;
mod policy_tests;
mod ports;
mod protocols;
mod quotas;
mod routes;
mod rules;
mod ties;
mod traffic;
mod users;

use meshc_check::Finding;
use meshc_document::Span;
use rustc_hash::FxHashSet;

use crate::mesh::{Mesh, MeshFinding, Workload};

/// Collects what one look at the mesh finds.
pub(crate) struct Report<'a> {
    pub(crate) mesh: &'a Mesh,
    /// Every namespace that the `Mesh` lists or something is declared in.
    pub(crate) namespaces: FxHashSet<&'a str>,
    pub(crate) findings: Vec<MeshFinding>,
}

impl Report<'_> {
    pub(crate) fn add(&mut self, at: &Workload, finding: Finding) {
        self.findings.push(MeshFinding { file: at.file, finding, related: Vec::new() });
    }

    pub(crate) fn add_with(&mut self, at: &Workload, finding: Finding, place: (u32, Span, String)) {
        self.findings.push(MeshFinding { file: at.file, finding, related: vec![place] });
    }

    pub(crate) fn add_in(
        &mut self,
        file: u32,
        finding: Finding,
        place: Option<(u32, Span, String)>,
    ) {
        let related = place.into_iter().collect();
        self.findings.push(MeshFinding { file, finding, related });
    }
}

impl Report<'_> {
    /// As much of a span as stands on its first line: where an item of several begins.
    fn line_of(&self, file: u32, span: Span) -> Span {
        let bytes = self.mesh.files.get(file as usize).map_or(&[][..], |file| &file.bytes);
        let inside = bytes.get(span.start as usize..span.end as usize).unwrap_or_default();
        let line = inside.iter().position(|byte| *byte == b'\n').unwrap_or(inside.len());
        let line = inside.get(..line).unwrap_or_default().trim_ascii_end().len();
        let length = u32::try_from(line).unwrap_or(u32::MAX);
        Span { start: span.start, end: span.start.saturating_add(length) }
    }
}

pub(crate) fn judge(mesh: &mut Mesh) {
    let listed = mesh.namespaces.iter().map(|(name, _)| name.as_str());
    let namespaces =
        listed.chain(mesh.workloads.iter().map(|one| one.namespace.as_str())).collect();
    let mut report = Report { mesh, namespaces, findings: Vec::new() };
    let all = report.mesh;
    for (ix, workload) in all.each() {
        ports::judge(&mut report, workload);
        rules::judge(&mut report, workload);
        limits::judge(&mut report, workload);
        traffic::judge(&mut report, workload);
        routes::judge(&mut report, ix, workload);
        offers::judge(&mut report, ix, workload);
        hosts::judge(&mut report, workload);
        users::judge(&mut report, workload);
        calls::judge(&mut report, ix, workload);
        accounts::judge(&mut report, workload);
        protocols::judge(&mut report, workload);
        callers::judge(&mut report, ix, workload);
        grants::judge(&mut report, ix, workload);
        methods::judge(&mut report, workload);
        quotas::judge(&mut report, workload);
        exposure::judge(&mut report, ix, workload);
        ties::judge(&mut report, workload);
    }
    outside::judge(&mut report);
    addresses::judge_all(&mut report);
    platform::judge(&mut report);
    platform::judge_baselines(&mut report);
    hosts::judge_claims(&mut report);
    policy_tests::judge(&mut report);
    let mut findings = report.findings;
    mesh.findings.append(&mut findings);
}
