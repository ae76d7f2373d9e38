//! The index: hosts, then a trie of path segments. What it costs to find the best entry grows with
//! the length of the path, not with the number of entries.

use meshc_automaton::Union;
use rustc_hash::FxHashMap;

use crate::host;
use crate::paths::Paths;
use crate::pattern::{Pattern, Segment};

/// Entries under host and path patterns. An entry's position is its precedence: the first one that
/// fits is the best.
#[derive(Debug)]
pub(crate) struct Index<T> {
    entries: Vec<T>,
    nodes: Vec<Node>,
    expressions: Vec<Expression>,
    plain: Roots,
    /// The same entries for paths with folded letters, where they are asked for.
    folded: Option<Box<Roots>>,
}

/// Where the entries of each host hang, and their regular expressions in one.
#[derive(Debug, Default)]
struct Roots {
    any: u32,
    exact: FxHashMap<Box<str>, u32>,
    wildcard: FxHashMap<Box<str>, u32>,
    union: Option<Box<Union>>,
}

/// A path as it is to be read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Read<'a> {
    /// Decoded, and folded where the next says so.
    pub(crate) path: &'a str,
    /// Letters of both cases are one.
    pub(crate) folded: bool,
}

/// An entry under a regular expression.
#[derive(Debug)]
struct Expression {
    text: String,
    host: Option<Box<str>>,
    id: u32,
}

#[derive(Debug, Default)]
struct Node {
    literals: Literals,
    templates: Vec<(Segment, u32)>,
    /// Entries whose pattern ends here.
    here: Vec<u32>,
    /// Entries whose pattern ends here with `**`.
    below: Vec<u32>,
}

/// Children by literal segment. Most nodes have a few, which are compared one by one: that is as
/// fast as hashing and a third of the memory.
#[derive(Debug)]
enum Literals {
    Few(Vec<(Box<str>, u32)>),
    Many(Box<FxHashMap<Box<str>, u32>>),
}

/// Literals that are compared one by one.
const FEW: usize = 8;

/// One search: the best entry so far, and what is accepted.
struct Search<'a, T, A> {
    index: &'a Index<T>,
    accept: A,
    best: u32,
}

impl<T> Index<T> {
    /// `fold` also keeps the entries for paths with folded letters.
    pub(crate) fn new(fold: bool) -> Self {
        let root = |any| Roots { any, ..Roots::default() };
        Self {
            entries: Vec::new(),
            nodes: (0..=u32::from(fold)).map(|_| Node::default()).collect(),
            expressions: Vec::new(),
            plain: root(0),
            folded: fold.then(|| Box::new(root(1))),
        }
    }

    /// Adds an entry behind all those added before; [`Self::seal`] must follow before the first
    /// search.
    pub(crate) fn push(&mut self, host: Option<&str>, paths: &Paths, entry: T) {
        let id = self.entries.len() as u32;
        self.entries.push(entry);
        match paths {
            Paths::Pattern(pattern) => {
                let (nodes, folded) = (&mut self.nodes, self.folded.as_mut());
                self.plain.hang(nodes, host, pattern, id);
                folded.into_iter().for_each(|roots| roots.hang(nodes, host, &pattern.folded(), id));
            }
            Paths::Regex(one) => {
                let (text, host) = (one.text.clone(), host.map(Box::from));
                self.expressions.push(Expression { text, host, id });
            }
        }
    }

    /// Puts the regular expressions together, and gives back room that is not needed.
    ///
    /// # Errors
    /// One that is none.
    pub(crate) fn seal(mut self) -> Result<Self, String> {
        let texts: Vec<&str> = self.expressions.iter().map(|one| one.text.as_str()).collect();
        let union =
            |fold| Union::new(&texts, fold).map(Box::new).map_err(|(_, fault)| fault.to_string());
        if !texts.is_empty() {
            self.plain.union = Some(union(false)?);
            if let Some(folded) = &mut self.folded {
                folded.union = Some(union(true)?);
            }
        }
        if self.entries.is_empty() {
            self.nodes.clear();
        }
        self.nodes.iter_mut().for_each(Node::shrink);
        self.nodes.shrink_to_fit();
        self.entries.shrink_to_fit();
        Ok(self)
    }

    pub(crate) fn entries(&self) -> &[T] {
        &self.entries
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The first entry that fits host and path and is accepted. The path `*` is matched by `/**`
    /// alone.
    pub(crate) fn best(
        &self,
        host: &str,
        read: Read<'_>,
        accept: impl FnMut(&T) -> bool,
    ) -> Option<&T> {
        let roots = self.folded.as_deref().filter(|_| read.folded).unwrap_or(&self.plain);
        let mut search = Search { index: self, accept, best: u32::MAX };
        search.host(roots.any, read.path);
        if let Some(root) = roots.exact.get(host) {
            search.host(*root, read.path);
        }
        if !roots.wildcard.is_empty() {
            for suffix in host::suffixes(host) {
                if let Some(root) = roots.wildcard.get(suffix) {
                    search.host(*root, read.path);
                }
            }
        }
        if let Some(union) = &roots.union {
            search.expressions(union, host, read.path);
        }
        let best = search.best;
        self.entries.get(best as usize)
    }
}

impl Node {
    fn shrink(&mut self) {
        if let Literals::Few(few) = &mut self.literals {
            few.shrink_to_fit();
        }
        self.templates.shrink_to_fit();
        self.here.shrink_to_fit();
        self.below.shrink_to_fit();
    }
}

impl Default for Literals {
    fn default() -> Self {
        Self::Few(Vec::new())
    }
}

impl Literals {
    fn get(&self, segment: &str) -> Option<u32> {
        match self {
            Self::Few(few) => few.iter().find(|(known, _)| **known == *segment).map(|one| one.1),
            Self::Many(many) => many.get(segment).copied(),
        }
    }

    /// The child of a segment, `next` where there is none yet.
    fn child(&mut self, segment: &str, next: u32) -> u32 {
        if let Some(known) = self.get(segment) {
            return known;
        }
        if let Self::Few(few) = self
            && few.len() >= FEW
        {
            *self = Self::Many(Box::new(few.drain(..).collect()));
        }
        match self {
            Self::Few(few) => few.push((segment.into(), next)),
            Self::Many(many) => drop(many.insert(segment.into(), next)),
        }
        next
    }
}

impl Roots {
    fn hang(&mut self, nodes: &mut Vec<Node>, host: Option<&str>, pattern: &Pattern, id: u32) {
        let mut at = self.root(nodes, host);
        for segment in pattern.segments() {
            at = child(nodes, at, segment);
        }
        if let Some(node) = nodes.get_mut(at as usize) {
            if pattern.has_rest() { node.below.push(id) } else { node.here.push(id) }
        }
    }

    fn root(&mut self, nodes: &mut Vec<Node>, host: Option<&str>) -> u32 {
        let Some(host) = host else { return self.any };
        let next = nodes.len() as u32;
        let (hosts, key) = match host.strip_prefix("*.") {
            Some(suffix) => (&mut self.wildcard, suffix),
            None => (&mut self.exact, host),
        };
        let root = *hosts.entry(key.into()).or_insert(next);
        if root == next {
            nodes.push(Node::default());
        }
        root
    }
}

/// The node behind a segment, made where there is none.
fn child(nodes: &mut Vec<Node>, at: u32, segment: &Segment) -> u32 {
    let next = nodes.len() as u32;
    let Some(node) = nodes.get_mut(at as usize) else { return at };
    let child = match segment {
        Segment::Literal(text) => node.literals.child(text, next),
        Segment::Template { .. } => match node.templates.iter().find(|(known, _)| known == segment)
        {
            Some((_, child)) => *child,
            None => {
                node.templates.push((segment.clone(), next));
                next
            }
        },
    };
    if child == next {
        nodes.push(Node::default());
    }
    child
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
            self.walk(child, left);
        }
        for (template, child) in &node.templates {
            if template.matches(segment) {
                self.walk(*child, left);
            }
        }
    }

    /// Regular expressions, in the order of precedence like everything else.
    fn expressions(&mut self, union: &Union, host: &str, path: &str) {
        let index = self.index;
        if index.expressions.first().is_none_or(|first| first.id >= self.best) {
            return;
        }
        let best = self.best;
        let accept = &mut self.accept;
        let found = union.first(path, |at| {
            index.expressions.get(at).is_some_and(|one| {
                one.id < best
                    && one.host.as_deref().is_none_or(|wanted| host::matches(wanted, host))
                    && index.entries.get(one.id as usize).is_some_and(&mut *accept)
            })
        });
        if let Some(one) = found.and_then(|at| index.expressions.get(at)) {
            self.best = one.id;
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
        let mut index = Index::new(true);
        for (at, (host, pattern)) in entries.iter().enumerate() {
            index.push(*host, &Paths::Pattern(Pattern::parse(pattern).unwrap()), at);
        }
        index.seal().unwrap()
    }

    fn plain(path: &str) -> Read<'_> {
        Read { path, folded: false }
    }

    #[test]
    fn folded_paths_find_what_is_written_in_any_case() {
        let index = index(&[(None, "/Admin/{id}:Refund"), (None, "/admin/**")]);
        let best = |path, folded| index.best("h", Read { path, folded }, |_| true).copied();
        assert_eq!(best("/admin/7:refund", true), Some(0));
        assert_eq!(best("/admin/7:refund", false), Some(1));
        assert_eq!(best("/ADMIN", false), None);
    }

    #[test]
    fn the_first_that_fits_is_found_wherever_it_hangs() {
        let index = index(&[
            (Some("a.test"), "/x/y"),
            (None, "/x/{id}"),
            (Some("*.test"), "/x/{id}:refund"),
            (None, "/x/**"),
        ]);
        let best = |host: &str, path: &str| index.best(host, plain(path), |_| true).copied();
        assert_eq!(best("a.test", "/x/y"), Some(0));
        assert_eq!(best("b.test", "/x/y"), Some(1));
        assert_eq!(index.best("b.test", plain("/x/y:refund"), |entry| *entry != 1), Some(&2));
        assert_eq!(best("other", "/x"), Some(3));
        assert_eq!(best("other", "/x/"), Some(3));
        assert_eq!(best("other", "/x/y/z"), Some(3));
        assert_eq!(best("other", "/xy"), None);
        assert_eq!(best("other", "*"), None);
    }

    #[test]
    fn templates_of_one_place_are_told_apart() {
        let index =
            index(&[(None, "/x/{id}:refund"), (None, "/x/p{id}"), (None, "/x/{id}:refund/y")]);
        let best = |path| index.best("h", plain(path), |_| true).copied();
        assert_eq!((best("/x/1:refund"), best("/x/p1"), best("/x/q1")), (Some(0), Some(1), None));
        assert_eq!((best("/x/1:refund/y"), best("/x/p1/y")), (Some(2), None));
        // One node for each segment that is written, whoever writes it: two roots and five more.
        assert_eq!(index.nodes.len(), 2 + 2 * 4);
    }

    #[test]
    fn many_literals_of_one_place_are_told_apart() {
        let names: Vec<String> = (0..20).map(|at| format!("/{at}/x")).collect();
        let index = index(&names.iter().map(|name| (None, name.as_str())).collect::<Vec<_>>());
        for (at, name) in names.iter().enumerate() {
            assert_eq!(index.best("h", plain(name), |_| true), Some(&at), "{name}");
        }
        assert_eq!(index.best("h", plain("/20/x"), |_| true), None);
        let twice: Vec<_> = names.iter().chain(&names).map(|name| (None, name.as_str())).collect();
        assert_eq!(self::index(&twice).nodes.len(), index.nodes.len(), "each segment has one node");
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
        let mut index = Index::new(false);
        index.push(None, &Paths::Pattern(pattern.clone()), ());
        index.best("", plain(path), |()| true).is_some()
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
