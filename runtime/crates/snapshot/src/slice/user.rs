//! What a verified token of a user must say.

use serde::{Deserialize, Serialize};

/// What a verified token must say.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct User {
    /// Conditions on claims, by path (`realm_access/roles`), sorted.
    pub claims: Vec<Claim>,
    /// Name of the issuer.
    pub issuer: String,
}

/// A condition on a claim.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Claim {
    /// The test stands under `not`.
    pub not: bool,
    /// Path of JSON keys.
    pub path: String,
    /// What is asked of the value.
    pub test: ClaimTest,
}

/// What is asked of a claim. A value of another type cannot be tested.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum ClaimTest {
    /// Is exactly this.
    Equals(Scalar),
    /// Is a list with this member.
    Has(Scalar),
    /// Is one of these.
    OneOf(Vec<Scalar>),
    /// Is a text that starts with this.
    Prefix(String),
    /// Is there (`true`) or is not (`false`).
    Present(bool),
    /// Is a text that this regular expression matches as a whole.
    Regex(String),
    /// Is a text that ends with this.
    Suffix(String),
}

/// A value of a claim that can be compared.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(untagged)]
pub enum Scalar {
    /// `true` or `false`.
    Truth(bool),
    /// A whole number.
    Number(i64),
    /// Text.
    Text(String),
}

impl core::fmt::Display for Scalar {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Truth(truth) => write!(f, "{truth}"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => write!(f, "`{text}`"),
        }
    }
}
