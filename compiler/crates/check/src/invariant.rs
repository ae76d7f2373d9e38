//! `Invariant` documents as rows.

use meshc_document::{Kind, NodeId};

use crate::rows::Rows;
use crate::unit::At;

/// What an invariant names; what it says is not proved yet.
#[derive(Clone, Debug)]
pub struct InvariantRow {
    /// Its namespace, if written.
    pub namespace: Option<At<String>>,
    /// Its name.
    pub name: At<String>,
    /// Workloads and callers it names: `[namespace/]name[.operation]`, `namespace/*`, `anyone`,
    /// `anonymous`.
    pub workloads: Vec<At<String>>,
    /// Namespaces it names.
    pub namespaces: Vec<At<String>>,
    /// The issuer it names.
    pub issuer: Option<At<String>>,
}

pub(crate) fn invariant(
    rows: &Rows<'_>,
    spec: NodeId,
    (namespace, name): (Option<At<String>>, At<String>),
) -> InvariantRow {
    let authenticated = rows.get(spec, "authenticated");
    let issuer = authenticated.and_then(|form| rows.text(form, "issuer"));
    let mut row =
        InvariantRow { namespace, name, workloads: Vec::new(), namespaces: Vec::new(), issuer };
    for form in ["never", "only", "alwaysThrough", "encrypted", "authenticated", "atMost"] {
        if let Some(form) = rows.get(spec, form) {
            named(rows, form, &mut row);
            if let Some(along) = rows.get(form, "along") {
                named(rows, along, &mut row);
            }
        }
    }
    for item in rows.items(spec, "separate") {
        row.workloads.extend(rows.text(item, "callersOf"));
    }
    row
}

/// What the fields of one form name.
fn named(rows: &Rows<'_>, form: NodeId, row: &mut InvariantRow) {
    for field in ["from", "reach", "of"] {
        let Some(selected) = rows.get(form, field) else { continue };
        match rows.tree.kind(selected) {
            Kind::Scalar { .. } => row.workloads.push(rows.at(selected)),
            _ => row.namespaces.extend(rows.text(selected, "namespace")),
        }
    }
    for field in ["except", "through", "callers"] {
        row.workloads.extend(rows.texts(form, field));
    }
    if let Some(scope) = rows.get(form, "scope") {
        row.namespaces.extend(rows.texts(scope, "namespaces"));
    }
}
