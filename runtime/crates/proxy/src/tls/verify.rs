use std::cell::Cell;
use std::sync::Arc;

use meshc_svid::{TrustBundle, Usage, VerifiedPeer};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{WebPkiSupportedAlgorithms, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, OtherError, SignatureScheme,
};

/// Whom a client accepts as its server.
#[derive(Clone, Debug)]
pub enum Expected {
    /// Whoever proves an identity of the trust domain, or of one that is federated with it; a server
    /// accepts every client so.
    Anyone,
    /// Exactly this SPIFFE ID.
    Identity(Box<str>),
}

/// Asks every peer for an X.509-SVID of the bundle's trust domain, or of one that is federated with
/// it; names in DNS play no part.
#[derive(Debug)]
pub struct PeerVerifier {
    bundle: Arc<TrustBundle>,
    /// Roots of other trust domains; a client has none of them.
    federated: Arc<[TrustBundle]>,
    expected: Expected,
    algorithms: WebPkiSupportedAlgorithms,
}

thread_local! {
    /// Who was verified last on this thread, until the session under way takes it.
    static VERIFIED: Cell<Option<VerifiedPeer>> = const { Cell::new(None) };
}

/// Takes the peer that the handshake step just made has verified, if it has verified one.
pub(super) fn take_verified() -> Option<VerifiedPeer> {
    VERIFIED.take()
}

impl PeerVerifier {
    /// A verifier for peers of the bundle's trust domain.
    #[must_use]
    pub fn new(
        bundle: Arc<TrustBundle>,
        expected: Expected,
        algorithms: WebPkiSupportedAlgorithms,
    ) -> Self {
        Self { bundle, federated: Arc::default(), expected, algorithms }
    }

    /// One that takes peers of other trust domains too, each by the roots of its own.
    #[must_use]
    pub fn federated(self, federated: Arc<[TrustBundle]>) -> Self {
        Self { federated, ..self }
    }

    fn verify(
        &self,
        leaf: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        now: UnixTime,
        usage: Usage,
    ) -> Result<(), Error> {
        let chain: Vec<_> =
            std::iter::once(leaf).chain(others).map(|one| CertificateDer::from(&**one)).collect();
        let now = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
        let bundles = (&*self.bundle, &*self.federated);
        let peer = meshc_svid::verify_federated(&chain, bundles, now, usage).map_err(refused)?;
        match &self.expected {
            Expected::Identity(expected) if peer.id().as_str() != &**expected => Err(refused(
                OtherIdentity(format!("the peer is `{}`, not `{expected}`", peer.id().as_str())),
            )),
            _ => {
                VERIFIED.set(Some(peer));
                Ok(())
            }
        }
    }

    fn check_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, signature, &self.algorithms)
    }
}

#[derive(Debug)]
struct OtherIdentity(String);

impl std::fmt::Display for OtherIdentity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for OtherIdentity {}

fn refused(why: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(why))))
}

/// Why a handshake failed, in words: what we refused ourselves is said as we said it.
pub fn in_words(error: &Error) -> String {
    match error {
        Error::InvalidCertificate(CertificateError::Other(OtherError(why))) => why.to_string(),
        other => other.to_string(),
    }
}

/// TLS 1.2 is not spoken.
fn no_tls12() -> Error {
    Error::General("TLS 1.2 is not spoken".to_owned())
}

impl ServerCertVerifier for PeerVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.verify(end_entity, intermediates, now, Usage::Server)?;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(no_tls12())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.check_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

impl ClientCertVerifier for PeerVerifier {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        self.verify(end_entity, intermediates, now, Usage::Client)?;
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(no_tls12())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.check_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
