//! One file's declarations as rows: names as written, values typed, every one with its span.

mod platform;
mod policy_test;
mod workload;

use meshc_document::Span;

pub use crate::external::ExternalRow;
use crate::finding::Finding;
pub use crate::invariant::InvariantRow;
pub use crate::waiver::{Suspended, WaiverRow};
pub use platform::{
    BaselineRow, EnvironmentRow, FederationRow, ForwardRow, GuardrailRow, IssuerRow, KeysRow,
    MeshRow, PatchRow, RequireRow, ScopeRow,
};
pub use policy_test::TestRow;
pub use workload::{
    CallRow, InstanceRow, Label, OperationRow, PortRow, RateLimitRow, RouteRow, RuleRow, ShareRow,
    TrafficRow, UserRow, VersionRow, WorkloadKind, WorkloadRow,
};

/// A value and where it stands.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct At<T> {
    /// The value.
    pub value: T,
    /// Its place in the file.
    pub span: Span,
}

/// Everything one file declares, and what is wrong with it.
#[derive(Clone, Debug, Default)]
pub struct Unit {
    /// Mistakes of reading and checking.
    pub findings: Vec<Finding>,
    /// `Mesh` documents.
    pub meshes: Vec<MeshRow>,
    /// Services and gateways.
    pub workloads: Vec<WorkloadRow>,
    /// Issuers of user tokens.
    pub issuers: Vec<IssuerRow>,
    /// Destinations outside.
    pub externals: Vec<ExternalRow>,
    /// Invariants.
    pub invariants: Vec<InvariantRow>,
    /// Waivers.
    pub waivers: Vec<WaiverRow>,
    /// Guardrails.
    pub guardrails: Vec<GuardrailRow>,
    /// Baselines.
    pub baselines: Vec<BaselineRow>,
    /// Environments.
    pub environments: Vec<EnvironmentRow>,
    /// Policy tests.
    pub tests: Vec<TestRow>,
    /// Names, with namespaces where they are written, of documents that declare nothing because
    /// they are wrong: what refers to them is no second mistake.
    pub lost: Vec<(Option<String>, String)>,
    /// Kinds of documents of which a part is wrong, or all; none where the kind is what is wrong.
    pub unclear_kinds: Vec<Option<String>>,
    /// A part of the file could not be read: it may declare anything.
    pub unread: bool,
    /// Documents of any kind, for looking one up.
    pub documents: usize,
}
