//! Units to one list of workloads: namespaces, duplicates, identities, instances of other files.

use meshc_check::unit::{At, WorkloadRow};
use meshc_check::{Finding, declare_instances, did_you_mean, nearest};
use meshc_document::Span;
use rustc_hash::FxHashMap;

use crate::effective::{Effective, Origin, Values};
use crate::load::is_named;
use crate::mesh::{Mesh, MeshFinding, Workload, WorkloadIx};
use crate::outside::{Declared, check_owner};

pub(crate) fn gather(mesh: &mut Mesh, folders: &[(String, String)]) {
    let mut rows = Vec::new();
    let mut declared = Vec::new();
    let mut issuers = Vec::new();
    let (mut guardrails, mut baselines, mut environments) = (Vec::new(), Vec::new(), Vec::new());
    let mut outside = Declared::default();
    let mut lost = Vec::new();
    for (file, source) in (0_u32..).zip(&mut mesh.files) {
        let unit = core::mem::take(&mut source.unit);
        mesh.doubtful.extend(crate::doubt::of(file, source, &unit.findings));
        let plain = |finding| MeshFinding { file, finding, related: Vec::new() };
        mesh.unread |= unit.unread;
        lost.extend(unit.lost.into_iter().map(|names| (file, names)));
        mesh.findings.extend(unit.findings.into_iter().map(plain));
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
    settle_mesh(mesh, declared);
    crate::issuers::gather(mesh, issuers);
    crate::environment::gather(mesh, environments);
    let homes = Homes { folders };
    for (file, (namespace, name)) in lost {
        if let Some(namespace) = namespace.or_else(|| homes.by_folder(mesh, file)) {
            mesh.lost.insert(format!("{namespace}/{name}"));
        }
    }
    for (file, row) in rows {
        if let Some(namespace) = homes.of(mesh, file, row.namespace.as_ref(), &row.name) {
            add(mesh, file, row, namespace);
        }
    }
    crate::platform::guardrails(mesh, guardrails, &homes);
    crate::outside::gather(mesh, outside, &homes);
    crate::baseline::gather(mesh, baselines, &homes);
    // Until here the index held the order of the files.
    mesh.workloads.sort_by(|a, b| a.id.cmp(&b.id));
    mesh.by_id = mesh.each().map(|(ix, workload)| (workload.id.clone(), ix)).collect();
    crate::platform::settle(mesh);
    crate::baseline::add(mesh);
    report_identities(mesh);
    let tests = core::mem::take(&mut mesh.tests);
    mesh.tests = tests
        .into_iter()
        .map(|(file, mut row)| {
            if row.namespace.is_none() {
                let value = homes.by_folder(mesh, file).unwrap_or_default();
                row.namespace = Some(At { value, span: row.name.span });
            }
            (file, row)
        })
        .collect();
}

fn settle_mesh(mesh: &mut Mesh, declared: Vec<(u32, meshc_check::unit::MeshRow)>) {
    let mut declared = declared.into_iter();
    let Some((file, row)) = declared.next() else {
        let intent = mesh.files.iter().position(|source| !is_named(&source.path));
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
    mesh.teams = row.teams;
    mesh.protected_rows = (file, row.protected);
    crate::federation::settle(mesh, file, row.federation);
}

/// Folders and the namespace that documents in them get.
pub(crate) struct Homes<'a> {
    folders: &'a [(String, String)],
}

impl Homes<'_> {
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

fn add(mesh: &mut Mesh, file: u32, row: WorkloadRow, namespace: String) {
    check_owner(mesh, file, row.owner.as_ref());
    let name = &row.name;
    let id = format!("{namespace}/{}", name.value);
    let earlier = mesh.by_id.get(&id).and_then(|&ix| mesh.workload(ix));
    if let Some((other, span)) = earlier.map(|other| (other.file, other.row.name.span)) {
        let finding = Finding::new("MC211", name.span, format!("`{id}` is declared twice"))
            .help("one workload is one intent; rename or merge");
        return mesh.report_with(file, finding, (other, span, "declared here too".into()));
    }
    let account = Values::new(mesh.timeout, file, &row).account().value;
    let identity = format!("spiffe://{}/ns/{namespace}/sa/{account}", mesh.trust_domain);
    let instances = instances(mesh, file, &row);
    let operations = Vec::new();
    let ix = WorkloadIx(u32::try_from(mesh.workloads.len()).unwrap_or(u32::MAX));
    mesh.by_id.insert(id.clone(), ix);
    mesh.workloads.push(Workload {
        file,
        row,
        namespace,
        id,
        identity,
        instances,
        unresolved: false,
        guardrails: Vec::new(),
        operations,
    });
}

fn check_namespace(mesh: &mut Mesh, file: u32, span: Span, namespace: &str) {
    if mesh.namespaces.is_empty() || mesh.namespaces.iter().any(|(name, _)| name == namespace) {
        return;
    }
    let message = format!("`{namespace}` is not a namespace of the Mesh");
    let known = mesh.namespaces.iter().map(|(name, _)| name.as_str());
    let help = did_you_mean(&nearest(namespace, known));
    let finding = Finding { help, ..Finding::new("MC202", span, message) };
    mesh.report(file, finding);
}

fn instances(mesh: &mut Mesh, file: u32, row: &WorkloadRow) -> Vec<meshc_check::unit::InstanceRow> {
    let mut found = row.instances.clone();
    if let Some(named) = &row.instance_file {
        let at = mesh.files.iter().position(|source| source.path == named.value);
        let Some((at, source)) = at.and_then(|at| Some((at, mesh.files.get(at)?))) else {
            let message = format!("the repository holds no file `{}`", named.value);
            let finding = Finding::new("MC201", named.span, message)
                .help("the path counts from the repository's root");
            mesh.report(file, finding);
            return found;
        };
        let (listed, findings) = declare_instances(&source.bytes);
        let other = u32::try_from(at).unwrap_or(u32::MAX);
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

fn report_identities(mesh: &mut Mesh) {
    let mut owners: FxHashMap<String, WorkloadIx> = FxHashMap::default();
    let mut pairs = Vec::new();
    for (ix, workload) in mesh.each() {
        match owners.get(&workload.identity) {
            Some(&first) => pairs.push((first, ix)),
            None => drop(owners.insert(workload.identity.clone(), ix)),
        }
    }
    for (first, second) in pairs {
        let (Some(one), Some(two)) = (mesh.workload(first), mesh.workload(second)) else {
            continue;
        };
        let place = |row: &WorkloadRow| row.account.as_ref().map_or(row.name.span, |at| at.span);
        let message = format!("`{}` and `{}` have one identity", one.id, two.id);
        let related = (one.file, place(&one.row), format!("`{}` has it too", one.id));
        let (file, span) = (two.file, place(&two.row));
        let help = "give one of them another `identity.serviceAccount`";
        mesh.report_with(file, Finding::new("MC404", span, message).help(help), related);
    }
}
