use crate::class::is_name;

/// A stretch of the input a head was parsed from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    start: u32,
    len: u32,
}

impl Span {
    /// From `start` to `end`, both below the head limit and so below 2^32.
    pub(crate) fn between(start: usize, end: usize) -> Self {
        Self { start: start as u32, len: end.saturating_sub(start) as u32 }
    }

    pub(crate) fn start(self) -> usize {
        self.start as usize
    }

    /// The bytes of the span; empty when `input` is not what the span was taken from.
    #[must_use]
    pub fn of<'a>(&self, input: &'a [u8]) -> &'a [u8] {
        let start = self.start as usize;
        input.get(start..start.saturating_add(self.len as usize)).unwrap_or_default()
    }
}

/// One header field of a parsed head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Field<'a> {
    /// Which known field it is, by name, letter case ignored.
    pub id: FieldId,
    /// The name as received.
    pub name: &'a [u8],
    /// The value without surrounding blanks.
    pub value: &'a [u8],
    /// Whether it concerns this connection only and is not forwarded: the fixed list of RFC 9110,
    /// 7.6.1, `Proxy-Authenticate`, `Proxy-Authorization`, and all that `Connection` names.
    pub hop_by_hop: bool,
}

/// Declares the known fields: variant, name in lower case, whether it is hop-by-hop.
macro_rules! known_fields {
    ($($id:ident $name:literal $hop:literal)*) => {
        /// Field names the proxy acts on.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub enum FieldId {
            /// Any name not listed here.
            #[default]
            Other,
            /// Every name that begins with `x-meshc-`, a dot in place of a hyphen included: only
            /// the proxy itself may set these.
            Meshc,
            $(#[doc = concat!("`", $name, "`")] $id,)*
        }

        impl FieldId {
            /// Whether fields of this name are never forwarded.
            #[must_use]
            pub fn is_hop_by_hop(self) -> bool {
                match self {
                    Self::Other | Self::Meshc => false,
                    $(Self::$id => $hop,)*
                }
            }

            /// The name in lower case; for [`FieldId::Meshc`] the prefix, for
            /// [`FieldId::Other`] nothing.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    Self::Other => "",
                    Self::Meshc => "x-meshc-",
                    $(Self::$id => $name,)*
                }
            }
        }

        #[cfg(test)]
        const KNOWN: &[FieldId] = &[$(FieldId::$id),*];
    };
}

known_fields! {
    Host "host" false
    ContentLength "content-length" false
    TransferEncoding "transfer-encoding" true
    Connection "connection" true
    KeepAlive "keep-alive" true
    ProxyConnection "proxy-connection" true
    Te "te" true
    Upgrade "upgrade" true
    Trailer "trailer" true
    ProxyAuthorization "proxy-authorization" true
    ProxyAuthenticate "proxy-authenticate" true
    Traceparent "traceparent" false
    Tracestate "tracestate" false
    Authorization "authorization" false
    Cookie "cookie" false
    Expect "expect" false
    XForwardedFor "x-forwarded-for" false
    XForwardedProto "x-forwarded-proto" false
    XForwardedClientCert "x-forwarded-client-cert" false
    Forwarded "forwarded" false
    XRequestId "x-request-id" false
    RetryAfter "retry-after" false
    UserAgent "user-agent" false
    ContentType "content-type" false
    Date "date" false
    Server "server" false
}

impl FieldId {
    /// The field this name, a token, stands for, letter case ignored: length and first byte leave
    /// one candidate, which is then compared.
    #[inline]
    #[must_use]
    pub fn of(name: &[u8]) -> Self {
        let first = name.first().map_or(0, |byte| byte | 0x20);
        let candidate = match (name.len(), first) {
            (2, b't') => Self::Te,
            (4, b'h') => Self::Host,
            (4, b'd') => Self::Date,
            (6, b'c') => Self::Cookie,
            (6, b'e') => Self::Expect,
            (6, b's') => Self::Server,
            (7, b'u') => Self::Upgrade,
            (7, b't') => Self::Trailer,
            (9, b'f') => Self::Forwarded,
            (10, b'c') => Self::Connection,
            (10, b'k') => Self::KeepAlive,
            (10, b't') => Self::Tracestate,
            (10, b'u') => Self::UserAgent,
            (11, b't') => Self::Traceparent,
            (11, b'r') => Self::RetryAfter,
            (12, b'c') => Self::ContentType,
            (12, b'x') => Self::XRequestId,
            (13, b'a') => Self::Authorization,
            (14, b'c') => Self::ContentLength,
            (15, b'x') => Self::XForwardedFor,
            (16, b'p') => Self::ProxyConnection,
            (17, b't') => Self::TransferEncoding,
            (17, b'x') => Self::XForwardedProto,
            (18, b'p') => Self::ProxyAuthenticate,
            (19, b'p') => Self::ProxyAuthorization,
            (23, b'x') => Self::XForwardedClientCert,
            _ => Self::Other,
        };
        if candidate != Self::Other && is_name(name, candidate.name().as_bytes()) {
            return candidate;
        }
        if first == b'x' && is_meshc(name) { Self::Meshc } else { Self::Other }
    }
}

fn is_meshc(name: &[u8]) -> bool {
    matches!(name, [_, b'-' | b'.', word @ .., ] if word.get(..5).is_some_and(|word| {
        word.eq_ignore_ascii_case(b"meshc")
    }) && matches!(word.get(5), Some(b'-' | b'.')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_name_is_found_in_any_letter_case() {
        for &id in KNOWN {
            assert_eq!(FieldId::of(id.name().as_bytes()), id);
            assert_eq!(FieldId::of(id.name().to_uppercase().as_bytes()), id);
            let mut longer = id.name().to_owned();
            longer.push('x');
            assert_eq!(FieldId::of(longer.as_bytes()), FieldId::Other, "{longer}");
        }
    }

    #[test]
    fn our_own_prefix_covers_its_aliases() {
        for name in ["x-meshc-peer", "X-Meshc-", "x.meshc.peer", "X-MESHC.Reason"] {
            assert_eq!(FieldId::of(name.as_bytes()), FieldId::Meshc, "{name}");
        }
        for name in ["x-meshc", "x-meshcs-a", "y-meshc-a", "x", "", "x-"] {
            assert_eq!(FieldId::of(name.as_bytes()), FieldId::Other, "{name}");
        }
    }
}
