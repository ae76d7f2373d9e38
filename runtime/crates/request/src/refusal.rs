use core::fmt;

/// A request without a canonical form: answered with 400 by whoever received it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct BadRequest {
    kind: BadRequestKind,
}

/// Why a request has no canonical form.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum BadRequestKind {
    /// The method is no token (RFC 9110, 9.1).
    Method,
    /// CONNECT, or a target in authority form.
    AuthorityForm,
    /// `*` with a method other than OPTIONS.
    AsteriskForm,
    /// A target in no form of RFC 9112, 3.2, or in absolute form with a scheme other than http(s).
    TargetForm,
    /// A byte that RFC 3986 does not allow in a path or query.
    RawByte,
    /// `%` without two hexadecimal digits.
    Escape,
    /// `%2F`, `%5C`.
    EncodedSeparator,
    /// `%00` to `%1F`, `%7F`.
    EncodedControl,
    /// Escapes that decode to something that is not UTF-8.
    NotUtf8,
    /// `%25` followed by two hexadecimal digits.
    DoubleEncoding,
    /// A segment that is `.` or `..` before a `;`.
    DotsBeforeParameter,
    /// `..` above the root.
    AboveRoot,
    /// Neither `Host` nor an absolute target.
    NoAuthority,
    /// User information in the authority.
    UserInfo,
    /// A host that is no DNS name in ASCII, IPv4 or IPv6 address.
    Host,
    /// A port that is no number from 1 to 65535.
    Port,
    /// An absolute target and a `Host` that differ.
    AuthoritiesDiffer,
}

impl BadRequest {
    pub(crate) const fn new(kind: BadRequestKind) -> Self {
        Self { kind }
    }

    /// Why.
    #[must_use]
    pub const fn kind(self) -> BadRequestKind {
        self.kind
    }
}

impl BadRequestKind {
    /// A stable word for logs and metrics.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Method => "method",
            Self::AuthorityForm => "authority-form",
            Self::AsteriskForm => "asterisk-form",
            Self::TargetForm => "target-form",
            Self::RawByte => "raw-byte",
            Self::Escape => "escape",
            Self::EncodedSeparator => "encoded-separator",
            Self::EncodedControl => "encoded-control",
            Self::NotUtf8 => "not-utf8",
            Self::DoubleEncoding => "double-encoding",
            Self::DotsBeforeParameter => "dots-before-parameter",
            Self::AboveRoot => "above-root",
            Self::NoAuthority => "no-authority",
            Self::UserInfo => "user-info",
            Self::Host => "host",
            Self::Port => "port",
            Self::AuthoritiesDiffer => "authorities-differ",
        }
    }

    /// The sentence a person reads.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Method => "the method holds a character that no method may hold",
            Self::AuthorityForm => "CONNECT and targets that are only an authority are not served",
            Self::AsteriskForm => "the target `*` is for OPTIONS only",
            Self::TargetForm => "the target is neither a path nor an http or https URL",
            Self::RawByte => "the target holds a character that must be percent-encoded (RFC 3986)",
            Self::Escape => "a `%` in the path is not followed by two hexadecimal digits",
            Self::EncodedSeparator => {
                "the path holds an encoded `/` or `\\`, which applications read in different ways"
            }
            Self::EncodedControl => "the path holds an encoded control character",
            Self::NotUtf8 => "the path does not decode to UTF-8",
            Self::DoubleEncoding => {
                "the path is encoded twice: `%25` is followed by two hexadecimal digits"
            }
            Self::DotsBeforeParameter => "a path segment is `.` or `..` before a `;`",
            Self::AboveRoot => "the path climbs above the root with `..`",
            Self::NoAuthority => "the request names no host",
            Self::UserInfo => "the host is preceded by user information",
            Self::Host => {
                "the host is neither a DNS name in ASCII (international names as `xn--…`) nor an IP \
                 address"
            }
            Self::Port => "the port is not a number from 1 to 65535",
            Self::AuthoritiesDiffer => "the target and the Host field name different hosts",
        }
    }
}

impl fmt::Display for BadRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.sentence())
    }
}

impl core::error::Error for BadRequest {}
