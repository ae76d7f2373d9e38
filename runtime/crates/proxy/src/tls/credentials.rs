use std::fs;
use std::path::Path;
use std::sync::Arc;

use meshc_svid::{SpiffeId, TrustBundle, TrustDomain, Usage, VerifiedPeer};
use rustls::crypto::CryptoProvider;
use rustls::crypto::aws_lc_rs::{self, cipher_suite, kx_group};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::NoServerSessionStorage;
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::version::TLS13;
use rustls::{ClientConfig, ServerConfig};

use super::verify::{Expected, PeerVerifier};

/// The workload's own certificate and key, and the roots its peers are judged by.
#[derive(Debug)]
pub struct Credentials {
    provider: Arc<CryptoProvider>,
    key: Arc<SingleCertAndKey>,
    bundle: Arc<TrustBundle>,
    server: Arc<ServerConfig>,
    own: VerifiedPeer,
}

impl Credentials {
    /// Reads PEM: the chain leaf first, its key, the roots of the trust domain it belongs to.
    ///
    /// # Errors
    /// What is wrong, in one line.
    pub fn read(certificate: &[u8], key: &[u8], bundle: &[u8], now: i64) -> Result<Self, String> {
        let provider = Arc::new(provider());
        let chain = certificates(certificate)?;
        let leaf = chain.first().ok_or("certificate.pem holds no certificate")?;
        let domain = meshc_svid::claimed_trust_domain(leaf).map_err(|why| why.to_string())?;
        let bundle = Arc::new(read_bundle(bundle, domain)?);
        let own = meshc_svid::verify(&chain, &bundle, now, Usage::Server)
            .map_err(|why| format!("our own certificate is refused: {why}"))?;
        let key = Arc::new(certified(chain, key, &provider)?);
        let server = server_for_peers(&provider, (&bundle, Arc::default()), &key)?;
        Ok(Self { provider, key, bundle, server, own })
    }

    /// The workload's identity.
    #[must_use]
    pub fn id(&self) -> &SpiffeId {
        self.own.id()
    }

    /// The end of the certificate's validity, in seconds since 1970.
    #[must_use]
    pub fn not_after(&self) -> i64 {
        self.own.not_after()
    }

    /// How connections from peers of our trust domain are accepted.
    #[must_use]
    pub fn server(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.server)
    }

    /// How connections are accepted from peers of ours and of other trust domains.
    ///
    /// # Errors
    /// What rustls says.
    pub fn federated_server(
        &self,
        federated: &Arc<[TrustBundle]>,
    ) -> Result<Arc<ServerConfig>, String> {
        server_for_peers(&self.provider, (&self.bundle, Arc::clone(federated)), &self.key)
    }

    /// How connections to a peer are made.
    ///
    /// # Errors
    /// What rustls says.
    pub fn client(&self, expected: Expected) -> Result<Arc<ClientConfig>, String> {
        let algorithms = self.provider.signature_verification_algorithms;
        let verifier = PeerVerifier::new(Arc::clone(&self.bundle), expected, algorithms);
        let mut config = ClientConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_protocol_versions(&[&TLS13])
            .map_err(|error| error.to_string())?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_client_cert_resolver(Arc::clone(&self.key) as _);
        config.resumption = rustls::client::Resumption::disabled();
        config.enable_sni = false;
        Ok(Arc::new(config))
    }
}

/// How a connection is made by somebody without a certificate yet, to one who must prove
/// `expected` under the roots in `bundle` (PEM).
///
/// # Errors
/// What is wrong, in one line.
pub fn public_root(
    bundle: &[u8],
    domain: TrustDomain,
    expected: Expected,
) -> Result<Arc<ClientConfig>, String> {
    let provider = Arc::new(provider());
    let bundle = Arc::new(read_bundle(bundle, domain)?);
    let algorithms = provider.signature_verification_algorithms;
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&TLS13])
        .map_err(|error| error.to_string())?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(PeerVerifier::new(bundle, expected, algorithms)))
        .with_no_client_auth();
    config.enable_sni = false;
    Ok(Arc::new(config))
}

/// How a gateway accepts the public on a TLS listener.
///
/// # Errors
/// What is wrong with the certificate or key, in one line.
pub fn server_for_public(certificate: &[u8], key: &[u8]) -> Result<Arc<ServerConfig>, String> {
    let provider = Arc::new(provider());
    let key = Arc::new(certified(certificates(certificate)?, key, &provider)?);
    let config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&TLS13])
        .map_err(|error| error.to_string())?
        .with_no_client_auth()
        .with_cert_resolver(key);
    Ok(without_resumption(config))
}

/// Reads `NAME.crt` and `NAME.key`, or `NAME/tls.crt` and `NAME/tls.key`, of the secrets folder.
///
/// # Errors
/// Which file cannot be read and why.
pub fn certificate_file(secrets: &Path, name: &str) -> Result<(Vec<u8>, Vec<u8>), String> {
    let folder = secrets.join(name);
    let (certificate, key) = if folder.is_dir() {
        (folder.join("tls.crt"), folder.join("tls.key"))
    } else {
        (secrets.join(format!("{name}.crt")), secrets.join(format!("{name}.key")))
    };
    let read = |path: &Path| {
        fs::read(path).map_err(|error| format!("cannot read {}: {error}", path.display()))
    };
    Ok((read(&certificate)?, read(&key)?))
}

fn provider() -> CryptoProvider {
    CryptoProvider {
        cipher_suites: vec![
            cipher_suite::TLS13_AES_128_GCM_SHA256,
            cipher_suite::TLS13_AES_256_GCM_SHA384,
            cipher_suite::TLS13_CHACHA20_POLY1305_SHA256,
        ],
        kx_groups: vec![kx_group::X25519, kx_group::SECP256R1],
        ..aws_lc_rs::default_provider()
    }
}

fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    CertificateDer::pem_slice_iter(pem)
        .collect::<Result<_, _>>()
        .map_err(|error| format!("a certificate is not PEM: {error}"))
}

fn read_bundle(pem: &[u8], domain: TrustDomain) -> Result<TrustBundle, String> {
    TrustBundle::from_pem(domain, pem).map_err(|why| format!("the trust bundle is refused: {why}"))
}

fn certified(
    chain: Vec<CertificateDer<'static>>,
    key: &[u8],
    provider: &CryptoProvider,
) -> Result<SingleCertAndKey, String> {
    let key = PrivateKeyDer::from_pem_slice(key)
        .map_err(|error| format!("the private key is not PEM: {error}"))?;
    let certified = CertifiedKey::from_der(chain, key, provider)
        .map_err(|error| format!("certificate and key do not fit: {error}"))?;
    Ok(SingleCertAndKey::from(certified))
}

fn server_for_peers(
    provider: &Arc<CryptoProvider>,
    (bundle, federated): (&Arc<TrustBundle>, Arc<[TrustBundle]>),
    key: &Arc<SingleCertAndKey>,
) -> Result<Arc<ServerConfig>, String> {
    let algorithms = provider.signature_verification_algorithms;
    let verifier = PeerVerifier::new(Arc::clone(bundle), Expected::Anyone, algorithms);
    let verifier = verifier.federated(federated);
    let config = ServerConfig::builder_with_provider(Arc::clone(provider))
        .with_protocol_versions(&[&TLS13])
        .map_err(|error| error.to_string())?
        .with_client_cert_verifier(Arc::new(verifier))
        .with_cert_resolver(Arc::clone(key) as _);
    Ok(without_resumption(config))
}

/// Every handshake is a full one, so that every connection proves its identity anew.
fn without_resumption(mut config: ServerConfig) -> Arc<ServerConfig> {
    config.send_tls13_tickets = 0;
    config.session_storage = Arc::new(NoServerSessionStorage {});
    Arc::new(config)
}
