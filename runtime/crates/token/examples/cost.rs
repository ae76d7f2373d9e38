//! Prints the nanoseconds it takes to judge a bearer value.
//!
//! ```console
//! cargo run --release -p meshc-token --example cost
//! ```

use std::hint::black_box;
use std::io::Write;
use std::sync::Arc;
use std::time::Instant;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256,
    RsaKeyPair,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use meshc_token::{Bearer, Cache, Issuer, IssuerConfig, Issuers, KeySet};
use serde_json::{Value, json};

type Failure = Box<dyn std::error::Error>;

const NOW: i64 = 1_790_000_000;
const ROUNDS: u32 = 20_000;

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A token with twenty roles, about 800 bytes long.
fn token(
    algorithm: &str,
    sign: impl Fn(&[u8]) -> Result<Vec<u8>, Failure>,
) -> Result<String, Failure> {
    let roles: Vec<_> = (0..20).map(|role| format!("team-{role}-deployer")).collect();
    let header = json!({"alg": algorithm, "kid": "key", "typ": "JWT"});
    let payload = json!({
        "iss": "https://issuer.test", "aud": "api", "sub": "ann", "exp": NOW + 300, "iat": NOW,
        "realm_access": {"roles": roles}, "scope": "read write",
    });
    let [header, payload] = [header, payload].map(|part| encode(part.to_string().as_bytes()));
    let signed = format!("{header}.{payload}");
    let signature = encode(&sign(signed.as_bytes())?);
    Ok(format!("{signed}.{signature}"))
}

fn rsa() -> Result<(Value, String), Failure> {
    let pair = RsaKeyPair::generate(KeySize::Rsa2048)?;
    // The modulus of 256 bytes begins behind two heads and a zero (RFC 8017, A.1.1).
    let modulus = pair.public_key().as_ref().get(9..265).ok_or("no modulus")?;
    let key = json!({"kty": "RSA", "kid": "key", "n": encode(modulus), "e": "AQAB"});
    let token = token("RS256", |message| {
        let mut signature = vec![0; pair.public_modulus_len()];
        pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)?;
        Ok(signature)
    })?;
    Ok((key, token))
}

fn ecdsa() -> Result<(Value, String), Failure> {
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)?;
    let (x, y) = pair.public_key().as_ref().get(1..).ok_or("no point")?.split_at(32);
    let key = json!({"kty": "EC", "crv": "P-256", "kid": "key", "x": encode(x), "y": encode(y)});
    let token =
        token("ES256", |message| Ok(pair.sign(&SystemRandom::new(), message)?.as_ref().to_vec()))?;
    Ok((key, token))
}

fn ed25519() -> Result<(Value, String), Failure> {
    let pair = Ed25519KeyPair::generate()?;
    let x = encode(pair.public_key().as_ref());
    let key = json!({"kty": "OKP", "crv": "Ed25519", "kid": "key", "x": x});
    let token = token("EdDSA", |message| Ok(pair.sign(message).as_ref().to_vec()))?;
    Ok((key, token))
}

fn nanos(mut one: impl FnMut() -> Bearer) -> u128 {
    let start = Instant::now();
    for _ in 0..ROUNDS {
        black_box(one());
    }
    start.elapsed().as_nanos() / u128::from(ROUNDS)
}

fn main() -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "algorithm  bytes  verified ns  cached ns  opaque ns")?;
    for (name, made) in [("RS256", rsa()?), ("ES256", ecdsa()?), ("EdDSA", ed25519()?)] {
        let (key, token) = made;
        let keys = KeySet::from_jwks(json!({ "keys": [key] }).to_string().as_bytes())?;
        let config =
            IssuerConfig::new("https://issuer.test".into(), vec!["api".into()], Some(keys));
        let issuers = Issuers::new(vec![Arc::new(Issuer::new(config)?)])?;
        let mut cache = Cache::new(1024)?;
        if !matches!(cache.read(&issuers, &token, NOW), Bearer::Verified(_)) {
            return Err("the token does not hold".into());
        }
        let verified = nanos(|| issuers.read(&token, NOW));
        let cached = nanos(|| cache.read(&issuers, &token, NOW));
        let opaque = nanos(|| cache.read(&issuers, "2YotnFZFEjr1zCsicMWpAA", NOW));
        writeln!(out, "{name:9} {:6} {verified:12} {cached:10} {opaque:10}", token.len())?;
    }
    Ok(())
}
