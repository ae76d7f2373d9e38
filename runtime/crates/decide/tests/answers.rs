//! What a proxy reads off tables, permits, forwards and denials.

#![expect(
    clippy::unwrap_used,
    reason = "a test says what it expects; clippy knows only the bodies of test functions"
)]

use core::net::{IpAddr, Ipv4Addr};

use meshc_decide::json::{inbound_batch, inbound_json, outbound_batch, outbound_json};
use meshc_decide::{
    Asked, DenialKind, DestinationIx, Forward, ListenerIx, Outcome, Permit, RuleIx, Scene, Tables,
    UnixSeconds,
};
use meshc_request::{Canonical, NoFields, Raw, Scratch, canonicalise};
use meshc_snapshot::slice::Slice;

const WEB: &str = "spiffe://mesh.test/ns/shop/sa/web";

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
    assert_eq!(edge().destination_named("shop/wild"), Some(DestinationIx(5)));
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
