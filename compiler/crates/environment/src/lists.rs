use meshc_document::{Kind, NodeId, Tree};

/// The field by which items of a list are told apart, so that the lists of a document and of a patch
/// are merged; none where the patch's list replaces the other (language reference, section 7).
pub(crate) fn key_of(path: &[&str]) -> Option<&'static str> {
    match path {
        ["spec", "calls"] => Some("to"),
        ["spec", "instances", "static"] => Some("address"),
        [
            "spec",
            "ports" | "listeners" | "traffic" | "allow" | "deny" | "rateLimits" | "routes"
            | "namespaces" | "tests",
        ] => Some("name"),
        _ => None,
    }
}

/// What tells an item apart; none for an item without it.
pub(crate) fn key<'a>(tree: &'a Tree, item: NodeId, field: &str) -> Option<&'a str> {
    let value = tree.get(item, field)?.value;
    matches!(tree.kind(value), Kind::Scalar { .. }).then(|| tree.text(value))
}

/// Whether every item of a list is a mapping; a list of names is replaced as a whole.
pub(crate) fn of_mappings(tree: &Tree, list: NodeId) -> bool {
    tree.items(list).all(|item| tree.kind(item) == Kind::Mapping)
}
