//! The test bed: keys made on the fly and tokens signed with them.

use std::sync::{Arc, LazyLock};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair,
    KeyPair, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA384,
    RSA_PSS_SHA512, RsaKeyPair, RsaSignatureEncoding,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::{Algorithm, Issuer, IssuerConfig, Issuers, KeySet, UnixSeconds};

/// The clock of every test.
pub(crate) const NOW: UnixSeconds = 1_790_000_000;
pub(crate) const ISSUER: &str = "https://issuer.test";
pub(crate) const AUDIENCE: &str = "api";

/// A private key and the algorithm it signs with.
pub(crate) struct Signer {
    pub(crate) algorithm: Algorithm,
    pair: Pair,
}

enum Pair {
    Rsa(Arc<RsaKeyPair>, &'static RsaSignatureEncoding),
    Ecdsa(Box<EcdsaKeyPair>),
    Ed25519(Box<Ed25519KeyPair>),
}

static RSA: LazyLock<Arc<RsaKeyPair>> = LazyLock::new(|| rsa(KeySize::Rsa2048));

pub(crate) fn rsa(size: KeySize) -> Arc<RsaKeyPair> {
    Arc::new(RsaKeyPair::generate(size).unwrap())
}

impl Signer {
    /// A new key; all RSA algorithms share one, for making it takes long.
    pub(crate) fn new(algorithm: Algorithm) -> Self {
        let rsa = |encoding| Pair::Rsa(Arc::clone(&RSA), encoding);
        let ecdsa = |parameters| Pair::Ecdsa(EcdsaKeyPair::generate(parameters).unwrap().into());
        let pair = match algorithm {
            Algorithm::Rs256 => rsa(&RSA_PKCS1_SHA256),
            Algorithm::Rs384 => rsa(&RSA_PKCS1_SHA384),
            Algorithm::Rs512 => rsa(&RSA_PKCS1_SHA512),
            Algorithm::Ps256 => rsa(&RSA_PSS_SHA256),
            Algorithm::Ps384 => rsa(&RSA_PSS_SHA384),
            Algorithm::Ps512 => rsa(&RSA_PSS_SHA512),
            Algorithm::Es256 => ecdsa(&ECDSA_P256_SHA256_FIXED_SIGNING),
            Algorithm::Es384 => ecdsa(&ECDSA_P384_SHA384_FIXED_SIGNING),
            Algorithm::EdDsa => Pair::Ed25519(Ed25519KeyPair::generate().unwrap().into()),
        };
        Self { algorithm, pair }
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match &self.pair {
            Pair::Rsa(pair, encoding) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(*encoding, &random, message, &mut signature).unwrap();
                signature
            }
            Pair::Ecdsa(pair) => pair.sign(&random, message).unwrap().as_ref().to_vec(),
            Pair::Ed25519(pair) => pair.sign(message).as_ref().to_vec(),
        }
    }

    /// The public key, with further members.
    pub(crate) fn jwk(&self, more: &Value) -> Value {
        let mut key = match &self.pair {
            Pair::Rsa(pair, _) => rsa_jwk(pair),
            Pair::Ecdsa(pair) => {
                let (x, y) = pair.public_key().as_ref()[1..].split_at(match self.algorithm {
                    Algorithm::Es256 => 32,
                    _ => 48,
                });
                let curve = if x.len() == 32 { "P-256" } else { "P-384" };
                json!({"kty": "EC", "crv": curve, "x": encode(x), "y": encode(y)})
            }
            Pair::Ed25519(pair) => {
                json!({"kty": "OKP", "crv": "Ed25519", "x": encode(pair.public_key().as_ref())})
            }
        };
        merge(&mut key, more);
        key
    }

    /// A token of these texts, whatever they are.
    pub(crate) fn token(&self, header: &str, payload: &str) -> String {
        let signed = format!("{}.{}", encode(header.as_bytes()), encode(payload.as_bytes()));
        let signature = encode(&self.sign(signed.as_bytes()));
        format!("{signed}.{signature}")
    }

    /// A token of [`claims`], with other or further header members and claims. `null` removes one.
    pub(crate) fn good(&self, header: &Value, payload: &Value) -> String {
        let mut full = json!({"alg": self.algorithm.name(), "typ": "JWT"});
        merge(&mut full, header);
        let mut own = claims();
        merge(&mut own, payload);
        self.token(&full.to_string(), &own.to_string())
    }
}

/// The public part, from the DER of RFC 8017, A.1.1.
pub(crate) fn rsa_jwk(pair: &RsaKeyPair) -> Value {
    let mut der = pair.public_key().as_ref();
    let mut value = |tag: u8| {
        assert_eq!(der[0], tag);
        let (len, head) = match der[1] {
            0x82 => (usize::from(der[2]) << 8 | usize::from(der[3]), 4),
            0x81 => (usize::from(der[2]), 3),
            short => (usize::from(short), 2),
        };
        let (value, rest) = der[head..].split_at(len);
        // Into the sequence, behind an integer.
        der = if tag == 0x30 { value } else { rest };
        value.strip_prefix(&[0]).unwrap_or(value)
    };
    value(0x30);
    let (modulus, exponent) = (value(2), value(2));
    json!({"kty": "RSA", "n": encode(modulus), "e": encode(exponent)})
}

pub(crate) fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The payload of a token that holds for five minutes.
pub(crate) fn claims() -> Value {
    json!({"iss": ISSUER, "aud": AUDIENCE, "sub": "ann", "iat": NOW - 10, "exp": NOW + 300})
}

fn merge(into: &mut Value, more: &Value) {
    let into = into.as_object_mut().unwrap();
    for (name, value) in more.as_object().unwrap() {
        if value.is_null() {
            into.remove(name);
        } else {
            into.insert(name.clone(), value.clone());
        }
    }
}

pub(crate) fn key_set(keys: &[Value]) -> KeySet {
    KeySet::from_jwks(json!({ "keys": keys }).to_string().as_bytes()).unwrap()
}

/// The declaration of an issuer that may use every algorithm.
pub(crate) fn config(name: &str, keys: &[Value]) -> IssuerConfig {
    let mut config = IssuerConfig::new(name.into(), vec![AUDIENCE.into()], Some(key_set(keys)));
    config.algorithms = Algorithm::ALL.to_vec();
    config
}

pub(crate) fn issuer(keys: &[Value]) -> Issuer {
    Issuer::new(config(ISSUER, keys)).unwrap()
}

pub(crate) fn issuers(list: Vec<Issuer>) -> Issuers {
    Issuers::new(list.into_iter().map(Arc::new).collect()).unwrap()
}
