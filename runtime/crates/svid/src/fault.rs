use core::fmt;

use crate::SpiffeIdFault;

/// Why a peer's certificates are refused, or a bundle's roots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SvidFault {
    /// No certificate was presented.
    NoCertificate,
    /// More certificates were presented than are looked at.
    TooManyCertificates,
    /// A certificate is not sound DER of an X.509 version 3 certificate.
    Malformed,
    /// The leaf carries no URI name.
    NoUri,
    /// The leaf carries more than one URI name.
    SeveralUris,
    /// The leaf's URI name is not a SPIFFE ID.
    NotSpiffe(SpiffeIdFault),
    /// The leaf's SPIFFE ID names a trust domain, not a workload.
    NoPath,
    /// The leaf belongs to another trust domain than the bundle.
    OtherTrustDomain,
    /// The leaf's names are not critical although its subject is empty.
    NamesNotCritical,
    /// The leaf is a CA certificate.
    LeafIsCa,
    /// The leaf has no key usage.
    KeyUsageMissing,
    /// The leaf's key usage is not critical.
    KeyUsageNotCritical,
    /// The leaf's key may not make signatures.
    DigitalSignatureMissing,
    /// The leaf's key may sign certificates or revocation lists.
    LeafMaySign,
    /// The leaf's extended key usage lacks server or client authentication.
    ExtendedKeyUsage,
    /// A certificate is not valid yet.
    NotYetValid,
    /// A certificate has expired.
    Expired,
    /// No chain leads from the leaf to a root of the bundle.
    UnknownIssuer,
    /// A signature in the chain is wrong.
    BadSignature,
    /// A signature in the chain uses an algorithm or key that is not taken.
    WeakAlgorithm,
    /// A certificate in the chain was signed by one that may not sign certificates.
    SignerMayNotSign,
    /// A signing certificate in the chain, or a root, names a workload or another trust domain.
    SignerNamesWorkload,
    /// The chain is longer than allowed or took too many steps to build.
    ChainTooLong,
    /// A name constraint in the chain forbids the leaf's names or cannot be evaluated.
    NameConstraint,
    /// The chain breaks another rule of RFC 5280, such as an unknown critical extension.
    Chain,
    /// A trust bundle has no root.
    NoRoot,
    /// A trust bundle has more roots, or text, than is looked at.
    TooManyRoots,
    /// A trust bundle is not PEM.
    NotPem,
    /// A private key stands in a trust bundle.
    PrivateKey,
    /// A root ends before it begins.
    NeverValid,
}

impl fmt::Display for SvidFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Self::NotSpiffe(fault) = self {
            return write!(f, "the peer's URI name is not a SPIFFE ID: {fault}");
        }
        f.write_str(match self {
            Self::NoCertificate => "the peer presented no certificate",
            Self::TooManyCertificates => "the peer presented more than 8 certificates",
            Self::Malformed => "a certificate is not a sound X.509 version 3 certificate",
            Self::NoUri => "the peer's certificate carries no URI name",
            Self::SeveralUris => "the peer's certificate carries more than one URI name",
            Self::NotSpiffe(_) => "the peer's URI name is not a SPIFFE ID",
            Self::NoPath => "the peer's SPIFFE ID names a trust domain, not a workload",
            Self::OtherTrustDomain => "the peer belongs to another trust domain than the bundle",
            Self::NamesNotCritical => {
                "the peer's names are not critical although its subject is empty"
            }
            Self::LeafIsCa => "the peer presented a CA certificate as its own",
            Self::KeyUsageMissing => "the peer's certificate has no key usage",
            Self::KeyUsageNotCritical => "the peer's key usage is not critical",
            Self::DigitalSignatureMissing => "the peer's key may not make digital signatures",
            Self::LeafMaySign => "the peer's key may sign certificates or revocation lists",
            Self::ExtendedKeyUsage => {
                "the peer's certificate is not for both server and client authentication"
            }
            Self::NotYetValid => "a certificate is not valid yet; compare the clocks",
            Self::Expired => "a certificate has expired; it was not renewed, or a clock is ahead",
            Self::UnknownIssuer => "no chain leads from the peer to a root of its trust domain",
            Self::BadSignature => "a signature in the chain is wrong",
            Self::WeakAlgorithm => "a signature in the chain uses an algorithm that is not taken",
            Self::SignerMayNotSign => "a certificate was signed by one that may not sign any",
            Self::SignerNamesWorkload => {
                "a signing certificate names a workload or another trust domain"
            }
            Self::ChainTooLong => "the chain of certificates is too long",
            Self::NameConstraint => {
                "a name constraint forbids the peer's names or cannot be evaluated"
            }
            Self::Chain => "the chain breaks a rule of RFC 5280",
            Self::NoRoot => "the trust bundle has no root certificate",
            Self::TooManyRoots => "the trust bundle has more than 64 root certificates or 256 KiB",
            Self::NotPem => "the trust bundle is not PEM",
            Self::PrivateKey => "a private key stands in the trust bundle",
            Self::NeverValid => "a root certificate ends before it begins",
        })
    }
}

impl core::error::Error for SvidFault {}
