use core::fmt;
use std::sync::Arc;

use crate::UnixSeconds;
use crate::claim::{Claim, ClaimPath};
use crate::json::Object;
use crate::times::Times;

/// The claims of a token that was verified; only [`Issuer::verify`] makes them.
///
/// [`Issuer::verify`]: crate::Issuer::verify
pub struct VerifiedClaims {
    issuer: Arc<str>,
    times: Times,
    payload: Object,
}

impl VerifiedClaims {
    pub(crate) fn new(issuer: Arc<str>, times: Times, payload: Object) -> Self {
        Self { issuer, times, payload }
    }

    /// The declared issuer whose key made the signature.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The second from which the token no longer holds, without skew.
    #[must_use]
    pub fn expires_at(&self) -> UnixSeconds {
        self.times.expires()
    }

    /// Whether the token holds at `now`, skew included.
    #[must_use]
    pub fn hold_at(&self, now: UnixSeconds) -> bool {
        self.times.hold(now)
    }

    /// The claim that stands at `path`, or nothing when there is none. A `scope` at the top is a
    /// list of its words.
    #[must_use]
    pub fn get(&self, path: &ClaimPath) -> Option<Claim<'_>> {
        path.find(&self.payload)
    }

    /// The user the token speaks for, when it says so.
    #[must_use]
    pub fn subject(&self) -> Option<&str> {
        self.payload.text("sub")
    }
}

impl fmt::Debug for VerifiedClaims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("VerifiedClaims");
        shown.field("issuer", &self.issuer).field("times", &self.times).finish_non_exhaustive()
    }
}
