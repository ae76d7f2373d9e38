//! What a PolicyTest declares.

use super::At;

/// One policy test.
#[derive(Clone, Debug)]
pub struct TestRow {
    /// Namespace of its document, if written.
    pub namespace: Option<At<String>>,
    /// Name of its document.
    pub document: String,
    /// What it shows.
    pub name: At<String>,
    /// Who sends; absent: somebody unknown.
    pub from: Option<At<String>>,
    /// Who receives.
    pub to: At<String>,
    /// Port by name.
    pub port: Option<String>,
    /// Method.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// Host field.
    pub host: Option<String>,
    /// Further fields.
    pub headers: Vec<(String, String)>,
    /// Address of the client that a gateway saw.
    pub client: Option<String>,
    /// Issuer and claims of the user it is sent for.
    pub user: Option<(At<String>, serde_json::Value)>,
    /// Instant, RFC 3339.
    pub at: Option<String>,
    /// Expected verdict.
    pub verdict: At<String>,
    /// Expected status.
    pub status: Option<u16>,
    /// Expected operation.
    pub operation: Option<String>,
    /// Expected rule.
    pub rule: Option<String>,
    /// Expected destination.
    pub destination: Option<String>,
}
