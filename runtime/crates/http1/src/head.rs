use crate::framing::Framing;
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
/// to their start. A head holds something to read only after a parser answered `Complete`.
#[derive(Debug, Default)]
pub struct Head {
    pub(crate) method: Span,
    pub(crate) method_token: Method,
    pub(crate) target: Span,
    /// Path and query; empty for an absolute form without a path.
    pub(crate) path: Span,
    pub(crate) target_form: TargetForm,
    pub(crate) path_is_odd: bool,
    pub(crate) status: u16,
    pub(crate) minor: u8,
    pub(crate) host: Option<Span>,
    pub(crate) framing: Framing,
    pub(crate) body: Body,
    pub(crate) keep_alive: bool,
    pub(crate) expect_continue: bool,
    pub(crate) upgrade_requested: bool,
    pub(crate) lines: Vec<Line>,
}

/// One field line of the head.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line {
    pub(crate) name: Span,
    pub(crate) value: Span,
    pub(crate) id: FieldId,
    pub(crate) hop_by_hop: bool,
}

impl Head {
    /// An empty head; allocates once for [`Limits::MAX_FIELDS`] fields.
    #[must_use]
    pub fn new() -> Self {
        Self { lines: Vec::with_capacity(usize::from(Limits::MAX_FIELDS)), ..Self::default() }
    }

    /// Forgets the message, keeps the memory. The parsers call it themselves.
    pub fn clear(&mut self) {
        let mut lines = core::mem::take(&mut self.lines);
        lines.clear();
        *self = Self { lines, ..Self::default() };
    }

    /// The method's bytes.
    #[must_use]
    pub fn method<'a>(&self, input: &'a [u8]) -> &'a [u8] {
        self.method.of(input)
    }

    /// The method as a token.
    #[must_use]
    pub fn method_token(&self) -> Method {
        self.method_token
    }

    /// The request target as received.
    #[must_use]
    pub fn target<'a>(&self, input: &'a [u8]) -> &'a [u8] {
        self.target.of(input)
    }

    /// The path and query of the target; `/` for an absolute form without a path, `*` for the
    /// asterisk form, empty for the authority form.
    #[must_use]
    pub fn path_and_query<'a>(&self, input: &'a [u8]) -> &'a [u8] {
        match (self.target_form, self.path.of(input)) {
            (TargetForm::Absolute, []) => b"/",
            (_, path) => path,
        }
    }

    /// The form of the target.
    #[must_use]
    pub fn target_form(&self) -> TargetForm {
        self.target_form
    }

    /// Whether the path (query excluded) holds `%`, `\`, `;`, `//`, `/.` or any byte that RFC 3986
    /// does not allow in a path: such a path is not canonical as it stands.
    #[must_use]
    pub fn path_is_odd(&self) -> bool {
        self.path_is_odd
    }

    /// The value of `Host`, checked to be `host[:port]`, or the authority of an absolute form in
    /// HTTP/1.0; `None` in HTTP/1.0 without either.
    #[must_use]
    pub fn host<'a>(&self, input: &'a [u8]) -> Option<&'a [u8]> {
        self.host.map(|span| span.of(input))
    }

    /// The status of a response, 100 to 599; 0 for a request.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// 1 for HTTP/1.1, 0 for HTTP/1.0.
    #[must_use]
    pub fn minor_version(&self) -> u8 {
        self.minor
    }

    /// Whether the peer lets the connection live after this message.
    #[must_use]
    pub fn keep_alive(&self) -> bool {
        self.keep_alive
    }

    /// How the body ends.
    #[must_use]
    pub fn body(&self) -> Body {
        self.body
    }

    /// The stated `Content-Length`, also where no body follows (answers to HEAD, 304).
    #[must_use]
    pub fn content_length(&self) -> Option<u64> {
        self.framing.length()
    }

    /// Whether the client waits for `100 Continue` before it sends the body.
    #[must_use]
    pub fn expect_continue(&self) -> bool {
        self.expect_continue
    }

    /// Whether `Connection` names `upgrade` and an `Upgrade` field is present. No byte behind the
    /// head may be forwarded before a 101.
    #[must_use]
    pub fn upgrade_requested(&self) -> bool {
        self.upgrade_requested
    }

    /// All fields in the order received, hop-by-hop ones included and marked.
    pub fn fields<'a>(&'a self, input: &'a [u8]) -> impl Iterator<Item = Field<'a>> {
        self.lines.iter().map(move |line| Field {
            id: line.id,
            name: line.name.of(input),
            value: line.value.of(input),
            hop_by_hop: line.hop_by_hop,
        })
    }

    /// The value of the first field with this id.
    #[must_use]
    pub fn find(&self, id: FieldId) -> Option<Span> {
        self.lines.iter().find(|line| line.id == id).map(|line| line.value)
    }
}

/// Whether parsing again can say more than `Partial`, when the first `seen` bytes of `input` have
/// already been answered with `Partial`: a line ended or the head limit is reached.
///
/// Asking first keeps a client that drips single bytes from making us parse its head again for
/// every one of them; a bad byte is then refused at the end of its line.
#[must_use]
pub fn worth_parsing(input: &[u8], seen: usize, limits: &Limits) -> bool {
    seen == 0
        || input.len() >= limits.head_bytes as usize
        || input.get(seen..).is_some_and(|fresh| memchr::memchr(b'\n', fresh).is_some())
}
