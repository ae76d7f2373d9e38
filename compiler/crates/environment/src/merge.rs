use meshc_document::{Graft, Kind, NodeId, Tree};

use crate::lists::{key, key_of, of_mappings};

/// A document with a patch merged into it (RFC 7396), lists of named items by name. Places of what
/// the patch wrote are moved by `by` bytes.
#[must_use]
pub fn merge(base: &Tree, patch: &Tree, node: NodeId, by: u32) -> Tree {
    let mut merging = Merging { base, patch, by, into: Graft::new(), path: Vec::new() };
    merging.node(base.root(), node);
    merging.into.finish()
}

/// Whether two documents say the same, wherever it stands and however it is quoted.
#[must_use]
pub fn same(one: &Tree, other: &Tree) -> bool {
    same_node(one, one.root(), other, other.root())
}

struct Merging<'a> {
    base: &'a Tree,
    patch: &'a Tree,
    by: u32,
    into: Graft,
    /// Keys from the document's root to where the merge is.
    path: Vec<&'a str>,
}

impl Merging<'_> {
    fn node(&mut self, old: NodeId, new: NodeId) {
        match (self.base.kind(old), self.patch.kind(new)) {
            (Kind::Mapping, Kind::Mapping) => self.mapping(old, new),
            (Kind::Sequence, Kind::Sequence) => self.list(old, new),
            _ => self.replace(old, new),
        }
    }

    fn mapping(&mut self, old: NodeId, new: NodeId) {
        let (base, patch) = (self.base, self.patch);
        self.into.mapping(base.span(old));
        for entry in base.entries(old) {
            let changed = patch.get(new, entry.key).map(|entry| entry.value);
            if changed.is_some_and(|value| patch.kind(value) == Kind::Null) {
                continue;
            }
            self.into.key(entry.key, entry.key_span);
            match changed {
                Some(value) => {
                    self.path.push(entry.key);
                    self.node(entry.value, value);
                    self.path.pop();
                }
                None => self.keep(entry.value),
            }
        }
        for entry in patch.entries(new) {
            let is_new = base.get(old, entry.key).is_none();
            if is_new && patch.kind(entry.value) != Kind::Null {
                let at = |byte: u32| byte.saturating_add(self.by);
                let mut span = entry.key_span;
                (span.start, span.end) = (at(span.start), at(span.end));
                self.into.key(entry.key, span);
                self.take(entry.value);
            }
        }
        self.into.end();
    }

    fn list(&mut self, old: NodeId, new: NodeId) {
        let (base, patch) = (self.base, self.patch);
        let field = key_of(&self.path);
        let keyed = field.filter(|_| of_mappings(base, old) && of_mappings(patch, new));
        let Some(field) = keyed else { return self.replace(old, new) };
        self.into.list(base.span(old));
        let named = |item: NodeId| {
            let name = key(base, item, field)?;
            patch.items(new).find(|other| key(patch, *other, field) == Some(name))
        };
        for item in base.items(old) {
            match named(item) {
                Some(other) => self.mapping(item, other),
                None => self.keep(item),
            }
        }
        for item in patch.items(new) {
            let name = key(patch, item, field);
            let there = |other| match name {
                Some(_) => key(base, other, field) == name,
                None => same_node(base, other, patch, item),
            };
            if !base.items(old).any(there) {
                self.take(item);
            }
        }
        self.into.end();
    }

    /// What says the same was not changed, and keeps its place.
    fn replace(&mut self, old: NodeId, new: NodeId) {
        match same_node(self.base, old, self.patch, new) {
            true => self.keep(old),
            false => self.take(new),
        }
    }

    fn keep(&mut self, node: NodeId) {
        self.into.copy(self.base, node, 0, true);
    }

    /// What the patch has in place of something; a `null` in it removes nothing and is left out.
    fn take(&mut self, node: NodeId) {
        self.into.copy(self.patch, node, self.by, false);
    }
}

fn same_node(one: &Tree, at: NodeId, other: &Tree, there: NodeId) -> bool {
    match (one.kind(at), other.kind(there)) {
        (Kind::Null, Kind::Null) => true,
        (Kind::Scalar { text, style }, Kind::Scalar { text: theirs, style: other_style }) => {
            let kind = |text, style| meshc_document::core_type(text, style);
            text == theirs && kind(text, style) == kind(theirs, other_style)
        }
        (Kind::Sequence, Kind::Sequence) => {
            let (mut ours, mut theirs) = (one.items(at), other.items(there));
            loop {
                match (ours.next(), theirs.next()) {
                    (None, None) => return true,
                    (Some(a), Some(b)) if same_node(one, a, other, b) => {}
                    _ => return false,
                }
            }
        }
        (Kind::Mapping, Kind::Mapping) => {
            one.entries(at).count() == other.entries(there).count()
                && one.entries(at).all(|entry| {
                    let found = other.get(there, entry.key);
                    found.is_some_and(|found| same_node(one, entry.value, other, found.value))
                })
        }
        _ => false,
    }
}
