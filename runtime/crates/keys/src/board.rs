//! What is known of every URL that is watched, and what is to be done next. No clock, no disk, no
//! network: instants, documents and draws are handed in.

use core::fmt;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use meshc_token::KeySet;

use crate::Url;
use crate::fault::KeysFault;
use crate::schedule::{Millis, Timer};
use crate::state::KeyState;
use crate::store::{StoreFault, Stored};

/// Both clocks, read together.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Now {
    /// The monotonic clock; the schedule and the age of keys go by it.
    pub(crate) millis: Millis,
    /// Seconds since 1970; what outlives the process goes by it.
    pub(crate) unix: i64,
}

/// A document that is a key set.
#[derive(Debug)]
pub(crate) struct Fetched {
    keys: KeySet,
    digest: [u8; 32],
}

/// What is to be done.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Next {
    /// Fetch this now.
    Fetch(Url),
    /// Nothing before this instant.
    At(Millis),
    /// Nothing.
    Never,
}

/// Why a set of URLs is not watched; the one before still is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum WatchFault {
    /// It is of so many; 64 are watched.
    TooMany(usize),
}

#[derive(Debug, Default)]
pub(crate) struct Board {
    entries: BTreeMap<Url, Entry>,
    /// How often what can be had from here has changed.
    generation: u64,
}

#[derive(Debug)]
struct Entry {
    timer: Timer,
    held: Option<Held>,
    fault: Option<KeysFault>,
    store_fault: Option<StoreFault>,
}

/// A key set in use.
#[derive(Debug)]
struct Held {
    keys: Arc<KeySet>,
    digest: [u8; 32],
    version: u64,
    /// When it was last fetched.
    at: Millis,
    at_unix: i64,
}

/// The most URLs.
const MAX_URLS: usize = 64;
/// How far ahead of our clock the time of a stored document may be: clocks are corrected.
const MAX_AHEAD: i64 = 300;

impl Fetched {
    pub(crate) fn read(document: &[u8]) -> Result<Self, KeysFault> {
        let keys = KeySet::from_jwks(document).map_err(KeysFault::Document)?;
        let mut own = [0; 32];
        own.copy_from_slice(digest(&SHA256, document).as_ref());
        Ok(Self { keys, digest: own })
    }
}

impl Board {
    /// The URLs that are watched.
    pub(crate) fn watched(&self) -> BTreeSet<Url> {
        self.entries.keys().cloned().collect()
    }

    /// Watches these URLs and no others. One that was watched before keeps its keys and its timer;
    /// a new one begins with what was stored of it.
    pub(crate) fn watch(
        &mut self,
        now: Now,
        wanted: &BTreeMap<Url, u32>,
        mut stored: impl FnMut(&Url) -> Result<Option<Stored>, StoreFault>,
    ) -> Result<(), WatchFault> {
        if wanted.len() > MAX_URLS {
            return Err(WatchFault::TooMany(wanted.len()));
        }
        let mut dropped = false;
        self.entries.retain(|url, entry| {
            let stays = wanted.contains_key(url);
            dropped |= !stays && entry.held.is_some();
            stays
        });
        self.generation = self.generation.saturating_add(u64::from(dropped));
        for (url, &refresh) in wanted {
            if let Some(entry) = self.entries.get_mut(url) {
                entry.timer.set_refresh(refresh);
                continue;
            }
            let timer = Timer::new(refresh, now.millis);
            let (stored, store_fault) = match stored(url) {
                Ok(stored) => (stored, None),
                Err(fault) => (None, Some(fault)),
            };
            let held = stored.and_then(|stored| self.hold_stored(now, &timer, &stored));
            self.entries.insert(url.clone(), Entry { timer, held, fault: None, store_fault });
        }
        Ok(())
    }

    /// A stored document that is sound and young enough.
    fn hold_stored(&mut self, now: Now, timer: &Timer, stored: &Stored) -> Option<Held> {
        let age = now.unix.saturating_sub(stored.fetched_at);
        let age_millis = age.max(0).saturating_mul(1000);
        if age < -MAX_AHEAD || age_millis >= timer.max_age() {
            return None;
        }
        let Fetched { keys, digest } = Fetched::read(&stored.document).ok()?;
        let at = now.millis.saturating_sub(age_millis);
        self.generation = self.generation.saturating_add(1);
        let version = self.generation;
        Some(Held { keys: Arc::new(keys), digest, version, at, at_unix: stored.fetched_at })
    }

    /// Drops the keys that grew too old; whether there were any.
    pub(crate) fn expire(&mut self, now: Millis) -> bool {
        let mut dropped = false;
        for entry in self.entries.values_mut() {
            dropped |= entry.held.take_if(|held| held.expires(&entry.timer) <= now).is_some();
        }
        self.generation = self.generation.saturating_add(u64::from(dropped));
        dropped
    }

    pub(crate) fn next(&self, now: Millis) -> Next {
        let first = self.entries.iter().min_by_key(|(_, entry)| entry.timer.due());
        let Some((url, entry)) = first else { return Next::Never };
        if entry.timer.due() <= now {
            return Next::Fetch(url.clone());
        }
        let ends = |entry: &Entry| Some(entry.held.as_ref()?.expires(&entry.timer));
        let expiry = self.entries.values().filter_map(ends).min();
        Next::At(expiry.map_or(entry.timer.due(), |at| at.min(entry.timer.due())))
    }

    /// Takes what a fetch brought; whether other keys can be had now than before.
    pub(crate) fn fetched(
        &mut self,
        now: Now,
        url: &Url,
        outcome: Result<Fetched, KeysFault>,
        draw: u32,
    ) -> bool {
        // It may have been dropped while the fetch went on.
        let Some(entry) = self.entries.get_mut(url) else { return false };
        let Fetched { keys, digest } = match outcome {
            Ok(fetched) => fetched,
            Err(fault) => {
                entry.timer.failed(now.millis, draw);
                entry.fault = Some(fault);
                return false;
            }
        };
        entry.timer.succeeded(now.millis, draw);
        entry.fault = None;
        if let Some(held) = entry.held.as_mut().filter(|held| held.digest == digest) {
            (held.at, held.at_unix) = (now.millis, now.unix);
            return false;
        }
        self.generation = self.generation.saturating_add(1);
        let (version, keys) = (self.generation, Arc::new(keys));
        entry.held = Some(Held { keys, digest, version, at: now.millis, at_unix: now.unix });
        true
    }

    /// Notes whether the document of the last good fetch is on disk.
    pub(crate) fn stored(&mut self, url: &Url, outcome: Result<(), StoreFault>) {
        if let Some(entry) = self.entries.get_mut(url) {
            entry.store_fault = outcome.err();
        }
    }

    /// Whether the URL is due sooner now.
    pub(crate) fn nudge(&mut self, now: Millis, url: &Url) -> bool {
        self.entries.get_mut(url).is_some_and(|entry| entry.timer.nudge(now))
    }

    pub(crate) fn get(&self, url: &Url) -> Option<(Arc<KeySet>, u64)> {
        let held = self.entries.get(url)?.held.as_ref()?;
        Some((Arc::clone(&held.keys), held.version))
    }

    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }

    pub(crate) fn states(&self, now: Millis) -> Vec<KeyState> {
        self.entries.iter().map(|(url, entry)| entry.state(url, now)).collect()
    }
}

impl Held {
    fn expires(&self, timer: &Timer) -> Millis {
        self.at.saturating_add(timer.max_age())
    }
}

impl Entry {
    fn state(&self, url: &Url, now: Millis) -> KeyState {
        let held = self.held.as_ref();
        let until =
            |at: Millis| Duration::from_millis(at.saturating_sub(now).max(0).unsigned_abs());
        KeyState {
            url: url.clone(),
            keys: held.map_or(0, |held| held.keys.len()),
            skipped: held.map_or(0, |held| held.keys.skipped()),
            fetched_at: held.map(|held| held.at_unix),
            expires_in: held.map(|held| until(held.expires(&self.timer))),
            fault: self.fault.clone(),
            failures: self.timer.failures(),
            next_in: until(self.timer.due()),
            store_fault: self.store_fault.clone(),
        }
    }
}

impl fmt::Display for WatchFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooMany(count) => {
                write!(f, "{count} URLs of keys are declared; at most {MAX_URLS} are fetched")
            }
        }
    }
}

impl core::error::Error for WatchFault {}
