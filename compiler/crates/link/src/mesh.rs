use std::sync::Arc;

use meshc_check::Finding;
use meshc_check::unit::{
    At, InstanceRow, InvariantRow, TestRow, WaiverRow, WorkloadKind, WorkloadRow,
};
use meshc_document::Span;
use meshc_snapshot::slice;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::baseline::Baseline;
use crate::effective::Effective;
use crate::environment::Environment;
use crate::foreign::Foreign;
use crate::graph::Graph;
use crate::issuers::Issuer;
use crate::outside::{External, Placed};
use crate::platform::{Guardrail, Over};
use crate::proposals::Proposals;
use crate::source::SourceFile;
use crate::table::Tables;
use crate::whole::Whole;
use crate::workloads::Workloads;

/// The linked whole.
#[derive(Clone, Debug, Default)]
pub struct Mesh {
    /// Files by path.
    pub files: Vec<Arc<SourceFile>>,
    /// SPIFFE trust domain; empty without a `Mesh`.
    pub trust_domain: String,
    /// Suffix of service names.
    pub cluster_suffix: Option<String>,
    /// Request timeout of the `Mesh`, in milliseconds, if written.
    pub timeout: Option<Effective<u32>>,
    /// Declared namespaces with the hosts they may claim.
    pub namespaces: Vec<(String, Vec<String>)>,
    /// The first place of each in that list.
    pub(crate) namespace_places: Arc<FxHashMap<String, usize>>,
    /// Listed teams.
    pub teams: Vec<String>,
    /// Federated trust domains, sorted by name.
    pub federation: Vec<Federation>,
    /// Issuers of user tokens by name; a duplicate is left out.
    pub issuers: Vec<Issuer>,
    /// Environments by name; a duplicate is left out.
    pub environments: Vec<Environment>,
    /// Names of the Environments in which more care is asked of a change.
    pub protected: Vec<String>,
    /// Destinations outside by id; a duplicate is left out.
    pub externals: Vec<External>,
    /// Invariants by id; a duplicate is left out.
    pub invariants: Vec<Placed<InvariantRow>>,
    /// Waivers by id; a duplicate is left out.
    pub waivers: Vec<Placed<WaiverRow>>,
    /// Guardrails by id; a duplicate is left out.
    pub guardrails: Vec<Guardrail>,
    /// Baselines by id; a duplicate is left out.
    pub baselines: Vec<Baseline>,
    /// Services and gateways by id; a duplicate is left out.
    pub workloads: Workloads,
    /// Calls and routes with both ends resolved, by caller and written order.
    pub edges: Arc<Vec<Edge>>,
    /// The call graph.
    pub graph: Arc<Graph>,
    /// Policy tests with the file of each.
    pub tests: Vec<(u32, TestRow)>,
    /// What is wrong, in the order of files and places.
    pub findings: Vec<MeshFinding>,
    pub(crate) foreign: Foreign,
    /// File of the Environment that it is read in.
    pub(crate) environment_file: Option<u32>,
    pub(crate) protected_rows: (u32, Vec<At<String>>),
    /// What was found while platform documents were gathered, and while the rest of the files
    /// stayed as they are nothing of it changes.
    pub(crate) gathered: Vec<MeshFinding>,
    /// What was found about each workload; parallel to `workloads`.
    pub(crate) told: Vec<Arc<Told>>,
    /// What was found by looking at all workloads together.
    pub(crate) whole: Whole,
    /// No Mesh is declared, a name is declared twice, a workload has no namespace, or a Baseline cannot be added to one:
    /// what is found then cannot be told apart by workload.
    pub(crate) clashing: bool,
    /// Ids of documents that declare nothing because they are wrong.
    pub(crate) lost: FxHashSet<String>,
    /// A part of some file could not be read: it may declare anything.
    pub(crate) unread: bool,
    /// Files of which something is lost, could not be read or clashes; sorted.
    pub(crate) gaps: Vec<u32>,
    /// Files with a document, of whatever kind, of which a part is wrong; sorted.
    pub(crate) unclear: Vec<u32>,
    pub(crate) tables: Tables,
    pub(crate) proposals: Proposals,
}

/// A federated trust domain.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Federation {
    /// Its name.
    pub trust_domain: String,
    /// Its roots, PEM; absent: what was declared is no bundle, and was reported.
    pub bundle: Option<String>,
}

/// A workload's index in [`Mesh::workloads`].
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct WorkloadIx(pub u32);

/// A service or gateway with its names written out.
#[derive(Clone, Debug)]
pub struct Workload {
    /// Index of its file.
    pub file: u32,
    /// What was written, instances aside.
    pub row: WorkloadRow,
    /// Its namespace.
    pub namespace: String,
    /// `namespace/name`.
    pub id: String,
    /// Its SPIFFE ID.
    pub identity: String,
    /// Instances, from the intent or from the file it names, sorted by address.
    pub instances: Vec<InstanceRow>,
    /// The guardrails over it, by name.
    pub guardrails: Vec<Over>,
    /// Its operations as a slice holds them, sorted by name; TCP ports among them.
    pub operations: Vec<slice::Operation>,
}

/// What may have been meant by calls and routes that were not understood.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Meant {
    /// Ids of what was proposed instead.
    pub(crate) ids: Vec<String>,
    /// Nothing could be proposed for some, or they are not there: they may stand for anything.
    pub(crate) anything: bool,
}

/// What was found about one workload, by what was looked at, and what is asked of all of them after
/// an edit.
#[derive(Clone, Debug, Default)]
pub(crate) struct Told {
    /// Its own document and the Mesh.
    pub(crate) own: Vec<MeshFinding>,
    /// The names that its calls and routes give.
    pub(crate) calls: Vec<MeshFinding>,
    /// It and its neighbours.
    pub(crate) judged: Vec<MeshFinding>,
    /// It names something that is not there, or nobody is where it looks; what is said of that
    /// depends on every other document.
    pub(crate) unknown: bool,
    /// It calls an operation of everybody who has it.
    pub(crate) everywhere: bool,
    /// Some of its calls or routes were not understood, or name something that does not exist.
    pub(crate) unresolved: Option<Meant>,
    /// Whom its rules name, as hashes; see [`crate::patch::named`].
    pub(crate) named: Vec<u32>,
    /// Operations that say how often a request is tried; see [`crate::amplification::tries`].
    pub(crate) tries: Vec<(u32, u32)>,
}

/// A declared call or a gateway's route.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Edge {
    /// Who calls.
    pub caller: WorkloadIx,
    /// Who is called.
    pub callee: WorkloadIx,
    /// Index into the callee's `operations`; absent: the service as a whole.
    pub operation: Option<u32>,
    /// Index into the caller's `calls` (a service) or `routes` (a gateway).
    pub item: u32,
    /// Where its `to` stands, in the caller's file.
    pub span: Span,
    /// Milliseconds the caller waits at most, where it says so.
    pub timeout_ms: Option<u32>,
    /// Milliseconds the caller waits at most, whatever of the callee it asks for; the largest number
    /// where nothing ends it.
    pub waits_ms: u32,
}

/// A finding and the file it is in.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MeshFinding {
    /// Index of the file.
    pub file: u32,
    /// What is wrong; its related places are in the same file.
    pub finding: Finding,
    /// Places in any file.
    pub related: Vec<(u32, Span, String)>,
}

impl WorkloadIx {
    /// As an index.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

impl Workload {
    /// Whether it is a gateway.
    #[must_use]
    pub fn is_gateway(&self) -> bool {
        self.row.kind == WorkloadKind::Gateway
    }

    /// Whether nobody knows which operations it has: Baselines add some to what has ports.
    pub(crate) fn operations_unclear(&self) -> bool {
        self.row.operations_unclear || self.row.ports_unclear
    }

    /// Index of an operation by name.
    #[must_use]
    pub fn operation(&self, name: &str) -> Option<u32> {
        let at = self.operations.binary_search_by(|one| one.name.as_str().cmp(name)).ok()?;
        u32::try_from(at).ok()
    }
}

impl Mesh {
    /// A workload by `namespace/name`.
    #[must_use]
    pub fn workload_named(&self, id: &str) -> Option<WorkloadIx> {
        self.workloads.named(id)
    }

    /// A destination outside by `namespace/name`.
    #[must_use]
    pub fn external(&self, id: &str) -> Option<&External> {
        let at = self.externals.binary_search_by(|one| one.id.as_str().cmp(id)).ok()?;
        self.externals.get(at)
    }

    /// A workload.
    #[must_use]
    pub fn workload(&self, ix: WorkloadIx) -> Option<&Workload> {
        self.workloads.get(ix)
    }

    pub(crate) fn report(&mut self, file: u32, finding: Finding) {
        self.findings.push(MeshFinding { file, finding, related: Vec::new() });
    }

    pub(crate) fn report_with(
        &mut self,
        file: u32,
        finding: Finding,
        related: (u32, Span, String),
    ) {
        self.findings.push(MeshFinding { file, finding, related: vec![related] });
    }

    /// Workloads of a namespace; they stand together, sorted by id.
    pub(crate) fn inside(&self, namespace: &str) -> impl Iterator<Item = &Workload> {
        self.workloads.inside(namespace)
    }

    /// Whether some document that could not be understood, not in all its parts, may be one of this
    /// kind.
    pub(crate) fn may_lack(&self, kind: &str) -> bool {
        let said = |file: &u32| Some(&self.files.get(*file as usize)?.said);
        let mut lost = self.unclear.iter().filter_map(said).flat_map(|one| &one.unclear_kinds);
        self.unread || lost.any(|lost| lost.as_ref().is_none_or(|lost| lost == kind))
    }

    /// Whether a call or route of a workload was not understood, or names what does not exist.
    pub(crate) fn is_unresolved(&self, ix: WorkloadIx) -> bool {
        self.told.get(ix.index()).is_some_and(|told| told.unresolved.is_some())
    }

    /// The edges of a caller.
    pub(crate) fn edges_of(&self, caller: WorkloadIx) -> &[Edge] {
        self.edges.get(self.graph.edges_of(caller)).unwrap_or_default()
    }

    /// Workloads with their indices.
    pub fn each(&self) -> impl Iterator<Item = (WorkloadIx, &Workload)> {
        let each = (0_u32..).map(WorkloadIx).zip(self.workloads.entries());
        each.filter_map(|(ix, entry)| Some((ix, entry.workload()?)))
    }
}
