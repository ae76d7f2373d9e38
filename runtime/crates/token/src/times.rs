use crate::UnixSeconds;
use crate::fault::TokenFault;
use crate::json::{Json, Object};

/// When a token holds, skew included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Times {
    /// The first second in which it holds.
    from: UnixSeconds,
    /// The first second in which it no longer holds.
    until: UnixSeconds,
    /// Its `exp`.
    expires: UnixSeconds,
}

/// The last second of the year 9999. Later ones are milliseconds by mistake, or an attack on
/// somebody's arithmetic.
const LAST: UnixSeconds = 253_402_300_799;

impl Times {
    /// Reads `exp`, which must be there, `nbf` and `iat`.
    pub(crate) fn read(payload: &Object, skew: u32) -> Result<Self, TokenFault> {
        let expires = seconds(payload, "exp")?.ok_or(TokenFault::NoExpiry)?;
        let not_before = seconds(payload, "nbf")?.unwrap_or(0);
        let issued = seconds(payload, "iat")?.unwrap_or(0);
        let skew = UnixSeconds::from(skew);
        Ok(Self { from: not_before.max(issued) - skew, until: expires + skew, expires })
    }

    /// Whether the token holds at `now`.
    pub(crate) fn hold(self, now: UnixSeconds) -> bool {
        self.from <= now && now < self.until
    }

    pub(crate) fn expires(self) -> UnixSeconds {
        self.expires
    }
}

/// Says which time is broken at `now`.
pub(crate) fn check(payload: &Object, skew: u32, now: UnixSeconds) -> Result<Times, TokenFault> {
    let times = Times::read(payload, skew)?;
    if now >= times.until {
        return Err(TokenFault::Expired);
    }
    if now < times.from {
        let limit = now.saturating_add(UnixSeconds::from(skew));
        let late = seconds(payload, "nbf")?.is_some_and(|from| from > limit);
        return Err(if late { TokenFault::NotYetValid } else { TokenFault::IssuedInFuture });
    }
    Ok(times)
}

/// A NumericDate (RFC 7519, section 2), of which only whole seconds written as such are taken.
fn seconds(payload: &Object, name: &str) -> Result<Option<UnixSeconds>, TokenFault> {
    match payload.get(name) {
        None => Ok(None),
        Some(Json::Integer(value)) if (0..=LAST).contains(value) => Ok(Some(*value)),
        Some(_) => Err(TokenFault::Time),
    }
}
