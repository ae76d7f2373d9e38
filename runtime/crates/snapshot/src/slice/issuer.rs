//! Issuers of user tokens.

use serde::{Deserialize, Serialize};

/// An issuer of user tokens: JWTs (RFC 7519) that callers present as `Authorization: Bearer`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct TokenIssuer {
    /// Algorithms it may sign with (RFC 7518 and 8037), sorted; never empty.
    pub algorithms: Vec<String>,
    /// The values of `aud` that mean us, sorted; never empty.
    pub audiences: Vec<String>,
    /// Claims that the application is told, sorted by header.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forward: Vec<ForwardedClaim>,
    /// The exact `iss` of its tokens.
    pub issuer: String,
    /// Its public keys.
    pub keys: TokenKeys,
    /// Its name in policy.
    pub name: String,
}

/// Where the public keys of an issuer come from.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum TokenKeys {
    /// They are here: a JWK set (RFC 7517) as its text.
    Inline(String),
    /// The proxy fetches them, off the path of requests.
    Url {
        /// Seconds between two fetches, 60 to 86,400.
        #[serde(rename = "refreshSeconds")]
        refresh_seconds: u32,
        /// An `https` URL of a JWK set.
        url: String,
    },
}

/// A claim of a verified token, given to the application as a header field. A field of that name
/// that a caller sends is stripped.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ForwardedClaim {
    /// Path of JSON keys.
    pub claim: String,
    /// Field name in lower case.
    pub header: String,
}
