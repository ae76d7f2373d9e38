use meshc_document::{Kind, NodeId, Span, Tree};

use crate::lists::{key, key_of, of_mappings};

/// A value that two patches set.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Clash {
    /// Where the first sets it.
    pub first: Span,
    /// Where the second does.
    pub second: Span,
}

/// The values that both of two patches of one object set, in the order of the second.
#[must_use]
pub fn clashes(tree: &Tree, first: NodeId, second: NodeId) -> Vec<Clash> {
    let mut found = Vec::new();
    let mut path = Vec::new();
    compare(tree, (first, second), &mut path, &mut found);
    found
}

fn compare<'a>(
    tree: &'a Tree,
    (first, second): (NodeId, NodeId),
    path: &mut Vec<&'a str>,
    found: &mut Vec<Clash>,
) {
    let clash = Clash { first: tree.span(first), second: tree.span(second) };
    match (tree.kind(first), tree.kind(second)) {
        (Kind::Mapping, Kind::Mapping) => entries(tree, (first, second), path, found),
        (Kind::Sequence, Kind::Sequence) => {
            let field = key_of(path);
            let keyed = |list| of_mappings(tree, list);
            let Some(field) = field.filter(|_| keyed(first) && keyed(second)) else {
                return found.push(clash);
            };
            for item in tree.items(second) {
                let name = key(tree, item, field);
                let same = |other: &NodeId| name.is_some() && key(tree, *other, field) == name;
                if let Some(other) = tree.items(first).find(same) {
                    // What tells the item apart is said by both.
                    path.push(field);
                    let pairs = tree.entries(item).filter(|entry| entry.key != field);
                    for entry in pairs {
                        if let Some(theirs) = tree.get(other, entry.key) {
                            compare(tree, (theirs.value, entry.value), path, found);
                        }
                    }
                    path.pop();
                }
            }
        }
        _ => found.push(clash),
    }
}

fn entries<'a>(
    tree: &'a Tree,
    (first, second): (NodeId, NodeId),
    path: &mut Vec<&'a str>,
    found: &mut Vec<Clash>,
) {
    for entry in tree.entries(second) {
        if let Some(theirs) = tree.get(first, entry.key) {
            path.push(entry.key);
            compare(tree, (theirs.value, entry.value), path, found);
            path.pop();
        }
    }
}
