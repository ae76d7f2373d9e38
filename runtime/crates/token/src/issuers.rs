use std::sync::Arc;

use aws_lc_rs::digest::{Context, SHA256};

use crate::UnixSeconds;
use crate::claimed;
use crate::claims::VerifiedClaims;
use crate::config::{ConfigFault, IssuerConfig};
use crate::fault::TokenFault;
use crate::issuer::Issuer;

/// All declared issuers. Made anew when one of them changes, its keys included.
#[derive(Debug)]
pub struct Issuers {
    list: Box<[Arc<Issuer>]>,
    fingerprint: [u8; 32],
}

/// What a bearer value turned out to be.
#[derive(Clone, Debug)]
pub enum Bearer {
    /// No JWT of a declared issuer: the request carries no user.
    NotOurs,
    /// A JWT that names this declared issuer (here by its name in policy) and is refused: 401
    /// before anything else.
    Refused(Arc<str>, TokenFault),
    /// A token that holds.
    Verified(Arc<VerifiedClaims>),
}

impl Issuers {
    /// The issuers of one set of declarations; there may be none.
    ///
    /// # Errors
    /// Which issuer is declared twice.
    pub fn new(list: Vec<Arc<Issuer>>) -> Result<Self, ConfigFault> {
        let mut digest = Context::new(&SHA256);
        for (place, issuer) in list.iter().enumerate() {
            let same = |earlier: &Arc<Issuer>| {
                earlier.issuer() == issuer.issuer() || earlier.name() == issuer.name()
            };
            if list.iter().take(place).any(same) {
                return Err(ConfigFault::DuplicateIssuer(issuer.name().to_owned()));
            }
            issuer.describe(&mut digest);
        }
        let mut fingerprint = [0; 32];
        fingerprint.copy_from_slice(digest.finish().as_ref());
        Ok(Self { list: list.into(), fingerprint })
    }

    /// Whether no issuer is declared.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The declared issuer a bearer value names, whether or not it is right in doing so.
    #[must_use]
    pub fn peek_issuer(&self, bearer: &str) -> Option<&Issuer> {
        // What is longer cannot stand in a request's head.
        if bearer.len() > IssuerConfig::MAX_TOKEN_BYTES {
            return None;
        }
        let claimed = claimed::issuers(bearer);
        let named = |issuer: &&Arc<Issuer>| claimed.iter().any(|name| **name == *issuer.issuer());
        self.list.iter().find(named).map(|issuer| &**issuer)
    }

    /// Judges the value behind `Bearer ` at `now`, each time anew. A [`Cache`] spares the repeated
    /// signature check.
    ///
    /// [`Cache`]: crate::Cache
    #[must_use]
    pub fn read(&self, bearer: &str, now: UnixSeconds) -> Bearer {
        let Some(issuer) = self.peek_issuer(bearer) else { return Bearer::NotOurs };
        match issuer.verify(bearer, now) {
            Ok(claims) => Bearer::Verified(Arc::new(claims)),
            Err(fault) => Bearer::Refused(issuer.shared_name(), fault),
        }
    }

    /// SHA-256 of the declarations, keys included, followed by the token. So a changed declaration
    /// or key set finds nothing that was verified under the old one.
    pub(crate) fn digest(&self, token: &str) -> [u8; 32] {
        let mut digest = Context::new(&SHA256);
        digest.update(&self.fingerprint);
        digest.update(token.as_bytes());
        let mut own = [0; 32];
        own.copy_from_slice(digest.finish().as_ref());
        own
    }
}
