use super::*;
use crate::canonical;
use crate::manifest::Entry;
use crate::places::{DestinationPlaces, Place};
use crate::slice::*;

fn condition(test: Test) -> Condition {
    Condition { name: "x-a".into(), not: true, test }
}

fn conditions() -> Vec<Condition> {
    [
        Test::Equals("é".into()),
        Test::OneOf(vec!["a".into()]),
        Test::Prefix("p".into()),
        Test::Present(false),
        Test::Suffix("s".into()),
        Test::Has("h".into()),
        Test::Regex("r".into()),
    ]
    .map(condition)
    .into()
}

fn matching() -> Match {
    Match {
        headers: conditions(),
        host: Some("h.test".into()),
        methods: vec!["GET".into()],
        path: "/a/{b}/**".into(),
        query: conditions(),
        regex: Some("/x".into()),
    }
}

fn operation() -> Operation {
    Operation {
        idempotent: true,
        matches: [matching()].into(),
        name: "read".into(),
        ports: vec![0],
        retry: Retry { attempts: 2, on: None, per_try_ms: Some(10) },
        timeout_ms: 100,
    }
}

fn rule() -> Rule {
    let claim = |test| Claim { not: true, path: "a/b".into(), test };
    let scalars = vec![Scalar::Truth(true), Scalar::Number(-1), Scalar::Text("é".into())];
    Rule {
        audit: true,
        client: vec!["192.0.2.0/24".into()],
        from: From {
            identities: vec!["spiffe://mesh.test/ns/a/sa/b".into()],
            prefixes: vec!["spiffe://other.test/".into()],
            ..From::default()
        },
        hours: Some(Hours { days: vec![1], from: 0, to: 1, zone: "UTC0".into() }),
        since: Some(-2),
        source: vec!["10.0.0.0/8".into()],
        user: Some(User {
            claims: vec![
                claim(ClaimTest::Equals(Scalar::Number(1))),
                claim(ClaimTest::Has(Scalar::Text("x".into()))),
                claim(ClaimTest::OneOf(scalars)),
                claim(ClaimTest::Prefix("p".into())),
                claim(ClaimTest::Present(true)),
                claim(ClaimTest::Regex("r".into())),
                claim(ClaimTest::Suffix("s".into())),
            ],
            issuer: "corp".into(),
        }),
        headers: conditions(),
        matches: vec![matching()],
        name: "rule".into(),
        operations: Some(vec!["read".into()]),
        query: conditions(),
        until: Some(-1),
    }
}

fn issuer(keys: TokenKeys) -> TokenIssuer {
    TokenIssuer {
        algorithms: vec!["ES256".into()],
        audiences: vec!["shop".into()],
        forward: vec![ForwardedClaim { claim: "sub".into(), header: "x-user".into() }],
        issuer: "https://corp.test".into(),
        keys,
        name: "corp".into(),
    }
}

fn limit(per: Per) -> RateLimit {
    RateLimit {
        burst: 20,
        count: 100,
        name: "l".into(),
        operations: Some(vec!["read".into(), "rest".into()]),
        per,
        period_ms: 1_000,
    }
}

fn listener(protocol: Protocol, tls: Tls) -> Listener {
    Listener {
        certificate: Some("c".into()),
        hosts: vec!["*.test".into()],
        name: "api".into(),
        port: 80,
        protocol,
        target: 81,
        tls,
    }
}

fn destination() -> Destination {
    Destination {
        authorities: vec!["d".into()],
        calls: vec![Call { operation: Some("read".into()), timeout_ms: Some(1) }],
        clusters: vec![Cluster {
            endpoints: vec![Endpoint { address: "127.0.0.1".into(), zone: Some("a".into()) }],
            name: String::new(),
        }],
        identity: "spiffe://mesh.test/ns/a/sa/d".into(),
        operations: vec![operation()],
        ports: vec![Port { name: "api".into(), port: 80, protocol: Protocol::Http }],
        readings: vec![Reading::Plain, Reading::Matrix],
        traffic: vec![Traffic {
            headers: conditions(),
            name: "t".into(),
            operations: Some(vec!["rest".into()]),
            query: conditions(),
            to: vec![Weighted { cluster: String::new(), weight: 1 }],
        }],
        workload: "a/d".into(),
    }
}

/// A slice with every field of every type in use.
pub(crate) fn full() -> Slice {
    Slice {
        destinations: vec![destination()],
        format: FORMAT,
        inbound: Inbound {
            allow: vec![rule()],
            audit: true,
            gateways: vec!["spiffe://mesh.test/ns/a/sa/g".into()],
            guardrails: vec![rule()],
            authorities: vec!["w".into()],
            deny: vec![rule()],
            federated: vec![Federated {
                bundle: "-----BEGIN".into(),
                trust_domain: "other.test".into(),
            }],
            identity: "spiffe://mesh.test/ns/a/sa/w".into(),
            issuers: vec![
                issuer(TokenKeys::Inline("{\"keys\":[]}".into())),
                issuer(TokenKeys::Url { refresh_seconds: 300, url: "https://k.test/jwks".into() }),
            ],
            listeners: vec![
                listener(Protocol::Http, Tls::Mutual),
                listener(Protocol::Tcp, Tls::None),
                listener(Protocol::Http, Tls::Terminate),
            ],
            operations: vec![operation()],
            probes: vec![Probe { path: "/healthz".into(), port: "api".into() }],
            rate_limits: vec![
                limit(Per::Caller),
                limit(Per::User { claim: "sub".into(), issuer: "corp".into() }),
            ],
            readings: vec![Reading::Plain],
        },
        routes: vec![Route {
            destination: "a/d".into(),
            hosts: vec!["h.test".into()],
            matches: vec![matching()],
            name: "r".into(),
            operation: Some("read".into()),
        }],
        trust_domain: "mesh.test".into(),
        workload: "a/w".into(),
    }
}

fn full_places() -> Places {
    Places {
        destinations: vec![DestinationPlaces {
            calls: vec![Place(0, 1, 1)],
            traffic: vec![Place(0, 2, 1)],
        }],
        files: vec!["a.yaml".into()],
        format: FORMAT,
        guardrails: vec![Place(0, 3, 1)],
        rate_limits: vec![Place(0, 4, 1)],
        ..Places::default()
    }
}

fn full_manifest() -> Manifest {
    Manifest {
        capabilities: vec!["format/1".into()],
        commit: "worktree".into(),
        compiler: "0.1.0".into(),
        format: FORMAT,
        height: 1,
        parent: Some("sha256:0".into()),
        slices: vec![Entry { places: "p".into(), slice: "s".into(), workload: "a/w".into() }],
        trust_domain: "mesh.test".into(),
    }
}

#[test]
fn plain_serialisation_is_the_canonical_form() {
    assert_eq!(serde_json::to_vec(&full()).unwrap(), canonical(&full()).unwrap());
    assert_eq!(serde_json::to_vec(&full_places()).unwrap(), canonical(&full_places()).unwrap());
    assert_eq!(serde_json::to_vec(&full_manifest()).unwrap(), canonical(&full_manifest()).unwrap());
}

#[test]
fn what_was_written_reads_back() {
    assert_eq!(slice(&canonical(&full()).unwrap()), Ok(full()));
    assert_eq!(places(&canonical(&full_places()).unwrap()), Ok(full_places()));
    assert_eq!(manifest(&canonical(&full_manifest()).unwrap()), Ok(full_manifest()));
}

#[test]
fn another_format_an_unknown_field_and_too_many_bytes_are_refused() {
    let text = String::from_utf8(canonical(&full()).unwrap()).unwrap();
    let newer = text.replace("\"format\":1", "\"format\":2,\"whatIsThis\":1");
    assert_eq!(slice(newer.as_bytes()), Err(NotRead::Format(2)));
    let unknown = text.replace("\"format\":1", "\"format\":1,\"whatIsThis\":1");
    assert!(
        matches!(slice(unknown.as_bytes()), Err(NotRead::Malformed(why)) if why.contains("whatIsThis"))
    );
    assert_eq!(slice(&vec![b' '; MAX_BYTES + 1]), Err(NotRead::TooLong));
    assert!(matches!(slice(&b"[".repeat(100_000)), Err(NotRead::Malformed(_))));
}
