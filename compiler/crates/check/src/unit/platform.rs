//! What documents declare that hold for many workloads.

use meshc_document::{NodeId, Span};

use super::{At, OperationRow, RuleRow};

/// A `Mesh`.
#[derive(Clone, Debug)]
pub struct MeshRow {
    /// Its name.
    pub name: At<String>,
    /// The trust domain.
    pub trust_domain: Option<String>,
    /// Suffix of service names.
    pub cluster_suffix: Option<String>,
    /// Request timeout for everybody, in milliseconds.
    pub timeout_ms: Option<At<u32>>,
    /// Listed namespaces.
    pub namespaces: Vec<At<String>>,
    /// Hosts each namespace may claim, parallel to `namespaces`.
    pub namespace_hosts: Vec<Vec<String>>,
    /// Listed teams.
    pub teams: Vec<String>,
    /// Federated trust domains.
    pub federation: Vec<FederationRow>,
    /// Environments in which more care is asked of a change.
    pub protected: Vec<At<String>>,
}

/// A trust domain besides ours.
#[derive(Clone, Debug)]
pub struct FederationRow {
    /// Its name.
    pub trust_domain: At<String>,
    /// File of the repository that holds its root certificates.
    pub bundle_file: At<String>,
}

/// Which workloads a document of the platform is about; all of it must hold.
#[derive(Clone, Debug, Default)]
pub struct ScopeRow {
    /// Where it stands; the document's name where nothing was written.
    pub span: Span,
    /// Namespaces; empty: any.
    pub namespaces: Vec<At<String>>,
    /// Labels a workload must have, sorted; empty: any or none.
    pub labels: Vec<(String, String)>,
    /// A part of it was refused; it must not be judged further.
    pub damaged: bool,
}

/// Rules of the platform over a scope.
#[derive(Clone, Debug)]
pub struct GuardrailRow {
    /// Its namespace, if written.
    pub namespace: Option<At<String>>,
    /// Its name.
    pub name: At<String>,
    /// For which workloads.
    pub scope: ScopeRow,
    /// What nobody may do there.
    pub deny: Vec<RuleRow>,
    /// What each of them must say.
    pub require: RequireRow,
}

/// What a guardrail demands of the workloads in its scope. That every port is strict needs no row:
/// the schema takes no other.
#[derive(Clone, Debug, Default)]
pub struct RequireRow {
    /// Each has an owner.
    pub owner: Option<Span>,
    /// Each rule that allows HTTP asks for a user of this issuer.
    pub user: Option<At<String>>,
    /// Milliseconds that a request may take at most.
    pub timeout_at_most_ms: Option<At<u32>>,
    /// No rule allows `anyone`, a whole namespace or everything below an identity.
    pub no_wildcard_from: Option<Span>,
}

/// What the platform adds to the services of a scope.
#[derive(Clone, Debug)]
pub struct BaselineRow {
    /// Its namespace, if written.
    pub namespace: Option<At<String>>,
    /// Its name.
    pub name: At<String>,
    /// For which services.
    pub scope: ScopeRow,
    /// Operations that each gets.
    pub operations: Vec<OperationRow>,
    /// Rules that each gets.
    pub allow: Vec<RuleRow>,
    /// Probes that each gets: path and port.
    pub probes: Vec<(At<String>, At<String>)>,
}

/// What is different in one environment.
#[derive(Clone, Debug)]
pub struct EnvironmentRow {
    /// Its name.
    pub name: At<String>,
    /// Patterns of the files that belong to it; empty: every file.
    pub include: Vec<At<String>>,
    /// Patterns of those that do not.
    pub exclude: Vec<At<String>>,
    /// What it changes.
    pub patches: Vec<PatchRow>,
    /// Patches that may admit more than the base, and why.
    pub widens: Vec<(At<String>, At<String>)>,
    /// Some patch was refused.
    pub patches_unclear: bool,
    /// Some part of `widens` was refused.
    pub widens_unclear: bool,
}

/// One change of one object.
#[derive(Clone, Debug)]
pub struct PatchRow {
    /// Its name.
    pub name: At<String>,
    /// Kind of the object.
    pub kind: At<String>,
    /// Namespace of the object, for kinds that have one.
    pub namespace: Option<At<String>>,
    /// Name of the object.
    pub object: At<String>,
    /// What is merged into it, in the tree of the Environment's document.
    pub merge: NodeId,
    /// Where that stands.
    pub span: Span,
}

/// An issuer of user tokens; what was refused is missing.
#[derive(Clone, Debug)]
pub struct IssuerRow {
    /// Its name.
    pub name: At<String>,
    /// The exact `iss` of its tokens.
    pub issuer: Option<At<String>>,
    /// Values of `aud` that mean the mesh, sorted.
    pub audiences: Vec<String>,
    /// Algorithms it may sign with, sorted by name.
    pub algorithms: Option<At<Vec<String>>>,
    /// Its public keys.
    pub keys: Option<KeysRow>,
    /// Claims that applications are told, sorted by header.
    pub forward: Vec<ForwardRow>,
}

/// Where the public keys of an issuer come from.
#[derive(Clone, Debug)]
pub enum KeysRow {
    /// The text of a usable JWK set.
    Inline(At<String>),
    /// A file of the repository that should hold one.
    File(At<String>),
    /// Fetched by the proxies.
    Url {
        /// From there.
        url: At<String>,
        /// Seconds between two fetches, 60 to 86,400.
        refresh_seconds: Option<At<u32>>,
    },
}

/// A claim that an application is told.
#[derive(Clone, Debug)]
pub struct ForwardRow {
    /// Path of the claim.
    pub claim: At<String>,
    /// Header field, in lower case.
    pub header: At<String>,
}
