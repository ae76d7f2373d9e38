//! The controller: joining, renewing, watching, fetching, reporting. One thread, blocking.

mod client;
mod join;
mod watch;

use std::fs;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use rustls::ClientConfig;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::args::Controller;
use crate::random::Random;
use crate::report;
use crate::state::State;
use crate::tls::Expected;

/// The shortest and the longest wait between two attempts to reach the controller.
const AGAIN: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(5));
/// A watch that stood this long was a good one: the next wait is short again.
const GOOD: Duration = Duration::from_secs(10);

/// Follows the controller until the process ends.
pub fn run(state: &State, controller: &Controller) {
    let mut random = Random::new();
    let mut wait = AGAIN.0;
    let mut said = String::new();
    loop {
        let began = Instant::now();
        let result = once(state, controller, &mut random);
        if began.elapsed() >= GOOD {
            wait = AGAIN.0;
        }
        if let Err(why) = result
            && why != said
        {
            report::warn(&format!("the controller {} is away: {why}", controller.address));
            said = why;
        }
        // Jitter parts the proxies that lost the same controller at the same moment.
        let jitter = Duration::from_millis(random.below(200));
        thread::sleep(wait + jitter);
        wait = (wait * 2).min(AGAIN.1);
    }
}

/// Joins where needed, then watches until the stream ends.
fn once(state: &State, controller: &Controller, random: &mut Random) -> Result<(), String> {
    if state.credentials().is_none() {
        join::join(state, controller)?;
    }
    watch::watch(state, controller, random)
}

/// Whom the controller must prove to be, by the trust domain of the roots we were given.
fn expected(controller: &Controller) -> Result<(Vec<u8>, meshc_svid::TrustDomain), String> {
    let path = &controller.trust_bundle;
    let bundle =
        fs::read(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    let root = CertificateDer::from_pem_slice(&bundle)
        .map_err(|error| format!("{} holds no certificate: {error}", path.display()))?;
    let domain = meshc_svid::claimed_trust_domain(&root)
        .map_err(|why| format!("{}: the root names no trust domain: {why}", path.display()))?;
    Ok((bundle, domain))
}

fn controller_id(domain: &str) -> Expected {
    Expected::Identity(format!("spiffe://{domain}/meshc/controller").into())
}

/// How the controller is reached with the certificate in use.
fn mutual(state: &State) -> Result<Arc<ClientConfig>, String> {
    let credentials = state.credentials().ok_or("there is no certificate yet")?;
    credentials.client(controller_id(credentials.id().trust_domain()))
}
