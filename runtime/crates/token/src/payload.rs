use core::fmt;

use crate::claim::{Claim, ClaimPath};
use crate::json::Object;

/// The payload of a token, or what stands for one: a JSON object, read strictly. It says nothing of
/// whether anybody signed it; that is [`VerifiedClaims`].
///
/// [`VerifiedClaims`]: crate::VerifiedClaims
#[derive(Default)]
pub struct Payload(Object);

/// The most values a payload may hold, nested ones included. Bounds what a verified token takes in
/// memory: about 64 KiB for the longest one that is allowed by default.
const MAX_VALUES: u32 = 1024;

impl Payload {
    /// Reads one JSON object of at most 1024 values, nested at most 16 deep, in which no name stands
    /// twice; nothing for everything else.
    #[must_use]
    pub fn read(json: &[u8]) -> Option<Self> {
        Object::read(json, MAX_VALUES).map(Self)
    }

    /// The claim that stands at `path`, or nothing when there is none. A `scope` at the top is a
    /// list of its words.
    #[must_use]
    pub fn get(&self, path: &ClaimPath) -> Option<Claim<'_>> {
        path.find(&self.0)
    }

    pub(crate) const fn object(&self) -> &Object {
        &self.0
    }
}

/// Tells no claim.
impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Payload").finish_non_exhaustive()
    }
}
