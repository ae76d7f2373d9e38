//! Conditions on the user a caller acts for (language reference, section 4).

use core::fmt;

use meshc_automaton::Automaton;
use meshc_snapshot::slice::{Claim as Wanted, ClaimTest, Scalar, User as WantedUser};
use meshc_token::{Claim, ClaimPath, Payload, TokenFault, VerifiedClaims};

use crate::condition::View;

/// The claims of a sound token.
pub trait Claims {
    /// Name of the issuer, as policy calls it.
    fn issuer(&self) -> &str;
    /// What the token says.
    fn payload(&self) -> &Payload;
}

/// For whom a caller acts.
#[derive(Clone, Copy, Default)]
pub enum User<'a> {
    /// There was no token, or nobody reads it.
    #[default]
    Nobody,
    /// There was one of this declared issuer, and it failed a check.
    Unsound(&'a str, TokenFault),
    /// There was a sound one.
    Verified(&'a dyn Claims),
}

/// What a rule asks of the user.
#[derive(Debug)]
pub(crate) struct UserCheck {
    issuer: String,
    claims: Vec<ClaimCheck>,
}

#[derive(Debug)]
struct ClaimCheck {
    wanted: Wanted,
    path: ClaimPath,
    automaton: Option<Automaton>,
}

impl Claims for VerifiedClaims {
    fn issuer(&self) -> &str {
        self.issuer()
    }

    fn payload(&self) -> &Payload {
        self.payload()
    }
}

impl UserCheck {
    pub(crate) fn new(wanted: &WantedUser) -> Result<Self, String> {
        let claims = wanted.claims.iter().map(ClaimCheck::new).collect::<Result<_, _>>()?;
        Ok(Self { issuer: wanted.issuer.clone(), claims })
    }

    /// Whether there is a sound token of the issuer and every claim holds. What cannot be tested
    /// holds for a deny and not for an allow.
    pub(crate) fn holds(&self, user: User<'_>, view: View) -> bool {
        let User::Verified(token) = user else { return false };
        token.issuer() == self.issuer && self.failing(token, view).next().is_none()
    }

    /// The claims that do not hold of a token.
    fn failing<'a>(
        &'a self,
        token: &'a dyn Claims,
        view: View,
    ) -> impl Iterator<Item = &'a Wanted> {
        self.claims.iter().filter(move |one| !one.holds(token, view)).map(|one| &one.wanted)
    }

    /// What a user lacks, in words; values of a token are not repeated.
    pub(crate) fn words(&self, user: User<'_>) -> Option<String> {
        let User::Verified(token) = user else {
            return Some(format!("no user of issuer {}", self.issuer));
        };
        if token.issuer() != self.issuer {
            return Some(format!(
                "user is of issuer {}, rule allows {}",
                token.issuer(),
                self.issuer
            ));
        }
        let failing: Vec<String> = self.failing(token, View::Every).map(demand).collect();
        (!failing.is_empty()).then(|| format!("claim {}", failing.join(" and ")))
    }
}

impl ClaimCheck {
    fn new(wanted: &Wanted) -> Result<Self, String> {
        let wrong = |why: &dyn fmt::Display| format!("claim `{}`: {why}", wanted.path);
        let path = ClaimPath::parse(&wanted.path).map_err(|why| wrong(&why))?;
        let automaton = match &wanted.test {
            ClaimTest::Regex(text) => Some(Automaton::new(text).map_err(|why| wrong(&why))?),
            _ => None,
        };
        Ok(Self { wanted: wanted.clone(), path, automaton })
    }

    fn holds(&self, token: &dyn Claims, view: View) -> bool {
        let Wanted { not, test, .. } = &self.wanted;
        let found = token.payload().get(&self.path);
        if let ClaimTest::Present(wanted) = test {
            return (!matches!(found, None | Some(Claim::Null)) == *wanted) != *not;
        }
        match found.map(|claim| self.test(claim)) {
            None => *not && view == View::Deny,
            Some(None) => view == View::Deny,
            Some(Some(met)) => met != *not,
        }
    }

    /// Whether a claim meets the test; nothing where its type does not fit.
    fn test(&self, claim: Claim<'_>) -> Option<bool> {
        let text = match claim {
            Claim::Text(text) => Some(text),
            _ => None,
        };
        match &self.wanted.test {
            ClaimTest::Equals(wanted) => equals(claim, wanted),
            ClaimTest::OneOf(wanted) => {
                let mut known = false;
                for one in wanted {
                    match equals(claim, one) {
                        Some(true) => return Some(true),
                        Some(false) => known = true,
                        None => {}
                    }
                }
                known.then_some(false)
            }
            ClaimTest::Has(wanted) => match claim {
                Claim::List(list) => Some(list.iter().any(|one| equals(one, wanted) == Some(true))),
                _ => None,
            },
            ClaimTest::Prefix(wanted) => text.map(|text| text.starts_with(wanted)),
            ClaimTest::Suffix(wanted) => text.map(|text| text.ends_with(wanted)),
            ClaimTest::Regex(_) => {
                text.zip(self.automaton.as_ref()).map(|(text, one)| one.matches(text.bytes()))
            }
            ClaimTest::Present(_) => None,
        }
    }
}

/// Whether a claim equals a value; nothing where they are of two types.
fn equals(claim: Claim<'_>, wanted: &Scalar) -> Option<bool> {
    match (claim, wanted) {
        (Claim::Text(text), Scalar::Text(wanted)) => Some(text == wanted),
        (Claim::Integer(number), Scalar::Number(wanted)) => Some(number == *wanted),
        (Claim::Float(_), Scalar::Number(_)) => Some(false),
        (Claim::Boolean(truth), Scalar::Truth(wanted)) => Some(truth == *wanted),
        _ => None,
    }
}

/// A condition on a claim as a demand.
fn demand(claim: &Wanted) -> String {
    let not = if claim.not { "not " } else { "" };
    let test = match &claim.test {
        ClaimTest::Equals(value) => format!("equal {value}"),
        ClaimTest::Has(value) => format!("have {value}"),
        ClaimTest::OneOf(values) => {
            let values: Vec<_> = values.iter().map(ToString::to_string).collect();
            format!("be one of {}", values.join(", "))
        }
        ClaimTest::Prefix(value) => format!("start with `{value}`"),
        ClaimTest::Suffix(value) => format!("end with `{value}`"),
        ClaimTest::Regex(text) => format!("match `{text}`"),
        ClaimTest::Present(true) => "be present".to_owned(),
        ClaimTest::Present(false) => "be absent".to_owned(),
    };
    format!("{} must {not}{test}", claim.path)
}

impl fmt::Debug for User<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nobody => "Nobody",
            Self::Unsound(..) => "Unsound",
            Self::Verified(_) => "Verified",
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    struct Token(Payload);

    impl Claims for Token {
        fn issuer(&self) -> &str {
            "corp"
        }

        fn payload(&self) -> &Payload {
            &self.0
        }
    }

    /// Whether a deny and an allow see it hold.
    fn holds(path: &str, not: bool, test: ClaimTest, payload: &Value) -> [bool; 2] {
        let claims = vec![Wanted { not, path: path.into(), test }];
        let check = UserCheck::new(&WantedUser { claims, issuer: "corp".into() }).unwrap();
        let token = Token(Payload::read(payload.to_string().as_bytes()).unwrap());
        [View::Deny, View::Every].map(|view| check.holds(User::Verified(&token), view))
    }

    fn text(value: &str) -> Scalar {
        Scalar::Text(value.into())
    }

    #[test]
    fn values_are_found_by_path_and_compared_by_type() {
        let has = || ClaimTest::Has(text("admin"));
        let roles = json!({"realm_access": {"roles": ["user", "admin"]}});
        assert_eq!(holds("realm_access/roles", false, has(), &roles), [true; 2]);
        assert_eq!(holds("realm_access/roles", true, has(), &roles), [false; 2]);
        let dotted = json!({"https://x/y": {"a~b": 7}});
        let seven = ClaimTest::Equals(Scalar::Number(7));
        assert_eq!(holds("https:~1~1x~1y/a~0b", false, seven, &dotted), [true; 2]);
        let scope = json!({"scope": "read  admin"});
        assert_eq!(holds("scope", false, has(), &scope), [true; 2]);
        let truth = ClaimTest::Equals(Scalar::Truth(true));
        assert_eq!(holds("a", false, truth, &json!({"a": true})), [true; 2]);
    }

    #[test]
    fn another_type_is_for_a_deny_and_against_an_allow() {
        for (test, value) in [
            (ClaimTest::Equals(text("7")), json!(7)),
            (ClaimTest::Equals(Scalar::Number(1)), json!("1")),
            (ClaimTest::Equals(text("a")), json!(["a"])),
            (ClaimTest::Has(text("a")), json!("a")),
            (ClaimTest::Prefix("a".into()), json!({"a": 1})),
            (ClaimTest::OneOf(vec![text("a")]), json!(false)),
            (ClaimTest::Has(text("a")), json!(null)),
        ] {
            for not in [false, true] {
                let found = holds("a", not, test.clone(), &json!({"a": value}));
                assert_eq!(found, [true, false], "{test:?} {value} {not}");
            }
        }
        assert_eq!(holds("a", false, ClaimTest::Equals(text("x")), &json!({})), [false; 2]);
        assert_eq!(holds("a", true, ClaimTest::Equals(text("x")), &json!({})), [true, false]);
        assert_eq!(holds("a", false, ClaimTest::Present(false), &json!({"a": null})), [true; 2]);
        let one = || ClaimTest::Equals(Scalar::Number(1));
        assert_eq!(holds("a", true, one(), &json!({"a": 1.5})), [true; 2]);
        assert_eq!(holds("a", false, one(), &json!({"a": 1.0})), [true; 2]);
        assert_eq!(holds("a", true, one(), &json!({"a": u64::MAX})), [true, false]);
    }

    #[test]
    fn texts_are_tested_as_wholes() {
        let email = || json!({"email": "ann@corp.test"});
        assert_eq!(
            holds("email", false, ClaimTest::Suffix("@corp.test".into()), &email()),
            [true; 2]
        );
        assert_eq!(holds("email", false, ClaimTest::Prefix("bob".into()), &email()), [false; 2]);
        let regex = |text: &str| ClaimTest::Regex(text.into());
        assert_eq!(holds("email", false, regex("[a-z]+@corp\\.test"), &email()), [true; 2]);
        assert_eq!(holds("email", false, regex("corp"), &email()), [false; 2]);
    }

    #[test]
    fn nobody_is_no_user_for_either() {
        let check = UserCheck::new(&WantedUser { claims: vec![], issuer: "corp".into() }).unwrap();
        for user in [User::Nobody, User::Unsound("corp", TokenFault::Expired)] {
            assert!(!check.holds(user, View::Deny) && !check.holds(user, View::Every));
        }
        let other = UserCheck::new(&WantedUser { claims: vec![], issuer: "else".into() }).unwrap();
        let token = Token(Payload::read(b"{}").unwrap());
        assert!(!other.holds(User::Verified(&token), View::Deny));
        assert!(check.holds(User::Verified(&token), View::Every));
    }
}
