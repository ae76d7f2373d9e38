//! Claims of a verified token that an application is told.

use core::fmt::Write as _;

use meshc_request::is_token;
use meshc_snapshot::slice::TokenIssuer;
use meshc_token::{Claim, ClaimPath};

use crate::claims::{Claims, User};

/// What every issuer of a slice says to the application, and the header fields that nobody else may
/// say it in.
#[derive(Debug, Default)]
pub(crate) struct Forwarding {
    /// By issuer name.
    issuers: Vec<(String, Vec<Forwarded>)>,
    /// Names of all fields, lower case.
    fields: Vec<Box<str>>,
}

#[derive(Debug)]
struct Forwarded {
    claim: ClaimPath,
    header: Box<str>,
}

/// Fields that carry the message, its sender or our own words, or that proxies write.
const TAKEN: [&str; 15] = [
    "authorization",
    "connection",
    "content-length",
    "content-type",
    "cookie",
    "expect",
    "forwarded",
    "host",
    "keep-alive",
    "te",
    "traceparent",
    "tracestate",
    "trailer",
    "transfer-encoding",
    "upgrade",
];
/// What such names begin with.
const TAKEN_BELOW: [&str; 6] =
    ["proxy-", "sec-", "x-envoy-", "x-forwarded-", "x-meshc-", "x-original-"];

/// Whether a claim may be told in a header field of this name: a lower-case token (RFC 9110, 5.6.2)
/// that is not already spoken for.
///
/// # Errors
/// Why not, as a clause that follows the name.
pub fn check_forwarded_header(name: &str) -> Result<(), &'static str> {
    if !is_token(name.as_bytes()) || name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Err("is no header name in lower case");
    }
    if name.contains(['_', '.']) {
        return Err("may be taken for another one: write `-` for `_` and `.`");
    }
    if TAKEN.contains(&name) || TAKEN_BELOW.iter().any(|prefix| name.starts_with(prefix)) {
        return Err("is spoken for");
    }
    Ok(())
}

impl Forwarding {
    /// # Errors
    /// A claim or field that cannot be, or a field of two claims.
    pub(crate) fn new(issuers: &[TokenIssuer]) -> Result<Self, String> {
        let mut all = Self::default();
        for issuer in issuers {
            let mut told = Vec::with_capacity(issuer.forward.len());
            for one in &issuer.forward {
                let wrong = |why: String| format!("issuer `{}`: {why}", issuer.name);
                check_forwarded_header(&one.header)
                    .map_err(|why| wrong(format!("header `{}` {why}", one.header)))?;
                let header: Box<str> = one.header.as_str().into();
                if issuer.forward.iter().filter(|other| other.header == one.header).count() > 1 {
                    return Err(wrong(format!("header `{header}` is given twice")));
                }
                let claim = ClaimPath::parse(&one.claim)
                    .map_err(|why| wrong(format!("claim `{}`: {why}", one.claim)))?;
                if !all.fields.contains(&header) {
                    all.fields.push(header.clone());
                }
                told.push(Forwarded { claim, header });
            }
            all.issuers.push((issuer.name.clone(), told));
        }
        Ok(all)
    }

    /// Names of the fields that only we write.
    pub(crate) fn fields(&self) -> &[Box<str>] {
        &self.fields
    }

    /// What a user's token says, as fields. What cannot be written in one is left out.
    pub(crate) fn of<'a>(&'a self, user: User<'a>) -> impl Iterator<Item = (&'a str, String)> {
        let token: Option<&'a dyn Claims> = match user {
            User::Verified(token) => Some(token),
            User::Nobody | User::Unsound(..) => None,
        };
        let told = token.and_then(|token| {
            self.issuers.iter().find(|(issuer, _)| issuer == token.issuer()).map(|(_, told)| told)
        });
        told.into_iter().flatten().filter_map(move |one| {
            let claim = token?.payload().get(&one.claim)?;
            Some((&*one.header, written(claim)?))
        })
    }
}

/// A claim as the value of a field: a text, number or boolean as it stands, a list of these with a
/// `,` between them. Nothing for other types, for texts with anything but visible ASCII and
/// spaces inside, and for lists with a `,` in a member: no claim can end a field, begin another, or
/// pass for two.
fn written(claim: Claim<'_>) -> Option<String> {
    let mut out = String::new();
    match claim {
        Claim::List(list) => {
            for (at, member) in list.iter().enumerate() {
                let start = out.len();
                if at > 0 {
                    out.push(',');
                }
                scalar(member, &mut out)?;
                if out.get(start..)?.bytes().skip(usize::from(at > 0)).any(|byte| byte == b',') {
                    return None;
                }
            }
        }
        claim => scalar(claim, &mut out)?,
    }
    (!out.is_empty()).then_some(out)
}

fn scalar(claim: Claim<'_>, out: &mut String) -> Option<()> {
    match claim {
        Claim::Text(text) => {
            let plain = |byte: u8| byte.is_ascii_graphic() || byte == b' ';
            if text.is_empty() || text.trim() != text || !text.bytes().all(plain) {
                return None;
            }
            out.push_str(text);
        }
        Claim::Integer(number) => write!(out, "{number}").ok()?,
        Claim::Boolean(truth) => write!(out, "{truth}").ok()?,
        Claim::Float(_) | Claim::List(_) | Claim::Null | Claim::Other => return None,
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use meshc_snapshot::slice::{ForwardedClaim, TokenKeys};
    use meshc_token::Payload;
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

    fn issuer(name: &str, forward: &[(&str, &str)]) -> TokenIssuer {
        let told = |(claim, header): &(&str, &str)| ForwardedClaim {
            claim: (*claim).into(),
            header: (*header).into(),
        };
        TokenIssuer {
            algorithms: vec!["ES256".into()],
            audiences: vec!["shop".into()],
            forward: forward.iter().map(told).collect(),
            issuer: format!("https://{name}.test"),
            keys: TokenKeys::Inline(String::new()),
            name: name.into(),
        }
    }

    fn told(value: &Value) -> Option<String> {
        let forwarding = Forwarding::new(&[issuer("corp", &[("a/b", "x-a")])]).unwrap();
        let payload = json!({"a": {"b": value}}).to_string();
        let token = Token(Payload::read(payload.as_bytes()).unwrap());
        forwarding.of(User::Verified(&token)).map(|(_, value)| value).next()
    }

    #[test]
    fn claims_are_told_in_one_line_or_not_at_all() {
        for (value, wanted) in [
            (json!("ann"), "ann"),
            (json!("Ann Lee"), "Ann Lee"),
            (json!("a,b"), "a,b"),
            (json!(7), "7"),
            (json!(-7.0), "-7"),
            (json!(true), "true"),
            (json!(["admin", 1, false]), "admin,1,false"),
            (json!(["only"]), "only"),
        ] {
            assert_eq!(told(&value).as_deref(), Some(wanted), "{value}");
        }
        for value in [
            json!(""),
            json!(" ann"),
            json!("ann "),
            json!("a\r\nx-admin: 1"),
            json!("a\tb"),
            json!("a\u{0}"),
            json!("zo\u{eb}"),
            json!(null),
            json!(1.5),
            json!({"c": 1}),
            json!([]),
            json!(["a,b"]),
            json!(["a", "b,c"]),
            json!(["a", ["b"]]),
            json!(["a", ""]),
        ] {
            assert_eq!(told(&value), None, "{value}");
        }
    }

    #[test]
    fn only_a_verified_user_of_the_issuer_is_told() {
        let all = [issuer("corp", &[("sub", "x-user")]), issuer("else", &[("sub", "x-other")])];
        let forwarding = Forwarding::new(&all).unwrap();
        assert_eq!(forwarding.fields(), [Box::from("x-user"), Box::from("x-other")]);
        let token = Token(Payload::read(br#"{"sub":"ann"}"#).unwrap());
        let of = |user| forwarding.of(user).collect::<Vec<_>>();
        assert_eq!(of(User::Verified(&token)), [("x-user", "ann".to_owned())]);
        assert_eq!(of(User::Nobody), []);
        assert_eq!(of(User::Unsound("corp", meshc_token::TokenFault::Expired)), []);
    }

    #[test]
    fn fields_that_mean_something_else_are_refused() {
        for name in ["x-user", "user", "x-jwt-claim-sub", "from"] {
            assert_eq!(check_forwarded_header(name), Ok(()), "{name}");
        }
        for name in [
            "X-User",
            "x_user",
            "x.user",
            "",
            "x user",
            "host",
            "authorization",
            "cookie",
            "content-length",
            "transfer-encoding",
            "x-forwarded-for",
            "x-meshc-snapshot",
            "proxy-authorization",
            "x-original-url",
            "forwarded",
        ] {
            assert!(check_forwarded_header(name).is_err(), "{name}");
            assert!(Forwarding::new(&[issuer("corp", &[("sub", name)])]).is_err(), "{name}");
        }
        let twice = [("sub", "x-user"), ("email", "x-user")];
        assert!(Forwarding::new(&[issuer("corp", &twice)]).is_err());
        assert!(Forwarding::new(&[issuer("corp", &[("a//b", "x-user")])]).is_err());
    }
}
