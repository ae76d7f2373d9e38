//! What is asked of a request.

use serde::{Deserialize, Serialize};

/// One alternative of an operation or route; its fields are AND.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Match {
    /// Conditions on header fields.
    pub headers: Vec<Condition>,
    /// Authority without port, lower case, exact or `*.suffix`; absent: any.
    pub host: Option<String>,
    /// Methods, sorted; empty: any.
    pub methods: Vec<String>,
    /// Path pattern as the language writes it (`/a`, `/a/{x}`, `/a/**`), decoded; `/**` is any path.
    pub path: String,
    /// Conditions on query parameters.
    pub query: Vec<Condition>,
    /// A regular expression for the whole decoded path; `path` is then `/**`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub regex: Option<String>,
}

/// A condition on the values of one header field or query parameter.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Condition {
    /// Field name in lower case, or the parameter's name exactly.
    pub name: String,
    /// The test stands under `not`.
    pub not: bool,
    /// What is asked of a value.
    pub test: Test,
}

/// What is asked of a value.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Test {
    /// Is exactly this.
    Equals(String),
    /// Has this member.
    Has(String),
    /// Is one of these, sorted.
    OneOf(Vec<String>),
    /// Starts with this.
    Prefix(String),
    /// Is there (`true`) or is not (`false`).
    Present(bool),
    /// Is matched by this regular expression as a whole.
    Regex(String),
    /// Ends with this.
    Suffix(String),
}

/// How an application may read a path (language reference, section 4).
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reading {
    /// As it stands.
    Plain,
    /// `;…` is cut from every segment.
    Matrix,
    /// Letters of both cases are one.
    CaseInsensitive,
    /// Escapes are decoded once more. Canonical paths leave nothing to decode a second time, so it
    /// reads like [`Reading::Plain`].
    DoubleDecoding,
}
