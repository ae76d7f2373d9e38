use std::fs;
use std::sync::Arc;

use meshc_svid::TrustDomain;
use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256};
use rustls::ClientConfig;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use serde::Deserialize;
use serde_json::json;

use super::link::Link;
use crate::args::Controller;
use crate::clock::unix_seconds;
use crate::report;
use crate::state::State;
use crate::store::Identity;
use crate::tls::{Credentials, Expected, public_root};

/// What the controller answers to a request for a certificate.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Issued {
    certificate: String,
    bundle: String,
}

/// Whether there is a certificate that still holds.
pub(super) fn has_valid_credentials(state: &State) -> bool {
    state.credentials().is_some_and(|one| one.not_after() > unix_seconds())
}

/// The identity that the controller must prove.
pub(super) fn controller_identity(domain: &str) -> Expected {
    Expected::Identity(format!("spiffe://{domain}/meshc/controller").into())
}

/// Trades the join token for a certificate.
pub(super) fn join(state: &Arc<State>, controller: &Controller) -> Result<(), String> {
    let file = controller.join_token.as_deref().ok_or(
        "there is no certificate that holds, and no --join-token-file to get one with".to_owned(),
    )?;
    let token = fs::read_to_string(file)
        .map_err(|error| format!("cannot read the join token {}: {error}", file.display()))?;
    let mut link = Link::open(&controller.address, anonymous(controller)?)?;
    let (key, request) = new_request()?;
    let body = json!({
        "token": token.trim(),
        "workload": state.arguments.workload,
        "instance": state.arguments.instance,
        "csr": request,
    });
    let answer = link.ask("POST", "/v1/join", body.to_string().as_bytes())?;
    accept(state, &answer, &key)?;
    report::info("joined the mesh");
    Ok(())
}

/// Replaces the certificate by a fresh one.
pub(super) fn renew(state: &Arc<State>, link: &mut Link) -> Result<(), String> {
    let (key, request) = new_request()?;
    let body = json!({ "csr": request });
    let answer = link.ask("POST", "/v1/renew", body.to_string().as_bytes())?;
    accept(state, &answer, &key)
}

/// Keeps and uses a certificate, if it is sound.
fn accept(state: &Arc<State>, answer: &[u8], key: &str) -> Result<(), String> {
    let issued: Issued = serde_json::from_slice(answer)
        .map_err(|error| format!("the controller's certificate cannot be read: {error}"))?;
    let (certificate, bundle) = (issued.certificate.into_bytes(), issued.bundle.into_bytes());
    let credentials =
        Credentials::read(&certificate, key.as_bytes(), &bundle, unix_seconds())?;
    let identity = Identity { certificate, key: key.as_bytes().to_vec(), bundle };
    let kept = state.store.keep_identity(&identity);
    kept.map_err(|error| format!("cannot keep the certificate: {error}"))?;
    state.use_credentials(credentials);
    Ok(())
}

/// A fresh key and a request for it, PEM. The controller decides the identity; none is asked for.
fn new_request() -> Result<(String, String), String> {
    let failed = |error: rcgen::Error| format!("cannot make a key: {error}");
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(failed)?;
    let request = CertificateParams::default().serialize_request(&key).map_err(failed)?;
    Ok((key.serialize_pem(), request.pem().map_err(failed)?))
}

/// TLS towards the controller for somebody without a certificate.
fn anonymous(controller: &Controller) -> Result<Arc<ClientConfig>, String> {
    let shown = controller.trust_bundle.display();
    let bundle = fs::read(&controller.trust_bundle)
        .map_err(|error| format!("cannot read the trust bundle {shown}: {error}"))?;
    let root = CertificateDer::from_pem_slice(&bundle)
        .map_err(|error| format!("the trust bundle {shown} is not PEM: {error}"))?;
    let domain: TrustDomain = meshc_svid::claimed_trust_domain(&root)
        .map_err(|why| format!("the trust bundle {shown} names no trust domain: {why}"))?;
    let expected = controller_identity(domain.as_str());
    public_root(&bundle, domain, expected)
}
