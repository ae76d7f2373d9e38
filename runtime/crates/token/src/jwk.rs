//! One public key of RFC 7517, 7518 section 6 and 8037, ready to verify.

use aws_lc_rs::signature::{ED25519, ParsedPublicKey, RsaPublicKeyComponents};

use crate::algorithm::{Algorithm, Scheme};
use crate::base64url;
use crate::json::{Json, Object};

/// A key and the algorithms it verifies: those of its type, or the one its `alg` names.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    id: Option<Box<str>>,
    verifiers: Box<[(Algorithm, ParsedPublicKey)]>,
}

/// Why a key spoils its whole set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyFault {
    /// It holds a secret.
    Secret,
    /// It is not what its type demands.
    Malformed,
}

/// The numbers of a key, checked as far as the library does not.
enum Material {
    Rsa { modulus: Vec<u8>, exponent: Vec<u8> },
    P256(Vec<u8>),
    P384(Vec<u8>),
    Ed25519(Vec<u8>),
}

/// Members that only a private or symmetric key has (RFC 7518, 6.2.2, 6.3.2 and 6.4; 8037, 2).
const SECRETS: [&str; 9] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"];

/// Sizes of an RSA modulus that are taken, in bits.
const RSA_BITS: core::ops::RangeInclusive<usize> = 2048..=4096;

impl Key {
    /// Reads a key. `None` is a key that is none of ours: of another type, curve or size, for
    /// another use or another algorithm.
    pub(crate) fn read(object: &Object) -> Result<Option<Self>, KeyFault> {
        if SECRETS.iter().any(|name| object.get(name).is_some()) {
            return Err(KeyFault::Secret);
        }
        if optional_text(object, "use")?.is_some_and(|word| word != "sig") || !may_verify(object)? {
            return Ok(None);
        }
        let only = match optional_text(object, "alg")?.map(Algorithm::parse) {
            Some(None) => return Ok(None),
            named => named.flatten(),
        };
        let Some(material) = Material::read(object)? else { return Ok(None) };
        let mut verifiers = Vec::new();
        for algorithm in Algorithm::ALL {
            if only.is_none_or(|only| only == algorithm) {
                verifiers.extend(material.verifier(algorithm)?.map(|key| (algorithm, key)));
            }
        }
        let id = optional_text(object, "kid")?.map(Into::into);
        // A key whose `alg` is of another type is of no use.
        Ok((!verifiers.is_empty()).then(|| Self { id, verifiers: verifiers.into() }))
    }

    pub(crate) fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// The key for one algorithm, when its type and its `alg` fit.
    pub(crate) fn verifier(&self, algorithm: Algorithm) -> Option<&ParsedPublicKey> {
        let found = self.verifiers.iter().find(|(each, _)| *each == algorithm);
        found.map(|(_, key)| key)
    }
}

impl Material {
    fn read(object: &Object) -> Result<Option<Self>, KeyFault> {
        let kind = object.text("kty").ok_or(KeyFault::Malformed)?;
        Ok(match (kind, optional_text(object, "crv")?) {
            ("RSA", _) => Self::rsa(bytes(object, "n")?, bytes(object, "e")?)?,
            ("EC", Some("P-256")) => Some(Self::P256(point(object, 32)?)),
            ("EC", Some("P-384")) => Some(Self::P384(point(object, 48)?)),
            ("OKP", Some("Ed25519")) => Some(Self::Ed25519(coordinate(object, "x", 32)?)),
            ("EC" | "OKP", None) => return Err(KeyFault::Malformed),
            _ => None,
        })
    }

    /// Both numbers without leading zeros and odd, as every RSA key's are; the exponent at least 3
    /// and at most 32 bits long. With an exponent of 1 anybody could sign.
    fn rsa(modulus: Vec<u8>, exponent: Vec<u8>) -> Result<Option<Self>, KeyFault> {
        let odd = |number: &[u8]| number.last().is_some_and(|last| last % 2 == 1);
        let short = |number: &[u8]| number.first().is_some_and(|first| *first != 0);
        let sound = [&modulus, &exponent].into_iter().all(|number| odd(number) && short(number));
        if !sound || exponent.len() > 4 || exponent == [1] {
            return Err(KeyFault::Malformed);
        }
        let unused = modulus.first().map_or(0, |first| first.leading_zeros() as usize);
        let bits = (modulus.len() * 8).saturating_sub(unused);
        Ok(RSA_BITS.contains(&bits).then_some(Self::Rsa { modulus, exponent }))
    }

    /// The library's key for one algorithm; it checks that a point lies on its curve.
    fn verifier(&self, algorithm: Algorithm) -> Result<Option<ParsedPublicKey>, KeyFault> {
        let key = match (self, algorithm.scheme()) {
            (Self::Rsa { modulus, exponent }, Scheme::Rsa(parameters)) => {
                RsaPublicKeyComponents { n: modulus, e: exponent }.to_parsed_public_key(parameters)
            }
            (Self::P256(point), Scheme::Ecdsa(parameters)) if algorithm == Algorithm::Es256 => {
                ParsedPublicKey::new(parameters, point)
            }
            (Self::P384(point), Scheme::Ecdsa(parameters)) if algorithm == Algorithm::Es384 => {
                ParsedPublicKey::new(parameters, point)
            }
            (Self::Ed25519(point), Scheme::Ed25519) => ParsedPublicKey::new(&ED25519, point),
            _ => return Ok(None),
        };
        key.map(Some).map_err(|_| KeyFault::Malformed)
    }
}

/// `key_ops`, when there, must hold `verify` (RFC 7517, 4.3).
fn may_verify(object: &Object) -> Result<bool, KeyFault> {
    match object.get("key_ops") {
        None => Ok(true),
        Some(Json::List(words)) => Ok(words.iter().any(|word| word.text() == Some("verify"))),
        Some(_) => Err(KeyFault::Malformed),
    }
}

fn optional_text<'o>(object: &'o Object, name: &str) -> Result<Option<&'o str>, KeyFault> {
    match object.get(name) {
        None => Ok(None),
        Some(value) => value.text().map(Some).ok_or(KeyFault::Malformed),
    }
}

fn bytes(object: &Object, name: &str) -> Result<Vec<u8>, KeyFault> {
    object.text(name).and_then(base64url::decode).ok_or(KeyFault::Malformed)
}

/// A coordinate at full length (RFC 7518, 6.2.1.2).
fn coordinate(object: &Object, name: &str, len: usize) -> Result<Vec<u8>, KeyFault> {
    let bytes = bytes(object, name)?;
    if bytes.len() == len { Ok(bytes) } else { Err(KeyFault::Malformed) }
}

/// An uncompressed point (SEC 1, 2.3.3).
fn point(object: &Object, len: usize) -> Result<Vec<u8>, KeyFault> {
    let (x, y) = (coordinate(object, "x", len)?, coordinate(object, "y", len)?);
    Ok([&[4][..], &x, &y].concat())
}
