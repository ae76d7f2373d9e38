//! Limits of what is admitted.

use serde::{Deserialize, Serialize};

/// How many requests a proxy admits. What it refuses does not count.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct RateLimit {
    /// Requests at once, 1 to 1,000,000.
    pub burst: u32,
    /// Requests in a period, 1 to 1,000,000.
    pub count: u32,
    /// Its name, or `rateLimits[0]` for an unnamed one.
    pub name: String,
    /// Names of HTTP operations, sorted, `rest` among them; absent: every HTTP request.
    pub operations: Option<Vec<String>>,
    /// What it counts by.
    pub per: Per,
    /// The period in milliseconds, 1 to 3,600,000.
    pub period_ms: u32,
}

/// What a rate limit counts by.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Per {
    /// The verified identity of the caller; those without one together.
    Caller,
    /// Nothing: all requests together.
    Total,
    /// A claim of the verified token; requests without it, or without a token of this issuer,
    /// together.
    User {
        /// Path of JSON keys.
        claim: String,
        /// Name of the issuer.
        issuer: String,
    },
}
