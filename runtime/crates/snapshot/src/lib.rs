//! The snapshot's form: slices, places, manifest, digests and signatures.
//!
//! Pure: bytes in, values out. Signatures are checked by a function the caller passes in.

pub mod canonical;
pub mod capability;
pub mod digest;
pub mod envelope;
pub mod manifest;
pub mod parts;
pub mod places;
pub mod read;
pub mod slice;

mod base64;

pub use canonical::canonical;
pub use digest::Digest;
