//! Key sets: what is used, skipped and refused.

use aws_lc_rs::rsa::KeySize;
use serde_json::{Value, json};

use crate::bed::{NOW, Signer, encode, issuer, key_set, rsa, rsa_jwk};
use crate::{Algorithm, JwksFault, KeySet, TokenFault};

fn read(keys: &[Value]) -> Result<KeySet, JwksFault> {
    KeySet::from_jwks(json!({ "keys": keys }).to_string().as_bytes())
}

fn curve(more: &Value) -> Value {
    Signer::new(Algorithm::Es256).jwk(more)
}

#[test]
fn every_algorithm_verifies_with_its_key() {
    for algorithm in Algorithm::ALL {
        let signer = Signer::new(algorithm);
        for more in
            [json!({}), json!({"alg": algorithm.name(), "use": "sig", "key_ops": ["verify"]})]
        {
            let issuer = issuer(&[signer.jwk(&more)]);
            let token = signer.good(&json!({}), &json!({}));
            assert!(issuer.verify(&token, NOW).is_ok(), "{algorithm}");
        }
        assert_eq!(Algorithm::parse(algorithm.name()), Some(algorithm));
    }
}

#[test]
fn keys_of_other_kinds_are_skipped_and_counted() {
    let good = curve(&json!({"kid": "good"}));
    let others = [
        curve(&json!({"use": "enc"})),
        curve(&json!({"use": "other"})),
        curve(&json!({"key_ops": ["encrypt"]})),
        curve(&json!({"key_ops": []})),
        curve(&json!({"alg": "ES512"})),
        curve(&json!({"alg": "ECDH-ES"})),
        curve(&json!({"alg": "HS256"})),
        curve(&json!({"alg": "RS256"})),
        curve(&json!({"alg": "none"})),
        json!({"kty": "EC", "crv": "P-521", "x": "AA", "y": "AA"}),
        json!({"kty": "EC", "crv": "secp256k1", "x": "AA", "y": "AA"}),
        json!({"kty": "OKP", "crv": "Ed448", "x": "AA"}),
        json!({"kty": "OKP", "crv": "X25519", "x": "AA"}),
        json!({"kty": "AKP", "alg": "ML-DSA-44", "pub": "AA"}),
        json!({"kty": "future"}),
        json!({"kty": "RSA", "e": "AQAB", "n": encode(&[0xff; 128])}),
        json!({"kty": "RSA", "e": "AQAB", "n": encode(&[&[0x7f][..], &[0xff; 255]].concat())}),
        json!({"kty": "RSA", "e": "AQAB", "n": encode(&[&[1][..], &[0xff; 512]].concat())}),
    ];
    for other in &others {
        let set = read(&[other.clone(), good.clone()]).unwrap();
        assert_eq!((set.len(), set.skipped()), (1, 1), "{other}");
        assert_eq!(
            read(std::slice::from_ref(other)).unwrap_err(),
            JwksFault::NoUsableKey,
            "{other}"
        );
    }
    let all = [&others[..], &[good]].concat();
    assert_eq!(read(&all).unwrap().skipped(), others.len());
}

#[test]
fn keys_that_are_not_sound_spoil_the_set() {
    let good = curve(&json!({}));
    let zero = encode(&[0; 32]);
    for other in [
        json!({}),
        json!({"kty": 1}),
        json!({"kty": "EC"}),
        json!({"kty": "OKP", "x": "AA"}),
        json!({"kty": "EC", "crv": "P-256"}),
        curve(&json!({"x": zero})),
        curve(&json!({"x": "AA"})),
        curve(&json!({"x": format!("{}=", good["x"].as_str().unwrap())})),
        curve(&json!({"y": good["y"]})),
        curve(&json!({"y": 1})),
        curve(&json!({"crv": "P-384"})),
        curve(&json!({"kid": 1})),
        curve(&json!({"use": ["sig"]})),
        curve(&json!({"alg": ["ES256"]})),
        curve(&json!({"key_ops": "verify"})),
        json!({"kty": "OKP", "crv": "Ed25519", "x": encode(&[1; 31])}),
        json!({"kty": "RSA", "e": "AQAB"}),
        json!({"kty": "RSA", "e": "AQAB", "n": ""}),
        json!({"kty": "RSA", "e": "", "n": encode(&[0xff; 256])}),
        // Exponents of 1, of 2, of 33 bits, with a leading zero; an even modulus.
        json!({"kty": "RSA", "e": "AQ", "n": encode(&[0xff; 256])}),
        json!({"kty": "RSA", "e": "Ag", "n": encode(&[0xff; 256])}),
        json!({"kty": "RSA", "e": encode(&[1, 0, 0, 0, 1]), "n": encode(&[0xff; 256])}),
        json!({"kty": "RSA", "e": encode(&[0, 1, 0, 1]), "n": encode(&[0xff; 256])}),
        json!({"kty": "RSA", "e": "AQAB", "n": encode(&[0xfe; 256])}),
        json!({"kty": "RSA", "e": "AQAB", "n": encode(&[&[0][..], &[0xff; 256]].concat())}),
    ] {
        let found = read(&[good.clone(), other.clone()]).map(|_| ());
        assert_eq!(found, Err(JwksFault::BadKey(1)), "{other}");
    }
}

#[test]
fn secrets_in_a_key_set_are_refused() {
    for name in ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"] {
        let found = read(&[curve(&json!({})), curve(&json!({ name: "AA" }))]).map(|_| ());
        assert_eq!(found, Err(JwksFault::Secret(1)), "{name}");
    }
    let oct = json!({"kty": "oct", "alg": "HS256", "k": "AAAA"});
    assert_eq!(read(&[oct]).unwrap_err(), JwksFault::Secret(0));
}

#[test]
fn documents_are_bounded_and_strict() {
    let text = |text: &str| KeySet::from_jwks(text.as_bytes()).map(|_| ());
    for bad in [
        "",
        "{}",
        "[]",
        "null",
        r#"{"keys":{}}"#,
        r#"{"keys":[1]}"#,
        r#"{"keys":null}"#,
        r#"{"keys":[],"keys":[]}"#,
        r#"{"keys":[{"kty":"EC","kty":"RSA"}]}"#,
        "{\"keys\":[]} x",
    ] {
        assert_eq!(text(bad), Err(JwksFault::Malformed), "{bad}");
    }
    assert_eq!(text(r#"{"keys":[]}"#), Err(JwksFault::NoUsableKey));
    assert_eq!(text(&" ".repeat(KeySet::MAX_BYTES + 1)), Err(JwksFault::TooLong));
    let signers: Vec<_> = (0..65).map(|_| curve(&json!({}))).collect();
    assert_eq!(read(&signers[..64]).unwrap().len(), 64);
    assert_eq!(read(&signers).unwrap_err(), JwksFault::TooManyKeys);
}

#[test]
fn a_key_id_names_one_key() {
    let twice = [curve(&json!({"kid": "a"})), curve(&json!({"kid": "a"}))];
    assert_eq!(read(&twice).unwrap_err(), JwksFault::DuplicateKeyId(1));
    // The pair of an encryption key is skipped before.
    let pair = [curve(&json!({"kid": "a"})), curve(&json!({"kid": "a", "use": "enc"}))];
    assert_eq!(read(&pair).unwrap().len(), 1);
    assert_eq!(key_set(&[curve(&json!({})), curve(&json!({}))]).len(), 2);
}

#[test]
fn a_token_without_key_id_is_tried_with_four_keys_of_its_type() {
    let signers: Vec<_> = (0..5).map(|_| Signer::new(Algorithm::Es256)).collect();
    let mut keys = vec![Signer::new(Algorithm::EdDsa).jwk(&json!({}))];
    keys.extend(signers.iter().map(|signer| signer.jwk(&json!({}))));
    let issuer = issuer(&keys);
    let verify = |at: usize| issuer.verify(&signers[at].good(&json!({}), &json!({})), NOW);
    assert!((0..4).all(|at| verify(at).is_ok()));
    assert_eq!(verify(4).unwrap_err(), TokenFault::Signature);
}

#[test]
fn rsa_exponents_of_up_to_32_bits() {
    for exponent in [&[3][..], &[1, 0, 1], &[0xff; 4]] {
        let key = json!({"kty": "RSA", "e": encode(exponent), "n": encode(&[0xff; 256])});
        assert_eq!(read(&[key]).unwrap().len(), 1, "{exponent:?}");
    }
}

#[test]
fn rsa_keys_up_to_4096_bits() {
    for size in [KeySize::Rsa2048, KeySize::Rsa3072, KeySize::Rsa4096] {
        assert_eq!(read(&[rsa_jwk(&rsa(size))]).unwrap().len(), 1);
    }
}
