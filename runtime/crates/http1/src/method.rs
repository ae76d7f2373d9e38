/// The request method, as far as this crate and its callers act on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Method {
    /// `GET`
    Get,
    /// `HEAD`
    Head,
    /// `POST`
    Post,
    /// `PUT`
    Put,
    /// `DELETE`
    Delete,
    /// `OPTIONS`
    Options,
    /// `PATCH`
    Patch,
    /// `CONNECT`: parsed, so that the caller can answer 405; never forwarded.
    Connect,
    /// `TRACE`
    Trace,
    /// Any other token; read its bytes with `Head::method`.
    #[default]
    Other,
}

impl Method {
    /// The method these bytes name; methods are case-sensitive (RFC 9110, 9.1).
    #[must_use]
    pub fn of(token: &[u8]) -> Self {
        match token {
            b"GET" => Self::Get,
            b"HEAD" => Self::Head,
            b"POST" => Self::Post,
            b"PUT" => Self::Put,
            b"DELETE" => Self::Delete,
            b"OPTIONS" => Self::Options,
            b"PATCH" => Self::Patch,
            b"CONNECT" => Self::Connect,
            b"TRACE" => Self::Trace,
            _ => Self::Other,
        }
    }

    /// Whether the request may be sent again when a connection died before any answer
    /// (RFC 9110, 9.2.2).
    #[must_use]
    pub fn is_idempotent(self) -> bool {
        matches!(
            self,
            Self::Get | Self::Head | Self::Put | Self::Delete | Self::Options | Self::Trace
        )
    }
}
