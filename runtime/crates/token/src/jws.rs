//! A JWS in compact form (RFC 7515, 7.1): a header, some bytes and a signature over both.

use aws_lc_rs::signature::ParsedPublicKey;

use crate::algorithm::Algorithm;
use crate::base64url;
use crate::fault::TokenFault;
use crate::json::Object;
use crate::key_set::KeySet;

/// A JWS whose header was read and found fit; nothing of it is verified.
///
/// The header members `jwk`, `jku`, `x5u` and `x5c` are ignored as any unknown one is: issuers do
/// send them, and a key is only ever taken from the issuer's key set.
pub(crate) struct Compact<'t> {
    algorithm: Algorithm,
    key_id: Option<Box<str>>,
    signed: &'t str,
    payload: Vec<u8>,
    signature: Vec<u8>,
}

/// The most values a header may hold.
const MAX_VALUES: u32 = 64;

impl<'t> Compact<'t> {
    /// Splits a token and reads its header. `allowed` are the algorithms it may name.
    pub(crate) fn read(token: &'t str, allowed: &[Algorithm]) -> Result<Self, TokenFault> {
        let (signed, signature) = token.rsplit_once('.').ok_or(TokenFault::Form)?;
        let (header, payload) = signed.split_once('.').ok_or(TokenFault::Form)?;
        let part = |text: &str| base64url::decode(text).ok_or(TokenFault::Form);
        // A further dot is no letter of base64url.
        let (header, payload, signature) = (part(header)?, part(payload)?, part(signature)?);
        let header = Object::read(&header, MAX_VALUES).ok_or(TokenFault::Header)?;
        if header.get("crit").is_some() || header.get("b64").is_some() {
            return Err(TokenFault::Critical);
        }
        let algorithm = optional_text(&header, "alg")?
            .and_then(Algorithm::parse)
            .filter(|algorithm| allowed.contains(algorithm))
            .ok_or(TokenFault::Algorithm)?;
        if !optional_text(&header, "typ")?.is_none_or(is_access_token) {
            return Err(TokenFault::Type);
        }
        let key_id = optional_text(&header, "kid")?.map(Into::into);
        Ok(Self { algorithm, key_id, signed, payload, signature })
    }

    /// Gives the payload when one of the keys made the signature: the key that is named, or, when
    /// none is, one of those that fit the algorithm.
    pub(crate) fn verify(self, keys: &KeySet) -> Result<Vec<u8>, TokenFault> {
        let made_it =
            |key: &ParsedPublicKey| key.verify_sig(self.signed.as_bytes(), &self.signature).is_ok();
        let sound = match &self.key_id {
            Some(id) => {
                let key = keys.named(id).ok_or(TokenFault::UnknownKey)?;
                made_it(key.verifier(self.algorithm).ok_or(TokenFault::KeyMismatch)?)
            }
            None => {
                let mut fitting = keys.fitting(self.algorithm).peekable();
                fitting.peek().ok_or(TokenFault::UnknownKey)?;
                fitting.any(made_it)
            }
        };
        if sound { Ok(self.payload) } else { Err(TokenFault::Signature) }
    }
}

fn optional_text<'o>(object: &'o Object, name: &str) -> Result<Option<&'o str>, TokenFault> {
    match object.get(name) {
        None => Ok(None),
        Some(value) => value.text().map(Some).ok_or(TokenFault::Header),
    }
}

/// `JWT` (RFC 7519, 5.1) or `at+jwt` (RFC 9068, 4), of which `application/` may be left out and
/// whose case does not matter (RFC 7515, 4.1.9).
fn is_access_token(typ: &str) -> bool {
    let typ = typ.to_ascii_lowercase();
    matches!(typ.strip_prefix("application/").unwrap_or(&typ), "jwt" | "at+jwt")
}
