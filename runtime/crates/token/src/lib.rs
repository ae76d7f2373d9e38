//! User tokens: JWTs (RFC 7519) in the compact form of RFC 7515, verified against declared issuers.
//!
//! Signatures are aws-lc-rs's; everything else is decided here and strictly: one spelling of
//! base64url, JSON without repeated names, algorithms by allow-list, keys from the issuer's
//! declaration only. Nothing reads a clock, a file or the network: `now` and the keys are
//! arguments. The sources are RFC 7515, 7517, 7518, 7519, 8037 and the advice of RFC 8725.

mod algorithm;
mod base64url;
mod cache;
mod claim;
mod claimed;
mod claims;
mod config;
mod fault;
mod issuer;
mod issuers;
mod json;
mod jwk;
mod jws;
mod key_set;
mod key_url;
mod payload;
mod public;
mod times;

pub use algorithm::Algorithm;
pub use cache::{Cache, CacheFault};
pub use claim::{Claim, ClaimList, ClaimPath, ClaimPathFault};
pub use claims::VerifiedClaims;
pub use config::{ConfigFault, IssuerConfig};
pub use fault::TokenFault;
pub use issuer::Issuer;
pub use issuers::{Bearer, Issuers};
pub use key_set::{JwksFault, KeySet};
pub use key_url::{KeyUrl, KeyUrlFault};
pub use payload::Payload;
pub use public::is_public;

/// Seconds since 1970, UTC.
pub type UnixSeconds = i64;

#[cfg(test)]
mod bed;
#[cfg(test)]
mod tests;
