//! The snapshot's form: slices, places, manifest, digests and signatures.

pub mod manifest;
pub mod places;
pub mod slice;
