use rustls_pki_types::CertificateDer;

use crate::{SpiffeId, SvidFault, TrustBundle, TrustDomain};

/// The part the peer plays in the handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Usage {
    /// The peer is the TLS server.
    Server,
    /// The peer is the TLS client.
    Client,
}

/// A peer whose chain and profile were checked; only [`verify`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedPeer {
    id: SpiffeId,
    not_after: i64,
}

impl VerifiedPeer {
    /// The peer's identity; it has a path.
    #[must_use]
    pub fn id(&self) -> &SpiffeId {
        &self.id
    }

    /// The end of the leaf's validity, in seconds since 1970, inclusive.
    #[must_use]
    pub fn not_after(&self) -> i64 {
        self.not_after
    }
}

/// The trust domain the leaf claims, for choosing the bundle; nothing is verified by this.
///
/// # Errors
/// When the leaf cannot be read or does not carry exactly one SPIFFE ID.
pub fn claimed_trust_domain(leaf: &CertificateDer<'_>) -> Result<TrustDomain, SvidFault> {
    let _ = leaf;
    Err(SvidFault::NoCertificate)
}

/// Checks a peer's chain, leaf first, against the bundle of one trust domain at `now_unix`
/// (seconds since 1970).
///
/// # Errors
/// The first rule broken.
pub fn verify(
    chain: &[CertificateDer<'_>],
    bundle: &TrustBundle,
    now_unix: i64,
    usage: Usage,
) -> Result<VerifiedPeer, SvidFault> {
    let _ = (chain, bundle, now_unix, usage);
    Err(SvidFault::NoCertificate)
}
