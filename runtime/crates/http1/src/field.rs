/// A stretch of the input a head was parsed from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    start: u32,
    len: u32,
}

impl Span {
    /// The bytes of the span; empty when `input` is not what the span was taken from.
    #[must_use]
    pub fn of<'a>(&self, input: &'a [u8]) -> &'a [u8] {
        let start = self.start as usize;
        input.get(start..start.saturating_add(self.len as usize)).unwrap_or_default()
    }
}

/// One header field of a parsed head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field<'a> {
    /// Which known field it is, by name, letter case ignored.
    pub id: FieldId,
    /// The name as received.
    pub name: &'a [u8],
    /// The value without surrounding blanks.
    pub value: &'a [u8],
    /// Whether it concerns this connection only and is not forwarded: the fixed list of RFC 9110,
    /// 7.6.1, and all that `Connection` names.
    pub hop_by_hop: bool,
}

/// Field names the proxy acts on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FieldId {
    /// Any name not listed here.
    #[default]
    Other,
    /// `Host`
    Host,
    /// `Content-Length`
    ContentLength,
    /// `Transfer-Encoding`
    TransferEncoding,
    /// `Connection`
    Connection,
    /// `Keep-Alive`
    KeepAlive,
    /// `Proxy-Connection`
    ProxyConnection,
    /// `TE`
    Te,
    /// `Upgrade`
    Upgrade,
    /// `Trailer`
    Trailer,
    /// `traceparent`
    Traceparent,
    /// `tracestate`
    Tracestate,
    /// `Authorization`
    Authorization,
    /// `Expect`
    Expect,
    /// `X-Forwarded-For`
    XForwardedFor,
    /// `X-Forwarded-Proto`
    XForwardedProto,
    /// `X-Forwarded-Client-Cert`
    XForwardedClientCert,
    /// `Forwarded`
    Forwarded,
    /// `X-Request-Id`
    XRequestId,
    /// Every name that begins with `X-Meshc-`: only the proxy itself may set these.
    Meshc,
    /// `Proxy-Authorization`
    ProxyAuthorization,
    /// `Proxy-Authenticate`
    ProxyAuthenticate,
    /// `Retry-After`
    RetryAfter,
    /// `User-Agent`
    UserAgent,
    /// `Content-Type`
    ContentType,
    /// `Cookie`
    Cookie,
    /// `Date`
    Date,
    /// `Server`
    Server,
}
