use std::time::Duration;

use crate::Url;
use crate::fault::KeysFault;
use crate::store::StoreFault;

/// How one URL stands, for the admin page and for metrics.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct KeyState {
    /// The URL.
    pub url: Url,
    /// How many keys are in use; 0 while there is no set.
    pub keys: usize,
    /// How many keys of the document are not of a kind that is taken.
    pub skipped: usize,
    /// When the document in use was last fetched, in seconds since 1970.
    pub fetched_at: Option<i64>,
    /// After what time without a good fetch the keys are dropped.
    pub expires_in: Option<Duration>,
    /// Why the last fetch renewed nothing; nothing when it did.
    pub fault: Option<KeysFault>,
    /// How many fetches in a row renewed nothing.
    pub failures: u32,
    /// When the next fetch is due.
    pub next_in: Duration,
    /// Why the document is not on disk, or the one there was not read.
    pub store_fault: Option<StoreFault>,
}
