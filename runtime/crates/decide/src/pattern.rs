//! Path patterns as people write them; the one parser of them, for compiler and runtime.

use core::fmt;
use std::borrow::Cow;

/// A parsed path pattern: segments to be met one by one, and whether more may follow.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Pattern {
    segments: Vec<Segment>,
    rest: bool,
}

/// What one segment of a path must be.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum Segment {
    /// Exactly this, decoded; empty only as the last one, for a path that ends with `/`.
    Literal(Box<str>),
    /// `before{…}after`: at least one character between the two.
    Template {
        /// Literal text in front.
        before: Box<str>,
        /// Literal text behind.
        after: Box<str>,
    },
}

/// What is wrong with a pattern.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct PatternFault {
    /// Byte offset into the text.
    pub at: usize,
    /// One clause for a person, without full stop.
    pub message: &'static str,
    /// What to do.
    pub help: &'static str,
}

impl Pattern {
    /// Reads a pattern (language reference, section 4).
    ///
    /// # Errors
    /// The first fault; a pattern that no canonical path can match is one.
    pub fn parse(text: &str) -> Result<Self, PatternFault> {
        let body = text.strip_prefix('/').ok_or(fault(
            0,
            "a path starts with `/`",
            "put a `/` in front",
        ))?;
        let mut pattern = Self { segments: Vec::new(), rest: false };
        let mut at = 1;
        let mut parts = body.split('/').peekable();
        while let Some(part) = parts.next() {
            let last = parts.peek().is_none();
            if part == "**" {
                if !last {
                    return Err(fault(at, "`**` stands only at the end", "end the path with it"));
                }
                pattern.rest = true;
            } else if part.is_empty() && !last {
                return Err(fault(
                    at,
                    "an empty segment never matches: slashes are merged",
                    "write a single `/`",
                ));
            } else {
                pattern.segments.push(Segment::parse(part, at)?);
            }
            at = at.saturating_add(part.len()).saturating_add(1);
        }
        Ok(pattern)
    }

    /// The same pattern with folded letters; see [`fold`].
    #[must_use]
    pub fn folded(&self) -> Self {
        let folded = |text: &str| Box::from(&*fold(text));
        let segments = self.segments.iter().map(|segment| match segment {
            Segment::Literal(text) => Segment::Literal(folded(text)),
            Segment::Template { before, after } => {
                Segment::Template { before: folded(before), after: folded(after) }
            }
        });
        Self { segments: segments.collect(), rest: self.rest }
    }

    /// The segments, in order.
    #[must_use]
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// Whether any further segments may follow.
    #[must_use]
    pub const fn has_rest(&self) -> bool {
        self.rest
    }

    /// Whether it stands for a single path.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        !self.rest && self.segments.iter().all(|one| matches!(one, Segment::Literal(_)))
    }

    /// How many segments are literal text.
    #[must_use]
    pub fn literals(&self) -> usize {
        let literal = |one: &&Segment| matches!(one, Segment::Literal(text) if !text.is_empty());
        self.segments.iter().filter(literal).count()
    }

    /// The segments that are literal text, with their places; an empty last one is left out.
    #[must_use]
    pub fn places_of_literals(&self) -> Vec<(usize, &str)> {
        let mut found = Vec::new();
        for (at, one) in self.segments.iter().enumerate() {
            if let Segment::Literal(text) = one
                && !text.is_empty()
            {
                found.push((at, &**text));
            }
        }
        found
    }

    /// Whether every path of this pattern is one of `wider` too.
    #[must_use]
    pub fn is_within(&self, wider: &Self) -> bool {
        let (ours, theirs) = (self.segments.len(), wider.segments.len());
        let long_enough = if wider.rest { ours >= theirs } else { ours == theirs && !self.rest };
        long_enough
            && self.segments.iter().zip(&wider.segments).all(|(one, other)| one.is_within(other))
    }

    /// A path that both patterns match, if there is one.
    #[must_use]
    pub fn common(&self, other: &Self) -> Option<String> {
        let (short, long) =
            if self.segments.len() <= other.segments.len() { (self, other) } else { (other, self) };
        if short.segments.len() < long.segments.len() && !short.rest {
            return None;
        }
        let mut path = String::new();
        for (at, segment) in long.segments.iter().enumerate() {
            path.push('/');
            match short.segments.get(at) {
                Some(opposite) => path.push_str(&segment.common(opposite)?),
                None => path.push_str(&segment.example()),
            }
        }
        if path.is_empty() {
            path.push('/');
        }
        Some(path)
    }
}

impl Segment {
    fn parse(text: &str, at: usize) -> Result<Self, PatternFault> {
        check_text(text, at)?;
        let Some((before, tail)) = text.split_once('{') else {
            return match text.find('}') {
                Some(offset) => Err(fault(at + offset, "`}` without `{`", "write `{name}`")),
                None => Ok(Self::Literal(text.into())),
            };
        };
        let open = at.saturating_add(before.len());
        let (name, after) =
            tail.split_once('}').ok_or(fault(open, "`{` without `}`", "write `{name}`"))?;
        let named = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if name.is_empty() || !name.bytes().all(named) {
            return Err(fault(
                open,
                "a name in braces is letters, digits, `-` and `_`",
                "write it like `{id}`",
            ));
        }
        if after.contains(['{', '}']) || before.contains('}') {
            return Err(fault(open, "a segment holds at most one `{…}`", "split the segment"));
        }
        Ok(Self::Template { before: before.into(), after: after.into() })
    }

    /// Whether a decoded segment of a path is one of these.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        match self {
            Self::Literal(literal) => **literal == *text,
            Self::Template { before, after } => text
                .strip_prefix(&**before)
                .and_then(|tail| tail.strip_suffix(&**after))
                .is_some_and(|middle| !middle.is_empty()),
        }
    }

    fn is_within(&self, wider: &Self) -> bool {
        match (self, wider) {
            (Self::Literal(text), _) => wider.matches(text),
            (Self::Template { .. }, Self::Literal(_)) => false,
            (
                Self::Template { before, after },
                Self::Template { before: wide_before, after: wide_after },
            ) => before.starts_with(&**wide_before) && after.ends_with(&**wide_after),
        }
    }

    fn common(&self, other: &Self) -> Option<String> {
        match (self, other) {
            (Self::Literal(text), opposite) | (opposite, Self::Literal(text)) => {
                opposite.matches(text).then(|| text.to_string())
            }
            (
                Self::Template { before, after },
                Self::Template { before: other_before, after: other_after },
            ) => {
                let before = longer(before, other_before, |long, short| long.starts_with(short))?;
                let after = longer(after, other_after, |long, short| long.ends_with(short))?;
                Some(format!("{before}x{after}"))
            }
        }
    }

    fn example(&self) -> String {
        match self {
            Self::Literal(text) => text.to_string(),
            Self::Template { before, after } => format!("{before}x{after}"),
        }
    }
}

/// The text as somebody reads it to whom letters of both cases are one.
#[must_use]
pub fn fold(text: &str) -> Cow<'_, str> {
    if text.chars().all(|each| each.to_lowercase().eq([each])) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().flat_map(char::to_lowercase).collect())
}

/// Reads `METHOD[,METHOD] PATH` or `ANY PATH`; methods come sorted, none for `ANY`. Offsets of a
/// fault count from the start of `text`.
///
/// # Errors
/// The first fault of methods or path.
pub fn parse_shorthand(text: &str) -> Result<(Vec<String>, Pattern), PatternFault> {
    let (words, path) = text.split_once(' ').ok_or(fault(
        0,
        "a match is a method, a space and a path",
        "write it like `GET /orders/{id}` or `ANY /orders/**`",
    ))?;
    let mut methods = Vec::new();
    let mut at = 0_usize;
    for word in words.split(',') {
        check_method(word, at)?;
        methods.push(word.to_owned());
        at = at.saturating_add(word.len()).saturating_add(1);
    }
    if methods.iter().any(|method| method == "ANY") {
        if methods.len() > 1 {
            return Err(fault(0, "`ANY` stands alone", "leave the other methods out"));
        }
        methods.clear();
    }
    methods.sort_unstable();
    methods.dedup();
    let pattern =
        Pattern::parse(path).map_err(|fault| PatternFault { at: fault.at + at, ..fault })?;
    Ok((methods, pattern))
}

/// Checks a method as written in a match: a token without lower-case letters, not CONNECT.
///
/// # Errors
/// What is wrong, with `at` as its offset.
pub fn check_method(method: &str, at: usize) -> Result<(), PatternFault> {
    if method == "CONNECT" {
        return Err(fault(at, "CONNECT is never served", "leave it out"));
    }
    if !meshc_request::is_token(method.as_bytes()) {
        return Err(fault(at, "this is no method", "write it like `GET` or `GET,HEAD`"));
    }
    if method.bytes().any(|byte| byte.is_ascii_lowercase()) {
        return Err(fault(at, "methods are case-sensitive", "write it in capitals"));
    }
    Ok(())
}

const fn fault(at: usize, message: &'static str, help: &'static str) -> PatternFault {
    PatternFault { at, message, help }
}

/// Refuses text that no segment of a canonical path, decoded, can hold.
fn check_text(text: &str, at: usize) -> Result<(), PatternFault> {
    if matches!(text.split(';').next(), Some("." | "..")) {
        return Err(fault(at, "a segment `.` or `..` never matches", "write the path it leads to"));
    }
    if matches!(text, "*" | "***") {
        return Err(fault(at, "`*` is no wildcard", "write `{name}` for one segment"));
    }
    if let Some(offset) = text.find(|each: char| each == '\\' || each.is_ascii_control()) {
        return Err(fault(
            at + offset,
            "no path holds a backslash or a control character",
            "remove it",
        ));
    }
    if let Some(offset) = text.find('?') {
        return Err(fault(
            at + offset,
            "a path ends before `?`",
            "write conditions on the query under `query`",
        ));
    }
    let escape = text.as_bytes().windows(3).position(|three| match three {
        [b'%', high, low] => high.is_ascii_hexdigit() && low.is_ascii_hexdigit(),
        _ => false,
    });
    match escape {
        Some(offset) => {
            Err(fault(at + offset, "patterns are written decoded", "write the character itself"))
        }
        None => Ok(()),
    }
}

fn longer<'a>(one: &'a str, other: &'a str, extends: fn(&str, &str) -> bool) -> Option<&'a str> {
    let (long, short) = if one.len() >= other.len() { (one, other) } else { (other, one) };
    extends(long, short).then_some(long)
}

impl fmt::Display for PatternFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (byte {}); {}", self.message, self.at, self.help)
    }
}

impl core::error::Error for PatternFault {}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> Pattern {
        Pattern::parse(text).unwrap()
    }

    #[test]
    fn faults_say_where() {
        for (text, at, word) in [
            ("orders", 0, "starts with"),
            ("/a//b", 3, "empty segment"),
            ("/a/**/b", 3, "only at the end"),
            ("/a/../b", 3, "never matches"),
            ("/a/..;x", 3, "never matches"),
            ("/a/*", 3, "no wildcard"),
            ("/a/{id", 3, "without `}`"),
            ("/a/x}", 4, "without `{`"),
            ("/a/{}", 3, "name in braces"),
            ("/a/{b}{c}", 3, "at most one"),
            ("/a%20b", 2, "decoded"),
            ("/a\\b", 2, "backslash"),
            ("/a?b=c", 2, "before `?`"),
        ] {
            let fault = Pattern::parse(text).unwrap_err();
            assert_eq!(fault.at, at, "{text}: {fault}");
            assert!(fault.message.contains(word), "{text}: {fault}");
        }
    }

    #[test]
    fn shorthand() {
        let (methods, path) = parse_shorthand("HEAD,GET /charges/**").unwrap();
        assert_eq!(methods, ["GET", "HEAD"]);
        assert_eq!(path, pattern("/charges/**"));
        assert!(parse_shorthand("ANY /").unwrap().0.is_empty());
        assert_eq!(parse_shorthand("GET a").unwrap_err().at, 4);
        assert_eq!(parse_shorthand("GET,post /").unwrap_err().at, 4);
        assert!(parse_shorthand("GET").is_err());
        assert!(parse_shorthand("ANY,GET /").is_err());
    }

    #[test]
    fn containment() {
        for (narrow, wide) in [
            ("/a", "/a/**"),
            ("/a/", "/a/**"),
            ("/a/{x}/**", "/a/**"),
            ("/a/{x}:refund", "/a/{x}"),
            ("/a/p{x}s", "/a/p{x}"),
            ("/{x}", "/**"),
        ] {
            assert!(pattern(narrow).is_within(&pattern(wide)), "{narrow} in {wide}");
            assert!(!pattern(wide).is_within(&pattern(narrow)), "{wide} in {narrow}");
        }
        assert!(!pattern("/a/").is_within(&pattern("/a/{x}")));
        assert!(!pattern("/ab").is_within(&pattern("/a/**")));
    }

    #[test]
    fn literals_and_their_places() {
        let of = |text| {
            pattern(text)
                .places_of_literals()
                .into_iter()
                .map(|(at, one)| (at, one.to_owned()))
                .collect::<Vec<_>>()
        };
        let literal = |at: usize, text: &str| (at, text.to_owned());
        assert_eq!(of("/a/{x}/b/"), [literal(0, "a"), literal(2, "b")]);
        assert_eq!(of("/{x}/c/**"), [literal(1, "c")]);
        assert_eq!(of("/"), []);
        assert_eq!((pattern("/a/{x}/b/").literals(), pattern("/").literals()), (2, 0));
    }

    #[test]
    fn a_percent_sign_stands_for_itself() {
        for text in ["/50%", "/%g1", "/%1g", "/a%{x}"] {
            assert!(Pattern::parse(text).is_ok(), "{text}");
        }
        assert_eq!(
            Pattern::parse("/%2F").unwrap_err().to_string(),
            "patterns are written decoded (byte 1); write the character itself"
        );
    }

    #[test]
    fn common_paths() {
        let common = |one: &str, other: &str| pattern(one).common(&pattern(other));
        assert_eq!(common("/a/{x}", "/{y}/b").as_deref(), Some("/a/b"));
        assert_eq!(common("/p{x}", "/{x}s").as_deref(), Some("/pxs"));
        assert_eq!(common("/a/**", "/{x}/b/**").as_deref(), Some("/a/b"));
        assert_eq!(common("/**", "/**").as_deref(), Some("/"));
        assert_eq!(common("/a/{x}", "/a/"), None);
        assert_eq!(common("/a{x}", "/b{x}"), None);
        assert_eq!(common("/a", "/a/b"), None);
    }
}
