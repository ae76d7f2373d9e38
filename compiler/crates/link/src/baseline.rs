//! What Baselines add to the services in their scope.

use meshc_check::unit::{BaselineRow, OperationRow, PortRow, RuleRow};
use meshc_check::{Finding, Moved};
use meshc_document::Span;
use meshc_snapshot::slice::Protocol;

use crate::gather::Homes;
use crate::mesh::{Mesh, MeshFinding, Workload};
use crate::platform::{covers, named, qualify, repeated};

/// A baseline with its names written out.
#[derive(Clone, Debug)]
pub struct Baseline {
    /// Index of its file.
    pub file: u32,
    /// `namespace/name`.
    pub id: String,
    /// What was written, callers with their namespaces.
    pub row: BaselineRow,
    /// The rows it adds, their places moved.
    addition: Addition,
}

#[derive(Clone, Debug)]
struct Addition {
    operations: Vec<OperationRow>,
    allow: Vec<RuleRow>,
    probes: Vec<(meshc_check::unit::At<String>, meshc_check::unit::At<String>)>,
}

/// Gives every baseline its namespace; of two with one name the first by file and place stays.
pub(crate) fn gather(mesh: &mut Mesh, rows: Vec<(u32, BaselineRow)>, homes: &Homes<'_>) {
    for (file, mut row) in rows {
        let Some(namespace) = homes.of(mesh, file, row.namespace.as_ref(), &row.name) else {
            continue;
        };
        let id = format!("{namespace}/{}", row.name.value);
        let earlier = mesh.baselines.iter().find(|one| one.id == id);
        if let Some(place) = earlier.map(|one| (one.file, one.row.name.span)) {
            repeated(mesh, file, "Baseline", &id, row.name.span, place);
            continue;
        }
        row.allow.iter_mut().for_each(|rule| qualify(rule, &namespace));
        let addition = Addition::of(&row, &id, mesh.range_of(file));
        mesh.baselines.push(Baseline { file, id, row, addition });
    }
    mesh.baselines.sort_by(|a, b| a.id.cmp(&b.id));
}

impl Addition {
    fn of(row: &BaselineRow, id: &str, range: u32) -> Self {
        let mut operations = row.operations.clone().moved(range);
        operations.iter_mut().for_each(|one| one.added = true);
        let mut allow = row.allow.clone().moved(range);
        for rule in &mut allow {
            rule.name = Some(named("baseline", id, rule));
            rule.added = true;
        }
        Self { operations, allow, probes: row.probes.clone().moved(range) }
    }
}

/// Adds the rows of every baseline to a workload in its scope; what is wrong with that.
pub(crate) fn add(mesh: &Mesh, workload: &mut Workload) -> Vec<MeshFinding> {
    let mut findings = Vec::new();
    let file = workload.file;
    let place = |span: Span| mesh.foreign.resolve(file, span);
    for baseline in &mesh.baselines {
        if reaches(baseline, workload) {
            findings.extend(operations(baseline, workload, &place));
            findings.extend(rules_and_probes(baseline, workload));
        }
    }
    findings
}

/// Whether a baseline adds something to a workload: to a service with an HTTP port.
pub(crate) fn reaches(baseline: &Baseline, workload: &Workload) -> bool {
    let http = |port: &PortRow| port.protocol == Protocol::Http;
    !workload.is_gateway()
        && workload.row.ports.iter().any(http)
        && covers(&baseline.row.scope, workload)
}

fn operations(
    baseline: &Baseline,
    workload: &mut Workload,
    place: &dyn Fn(Span) -> (u32, Span),
) -> Vec<MeshFinding> {
    let mut findings = Vec::new();
    let added = &baseline.addition.operations;
    for (written, one) in baseline.row.operations.iter().zip(added) {
        let name = &one.name.value;
        if let Some(other) = workload.row.operations.iter().find(|other| other.name.value == *name)
        {
            findings.push(taken(
                baseline,
                workload,
                written,
                (other.added, place(other.name.span)),
            ));
            continue;
        }
        match &written.port {
            Some(port) if !has_port(workload, &port.value) => {
                findings.push(no_port(baseline, workload, &port.value, port.span));
            }
            _ => workload.row.operations.push(one.clone()),
        }
    }
    findings
}

/// A name that a baseline gives to an operation and that another one has.
fn taken(
    baseline: &Baseline,
    workload: &Workload,
    written: &OperationRow,
    (added, (file, span)): (bool, (u32, Span)),
) -> MeshFinding {
    let name = &written.name.value;
    let ours = (baseline.file, written.name.span);
    let message = format!("`{name}` is an operation that a Baseline adds to `{}`", workload.id);
    // Of two Baselines the later by name is at fault, of a service and a Baseline the service.
    let (at, other, words, help) = if added {
        let words = format!("`{}` gets it here too", workload.id);
        (ours, (file, span), words, "narrow the scope of one of the two, or rename one")
    } else {
        let words = format!("Baseline `{}` adds it", baseline.id);
        ((file, span), ours, words, "rename the operation, or drop it: the Baseline's is there")
    };
    let finding = Finding::new("MC211", at.1, message).help(help);
    MeshFinding { file: at.0, finding, related: vec![(other.0, other.1, words)] }
}

fn rules_and_probes(baseline: &Baseline, workload: &mut Workload) -> Vec<MeshFinding> {
    let mut findings = Vec::new();
    let Addition { allow, probes, .. } = &baseline.addition;
    for rule in allow {
        let known = |name: &str| {
            name == "rest" || workload.row.operations.iter().any(|one| one.name.value == name)
        };
        // An operation that could not be added was reported; so is one that nobody declares.
        if rule.operations.iter().flatten().all(|one| known(&one.value)) {
            workload.row.allow.push(rule.clone());
        }
    }
    for (written, one) in baseline.row.probes.iter().zip(probes) {
        if has_port(workload, &one.1.value) {
            workload.row.probes.push(one.clone());
        } else {
            findings.push(no_port(baseline, workload, &written.1.value, written.1.span));
        }
    }
    findings
}

fn has_port(workload: &Workload, name: &str) -> bool {
    workload.row.ports.iter().any(|port| port.name.value == name)
}

fn no_port(baseline: &Baseline, workload: &Workload, name: &str, span: Span) -> MeshFinding {
    let message = format!("`{name}` is not a port of every service in this scope");
    let finding = Finding::new("MC204", span, message)
        .help("narrow the scope to services that have the port, or name another");
    let words = format!("`{}` has none of that name", workload.id);
    let related = vec![(workload.file, workload.row.name.span, words)];
    MeshFinding { file: baseline.file, finding, related }
}
