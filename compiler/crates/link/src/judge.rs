//! What a linked mesh can be told about itself without a rule of its own.

mod accounts;
mod addresses;
mod callers;
mod calls;
mod exposure;
mod grants;
mod hosts;
mod identities;
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

use core::cell::OnceCell;
use std::sync::Arc;

use meshc_check::Finding;
use meshc_document::Span;
use rustc_hash::FxHashSet;

use crate::mesh::{Mesh, MeshFinding, Workload, WorkloadIx};
use crate::whole::Differs;

/// Collects what one look at the mesh finds.
pub(crate) struct Report<'a> {
    pub(crate) mesh: &'a Mesh,
    namespaces: OnceCell<FxHashSet<&'a str>>,
    unlisted: OnceCell<Vec<&'a str>>,
    pub(crate) findings: Vec<MeshFinding>,
    /// Something was named that is not there, or nobody is where somebody was looked for.
    pub(crate) unknown: bool,
    /// What tells operations that do not overlap from others.
    apart: FxHashSet<Vec<usize>>,
    /// What routes that were not understood may lead to; see [`Mesh::perhaps_called`].
    perhaps_routed: OnceCell<Option<FxHashSet<&'a str>>>,
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

impl<'a> Report<'a> {
    pub(crate) fn new(mesh: &'a Mesh) -> Self {
        Self {
            mesh,
            namespaces: OnceCell::new(),
            unlisted: OnceCell::new(),
            findings: Vec::new(),
            unknown: false,
            apart: FxHashSet::default(),
            perhaps_routed: OnceCell::new(),
        }
    }

    /// Every namespace that the `Mesh` lists or something is declared in.
    pub(crate) fn namespaces(&self) -> &FxHashSet<&'a str> {
        self.namespaces.get_or_init(|| {
            let mesh = self.mesh;
            let mut all: FxHashSet<&str> =
                mesh.namespaces.iter().map(|(name, _)| name.as_str()).collect();
            let mut last = "";
            for id in mesh.workloads.ids() {
                // They are sorted by namespace.
                let namespace = id.split_once('/').map_or("", |(namespace, _)| namespace);
                if namespace != last {
                    last = namespace;
                    all.insert(last);
                }
            }
            all
        })
    }

    /// Namespaces of workloads that a `Mesh` which lists some does not list: some may be misspelt.
    fn unlisted(&self) -> &[&'a str] {
        self.unlisted.get_or_init(|| {
            let places = &self.mesh.namespace_places;
            let all = self.namespaces().iter().copied().filter(|_| !places.is_empty());
            let mut found: Vec<&str> = all.filter(|one| !places.contains_key(*one)).collect();
            found.sort_unstable();
            found
        })
    }

    /// Whether some gateway may lead to a workload, as far as its routes were understood.
    fn perhaps_routed(&self, to: &Workload) -> bool {
        let routed = || self.mesh.perhaps_called_by(Workload::is_gateway);
        let routed = self.perhaps_routed.get_or_init(routed);
        routed.as_ref().is_none_or(|ids| ids.contains(to.id.as_str()))
    }

    /// What one workload and its neighbours give cause to say, and whether it names something that
    /// is not there.
    pub(crate) fn judge(
        &mut self,
        ix: WorkloadIx,
        workload: &Workload,
    ) -> (Vec<MeshFinding>, bool) {
        self.unknown = false;
        ports::judge(self, workload);
        rules::judge(self, workload);
        limits::judge(self, workload);
        traffic::judge(self, workload);
        routes::judge(self, ix, workload);
        offers::judge(self, ix, workload);
        hosts::judge(self, workload);
        users::judge(self, workload);
        calls::judge(self, ix, workload);
        accounts::judge(self, workload);
        protocols::judge(self, workload);
        callers::judge(self, ix, workload);
        grants::judge(self, ix, workload);
        methods::judge(self, workload);
        quotas::judge(self, workload);
        exposure::judge(self, ix, workload);
        ties::judge(self, workload);
        (core::mem::take(&mut self.findings), self.unknown)
    }

    /// What all workloads together give cause to say of their identities.
    pub(crate) fn identities(&mut self) -> Vec<MeshFinding> {
        identities::judge_all(self);
        core::mem::take(&mut self.findings)
    }

    /// The same of where they run, and whether some run here and some elsewhere.
    pub(crate) fn addresses(&mut self) -> (Vec<MeshFinding>, bool) {
        let apart = addresses::judge_all(self);
        (core::mem::take(&mut self.findings), apart)
    }

    /// The same of the hosts they claim.
    pub(crate) fn hosts(&mut self) -> Vec<MeshFinding> {
        hosts::judge_claims(self);
        core::mem::take(&mut self.findings)
    }

    /// What documents of the platform and tests give cause to say.
    pub(crate) fn platform(&mut self) -> Vec<MeshFinding> {
        outside::judge(self);
        platform::judge(self);
        platform::judge_baselines(self);
        policy_tests::judge(self);
        core::mem::take(&mut self.findings)
    }
}

/// Judges workloads, and then all of them together where something differs.
pub(crate) fn judge(mesh: &mut Mesh, some: impl Iterator<Item = WorkloadIx>, differs: Differs) {
    let whole = core::mem::take(&mut mesh.whole);
    let mut report = Report::new(mesh);
    let some = some.filter_map(|ix| Some((ix, mesh.workload(ix)?)));
    let found: Vec<_> = some.map(|(ix, one)| (ix, report.judge(ix, one))).collect();
    let whole = whole.judged(&mut report, differs);
    for (ix, found) in found {
        if let Some(told) = mesh.told.get_mut(ix.index()).map(Arc::make_mut) {
            (told.judged, told.unknown) = found;
        }
    }
    mesh.whole = whole;
}
