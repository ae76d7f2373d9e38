//! The whole process: what is read at the start, its threads, its end.

use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, mpsc};
use std::thread;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::access_log::AccessLog;
use crate::admin;
use crate::args::Arguments;
use crate::clock::{Clock, unix_seconds};
use crate::control;
use crate::generation::Generation;
use crate::listener;
use crate::mailbox::Mailbox;
use crate::probe;
use crate::question;
use crate::report;
use crate::snapshot::{self, Keys, Wanted};
use crate::state::State;
use crate::store::Store;
use crate::tls::Credentials;
use crate::worker::Worker;

/// Runs until a signal ends it.
///
/// # Errors
/// Why it could not start, in one line.
pub fn run(arguments: Arguments) -> Result<(), String> {
    // From here on a signal waits for us, however early it comes.
    let signals = Signals::new([SIGTERM, SIGINT]);
    let signals = signals.map_err(|error| format!("cannot watch signals: {error}"))?;
    let arguments = Arc::new(arguments);
    raise_file_limit();
    let store = Store::open(&arguments.state)
        .map_err(|error| format!("cannot use {}: {error}", arguments.state.display()))?;
    let keys = arguments.snapshot_keys.as_deref().map(Keys::read).transpose()?;
    let log = AccessLog::open(arguments.log.as_deref())
        .map_err(|error| format!("cannot open the access log: {error}"))?;
    let admin = bind("--admin", arguments.admin)?;
    let probes = arguments.probes.map(|address| bind("--probes", address)).transpose()?;
    let (workers, mailboxes) = workers(&arguments, &log)?;
    let state = Arc::new(State::new(Arc::clone(&arguments), store, keys, log.clone(), mailboxes));
    let generation = start_from_disk(&state)?;
    let threads: Result<Vec<_>, _> = workers
        .into_iter()
        .enumerate()
        .map(|(number, worker)| {
            let name = format!("data-{number}");
            thread::Builder::new().name(name).spawn(move || {
                let _end = EndWithThread;
                worker.run();
            })
        })
        .collect();
    let threads = threads.map_err(|error| format!("cannot start a thread: {error}"))?;
    if let Some(generation) = generation
        && !state.commit(generation)
    {
        report::error("a thread did not begin in time");
    }
    spawn("admin", {
        let state = Arc::clone(&state);
        move || question::serve(&admin, |path| admin::page(path, &state))
    })?;
    for probes in probes.iter().flat_map(|probes| (0..PROBE_THREADS).map(|_| probes.try_clone())) {
        let probes = probes.map_err(|error| format!("cannot share the probe port: {error}"))?;
        let state = Arc::clone(&state);
        spawn("probes", move || question::serve(&probes, |path| probe::page(path, &state)))?;
    }
    if let Some(controller) = arguments.controller.clone() {
        let state = Arc::clone(&state);
        spawn("control", move || control::run(&state, &controller))?;
    }
    watch_signals(signals, Arc::clone(&state))?;
    for thread in threads {
        // One that panicked has ended the process.
        let _ = thread.join();
    }
    log.flush();
    Ok(())
}

/// Threads that answer probes: a slow application, or somebody who sends nothing, holds one for a
/// second or two.
const PROBE_THREADS: u32 = 4;

/// Listens where one question a connection is answered.
fn bind(name: &str, address: SocketAddr) -> Result<TcpListener, String> {
    TcpListener::bind(address).map_err(|error| {
        match error.raw_os_error().map(rustix::io::Errno::from_raw_os_error) {
            Some(code) => listener::explain(address, code).replace(
                &format!("--set-port {}=OTHER", address.port()),
                &format!("{name} IP:OTHER"),
            ),
            None => format!("cannot listen on {address}: {error}"),
        }
    })
}

/// Ends the process with a data thread that panics: half a proxy serves nobody, and whoever
/// supervises it starts a whole one, from its own disk.
struct EndWithThread;

/// Exit code of a process that ends by a fault of its own (`EX_SOFTWARE` of sysexits.h).
const SOFTWARE: i32 = 70;

impl Drop for EndWithThread {
    fn drop(&mut self) {
        if thread::panicking() {
            report::error("a data thread ended by a fault of its own; this is a bug");
            std::process::exit(SOFTWARE);
        }
    }
}

fn workers(
    arguments: &Arc<Arguments>,
    log: &AccessLog,
) -> Result<(Vec<Worker>, Vec<Arc<Mailbox>>), String> {
    let (mut workers, mut mailboxes) = (Vec::new(), Vec::new());
    let clock = Clock::start();
    for number in 0..arguments.threads {
        let failed = |error| format!("cannot start a thread: {error}");
        let mailbox = Arc::new(Mailbox::new().map_err(failed)?);
        mailboxes.push(Arc::clone(&mailbox));
        let worker = Worker::new(Arc::clone(arguments), log.clone(), mailbox, (number, clock));
        workers.push(worker.map_err(failed)?);
    }
    Ok((workers, mailboxes))
}

/// Takes up the identity and the snapshot that the state folder holds. Without a controller both
/// must be sound; with one, what is unsound is said and awaited anew. Gives what to begin with.
fn start_from_disk(state: &Arc<State>) -> Result<Option<Arc<Generation>>, String> {
    let alone = state.arguments.controller.is_none();
    match read_credentials(state) {
        Ok(Some(credentials)) => state.use_credentials(credentials),
        Ok(None) if alone => {
            let folder = state.arguments.state.display();
            return Err(format!("{folder}/identity holds no certificate.pem"));
        }
        Ok(None) => {}
        Err(why) if alone => return Err(why),
        Err(why) => report::warn(&why),
    }
    let blobs =
        state.store.snapshot().map_err(|error| format!("cannot read the snapshot: {error}"));
    match blobs.and_then(|blobs| match blobs {
        None => Ok(None),
        Some(blobs) => {
            snapshot::load(&blobs, &state.wanted(), &state.allowances, &state.issuer_keys).map(Some)
        }
    }) {
        Ok(Some(generation)) => {
            let (doors, clashes) = listener::doors(&state.arguments, &generation.tables);
            clashes.iter().for_each(|clash| report::warn(clash));
            listener::probe(doors.iter().map(|door| door.address))?;
            Ok(Some(Arc::new(generation)))
        }
        Ok(None) => {
            report::info("there is no snapshot yet; nothing is served until there is one");
            Ok(None)
        }
        Err(why) if alone => Err(format!("the snapshot is refused: {why}")),
        Err(why) => {
            state.refused(&why);
            Ok(None)
        }
    }
}

fn read_credentials(state: &State) -> Result<Option<Credentials>, String> {
    let identity = state.store.identity();
    let identity = identity.map_err(|error| format!("cannot read the identity: {error}"))?;
    let Some(identity) = identity else { return Ok(None) };
    let now = unix_seconds();
    let credentials =
        Credentials::read(&identity.certificate, &identity.key, &identity.bundle, now)?;
    Ok(Some(credentials))
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> Result<(), String> {
    let thread = thread::Builder::new().name(name.to_owned()).spawn(run);
    thread.map(drop).map_err(|error| format!("cannot start a thread: {error}"))
}

/// The first signal drains, the second ends.
fn watch_signals(mut signals: Signals, state: Arc<State>) -> Result<(), String> {
    spawn("signals", move || {
        for (count, signal) in signals.forever().enumerate() {
            if count > 0 {
                std::process::exit(128 + signal);
            }
            report::info(&format!("draining for at most {} s", state.arguments.grace));
            state.drain();
        }
    })
}

/// As many files as the system lets us have.
fn raise_file_limit() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    // Where it is refused the old limit stays and connections beyond it wait.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit });
}

/// Adds up the counters of all threads; a thread that does not answer in time is left out.
pub(crate) fn gather(state: &State) -> crate::metrics::Metrics {
    let (sender, receiver) = mpsc::channel();
    state.ask_metrics(sender);
    let mut sum = crate::metrics::Metrics::default();
    let wait = std::time::Duration::from_secs(1);
    for _ in 0..state.arguments.threads {
        let Ok(metrics) = receiver.recv_timeout(wait) else { break };
        sum.add(&metrics);
    }
    sum
}

/// What snapshots of this process are held against.
impl State {
    pub(crate) fn wanted(&self) -> Wanted<'_> {
        Wanted {
            keys: self.keys.as_ref(),
            workload: &self.arguments.workload,
            trust_domain: self.trust_domain(),
            height: self.store.height(),
        }
    }
}
