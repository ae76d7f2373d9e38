//! Users' tokens: what `Authorization: Bearer` says, by the issuers of a generation.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use meshc_decide::{LoadFault, Tables, User};
use meshc_http1::{FieldId, Head};
use meshc_keys::Url;
use meshc_snapshot::slice::TokenKeys;
use meshc_token::{Bearer, Cache, Issuers, TokenFault, UnixSeconds, VerifiedClaims};

use crate::issuer_keys::{IssuerKeys, Lease};

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
    keys: Arc<IssuerKeys>,
    known: RwLock<(u64, Arc<Issuers>)>,
    /// Issuers whose keys are fetched.
    urls: Vec<(String, Url)>,
    /// Has them fetched for as long as this is.
    _lease: Lease,
}

impl Tokens {
    /// The issuers of these tables.
    ///
    /// # Errors
    /// Keys that cannot be fetched, whatever happens.
    pub fn new(tables: &Tables, keys: &Arc<IssuerKeys>) -> Result<Self, String> {
        let mut urls = Vec::new();
        let mut watched = BTreeMap::new();
        for one in &tables.slice().inbound.issuers {
            let TokenKeys::Url { url, refresh_seconds } = &one.keys else { continue };
            let wrong = |fault| format!("issuer `{}`: `{url}`: {fault}", one.name);
            let url = Url::parse(url).map_err(wrong)?;
            urls.push((one.name.clone(), url.clone()));
            watched.insert(url, *refresh_seconds);
        }
        let lease = keys.lease(watched)?;
        let version = keys.version();
        let issuers = issuers(tables, &urls, keys).map_err(|fault| fault.to_string())?;
        let (keys, known) = (Arc::clone(keys), RwLock::new((version, Arc::new(issuers))));
        Ok(Self { keys, known, urls, _lease: lease })
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
            self.keys.nudge(url);
        }
        presented
    }

    /// The issuers with the keys of now. They are put together anew once after a key set changed.
    fn issuers(&self, tables: &Tables) -> Arc<Issuers> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let version = if self.urls.is_empty() { known.0 } else { self.keys.version() };
        if known.0 == version {
            return Arc::clone(&known.1);
        }
        drop(known);
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.0 != version
            && let Ok(issuers) = issuers(tables, &self.urls, &self.keys)
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

fn issuers(
    tables: &Tables,
    urls: &[(String, Url)],
    keys: &IssuerKeys,
) -> Result<Issuers, LoadFault> {
    tables.issuers(|wanted| {
        let (_, url) = urls.iter().find(|(_, url)| url.as_str() == wanted)?;
        keys.get(url)
    })
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
