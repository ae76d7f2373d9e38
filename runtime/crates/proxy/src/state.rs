//! What the threads that carry no data share.

use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use meshc_keys::{FetchSettings, Roots};
use serde::Serialize;

use crate::access_log::AccessLog;
use crate::allowances::Allowances;
use crate::args::Arguments;
use crate::generation::Generation;
use crate::issuer_keys::IssuerKeys;
use crate::mailbox::{Letter, Mailbox};
use crate::metrics::Metrics;
use crate::report;
use crate::snapshot::Keys;
use crate::store::Store;
use crate::tls::Credentials;

/// The process's state, for admin and control.
#[derive(Debug)]
pub struct State {
    /// The command line.
    pub arguments: Arc<Arguments>,
    /// The state folder.
    pub store: Store,
    /// Who signs snapshots.
    pub keys: Option<Keys>,
    /// The access log.
    pub log: AccessLog,
    /// What rate limits have left.
    pub allowances: Allowances,
    /// Keys of token issuers that are not in snapshots.
    pub issuer_keys: Arc<IssuerKeys>,
    mailboxes: Vec<Arc<Mailbox>>,
    domain: OnceLock<String>,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    current: Option<Arc<Generation>>,
    prepared: Option<String>,
    refused: Option<String>,
    credentials: Option<Arc<Credentials>>,
    /// Every thread has opened the listeners of some snapshot.
    listening: bool,
    draining: bool,
}

/// What `/snapshot` says.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Standing {
    workload: String,
    instance: String,
    manifest: Option<String>,
    height: Option<u64>,
    commit: Option<String>,
    prepared: Option<String>,
    refused: Option<String>,
    identity: Option<String>,
    not_after: Option<i64>,
    draining: bool,
}

/// How long the threads may take to switch.
const SWITCH: Duration = Duration::from_secs(5);

impl State {
    /// Nothing enforced yet.
    #[must_use]
    pub fn new(
        arguments: Arc<Arguments>,
        store: Store,
        keys: Option<Keys>,
        log: AccessLog,
        mailboxes: Vec<Arc<Mailbox>>,
    ) -> Self {
        let (allowances, domain, inner) = Default::default();
        let issuer_keys = Arc::new(IssuerKeys::new(FetchSettings {
            roots: arguments.key_roots.clone().map_or(Roots::System, Roots::File),
            allowed: arguments.key_networks.clone(),
            folder: arguments.state.join("issuers"),
        }));
        Self { arguments, store, keys, log, allowances, issuer_keys, mailboxes, domain, inner }
    }

    /// The trust domain of our identity, once there is one.
    #[must_use]
    pub fn trust_domain(&self) -> Option<&str> {
        self.domain.get().map(String::as_str)
    }

    /// The certificate in use.
    #[must_use]
    pub fn credentials(&self) -> Option<Arc<Credentials>> {
        self.with(|inner| inner.credentials.clone())
    }

    /// Uses a certificate for new handshakes.
    pub fn use_credentials(&self, credentials: Credentials) {
        let credentials = Arc::new(credentials);
        let _ = self.domain.set(credentials.id().trust_domain().to_owned());
        self.with(|inner| inner.credentials = Some(Arc::clone(&credentials)));
        self.send(|| Letter::Credentials(Arc::clone(&credentials)));
    }

    /// Keeps tables beside the current ones.
    pub fn prepare(&self, generation: &Arc<Generation>) {
        self.with(|inner| inner.prepared = Some(generation.manifest.clone()));
        self.send(|| Letter::Prepare(Arc::clone(generation)));
    }

    /// Forgets what was prepared.
    pub fn abort(&self) {
        self.with(|inner| inner.prepared = None);
        self.send(|| Letter::Abort);
    }

    /// Switches all threads and waits until they have; false when one did not answer in time.
    pub fn commit(&self, generation: Arc<Generation>) -> bool {
        let (done, switched) = channel();
        self.switch(generation, &done);
        let all = self.mailboxes.iter().all(|_| switched.recv_timeout(SWITCH).is_ok());
        // What is ready listens: on every thread, not just in what is to be enforced.
        self.with(|inner| inner.listening |= all);
        all
    }

    fn switch(&self, generation: Arc<Generation>, done: &Sender<()>) {
        self.send(|| Letter::Commit(Arc::clone(&generation), done.clone()));
        self.with(|inner| {
            (inner.prepared, inner.refused) = (None, None);
            inner.current = Some(generation);
        });
    }

    /// The generation in force.
    #[must_use]
    pub fn current(&self) -> Option<Arc<Generation>> {
        self.with(|inner| inner.current.clone())
    }

    /// A snapshot was refused; the last one stays.
    pub fn refused(&self, why: &str) {
        report::error(&format!("snapshot refused, the last one stays: {why}"));
        self.with(|inner| inner.refused = Some(why.to_owned()));
    }

    /// Has every thread stop accepting and finish.
    pub fn drain(&self) {
        self.with(|inner| inner.draining = true);
        self.send(|| Letter::Drain);
    }

    /// Whether requests are served.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.with(|inner| inner.listening && inner.credentials.is_some() && !inner.draining)
    }

    /// Asks every thread for its counters.
    pub fn ask_metrics(&self, reply: Sender<Metrics>) {
        self.send(|| Letter::Metrics(reply.clone()));
        drop(reply);
    }

    /// How things stand.
    #[must_use]
    pub fn standing(&self) -> Standing {
        self.with(|inner| {
            let current = inner.current.as_ref();
            let credentials = inner.credentials.as_ref();
            Standing {
                workload: self.arguments.workload.clone(),
                instance: self.arguments.instance.clone(),
                manifest: current.map(|one| one.manifest.clone()),
                height: current.map(|one| one.height),
                commit: current.map(|one| one.tables.commit().to_owned()),
                prepared: inner.prepared.clone(),
                refused: inner.refused.clone(),
                identity: credentials.map(|one| one.id().as_str().to_owned()),
                not_after: credentials.map(|one| one.not_after()),
                draining: inner.draining,
            }
        })
    }

    fn send(&self, letter: impl Fn() -> Letter) {
        self.mailboxes.iter().for_each(|mailbox| mailbox.send(letter()));
    }

    fn with<T>(&self, act: impl FnOnce(&mut Inner) -> T) -> T {
        act(&mut self.inner.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
