//! Files to the linked whole: the stages in their order.

use std::sync::Arc;

use meshc_check::Schema;

use crate::environment::Laid;
use crate::mesh::{Mesh, MeshFinding, WorkloadIx};
use crate::source::Content;
use crate::whole::Differs;

impl Mesh {
    /// Reads, checks and links files on two threads; their order means nothing. `namespaces` gives
    /// folders (without `/` at the end; empty for the root) the namespace of documents in them that
    /// name none; the longest folder counts.
    #[must_use]
    pub fn read(
        mut files: Vec<(Arc<str>, Content)>,
        schema: &Schema,
        namespaces: &[(String, String)],
    ) -> Self {
        files.sort_by(|a, b| a.0.cmp(&b.0));
        let mut mesh = Self::default();
        mesh.link(files, schema, namespaces, None);
        mesh.settle(Vec::new());
        mesh
    }

    /// The same files in one Environment: those that belong to it, with its patches, held against
    /// this mesh, which is the base. Nothing if there is no Environment of that name.
    ///
    /// What it shares with the base is not looked at again; `anew` reads and links all of it
    /// nevertheless, with the same result.
    #[must_use]
    pub fn read_in(
        &self,
        schema: &Schema,
        namespaces: &[(String, String)],
        environment: &str,
        anew: bool,
    ) -> Option<Self> {
        let mut foreign = self.foreign.clone();
        let laid = Laid::find(self, &mut foreign, schema, (environment, namespaces))?;
        let differing = if anew { None } else { laid.differing(self) };
        let patched = differing.and_then(|files| self.laid(&files, &laid, foreign.clone(), schema));
        let mut mesh = patched.unwrap_or_else(|| {
            let environment_file = Some(laid.file);
            let mut mesh = Self { foreign, environment_file, ..Self::default() };
            let files = self.files.iter().map(|one| (one.path.clone(), one.bytes.clone()));
            mesh.link(files.collect(), schema, namespaces, Some(&laid));
            mesh
        });
        let mut found = crate::environment::judge_laid(&laid);
        found.extend(crate::weaker::judge(self, &mesh, &laid));
        mesh.settle(found);
        Some(mesh)
    }

    fn link(
        &mut self,
        files: Vec<(Arc<str>, Content)>,
        schema: &Schema,
        namespaces: &[(String, String)],
        laid: Option<&Laid<'_>>,
    ) {
        let loaded = crate::load::load(files, schema, laid);
        crate::gather::gather(self, loaded.into_iter(), namespaces, None);
        crate::resolve::resolve(self);
        let all = u32::try_from(self.workloads.len()).unwrap_or(u32::MAX);
        crate::judge::judge(self, (0..all).map(WorkloadIx), Differs::ALL);
    }

    /// Puts together everything that was found, and `more`, in the order of files and places.
    pub(crate) fn settle(&mut self, more: Vec<MeshFinding>) {
        let mut findings = more;
        findings.extend(self.files.iter().flat_map(|one| &one.said.findings).cloned());
        findings.extend(self.gathered.iter().cloned());
        for told in &self.told {
            findings.extend([&told.own, &told.calls, &told.judged].into_iter().flatten().cloned());
        }
        findings.extend(self.whole.findings().cloned());
        crate::foreign::settle(&self.foreign, &mut findings);
        findings.sort_by(|a, b| {
            (a.file, a.finding.span, a.finding.code, &a.finding.message).cmp(&(
                b.file,
                b.finding.span,
                b.finding.code,
                &b.finding.message,
            ))
        });
        findings.dedup();
        self.findings = findings;
    }
}
