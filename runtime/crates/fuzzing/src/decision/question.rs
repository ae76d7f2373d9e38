//! Requests that come close to the policies of `policy.rs`.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use arbitrary::{Result, Unstructured};
use meshc_decide::{Asked, Claims, External, Peer, Tables, UnixSeconds, User};
use meshc_request::{Canonical, Raw, Scratch, canonicalise};
use meshc_token::{Payload, TokenFault};

use super::{IDENTITIES, ISSUERS, rarely, some};

const PIECES: [&str; 16] = [
    "/a", "/b", "/", ";x", "/A", "/b:7", "%61", "/..", "/.", "?", "q=1", "&", "x-a=12", "%3B", "é",
    "+",
];
const METHODS: [&str; 4] = ["GET", "POST", "get", "OPTIONS"];
const NAMES: [&str; 6] = ["x-a", "X-A", "x_a", "x-b", "user-agent", "x.b"];
const LINES: [&[u8]; 8] = [b"1", b"12", b"", b"1, 2", b"2,1", b" 12\t", b"\xff", b","];

/// A request, who sends it, and when.
#[derive(Debug)]
pub(super) struct Question {
    method: &'static str,
    target: String,
    host: &'static str,
    pub(super) headers: Vec<(&'static str, &'static [u8])>,
    pub(super) from: Option<&'static str>,
    address: Option<IpAddr>,
    now: i64,
    token: Token,
    unsound: bool,
    client: Option<IpAddr>,
    external: External,
}

/// A sound token.
#[derive(Debug, Default)]
struct Token {
    issuer: &'static str,
    payload: Payload,
}

impl Question {
    pub(super) fn new(choices: &mut Unstructured<'_>) -> Result<Self> {
        let pieces = some(choices, 5, |choices| choices.choose(&PIECES).copied())?;
        Ok(Self {
            method: choices.choose(&METHODS)?,
            target: format!("/{}", pieces.concat()),
            host: choices.choose(&["a.shop", "A.shop.:80", "b.shop"])?,
            headers: some(choices, 3, |choices| {
                Ok((*choices.choose(&NAMES)?, *choices.choose(&LINES)?))
            })?,
            from: if !rarely(choices, 8)? { Some(choices.choose(&IDENTITIES)?) } else { None },
            address: address(choices)?,
            now: *choices.choose(&[0, 99_999, 100_000, i64::MIN, i64::MAX, 1_782_867_600])?,
            token: Token::new(choices)?,
            unsound: rarely(choices, 16)?,
            client: address(choices)?,
            external: external(choices)?,
        })
    }

    pub(super) fn request<'a>(&'a self, scratch: &'a mut Scratch) -> Option<Canonical<'a>> {
        let raw = Raw {
            method: self.method.as_bytes(),
            target: self.target.as_bytes(),
            host: Some(self.host.as_bytes()),
            odd: false,
        };
        canonicalise(raw, scratch).ok()
    }

    pub(super) fn asked<'a>(
        &'a self,
        request: Option<&'a Canonical<'a>>,
    ) -> Asked<'a, Vec<(&'static str, &'static [u8])>> {
        let now = UnixSeconds(self.now);
        let Some(request) = request else { return Asked::connection(now) };
        let user = match self.token.issuer {
            issuer if self.unsound => User::Unsound(issuer, TokenFault::Expired),
            "" => User::Nobody,
            _ => User::Verified(&self.token),
        };
        let (client, external) = (self.client, self.external);
        Asked { request: Some((request, &self.headers)), user, client, external, now }
    }

    pub(super) fn peer(&self, tables: &Tables) -> Peer {
        tables.peer(self.from, self.address)
    }
}

fn external(choices: &mut Unstructured<'_>) -> Result<External> {
    let all = [External::Allowed, External::Denied, External::Unavailable];
    Ok(if rarely(choices, 8)? { *choices.choose(&all)? } else { External::NotAsked })
}

fn address(choices: &mut Unstructured<'_>) -> Result<Option<IpAddr>> {
    let all = [
        Some(IpAddr::V4(Ipv4Addr::new(10, 1, 2, 3))),
        Some(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1))),
        Some(IpAddr::V6(Ipv4Addr::new(10, 9, 0, 1).to_ipv6_mapped())),
        Some(IpAddr::V6(Ipv6Addr::LOCALHOST)),
        None,
    ];
    choices.choose(&all).copied()
}

impl Token {
    fn new(choices: &mut Unstructured<'_>) -> Result<Self> {
        let issuer = choices.choose(&["", ISSUERS[0], ISSUERS[1]])?;
        let values = ["\"1\"", "1", "1.5", "[\"1\",2]", "null", "true", "\"1 12\""];
        let mut members = vec![format!("\"realm\":{{\"roles\":{}}}", choices.choose(&values)?)];
        for name in ["role", "scope"] {
            if choices.arbitrary()? {
                members.push(format!("\"{name}\":{}", choices.choose(&values)?));
            }
        }
        let text = format!("{{{}}}", members.join(","));
        let payload = Payload::read(text.as_bytes());
        assert!(payload.is_some(), "no payload: {text}");
        let payload = payload.unwrap_or_default();
        Ok(Self { issuer, payload })
    }
}

impl Claims for Token {
    fn issuer(&self) -> &str {
        self.issuer
    }

    fn payload(&self) -> &Payload {
        &self.payload
    }
}
