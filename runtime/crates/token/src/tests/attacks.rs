//! Rows Z10 to Z12 and Z15 of the list of attacks, and those of RFC 8725.

use aws_lc_rs::hmac;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::LazyLock;

use crate::bed::{ISSUER, NOW, Signer, claims, config, encode, issuer, issuers};
use crate::{Algorithm, Bearer, Issuer, TokenFault};

fn fault(issuer: &Issuer, token: &str) -> TokenFault {
    issuer.verify(token, NOW).expect_err(token)
}

/// The token with another header and the same payload and signature.
fn reheaded(token: &str, header: &Value) -> String {
    let (_, rest) = token.split_once('.').unwrap();
    format!("{}.{rest}", encode(header.to_string().as_bytes()))
}

fn parts(token: &str) -> [&str; 3] {
    token.split('.').collect::<Vec<_>>().try_into().unwrap()
}

#[test]
fn z10_none_in_all_its_spellings() {
    let signer = Signer::new(Algorithm::Rs256);
    let issuer = issuer(&[signer.jwk(&json!({}))]);
    let good = signer.good(&json!({}), &json!({}));
    let [_, payload, signature] = parts(&good);
    for name in ["none", "None", "NONE", "nOnE", "", " none", "none ", "null", "rs256", "RS256 "] {
        let header = encode(json!({ "alg": name }).to_string().as_bytes());
        for signature in ["", signature] {
            let token = format!("{header}.{payload}.{signature}");
            assert_eq!(fault(&issuer, &token), TokenFault::Algorithm, "{name}");
        }
    }
    for (header, want) in [
        (json!({"typ": "JWT"}), TokenFault::Algorithm),
        (json!({"alg": null}), TokenFault::Header),
        (json!({"alg": ["RS256"]}), TokenFault::Header),
        (json!({"alg": 256}), TokenFault::Header),
    ] {
        assert_eq!(fault(&issuer, &reheaded(&good, &header)), want, "{header}");
    }
}

#[test]
fn z10_hmac_with_the_public_key() {
    let signer = Signer::new(Algorithm::Rs256);
    let jwk = signer.jwk(&json!({}));
    let issuer = issuer(std::slice::from_ref(&jwk));
    let secrets = [jwk.to_string(), jwk["n"].as_str().unwrap().to_owned()];
    for (name, algorithm) in
        [("HS256", hmac::HMAC_SHA256), ("HS384", hmac::HMAC_SHA384), ("HS512", hmac::HMAC_SHA512)]
    {
        for secret in &secrets {
            let header = encode(json!({ "alg": name }).to_string().as_bytes());
            let signed = format!("{header}.{}", encode(claims().to_string().as_bytes()));
            let tag = hmac::sign(&hmac::Key::new(algorithm, secret.as_bytes()), signed.as_bytes());
            let token = format!("{signed}.{}", encode(tag.as_ref()));
            assert_eq!(fault(&issuer, &token), TokenFault::Algorithm, "{name}");
        }
    }
}

#[test]
fn z10_key_ids_are_names_and_nothing_else() {
    let signer = Signer::new(Algorithm::Es256);
    let issuer = issuer(&[signer.jwk(&json!({"kid": "one"}))]);
    for id in ["", "two", "One", "one ", "../../dev/null", "/dev/null", "one' OR '1'='1", "one\0"] {
        let token = signer.good(&json!({ "kid": id }), &json!({}));
        assert_eq!(fault(&issuer, &token), TokenFault::UnknownKey, "{id}");
    }
    for id in [json!(1), json!(["one"]), json!({"one": 1})] {
        let token = signer.good(&json!({ "kid": id }), &json!({}));
        assert_eq!(fault(&issuer, &token), TokenFault::Header, "{id}");
    }
    assert!(issuer.verify(&signer.good(&json!({"kid": "one"}), &json!({})), NOW).is_ok());
    assert!(issuer.verify(&signer.good(&json!({}), &json!({})), NOW).is_ok());
}

#[test]
fn z10_keys_in_the_header_are_never_used() {
    let (ours, theirs) = (Signer::new(Algorithm::Es256), Signer::new(Algorithm::Es256));
    let issuer = issuer(&[ours.jwk(&json!({"kid": "one"}))]);
    for header in [
        json!({"jwk": theirs.jwk(&json!({}))}),
        json!({"jwk": theirs.jwk(&json!({})), "kid": "one"}),
        json!({"jku": "https://attacker.test/keys"}),
        json!({"x5u": "https://attacker.test/chain", "kid": "one"}),
        json!({"x5c": ["AAAA"]}),
    ] {
        let forged = theirs.good(&header, &json!({}));
        assert_eq!(fault(&issuer, &forged), TokenFault::Signature, "{header}");
        // An issuer may send them; its own key still decides.
        assert!(issuer.verify(&ours.good(&header, &json!({})), NOW).is_ok(), "{header}");
    }
}

#[test]
fn z10_algorithms_that_the_issuer_or_the_key_may_not_use() {
    let signer = Signer::new(Algorithm::Rs256);
    let other = Signer::new(Algorithm::Ps256);
    let mut config = config(ISSUER, &[signer.jwk(&json!({"kid": "one"}))]);
    config.algorithms = vec![Algorithm::Rs256];
    let strict = Issuer::new(config).unwrap();
    assert_eq!(fault(&strict, &other.good(&json!({}), &json!({}))), TokenFault::Algorithm);

    let bound = issuer(&[signer.jwk(&json!({"kid": "one", "alg": "RS256"}))]);
    let named = json!({"kid": "one"});
    assert_eq!(fault(&bound, &other.good(&named, &json!({}))), TokenFault::KeyMismatch);
    assert_eq!(fault(&bound, &other.good(&json!({}), &json!({}))), TokenFault::UnknownKey);
    assert!(bound.verify(&signer.good(&named, &json!({})), NOW).is_ok());

    let curve = Signer::new(Algorithm::Es256);
    assert_eq!(fault(&bound, &curve.good(&named, &json!({}))), TokenFault::KeyMismatch);
}

#[test]
fn rfc8725_signatures_that_are_none() {
    for algorithm in Algorithm::ALL {
        let signer = Signer::new(algorithm);
        let issuer = issuer(&[signer.jwk(&json!({}))]);
        let good = signer.good(&json!({}), &json!({}));
        let [header, payload, signature] = parts(&good);
        let len = signer.sign(b"").len();
        let longer = [&signer.sign(format!("{header}.{payload}").as_bytes())[..], &[0]].concat();
        for (name, bytes) in [
            ("empty", vec![]),
            // CVE-2022-21449: r and s of 0.
            ("psychic", vec![0; len]),
            ("ones", vec![0xff; len]),
            ("one", [&vec![0; len - 1][..], &[1]].concat()),
            ("short", vec![0; len - 1]),
            ("longer", longer),
        ] {
            let token = format!("{header}.{payload}.{}", encode(&bytes));
            assert_eq!(fault(&issuer, &token), TokenFault::Signature, "{algorithm} {name}");
        }
        let der = [&[0x30, 0x06, 2, 1, 1, 2, 1, 1][..]].concat();
        let token = format!("{header}.{payload}.{}", encode(&der));
        assert_eq!(fault(&issuer, &token), TokenFault::Signature, "{algorithm}");
        assert!(issuer.verify(&format!("{header}.{payload}.{signature}"), NOW).is_ok());
    }
}

/// The order of P-256 (SEC 2, 2.4.2), as r or s it is 0 by another name.
#[test]
fn rfc8725_signatures_out_of_range() {
    let signer = Signer::new(Algorithm::Es256);
    let issuer = issuer(&[signer.jwk(&json!({}))]);
    let good = signer.good(&json!({}), &json!({}));
    let [header, payload, _] = parts(&good);
    let order = [
        0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc,
        0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
    ];
    let one = [&[0; 31][..], &[1]].concat();
    for (r, s) in [(&order[..], &order[..]), (&order, &one), (&one, &order), (&[0; 32], &one)] {
        let token = format!("{header}.{payload}.{}", encode(&[r, s].concat()));
        assert_eq!(fault(&issuer, &token), TokenFault::Signature);
    }
}

#[test]
fn rfc8725_extensions_and_other_types_of_token() {
    let signer = Signer::new(Algorithm::EdDsa);
    let issuer = issuer(&[signer.jwk(&json!({}))]);
    for header in [
        json!({"crit": ["exp"]}),
        json!({"crit": []}),
        json!({"crit": ["b64"], "b64": false}),
        json!({"b64": true}),
    ] {
        let token = signer.good(&header, &json!({}));
        assert_eq!(fault(&issuer, &token), TokenFault::Critical, "{header}");
    }
    for typ in ["JOSE", "secevent+jwt", "logout+jwt", "dpop+jwt", "id_token", "", "text/jwt"] {
        let token = signer.good(&json!({ "typ": typ }), &json!({}));
        assert_eq!(fault(&issuer, &token), TokenFault::Type, "{typ}");
    }
    for typ in [json!("at+jwt"), json!("jwt"), json!("application/at+JWT"), json!(null)] {
        let token = signer.good(&json!({ "typ": typ }), &json!({}));
        assert!(issuer.verify(&token, NOW).is_ok(), "{typ}");
    }
}

#[test]
fn other_spellings_of_a_good_token() {
    let signer = Signer::new(Algorithm::Es256);
    let issuer = issuer(&[signer.jwk(&json!({}))]);
    let good = signer.good(&json!({}), &json!({}));
    assert!(issuer.verify(&good, NOW).is_ok());
    let [header, payload, signature] = parts(&good);
    for token in [
        String::new(),
        ".".into(),
        "..".into(),
        "...".into(),
        format!(" {good}"),
        format!("{good} "),
        format!("{good}\n"),
        format!("{good}="),
        format!("{good}."),
        format!(".{good}"),
        format!("{good}.{signature}"),
        format!("{header}.{payload}"),
        format!("{header}.{payload}.{signature}.."),
        format!("{header}..{payload}.{signature}"),
        format!("{header}=.{payload}.{signature}"),
        format!("{header}.{payload} .{signature}"),
        format!("{header}.{payload}.\u{2024}{signature}"),
    ] {
        assert!(matches!(fault(&issuer, &token), TokenFault::Form | TokenFault::Header), "{token}");
    }
}

#[test]
fn json_that_readers_disagree_on() {
    let signer = Signer::new(Algorithm::EdDsa);
    let issuer = issuer(&[signer.jwk(&json!({}))]);
    let header = r#"{"alg":"EdDSA"}"#;
    let payload = claims().to_string();
    for other in [
        r#"{"alg":"EdDSA","alg":"EdDSA"}"#,
        r#"{"alg":"none","alg":"EdDSA"}"#,
        r#"{"alg":"EdDSA","\u0061lg":"none"}"#,
        r#"{"alg":"EdDSA"}{}"#,
        r#"["EdDSA"]"#,
        r#""EdDSA""#,
        "\u{feff}{\"alg\":\"EdDSA\"}",
        &format!(r#"{{"alg":"EdDSA","x":{}{}}}"#, "[".repeat(5000), "]".repeat(5000)),
    ] {
        let token = signer.token(other, &payload);
        let found = fault(&issuer, &token);
        assert!(matches!(found, TokenFault::Header | TokenFault::TooLong), "{other}");
    }
    let open = payload.strip_suffix('}').unwrap();
    for other in [
        "",
        "{}x",
        "null",
        "[]",
        &format!(r#"{open},"aud":"api"}}"#),
        &format!(r#"{open},"exp":9999999999}}"#),
        &format!(r#"{open},"\u0065xp":9999999999}}"#),
        &format!(r#"{open},"roles":{{"a":1,"a":2}}}}"#),
        &format!(r#"{open},"x":{}{}}}"#, "[".repeat(1000), "]".repeat(1000)),
        &format!(r#"{open},"x":[{}0]}}"#, "0,".repeat(1100)),
        &format!(r#"{open},"x":1e400}}"#),
        &format!(r#"{open},"x":"\ud800"}}"#),
        open,
    ] {
        assert_eq!(fault(&issuer, &signer.token(header, other)), TokenFault::Payload, "{other}");
    }
    assert!(issuer.verify(&signer.token(header, &payload), NOW).is_ok());
}

#[test]
fn z12_a_token_of_one_issuer_under_another() {
    let (a, b) = (Signer::new(Algorithm::Es256), Signer::new(Algorithm::Es256));
    let of = |name: &str, signer: &Signer| {
        Issuer::new(config(name, &[signer.jwk(&json!({"kid": "k"}))])).unwrap()
    };
    let (issuer_a, issuer_b) = (of("https://a.test", &a), of("https://b.test", &b));
    let from_a = a.good(&json!({"kid": "k"}), &json!({"iss": "https://a.test"}));
    assert!(issuer_a.verify(&from_a, NOW).is_ok());
    assert_eq!(fault(&issuer_b, &from_a), TokenFault::Signature);
    // A signs what claims to be of B, and B's key stands under A.
    let as_b = a.good(&json!({"kid": "k"}), &json!({"iss": "https://b.test"}));
    assert_eq!(fault(&issuer_a, &as_b), TokenFault::Issuer);
    assert_eq!(fault(&issuer_b, &as_b), TokenFault::Signature);
    let both = issuers(vec![issuer_a, issuer_b]);
    assert!(matches!(both.read(&as_b, NOW), Bearer::Refused(name, TokenFault::Signature)
        if &*name == "https://b.test"));
    let Bearer::Verified(claims) = both.read(&from_a, NOW) else { panic!("A's token holds") };
    assert_eq!(claims.issuer(), "https://a.test");
}

#[test]
fn z15_what_is_no_token_verifies_nothing() {
    let signer = Signer::new(Algorithm::Es256);
    let issuers = issuers(vec![issuer(&[signer.jwk(&json!({}))])]);
    let stranger = signer.good(&json!({}), &json!({"iss": "https://elsewhere.test"}));
    for bearer in ["", " ", ".", "..", "opaque", "a.b.c", "null", "undefined", &stranger] {
        assert!(matches!(issuers.read(bearer, NOW), Bearer::NotOurs), "{bearer}");
    }
}

#[test]
fn parts_of_two_good_tokens_do_not_mix() {
    let signer = Signer::new(Algorithm::Es256);
    let issuer = issuer(&[signer.jwk(&json!({}))]);
    let ann = signer.good(&json!({}), &json!({}));
    let bob = signer.good(&json!({"typ": "at+jwt"}), &json!({"sub": "bob"}));
    let (ann, bob) = (parts(&ann), parts(&bob));
    for choice in 1..7_u8 {
        let part = |at: usize| if choice >> at & 1 == 1 { bob[at] } else { ann[at] };
        let token = [part(0), part(1), part(2)].join(".");
        assert_eq!(fault(&issuer, &token), TokenFault::Signature, "{choice:b}");
    }
}

/// One key of each kind, and a good token of each.
static GOOD: LazyLock<Vec<(Issuer, String)>> = LazyLock::new(|| {
    let of = |algorithm| {
        let signer = Signer::new(algorithm);
        let token = signer.good(&json!({"kid": "k"}), &json!({"roles": ["a", "b"]}));
        (issuer(&[signer.jwk(&json!({"kid": "k"}))]), token)
    };
    Algorithm::ALL.map(of).into()
});

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_byte_changed_anywhere_is_refused(kind in 0..9_usize, at: usize, byte: u8) {
        let (issuer, token) = &GOOD[kind];
        prop_assert!(issuer.verify(token, NOW).is_ok());
        let mut changed = token.clone().into_bytes();
        let at = at % changed.len();
        prop_assume!(changed[at] != byte);
        changed[at] = byte;
        if let Ok(changed) = String::from_utf8(changed) {
            prop_assert!(issuer.verify(&changed, NOW).is_err());
        }
    }

    #[test]
    fn any_byte_removed_or_added_is_refused(kind in 0..9_usize, at: usize, byte in any::<char>()) {
        let (issuer, token) = &GOOD[kind];
        let at = at % token.len();
        let mut shorter = token.clone();
        shorter.remove(at);
        prop_assert!(issuer.verify(&shorter, NOW).is_err());
        let mut longer = token.clone();
        longer.insert(at, byte);
        prop_assert!(issuer.verify(&longer, NOW).is_err());
        prop_assert!(issuer.verify(token.get(..at).unwrap(), NOW).is_err());
    }

    #[test]
    fn any_text_is_refused_without_a_panic(text in "\\PC*|[A-Za-z0-9_.-]*", now: i64) {
        let (issuer, _) = &GOOD[6];
        prop_assert!(issuer.verify(&text, now).is_err());
    }

    #[test]
    fn any_json_is_read_or_refused_without_a_panic(
        header in "\\PC{0,20}|\\{\"alg\":\"[A-Za-z0-9]{0,6}\"\\}",
        payload in "\\PC{0,40}",
        signature: Vec<u8>,
    ) {
        let (issuer, _) = &GOOD[8];
        let (header, payload) = (encode(header.as_bytes()), encode(payload.as_bytes()));
        let token = format!("{header}.{payload}.{}", encode(&signature));
        prop_assert!(issuer.verify(&token, NOW).is_err());
    }
}
