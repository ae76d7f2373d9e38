use rustls_pki_types::CertificateDer;

use crate::{SvidFault, TrustDomain};

/// The root certificates of one trust domain.
#[derive(Clone, Debug)]
pub struct TrustBundle {
    trust_domain: TrustDomain,
}

impl TrustBundle {
    /// A bundle of one or more roots, in DER.
    ///
    /// # Errors
    /// When there is no root or one of them is not a CA certificate this crate can use.
    pub fn new(trust_domain: TrustDomain, roots: &[CertificateDer<'_>]) -> Result<Self, SvidFault> {
        if roots.is_empty() {
            return Err(SvidFault::NoCertificate);
        }
        Ok(Self { trust_domain })
    }

    /// The trust domain these roots speak for.
    #[must_use]
    pub fn trust_domain(&self) -> &TrustDomain {
        &self.trust_domain
    }
}
