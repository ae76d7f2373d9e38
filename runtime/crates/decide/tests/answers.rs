//! What a proxy reads off tables, permits, forwards and denials.

#![expect(
    clippy::unwrap_used,
    reason = "a test says what it expects; clippy knows only the bodies of test functions"
)]

use core::net::{IpAddr, Ipv4Addr};

use meshc_decide::json::{inbound_batch, inbound_json, outbound_batch, outbound_json};
use meshc_decide::{
    Asked, Claims, DenialKind, DestinationIx, Forward, LimitIx, ListenerIx, Outcome, Permit,
    RuleIx, Scene, Tables, UnixSeconds, User,
};
use meshc_request::{Canonical, NoFields, Raw, Scratch, canonicalise};
use meshc_snapshot::slice::Slice;
use meshc_token::{Bearer, Claim, Payload, TokenFault};

const WEB: &str = "spiffe://mesh.test/ns/shop/sa/web";
/// Signed with the key of RFC 8037, appendix A: `{"iss":"https://login.test","aud":"shop",
/// "exp":4102444800,"sub":"ada","role":["editor"],"tier":2}`.
const TOKEN: &str = concat!(
    "eyJhbGciOiJFZERTQSJ9.eyJpc3MiOiJodHRwczovL2xvZ2luLnRlc3QiLCJhdWQiOiJzaG9wIiwiZXhwIjo0MTA",
    "yNDQ0ODAwLCJzdWIiOiJhZGEiLCJyb2xlIjpbImVkaXRvciJdLCJ0aWVyIjoyfQ.vtaYpzGzF9iBG1YE80uSRPIb",
    "qQpyWR8RBlbic1_JpYCOQl5hsPMhy2q1ClUMmj0wldDU-p-k2ShyC5LGdFqaCw",
);

fn tables(slice: &str) -> Tables {
    let slice: Slice = serde_json::from_str(slice).unwrap();
    Tables::load(slice, None, "c0ffee".to_owned()).unwrap()
}

fn orders() -> Tables {
    tables(include_str!("orders.json"))
}

fn edge() -> Tables {
    tables(include_str!("edge.json"))
}

/// Does something with a request for a path of a host.
fn with_request<T>(host: &str, target: &str, then: impl FnOnce(&Canonical<'_>) -> T) -> T {
    let (target, host) = (target.as_bytes(), Some(host.as_bytes()));
    let mut scratch = Scratch::new();
    then(&canonicalise(Raw { method: b"GET", target, host, odd: false }, &mut scratch).unwrap())
}

fn admitted(tables: &Tables, host: &str, target: &str, from: Option<&str>) -> Permit {
    let peer = tables.peer(from, None);
    with_request(host, target, |request| {
        let asked = Asked::request(request, &NoFields, UnixSeconds(0));
        tables.admit(ListenerIx(0), &peer, &asked).unwrap()
    })
}

fn sent(tables: &Tables, host: &str, target: &str) -> Forward {
    with_request(host, target, |request| tables.route(request, &NoFields, 0).unwrap())
}

fn through_gateway(tables: &Tables, host: &str, target: &str) -> Forward {
    let permit = admitted(tables, host, target, None);
    with_request(host, target, |request| {
        tables.route_gateway(permit, request, &NoFields, 0).unwrap()
    })
}

#[test]
fn listeners_and_destinations_by_name() {
    let tables = orders();
    assert_eq!(tables.listener("api"), Some(ListenerIx(0)));
    assert_eq!(tables.listener("feed"), Some(ListenerIx(2)));
    assert_eq!(tables.listener("none"), None);
    assert_eq!(tables.destination_named("shop/stock"), Some(DestinationIx(0)));
    assert_eq!(edge().destination_named("shop/wild"), Some(DestinationIx(6)));
    assert_eq!(tables.destination_named("shop/none"), None);
    assert!(!tables.is_gateway() && edge().is_gateway());
}

#[test]
fn rules_by_number() {
    let tables = orders();
    assert_eq!(tables.guardrail_name(RuleIx(1)), "quarantine");
    assert_eq!(tables.deny_name(RuleIx(0)), "weekend-freeze");
    assert_eq!(tables.allow_name(RuleIx(0)), "editors");
    for none in [tables.guardrail_name(RuleIx(9)), tables.deny_name(RuleIx(99))] {
        assert_eq!(none, "");
    }
}

#[test]
fn a_peer_is_whoever_it_was_made_for() {
    let address = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));
    let peer = orders().peer(Some(WEB), Some(address));
    assert_eq!((peer.identity(), peer.address()), (Some(WEB), Some(address)));
    let nobody = orders().peer(None, None);
    assert_eq!((nobody.identity(), nobody.address()), (None, None));
}

#[test]
fn who_is_named_by_a_rule() {
    let tables = orders();
    for (identity, named) in [
        (WEB, true),
        ("spiffe://mesh.test/ns/shop/sa/sick", true),
        ("spiffe://mesh.test/ns/office/sa/anybody", true),
        ("spiffe://partner.test/eu/x", true),
        ("spiffe://partner.test/eu/", false),
        ("spiffe://mesh.test/ns/shop/sa/cart", false),
        ("spiffe://other.test/ns/office/sa/x", false),
    ] {
        assert_eq!(tables.lists(identity), named, "{identity}");
    }
}

#[test]
fn a_permit_tells_what_is_only_audited() {
    let tables = orders();
    let would = |target| admitted(&tables, "orders", target, Some(WEB)).would_deny();
    assert_eq!(would("/orders/1"), None);
    let denial = would("/orders/bulk").unwrap();
    assert_eq!((denial.kind(), denial.rule()), (DenialKind::DenyRule, Some(RuleIx(3))));
}

#[test]
fn a_denial_tells_which_audited_rule_would_have_allowed_it() {
    let tables = orders();
    let asked = |from: &str, then: fn(&Tables, Scene<'_>, &Asked<'_, NoFields>)| {
        let peer = tables.peer(Some(from), None);
        with_request("orders", "/orders", |request| {
            let scene = Scene::Inbound { listener: ListenerIx(0), peer: &peer };
            then(&tables, scene, &Asked::request(request, &NoFields, UnixSeconds(0)));
        });
    };
    asked("spiffe://mesh.test/ns/tests/sa/x", |tables, scene, asked| {
        let Scene::Inbound { listener, peer } = scene else { return };
        let denial = tables.admit(listener, peer, asked).unwrap_err();
        let rule = denial.would_allow().unwrap();
        assert_eq!(tables.allow_name(rule), "trial");
        let would = tables.reason(scene, asked, Outcome::Denied(denial)).would.unwrap();
        assert_eq!((would.verdict, would.status, would.kind), ("allowed", 200, "allow-rule"));
        assert_eq!(would.sentence, "allow rule `trial` matches");
        assert_eq!(would.rule.as_deref(), Some("trial"));
        assert_eq!(would.operation.as_deref(), Some("read"));
        assert_eq!(would.commit, "c0ffee");
    });
    // An audited guardrail would have refused it before.
    asked("spiffe://mesh.test/ns/lab/sa/x", |tables, scene, asked| {
        let Scene::Inbound { listener, peer } = scene else { return };
        assert_eq!(tables.admit(listener, peer, asked).unwrap_err().would_allow(), None);
    });
}

#[test]
fn a_forward_tells_what_chose_it() {
    let tables = orders();
    let of = |target: &str| sent(&tables, "stock:8080", target);
    assert_eq!((of("/items").traffic(), of("/else").traffic()), (Some(0), Some(1)));
    assert_eq!((of("/items").route(), of("/items").cluster().0), (None, 2));
    assert_eq!(tables.rewrite_authority(&of("/items")), None);
    let nothing = with_request("stock:8080", "/count", |request| {
        let (mut scratch, path) = (Scratch::new(), request.path().as_bytes());
        let raw = Raw { method: b"POST", target: path, host: Some(b"stock:8080"), odd: false };
        let request = canonicalise(raw, &mut scratch).unwrap();
        tables.route(&request, &NoFields, 0).unwrap()
    });
    assert_eq!((nothing.traffic(), nothing.cluster().0), (None, 0));
}

#[test]
fn a_gateway_sends_on_under_the_destinations_name() {
    let tables = edge();
    let forward = through_gateway(&tables, "b.us.shop.test", "/items/1");
    assert_eq!((forward.route(), forward.traffic()), (Some(1), None));
    assert_eq!(tables.rewrite_authority(&forward), Some("wild.shop"));
    let forward = through_gateway(&tables, "shop.test", "/items/1");
    assert_eq!((forward.route(), tables.rewrite_authority(&forward)), (Some(0), Some("any.shop")));
}

#[test]
fn a_batch_is_its_questions_one_by_one() {
    let tables = orders();
    let inbound = r#"{"method":"GET","target":"/orders/1","host":"orders","from":null}"#;
    let outbound = r#"{"method":"GET","target":"/items","host":"stock:8080"}"#;
    let lines = |question: &str| format!("{question}\n  \n\n{question}\nnone\n");
    let answers = |one: fn(&Tables, &str) -> String, question: &str| {
        [one(&tables, question), one(&tables, question), one(&tables, "none")].map(|one| one + "\n")
    };
    assert_eq!(inbound_batch(&tables, &lines(inbound)), answers(inbound_json, inbound).concat());
    assert_eq!(
        outbound_batch(&tables, &lines(outbound)),
        answers(outbound_json, outbound).concat()
    );
}

/// A user as if there had been a token that says so.
struct Said(&'static str, Payload);

impl Said {
    fn new(issuer: &'static str, claims: &str) -> Self {
        Self(issuer, Payload::read(claims.as_bytes()).unwrap())
    }
}

impl Claims for Said {
    fn issuer(&self) -> &str {
        self.0
    }

    fn payload(&self) -> &Payload {
        &self.1
    }
}

/// The verdict on `PATCH /orders/1` on behalf of a user.
fn status(tables: &Tables, user: User<'_>) -> (u16, String) {
    let raw = Raw { method: b"PATCH", target: b"/orders/1", host: Some(b"orders"), odd: false };
    let mut scratch = Scratch::new();
    let request = canonicalise(raw, &mut scratch).unwrap();
    let peer = tables.peer(Some(WEB), None);
    let asked = Asked { user, ..Asked::request(&request, &NoFields, UnixSeconds(0)) };
    let outcome = tables.admit(ListenerIx(0), &peer, &asked).into();
    let scene = Scene::Inbound { listener: ListenerIx(0), peer: &peer };
    let reason = tables.reason(scene, &asked, outcome);
    (reason.status, reason.sentence)
}

#[test]
fn a_token_from_its_signature_to_the_rule() {
    let tables = orders();
    let issuers = tables.issuers(|_| None).unwrap();
    let Bearer::Verified(claims) = issuers.read(TOKEN, 0) else {
        panic!("the token is sound");
    };
    assert_eq!(status(&tables, User::Verified(&*claims)).0, 200);
    assert_eq!(Claims::issuer(&*claims), "login");
    let Bearer::Refused(issuer, fault) = issuers.read(TOKEN, 4_102_444_861) else {
        panic!("the token has expired");
    };
    let (code, sentence) = status(&tables, User::Unsound(&issuer, fault));
    assert_eq!(code, 401);
    assert!(sentence.starts_with("a token of issuer `login`: "), "{sentence}");
}

#[test]
fn a_limit_counts_by_the_claim_of_its_issuer() {
    let tables = orders();
    let ada = Said::new("login", r#"{"sub":"ada"}"#);
    let other = Said::new("other", r#"{"sub":"ada"}"#);
    let counted = |limit, user| match tables.counted_claim(LimitIx(limit), user) {
        Some(Claim::Text(text)) => Some(text.to_owned()),
        _ => None,
    };
    assert_eq!(counted(0, User::Verified(&ada)).as_deref(), Some("ada"));
    assert_eq!(counted(0, User::Verified(&other)), None);
    assert_eq!(counted(0, User::Nobody), None);
    assert_eq!(counted(1, User::Verified(&ada)), None);
}

#[test]
fn the_application_is_told_what_is_declared() {
    let tables = orders();
    let names: Vec<&str> = tables.forwarded_fields().iter().map(|name| &**name).collect();
    assert_eq!(names, ["x-role", "x-user"]);
    let told = |issuer, claims: &str| {
        let said = Said::new(issuer, claims);
        tables.forwarded(User::Verified(&said)).map(|(_, value)| value).collect::<Vec<_>>()
    };
    assert_eq!(told("login", r#"{"sub":"ada","role":["a","b"],"tier":2}"#), ["a,b", "ada"]);
    assert_eq!(told("login", r#"{"sub":"ada","role":[",a"]}"#), ["ada"]);
    assert_eq!(told("login", r#"{"sub":"ada","role":["a",",b"]}"#), ["ada"]);
    assert_eq!(told("other", r#"{"sub":"ada"}"#), [""; 0]);
}

#[test]
fn a_user_is_shown_without_claims() {
    let ada = Said::new("login", r#"{"sub":"ada"}"#);
    let unsound = User::Unsound("login", TokenFault::Expired);
    let shown = [User::Nobody, unsound, User::Verified(&ada)].map(|user| format!("{user:?}"));
    assert_eq!(shown, ["Nobody", "Unsound", "Verified"]);
}

#[test]
fn a_call_that_waits_less_leaves_less_for_each_try() {
    let tables = orders();
    let settings = sent(&tables, "stock:8080", "/items").settings();
    assert_eq!((settings.timeout_ms, settings.per_try_ms, settings.attempts), (900, 400, 2));
    assert!(settings.after_connect_failure && !settings.after_refused_stream);
    let settings = sent(&tables, "stock:9090", "/slow").settings();
    assert_eq!((settings.timeout_ms, settings.per_try_ms, settings.attempts), (3_000, 3_000, 1));
}
