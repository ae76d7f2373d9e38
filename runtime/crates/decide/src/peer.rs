use core::net::IpAddr;
use core::sync::atomic::{AtomicU64, Ordering};

use crate::bits::Bits;

/// Who is at the other end of a connection, and which rules can ever speak of them. Made once per
/// connection by [`crate::Tables::peer`]. It belongs to the tables that made it; other tables see
/// that and work it out anew for each request, so it is better made again after a swap.
#[derive(Clone, Debug)]
pub struct Peer {
    pub(crate) made_by: Stamp,
    pub(crate) identity: Option<Box<str>>,
    pub(crate) address: Option<IpAddr>,
    pub(crate) guardrails: Bits,
    pub(crate) deny: Bits,
    pub(crate) allow: Bits,
}

/// Tells one set of tables from every other of this process.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Stamp(u64);

impl Stamp {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

impl Peer {
    /// The verified SPIFFE ID; absent for somebody who proved none.
    #[must_use]
    pub fn identity(&self) -> Option<&str> {
        self.identity.as_deref()
    }

    /// The address the connection comes from, where it is known.
    #[must_use]
    pub const fn address(&self) -> Option<IpAddr> {
        self.address
    }
}
