//! What the platform says over a scope of workloads.

use meshc_check::Finding;
use meshc_check::unit::{At, GuardrailRow, RuleRow, ScopeRow, Suspended, WaiverRow};
use meshc_document::Span;
use rustc_hash::FxHashMap;

use crate::gather::Homes;
use crate::mesh::{Mesh, Workload};
use crate::outside::Placed;
use crate::resolve::Reference;

/// A guardrail with its names written out.
#[derive(Clone, Debug)]
pub struct Guardrail {
    /// Index of its file.
    pub file: u32,
    /// `namespace/name`.
    pub id: String,
    /// What was written, callers with their namespaces.
    pub row: GuardrailRow,
}

/// A guardrail over a workload.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Over {
    /// Index into [`Mesh::guardrails`].
    pub guardrail: u32,
    /// Unix second from which it denies for the workload, where it is waived; what it requires is
    /// not asked of the workload then.
    pub since: Option<i64>,
}

impl Guardrail {
    /// The name of one of its rules in reasons: `guardrail namespace/name`, and `.rule` where the
    /// rule has a name.
    #[must_use]
    pub fn rule_name(&self, rule: &RuleRow) -> String {
        named("guardrail", &self.id, rule)
    }
}

/// The name that a rule of the platform has among those of a workload; no name of a workload's own
/// holds a blank.
pub(crate) fn named(kind: &str, id: &str, rule: &RuleRow) -> String {
    match &rule.name {
        Some(name) => format!("{kind} {id}.{name}"),
        None => format!("{kind} {id}"),
    }
}

/// Gives every guardrail its namespace; of two with one name the first by file and place stays.
pub(crate) fn guardrails(mesh: &mut Mesh, rows: Vec<(u32, GuardrailRow)>, homes: &Homes<'_>) {
    for (file, mut row) in rows {
        let Some(namespace) = homes.of(mesh, file, row.namespace.as_ref(), &row.name) else {
            continue;
        };
        let id = format!("{namespace}/{}", row.name.value);
        let earlier = mesh.guardrails.iter().find(|one| one.id == id);
        if let Some(place) = earlier.map(|one| (one.file, one.row.name.span)) {
            repeated(mesh, file, "Guardrail", &id, row.name.span, place);
            continue;
        }
        row.deny.iter_mut().for_each(|rule| qualify(rule, &namespace));
        mesh.guardrails.push(Guardrail { file, id, row });
    }
    mesh.guardrails.sort_by(|a, b| a.id.cmp(&b.id));
}

/// Reports a second document of one kind and name.
pub(crate) fn repeated(
    mesh: &mut Mesh,
    file: u32,
    kind: &str,
    id: &str,
    span: Span,
    (other, first): (u32, Span),
) {
    let message = format!("the {kind} `{id}` is declared twice");
    let finding = Finding::new("MC211", span, message).help("rename or merge");
    mesh.report_with(file, finding, (other, first, "declared here too".into()));
}

/// Notes which guardrails are over a workload, and from when on those that are waived deny.
pub(crate) fn settle(mesh: &Mesh, waived: &Waived, workload: &mut Workload) {
    let over = (0_u32..).zip(&mesh.guardrails).filter(|(_, one)| covers(&one.row.scope, workload));
    let over = over.map(|(guardrail, one)| {
        let since = waived.until(&one.id, &workload.id);
        Over { guardrail, since }
    });
    workload.guardrails = over.collect();
}

/// For which objects waivers suspend guardrails, and until when.
///
/// The compiler knows no time, but whoever decides does: what a guardrail denies begins by itself
/// at the end of its waiver. What it requires is looked at by the compiler alone, so a waiver that
/// has ended suspends that until it is taken out, and `lint --at` says so (MC912).
pub(crate) struct Waived(FxHashMap<String, FxHashMap<String, i64>>);

impl Waived {
    pub(crate) fn of(waivers: &[Placed<WaiverRow>]) -> Self {
        let mut objects: FxHashMap<String, FxHashMap<String, i64>> = FxHashMap::default();
        for waiver in waivers {
            if let Suspended::Guardrail(at) = &waiver.row.suspended {
                let guardrail = Reference::of(&at.value, &waiver.namespace).id();
                let ends = objects.entry(guardrail).or_default();
                let end = ends.entry(waiver.object_id()).or_insert(waiver.row.until);
                // A waiver has no beginning: of several the last to end holds.
                *end = waiver.row.until.max(*end);
            }
        }
        Self(objects)
    }

    /// The Unix second at which a guardrail is suspended for a workload no more, both as
    /// `namespace/name`; nothing where it is not suspended.
    pub(crate) fn until(&self, guardrail: &str, workload: &str) -> Option<i64> {
        self.0.get(guardrail)?.get(workload).copied()
    }
}

/// Whether a workload is in a scope. A damaged one covers nothing: what was meant is not known.
pub(crate) fn covers(scope: &ScopeRow, workload: &Workload) -> bool {
    let inside = scope.namespaces.is_empty()
        || scope.namespaces.iter().any(|one| one.value == workload.namespace);
    let has = |label| workload.row.labels.contains(label);
    !scope.damaged && inside && scope.labels.iter().all(has)
}

/// Writes the namespace into callers that name none: the rule will stand among those of another.
pub(crate) fn qualify(rule: &mut RuleRow, namespace: &str) {
    let own = |caller: &&mut At<String>| {
        !caller.value.contains('/') && !matches!(caller.value.as_str(), "anyone" | "anonymous")
    };
    for caller in rule.from.iter_mut().flatten().filter(own) {
        caller.value = format!("{namespace}/{}", caller.value);
    }
}

impl Mesh {
    /// The guardrails over a workload, by name, each with the Unix second from which it denies
    /// where it is waived until then.
    pub fn guardrails_of<'a>(
        &'a self,
        workload: &'a Workload,
    ) -> impl Iterator<Item = (&'a Guardrail, Option<i64>)> {
        let over = workload.guardrails.iter();
        over.filter_map(|one| Some((self.guardrails.get(one.guardrail as usize)?, one.since)))
    }

    /// Every rule that is asked about a workload's callers: guardrails, deny, allow.
    pub fn rules_of<'a>(&'a self, workload: &'a Workload) -> impl Iterator<Item = &'a RuleRow> {
        let guardrails = self.guardrails_of(workload).flat_map(|(one, _)| &one.row.deny);
        guardrails.chain(&workload.row.deny).chain(&workload.row.allow)
    }
}
