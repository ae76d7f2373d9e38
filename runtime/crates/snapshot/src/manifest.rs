//! The manifest: the whole snapshot by name; what is signed.

use serde::{Deserialize, Serialize};

use crate::capability::Needs;
use crate::digest::Digest;
use crate::slice::FORMAT;

/// Names every slice of one commit.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Manifest {
    /// What a proxy must be able to do, sorted; one unknown to it makes it refuse the snapshot.
    pub capabilities: Vec<String>,
    /// Git commit, full hexadecimal name; `worktree` for a folder.
    pub commit: String,
    /// Version of the compiler.
    pub compiler: String,
    /// Always [`crate::slice::FORMAT`].
    pub format: u32,
    /// Counts accepted snapshots, from 1; never falls.
    pub height: u64,
    /// Digest of the manifest before it.
    pub parent: Option<String>,
    /// One entry a workload, sorted by name.
    pub slices: Vec<Entry>,
    /// SPIFFE trust domain.
    pub trust_domain: String,
}

/// One workload's blobs.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Entry {
    /// Digest of the places.
    pub places: String,
    /// Digest of the slice.
    pub slice: String,
    /// `namespace/name`.
    pub workload: String,
}

/// Where a snapshot comes from and where it stands.
#[derive(Clone, Debug)]
pub struct Lineage {
    /// Git commit, full hexadecimal name; `worktree` for a folder.
    pub commit: String,
    /// Version of the compiler.
    pub compiler: String,
    /// Counts accepted snapshots, from 1.
    pub height: u64,
    /// Digest of the manifest before it.
    pub parent: Option<String>,
}

/// A workload's blobs by name, and what they ask for.
#[derive(Clone, Debug)]
pub struct Named {
    /// Their names.
    pub entry: Entry,
    needs: Needs,
}

impl Named {
    /// Names the blobs of a workload, `namespace/name`.
    #[must_use]
    pub fn new(workload: &str, slice: &[u8], places: &[u8], needs: Needs) -> Self {
        let name = |bytes| Digest::of(bytes).to_string();
        let (places, slice) = (name(places), name(slice));
        Self { entry: Entry { places, slice, workload: workload.to_owned() }, needs }
    }
}

/// The manifest of named blobs, in any order, as RFC 8785 JSON; that of none is of no trust domain.
///
/// # Errors
/// Something that is no JSON; a mistake of ours.
pub fn manifest(
    trust_domain: &str,
    mut named: Vec<Named>,
    lineage: Lineage,
) -> Result<Vec<u8>, serde_json::Error> {
    named.sort_by(|a, b| a.entry.workload.cmp(&b.entry.workload));
    let trust_domain = if named.is_empty() { "" } else { trust_domain };
    let needs = named.iter().map(|one| one.needs).reduce(Needs::with);
    let names = needs.iter().flat_map(|needs| needs.names()).map(str::to_owned);
    let Lineage { commit, compiler, height, parent } = lineage;
    // The fields are declared in the order of RFC 8785, their keys are ASCII and their numbers
    // integers: plain serialisation is the canonical form.
    serde_json::to_vec(&Manifest {
        capabilities: names.collect(),
        commit,
        compiler,
        format: FORMAT,
        height,
        parent,
        slices: named.into_iter().map(|one| one.entry).collect(),
        trust_domain: trust_domain.to_owned(),
    })
}
