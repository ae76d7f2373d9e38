use core::time::Duration;

use rustls_pki_types::{CertificateDer, UnixTime};
use webpki::{ALL_VERIFICATION_ALGS, EndEntityCert, Error, KeyUsage};

use crate::profile::Profile;
use crate::{SpiffeId, SpiffeIdFault, SvidFault, TrustBundle, TrustDomain, signer};

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

/// The most certificates a peer may present, its own included.
const MAX_CHAIN: usize = 8;

/// How far, in seconds, the issuer's clock may run ahead of ours.
const CLOCK_SKEW: i64 = 30;

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
    let profile = Profile::read(leaf).ok_or(SvidFault::Malformed)?;
    let id = identity(&profile)?;
    TrustDomain::parse(id.trust_domain()).map_err(SvidFault::NotSpiffe)
}

/// Checks a peer's chain, leaf first, against the bundle of one trust domain at `now_unix`
/// (seconds since 1970).
///
/// A leaf may be up to 30 seconds too young. The intermediates may come in any order. Revocation
/// is not looked at: SVIDs are short-lived instead.
///
/// # Errors
/// The first rule broken.
pub fn verify(
    chain: &[CertificateDer<'_>],
    bundle: &TrustBundle,
    now_unix: i64,
    usage: Usage,
) -> Result<VerifiedPeer, SvidFault> {
    let (leaf, others) = chain.split_first().ok_or(SvidFault::NoCertificate)?;
    if chain.len() > MAX_CHAIN {
        return Err(SvidFault::TooManyCertificates);
    }
    let profile = Profile::read(leaf).ok_or(SvidFault::Malformed)?;
    let id = identity(&profile)?;
    if id.path().is_empty() {
        return Err(SvidFault::NoPath);
    }
    if id.trust_domain() != bundle.trust_domain().as_str() {
        return Err(SvidFault::OtherTrustDomain);
    }
    check_leaf(&profile)?;
    let time = judged_at(&profile, now_unix)?;
    check_chain(leaf, others, bundle, time, usage)?;
    Ok(VerifiedPeer { id, not_after: profile.not_after })
}

/// Checks a peer's chain, leaf first, against the roots of the trust domain that its leaf names, and
/// against no others: those of our own, or those of one that is federated with us. Of two bundles of
/// one trust domain the own one counts, then the first.
///
/// # Errors
/// Those of [`verify`]; a peer of a trust domain without a bundle is [`SvidFault::OtherTrustDomain`].
pub fn verify_federated(
    chain: &[CertificateDer<'_>],
    (own, federated): (&TrustBundle, &[TrustBundle]),
    now_unix: i64,
    usage: Usage,
) -> Result<VerifiedPeer, SvidFault> {
    let leaf = chain.first().ok_or(SvidFault::NoCertificate)?;
    let claimed = claimed_trust_domain(leaf)?;
    let mut bundles = core::iter::once(own).chain(federated);
    let bundle = bundles.find(|one| *one.trust_domain() == claimed);
    verify(chain, bundle.unwrap_or(own), now_unix, usage)
}

/// Exactly one URI name, and it is a SPIFFE ID (X509-SVID, 2 and 5.2).
fn identity(profile: &Profile<'_>) -> Result<SpiffeId, SvidFault> {
    let names = profile.names.unwrap_or_default();
    let uri = names.first_uri.ok_or(SvidFault::NoUri)?;
    if names.uris > 1 {
        return Err(SvidFault::SeveralUris);
    }
    // What is not UTF-8 is not ASCII either; both are bytes no ID may hold.
    let text =
        core::str::from_utf8(uri).map_err(|_| SvidFault::NotSpiffe(SpiffeIdFault::PathByte))?;
    SpiffeId::parse(text).map_err(SvidFault::NotSpiffe)
}

/// The leaf's extensions (X509-SVID, 4 and 5.2; RFC 5280, 4.2.1.6).
fn check_leaf(profile: &Profile<'_>) -> Result<(), SvidFault> {
    if profile.subject_is_empty && !profile.names.unwrap_or_default().critical {
        return Err(SvidFault::NamesNotCritical);
    }
    if profile.is_ca {
        return Err(SvidFault::LeafIsCa);
    }
    let usage = profile.key_usage.ok_or(SvidFault::KeyUsageMissing)?;
    if !usage.critical {
        return Err(SvidFault::KeyUsageNotCritical);
    }
    if !usage.digital_signature {
        return Err(SvidFault::DigitalSignatureMissing);
    }
    if usage.certificate_sign || usage.crl_sign {
        return Err(SvidFault::LeafMaySign);
    }
    match profile.extended_key_usage {
        Some(purposes) if !(purposes.server && purposes.client) => Err(SvidFault::ExtendedKeyUsage),
        _ => Ok(()),
    }
}

/// The time the chain is judged at: now, or the leaf's first second when that is within the skew.
fn judged_at(profile: &Profile<'_>, now: i64) -> Result<i64, SvidFault> {
    if now > profile.not_after {
        return Err(SvidFault::Expired);
    }
    if now.saturating_add(CLOCK_SKEW) < profile.not_before {
        return Err(SvidFault::NotYetValid);
    }
    Ok(now.max(profile.not_before))
}

/// Path building and signatures by webpki, then our rules for every signer on the path.
fn check_chain(
    leaf: &CertificateDer<'_>,
    others: &[CertificateDer<'_>],
    bundle: &TrustBundle,
    time: i64,
    usage: Usage,
) -> Result<(), SvidFault> {
    let anchors = bundle.anchors(time);
    let end_entity = EndEntityCert::try_from(leaf).map_err(|error| chain_fault(&error))?;
    let seconds = u64::try_from(time).map_err(|_| SvidFault::NotYetValid)?;
    let purpose = match usage {
        Usage::Server => KeyUsage::server_auth(),
        Usage::Client => KeyUsage::client_auth(),
    };
    let path = end_entity
        .verify_for_usage(
            ALL_VERIFICATION_ALGS,
            &anchors,
            others,
            UnixTime::since_unix_epoch(Duration::from_secs(seconds)),
            purpose,
            None,
            None,
        )
        .map_err(|error| chain_fault(&error))?;
    for intermediate in path.intermediate_certificates() {
        let der = intermediate.der();
        let profile = Profile::read(&der).ok_or(SvidFault::Malformed)?;
        signer::check(&profile, bundle.trust_domain())?;
    }
    Ok(())
}

fn chain_fault(error: &Error) -> SvidFault {
    match error {
        Error::CertExpired { .. } => SvidFault::Expired,
        Error::CertNotValidYet { .. } => SvidFault::NotYetValid,
        Error::UnknownIssuer => SvidFault::UnknownIssuer,
        Error::CaUsedAsEndEntity => SvidFault::LeafIsCa,
        Error::EndEntityUsedAsCa => SvidFault::SignerMayNotSign,
        Error::InvalidSignatureForPublicKey => SvidFault::BadSignature,
        Error::PathLenConstraintViolated
        | Error::MaximumPathDepthExceeded
        | Error::MaximumPathBuildCallsExceeded
        | Error::MaximumSignatureChecksExceeded
        | Error::MaximumNameConstraintComparisonsExceeded => SvidFault::ChainTooLong,
        Error::NameConstraintViolation | Error::MalformedNameConstraint => {
            SvidFault::NameConstraint
        }
        Error::UnsupportedSignatureAlgorithmContext(_)
        | Error::UnsupportedSignatureAlgorithmForPublicKeyContext(_)
        | Error::SignatureAlgorithmMismatch => SvidFault::WeakAlgorithm,
        Error::BadDer | Error::BadDerTime | Error::TrailingData(_) => SvidFault::Malformed,
        _ => SvidFault::Chain,
    }
}
