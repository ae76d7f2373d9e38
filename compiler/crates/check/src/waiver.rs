//! `Waiver` documents as rows.

use meshc_document::{NodeId, Span};

use crate::rows::Rows;
use crate::unit::At;

/// What suspends one finding, guardrail or invariant for one object.
#[derive(Clone, Debug)]
pub struct WaiverRow {
    /// Its namespace, if written.
    pub namespace: Option<At<String>>,
    /// Its name.
    pub name: At<String>,
    /// Kind of the object.
    pub kind: String,
    /// Namespace of the object, if written.
    pub object_namespace: Option<At<String>>,
    /// Name of the object.
    pub object: At<String>,
    /// What is suspended.
    pub suspended: Suspended,
    /// Why.
    pub reason: String,
    /// Team that answers for it.
    pub owner: At<String>,
    /// Unix seconds at which it ends.
    pub until: i64,
    /// Where its end stands.
    pub until_span: Span,
}

/// What a waiver suspends.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Suspended {
    /// Findings of this code.
    Finding(At<String>),
    /// A guardrail, `[namespace/]name`.
    Guardrail(At<String>),
    /// An invariant, `[namespace/]name`.
    Invariant(At<String>),
}

/// A waiver; none where a part of it was refused, since nothing is suspended by half a document.
pub(crate) fn waiver(
    rows: &mut Rows<'_>,
    spec: NodeId,
    (namespace, name): (Option<At<String>>, At<String>),
) -> Option<WaiverRow> {
    if rows.has_bad(spec) {
        return None;
    }
    let object = rows.get(spec, "object")?;
    let finding = rows.text(spec, "finding").map(Suspended::Finding);
    let guardrail = rows.text(spec, "guardrail").map(Suspended::Guardrail);
    let invariant = rows.text(spec, "invariant").map(Suspended::Invariant);
    Some(WaiverRow {
        namespace,
        name,
        kind: rows.string(object, "kind")?,
        object_namespace: rows.text(object, "namespace"),
        object: rows.text(object, "name")?,
        suspended: finding.or(guardrail).or(invariant)?,
        reason: rows.string(spec, "reason")?,
        owner: rows.text(spec, "owner")?,
        until: rows.day(spec, "until")?,
        until_span: rows.tree.span(rows.get(spec, "until")?),
    })
}
