//! Units to one list of workloads: namespaces, duplicates, identities, instances of other files.

use std::sync::Arc;

use meshc_check::unit::{At, InstanceRow, TestRow, Unit, WorkloadRow};
use meshc_check::{Finding, declare_instances, did_you_mean, nearest};
use meshc_document::Span;
use rustc_hash::FxHashMap;

use crate::effective::{Effective, Origin, Values};
use crate::load::{Holds, Loaded, is_named};
use crate::mesh::{Mesh, MeshFinding, Told, Workload};
use crate::outside::{Declared, check_owner};
use crate::platform::Waived;
use crate::source::{Said, SourceFile};
use crate::workloads::{Entry, Workloads};

/// What an earlier run linked.
pub(crate) struct Linked {
    /// With all that the platform says for them.
    pub(crate) workloads: Workloads,
    /// What was found about each.
    pub(crate) told: Vec<Arc<Told>>,
    /// With the file of each.
    pub(crate) tests: Vec<(u32, TestRow)>,
}

/// Takes what files declare. Where workloads and tests are linked already, none is declared.
pub(crate) fn gather(
    mesh: &mut Mesh,
    loaded: impl Iterator<Item = Loaded>,
    folders: &[(String, String)],
    linked: Option<Linked>,
) {
    let homes = Homes { folders };
    // Most files declare one.
    let mut rows = Vec::with_capacity(if linked.is_none() { loaded.size_hint().0 } else { 0 });
    let mut declared = Vec::new();
    let mut issuers = Vec::new();
    let (mut guardrails, mut baselines, mut environments) = (Vec::new(), Vec::new(), Vec::new());
    let mut outside = Declared::default();
    for (file, one) in (0_u32..).zip(loaded) {
        let Loaded { path, bytes, holds } = one;
        let (unit, said) = match holds {
            Holds::Documents(mut unit) => {
                let said = homes.said(file, &path, &mut unit);
                (Some(unit), said)
            }
            Holds::Data => (None, Said::default()),
            Holds::Known(said) => (None, said),
        };
        mesh.files.push(Arc::new(SourceFile { path, bytes, said }));
        let Some(unit) = unit else { continue };
        declared.extend(unit.meshes.into_iter().map(|row| (file, row)));
        issuers.extend(unit.issuers.into_iter().map(|row| (file, row)));
        outside.externals.extend(unit.externals.into_iter().map(|row| (file, row)));
        outside.invariants.extend(unit.invariants.into_iter().map(|row| (file, row)));
        outside.waivers.extend(unit.waivers.into_iter().map(|row| (file, row)));
        baselines.extend(unit.baselines.into_iter().map(|row| (file, row)));
        environments.extend(unit.environments.into_iter().map(|row| (file, row)));
        guardrails.extend(unit.guardrails.into_iter().map(|row| (file, row)));
        rows.extend(unit.workloads.into_iter().map(|row| (file, row)));
        mesh.tests.extend(unit.tests.into_iter().map(|row| (file, row)));
    }
    note_all_gaps(mesh);
    settle_mesh(mesh, declared);
    crate::issuers::gather(mesh, issuers);
    crate::environment::gather(mesh, environments);
    let is_new = linked.is_none();
    match linked {
        None => workloads(mesh, rows, &homes),
        Some(linked) => {
            (mesh.workloads, mesh.told) = (linked.workloads, linked.told);
            mesh.tests = linked.tests;
        }
    }
    crate::platform::guardrails(mesh, guardrails, &homes);
    crate::outside::gather(mesh, outside, &homes);
    crate::baseline::gather(mesh, baselines, &homes);
    let tests = core::mem::take(&mut mesh.tests);
    mesh.tests = tests.into_iter().map(|(file, row)| (file, homes.test(mesh, file, row))).collect();
    mesh.gathered = core::mem::take(&mut mesh.findings);
    if is_new {
        complete_all(mesh);
    }
}

/// Notes what some files may declare that could not be read; nothing has changed in the others.
pub(crate) fn note_gaps(mesh: &mut Mesh, some: impl Iterator<Item = u32>) {
    let some: Vec<u32> = some.collect();
    let said = |file: &u32| Some(&mesh.files.get(*file as usize)?.said);
    let open = |file: &u32| said(file).is_some_and(|one| one.unread || !one.lost.is_empty());
    let unclear = |file: &u32| said(file).is_some_and(|one| !one.unclear_kinds.is_empty());
    let among = |known: &[u32], wanted: &dyn Fn(&u32) -> bool| {
        let both = known.iter().chain(&some).copied().filter(|file| wanted(file));
        let mut files: Vec<u32> = both.collect();
        files.sort_unstable();
        files.dedup();
        files
    };
    let (gaps, unclear) = (among(&mesh.gaps, &open), among(&mesh.unclear, &unclear));
    mesh.unread = gaps.iter().filter_map(said).any(|one| one.unread);
    mesh.lost = gaps.iter().filter_map(said).flat_map(|one| &one.lost).cloned().collect();
    (mesh.gaps, mesh.unclear) = (gaps, unclear);
}

/// Notes them of every file.
pub(crate) fn note_all_gaps(mesh: &mut Mesh) {
    let all = u32::try_from(mesh.files.len()).unwrap_or(u32::MAX);
    note_gaps(mesh, 0..all);
}

/// Takes the workloads, of two with one id the first by file and place.
fn workloads(mesh: &mut Mesh, rows: Vec<(u32, WorkloadRow)>, homes: &Homes<'_>) {
    let before = core::mem::take(&mut mesh.findings);
    let mut found: Vec<(Arc<Workload>, Told)> = Vec::with_capacity(rows.len());
    let mut known: FxHashMap<String, usize> = FxHashMap::default();
    let mut repeated = Vec::new();
    for (file, row) in rows {
        let Some((workload, told)) = homes.workload(mesh, file, row) else {
            repeated.append(&mut mesh.findings);
            mesh.clashing = true;
            mesh.gaps.push(file);
            continue;
        };
        let first = known.get(&workload.id).and_then(|&at| found.get(at));
        if let Some((first, _)) = first {
            let name = &workload.row.name;
            let message = format!("`{}` is declared twice", workload.id);
            let finding = Finding::new("MC211", name.span, message)
                .help("one workload is one intent; rename or merge");
            let place = (first.file, first.row.name.span, "declared here too".into());
            repeated.push(MeshFinding { file, finding, related: vec![place] });
            mesh.clashing = true;
            mesh.gaps.push(file);
            continue;
        }
        known.insert(workload.id.clone(), found.len());
        found.push((Arc::new(workload), told));
    }
    mesh.gaps.sort_unstable();
    mesh.gaps.dedup();
    found.sort_by(|a, b| a.0.id.cmp(&b.0.id));
    let entry = |(workload, told)| (Entry::Linked(workload), Arc::new(told));
    let (entries, told) = found.into_iter().map(entry).unzip();
    (mesh.workloads, mesh.told) = (Workloads::new(entries), told);
    mesh.findings = before;
    mesh.findings.append(&mut repeated);
}

/// Gives every workload what the platform says for it.
fn complete_all(mesh: &mut Mesh) {
    let mut workloads = core::mem::take(&mut mesh.workloads);
    let mut told = core::mem::take(&mut mesh.told);
    let waived = Waived::of(&mesh.waivers);
    let mut faults = Vec::new();
    for (workload, told) in workloads.iter_mut().zip(&mut told) {
        faults.extend(complete(mesh, &waived, workload, Arc::make_mut(told)));
    }
    mesh.clashing |= !faults.is_empty();
    // What is wrong with one row of a baseline is said once, of the first service it meets.
    let mut said: Vec<(u32, Span)> = Vec::new();
    for found in faults {
        let at = (found.file, found.finding.span);
        if !said.contains(&at) {
            said.push(at);
            mesh.gathered.push(found);
        }
    }
    (mesh.workloads, mesh.told) = (workloads, told);
}

/// Gives one workload what the platform says for it: guardrails, what Baselines add, defaults. What
/// is wrong with a Baseline is given back.
pub(crate) fn complete(
    mesh: &Mesh,
    waived: &Waived,
    workload: &mut Workload,
    told: &mut Told,
) -> Vec<MeshFinding> {
    crate::platform::settle(mesh, waived, workload);
    let faults = crate::baseline::add(mesh, workload);
    crate::lower::lower(mesh, workload, &mut told.own);
    told.named = crate::patch::named(workload);
    told.tries = crate::amplification::tries(workload);
    faults
}

fn settle_mesh(mesh: &mut Mesh, declared: Vec<(u32, meshc_check::unit::MeshRow)>) {
    let mut declared = declared.into_iter();
    let Some((file, row)) = declared.next() else {
        // What is said then depends on what every file lacks.
        mesh.clashing = true;
        let intent = mesh.files.iter().position(|source| !is_named(&source.path));
        let intent = intent.filter(|_| !mesh.may_lack("Mesh"));
        if let Some(intent) = intent.and_then(|at| u32::try_from(at).ok()) {
            let help = "declare one: `kind: Mesh` with `spec: {trustDomain: …}`";
            let finding = Finding::new("MC102", Span::default(), "no document declares the Mesh");
            mesh.report(intent, finding.help(help));
        }
        return;
    };
    for (other_file, other) in declared {
        let finding = Finding::new("MC211", other.name.span, "a second Mesh")
            .help("keep one: it holds for everything");
        mesh.report_with(other_file, finding, (file, row.name.span, "the first one".into()));
    }
    mesh.trust_domain = row.trust_domain.unwrap_or_default();
    mesh.cluster_suffix = row.cluster_suffix;
    mesh.timeout = row.timeout_ms.map(|timeout| Effective {
        value: timeout.value,
        origin: Origin::Written(file, timeout.span),
    });
    for (number, second) in row.namespaces.iter().enumerate() {
        let mut before = row.namespaces.iter().take(number);
        if let Some(first) = before.find(|one| one.value == second.value) {
            let message = format!("namespace `{}` is there twice", second.value);
            let finding = Finding::new("MC211", second.span, message)
                .help("list it once, with all of its hosts");
            mesh.report_with(file, finding, (file, first.span, "the first one".into()));
        }
    }
    let names = row.namespaces.into_iter().map(|namespace| namespace.value);
    mesh.namespaces = names.zip(row.namespace_hosts).collect();
    let places = mesh.namespaces.iter().enumerate().rev();
    mesh.namespace_places = Arc::new(places.map(|(at, (name, _))| (name.clone(), at)).collect());
    mesh.teams = row.teams;
    mesh.protected_rows = (file, row.protected);
    crate::federation::settle(mesh, file, row.federation);
}

/// Folders and the namespace that documents in them get.
pub(crate) struct Homes<'a> {
    pub(crate) folders: &'a [(String, String)],
}

impl Homes<'_> {
    /// What a file says by itself, taken out of its unit.
    pub(crate) fn said(&self, file: u32, path: &str, unit: &mut Unit) -> Said {
        Said::of(file, unit, |namespace, name| {
            let folder = || namespace_of(path, self.folders).map(str::to_owned);
            Some(format!("{}/{name}", namespace.or_else(folder)?))
        })
    }

    /// A policy test with its namespace written out.
    pub(crate) fn test(&self, mesh: &Mesh, file: u32, mut row: TestRow) -> TestRow {
        if row.namespace.is_none() {
            let value = self.by_folder(mesh, file).unwrap_or_default();
            row.namespace = Some(At { value, span: row.name.span });
        }
        row
    }

    /// A workload with its names written out, and what its own document gives cause to say; without
    /// a namespace it is none, and that is reported.
    pub(crate) fn workload(
        &self,
        mesh: &mut Mesh,
        file: u32,
        mut row: WorkloadRow,
    ) -> Option<(Workload, Told)> {
        let namespace = self.of(mesh, file, row.namespace.as_ref(), &row.name)?;
        check_owner(mesh, file, row.owner.as_ref());
        let id = [&namespace, "/", &row.name.value].concat();
        let account = Values::new(mesh.timeout, file, &row).account().value;
        let parts = ["spiffe://", &mesh.trust_domain, "/ns/", &namespace, "/sa/", account];
        let identity = parts.concat();
        let workload = Workload {
            file,
            namespace,
            id,
            identity,
            instances: instances(mesh, file, &mut row),
            guardrails: Vec::new(),
            operations: Vec::new(),
            row,
        };
        let own = core::mem::take(&mut mesh.findings);
        Some((workload, Told { own, ..Told::default() }))
    }

    /// The namespace of a document, written or by its folder; says what is wrong with it.
    pub(crate) fn of(
        &self,
        mesh: &mut Mesh,
        file: u32,
        written: Option<&At<String>>,
        name: &At<String>,
    ) -> Option<String> {
        let found = written.map(|at| at.value.clone()).or_else(|| self.by_folder(mesh, file));
        let Some(namespace) = found else {
            let help = "write it, or give the folder one in `meshc.toml`";
            let finding = Finding::new("MC102", name.span, "`namespace` is missing");
            mesh.report(file, finding.help(help));
            return None;
        };
        check_namespace(mesh, file, written.map_or(name.span, |at| at.span), &namespace);
        Some(namespace)
    }

    fn by_folder(&self, mesh: &Mesh, file: u32) -> Option<String> {
        namespace_of(&mesh.files.get(file as usize)?.path, self.folders).map(str::to_owned)
    }
}

/// The namespace that a file's folder gives to documents that name none: of the deepest folder that
/// has one. A folder is written without `/` at its end, the root as the empty text.
#[must_use]
pub fn namespace_of<'a>(path: &str, folders: &'a [(String, String)]) -> Option<&'a str> {
    let inside = |folder: &str| {
        folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
    };
    let found = folders.iter().filter(|(folder, _)| inside(folder));
    found.max_by_key(|(folder, _)| folder.len()).map(|(_, namespace)| namespace.as_str())
}

fn check_namespace(mesh: &mut Mesh, file: u32, span: Span, namespace: &str) {
    if mesh.namespaces.is_empty() || mesh.namespace_places.contains_key(namespace) {
        return;
    }
    let message = format!("`{namespace}` is not a namespace of the Mesh");
    let known = mesh.namespaces.iter().map(|(name, _)| name.as_str());
    let help = did_you_mean(&nearest(namespace, known));
    let finding = Finding { help, ..Finding::new("MC202", span, message) };
    mesh.report(file, finding);
}

fn instances(mesh: &mut Mesh, file: u32, row: &mut WorkloadRow) -> Vec<InstanceRow> {
    let mut found = core::mem::take(&mut row.instances);
    if let Some(named) = &row.instance_file {
        let other = mesh.file_named(&named.value);
        let Some((other, source)) = other.and_then(|at| Some((at, mesh.files.get(at as usize)?)))
        else {
            let message = format!("the repository holds no file `{}`", named.value);
            let finding = Finding::new("MC201", named.span, message)
                .help("the path counts from the repository's root");
            mesh.report(file, finding);
            return found;
        };
        let (listed, findings) = declare_instances(&source.bytes);
        for finding in findings {
            mesh.report(other, finding);
        }
        found = listed;
    }
    for one in &found {
        if row.instance_file.is_none() && one.address.value.parse::<core::net::IpAddr>().is_err() {
            let message = format!("`{}` is not an IP address", one.address.value);
            mesh.report(file, Finding::new("MC112", one.address.span, message));
        }
    }
    found.sort_by(|a, b| a.address.value.cmp(&b.address.value));
    found
}
