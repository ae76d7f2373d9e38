use super::*;
use crate::canonical;
use crate::manifest::Entry;
use crate::parts::{Parts, parts};
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
        callee: callee(),
        calls: vec![Call { operation: Some("read".into()), timeout_ms: Some(1) }],
    }
}

fn callee() -> Callee {
    Callee {
        clusters: vec![Cluster {
            endpoints: vec![Endpoint { address: "127.0.0.1".into(), zone: Some("a".into()) }],
            name: String::new(),
        }],
        format: FORMAT,
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
        capabilities: vec!["format/2".into()],
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
    let Parts { slice: written, callees } = parts(full()).unwrap();
    assert_eq!(slice(&written, |name| callees.get(name)), Ok(full()));
    assert_eq!(super::callees(&written).unwrap(), callees.into_keys().collect::<Vec<_>>());
    assert_eq!(places(&canonical(&full_places()).unwrap()), Ok(full_places()));
    assert_eq!(manifest(&canonical(&full_manifest()).unwrap()), Ok(full_manifest()));
}

/// Reads a slice that names nothing, or finds nothing.
fn alone(bytes: &[u8]) -> Result<Slice, NotRead> {
    slice(bytes, |_| None::<&[u8]>)
}

#[test]
fn another_format_an_unknown_field_and_too_many_bytes_are_refused() {
    let text = String::from_utf8(parts(full()).unwrap().slice).unwrap();
    let newer = text.replace("\"format\":2", "\"format\":3,\"whatIsThis\":1");
    assert_eq!(alone(newer.as_bytes()), Err(NotRead::Format(3)));
    let unknown = text.replace("\"format\":2", "\"format\":2,\"whatIsThis\":1");
    assert!(
        matches!(alone(unknown.as_bytes()), Err(NotRead::Malformed(why)) if why.contains("whatIsThis"))
    );
    assert_eq!(alone(&vec![b' '; MAX_BYTES + 1]), Err(NotRead::TooLong));
    assert!(matches!(alone(&b"[".repeat(100_000)), Err(NotRead::Malformed(_))));
}

#[test]
fn a_whole_slice_is_no_stored_one_and_the_form_before_is_refused_by_name() {
    let whole = String::from_utf8(canonical(&full()).unwrap()).unwrap();
    assert!(
        matches!(alone(whole.as_bytes()), Err(NotRead::Malformed(why)) if why.contains("invalid type: map"))
    );
    let before = whole.replace("\"format\":2", "\"format\":1");
    let why = alone(before.as_bytes()).unwrap_err();
    assert_eq!(why.to_string(), "the blob is of format 1; this runtime reads format 2");
}

/// What is said of the one callee of [`full`] when another content is given for its name, or the
/// slice names that content.
fn refused(change: impl Fn(String) -> String, renamed: bool) -> NotRead {
    let Parts { slice: stored, callees } = parts(full()).unwrap();
    let (name, blob) = callees.into_iter().next().unwrap();
    let blob = change(String::from_utf8(blob).unwrap());
    let other = if renamed { Digest::of(blob.as_bytes()) } else { name };
    let stored = String::from_utf8(stored).unwrap().replace(&name.to_string(), &other.to_string());
    slice(stored.as_bytes(), |wanted| {
        assert_eq!(*wanted, other);
        Some(&blob)
    })
    .unwrap_err()
}

#[test]
fn a_callee_that_is_missing_or_another_is_refused_and_named() {
    let stored = parts(full()).unwrap();
    let name = *stored.callees.keys().next().unwrap();
    assert_eq!(alone(&stored.slice), Err(NotRead::Callee(name, NotCallee::Missing)));
    let tampered = refused(|text| text.replace("127.0.0.1", "127.0.0.2"), false);
    assert_eq!(tampered, NotRead::Callee(name, NotCallee::Other));
    let why = "has another content than its name says";
    assert_eq!(tampered.to_string(), format!("the callee {name} {why}"));
}

#[test]
fn a_callee_in_another_form_is_refused_though_it_is_named() {
    for (ours, other) in [
        ("\"format\":2", "\"format\": 2"),
        ("127.0.0.1", "127\\u002e0.0.1"),
        ("\"attempts\":2,\"perTryMs\":10", "\"perTryMs\":10,\"attempts\":2"),
        ("\"attempts\":2,", "\"attempts\":2,\"on\":null,"),
        ("\"regex\":\"/x\"", "\"regex\":null"),
    ] {
        let other = refused(|text| text.replace(ours, other), true);
        assert!(matches!(other, NotRead::Callee(_, NotCallee::NotCanonical)), "{other}");
    }
    let newer = refused(|text| text.replace("\"format\":2", "\"format\":3"), true);
    let NotRead::Callee(_, NotCallee::NotRead(why)) = newer else { panic!("{newer}") };
    assert_eq!(*why, NotRead::Format(3));
    for what in ["\"whatIsThis\":1,\"workload\"", "\"callee\":\"sha256:0\",\"workload\""] {
        let unknown = refused(|text| text.replace("\"workload\"", what), true);
        assert!(unknown.to_string().contains("malformed"), "{unknown}");
    }
    let long = refused(|text| text + &" ".repeat(MAX_BYTES), true);
    assert_eq!(long, NotRead::TooLongTogether);
}

/// A stored slice that names this callee so many times.
fn naming(times: usize) -> (Vec<u8>, Vec<u8>) {
    let Parts { slice: stored, callees } = parts(full()).unwrap();
    let mut stored: Slice<Digest> = serde_json::from_slice(&stored).unwrap();
    let one = stored.destinations.remove(0);
    stored.destinations = vec![one; times];
    (canonical(&stored).unwrap(), callees.into_values().next().unwrap())
}

#[test]
fn many_names_of_one_callee_count_as_many_times() {
    let (few, blob) = naming(3);
    assert_eq!(slice(&few, |_| Some(&blob)).unwrap().destinations.len(), 3);
    // A small slice that names one blob again and again would become a large one.
    let (many, blob) = naming(MAX_BYTES / blob.len());
    assert!(many.len() < MAX_BYTES / 2);
    assert_eq!(slice(&many, |_| Some(&blob)), Err(NotRead::TooLongTogether));
    let (too_many, _) = naming(MAX_CALLEES + 1);
    assert_eq!(slice(&too_many, |_| Some(&blob)), Err(NotRead::TooManyCallees));
    assert_eq!(callees(&too_many), Err(NotRead::TooManyCallees));
}
