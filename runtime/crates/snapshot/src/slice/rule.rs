//! Rules: who may, and when.

use serde::{Deserialize, Serialize};

use super::{Condition, Match, User, is_false};

/// An allow or deny rule; its fields are AND.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Rule {
    /// It only says what it would have decided.
    #[serde(default, skip_serializing_if = "is_false")]
    pub audit: bool,
    /// Networks of the client as our gateway saw it, as CIDR; empty: any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub client: Vec<String>,
    /// Whom it speaks of.
    pub from: From,
    /// Conditions on header fields.
    pub headers: Vec<Condition>,
    /// Times of the week at which it holds; absent: always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<Hours>,
    /// Requests a deny names directly; empty otherwise.
    pub matches: Vec<Match>,
    /// Its name, or `allow[0]`, `deny[0]` for an unnamed one.
    pub name: String,
    /// Names of operations, sorted, `rest` among them; absent: every request on every port.
    pub operations: Option<Vec<String>>,
    /// Conditions on query parameters.
    pub query: Vec<Condition>,
    /// Unix seconds from which it holds; absent: from the beginning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<i64>,
    /// Networks of the connection's peer, as CIDR; empty: any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub source: Vec<String>,
    /// Unix seconds from which it no longer holds.
    pub until: Option<i64>,
    /// For whom the caller acts, by a verified token; absent: anybody or nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<User>,
}

/// Whom a rule speaks of; its fields are OR.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct From {
    /// Those who prove no identity.
    pub anonymous: bool,
    /// Every verified identity `ns/<namespace>/sa/<account>` of our trust domain.
    pub anyone: bool,
    /// Nobody was named: everyone, identity or not (only in a deny).
    pub everyone: bool,
    /// Exact SPIFFE IDs, sorted.
    pub identities: Vec<String>,
    /// Namespaces, sorted: every verified identity below `ns/<namespace>/sa/`.
    pub namespaces: Vec<String>,
    /// SPIFFE IDs without their last `*`, sorted: every verified identity below them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prefixes: Vec<String>,
}

/// Times of the week in a zone.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Hours {
    /// Days, Monday is 1, sorted; never empty.
    pub days: Vec<u8>,
    /// Minutes since midnight, 0 to 1439.
    pub from: u16,
    /// Minutes since midnight, excluded; more than `from`, at most 1440.
    pub to: u16,
    /// The zone's rule in the form of POSIX `TZ` (`CET-1CEST,M3.5.0,M10.5.0/3`).
    pub zone: String,
}
