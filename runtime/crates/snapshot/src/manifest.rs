//! The manifest: the whole snapshot by name; what is signed.

use serde::{Deserialize, Serialize};

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
