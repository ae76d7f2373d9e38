//! DSSE envelopes: signed bytes of a named type (github.com/secure-systems-lab/dsse, version 1).

use core::fmt;

use serde::{Deserialize, Serialize};

use crate::base64;

/// The type of a signed manifest.
pub const MANIFEST_TYPE: &str = "application/vnd.meshc.manifest+json";

/// Longest envelope that is read, in bytes.
pub const MAX_BYTES: usize = 64 << 20;

/// Most signatures that are tried.
pub const MAX_SIGNATURES: usize = 16;

/// Why an envelope was not opened.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum NotOpened {
    /// Longer than [`MAX_BYTES`].
    TooLong,
    /// Not the JSON of an envelope, or its base64 is not the one spelling.
    Malformed,
    /// Its payload is of another type.
    OtherType,
    /// It carries no signature.
    Unsigned,
    /// More than [`MAX_SIGNATURES`] signatures.
    TooManySignatures,
    /// No signature is by a key that is trusted.
    Untrusted,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Envelope {
    payload: String,
    payload_type: String,
    signatures: Vec<Signature>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Signature {
    #[serde(default)]
    keyid: String,
    sig: String,
}

/// The payload of an envelope of a manifest, once `verify(keyid, message, signature)` has said yes
/// to one of its signatures. `verify` finds the key by its id and answers no where it trusts none.
///
/// # Errors
/// Why it was not opened; nothing of the payload was interpreted.
pub fn open(
    bytes: &[u8],
    verify: impl Fn(&str, &[u8], &[u8]) -> bool,
) -> Result<Vec<u8>, NotOpened> {
    if bytes.len() > MAX_BYTES {
        return Err(NotOpened::TooLong);
    }
    let envelope: Envelope = serde_json::from_slice(bytes).map_err(|_| NotOpened::Malformed)?;
    if envelope.payload_type != MANIFEST_TYPE {
        return Err(NotOpened::OtherType);
    }
    match envelope.signatures.len() {
        0 => return Err(NotOpened::Unsigned),
        count if count > MAX_SIGNATURES => return Err(NotOpened::TooManySignatures),
        _ => {}
    }
    let payload = base64::decode(&envelope.payload).ok_or(NotOpened::Malformed)?;
    let message = pre_authentication(&envelope.payload_type, &payload);
    for signature in &envelope.signatures {
        let sig = base64::decode(&signature.sig).ok_or(NotOpened::Malformed)?;
        if verify(&signature.keyid, &message, &sig) {
            return Ok(payload);
        }
    }
    Err(NotOpened::Untrusted)
}

/// An envelope around `payload` with signatures as (key id, signature) pairs.
#[must_use]
pub fn seal(payload: &[u8], signatures: &[(String, Vec<u8>)]) -> Vec<u8> {
    let signatures = signatures
        .iter()
        .map(|(keyid, sig)| Signature { keyid: keyid.clone(), sig: base64::encode(sig) })
        .collect();
    let envelope = Envelope {
        payload: base64::encode(payload),
        payload_type: MANIFEST_TYPE.to_owned(),
        signatures,
    };
    serde_json::to_vec(&envelope).unwrap_or_default()
}

/// The bytes that are signed: DSSE's pre-authentication encoding.
#[must_use]
pub fn pre_authentication(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let head = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len());
    let mut message = head.into_bytes();
    message.extend_from_slice(payload);
    message
}

impl fmt::Display for NotOpened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLong => "the envelope is longer than 64 MiB",
            Self::Malformed => "this is no DSSE envelope",
            Self::OtherType => "the envelope holds something other than a manifest",
            Self::Unsigned => "the manifest is not signed",
            Self::TooManySignatures => "the envelope carries more than 16 signatures",
            Self::Untrusted => "no signature of the manifest is by a trusted key",
        })
    }
}

impl core::error::Error for NotOpened {}

#[cfg(test)]
mod tests {
    use super::*;

    /// Stands for a signature scheme: the signature is key id and message.
    fn sign(keyid: &str, message: &[u8]) -> Vec<u8> {
        [keyid.as_bytes(), message].concat()
    }

    fn trusts<'a>(trusted: &'a str) -> impl Fn(&str, &[u8], &[u8]) -> bool + 'a {
        move |keyid, message, sig| keyid == trusted && sig == sign(keyid, message)
    }

    fn sealed(payload: &[u8], keys: &[&str]) -> Vec<u8> {
        let message = pre_authentication(MANIFEST_TYPE, payload);
        let signatures: Vec<_> =
            keys.iter().map(|key| ((*key).to_owned(), sign(key, &message))).collect();
        seal(payload, &signatures)
    }

    #[test]
    fn pre_authentication_is_that_of_the_specification() {
        let wanted = b"DSSEv1 29 http://example.com/HelloWorld 11 hello world";
        assert_eq!(pre_authentication("http://example.com/HelloWorld", b"hello world"), wanted);
    }

    #[test]
    fn one_trusted_signature_opens() {
        assert_eq!(open(&sealed(b"{}", &["other", "ours"]), trusts("ours")), Ok(b"{}".to_vec()));
    }

    #[test]
    fn everything_else_stays_closed() {
        use NotOpened::{Malformed, OtherType, TooManySignatures, Unsigned, Untrusted};
        let good = String::from_utf8(sealed(b"{}", &["ours"])).unwrap();
        let cases = [
            (good.replace("e30=", "e31="), Malformed),
            (good.replace("e30=", "W10="), Untrusted),
            (good.replace("manifest+json", "other+json"), OtherType),
            (good.replace("\"ours\"", "\"theirs\""), Untrusted),
            (good.replace("\"payload\"", "\"extra\":1,\"payload\""), Malformed),
            (String::from_utf8(sealed(b"{}", &[])).unwrap(), Unsigned),
            (String::from_utf8(sealed(b"{}", &["x"; 17])).unwrap(), TooManySignatures),
            ("[".to_owned(), Malformed),
        ];
        for (text, wanted) in cases {
            assert_eq!(open(text.as_bytes(), trusts("ours")), Err(wanted), "{text}");
        }
    }
}
