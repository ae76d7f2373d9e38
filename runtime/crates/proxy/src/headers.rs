//! Fields on their way through: what is taken out, what is set.

use meshc_http1::{Field, FieldId, Head};
use meshc_request::{Fields, spelled_otherwise};

use crate::random::Random;

/// Who sent a message.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Sender {
    /// The application beside us, or a peer's proxy.
    Mesh,
    /// Anybody, at a gateway.
    Public,
}

/// The fields of a request as policy and the application see them.
#[derive(Clone, Copy, Debug)]
pub struct Passing<'a> {
    /// The head.
    pub head: &'a Head,
    /// The bytes it was parsed from.
    pub input: &'a [u8],
    /// Who sent it.
    pub sender: Sender,
    /// Fields that tell of a user, which only we write.
    pub ours: &'a [Box<str>],
}

/// Names the snapshot that a request or answer was decided with; digest of the manifest.
pub const SNAPSHOT: &[u8] = b"x-meshc-snapshot";
/// Envoy's response flags of an answer of ours.
pub const FLAGS: &[u8] = b"x-meshc-flags";
/// Why an answer of ours is none of the application's, for a caller that a rule names.
pub const REASON: &[u8] = b"x-meshc-reason";
/// Bytes of a `traceparent` of version 00.
pub const TRACEPARENT: usize = 55;

impl<'a> Passing<'a> {
    /// The fields that are passed on: nothing that claims an identity or says what only we say.
    pub fn iter(&self) -> impl Iterator<Item = Field<'a>> + use<'a> {
        let Self { head, input, sender, ours } = *self;
        let is_ours =
            |name: &[u8]| ours.iter().any(|one| name.eq_ignore_ascii_case(one.as_bytes()));
        head.fields(input).filter(move |field| passes(field, sender) && !is_ours(field.name))
    }
}

impl Fields for Passing<'_> {
    fn fields(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.iter().map(|field| (field.name, field.value))
    }
}

fn passes(field: &Field<'_>, sender: Sender) -> bool {
    match field.id {
        FieldId::Meshc | FieldId::XForwardedClientCert => false,
        FieldId::Traceparent => is_traceparent(field.value),
        FieldId::Forwarded | FieldId::XForwardedFor | FieldId::XForwardedProto => {
            sender == Sender::Mesh
        }
        FieldId::Other => {
            !spelled_otherwise(field.name, "x-forwarded-client-cert")
                && !is_override(field.name)
                && (sender == Sender::Mesh || !is_forwarded(field.name))
        }
        _ => true,
    }
}

/// Whether a name begins with `x-forwarded-`, or would to an application that reads `.` as `-`.
fn is_forwarded(name: &[u8]) -> bool {
    starts(name, b"x-forwarded-")
}

/// Fields by which proxies tell applications of another path than the one that was decided on; some
/// applications serve that one instead. Nobody in the mesh has another one to tell of.
fn is_override(name: &[u8]) -> bool {
    const OVERRIDES: [&[u8]; 4] =
        [b"x-envoy-", b"x-original-ur", b"x-original-path", b"x-rewrite-ur"];
    name.first().is_some_and(|byte| byte.eq_ignore_ascii_case(&b'x'))
        && OVERRIDES.iter().any(|prefix| starts(name, prefix))
}

/// Whether a name begins so, or would to an application that reads `.` as `-`.
fn starts(name: &[u8], prefix: &[u8]) -> bool {
    let same = |(one, other): (&u8, &u8)| {
        one.eq_ignore_ascii_case(other) || (*one == b'.' && *other == b'-')
    };
    name.get(..prefix.len()).is_some_and(|start| start.iter().zip(prefix).all(same))
}

/// The snapshot a peer says it decided with, from `x-meshc-snapshot`.
#[must_use]
pub fn snapshot<'a>(head: &'a Head, input: &'a [u8]) -> Option<&'a [u8]> {
    let mut ours = head.fields(input).filter(|field| field.id == FieldId::Meshc);
    let named = ours.find(|field| field.name.eq_ignore_ascii_case(SNAPSHOT));
    named.map(|field| field.value)
}

/// Whether a value is a `traceparent` of W3C Trace Context, 3.2.2, that may be passed on.
#[must_use]
pub fn is_traceparent(value: &[u8]) -> bool {
    let hex = |bytes: &[u8]| bytes.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let mut parts = value.split(|&byte| byte == b'-');
    let (version, trace, parent, flags) = (parts.next(), parts.next(), parts.next(), parts.next());
    let (Some(version), Some(trace), Some(parent), Some(flags)) = (version, trace, parent, flags)
    else {
        return false;
    };
    let zero = |bytes: &[u8]| bytes.iter().all(|&byte| byte == b'0');
    (version.len(), trace.len(), parent.len(), flags.len()) == (2, 32, 16, 2)
        && [version, trace, parent, flags].into_iter().all(hex)
        && version != b"ff"
        && (version != b"00" || parts.next().is_none())
        && !zero(trace)
        && !zero(parent)
}

/// A `traceparent` that begins a trace, not sampled.
#[must_use]
pub fn traceparent(random: &mut Random) -> [u8; TRACEPARENT] {
    let mut text = *b"00-00000000000000000000000000000000-0000000000000000-00";
    let mut bits = 0_u64;
    let mut left = 0;
    for (at, byte) in text.iter_mut().enumerate() {
        if !(3..52).contains(&at) || *byte == b'-' {
            continue;
        }
        if left == 0 {
            bits = random.next();
            left = 16;
        }
        *byte = char::from_digit((bits & 15) as u32, 16).map_or(b'1', |digit| digit as u8);
        bits >>= 4;
        left -= 1;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use meshc_http1::{Limits, parse_request};

    #[test]
    fn a_trace_that_we_begin_may_be_passed_on() {
        let mut random = Random::new();
        for _ in 0..1_000 {
            assert!(is_traceparent(&traceparent(&mut random)));
        }
    }

    #[test]
    fn only_sound_traces_pass() {
        let good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        assert!(is_traceparent(good.as_bytes()));
        assert!(is_traceparent(format!("cc{}-more", good.get(2..).unwrap_or_default()).as_bytes()));
        for bad in [
            "",
            "00",
            &good.to_uppercase(),
            &good.replace("4bf92f3577b34da6a3ce929d0e0e4736", &"0".repeat(32)),
            &good.replace("00f067aa0ba902b7", &"0".repeat(16)),
            &good.replace("00-4", "ff-4"),
            &format!("{good}-more"),
            good.get(..54).unwrap_or_default(),
        ] {
            assert!(!is_traceparent(bad.as_bytes()), "{bad}");
        }
    }

    #[test]
    fn what_claims_an_identity_is_taken_out() {
        let input =
            b"GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-Client-Cert: x\r\nX-Meshc-Peer: x\r\n\
            X-Forwarded-For: 1.1.1.1\r\nForwarded: for=x\r\nX-Forwarded-Host: b\r\nAccept: c\r\n\
            X.Forwarded.Client.Cert: x\r\nX.Forwarded-For: 1\r\ntraceparent: bad\r\n\
            X-Meshc-Snapshot: sha256:1\r\nX-User: ann\r\nx-user: bob\r\n\
            X-Original-URL: /admin\r\nx-rewrite-url: /admin\r\nX.Original-Uri: /\r\n\
            X-Envoy-Original-Path: /admin\r\nX-Original-Amount: 1\r\n\r\n";
        let mut head = Head::new();
        parse_request(input, &mut head, &Limits::default()).unwrap();
        let names = |sender| {
            let ours = &["x-user".into()];
            let passing = Passing { head: &head, input, sender, ours };
            let names: Vec<_> =
                passing.iter().map(|field| String::from_utf8_lossy(field.name)).collect();
            names.join(" ")
        };
        assert_eq!(names(Sender::Public), "Host Accept X-Original-Amount");
        assert_eq!(
            names(Sender::Mesh),
            "Host X-Forwarded-For Forwarded X-Forwarded-Host Accept X.Forwarded-For X-Original-Amount"
        );
    }
}
