//! What a document would have said if no part of it were wrong: what others say of that is no second
//! mistake.

use meshc_document::NodeId;

use crate::habits;
use crate::rows::Rows;
use crate::suggest::nearest;
use crate::unit::Unit;

/// Kinds whose names are found by what refers to them.
const DECLARED: [&str; 3] = ["ExternalIntent", "GatewayIntent", "ServiceIntent"];

/// Notes a document that declares nothing because it is wrong.
pub(crate) fn lost(
    rows: &Rows<'_>,
    kind: Option<&str>,
    (metadata, homeless): (Option<NodeId>, bool),
    unit: &mut Unit,
) {
    if kind.is_some_and(|kind| !DECLARED.contains(&kind)) {
        return;
    }
    let name = metadata.and_then(|metadata| rows.string(metadata, "name"));
    let namespace = metadata.and_then(|metadata| match homeless {
        true => meant(rows, metadata, "namespace"),
        false => rows.string(metadata, "namespace"),
    });
    unit.unread |= name.is_none() || (homeless && namespace.is_none());
    unit.lost.extend(name.map(|name| (namespace, name)));
}

/// The text under the misspelt name of a field.
fn meant(rows: &Rows<'_>, node: NodeId, field: &str) -> Option<String> {
    let near = |key: &str| !nearest(key, [field].into_iter()).is_empty();
    let entry = rows.tree.entries(node).find(|one| one.key != field && near(one.key))?;
    Some(rows.tree.text(entry.value)).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// Whether a field says less than its author wrote: it or a part of it was refused, or it stands
/// there under another name.
pub(crate) fn unclear(rows: &Rows<'_>, spec: NodeId, key: &str) -> bool {
    // Most documents are good: what is asked of every entry of every one comes last.
    if rows.checked.is_clean() {
        return false;
    }
    rows.is_bad(spec)
        || rows.tree.entries(spec).any(|entry| {
            rows.has_bad(entry.value)
                && (entry.key == key
                    || !nearest(entry.key, [key].into_iter()).is_empty()
                    || habits::fields(entry.key).any(|ours| ours == key))
        })
}
