use core::fmt;

/// Why a token is refused. It quotes nothing of the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TokenFault {
    /// There is more than one `Authorization` field, and one of them names this issuer.
    Several,
    /// Longer than the issuer's tokens may be.
    TooLong,
    /// Not three parts of base64url.
    Form,
    /// The header is no sound JSON object, or a member of it has the wrong type.
    Header,
    /// The payload is no sound JSON object.
    Payload,
    /// Signed with an algorithm that the issuer may not use, or with none.
    Algorithm,
    /// The header demands an extension (`crit`, `b64`); none is known.
    Critical,
    /// The `typ` is that of something other than an access token.
    Type,
    /// The issuer's keys were never fetched.
    NoKeys,
    /// No key of the issuer has this `kid`, or no key is of the algorithm's type.
    UnknownKey,
    /// The key of this `kid` is for another algorithm.
    KeyMismatch,
    /// The signature is not the one of this header and payload by the issuer's key.
    Signature,
    /// Issued by somebody else, or `iss` is missing.
    Issuer,
    /// For another audience, or `aud` is missing.
    Audience,
    /// There is no `exp`.
    NoExpiry,
    /// `exp`, `nbf` or `iat` is not a whole number of seconds from 1970 to 9999.
    Time,
    /// `exp` has passed.
    Expired,
    /// `nbf` lies in the future.
    NotYetValid,
    /// `iat` lies in the future.
    IssuedInFuture,
}

impl TokenFault {
    /// Every fault, in the order in which they are looked for.
    pub const ALL: [Self; 19] = [
        Self::Several,
        Self::TooLong,
        Self::Form,
        Self::Header,
        Self::Critical,
        Self::Algorithm,
        Self::Type,
        Self::NoKeys,
        Self::UnknownKey,
        Self::KeyMismatch,
        Self::Signature,
        Self::Payload,
        Self::Issuer,
        Self::Audience,
        Self::NoExpiry,
        Self::Time,
        Self::Expired,
        Self::NotYetValid,
        Self::IssuedInFuture,
    ];

    /// A stable word for logs and metrics.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Several => "several",
            Self::TooLong => "too-long",
            Self::Form => "form",
            Self::Header => "header",
            Self::Payload => "payload",
            Self::Algorithm => "algorithm",
            Self::Critical => "critical",
            Self::Type => "type",
            Self::NoKeys => "no-keys",
            Self::UnknownKey => "unknown-key",
            Self::KeyMismatch => "key-mismatch",
            Self::Signature => "signature",
            Self::Issuer => "issuer",
            Self::Audience => "audience",
            Self::NoExpiry => "no-expiry",
            Self::Time => "time",
            Self::Expired => "expired",
            Self::NotYetValid => "not-yet-valid",
            Self::IssuedInFuture => "issued-in-future",
        }
    }
}

impl fmt::Display for TokenFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Several => "there is more than one `Authorization` field",
            Self::TooLong => "the token is longer than its issuer's may be",
            Self::Form => "the token is not three parts of base64url without padding",
            Self::Header => "the token's header is not a sound JSON object",
            Self::Payload => "the token's payload is not a sound JSON object",
            Self::Algorithm => "the token is signed with an algorithm its issuer may not use",
            Self::Critical => "the token's header demands an extension that is not known",
            Self::Type => "the token's `typ` is not that of an access token",
            Self::NoKeys => "the keys of the token's issuer could not be fetched yet",
            Self::UnknownKey => "the token is signed with a key its issuer has not published",
            Self::KeyMismatch => "the token's key is for another algorithm",
            Self::Signature => "the token's signature is wrong",
            Self::Issuer => "the token was issued by somebody else",
            Self::Audience => "the token is for another audience",
            Self::NoExpiry => "the token has no `exp`",
            Self::Time => "a time in the token is not a whole number of seconds since 1970",
            Self::Expired => "the token has expired",
            Self::NotYetValid => "the token is not valid yet",
            Self::IssuedInFuture => "the token was issued in the future",
        })
    }
}

impl core::error::Error for TokenFault {}
