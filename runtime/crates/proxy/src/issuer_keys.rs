//! Keys of token issuers that are not in snapshots: those of the generations at hand, no others.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use meshc_keys::{FetchSettings, Fetcher, KeyState, Keys, Url};
use meshc_token::KeySet;

/// Fetches keys while somebody holds a [`Lease`] on their URLs. Nothing is read or begun before the
/// first lease on a URL.
#[derive(Debug)]
pub struct IssuerKeys {
    settings: FetchSettings,
    inner: Mutex<Inner>,
    /// Grows whenever the keys of some URL change.
    version: Arc<AtomicU64>,
}

#[derive(Debug, Default)]
struct Inner {
    keys: Option<Keys>,
    leases: BTreeMap<u64, BTreeMap<Url, u32>>,
    next: u64,
}

/// Keeps URLs watched until it is dropped.
#[derive(Debug)]
pub struct Lease {
    of: Arc<IssuerKeys>,
    number: u64,
}

impl IssuerKeys {
    /// Will fetch so.
    #[must_use]
    pub fn new(settings: FetchSettings) -> Self {
        Self { settings, inner: Mutex::default(), version: Arc::default() }
    }

    /// Watches URLs, each with its refresh time in seconds, beside those of other leases.
    ///
    /// # Errors
    /// Nothing can be fetched, and why; the leases before are kept.
    pub fn lease(self: &Arc<Self>, urls: BTreeMap<Url, u32>) -> Result<Lease, String> {
        let mut inner = self.lock();
        inner.next += 1;
        let number = inner.next;
        if !urls.is_empty() {
            if inner.keys.is_none() {
                inner.keys = Some(self.start()?);
            }
            inner.leases.insert(number, urls);
            if let Err(why) = inner.watch() {
                inner.leases.remove(&number);
                return Err(why);
            }
            self.version.fetch_add(1, Ordering::Release);
        }
        drop(inner);
        Ok(Lease { of: Arc::clone(self), number })
    }

    fn start(&self) -> Result<Keys, String> {
        let failed = |why: &dyn core::fmt::Display| format!("issuers' keys: {why}");
        let fetcher = Fetcher::new(self.settings.clone()).map_err(|fault| failed(&fault))?;
        let version = Arc::clone(&self.version);
        let changed = move || {
            version.fetch_add(1, Ordering::Release);
        };
        Keys::start(fetcher, changed).map_err(|error| failed(&error))
    }

    /// A number that grows whenever the keys of some URL do change.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version.load(Ordering::Acquire)
    }

    /// The last good keys of a URL that is watched.
    #[must_use]
    pub fn get(&self, url: &Url) -> Option<KeySet> {
        let found = self.lock().keys.as_ref()?.get(url)?;
        Some(KeySet::clone(&found.keys))
    }

    /// A token names a key that is not among those of this URL: they may be fetched early.
    pub fn nudge(&self, url: &Url) {
        if let Some(keys) = &self.lock().keys {
            keys.nudge(url);
        }
    }

    /// How every URL stands.
    #[must_use]
    pub fn states(&self) -> Vec<KeyState> {
        self.lock().keys.as_ref().map(Keys::states).unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// Watches the URLs of all leases, each as often as the most eager wants it.
    fn watch(&self) -> Result<(), String> {
        let mut all: BTreeMap<Url, u32> = BTreeMap::new();
        for (url, refresh) in self.leases.values().flatten() {
            let least = all.entry(url.clone()).or_insert(*refresh);
            *least = (*least).min(*refresh);
        }
        let watched = self.keys.as_ref().map(|keys| keys.watch(&all));
        watched.unwrap_or(Ok(())).map_err(|fault| format!("issuers' keys: {fault}"))
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let mut inner = self.of.lock();
        if inner.leases.remove(&self.number).is_some() {
            // Fewer are never too many.
            let _ = inner.watch();
        }
    }
}

#[cfg(test)]
mod tests {
    use meshc_keys::Roots;

    use super::*;

    fn keys(roots: &str) -> Arc<IssuerKeys> {
        let folder = std::env::temp_dir().join(format!("meshc-issuer-keys-{}", std::process::id()));
        let roots = Roots::File(roots.into());
        Arc::new(IssuerKeys::new(FetchSettings { roots, allowed: Vec::new(), folder }))
    }

    fn urls(names: &[&str]) -> BTreeMap<Url, u32> {
        let url = |name: &&str| Url::parse(&format!("https://{name}.invalid/keys")).unwrap();
        names.iter().map(|name| (url(name), 300)).collect()
    }

    #[test]
    fn without_urls_nothing_is_begun() {
        let keys = keys("/nowhere");
        let lease = keys.lease(BTreeMap::new()).unwrap();
        assert_eq!((keys.states().len(), keys.version()), (0, 0));
        drop(lease);
    }

    #[test]
    fn without_roots_nothing_is_leased() {
        let why = keys("/nowhere").lease(urls(&["a"])).unwrap_err();
        assert!(why.contains("/nowhere"), "{why}");
    }
}
