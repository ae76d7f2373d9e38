/// How the end of a message's body is found (RFC 9112, 6.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Body {
    /// There is no body and no length was stated (or none applies: answers to HEAD, 1xx, 204, 304).
    #[default]
    None,
    /// `Content-Length`, in bytes.
    Length(u64),
    /// `Transfer-Encoding: chunked`, the only coding accepted.
    Chunked,
    /// A response that ends when the upstream closes.
    UntilClose,
}
