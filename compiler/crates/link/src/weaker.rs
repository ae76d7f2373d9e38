//! What an Environment admits that the base does not (MC806), and TLS that it loosens (MC414).
//!
//! Rules are held against rules, caller by caller and operation by operation. What could be said
//! only of sets of requests, whether the conditions of one rule are covered by those of several
//! others, is left unsaid here: nothing is guessed.

use meshc_check::Finding;
use meshc_check::unit::{At, PatchRow, PortRow, RuleRow};
use meshc_document::Span;
use meshc_snapshot::slice::Protocol;

use crate::environment::Laid;
use crate::mesh::{Mesh, MeshFinding, Workload};
use crate::workloads::Entry;

mod admits;
mod denies;

/// Holds a mesh in an Environment against its base.
pub(crate) fn judge(base: &Mesh, mesh: &Mesh, laid: &Laid<'_>) -> Vec<MeshFinding> {
    let mut weaker = Weaker { base, mesh, laid, found: Vec::new(), used: Vec::new() };
    for entry in mesh.workloads.entries() {
        let before = base.workloads.named(entry.id());
        let before = before.and_then(|ix| base.workloads.entries().get(ix.index()));
        // What is one and the same is not weaker.
        let before = before.filter(|before| !before.is(entry)).and_then(Entry::workload);
        let (Some(before), Some(workload)) = (before, entry.workload()) else { continue };
        ports(&mut weaker, before, workload);
        audit(&mut weaker, before, workload);
        admits::judge(&mut weaker, before, workload);
        denies::judge(&mut weaker, before, workload);
    }
    denies::judge_guardrails(&mut weaker);
    weaker.finish()
}

/// Collects what is weaker, and which patches that was allowed to.
pub(crate) struct Weaker<'a> {
    base: &'a Mesh,
    mesh: &'a Mesh,
    laid: &'a Laid<'a>,
    found: Vec<MeshFinding>,
    /// Patches that weaken something and are listed.
    used: Vec<&'a str>,
}

/// Something that is weaker: what to say, and in which object and field it was changed.
pub(crate) struct Change<'b> {
    pub(crate) code: &'static str,
    pub(crate) message: String,
    /// File and place of the weaker value, if it is still written somewhere.
    pub(crate) at: Option<(u32, Span)>,
    /// Kind, namespace and name of the object.
    pub(crate) object: (&'b str, &'b str, &'b str),
    /// The fields below `spec` by which it may have changed.
    pub(crate) fields: &'b [&'b str],
    /// Where the base says it.
    pub(crate) before: (u32, Span),
}

impl<'a> Weaker<'a> {
    /// Notes a change, unless the Environment lists the patch that makes it.
    pub(crate) fn add(&mut self, change: Change<'_>) {
        let patch = self.patch_of(&change);
        let listed = |patch: &&PatchRow| {
            let mut widens = self.laid.overlay.row.widens.iter();
            let unclear = self.laid.overlay.row.widens_unclear;
            unclear || widens.any(|(name, _)| name.value == patch.name.value)
        };
        if let Some(patch) = patch.filter(listed) {
            self.used.push(&patch.name.value);
            return;
        }
        let row = &self.laid.overlay.row;
        let by_patch = change.at.filter(|at| self.mesh.is_of_environment(Some(*at)));
        let written = by_patch.map(|(file, span)| self.mesh.resolve(file, span));
        let (file, span) = written
            .or_else(|| patch.map(|patch| (self.laid.file, patch.name.span)))
            .unwrap_or((self.laid.file, row.name.span));
        let help = match patch {
            Some(patch) => format!(
                "say it in the base, or list `{}` under `widens` with a reason",
                patch.name.value
            ),
            None => "the files that it leaves out say otherwise; select them".to_owned(),
        };
        let before = self.base.resolve(change.before.0, change.before.1);
        let related = vec![(before.0, before.1, "the base says this".to_owned())];
        let finding = Finding::new(change.code, span, change.message).help(help);
        self.found.push(MeshFinding { file, finding, related });
    }

    /// The patch that makes a change: the one that wrote the value, else one that touches the field.
    fn patch_of(&self, change: &Change<'_>) -> Option<&'a PatchRow> {
        let laid: &'a Laid<'a> = self.laid;
        let row = &laid.overlay.row;
        let by_patch = change.at.filter(|at| self.mesh.is_of_environment(Some(*at)));
        let written = by_patch.map(|(file, span)| self.mesh.resolve(file, span).1);
        let inside = |patch: &&PatchRow| {
            let whole = patch.span;
            written.is_some_and(|span| whole.start <= span.start && span.end <= whole.end)
        };
        let (kind, namespace, name) = change.object;
        let tree = self.laid.overlay.tree();
        let touches = |patch: &&PatchRow| {
            let spec = tree.get(patch.merge, "spec").map(|entry| entry.value);
            patch.kind.value == kind
                && patch.object.value == name
                && patch.namespace.as_ref().is_some_and(|at| at.value == namespace)
                && spec.is_some_and(|spec| {
                    change.fields.iter().any(|field| tree.get(spec, field).is_some())
                })
        };
        row.patches.iter().find(inside).or_else(|| row.patches.iter().find(touches))
    }

    /// What was found, and the entries of `widens` whose patches widen nothing (MC807).
    fn finish(self) -> Vec<MeshFinding> {
        let (laid, used) = (self.laid, &self.used);
        let row = &laid.overlay.row;
        let mut found = Vec::new();
        let known = |name: &str| row.patches.iter().any(|one| one.name.value == name);
        for (patch, _) in &row.widens {
            if known(&patch.value)
                && !self.is_unclear(&patch.value)
                && !used.contains(&patch.value.as_str())
            {
                let message = format!("`{}` admits nothing that the base does not", patch.value);
                let finding = Finding::new("MC807", patch.span, message).help("drop the entry");
                found.push(MeshFinding { file: laid.file, finding, related: Vec::new() });
            }
        }
        found.extend(self.found);
        found
    }

    /// Whether the object of a patch is not understood with it in all that is judged here.
    fn is_unclear(&self, patch: &str) -> bool {
        let row = self.laid.overlay.row.patches.iter().find(|one| one.name.value == patch);
        let Some(row) = row else { return false };
        let mut all = self.mesh.each().map(|(_, one)| one);
        all.any(|one| {
            let (kind, namespace, name) = object(one);
            kind == row.kind.value
                && name == row.object.value
                && row.namespace.as_ref().is_none_or(|at| at.value == namespace)
                && (one.row.rules_unclear || one.row.ports_unclear)
        })
    }
}

/// The kind, namespace and name of a workload.
pub(crate) fn object(workload: &Workload) -> (&str, &str, &str) {
    let kind = if workload.is_gateway() { "GatewayIntent" } else { "ServiceIntent" };
    (kind, &workload.namespace, &workload.row.name.value)
}

/// Ports on which less is asked: a listener without its TLS, a port whose requests nobody reads.
fn ports(weaker: &mut Weaker<'_>, before: &Workload, after: &Workload) {
    let name = |port: &PortRow| port.name.value.clone();
    for port in &after.row.ports {
        let Some(old) = before.row.ports.iter().find(|one| name(one) == name(port)) else {
            continue;
        };
        let mut add = |code, message| {
            weaker.add(Change {
                code,
                message,
                at: Some((after.file, port.name.span)),
                object: object(after),
                fields: &["listeners", "ports"],
                before: (before.file, old.name.span),
            });
        };
        if old.certificate.is_some() && port.certificate.is_none() {
            add("MC414", format!("listener `{}` of `{}` ends no TLS", name(port), after.id));
        }
        if old.protocol == Protocol::Http && port.protocol == Protocol::Tcp {
            let message = format!("nobody reads requests on `{}` of `{}`", name(port), after.id);
            add("MC806", message);
        }
    }
}

/// A workload that refuses nothing any more.
fn audit(weaker: &mut Weaker<'_>, before: &Workload, after: &Workload) {
    if after.row.audit && !before.row.audit {
        weaker.add(Change {
            code: "MC806",
            message: format!("`{}` refuses nothing and only says what it would", after.id),
            at: None,
            object: object(after),
            fields: &["enforce"],
            before: (before.file, before.row.name.span),
        });
    }
}

/// Whether everything that a rule asks besides caller and operation is asked by another one too, so
/// that the other holds at most where this one does. Conditions are compared as they are written.
pub(crate) fn asks_no_more(wide: &RuleRow, narrow: &RuleRow) -> bool {
    let inside = |wide: &[String], narrow: &[String]| {
        wide.is_empty() || (!narrow.is_empty() && narrow.iter().all(|one| wide.contains(one)))
    };
    let user = match (&wide.user, &narrow.user) {
        (None, _) => true,
        (Some(wide), Some(narrow)) => {
            wide.issuer.value == narrow.issuer.value
                && wide.claims.iter().all(|one| narrow.claims.contains(one))
        }
        (Some(_), None) => false,
    };
    user && wide.headers.iter().all(|one| narrow.headers.contains(one))
        && wide.query.iter().all(|one| narrow.query.contains(one))
        && inside(&wide.source, &narrow.source)
        && inside(&wide.client, &narrow.client)
        && (wide.hours.is_none() || wide.hours == narrow.hours)
        && wide.until.is_none_or(|end| narrow.until.is_some_and(|other| other <= end))
}

/// Whether a caller, as rules write them, covers another one. `own` are the namespaces of the two
/// rules' workloads, which are one.
pub(crate) fn covers(wide: &str, narrow: &str, own: &str) -> bool {
    let full = |text: &str| match text {
        "anyone" | "anonymous" => text.to_owned(),
        _ if text.contains('/') => text.to_owned(),
        _ => format!("{own}/{text}"),
    };
    let (wide, narrow) = (full(wide), full(narrow));
    if wide == narrow {
        return true;
    }
    let federated = narrow.starts_with("spiffe://");
    match wide.as_str() {
        "anyone" => !federated && narrow != "anonymous",
        _ => wide.strip_suffix('*').is_some_and(|above| narrow.starts_with(above)),
    }
}

/// Every caller that a rule names.
pub(crate) fn callers(rule: &RuleRow) -> impl Iterator<Item = &At<String>> {
    rule.from.iter().flatten().chain(&rule.federated)
}
