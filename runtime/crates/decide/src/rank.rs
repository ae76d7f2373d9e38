//! Precedence between matches (language reference, section 4).

use meshc_snapshot::slice::Match;
use rustc_hash::FxHashMap;

use crate::condition::{Check, Conditions, implies};
use crate::host;
use crate::paths::Paths;
use crate::pattern::Pattern;

/// How specific a match is by its form; the greater goes first. Fields are compared in order.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct MatchRank {
    /// Not a regular expression.
    pattern: bool,
    exact: bool,
    literals: usize,
    bounded: bool,
    host: bool,
    method: bool,
    headers: usize,
    query: usize,
}

/// A match, read.
#[derive(Clone, Debug)]
pub(crate) struct Alternative<'a> {
    pub(crate) host: Option<&'a str>,
    pub(crate) paths: Paths,
    pub(crate) methods: &'a [String],
    pub(crate) conditions: Conditions,
}

impl<'a> Alternative<'a> {
    pub(crate) fn new(from: &'a Match) -> Result<Self, String> {
        Ok(Self {
            host: from.host.as_deref(),
            paths: Paths::new(from)?,
            methods: &from.methods,
            conditions: Conditions::new(&from.headers, &from.query)?,
        })
    }

    /// The same for paths with folded letters.
    ///
    /// # Errors
    /// A regular expression that is too large then.
    pub(crate) fn folded(self) -> Result<Self, String> {
        Ok(Self { paths: self.paths.folded()?, ..self })
    }

    pub(crate) fn rank(&self) -> MatchRank {
        let pattern = self.paths.pattern();
        MatchRank {
            pattern: pattern.is_some(),
            exact: pattern.is_some_and(Pattern::is_exact),
            literals: pattern.map_or(0, Pattern::literals),
            bounded: pattern.is_some_and(|pattern| !pattern.has_rest()),
            host: self.host.is_some(),
            method: !self.methods.is_empty(),
            headers: self.conditions.headers.len(),
            query: self.conditions.query.len(),
        }
    }

    /// Whether every request of this one is one of `wider` too, as far as their form shows it.
    pub(crate) fn is_within(&self, wider: &Self) -> bool {
        let hosts = match (self.host, wider.host) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(one), Some(other)) => host::is_within(one, other),
        };
        let methods = wider.methods.is_empty()
            || (!self.methods.is_empty()
                && self.methods.iter().all(|method| wider.methods.contains(method)));
        hosts
            && methods
            && self.paths.is_within(&wider.paths)
            && all_implied(&wider.conditions.headers, &self.conditions.headers)
            && all_implied(&wider.conditions.query, &self.conditions.query)
    }

    /// Whether it is a strict subset of `wider`.
    pub(crate) fn is_narrower(&self, wider: &Self) -> bool {
        self.is_within(wider) && !wider.is_within(self)
    }
}

fn all_implied(wide: &[Check], narrow: &[Check]) -> bool {
    wide.iter().all(|wide| narrow.iter().any(|narrow| implies(narrow, wide)))
}

/// Puts the more specific first: by `class`, then rank, then strict subsets before their supersets,
/// then as written. A strict subset has more strict supersets than any of its supersets has, so
/// counting them gives an order.
pub(crate) fn sort<T, K: Ord + Copy>(
    items: &mut Vec<(Alternative<'_>, T)>,
    class: impl Fn(&T) -> K,
) {
    let keys: Vec<_> = items.iter().map(|(one, to)| (class(to), one.rank())).collect();
    let wider = supersets(items, &keys);
    let mut keyed: Vec<_> = core::mem::take(items)
        .into_iter()
        .zip(keys.into_iter().zip(wider))
        .map(|(item, key)| (key, item))
        .collect();
    keyed.sort_by(|(one, _), (other, _)| other.cmp(one));
    items.extend(keyed.into_iter().map(|(_, item)| item));
}

/// For each match, how many of the same key are strict supersets of it. Only matches with the same
/// literal segments at the same places can be: their number is the same by rank.
fn supersets<T, K: Eq>(items: &[(Alternative<'_>, T)], keys: &[K]) -> Vec<usize> {
    let mut alike: FxHashMap<Vec<(usize, &str)>, Vec<usize>> = FxHashMap::default();
    for (at, (one, _)) in items.iter().enumerate() {
        let literals = one.paths.pattern().map(Pattern::places_of_literals);
        alike.entry(literals.unwrap_or_default()).or_default().push(at);
    }
    let mut wider = vec![0; items.len()];
    for group in alike.into_values().filter(|group| group.len() > 1) {
        for &at in &group {
            let narrower = |other: usize| {
                at != other
                    && keys.get(at) == keys.get(other)
                    && items
                        .get(at)
                        .zip(items.get(other))
                        .is_some_and(|((one, _), (all, _))| one.is_narrower(all))
            };
            let count = group.iter().filter(|&&other| narrower(other)).count();
            if let Some(slot) = wider.get_mut(at) {
                *slot = count;
            }
        }
    }
    wider
}

#[cfg(test)]
mod tests {
    use meshc_snapshot::slice::{Condition, Test};

    use super::*;

    fn matching(method: &str, path: &str) -> Match {
        let methods = if method == "ANY" { vec![] } else { vec![method.into()] };
        Match {
            headers: vec![],
            host: None,
            methods,
            path: path.into(),
            query: vec![],
            regex: None,
        }
    }

    fn sorted(matches: &[Match]) -> Vec<usize> {
        let mut items: Vec<_> = matches
            .iter()
            .enumerate()
            .map(|(at, one)| (Alternative::new(one).unwrap(), at))
            .collect();
        sort(&mut items, |_| ());
        items.into_iter().map(|(_, at)| at).collect()
    }

    #[test]
    fn precedence_is_that_of_the_language() {
        let header = Condition { name: "x".into(), not: false, test: Test::Present(true) };
        let best_first = [
            matching("ANY", "/a"),
            matching("ANY", "/a/b/**"),
            Match { headers: vec![header.clone()], ..matching("GET", "/a/{x}") },
            Match { query: vec![header], ..matching("GET", "/a/{x}") },
            matching("GET", "/a/{x}:refund"),
            matching("GET", "/a/{x}"),
            matching("ANY", "/a/{x}"),
            Match { host: Some("h".into()), ..matching("ANY", "/a/**") },
            matching("GET", "/a/**"),
            matching("ANY", "/a/{x}/**"),
            matching("ANY", "/a/**"),
            matching("ANY", "/{x}/{y}"),
            matching("ANY", "/**"),
        ];
        assert_eq!(sorted(&best_first), (0..best_first.len()).collect::<Vec<_>>());
        let about = |test| {
            let header = Condition { name: "x".into(), not: false, test };
            Match { headers: vec![header], ..matching("GET", "/a") }
        };
        let wide_first = [about(Test::Prefix("a".into())), about(Test::Equals("ab".into()))];
        assert_eq!(sorted(&wide_first), [1, 0]);
        let unrelated = [about(Test::Prefix("a".into())), about(Test::Equals("b".into()))];
        assert_eq!(sorted(&unrelated), [0, 1]);
        let backwards: Vec<_> = best_first.iter().rev().cloned().collect();
        assert_eq!(sorted(&backwards), (0..best_first.len()).rev().collect::<Vec<_>>());
    }
}
