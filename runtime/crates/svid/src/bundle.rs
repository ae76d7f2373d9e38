use rustls_pki_types::{CertificateDer, TrustAnchor};

use crate::profile::Profile;
use crate::{SvidFault, TrustDomain, signer};

/// The root certificates of one trust domain.
#[derive(Clone, Debug)]
pub struct TrustBundle {
    trust_domain: TrustDomain,
    roots: Vec<Root>,
}

#[derive(Clone, Debug)]
struct Root {
    anchor: TrustAnchor<'static>,
    not_before: i64,
    not_after: i64,
}

impl TrustBundle {
    /// A bundle of one or more roots, in DER. Roots that have expired may be in it; they count for
    /// nothing.
    ///
    /// # Errors
    /// When there is no root, or one of them is not a CA certificate that may sign certificates
    /// for this trust domain.
    pub fn new(trust_domain: TrustDomain, roots: &[CertificateDer<'_>]) -> Result<Self, SvidFault> {
        if roots.is_empty() {
            return Err(SvidFault::NoRoot);
        }
        let roots: Result<_, _> = roots.iter().map(|root| read(root, &trust_domain)).collect();
        Ok(Self { roots: roots?, trust_domain })
    }

    /// The trust domain these roots speak for.
    #[must_use]
    pub fn trust_domain(&self) -> &TrustDomain {
        &self.trust_domain
    }

    /// The roots that are valid at `now` (seconds since 1970).
    pub(crate) fn anchors(&self, now: i64) -> Vec<TrustAnchor<'static>> {
        let valid = |root: &&Root| (root.not_before..=root.not_after).contains(&now);
        self.roots.iter().filter(valid).map(|root| root.anchor.clone()).collect()
    }
}

fn read(root: &CertificateDer<'_>, trust_domain: &TrustDomain) -> Result<Root, SvidFault> {
    let profile = Profile::read(root).ok_or(SvidFault::Malformed)?;
    signer::check(&profile, trust_domain)?;
    let anchor = webpki::anchor_from_trusted_cert(root).map_err(|_| SvidFault::Malformed)?;
    let Profile { not_before, not_after, .. } = profile;
    Ok(Root { anchor: anchor.to_owned(), not_before, not_after })
}
