use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::bed::{Bed, FIRST, LAST, Recipe};
use crate::profile::Profile;

static BED: LazyLock<Bed> = LazyLock::new(Bed::new);

fn now_of(recipe: &Recipe<'_>) -> i64 {
    let text = recipe.get("now").unwrap_or("mid");
    let at = text.find(['+', '-']).unwrap_or(text.len());
    let (point, offset) = text.split_at(at);
    let point = match point {
        "first" => FIRST,
        "last" => LAST,
        "mid" => FIRST + 9 * 86_400,
        other => panic!("unknown time {other}"),
    };
    point + if offset.is_empty() { 0 } else { offset.parse::<i64>().unwrap() }
}

fn bundle_of(recipe: &Recipe<'_>) -> TrustBundle {
    let names = recipe.list("bundle", "a");
    let roots: Vec<_> = names.into_iter().map(|name| BED.certificate(name)).collect();
    let domain = TrustDomain::parse(recipe.get("trust").unwrap_or("td-a")).unwrap();
    TrustBundle::new(domain, &roots).unwrap()
}

fn answer(recipe: &Recipe<'_>) -> String {
    let usage = match recipe.get("usage") {
        Some("client") => Usage::Client,
        _ => Usage::Server,
    };
    let chain = BED.chain(recipe);
    match verify(&chain, &bundle_of(recipe), now_of(recipe), usage) {
        Ok(peer) => {
            assert_eq!(peer.not_after(), LAST);
            let claimed = claimed_trust_domain(&chain[0]).unwrap();
            assert_eq!(claimed.as_str(), peer.id().trust_domain());
            match peer.id().as_str() {
                long if long.len() == 2_048 => "ok-long".into(),
                id => format!("ok {id}"),
            }
        }
        Err(fault) => {
            assert!(!fault.to_string().is_empty());
            format!("{fault:?}")
        }
    }
}

#[test]
fn rows() {
    let text = include_str!("../tests/rows.txt");
    let rows: Vec<_> = text.lines().filter(|line| !line.starts_with('#')).collect();
    assert!(rows.len() > 70, "{} rows", rows.len());
    let mut wrong = Vec::new();
    for row in rows {
        let parts: Vec<_> = row.split('|').map(str::trim).collect();
        let [_, wanted, recipe, _] = parts[..] else { panic!("four parts: {row}") };
        let got = answer(&Recipe(recipe));
        if got != wanted {
            wrong.push(format!("{row}\n  got {got}"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn bundles_refuse_what_cannot_sign() {
    let domain = || TrustDomain::parse("td-a").unwrap();
    let bundle = |name| TrustBundle::new(domain(), &[BED.certificate(name)]).map(|_| ());
    assert_eq!(bundle("a"), Ok(()));
    assert_eq!(bundle("leaf"), Err(SvidFault::SignerMayNotSign));
    assert_eq!(bundle("not-ca"), Err(SvidFault::SignerMayNotSign));
    assert_eq!(bundle("no-sign"), Err(SvidFault::SignerMayNotSign));
    assert_eq!(bundle("workload-ca"), Err(SvidFault::SignerNamesWorkload));
    assert_eq!(bundle("foreign-ca"), Err(SvidFault::SignerNamesWorkload));
    assert_eq!(TrustBundle::new(domain(), &[]).map(|_| ()), Err(SvidFault::NoRoot));
    let garbage = [vec![0x30, 3, 2, 1, 1].into()];
    assert_eq!(TrustBundle::new(domain(), &garbage).map(|_| ()), Err(SvidFault::Malformed));
}

/// PEM of a signer's certificate.
fn pem(name: &str) -> String {
    use base64::Engine as _;
    let text = base64::engine::general_purpose::STANDARD.encode(BED.certificate(name));
    let lines: Vec<&str> =
        text.as_bytes().chunks(64).map(|line| core::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
}

#[test]
fn bundles_in_pem_hold_roots_and_no_secret() {
    let read = |text: &str| {
        let domain = TrustDomain::parse("td-a").unwrap();
        TrustBundle::from_pem(domain, text.as_bytes()).map(|bundle| bundle.anchors(FIRST).len())
    };
    assert_eq!(read(&pem("a")), Ok(1));
    assert_eq!(read(&format!("# Partner\n{}and\n{}", pem("a"), pem("a2"))), Ok(2));
    assert_eq!(read(&pem("leaf")), Err(SvidFault::SignerMayNotSign));
    assert_eq!(read(""), Err(SvidFault::NoRoot));
    assert_eq!(read(&pem("a").repeat(65)), Err(SvidFault::TooManyRoots));
    assert_eq!(read(&pem("a").replace('M', "!")), Err(SvidFault::NotPem));
    for kind in ["", "EC ", "RSA ", "ENCRYPTED "] {
        let key =
            format!("-----BEGIN {kind}PRIVATE KEY-----\nMAA=\n-----END {kind}PRIVATE KEY-----");
        assert_eq!(read(&format!("{}{key}", pem("a"))), Err(SvidFault::PrivateKey), "{kind}");
    }
}

#[test]
fn a_federated_root_speaks_for_its_own_trust_domain_only() {
    let bundle = |domain: &str, root| {
        TrustBundle::new(TrustDomain::parse(domain).unwrap(), &[BED.certificate(root)]).unwrap()
    };
    let (own, federated) = (bundle("td-a", "a"), [bundle("td-b", "b"), bundle("td-a", "b")]);
    let verified = |federated: &[TrustBundle], recipe: &str| {
        let chain = BED.chain(&Recipe(recipe));
        let peer = verify_federated(&chain, (&own, federated), FIRST, Usage::Client);
        peer.map(|peer| peer.id().to_string())
    };
    let ok = |id: &str| Ok(id.to_owned());
    for (recipe, wanted) in [
        ("by=a", ok("spiffe://td-a/web")),
        ("by=b uri=spiffe://td-b/web", ok("spiffe://td-b/web")),
        ("by=b uri=spiffe://td-a/web", Err(SvidFault::UnknownIssuer)),
        ("by=a uri=spiffe://td-b/web", Err(SvidFault::UnknownIssuer)),
        ("by=b uri=spiffe://td-c/web", Err(SvidFault::OtherTrustDomain)),
        ("no-leaf", Err(SvidFault::NoCertificate)),
    ] {
        assert_eq!(verified(&federated, recipe), wanted, "{recipe}");
    }
    let nobody = verified(&[], "by=b uri=spiffe://td-b/web");
    assert_eq!(nobody, Err(SvidFault::OtherTrustDomain));
}

#[test]
fn ids_have_their_parts() {
    let id: SpiffeId = "spiffe://td-a.example/ns/shop/sa/web".parse().unwrap();
    assert_eq!((id.trust_domain(), id.path()), ("td-a.example", "/ns/shop/sa/web"));
    let id = SpiffeId::parse("spiffe://td").unwrap();
    assert_eq!((id.trust_domain(), id.path()), ("td", ""));
}

fn id_text() -> impl Strategy<Value = String> {
    let segment = "[a-zA-Z0-9._-]{1,12}".prop_filter("no dots", |text| text != "." && text != "..");
    ("[a-z0-9._-]{1,40}", prop::collection::vec(segment, 0..6)).prop_map(|(domain, segments)| {
        let path: String = segments.iter().map(|segment| format!("/{segment}")).collect();
        format!("spiffe://{domain}{path}")
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn displayed_ids_are_read_back(text in id_text()) {
        let id = SpiffeId::parse(&text);
        prop_assert!(id.is_ok(), "{text}");
        if let Ok(id) = id {
            prop_assert_eq!(id.to_string(), text);
            prop_assert_eq!(SpiffeId::parse(&id.to_string()), Ok(id.clone()));
            prop_assert_eq!(format!("spiffe://{}{}", id.trust_domain(), id.path()), id.as_str());
            prop_assert!(TrustDomain::parse(id.trust_domain()).is_ok());
        }
    }

    #[test]
    fn accepted_ids_are_of_the_grammar(text in "(spiffe://)?[a-zA-Z0-9._:@/?#% é-]{0,30}") {
        if let Ok(id) = SpiffeId::parse(&text) {
            let domain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c);
            prop_assert!(id.trust_domain().chars().all(domain) && !id.trust_domain().is_empty());
            let sound = |segment: &str| {
                !segment.is_empty()
                    && !segment.chars().all(|c| c == '.' && segment.len() < 3)
                    && segment.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
            };
            prop_assert!(id.path().is_empty() || id.path().split('/').skip(1).all(sound), "{text}");
        }
    }

    /// No bytes make a reader panic; and changing any byte of a good leaf never yields a peer of
    /// another name.
    #[test]
    fn mutated_certificates_are_refused_or_the_same(
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        static CHAIN: LazyLock<Vec<rustls_pki_types::CertificateDer<'static>>> =
            LazyLock::new(|| BED.chain(&Recipe("dns=a.test")));
        let mut leaf = CHAIN[0].to_vec();
        for (at, byte) in &edits {
            let at = at.index(leaf.len());
            leaf[at] = *byte;
        }
        if let Some(cut) = cut {
            leaf.truncate(cut.index(leaf.len()));
        }
        let changed = leaf != CHAIN[0].as_ref();
        let _ = Profile::read(&leaf);
        let chain = [leaf.into(), CHAIN[1].clone()];
        let answer = verify(&chain, &bundle_of(&Recipe("")), now_of(&Recipe("")), Usage::Server);
        prop_assert_eq!(answer.is_ok(), !changed);
    }

    #[test]
    fn random_bytes_are_no_certificate(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(Profile::read(&bytes).is_none());
    }
}
