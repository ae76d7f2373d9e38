use std::fs;
use std::sync::Arc;

use meshc_http1::Method;
use rcgen::{CertificateParams, DistinguishedName, KeyPair, PKCS_ECDSA_P256_SHA256};
use rustls::ClientConfig;
use serde::{Deserialize, Serialize};

use super::{client, controller_id, expected};
use crate::args::Controller;
use crate::clock::unix_seconds;
use crate::report;
use crate::state::State;
use crate::store::Identity;
use crate::tls::{Credentials, public_root};

#[derive(Serialize)]
struct Join<'a> {
    token: &'a str,
    workload: &'a str,
    instance: &'a str,
    csr: &'a str,
}

#[derive(Serialize)]
struct Renew<'a> {
    csr: &'a str,
}

#[derive(Deserialize)]
struct Issued {
    certificate: String,
    bundle: String,
}

/// Trades the join token for the first certificate; the key never leaves this process but for the
/// state folder.
///
/// # Errors
/// Why there is none.
pub fn join(state: &State, controller: &Controller) -> Result<(), String> {
    let path = controller.join_token.as_ref();
    let path = path.ok_or("there is no certificate, and no --join-token-file to get one with")?;
    let token = fs::read_to_string(path);
    let token = token.map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    let (bundle, domain) = expected(controller)?;
    let id = controller_id(domain.as_str());
    let config = public_root(&bundle, domain, id)?;
    let (key, csr) = request()?;
    let body = serde_json::to_vec(&Join {
        token: token.trim(),
        workload: &state.arguments.workload,
        instance: &state.arguments.instance,
        csr: &csr,
    });
    issue(state, config, (controller, "/v1/join"), (&key, &body.map_err(|one| one.to_string())?))?;
    report::info("joined the mesh");
    Ok(())
}

/// Replaces the certificate in use by a fresh one with a fresh key.
///
/// # Errors
/// Why there is none; the one in use stays.
pub fn renew(
    state: &State,
    controller: &Controller,
    config: Arc<ClientConfig>,
) -> Result<(), String> {
    let (key, csr) = request()?;
    let body = serde_json::to_vec(&Renew { csr: &csr }).map_err(|one| one.to_string())?;
    issue(state, config, (controller, "/v1/renew"), (&key, &body))
}

fn issue(
    state: &State,
    config: Arc<ClientConfig>,
    (controller, target): (&Controller, &str),
    (key, body): (&KeyPair, &[u8]),
) -> Result<(), String> {
    let answer = client::ask(config, &controller.address, (Method::Post, target), body)?;
    let issued: Issued = serde_json::from_slice(&answer)
        .map_err(|error| format!("{target}: the answer is malformed: {error}"))?;
    let identity = Identity {
        certificate: issued.certificate.into_bytes(),
        key: key.serialize_pem().into_bytes(),
        bundle: issued.bundle.into_bytes(),
    };
    let Identity { certificate, key, bundle } = &identity;
    let credentials = Credentials::read(certificate, key, bundle, unix_seconds())?;
    // What is in use need not be on disk: a full disk stops no renewal.
    if let Err(error) = state.store.keep_identity(&identity) {
        report::error(&format!("cannot keep the identity: {error}"));
    }
    state.use_credentials(credentials);
    Ok(())
}

/// A fresh P-256 key and a request for a certificate of it. The names in the certificate are the
/// controller's to say.
fn request() -> Result<(KeyPair, String), String> {
    let said = |error: rcgen::Error| error.to_string();
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(said)?;
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    let csr = params.serialize_request(&key).and_then(|csr| csr.pem()).map_err(said)?;
    Ok((key, csr))
}
