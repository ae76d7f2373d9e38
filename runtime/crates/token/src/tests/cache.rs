//! The cache changes no verdict and holds no more than it was made for.

use proptest::prelude::*;
use serde_json::json;
use std::sync::{Arc, LazyLock};

use crate::bed::{ISSUER, NOW, Signer, config, issuer, issuers};
use crate::{Algorithm, Bearer, Cache, CacheFault, Issuer, IssuerConfig, TokenFault};

static SIGNER: LazyLock<Signer> = LazyLock::new(|| Signer::new(Algorithm::EdDsa));

fn declared() -> IssuerConfig {
    config(ISSUER, &[SIGNER.jwk(&json!({}))])
}

/// Whether the second reading gives the very claims of the first.
fn same(first: &Bearer, second: &Bearer) -> bool {
    match (first, second) {
        (Bearer::Verified(first), Bearer::Verified(second)) => Arc::ptr_eq(first, second),
        _ => false,
    }
}

#[test]
fn a_token_is_verified_once() {
    let issuers = issuers(vec![issuer(&[SIGNER.jwk(&json!({}))])]);
    let mut cache = Cache::new(64).unwrap();
    let tokens = ["ann", "bob"].map(|sub| SIGNER.good(&json!({}), &json!({ "sub": sub })));
    for (token, sub) in tokens.iter().zip(["ann", "bob"]) {
        let first = cache.read(&issuers, token, NOW);
        assert!(same(&first, &cache.read(&issuers, token, NOW + 10)));
        let Bearer::Verified(claims) = first else { panic!("the token holds") };
        assert_eq!(claims.subject(), Some(sub));
    }
}

#[test]
fn a_cached_token_ends_with_its_expiry_and_skew() {
    let issuers = issuers(vec![issuer(&[SIGNER.jwk(&json!({}))])]);
    let mut cache = Cache::new(4).unwrap();
    let token = SIGNER.good(&json!({}), &json!({"exp": NOW + 5, "nbf": NOW}));
    let mut at = |now| cache.read(&issuers, &token, now);
    assert!(matches!(at(NOW), Bearer::Verified(_)));
    assert!(matches!(at(NOW + 64), Bearer::Verified(_)));
    assert!(matches!(at(NOW + 65), Bearer::Refused(_, TokenFault::Expired)));
    assert!(matches!(at(NOW + 64), Bearer::Verified(_)));
    // A clock that was set back counts too.
    assert!(matches!(at(NOW - 61), Bearer::Refused(_, TokenFault::NotYetValid)));
}

#[test]
fn refused_tokens_are_not_remembered() {
    let issuers = issuers(vec![issuer(&[SIGNER.jwk(&json!({}))])]);
    let mut cache = Cache::new(4).unwrap();
    let early = SIGNER.good(&json!({}), &json!({"nbf": NOW + 100}));
    for _ in 0..2 {
        assert!(matches!(cache.read(&issuers, &early, NOW), Bearer::Refused(..)));
        assert!(matches!(cache.read(&issuers, "opaque", NOW), Bearer::NotOurs));
    }
    assert_eq!(format!("{cache:?}"), "Cache of 0 tokens, at most 4");
    assert!(matches!(cache.read(&issuers, &early, NOW + 100), Bearer::Verified(_)));
}

#[test]
fn changed_declarations_find_nothing_of_the_old_ones() {
    let token = SIGNER.good(&json!({}), &json!({}));
    let changes: [fn(&mut IssuerConfig); 6] = [
        |config| config.audiences.push("more".into()),
        |config| config.algorithms.truncate(9 - 1),
        |config| config.skew_seconds = 59,
        |config| config.max_token_bytes -= 1,
        |config| config.keys = Some(crate::bed::key_set(&[SIGNER.jwk(&json!({"kid": "new"}))])),
        |config| config.name = "corp".into(),
    ];
    for (at, change) in changes.into_iter().enumerate() {
        let mut changed = declared();
        change(&mut changed);
        let [old, new] = [declared(), changed].map(|c| issuers(vec![Issuer::new(c).unwrap()]));
        let mut cache = Cache::new(4).unwrap();
        let first = cache.read(&old, &token, NOW);
        assert!(same(&first, &cache.read(&old, &token, NOW)));
        assert!(!same(&first, &cache.read(&new, &token, NOW)), "change {at}");
    }
    // A key that was withdrawn verifies nothing any more, cached or not.
    let mut cache = Cache::new(4).unwrap();
    let rotated = config(ISSUER, &[Signer::new(Algorithm::EdDsa).jwk(&json!({}))]);
    let [old, new] = [declared(), rotated].map(|c| issuers(vec![Issuer::new(c).unwrap()]));
    assert!(matches!(cache.read(&old, &token, NOW), Bearer::Verified(_)));
    let found = cache.read(&new, &token, NOW);
    assert!(matches!(found, Bearer::Refused(_, TokenFault::Signature)));
}

#[test]
fn sizes_are_powers_of_two() {
    for bad in [0, 1, 2, 3, 5, 100, Cache::MAX_TOKENS * 2, usize::MAX] {
        assert_eq!(Cache::new(bad).err(), Some(CacheFault), "{bad}");
    }
    for good in [4, 8, 1024, Cache::MAX_TOKENS] {
        assert!(Cache::new(good).is_ok(), "{good}");
    }
}

/// Tokens of sixteen users, holding for different times.
static TOKENS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let of =
        |user: i64| SIGNER.good(&json!({}), &json!({"sub": user.to_string(), "exp": NOW + user}));
    (0..16).map(of).collect()
});

proptest! {
    #[test]
    fn the_cache_changes_no_verdict(
        asked in proptest::collection::vec((0..16_usize, -70..90_i64), 1..60)
    ) {
        let issuers = issuers(vec![Issuer::new(declared()).unwrap()]);
        let mut cache = Cache::new(8).unwrap();
        for (user, after) in asked {
            let (token, now) = (&TOKENS[user], NOW + after);
            match (cache.read(&issuers, token, now), issuers.read(token, now)) {
                (Bearer::Verified(cached), Bearer::Verified(fresh)) => {
                    prop_assert_eq!(cached.subject(), fresh.subject());
                }
                (Bearer::Refused(_, cached), Bearer::Refused(_, fresh)) => {
                    prop_assert_eq!(cached, fresh);
                }
                (cached, fresh) => prop_assert!(false, "{cached:?} but {fresh:?}"),
            }
            let held = format!("{cache:?}");
            let count: usize = held.split(' ').nth(2).unwrap().parse().unwrap();
            prop_assert!(count <= 8);
        }
    }
}

/// Four places: asking again keeps a token, the one longest not asked for goes.
#[test]
fn the_one_longest_not_asked_for_makes_room() {
    let issuers = issuers(vec![Issuer::new(declared()).unwrap()]);
    let mut cache = Cache::new(4).unwrap();
    let mut read = |user: usize| cache.read(&issuers, &TOKENS[user], NOW);
    let first: Vec<_> = (0..4).map(&mut read).collect();
    assert!(same(&first[0], &read(0)));
    let _ = read(4);
    assert!(same(&first[0], &read(0)) && same(&first[2], &read(2)) && same(&first[3], &read(3)));
    assert!(!same(&first[1], &read(1)));
}
