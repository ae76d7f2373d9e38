use core::fmt;
use std::sync::Arc;

use crate::UnixSeconds;
use crate::payload::Payload;
use crate::times::Times;

/// The claims of a token that was verified; only [`Issuer::verify`] makes them.
///
/// [`Issuer::verify`]: crate::Issuer::verify
pub struct VerifiedClaims {
    issuer: Arc<str>,
    times: Times,
    payload: Payload,
}

impl VerifiedClaims {
    pub(crate) fn new(issuer: Arc<str>, times: Times, payload: Payload) -> Self {
        Self { issuer, times, payload }
    }

    /// The declared issuer whose key made the signature, by its name in policy.
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

    /// What the token says.
    #[must_use]
    pub const fn payload(&self) -> &Payload {
        &self.payload
    }

    /// The user the token speaks for, when it says so.
    #[must_use]
    pub fn subject(&self) -> Option<&str> {
        self.payload.object().text("sub")
    }
}

impl fmt::Debug for VerifiedClaims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("VerifiedClaims");
        shown.field("issuer", &self.issuer).field("times", &self.times).finish_non_exhaustive()
    }
}
