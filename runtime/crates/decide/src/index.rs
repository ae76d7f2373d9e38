//! The index: hosts, then a trie of path segments. What it costs to find the best entry grows with
//! the length of the path, not with the number of entries.

use rustc_hash::FxHashMap;

use crate::host;
use crate::pattern::{Pattern, Segment};

/// Entries under host and path patterns. An entry's position is its precedence: the first one that
/// fits is the best.
#[derive(Debug)]
pub(crate) struct Index<T> {
    entries: Vec<T>,
    nodes: Vec<Node>,
    exact: FxHashMap<Box<str>, u32>,
    wildcard: FxHashMap<Box<str>, u32>,
}

/// The root of entries without a host.
const ANY_HOST: u32 = 0;

#[derive(Debug, Default)]
struct Node {
    literals: FxHashMap<Box<str>, u32>,
    templates: Vec<(Segment, u32)>,
    /// Entries whose pattern ends here.
    here: Vec<u32>,
    /// Entries whose pattern ends here with `**`.
    below: Vec<u32>,
}

/// One search: the best entry so far, and what is accepted.
struct Search<'a, T, A> {
    index: &'a Index<T>,
    accept: A,
    best: u32,
}

impl<T> Index<T> {
    pub(crate) fn new() -> Self {
        Self {
            entries: Vec::new(),
            nodes: vec![Node::default()],
            exact: FxHashMap::default(),
            wildcard: FxHashMap::default(),
        }
    }

    /// Adds an entry behind all those added before.
    pub(crate) fn push(&mut self, host: Option<&str>, pattern: &Pattern, entry: T) {
        let id = self.entries.len() as u32;
        self.entries.push(entry);
        let mut at = self.root(host);
        for segment in pattern.segments() {
            at = self.child(at, segment);
        }
        if let Some(node) = self.nodes.get_mut(at as usize) {
            if pattern.has_rest() { node.below.push(id) } else { node.here.push(id) }
        }
    }

    pub(crate) fn entries(&self) -> &[T] {
        &self.entries
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The first entry that fits host and path and is accepted. `path` is decoded; `*` is matched
    /// by `/**` alone.
    pub(crate) fn best(
        &self,
        host: &str,
        path: &str,
        accept: impl FnMut(&T) -> bool,
    ) -> Option<&T> {
        let mut search = Search { index: self, accept, best: u32::MAX };
        search.host(ANY_HOST, path);
        if let Some(root) = self.exact.get(host) {
            search.host(*root, path);
        }
        if !self.wildcard.is_empty() {
            for suffix in host::suffixes(host) {
                if let Some(root) = self.wildcard.get(suffix) {
                    search.host(*root, path);
                }
            }
        }
        let best = search.best;
        self.entries.get(best as usize)
    }

    fn root(&mut self, host: Option<&str>) -> u32 {
        let Some(host) = host else { return ANY_HOST };
        let next = self.nodes.len() as u32;
        let (hosts, key) = match host.strip_prefix("*.") {
            Some(suffix) => (&mut self.wildcard, suffix),
            None => (&mut self.exact, host),
        };
        let root = *hosts.entry(key.into()).or_insert(next);
        if root == next {
            self.nodes.push(Node::default());
        }
        root
    }

    fn child(&mut self, at: u32, segment: &Segment) -> u32 {
        let next = self.nodes.len() as u32;
        let Some(node) = self.nodes.get_mut(at as usize) else { return ANY_HOST };
        let child = match segment {
            Segment::Literal(text) => *node.literals.entry(text.clone()).or_insert(next),
            Segment::Template { .. } => {
                match node.templates.iter().find(|(known, _)| known == segment) {
                    Some((_, child)) => *child,
                    None => {
                        node.templates.push((segment.clone(), next));
                        next
                    }
                }
            }
        };
        if child == next {
            self.nodes.push(Node::default());
        }
        child
    }
}

impl<T, A: FnMut(&T) -> bool> Search<'_, T, A> {
    fn host(&mut self, root: u32, path: &str) {
        match path.strip_prefix('/') {
            Some(segments) => self.walk(root, Some(segments)),
            None => {
                let index = self.index;
                if let Some(node) = index.nodes.get(root as usize) {
                    self.consider(&node.below);
                }
            }
        }
    }

    /// `left` is what follows the segments walked so far; absent at the end of the path. Every node
    /// is visited at most once, and the depth is that of the deepest pattern.
    fn walk(&mut self, at: u32, left: Option<&str>) {
        let index = self.index;
        let Some(node) = index.nodes.get(at as usize) else { return };
        self.consider(&node.below);
        let Some(left) = left else { return self.consider(&node.here) };
        let (segment, left) = match left.split_once('/') {
            Some((segment, left)) => (segment, Some(left)),
            None => (left, None),
        };
        if let Some(child) = node.literals.get(segment) {
            self.walk(*child, left);
        }
        for (template, child) in &node.templates {
            if template.matches(segment) {
                self.walk(*child, left);
            }
        }
    }

    fn consider(&mut self, ids: &[u32]) {
        for id in ids {
            if *id >= self.best {
                return;
            }
            if self.index.entries.get(*id as usize).is_some_and(&mut self.accept) {
                self.best = *id;
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn index(entries: &[(Option<&str>, &str)]) -> Index<usize> {
        let mut index = Index::new();
        for (at, (host, pattern)) in entries.iter().enumerate() {
            index.push(*host, &Pattern::parse(pattern).unwrap(), at);
        }
        index
    }

    #[test]
    fn the_first_that_fits_is_found_wherever_it_hangs() {
        let index = index(&[
            (Some("a.test"), "/x/y"),
            (None, "/x/{id}"),
            (Some("*.test"), "/x/{id}:refund"),
            (None, "/x/**"),
        ]);
        let best = |host: &str, path: &str| index.best(host, path, |_| true).copied();
        assert_eq!(best("a.test", "/x/y"), Some(0));
        assert_eq!(best("b.test", "/x/y"), Some(1));
        assert_eq!(index.best("b.test", "/x/y:refund", |entry| *entry != 1), Some(&2));
        assert_eq!(best("other", "/x"), Some(3));
        assert_eq!(best("other", "/x/"), Some(3));
        assert_eq!(best("other", "/x/y/z"), Some(3));
        assert_eq!(best("other", "/xy"), None);
        assert_eq!(best("other", "*"), None);
    }

    fn patterns() -> impl Strategy<Value = Pattern> {
        let segment = prop::sample::select(vec!["a", "b", "ab", "{x}", "a{x}", "{x}b", "a{x}b"]);
        let tail = prop::sample::select(vec!["", "/", "/**"]);
        (prop::collection::vec(segment, 0..4), tail).prop_map(|(segments, tail)| {
            let text: String = segments.iter().map(|one| format!("/{one}")).collect();
            let text = text + tail;
            Pattern::parse(if text.is_empty() { "/" } else { &text }).unwrap()
        })
    }

    fn matches(pattern: &Pattern, path: &str) -> bool {
        let mut index = Index::new();
        index.push(None, pattern, ());
        index.best("", path, |()| true).is_some()
    }

    proptest! {
        #[test]
        fn a_common_path_is_matched_by_both(one in patterns(), other in patterns()) {
            if let Some(path) = one.common(&other) {
                prop_assert!(matches(&one, &path) && matches(&other, &path), "{path}");
            }
        }

        #[test]
        fn a_path_matched_by_both_means_there_is_a_common_one(
            one in patterns(), other in patterns(), path in "(/(a|b|ab|aab|abb|x)){0,4}/?",
        ) {
            if matches(&one, &path) && matches(&other, &path) {
                prop_assert!(one.common(&other).is_some());
            }
        }

        #[test]
        fn what_is_within_matches_no_more(
            one in patterns(), other in patterns(), path in "(/(a|b|ab|aab|abb|x)){0,4}/?",
        ) {
            if one.is_within(&other) && matches(&one, &path) {
                prop_assert!(matches(&other, &path));
            }
        }
    }
}
