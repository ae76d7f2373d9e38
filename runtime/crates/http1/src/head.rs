use crate::{Body, Field, FieldId, Limits, Method, Span};

/// What a parser found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parse {
    /// The head is not complete; what is there is acceptable so far.
    Partial,
    /// The head takes the first `head_len` bytes; a body, if any, follows.
    Complete {
        /// Bytes of the head, a leading empty line and the closing one included.
        head_len: usize,
    },
}

/// The form of a request target (RFC 9112, 3.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TargetForm {
    /// `/path?query`
    #[default]
    Origin,
    /// `http://host/path`; its authority equals `Host`.
    Absolute,
    /// `host:port`, with CONNECT only.
    Authority,
    /// `*`, with OPTIONS only.
    Asterisk,
}

/// A parsed request or response head: spans into the input, reused from message to message.
///
/// Every accessor that takes `input` wants the bytes the head was parsed from, unmoved relative
/// to their start.
#[derive(Debug, Default)]
pub struct Head {}

impl Head {
    /// An empty head; allocates once for [`Limits::MAX_FIELDS`] fields.
    #[must_use]
    pub fn new() -> Self {
        Self {}
    }

    /// Forgets the message, keeps the memory. The parsers call it themselves.
    pub fn clear(&mut self) {}

    /// The method's bytes.
    #[must_use]
    pub fn method<'a>(&self, input: &'a [u8]) -> &'a [u8] {
        input
    }

    /// The method as a token.
    #[must_use]
    pub fn method_token(&self) -> Method {
        Method::Other
    }

    /// The request target as received.
    #[must_use]
    pub fn target<'a>(&self, input: &'a [u8]) -> &'a [u8] {
        input
    }

    /// The path and query of the target; `/` for an absolute form without a path, `*` for the
    /// asterisk form, empty for the authority form.
    #[must_use]
    pub fn path_and_query<'a>(&self, input: &'a [u8]) -> &'a [u8] {
        input
    }

    /// The form of the target.
    #[must_use]
    pub fn target_form(&self) -> TargetForm {
        TargetForm::Origin
    }

    /// Whether the path (query excluded) holds `%`, `\`, `;`, `//`, `/.` or any byte that RFC 3986
    /// does not allow in a path: such a path is not canonical as it stands.
    #[must_use]
    pub fn path_is_odd(&self) -> bool {
        true
    }

    /// The value of `Host`, checked to be `host[:port]`; `None` in HTTP/1.0 without one.
    #[must_use]
    pub fn host<'a>(&self, input: &'a [u8]) -> Option<&'a [u8]> {
        Some(input)
    }

    /// The status of a response, 100 to 599; 0 for a request.
    #[must_use]
    pub fn status(&self) -> u16 {
        0
    }

    /// 1 for HTTP/1.1, 0 for HTTP/1.0.
    #[must_use]
    pub fn minor_version(&self) -> u8 {
        1
    }

    /// Whether the peer lets the connection live after this message.
    #[must_use]
    pub fn keep_alive(&self) -> bool {
        true
    }

    /// How the body ends.
    #[must_use]
    pub fn body(&self) -> Body {
        Body::None
    }

    /// The stated `Content-Length`, also where no body follows (answers to HEAD, 304).
    #[must_use]
    pub fn content_length(&self) -> Option<u64> {
        None
    }

    /// Whether the client waits for `100 Continue` before it sends the body.
    #[must_use]
    pub fn expect_continue(&self) -> bool {
        false
    }

    /// Whether `Connection` names `upgrade` and an `Upgrade` field is present. No byte behind the
    /// head may be forwarded before a 101.
    #[must_use]
    pub fn upgrade_requested(&self) -> bool {
        false
    }

    /// All fields in the order received, hop-by-hop ones included and marked.
    pub fn fields<'a>(&'a self, input: &'a [u8]) -> impl Iterator<Item = Field<'a>> {
        let _ = input;
        core::iter::empty()
    }

    /// The value of the first field with this id.
    #[must_use]
    pub fn find(&self, id: FieldId) -> Option<Span> {
        let _ = id;
        None
    }
}

/// Whether parsing again can say more than `Partial`, when the first `seen` bytes of `input` have
/// already been answered with `Partial`.
///
/// Asking first keeps a client that drips single bytes from making us parse its head again for
/// every one of them.
#[must_use]
pub fn worth_parsing(input: &[u8], seen: usize, limits: &Limits) -> bool {
    let _ = (input, seen, limits);
    true
}
