use std::io;
use std::net::{IpAddr, ToSocketAddrs as _};
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Instant;

use crate::fault::FetchFault;

/// Gives the addresses of a name.
pub(crate) type Lookup = dyn Fn(&str) -> io::Result<Vec<IpAddr>> + Send + Sync;

/// Look-ups with an end. The system's cannot be given one, so it is done on a thread that is left
/// behind when it takes too long.
///
/// It is not cloned: how often the look-up is referred to says how many are under way.
pub(crate) struct Resolver {
    lookup: Arc<Lookup>,
}

/// How many look-ups may be left behind before no further one is begun.
const MAX_LEFT_BEHIND: usize = 8;
/// How many addresses of one name are looked at.
const MAX_ADDRESSES: usize = 16;

impl Resolver {
    pub(crate) fn new(lookup: Arc<Lookup>) -> Self {
        Self { lookup }
    }

    pub(crate) fn system() -> Self {
        Self::new(Arc::new(|name| {
            // The port means nothing here; the system's look-up wants one.
            Ok((name, 443).to_socket_addrs()?.map(|address| address.ip()).collect())
        }))
    }

    /// The addresses of a name, at least one.
    pub(crate) fn addresses(
        &self,
        name: &str,
        deadline: Instant,
    ) -> Result<Vec<IpAddr>, FetchFault> {
        if Arc::strong_count(&self.lookup) > MAX_LEFT_BEHIND {
            return Err(FetchFault::Lookup("earlier look-ups have not come back".to_owned()));
        }
        let (sender, receiver) = mpsc::sync_channel(1);
        let (lookup, owned) = (Arc::clone(&self.lookup), name.to_owned());
        let thread = std::thread::Builder::new().name("keys-lookup".to_owned());
        let spawned = thread.spawn(move || {
            let found = lookup(&owned);
            // Nobody listens any more when it took too long.
            let _ = sender.send(found);
        });
        spawned.map_err(|error| FetchFault::Lookup(error.to_string()))?;
        let left = deadline.saturating_duration_since(Instant::now());
        let found = match receiver.recv_timeout(left) {
            Ok(found) => found.map_err(|error| FetchFault::Lookup(error.to_string()))?,
            Err(RecvTimeoutError::Timeout) => return Err(FetchFault::TimedOut),
            Err(RecvTimeoutError::Disconnected) => {
                return Err(FetchFault::Lookup("the look-up broke off".to_owned()));
            }
        };
        if found.is_empty() {
            return Err(FetchFault::Lookup("the name has no address".to_owned()));
        }
        Ok(found.into_iter().take(MAX_ADDRESSES).collect())
    }
}

impl core::fmt::Debug for Resolver {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Resolver").finish_non_exhaustive()
    }
}
