//! What is different in one environment.

use meshc_document::NodeId;

use crate::declare::each;
use crate::finding::Finding;
use crate::rows::Rows;
use crate::unclear::unclear;
use crate::unit::{At, EnvironmentRow, PatchRow};

/// Kinds without a namespace.
pub(crate) const MESH_WIDE: [&str; 3] = ["Environment", "Mesh", "TokenIssuer"];

pub(crate) fn environment(rows: &mut Rows<'_>, spec: NodeId, name: At<String>) -> EnvironmentRow {
    let files = rows.get(spec, "files");
    let patterns = |key| files.map_or_else(Vec::new, |files| rows.texts(files, key));
    let (include, exclude) = (patterns("include"), patterns("exclude"));
    let patches = each(rows, spec, "patches", patch);
    let widens = each(rows, spec, "widens", |rows, item| {
        Some((rows.text(item, "patch")?, rows.text(item, "reason")?))
    });
    let (patches_unclear, widens_unclear) =
        (unclear(rows, spec, "patches"), unclear(rows, spec, "widens"));
    EnvironmentRow { name, include, exclude, patches, widens, patches_unclear, widens_unclear }
}

/// A patch; none where a part of it was refused.
fn patch(rows: &mut Rows<'_>, item: NodeId) -> Option<PatchRow> {
    if rows.has_bad(item) {
        return None;
    }
    let (target, merge) = (rows.get(item, "target")?, rows.get(item, "merge")?);
    let row = PatchRow {
        name: rows.text(item, "name")?,
        kind: rows.text(target, "kind")?,
        namespace: rows.text(target, "namespace"),
        object: rows.text(target, "name")?,
        merge,
        span: rows.tree.span(merge),
    };
    if row.namespace.is_none() && !MESH_WIDE.contains(&row.kind.value.as_str()) {
        let message = "`namespace` is missing: this kind lives in one";
        rows.findings.push(Finding::new("MC102", row.object.span, message));
        return None;
    }
    Some(row)
}
