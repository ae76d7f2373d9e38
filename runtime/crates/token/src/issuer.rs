use core::fmt;
use std::sync::Arc;

use aws_lc_rs::digest::Context;

use crate::UnixSeconds;
use crate::algorithm::Algorithm;
use crate::claims::VerifiedClaims;
use crate::config::{ConfigFault, IssuerConfig};
use crate::fault::TokenFault;
use crate::json::{Json, Object};
use crate::jws::Compact;
use crate::payload::Payload;
use crate::times;

/// A declared issuer of tokens, with its keys.
pub struct Issuer {
    name: Arc<str>,
    config: IssuerConfig,
}

impl Issuer {
    /// An issuer as declared.
    ///
    /// # Errors
    /// What of the declaration is out of bounds.
    pub fn new(config: IssuerConfig) -> Result<Self, ConfigFault> {
        config.check()?;
        Ok(Self { name: config.name.as_str().into(), config })
    }

    /// What policy calls it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The `iss` of its tokens.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.config.issuer
    }

    pub(crate) fn shared_name(&self) -> Arc<str> {
        Arc::clone(&self.name)
    }

    /// Verifies a token at `now`: its form, header and signature, then that it was issued by this
    /// issuer, for us, and holds now. The payload is not looked at before its signature is sound.
    ///
    /// A token that names a key by `kid` must have been signed with that one; otherwise the first
    /// four keys of the algorithm's type are tried. Keys and places of keys in the header are
    /// ignored. A token holds from `nbf` and `iat` to before `exp`, each with the skew.
    ///
    /// # Errors
    /// The first rule broken.
    pub fn verify(&self, token: &str, now: UnixSeconds) -> Result<VerifiedClaims, TokenFault> {
        if token.len() > self.config.max_token_bytes {
            return Err(TokenFault::TooLong);
        }
        let compact = Compact::read(token, &self.config.algorithms)?;
        let keys = self.config.keys.as_ref().ok_or(TokenFault::NoKeys)?;
        let payload = compact.verify(keys)?;
        let payload = Payload::read(&payload).ok_or(TokenFault::Payload)?;
        let object = payload.object();
        if object.text("iss") != Some(self.issuer()) {
            return Err(TokenFault::Issuer);
        }
        if !self.is_for_us(object) {
            return Err(TokenFault::Audience);
        }
        let times = times::check(object, self.config.skew_seconds, now)?;
        Ok(VerifiedClaims::new(Arc::clone(&self.name), times, payload))
    }

    /// `aud` is text or a list of nothing but texts (RFC 7519, 4.1.3), one of which is ours.
    fn is_for_us(&self, payload: &Object) -> bool {
        let ours = |text: &str| self.config.audiences.iter().any(|each| each == text);
        match payload.get("aud") {
            Some(Json::Text(text)) => ours(text),
            Some(Json::List(items)) => {
                items.iter().all(|item| item.text().is_some())
                    && items.iter().filter_map(Json::text).any(ours)
            }
            _ => false,
        }
    }

    /// Feeds everything that a verdict depends on, in a form that no other declaration has.
    pub(crate) fn describe(&self, digest: &mut Context) {
        let IssuerConfig {
            name,
            issuer,
            audiences,
            algorithms,
            skew_seconds,
            max_token_bytes,
            keys,
        } = &self.config;
        let mut part = |bytes: &[u8]| {
            digest.update(&(bytes.len() as u64).to_be_bytes());
            digest.update(bytes);
        };
        part(name.as_bytes());
        part(issuer.as_bytes());
        part(&(audiences.len() as u64).to_be_bytes());
        audiences.iter().for_each(|each| part(each.as_bytes()));
        part(&(algorithms.len() as u64).to_be_bytes());
        algorithms.iter().copied().map(Algorithm::name).for_each(|each| part(each.as_bytes()));
        part(&skew_seconds.to_be_bytes());
        part(&(*max_token_bytes as u64).to_be_bytes());
        part(keys.as_ref().map_or(&[][..], |keys| keys.digest()));
    }
}

impl fmt::Debug for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Issuer").field(&self.config).finish()
    }
}
