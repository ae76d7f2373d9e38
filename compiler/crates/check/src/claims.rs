//! For whom a caller acts: conditions on claims, and the issuers of the tokens that hold them.

use meshc_document::{CoreType, Entry, Kind, NodeId, Span, core_type};
use meshc_snapshot::slice::{Claim, ClaimTest, Per, Scalar};
use meshc_token::ClaimPath;
use serde_json::{Map, Value};

use crate::finding::Finding;
use crate::rows::Rows;
use crate::unit::{At, UserRow};

/// What a claim can hold.
#[derive(Clone, Copy, PartialEq)]
enum Holds {
    /// Nobody says.
    Anything,
    Number,
    Text,
    Words,
    TextOrList,
}

impl Rows<'_> {
    /// Whom a rule asks for; nothing, and a finding, where a part of it cannot be.
    pub(crate) fn user(&mut self, node: NodeId) -> Option<UserRow> {
        let issuer = self.text(node, "issuer")?;
        let mut claims = Vec::new();
        let mut faulty = false;
        if let Some(mapping) = self.get(node, "claims") {
            let tree = self.tree;
            for entry in tree.entries(mapping) {
                let claim = self.claim(entry);
                faulty |= claim.is_none();
                claims.extend(claim);
            }
        }
        claims.sort_by(|a: &Claim, b| a.path.cmp(&b.path));
        (!faulty).then_some(UserRow { issuer, claims })
    }

    /// What a rate limit counts by, where it is a claim.
    pub(crate) fn per_user(&mut self, node: NodeId) -> Option<At<Per>> {
        let issuer = self.text(node, "issuer")?;
        let claim = match self.text(node, "claim") {
            Some(claim) => self.is_claim_path(&claim).then_some(claim.value)?,
            None => "sub".to_owned(),
        };
        Some(At { value: Per::User { claim, issuer: issuer.value }, span: issuer.span })
    }

    /// Whether a text names a claim; says why not.
    pub(crate) fn is_claim_path(&mut self, path: &At<String>) -> bool {
        let Err(fault) = ClaimPath::parse(&path.value) else { return true };
        let finding = Finding::new("MC113", path.span, format!("`{}` names no claim", path.value));
        self.findings.push(finding.help(fault.to_string()));
        false
    }

    fn claim(&mut self, entry: Entry<'_>) -> Option<Claim> {
        let path = At { value: entry.key.to_owned(), span: entry.key_span };
        if !self.is_claim_path(&path) {
            return None;
        }
        let (not, matcher) = match self.get(entry.value, "not") {
            Some(inner) => (true, inner),
            None => (false, entry.value),
        };
        let test = self.claim_test(matcher)?;
        self.starred_value(&path.value, matcher);
        self.is_comparable(&path.value, &test, matcher).then_some(Claim {
            not,
            path: path.value,
            test,
        })
    }

    fn claim_test(&mut self, node: NodeId) -> Option<ClaimTest> {
        let entry = self.tree.entries(node).next()?;
        let text = || self.tree.text(entry.value).to_owned();
        Some(match entry.key {
            "equals" => ClaimTest::Equals(self.compared(entry.value)?),
            "has" => ClaimTest::Has(self.compared(entry.value)?),
            "prefix" => ClaimTest::Prefix(text()),
            "suffix" => ClaimTest::Suffix(text()),
            "present" => ClaimTest::Present(text().eq_ignore_ascii_case("true")),
            "regex" => {
                let text = self.at(entry.value);
                return self.is_regex(&text).then_some(ClaimTest::Regex(text.value));
            }
            "oneOf" => {
                let items = self.tree.items(entry.value);
                let mut all: Vec<Scalar> =
                    items.map(|item| self.compared(item)).collect::<Option<_>>()?;
                all.sort_unstable();
                all.dedup();
                ClaimTest::OneOf(all)
            }
            _ => return None,
        })
    }

    /// A scalar by the type it is written in.
    fn compared(&self, node: NodeId) -> Option<Scalar> {
        let Kind::Scalar { text, style } = self.tree.kind(node) else { return None };
        Some(match core_type(text, style) {
            CoreType::Bool(truth) => Scalar::Truth(truth),
            CoreType::Int => Scalar::Number(text.parse().ok()?),
            _ => Scalar::Text(text.to_owned()),
        })
    }

    /// Whether a test can hold of what a claim holds; says why not (MC533).
    fn is_comparable(&mut self, path: &str, test: &ClaimTest, matcher: NodeId) -> bool {
        let Some((span, message, help)) = self.incomparable(path, test, matcher) else {
            return true;
        };
        self.findings.push(Finding::new("MC533", span, message).help(help));
        false
    }

    fn incomparable(
        &self,
        path: &str,
        test: &ClaimTest,
        matcher: NodeId,
    ) -> Option<(Span, String, String)> {
        let entry = self.tree.entries(matcher).next()?;
        let values = match entry.key {
            "oneOf" => self.tree.items(entry.value).collect(),
            _ => vec![entry.value],
        };
        let types: Vec<&str> =
            values.iter().filter_map(|at| Some(type_of(&self.compared(*at)?))).collect();
        let first = types.first().copied().unwrap_or("text");
        if let ClaimTest::OneOf(_) = test
            && let Some(at) = types.iter().position(|one| *one != first)
            && let (Some(other), Some(node)) = (types.get(at), values.get(at))
        {
            let message = format!("`oneOf` holds {first} and {other}, a claim is of one type");
            let help = "a value of another type is never equal; quotes make a number text";
            return Some((self.tree.span(*node), message, help.to_owned()));
        }
        let holds = registered(path);
        let asked = asks(test, first);
        let (fits, what) = match holds {
            Holds::Anything => return None,
            Holds::Number => (asked == "a number", "a number of seconds"),
            Holds::Text => (asked == "text", "text"),
            Holds::Words => (asked == "a list of text", "a list of words"),
            Holds::TextOrList => (
                matches!(asked, "text" | "a list of text" | "a list of text with blanks"),
                "text or a list of it",
            ),
        };
        if fits || matches!(test, ClaimTest::Present(_)) {
            return None;
        }
        let message = format!("`{path}` is {what}, `{}` asks for {asked}", entry.key);
        let help = match holds {
            Holds::Words => "ask with `has` whether it holds a word",
            Holds::Number => "compare it with a number, without quotes",
            _ => "compare it with text, in quotes where it looks like a number",
        };
        Some((self.tree.span(entry.value), message, help.to_owned()))
    }

    /// Any JSON as it was written.
    pub(crate) fn json(&self, node: NodeId) -> Value {
        match self.tree.kind(node) {
            Kind::Null => Value::Null,
            Kind::Sequence => self.tree.items(node).map(|item| self.json(item)).collect(),
            Kind::Mapping => {
                let entries = self.tree.entries(node);
                let pairs = entries.map(|one| (one.key.to_owned(), self.json(one.value)));
                Value::Object(pairs.collect::<Map<_, _>>())
            }
            Kind::Scalar { .. } => match self.compared(node) {
                Some(Scalar::Truth(truth)) => truth.into(),
                Some(Scalar::Number(number)) => number.into(),
                Some(Scalar::Text(text)) => text.into(),
                None => Value::Null,
            },
        }
    }
}

/// What the registered claims hold (RFC 7519, section 4.1; RFC 8693, section 4.2).
fn registered(path: &str) -> Holds {
    match path {
        "exp" | "nbf" | "iat" => Holds::Number,
        "iss" | "sub" | "jti" => Holds::Text,
        "scope" => Holds::Words,
        "aud" => Holds::TextOrList,
        _ => Holds::Anything,
    }
}

const fn type_of(scalar: &Scalar) -> &'static str {
    match scalar {
        Scalar::Truth(_) => "a truth value",
        Scalar::Number(_) => "a number",
        Scalar::Text(_) => "text",
    }
}

/// What a test wants a claim to be; `first` is the type of what it compares with.
fn asks(test: &ClaimTest, first: &'static str) -> &'static str {
    match test {
        ClaimTest::Equals(_) | ClaimTest::OneOf(_) => first,
        // Blanks part the words of a `scope`; in other lists a text may hold one.
        ClaimTest::Has(Scalar::Text(text)) if text.contains(' ') => "a list of text with blanks",
        ClaimTest::Has(Scalar::Text(_)) => "a list of text",
        ClaimTest::Has(_) => "a list of other values",
        ClaimTest::Prefix(_) | ClaimTest::Regex(_) | ClaimTest::Suffix(_) => "text",
        ClaimTest::Present(_) => "anything",
    }
}
