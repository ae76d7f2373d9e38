//! The head of a document: annotations that nobody reads (MC114), and documents too large to be
//! handed on (MC811).

use meshc_document::{Kind, NodeId, Tree};

use crate::finding::Finding;
use crate::rows::Rows;

/// Bytes of the largest document that tools still hand on: annotations, in which `kubectl apply`
/// keeps the object, hold 256 KiB (Kubernetes, `TotalAnnotationSizeLimitB`).
const LARGEST: usize = 256 * 1024;
/// Bytes of a document as written, up to which its JSON cannot be so large: an item takes at most four
/// times the room.
const NEVER_LARGE: u32 = 64 * 1024;
/// Groups of keys that another mesh reads; `.` in front: any name below.
const OTHERS: [(&str, &str); 6] = [
    (".istio.io", "Istio"),
    (".linkerd.io", "Linkerd"),
    ("linkerd.io", "Linkerd"),
    ("consul.hashicorp.com", "Consul"),
    (".cilium.io", "Cilium"),
    ("kuma.io", "Kuma"),
];

pub(crate) fn judge(rows: &mut Rows<'_>, metadata: NodeId) {
    unread(rows, metadata);
    let tree = rows.tree;
    let written = tree.span(tree.root());
    if written.end.saturating_sub(written.start) <= NEVER_LARGE {
        return;
    }
    let size = size(tree, tree.root());
    if size > LARGEST {
        let name = tree.get(metadata, "name");
        let place = name.map_or_else(|| tree.span(metadata), |entry| tree.span(entry.value));
        let message = format!("this document has {} KiB; 256 KiB can be handed on", size / 1024);
        let help = "move long lists into files (`instances: {file: …}`), or split the intent";
        rows.findings.push(Finding::new("MC811", place, message).help(help));
    }
}

/// Bytes of a node as JSON, escapes aside.
fn size(tree: &Tree, node: NodeId) -> usize {
    let below: usize = match tree.kind(node) {
        Kind::Null => 2,
        Kind::Scalar { text, .. } => text.len(),
        Kind::Sequence => tree.items(node).map(|item| size(tree, item)).sum(),
        Kind::Mapping => tree
            .entries(node)
            .map(|one| size(tree, one.value).saturating_add(one.key.len() + 3))
            .sum(),
    };
    below.saturating_add(3)
}

/// Annotations and labels that look like settings, of ours or of another mesh.
fn unread(rows: &mut Rows<'_>, metadata: NodeId) {
    let tree = rows.tree;
    for field in ["annotations", "labels"] {
        let Some(mapping) = tree.get(metadata, field) else { continue };
        for entry in tree.entries(mapping.value) {
            let Some((group, _)) = entry.key.split_once('/') else { continue };
            let ours = group == "meshc.dev" || group.ends_with(".meshc.dev");
            let theirs = OTHERS.iter().find(|(name, _)| match name.strip_prefix('.') {
                Some(domain) => group == domain || group.ends_with(name),
                None => group == *name,
            });
            let (message, help) = match theirs {
                Some((_, mesh)) => (
                    format!("`{}` is a setting of {mesh}; nothing here reads it", entry.key),
                    "say it in `spec`, where it is checked and enforced",
                ),
                None if ours => (
                    format!("`{}` is read by nobody", entry.key),
                    "whatever meshc obeys stands in `spec`",
                ),
                None => continue,
            };
            rows.findings.push(Finding::new("MC114", entry.key_span, message).help(help));
        }
    }
}
