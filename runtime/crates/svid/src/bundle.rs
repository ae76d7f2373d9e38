use rustls_pki_types::pem::PemObject as _;
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

/// The most roots of a bundle: each of them is tried when a peer connects.
const MAX_ROOTS: usize = 64;
/// The most bytes of PEM.
const MAX_PEM: usize = 256 * 1024;
/// What ends the first line of every private key in PEM, encrypted ones too (RFC 7468).
const PRIVATE_KEY: &[u8] = b"PRIVATE KEY-----";

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
        if roots.len() > MAX_ROOTS {
            return Err(SvidFault::TooManyRoots);
        }
        let roots: Result<_, _> = roots.iter().map(|root| read(root, &trust_domain)).collect();
        Ok(Self { roots: roots?, trust_domain })
    }

    /// A bundle from PEM (RFC 7468): certificates, with any text between them.
    ///
    /// # Errors
    /// Those of [`TrustBundle::new`], when the text is no PEM, and when a private key stands in it.
    pub fn from_pem(trust_domain: TrustDomain, pem: &[u8]) -> Result<Self, SvidFault> {
        if pem.len() > MAX_PEM {
            return Err(SvidFault::TooManyRoots);
        }
        if pem.windows(PRIVATE_KEY.len()).any(|bytes| bytes == PRIVATE_KEY) {
            return Err(SvidFault::PrivateKey);
        }
        let roots = CertificateDer::pem_slice_iter(pem).collect::<Result<Vec<_>, _>>();
        Self::new(trust_domain, &roots.map_err(|_| SvidFault::NotPem)?)
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
    if profile.not_after < profile.not_before {
        return Err(SvidFault::NeverValid);
    }
    let anchor = webpki::anchor_from_trusted_cert(root).map_err(|_| SvidFault::Malformed)?;
    let Profile { not_before, not_after, .. } = profile;
    Ok(Root { anchor: anchor.to_owned(), not_before, not_after })
}
