//! Places: where each rule of a slice was written. Debug information, apart from the slice, so that
//! a moved line, a comment or a new file name changes no slice digest.

use serde::{Deserialize, Serialize};

/// Source places of one slice; every list runs parallel to the slice's list of the same name.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Places {
    /// `inbound.allow`.
    pub allow: Vec<Place>,
    /// `inbound.deny`.
    pub deny: Vec<Place>,
    /// For each of `destinations`: its calls, in written order.
    pub destinations: Vec<DestinationPlaces>,
    /// Repository paths, sorted; places name them by index.
    pub files: Vec<String>,
    /// Always [`crate::slice::FORMAT`].
    pub format: u32,
    /// `inbound.guardrails`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub guardrails: Vec<Place>,
    /// `inbound.operations`.
    pub operations: Vec<Place>,
    /// `inbound.rateLimits`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rate_limits: Vec<Place>,
    /// `routes`.
    pub routes: Vec<Place>,
    /// The document that declares the workload.
    pub workload: Place,
}

/// Places of one destination.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct DestinationPlaces {
    /// The caller's `calls` items (or gateway routes).
    pub calls: Vec<Place>,
    /// The callee's traffic items.
    pub traffic: Vec<Place>,
}

/// A file (index into `files`), a line and a column, both from 1.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Place(pub u32, pub u32, pub u32);
