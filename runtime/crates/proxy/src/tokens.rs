//! Users' tokens: what `Authorization: Bearer` says, by the issuers of a generation.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use meshc_decide::{LoadFault, Tables, User};
use meshc_http1::{FieldId, Head};
use meshc_snapshot::slice::TokenKeys;
use meshc_token::{Bearer, Cache, Issuers, KeySet, TokenFault, UnixSeconds, VerifiedClaims};

/// Keys that come from elsewhere than the snapshot, by their URL.
pub trait KeySource: fmt::Debug + Send + Sync {
    /// Changes whenever a key set does.
    fn version(&self) -> u64;
    /// The last good keys of a URL.
    fn get(&self, url: &str) -> Option<KeySet>;
    /// A token names a key that is not among those of this URL: they may be fetched early.
    fn nudge(&self, url: &str);
}

/// No keys but those of the snapshot.
#[derive(Debug)]
pub struct NoSource;

impl KeySource for NoSource {
    fn version(&self) -> u64 {
        0
    }

    fn get(&self, _: &str) -> Option<KeySet> {
        None
    }

    fn nudge(&self, _: &str) {}
}

/// What a request presents.
#[derive(Clone, Debug)]
pub enum Presented {
    /// No token that anybody here reads.
    Nobody,
    /// One of this declared issuer that is refused.
    Unsound(Arc<str>, TokenFault),
    /// One that holds.
    Verified(Arc<VerifiedClaims>),
}

/// The issuers of one generation, with the keys that are known now.
#[derive(Debug)]
pub struct Tokens {
    source: Arc<dyn KeySource>,
    known: RwLock<(u64, Arc<Issuers>)>,
    /// Issuers whose keys are fetched: name and URL.
    urls: Vec<(String, String)>,
}

impl Tokens {
    /// The issuers of these tables.
    ///
    /// # Errors
    /// A declaration that cannot be; never of tables that were loaded.
    pub fn new(tables: &Tables, source: Arc<dyn KeySource>) -> Result<Self, LoadFault> {
        let version = source.version();
        let issuers = Arc::new(tables.issuers(|url| source.get(url))?);
        let declared = tables.slice().inbound.issuers.iter();
        let urls = declared.filter_map(|one| match &one.keys {
            TokenKeys::Url { url, .. } => Some((one.name.clone(), url.clone())),
            TokenKeys::Inline(_) => None,
        });
        Ok(Self { source, known: RwLock::new((version, issuers)), urls: urls.collect() })
    }

    /// What a request says about its user, at `now`. Tokens that were verified before and still
    /// hold are found in `cache`.
    #[must_use]
    pub fn read(
        &self,
        tables: &Tables,
        (head, input): (&Head, &[u8]),
        cache: &mut Cache,
        now: UnixSeconds,
    ) -> Presented {
        if tables.slice().inbound.issuers.is_empty() {
            return Presented::Nobody;
        }
        let issuers = self.issuers(tables);
        let fields = || {
            let named = head.fields(input).filter(|field| field.id == FieldId::Authorization);
            named.map(|field| bearer(field.value))
        };
        let presented = match (fields().count(), fields().flatten().next()) {
            (_, None) => Presented::Nobody,
            (1, Some(token)) => match cache.read(&issuers, token, now) {
                Bearer::NotOurs => Presented::Nobody,
                Bearer::Refused(issuer, fault) => Presented::Unsound(issuer, fault),
                Bearer::Verified(claims) => Presented::Verified(claims),
            },
            // An application may read any of several fields; none of them is worth a signature.
            (..) => match fields().flatten().find_map(|token| issuers.peek_issuer(token)) {
                None => Presented::Nobody,
                Some(issuer) => Presented::Unsound(issuer.name().into(), TokenFault::Several),
            },
        };
        if let Presented::Unsound(issuer, TokenFault::UnknownKey | TokenFault::NoKeys) = &presented
            && let Some((_, url)) = self.urls.iter().find(|(name, _)| **name == **issuer)
        {
            self.source.nudge(url);
        }
        presented
    }

    /// The issuers with the keys of now. They are put together anew once after a key set changed.
    fn issuers(&self, tables: &Tables) -> Arc<Issuers> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let version = if self.urls.is_empty() { known.0 } else { self.source.version() };
        if known.0 == version {
            return Arc::clone(&known.1);
        }
        drop(known);
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.0 != version
            && let Ok(issuers) = tables.issuers(|url| self.source.get(url))
        {
            *known = (version, Arc::new(issuers));
        }
        Arc::clone(&known.1)
    }
}

impl Presented {
    /// The user, for the core.
    #[must_use]
    pub fn user(&self) -> User<'_> {
        match self {
            Self::Nobody => User::Nobody,
            Self::Unsound(issuer, fault) => User::Unsound(issuer, *fault),
            Self::Verified(claims) => User::Verified(&**claims),
        }
    }
}

/// What stands behind `Bearer` (RFC 6750, 2.1), in any case and with any blanks: whoever reads it
/// less strictly than we must not find a token that we did not see.
fn bearer(value: &[u8]) -> Option<&str> {
    let text = core::str::from_utf8(value).ok()?;
    let (scheme, token) = text.trim().split_once([' ', '\t'])?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bearer_is_read_in_every_spelling() {
        for value in ["Bearer x", "bearer x", "BEARER  x ", "Bearer\tx", " Bearer \t x"] {
            assert_eq!(bearer(value.as_bytes()), Some("x"), "{value:?}");
        }
        for value in ["Bearer", "Basic x", "Bearerx", "", "x Bearer y"] {
            assert_eq!(bearer(value.as_bytes()), None, "{value:?}");
        }
        assert_eq!(bearer(b"Bearer \xff"), None);
    }
}
