//! Names to what they stand for: calls, routes, callers, operations, versions.

use std::borrow::Cow;
use std::sync::Arc;

use meshc_check::unit::{At, WorkloadKind};
use meshc_check::{Finding, did_you_mean, nearest, parted};

use rustc_hash::FxHashSet;

use crate::graph::Graph;
use crate::mesh::{Edge, Meant, Mesh, MeshFinding, Workload, WorkloadIx};

/// `[namespace/]name[.operation]`, taken apart.
pub(crate) struct Reference<'a> {
    /// What stands before the operation, if the namespace is written there.
    id: Option<&'a str>,
    pub(crate) namespace: &'a str,
    pub(crate) name: &'a str,
    pub(crate) operation: Option<&'a str>,
}

impl<'a> Reference<'a> {
    pub(crate) fn of(text: &'a str, own: &'a str) -> Self {
        let (namespace, rest) = parted(text, b'/').unwrap_or((own, text));
        let (name, operation) = match parted(rest, b'.') {
            Some((name, operation)) => (name, Some(operation)),
            None => (rest, None),
        };
        let behind = operation.map_or(0, |operation| operation.len().saturating_add(1));
        let id = text.get(..text.len().saturating_sub(behind));
        Self { id: id.filter(|_| rest.len() < text.len()), namespace, name, operation }
    }

    /// `namespace/name`.
    pub(crate) fn id(&self) -> String {
        self.key().into_owned()
    }

    /// The same, to look something up by.
    pub(crate) fn key(&self) -> Cow<'a, str> {
        match self.id {
            Some(id) => Cow::Borrowed(id),
            None => Cow::Owned([self.namespace, "/", self.name].concat()),
        }
    }
}

/// Where something is said: a name without a namespace is one of this.
#[derive(Clone, Copy)]
pub(crate) struct Home<'a> {
    pub(crate) file: u32,
    pub(crate) namespace: &'a str,
}

impl Workload {
    pub(crate) fn home(&self) -> Home<'_> {
        Home { file: self.file, namespace: &self.namespace }
    }
}

/// What the calls or routes of one workload name.
#[derive(Debug, Default)]
pub(crate) struct Resolved {
    /// Those with both ends, in written order.
    pub(crate) edges: Vec<Edge>,
    /// What is wrong with the others; nothing where it was reported elsewhere.
    pub(crate) findings: Vec<MeshFinding>,
    /// Some were not understood, or name something that does not exist: what that may have meant.
    pub(crate) unresolved: Option<Meant>,
    /// Some name an operation of everybody who has it.
    pub(crate) everywhere: bool,
}

/// A name that nothing has.
#[derive(Debug)]
pub(crate) struct Unknown {
    /// What to say of it; nothing where a document that is wrong has it, or may have it: that was
    /// reported.
    pub(crate) finding: Option<Finding>,
    /// What may have been meant.
    pub(crate) meant: Meant,
}

impl Unknown {
    fn of(id: String, finding: Option<Finding>) -> Self {
        Self { finding, meant: Meant { ids: vec![id], anything: false } }
    }
}

impl Mesh {
    /// Ids of what calls and routes that name nothing there is may mean. None while that may be
    /// anything: some document, or what some workload calls, could not be understood.
    #[must_use]
    pub fn perhaps_called(&self) -> Option<FxHashSet<&str>> {
        self.perhaps_called_by(|_| true)
    }

    /// The same of some callers.
    pub(crate) fn perhaps_called_by(
        &self,
        callers: impl Fn(&Workload) -> bool,
    ) -> Option<FxHashSet<&str>> {
        if !self.gaps.is_empty() {
            return None;
        }
        let mut ids = FxHashSet::default();
        for (ix, told) in (0_u32..).map(WorkloadIx).zip(&self.told) {
            let Some(meant) = &told.unresolved else { continue };
            if !self.workload(ix).is_some_and(&callers) {
                continue;
            }
            if meant.anything {
                return None;
            }
            ids.extend(meant.ids.iter().map(String::as_str));
        }
        Some(ids)
    }
}

/// Looks up what every workload calls.
pub(crate) fn resolve(mesh: &mut Mesh) {
    let found: Vec<Resolved> = mesh.each().map(|(ix, one)| calls_of(mesh, ix, one)).collect();
    let mut edges = Vec::with_capacity(found.iter().map(|one| one.edges.len()).sum());
    for (at, mut one) in found.into_iter().enumerate() {
        edges.append(&mut one.edges);
        note(mesh, at, one);
    }
    mesh.graph = Arc::new(Graph::new(mesh.workloads.len(), &edges));
    mesh.edges = Arc::new(edges);
}

/// Notes what was found when the calls of a workload were looked up, beside the edges.
pub(crate) fn note(mesh: &mut Mesh, at: usize, found: Resolved) {
    if let Some(told) = mesh.told.get_mut(at).map(Arc::make_mut) {
        told.calls = found.findings;
        (told.everywhere, told.unresolved) = (found.everywhere, found.unresolved);
    }
}

/// Looks up what one workload calls.
pub(crate) fn calls_of(mesh: &Mesh, caller: WorkloadIx, workload: &Workload) -> Resolved {
    let mut found = Resolved::default();
    if workload.row.calls_unclear {
        found.unresolved = Some(Meant { ids: Vec::new(), anything: true });
    }
    for (item, to, timeout_ms) in sent(workload) {
        let edge = |callee, operation| {
            let waits_ms = crate::inversion::waits(mesh, callee, operation, timeout_ms);
            Edge { caller, callee, operation, item, span: to.span, timeout_ms, waits_ms }
        };
        let unknown = if let Some(name) = everywhere(&to.value) {
            found.everywhere = true;
            let targets = added(mesh, caller, name, to);
            let edges = |all: Vec<(WorkloadIx, u32)>| {
                let edges = all.into_iter().map(|(callee, at)| edge(callee, Some(at)));
                found.edges.extend(edges);
            };
            if mesh.each().any(|(ix, one)| ix != caller && one.operations_unclear()) {
                found.unresolved.get_or_insert_default();
            }
            // No workload was meant by its name.
            let unknown = |finding| Unknown { finding, meant: Meant::default() };
            targets.map(edges).map_err(|finding| Box::new(unknown(finding)))
        } else {
            // What is outside has no operations or rules to judge the call by.
            let one = |(callee, operation): (Option<WorkloadIx>, _)| {
                found.edges.extend(callee.map(|callee| edge(callee, operation)));
            };
            target(mesh, workload, to).map(one)
        };
        if let Err(unknown) = unknown {
            let Unknown { finding, meant } = *unknown;
            let all = found.unresolved.get_or_insert_default();
            all.ids.extend(meant.ids);
            all.anything |= meant.anything;
            let about = |finding| MeshFinding { file: workload.file, finding, related: Vec::new() };
            found.findings.extend(finding.map(about));
        }
    }
    found
}

/// The operation in a call of `*/*.operation`.
pub(crate) fn everywhere(to: &str) -> Option<&str> {
    to.strip_prefix("*/*.")
}

/// The operations by which a caller calls a service, where it names it in no call but those of every
/// service; none where it names it.
pub(crate) fn only_everywhere<'a>(caller: &'a Workload, callee: &Workload) -> Vec<&'a str> {
    let mut reached = Vec::new();
    if !caller.row.calls.iter().any(|call| call.to.value.as_bytes().first() == Some(&b'*')) {
        return reached; // Nearly nobody calls every service.
    }
    for call in &caller.row.calls {
        if let Some(name) = everywhere(&call.to.value) {
            let mut rows = callee.row.operations.iter();
            if rows.any(|one| one.added && one.name.value == name) {
                reached.push(name);
            }
            continue;
        }
        let named = Reference::of(&call.to.value, &caller.namespace);
        if named.namespace == callee.namespace && named.name == callee.row.name.value {
            return Vec::new();
        }
    }
    reached
}

/// Every other service that a Baseline gave an operation, and the operation's index; what is wrong
/// where none adds it, nothing where one may that was reported.
fn added(
    mesh: &Mesh,
    caller: WorkloadIx,
    name: &str,
    to: &At<String>,
) -> Result<Vec<(WorkloadIx, u32)>, Option<Finding>> {
    let rows = || mesh.baselines.iter().flat_map(|one| &one.row.operations);
    if !rows().any(|one| one.name.value == name) {
        let message = format!("`{name}` is not an operation that a Baseline adds");
        let finding = Finding::new("MC201", to.span, message);
        let near = nearest(name, rows().map(|one| one.name.value.as_str()));
        if near.is_empty() && mesh.may_lack("Baseline") {
            return Err(None);
        }
        let help = did_you_mean(&near);
        let advice = "`*/*` stands before an operation of a Baseline only; else name the service";
        let help = help.map_or_else(|| advice.to_owned(), |hint| format!("{hint}; {advice}"));
        return Err(Some(finding.help(help)));
    }
    let has = |workload: &Workload| {
        let mut rows = workload.row.operations.iter();
        rows.any(|one| one.added && one.name.value == name).then(|| workload.operation(name))?
    };
    let others = mesh.each().filter(|(ix, _)| *ix != caller);
    Ok(others.filter_map(|(ix, workload)| Some((ix, has(workload)?))).collect())
}

/// What a workload sends: calls of a service, routes of a gateway.
fn sent(workload: &Workload) -> Vec<(u32, &At<String>, Option<u32>)> {
    match workload.row.kind {
        WorkloadKind::Service => (0_u32..)
            .zip(&workload.row.calls)
            .map(|(item, call)| (item, &call.to, call.timeout_ms.as_ref().map(|at| at.value)))
            .collect(),
        WorkloadKind::Gateway => (0_u32..)
            .zip(&workload.row.routes)
            .map(|(item, route)| (item, &route.to, None))
            .collect(),
    }
}

fn target(
    mesh: &Mesh,
    from: &Workload,
    to: &At<String>,
) -> Result<(Option<WorkloadIx>, Option<u32>), Box<Unknown>> {
    let reference = Reference::of(&to.value, &from.namespace);
    let id = reference.key();
    let callee = mesh.workload_named(&id);
    let external = mesh.external(&id);
    if callee.is_none() && external.is_none() {
        return Err(Box::new(unknown_workload(mesh, from.home(), &reference, to)));
    }
    let Some(name) = reference.operation else { return Ok((callee, None)) };
    let workload = callee.and_then(|callee| mesh.workload(callee));
    let outside = external.into_iter().flat_map(|one| &one.row.operations).map(String::as_str);
    let known = outside.clone().any(|one| one == name);
    match workload.and_then(|workload| workload.operation(name)) {
        Some(operation) => Ok((callee, Some(operation))),
        None if known => Ok((callee, None)),
        None if workload.is_some_and(Workload::operations_unclear) => {
            Err(Box::new(Unknown::of(reference.id(), None)))
        }
        None => {
            let message = format!("`{name}` is not an operation of `{id}`");
            let names = workload.into_iter().flat_map(|one| &one.operations);
            let near = nearest(name, names.map(|one| one.name.as_str()).chain(outside));
            let kind = if workload.is_some() { "Baseline" } else { "ExternalIntent" };
            if near.is_empty() && mesh.may_lack(kind) {
                return Err(Box::new(Unknown::of(reference.id(), None)));
            }
            let help = did_you_mean(&near);
            let mut span = to.span;
            let tail = u32::try_from(name.len()).unwrap_or(0);
            if (span.end - span.start) as usize == to.value.len() {
                span.start = span.end - tail;
            }
            let finding = Finding { help, ..Finding::new("MC201", span, message) };
            Err(Box::new(Unknown::of(reference.id(), Some(finding))))
        }
    }
}

/// A name that no service or gateway has, with the nearest that some have.
pub(crate) fn unknown_workload(
    mesh: &Mesh,
    from: Home<'_>,
    reference: &Reference<'_>,
    at: &At<String>,
) -> Unknown {
    if mesh.lost.contains(&*reference.key()) {
        return Unknown::of(reference.id(), None);
    }
    let own = reference.namespace == from.namespace && !at.value.contains('/');
    let message =
        format!("`{}` is not a service in namespace {}", reference.name, reference.namespace);
    let proposed = mesh.proposed(reference, own);
    let found: Vec<&str> = proposed.iter().map(String::as_str).collect();
    // Names that stand alone are of the namespace that was looked in.
    let full = |name: &&str| match name.contains('/') {
        true => (*name).to_owned(),
        false => format!("{}/{name}", reference.namespace),
    };
    let meant = Meant { ids: found.iter().map(full).collect(), anything: found.is_empty() };
    if found.is_empty() && mesh.unread {
        return Unknown { finding: None, meant };
    }
    let help = did_you_mean(&found);
    let advice = "declare it in a ServiceIntent, or as an ExternalIntent if it runs outside";
    let help = help.map_or_else(|| advice.to_owned(), |hint| format!("{hint}; {advice}"));
    let mut span = at.span;
    if (span.end - span.start) as usize == at.value.len()
        && let Some(operation) = reference.operation
    {
        span.end -= u32::try_from(operation.len() + 1).unwrap_or(0);
    }
    Unknown { finding: Some(Finding::new("MC201", span, message).help(help)), meant }
}
