use core::fmt;
use std::sync::Arc;

use crate::UnixSeconds;
use crate::claims::VerifiedClaims;
use crate::issuers::{Bearer, Issuers};

/// Verified tokens by the digest of token and declarations; for one thread.
///
/// It holds at most as many tokens as it was made for and gives none that no longer holds. Each
/// token has four places it may stand in; when all are taken, the one that was not asked for
/// longest makes room. Refused tokens are not remembered, so nobody can fill it with them.
pub struct Cache {
    sets: Box<[Set]>,
}

/// Why a cache cannot be of a size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CacheFault;

/// Most recently asked for first.
type Set = [Option<Entry>; WAYS];

#[derive(Clone)]
struct Entry {
    digest: [u8; 32],
    claims: Arc<VerifiedClaims>,
}

const WAYS: usize = 4;

impl Cache {
    /// The most tokens a cache may hold.
    pub const MAX_TOKENS: usize = 1 << 16;

    /// A cache for `tokens`, a power of two from 4 to 65,536. Empty it takes 40 bytes for each; a
    /// token that is held takes what its claims do, with tokens of 8 KiB about 64 KiB at most.
    ///
    /// # Errors
    /// When `tokens` is something else.
    pub fn new(tokens: usize) -> Result<Self, CacheFault> {
        if !tokens.is_power_of_two() || !(WAYS..=Self::MAX_TOKENS).contains(&tokens) {
            return Err(CacheFault);
        }
        let sets = vec![[const { None }; WAYS]; tokens / WAYS];
        Ok(Self { sets: sets.into() })
    }

    /// As [`Issuers::read`], but a token that was verified before under the same declarations and
    /// still holds at `now` is not verified again.
    #[must_use]
    pub fn read(&mut self, issuers: &Issuers, bearer: &str, now: UnixSeconds) -> Bearer {
        let digest = issuers.digest(bearer);
        if let Some(claims) = self.get(&digest, now) {
            return Bearer::Verified(claims);
        }
        let read = issuers.read(bearer, now);
        if let Bearer::Verified(claims) = &read {
            self.insert(digest, Arc::clone(claims));
        }
        read
    }

    fn get(&mut self, digest: &[u8; 32], now: UnixSeconds) -> Option<Arc<VerifiedClaims>> {
        let set = self.set(digest)?;
        let held = |place: &Option<Entry>| place.as_ref().is_some_and(|e| e.digest == *digest);
        let at = set.iter().position(held)?;
        if let Some(upto) = set.get_mut(..=at) {
            upto.rotate_right(1);
        }
        let first = set.first_mut()?;
        let claims = first.as_ref().map(|entry| Arc::clone(&entry.claims))?;
        if claims.hold_at(now) {
            return Some(claims);
        }
        *first = None;
        None
    }

    /// Takes the place of an empty entry, else of the last one.
    fn insert(&mut self, digest: [u8; 32], claims: Arc<VerifiedClaims>) {
        let Some(set) = self.set(&digest) else { return };
        let at = set.iter().position(Option::is_none).unwrap_or(WAYS - 1);
        if let Some(upto) = set.get_mut(..=at) {
            upto.rotate_right(1);
        }
        if let Some(first) = set.first_mut() {
            *first = Some(Entry { digest, claims });
        }
    }

    /// The places of one digest. Their number is a power of two.
    fn set(&mut self, digest: &[u8; 32]) -> Option<&mut Set> {
        let (head, _) = digest.split_first_chunk()?;
        let index = usize::from_le_bytes(*head) & (self.sets.len() - 1);
        self.sets.get_mut(index)
    }
}

impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let held = self.sets.iter().flatten().flatten().count();
        write!(f, "Cache of {held} tokens, at most {}", self.sets.len() * WAYS)
    }
}

impl fmt::Display for CacheFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a cache holds a power of two of tokens, from 4 to 65536")
    }
}

impl core::error::Error for CacheFault {}
