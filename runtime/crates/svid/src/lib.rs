//! SPIFFE identities and X.509-SVIDs: the grammar, the certificate profile, the chain.
//!
//! Signatures and path building are rustls-webpki's; names and the leaf profile are ours, for
//! webpki checks no URI names. The bundle is that of one trust domain: a caller reads the trust
//! domain a peer claims ([`claimed_trust_domain`]), chooses the bundle, then calls [`verify`]; where
//! other trust domains are federated, [`verify_federated`] does both.

mod bundle;
mod der;
mod fault;
mod id;
mod profile;
mod signer;
mod time;
mod verify;

pub use bundle::TrustBundle;
pub use fault::SvidFault;
pub use id::{SpiffeId, SpiffeIdFault, TrustDomain};
pub use verify::{Usage, VerifiedPeer, claimed_trust_domain, verify, verify_federated};

#[cfg(test)]
mod bed;
#[cfg(test)]
mod tests;
