//! Sets of paths: a pattern, or a regular expression over the whole decoded path.

use std::borrow::Cow;
use std::sync::LazyLock;

use meshc_automaton::{Automaton, Found, Side, common, escape};
use meshc_snapshot::slice::Match;

use crate::pattern::{Pattern, Segment};

/// The paths that a match speaks of.
#[derive(Clone, Debug)]
pub(crate) enum Paths {
    /// Those of a pattern.
    Pattern(Pattern),
    /// Those of a regular expression.
    Regex(Box<Expression>),
}

/// A regular expression, ready to be asked.
#[derive(Clone, Debug)]
pub(crate) struct Expression {
    pub(crate) text: String,
    automaton: Automaton,
}

/// Every path that a canonical request can say: no empty segment, no `.` or `..`, no control
/// character, no backslash.
const CANONICAL: &str = concat!(
    r"/|(/([^./\x00-\x1f\x7f\\][^/\x00-\x1f\x7f\\]*",
    r"|\.([^./;\x00-\x1f\x7f\\][^/\x00-\x1f\x7f\\]*|\.[^/;\x00-\x1f\x7f\\][^/\x00-\x1f\x7f\\]*)))+/?",
);

impl Paths {
    pub(crate) fn new(from: &Match) -> Result<Self, String> {
        let Some(text) = &from.regex else {
            let pattern = Pattern::parse(&from.path);
            let pattern = pattern
                .map_err(|fault| format!("the path `{}` is no pattern: {fault}", from.path))?;
            return Ok(Self::Pattern(pattern));
        };
        if from.path != "/**" {
            return Err("a match has a path or a regular expression, not both".to_owned());
        }
        let automaton = Automaton::new(text);
        let automaton =
            automaton.map_err(|fault| format!("`{text}` is no regular expression: {fault}"))?;
        Ok(Self::Regex(Box::new(Expression { text: text.clone(), automaton })))
    }

    /// The pattern, where it is one.
    pub(crate) const fn pattern(&self) -> Option<&Pattern> {
        match self {
            Self::Pattern(pattern) => Some(pattern),
            Self::Regex(_) => None,
        }
    }

    /// The paths of which some spelling with other cases of letters is in this set, folded.
    ///
    /// # Errors
    /// A regular expression whose table is over the budget once case is ignored.
    pub(crate) fn folded(&self) -> Result<Self, String> {
        match self {
            Self::Pattern(pattern) => Ok(Self::Pattern(pattern.folded())),
            Self::Regex(one) => {
                let automaton = Automaton::ignoring_case(&one.text).map_err(|why| {
                    format!("`{}`, read without case, is too large: {why}", one.text)
                })?;
                Ok(Self::Regex(Box::new(Expression { text: one.text.clone(), automaton })))
            }
        }
    }

    /// Whether every path of this set is one of `wider` too; false where that would take too long
    /// to say.
    pub(crate) fn is_within(&self, wider: &Self) -> bool {
        match (self, wider) {
            (Self::Pattern(one), Self::Pattern(other)) => one.is_within(other),
            (_, Self::Pattern(all)) if all.has_rest() && all.segments().is_empty() => true,
            (Self::Regex(one), Self::Regex(other)) if one.text == other.text => true,
            _ => {
                let (Some(one), Some(other)) = (self.automaton(), wider.automaton()) else {
                    return false;
                };
                !one.begins_apart(&other)
                    && search(&[Side::In(&one), Side::Out(&other)]) == Found::Nothing
            }
        }
    }

    /// A path of both sets, if there is one; where that would take too long to say, it is assumed,
    /// without an example.
    pub(crate) fn common(&self, other: &Self) -> Option<String> {
        if let (Self::Pattern(one), Self::Pattern(other)) = (self, other) {
            return one.common(other);
        }
        let (one, other) = (self.automaton()?, other.automaton()?);
        if one.begins_apart(&other) {
            return None;
        }
        match search(&[Side::In(&one), Side::In(&other)]) {
            Found::Text(path) => Some(path),
            Found::Nothing => None,
            Found::TooMany => Some(String::new()),
        }
    }

    fn automaton(&self) -> Option<Cow<'_, Automaton>> {
        match self {
            Self::Regex(one) => Some(Cow::Borrowed(&one.automaton)),
            Self::Pattern(pattern) => Automaton::new(&expression(pattern)).ok().map(Cow::Owned),
        }
    }
}

/// A path on all sides that a request can say.
fn search(sides: &[Side<'_>]) -> Found {
    // Every pair of expressions is looked at: what they are held against is made once.
    static CANONICAL_PATHS: LazyLock<Option<Automaton>> =
        LazyLock::new(|| Automaton::new(CANONICAL).ok());
    let Some(canonical) = &*CANONICAL_PATHS else { return Found::TooMany };
    let mut sides = sides.to_vec();
    sides.push(Side::In(canonical));
    common(&sides)
}

/// A pattern as a regular expression.
fn expression(pattern: &Pattern) -> String {
    let mut text = String::new();
    for segment in pattern.segments() {
        text.push('/');
        match segment {
            Segment::Literal(literal) => text.push_str(&escape(literal)),
            Segment::Template { before, after } => {
                text.push_str(&format!("{}[^/]+{}", escape(before), escape(after)));
            }
        }
    }
    if pattern.has_rest() {
        text.push_str(if text.is_empty() { "/.*" } else { "(/.*)?" });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(path: &str, regex: Option<&str>) -> Paths {
        let regex = regex.map(str::to_owned);
        let none = Vec::new;
        let (headers, query) = (none(), none());
        let path = path.to_owned();
        Paths::new(&Match { headers, host: None, methods: vec![], path, query, regex }).unwrap()
    }

    fn regex(text: &str) -> Paths {
        paths("/**", Some(text))
    }

    #[test]
    fn patterns_and_expressions_are_compared_exactly() {
        let orders = paths("/orders/{id}", None);
        assert!(regex("/orders/[0-9]+").is_within(&orders));
        assert!(!regex("/orders/.+").is_within(&orders));
        assert!(orders.is_within(&regex("/orders/.+")) && orders.is_within(&regex("/.*")));
        assert!(regex("/[a-c]").is_within(&regex("/[a-z]")));
        assert!(regex("x").is_within(&paths("/**", None)));
        assert_eq!(orders.common(&regex("/[a-z]+/7")).as_deref(), Some("/orders/7"));
        assert_eq!(orders.common(&regex("/carts/.*")), None);
        assert_eq!(paths("/a/**", None).common(&regex("/a")).as_deref(), Some("/a"));
        assert_eq!(paths("/**", None).common(&regex("/")).as_deref(), Some("/"));
    }

    #[test]
    fn what_is_plain_to_see_is_not_searched_for() {
        // Longer than a table may be: only a look at the forms can tell.
        let all = paths("/**", None);
        let long = regex("/(a|b)*a(a|b){6}");
        assert!(long.is_within(&long.clone()) && long.is_within(&all) && all.is_within(&all));
        assert!(!all.is_within(&long) && !long.is_within(&paths("/a/**", None)));
        assert!(!regex("/b").is_within(&paths("/a/**", None)));
        assert!(!regex("/.*").is_within(&paths("/a", None)));
        assert!(paths("/a/b", None).is_within(&paths("/a/**", None)));
        assert!(!paths("/a/**", None).is_within(&paths("/a/b", None)));
        assert!(!paths("/a", None).is_within(&paths("/b", None)));
    }

    #[test]
    fn only_what_a_request_can_say_counts() {
        for never in ["/a//b", "/a/../b", "/a/./b", r"/a\b", "a", "/a/..;x"] {
            assert_eq!(regex(&escape(never)).common(&paths("/**", None)), None, "{never}");
        }
        for said in ["/", "/a", "/a/", "/.a", "/..a", "/...", "/a/;x"] {
            let found = regex(&escape(said)).common(&paths("/**", None));
            assert_eq!(found.as_deref(), Some(said));
        }
    }
}
