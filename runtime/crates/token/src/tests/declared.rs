//! Declarations, and which bearer values are tokens of a declared issuer.

use proptest::prelude::*;
use serde_json::json;
use std::sync::Arc;

use crate::bed::{ISSUER, NOW, Signer, config, encode, issuer, issuers};
use crate::{Algorithm, Bearer, ConfigFault, Issuer, IssuerConfig, Issuers, TokenFault};

#[test]
fn declarations_have_bounds() {
    let base = || config(ISSUER, &[Signer::new(Algorithm::Es256).jwk(&json!({}))]);
    let of = |change: fn(&mut IssuerConfig)| {
        let mut config = base();
        change(&mut config);
        Issuer::new(config).err()
    };
    assert_eq!(of(|_| ()), None);
    assert_eq!(of(|config| config.issuer.clear()), Some(ConfigFault::NoIssuer));
    assert_eq!(of(|config| config.audiences.clear()), Some(ConfigFault::NoAudience));
    assert_eq!(of(|config| config.audiences.push(String::new())), Some(ConfigFault::NoAudience));
    assert_eq!(of(|config| config.algorithms.clear()), Some(ConfigFault::NoAlgorithm));
    assert_eq!(of(|config| config.skew_seconds = 61), Some(ConfigFault::Skew));
    assert_eq!(of(|config| config.max_token_bytes = 0), Some(ConfigFault::TokenBytes));
    assert_eq!(of(|config| config.max_token_bytes = 65_537), Some(ConfigFault::TokenBytes));
    let twice = [base(), base()].map(|config| Arc::new(Issuer::new(config).unwrap()));
    let found = Issuers::new(twice.into()).err();
    assert_eq!(found, Some(ConfigFault::DuplicateIssuer(ISSUER.into())));
}

#[test]
fn an_issuer_whose_keys_are_not_known_yet_refuses_its_tokens() {
    let signer = Signer::new(Algorithm::Es256);
    let unknown = IssuerConfig { keys: None, ..config(ISSUER, &[signer.jwk(&json!({}))]) };
    let issuer = Issuer::new(unknown).unwrap();
    let token = signer.good(&json!({}), &json!({}));
    assert_eq!(issuer.verify(&token, NOW).err(), Some(TokenFault::NoKeys));
}

#[test]
fn policy_may_call_an_issuer_by_a_name_of_its_own() {
    let signer = Signer::new(Algorithm::Es256);
    let named = |name: &str, iss: &str| {
        let declared = config(iss, &[signer.jwk(&json!({}))]);
        Arc::new(Issuer::new(IssuerConfig { name: name.into(), ..declared }).unwrap())
    };
    let issuers = Issuers::new(vec![named("corp", ISSUER)]).unwrap();
    let token = signer.good(&json!({}), &json!({}));
    let Bearer::Verified(claims) = issuers.read(&token, NOW) else { panic!("the token holds") };
    assert_eq!(claims.issuer(), "corp");
    let late = issuers.read(&token, NOW + 1_000_000);
    assert!(matches!(late, Bearer::Refused(name, TokenFault::Expired) if &*name == "corp"));
    let twice = Issuers::new(vec![named("corp", ISSUER), named("corp", "https://else.test")]);
    assert_eq!(twice.err(), Some(ConfigFault::DuplicateIssuer("corp".into())));
}

#[test]
fn what_is_not_said_has_a_strict_default() {
    let keys = config(ISSUER, &[Signer::new(Algorithm::Es256).jwk(&json!({}))]).keys;
    let config = IssuerConfig::new(ISSUER.into(), vec!["api".into()], keys);
    assert_eq!(config.algorithms, [Algorithm::Rs256, Algorithm::Es256, Algorithm::EdDsa]);
    assert_eq!((config.skew_seconds, config.max_token_bytes), (60, 8192));
}

/// Whatever somebody could take for a token of ours is refused as one.
#[test]
fn broken_tokens_of_a_declared_issuer_are_refused_not_overlooked() {
    let signer = Signer::new(Algorithm::Es256);
    let issuers = issuers(vec![issuer(&[signer.jwk(&json!({}))])]);
    let good = signer.good(&json!({}), &json!({}));
    let parts: Vec<_> = good.split('.').collect();
    let payload = |text: &str| format!("{}.{}.{}", parts[0], encode(text.as_bytes()), parts[2]);
    for bearer in [
        format!("{}.{}.", parts[0], parts[1]),
        format!("{}.{}", parts[0], parts[1]),
        format!(".{}.", parts[1]),
        format!("{}.{}=.{}", parts[0], parts[1], parts[2]),
        format!("{good}="),
        format!("{good}.x"),
        format!("{good} "),
        payload(r#"{"iss":"https://issuer.test"}"#),
        payload(r#"{"iss":"elsewhere","iss":"https://issuer.test"}"#),
        payload(r#"{"iss":7,"iss":"https://issuer.test"}"#),
        payload(r#"{"\u0069ss":"https:\/\/issuer.test""#),
        payload(r#" {"x":[{"iss":1}],"iss":"https://issuer.test","y":]"#),
        payload(&format!(r#"{{"iss":"https://issuer.test","x":{}"#, "[".repeat(9999))),
    ] {
        let found = issuers.read(&bearer, NOW);
        assert!(matches!(&found, Bearer::Refused(name, _) if &**name == ISSUER), "{bearer}");
    }
    for bearer in [
        payload(r#"{"iss":"elsewhere"}"#),
        payload(r#"{"sub":"https://issuer.test","x":{"iss":"https://issuer.test"}}"#),
        payload(r#"["iss","https://issuer.test"]"#),
        payload(r#"{"iss":["https://issuer.test"]}"#),
        format!("{}.{}", parts[1], parts[0]),
        good.replace('.', "-"),
        format!("{good}.{}", "x".repeat(65_536)),
    ] {
        assert!(matches!(issuers.read(&bearer, NOW), Bearer::NotOurs), "{bearer}");
        assert!(issuers.peek_issuer(&bearer).is_none());
    }
    let of_len = |len: usize| format!("{good}{}", "x".repeat(len - good.len()));
    let longest = issuers.read(&of_len(IssuerConfig::MAX_TOKEN_BYTES), NOW);
    assert!(matches!(longest, Bearer::Refused(_, TokenFault::TooLong)));
    let longer = issuers.read(&of_len(IssuerConfig::MAX_TOKEN_BYTES + 1), NOW);
    assert!(matches!(longer, Bearer::NotOurs));
    assert!(matches!(issuers.read(&good, NOW), Bearer::Verified(_)));
    let late = issuers.read(&good, NOW + 9999);
    assert!(matches!(late, Bearer::Refused(_, TokenFault::Expired)));
}

#[test]
fn without_declarations_nothing_is_a_token() {
    let good = Signer::new(Algorithm::Es256).good(&json!({}), &json!({}));
    assert!(matches!(issuers(vec![]).read(&good, NOW), Bearer::NotOurs));
}

proptest! {
    /// What verifies is recognised: a token can't be both sound and no token.
    #[test]
    fn any_text_is_judged_without_a_panic(text in "\\PC*|[A-Za-z0-9_.=-]*|([A-Za-z0-9_]*\\.)*") {
        let issuers = issuers(vec![issuer(&[json!({
            "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
        })])]);
        prop_assert!(!matches!(issuers.read(&text, NOW), Bearer::Verified(_)));
    }

    #[test]
    fn an_issuer_named_anywhere_at_the_top_is_recognised(
        before in proptest::collection::btree_map("[a-h]{1,3}", "\\PC{0,8}", 0..5)
    ) {
        let issuers = issuers(vec![issuer(&[json!({
            "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
        })])]);
        let mut payload = json!(before);
        payload["iss"] = json!(ISSUER);
        let bearer = format!("e30.{}.", encode(payload.to_string().as_bytes()));
        prop_assert_eq!(issuers.peek_issuer(&bearer).map(Issuer::name), Some(ISSUER));
    }
}
