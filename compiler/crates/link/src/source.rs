//! Files of the repository as they were read, and what each of them says by itself.

use core::fmt;
use core::ops::Deref;
use std::sync::{Arc, OnceLock};

use meshc_check::unit::Unit;
use meshc_snapshot::Digest;

use crate::mesh::MeshFinding;

/// The bytes of a file, shared with whoever read it.
#[derive(Clone)]
pub struct Content(Arc<Held<dyn AsRef<[u8]> + Send + Sync>>);

struct Held<T: ?Sized> {
    digest: OnceLock<Digest>,
    bytes: T,
}

/// One file of the repository.
#[derive(Debug)]
pub struct SourceFile {
    /// Path inside the repository.
    pub path: Arc<str>,
    /// Its bytes.
    pub bytes: Content,
    /// What it says by itself.
    pub(crate) said: Said,
}

/// What a file says by itself, beside its rows.
#[derive(Debug, Default)]
pub(crate) struct Said {
    /// It declares workloads and policy tests and nothing that holds for others.
    pub(crate) plain: bool,
    /// What reading and checking found.
    pub(crate) findings: Vec<MeshFinding>,
    /// Ids of its documents that declare nothing because they are wrong.
    pub(crate) lost: Vec<String>,
    /// A part of it could not be read: it may declare anything.
    pub(crate) unread: bool,
}

impl Content {
    /// Shares bytes that somebody else holds.
    pub fn new(bytes: impl AsRef<[u8]> + Send + Sync + 'static) -> Self {
        Self(Arc::new(Held { digest: OnceLock::new(), bytes }))
    }

    /// Shares bytes of which the digest is known.
    pub fn known(bytes: impl AsRef<[u8]> + Send + Sync + 'static, digest: Digest) -> Self {
        Self(Arc::new(Held { digest: OnceLock::from(digest), bytes }))
    }

    /// Their digest; it is computed once.
    #[must_use]
    pub fn digest(&self) -> &Digest {
        self.0.digest.get_or_init(|| Digest::of(self))
    }
}

impl Deref for Content {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.0.bytes.as_ref()
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.len())
    }
}

impl Said {
    /// Takes it out of what a file declares. `lost` gives ids to names, with the namespace where
    /// one is written.
    pub(crate) fn of(
        file: u32,
        unit: &mut Unit,
        id: impl Fn(Option<String>, &str) -> Option<String>,
    ) -> Self {
        let findings = core::mem::take(&mut unit.findings);
        let about = |finding| MeshFinding { file, finding, related: Vec::new() };
        let lost = core::mem::take(&mut unit.lost).into_iter();
        Self {
            plain: is_plain(unit),
            findings: findings.into_iter().map(about).collect(),
            lost: lost.filter_map(|(namespace, name)| id(namespace, &name)).collect(),
            unread: unit.unread,
        }
    }
}

fn is_plain(unit: &Unit) -> bool {
    let Unit {
        findings: _,
        meshes,
        workloads: _,
        issuers,
        externals,
        invariants,
        waivers,
        guardrails,
        baselines,
        environments,
        tests: _,
        lost: _,
        unread: _,
        documents: _,
    } = unit;
    meshes.is_empty()
        && issuers.is_empty()
        && externals.is_empty()
        && invariants.is_empty()
        && waivers.is_empty()
        && guardrails.is_empty()
        && baselines.is_empty()
        && environments.is_empty()
}
