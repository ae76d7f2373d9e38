//! The rules for claims: issuer, audience, times, and what a verified token gives.

use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::LazyLock;

use crate::bed::{AUDIENCE, ISSUER, NOW, Signer, claims, config, issuer};
use crate::{Algorithm, Claim, ClaimPath, Issuer, IssuerConfig, TokenFault, VerifiedClaims};

static SIGNER: LazyLock<Signer> = LazyLock::new(|| Signer::new(Algorithm::EdDsa));
static OURS: LazyLock<Issuer> = LazyLock::new(|| issuer(&[SIGNER.jwk(&json!({}))]));

/// Verifies a token with other claims.
fn read(more: &Value) -> Result<VerifiedClaims, TokenFault> {
    OURS.verify(&SIGNER.good(&json!({}), more), NOW)
}

/// Verifies a token with a claim of this text.
fn raw(name: &str, text: &str) -> Result<VerifiedClaims, TokenFault> {
    let mut payload = claims();
    payload.as_object_mut().unwrap().remove(name);
    let payload = payload.to_string();
    let payload = format!("{},\"{name}\":{text}}}", payload.strip_suffix('}').unwrap());
    OURS.verify(&SIGNER.token(r#"{"alg":"EdDSA"}"#, &payload), NOW)
}

fn fault(found: Result<VerifiedClaims, TokenFault>) -> Option<TokenFault> {
    found.err()
}

#[test]
fn z11_expiry_is_demanded_and_held() {
    assert_eq!(fault(read(&json!({"exp": null}))), Some(TokenFault::NoExpiry));
    assert_eq!(fault(read(&json!({"exp": NOW - 59}))), None);
    assert_eq!(fault(read(&json!({"exp": NOW - 60}))), Some(TokenFault::Expired));
    assert_eq!(fault(read(&json!({"exp": NOW - 61}))), Some(TokenFault::Expired));
    assert_eq!(fault(read(&json!({"exp": 0}))), Some(TokenFault::Expired));
}

#[test]
fn z11_times_in_the_future() {
    for (name, want) in [("nbf", TokenFault::NotYetValid), ("iat", TokenFault::IssuedInFuture)] {
        assert_eq!(fault(read(&json!({ name: NOW + 60 }))), None, "{name}");
        assert_eq!(fault(read(&json!({ name: NOW + 61 }))), Some(want), "{name}");
        assert_eq!(fault(read(&json!({ name: NOW * 2 }))), Some(want), "{name}");
        assert_eq!(fault(read(&json!({ name: null }))), None, "{name}");
    }
    let only_issued = json!({"nbf": NOW + 60, "iat": NOW + 61});
    assert_eq!(fault(read(&only_issued)), Some(TokenFault::IssuedInFuture));
    let both = json!({"nbf": NOW + 99, "iat": NOW + 99});
    assert_eq!(fault(read(&both)), Some(TokenFault::NotYetValid));
}

#[test]
fn z11_times_of_other_forms() {
    for name in ["exp", "nbf", "iat"] {
        for text in [
            "\"1790000300\"",
            "null",
            "true",
            "[1790000300]",
            "{}",
            "-1",
            "-0.0",
            "1790000300.5",
            "1790000300.0",
            "1.79e9",
            "253402300800",
            "1790000300000",
            "9223372036854775807",
            "9223372036854775808",
            "18446744073709551616",
            "1e300",
            "-9223372036854775808",
        ] {
            let want = Some(TokenFault::Time);
            assert_eq!(fault(raw(name, text)), want, "{name} {text}");
        }
        for text in ["1e400", "-1e400", "NaN", "Infinity", "0x10", "01", "+1", "1_0", ".5", "1."] {
            assert_eq!(fault(raw(name, text)), Some(TokenFault::Payload), "{name} {text}");
        }
    }
    assert_eq!(fault(raw("exp", "253402300799")), None);
}

#[test]
fn z12_issuers_are_compared_exactly() {
    for other in [
        json!(null),
        json!(""),
        json!("https://issuer.test/"),
        json!("HTTPS://issuer.test"),
        json!("https://issuer.test "),
        json!("https://issuer.test\0"),
        json!([ISSUER]),
        json!(1),
    ] {
        assert_eq!(fault(read(&json!({ "iss": other }))), Some(TokenFault::Issuer), "{other}");
    }
}

#[test]
fn z12_audiences_are_compared_exactly() {
    for ours in [json!(AUDIENCE), json!(["x", AUDIENCE]), json!([AUDIENCE, AUDIENCE])] {
        assert_eq!(fault(read(&json!({ "aud": ours }))), None, "{ours}");
    }
    for other in [
        json!(null),
        json!(""),
        json!("API"),
        json!("api2"),
        json!("x api"),
        json!([]),
        json!(["x"]),
        json!([[AUDIENCE]]),
        json!([AUDIENCE, 1]),
        json!({AUDIENCE: true}),
        json!(1),
    ] {
        assert_eq!(fault(read(&json!({ "aud": other }))), Some(TokenFault::Audience), "{other}");
    }
}

#[test]
fn one_of_several_audiences_is_enough() {
    let keys = [SIGNER.jwk(&json!({}))];
    let audiences = vec!["other".into(), AUDIENCE.into()];
    let issuer = Issuer::new(IssuerConfig { audiences, ..config(ISSUER, &keys) }).unwrap();
    for (aud, want) in [("other", None), (AUDIENCE, None), ("x", Some(TokenFault::Audience))] {
        let token = SIGNER.good(&json!({}), &json!({ "aud": aud }));
        assert_eq!(fault(issuer.verify(&token, NOW)), want, "{aud}");
    }
}

#[test]
fn long_tokens_are_not_looked_at() {
    let mut config = config(ISSUER, &[SIGNER.jwk(&json!({}))]);
    let token = SIGNER.good(&json!({}), &json!({}));
    for (bytes, want) in [(token.len(), None), (token.len() - 1, Some(TokenFault::TooLong))] {
        config.max_token_bytes = bytes;
        let issuer = Issuer::new(config.clone()).unwrap();
        assert_eq!(fault(issuer.verify(&token, NOW)), want);
    }
    let long = json!({"x": "x".repeat(8 << 10)});
    assert_eq!(fault(read(&long)), Some(TokenFault::TooLong));
}

#[test]
fn a_smaller_skew_is_kept() {
    let mut config = config(ISSUER, &[SIGNER.jwk(&json!({}))]);
    config.skew_seconds = 0;
    let issuer = Issuer::new(config).unwrap();
    for (exp, want) in [(NOW + 1, None), (NOW, Some(TokenFault::Expired))] {
        let token = SIGNER.good(&json!({}), &json!({ "exp": exp }));
        assert_eq!(fault(issuer.verify(&token, NOW)), want);
    }
}

#[test]
fn verified_claims_are_found() {
    let claims = read(&json!({
        "realm_access": {"roles": ["admin", "user"]}, "admin": true, "level": 3,
        "scope": "read  write ", "nested": {"scope": "a b"},
    }))
    .unwrap();
    let get = |path: &str| claims.payload().get(&ClaimPath::parse(path).unwrap());
    assert_eq!(get("admin"), Some(Claim::Boolean(true)));
    assert_eq!(get("level"), Some(Claim::Integer(3)));
    assert_eq!(get("nested/scope"), Some(Claim::Text("a b")));
    assert_eq!(get("missing"), None);
    for (path, want) in [("realm_access/roles", ["admin", "user"]), ("scope", ["read", "write"])] {
        let Some(Claim::List(list)) = get(path) else { panic!("{path} is a list") };
        assert!(list.iter().eq(want.map(Claim::Text)), "{path}");
    }
    let scopes = read(&json!({"scope": ["read write", 1]})).unwrap();
    let Some(Claim::List(list)) = scopes.payload().get(&ClaimPath::parse("scope").unwrap()) else {
        panic!("a scope that is a list stays as it is")
    };
    assert!(list.iter().eq([Claim::Text("read write"), Claim::Integer(1)]));
    assert_eq!((claims.issuer(), claims.subject()), (ISSUER, Some("ann")));
    assert_eq!(claims.expires_at(), NOW + 300);
    let shown = format!("{claims:?}");
    assert!(!shown.contains("ann") && !shown.contains("admin"), "{shown}");
}

#[test]
fn faults_have_words_and_sentences_of_their_own() {
    let mut words: Vec<_> = TokenFault::ALL.iter().map(|fault| fault.word()).collect();
    let mut sentences: Vec<_> = TokenFault::ALL.iter().map(ToString::to_string).collect();
    words.sort_unstable();
    words.dedup();
    sentences.sort_unstable();
    sentences.dedup();
    assert_eq!((words.len(), sentences.len()), (TokenFault::ALL.len(), TokenFault::ALL.len()));
}

proptest! {
    #[test]
    fn a_token_holds_from_nbf_to_exp(
        nbf in 0..4_000_i64, iat in 0..4_000_i64, exp in 0..4_000_i64, now in -100..4_200_i64,
    ) {
        let token = SIGNER.good(&json!({}), &json!({"nbf": nbf, "iat": iat, "exp": exp}));
        let found = OURS.verify(&token, now);
        let holds = nbf - 60 <= now && iat - 60 <= now && now < exp + 60;
        prop_assert_eq!(found.is_ok(), holds);
        if let Ok(claims) = found {
            prop_assert!(claims.hold_at(now));
            prop_assert!(!claims.hold_at(exp + 60));
            prop_assert_eq!(claims.hold_at(exp + 59), nbf.max(iat) - 60 <= exp + 59);
        }
    }

    #[test]
    fn no_clock_breaks_it(now: i64) {
        let found = read(&json!({})).unwrap();
        let token = SIGNER.good(&json!({}), &json!({}));
        prop_assert_eq!(OURS.verify(&token, now).is_ok(), found.hold_at(now));
    }
}
