use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use meshc_token::KeySet;

use crate::Url;
use crate::board::{Board, Fetched, Next, Now, WatchFault};
use crate::fault::KeysFault;
use crate::fetch::Fetcher;
use crate::schedule::Millis;
use crate::state::KeyState;
use crate::store::{Store, Stored};

/// The keys of every URL that is watched, renewed by a thread of its own until this is dropped.
#[derive(Debug)]
pub struct Keys {
    shared: Arc<Shared>,
}

/// The keys of a URL as they are now.
#[derive(Clone, Debug)]
pub struct Current {
    /// The keys.
    pub keys: Arc<KeySet>,
    /// Which keys: another number than before when they are others, never one used before.
    pub version: u64,
}

#[derive(Debug)]
struct Shared {
    inner: Mutex<Inner>,
    wake: Condvar,
    store: Store,
    origin: Instant,
}

#[derive(Debug, Default)]
struct Inner {
    board: Board,
    stopped: bool,
}

/// What the thread is to do.
enum Task {
    Fetch(Url),
    /// Keys were dropped for their age.
    Tell,
    Stop,
}

impl Keys {
    /// Begins; nothing is watched yet. `changed` is called on the fetching thread whenever a fetch
    /// or age changed the keys of some URL, and holds no lock; it should be quick. What [`watch`]
    /// itself brings from disk is not told: who watches asks afterwards.
    ///
    /// [`watch`]: Self::watch
    ///
    /// # Errors
    /// The folder cannot be made, or no thread be started.
    pub fn start(fetcher: Fetcher, changed: impl Fn() + Send + 'static) -> io::Result<Self> {
        let store = Store::open(fetcher.folder()).map_err(io::Error::other)?;
        let (inner, wake) = (Mutex::default(), Condvar::new());
        let shared = Arc::new(Shared { inner, wake, store, origin: Instant::now() });
        let own = Arc::clone(&shared);
        let thread = std::thread::Builder::new().name("keys".to_owned());
        thread.spawn(move || own.run(&fetcher, &changed))?;
        Ok(Self { shared })
    }

    /// Watches these URLs, each with its refresh time in seconds (held to 60 to 86,400), and no
    /// others. One that was watched before keeps its keys and timers; one that is new has the keys
    /// kept on disk, if they are young enough, before this returns.
    ///
    /// # Errors
    /// There are more than 64; those before are still watched.
    pub fn watch(&self, wanted: &BTreeMap<Url, u32>) -> Result<(), WatchFault> {
        // Nobody waits for the disk: the board is not held while it is read.
        let known = self.shared.lock().board.watched();
        let fresh = wanted.keys().filter(|url| !known.contains(url));
        let mut stored: BTreeMap<_, _> =
            fresh.map(|url| (url.clone(), self.shared.store.read(url))).collect();
        let now = self.shared.now();
        let take = |url: &Url| stored.remove(url).unwrap_or(Ok(None));
        let watched = self.shared.lock().board.watch(now, wanted, take);
        self.shared.wake.notify_all();
        watched
    }

    /// The keys of a URL; nothing when it is not watched, or none were had, or they grew too old.
    #[must_use]
    pub fn get(&self, url: &Url) -> Option<Current> {
        let (keys, version) = self.shared.lock().board.get(url)?;
        Some(Current { keys, version })
    }

    /// A number that grows whenever the keys of some URL come, change or go.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.shared.lock().board.generation()
    }

    /// A token named a key that is not in the set of this URL: it is fetched again at once, or a
    /// minute after the last fetch that came of this. As often as anybody asks, that is one fetch a
    /// minute beyond the ordinary ones.
    pub fn nudge(&self, url: &Url) {
        let now = self.shared.now().millis;
        if self.shared.lock().board.nudge(now, url) {
            self.shared.wake.notify_all();
        }
    }

    /// How every URL stands, sorted by URL.
    #[must_use]
    pub fn states(&self) -> Vec<KeyState> {
        let now = self.shared.now();
        self.shared.lock().board.states(now.millis)
    }
}

impl Drop for Keys {
    /// Tells the thread to end; it does after the fetch that may be going on.
    fn drop(&mut self) {
        self.shared.lock().stopped = true;
        self.shared.wake.notify_all();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Whoever broke off while holding it left every entry whole.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Now {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Now {
            millis: Millis::try_from(self.origin.elapsed().as_millis()).unwrap_or(Millis::MAX),
            unix: i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
        }
    }

    fn run(&self, fetcher: &Fetcher, changed: &impl Fn()) {
        loop {
            match self.wait() {
                Task::Stop => return,
                Task::Tell => changed(),
                Task::Fetch(url) => {
                    if self.renew(fetcher, &url) {
                        changed();
                    }
                }
            }
        }
    }

    /// Waits until there is something to do.
    fn wait(&self) -> Task {
        let mut inner = self.lock();
        loop {
            if inner.stopped {
                return Task::Stop;
            }
            let now = self.now().millis;
            if inner.board.expire(now) {
                return Task::Tell;
            }
            inner = match inner.board.next(now) {
                Next::Fetch(url) => return Task::Fetch(url),
                Next::At(at) => {
                    let left = Duration::from_millis(at.saturating_sub(now).max(0).unsigned_abs());
                    let waited = self.wake.wait_timeout(inner, left);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
                Next::Never => self.wake.wait(inner).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }

    /// Fetches a URL and takes what came; whether its keys are others now.
    fn renew(&self, fetcher: &Fetcher, url: &Url) -> bool {
        let document = fetcher.fetch(url).map_err(KeysFault::Fetch);
        let now = self.now();
        let outcome = document.and_then(|document| {
            let fetched = Fetched::read(&document)?;
            Ok((fetched, Stored { document, fetched_at: now.unix }))
        });
        let (outcome, kept) = match outcome {
            Ok((fetched, stored)) => (Ok(fetched), Some(self.store.keep(url, &stored))),
            Err(fault) => (Err(fault), None),
        };
        let mut inner = self.lock();
        if let Some(kept) = kept {
            inner.board.stored(url, kept);
        }
        inner.board.fetched(now, url, outcome, draw())
    }
}

/// Uniform over `u32`; without randomness of the system there is no jitter.
fn draw() -> u32 {
    let mut bytes = [0; 4];
    match aws_lc_rs::rand::fill(&mut bytes) {
        Ok(()) => u32::from_ne_bytes(bytes),
        Err(_) => 0,
    }
}
