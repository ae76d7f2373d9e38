//! A slice that contradicts itself is refused whole, and the fault names the contradiction.

#![expect(
    clippy::unwrap_used,
    reason = "a test says what it expects; clippy knows only the bodies of test functions"
)]

use meshc_decide::{Asked, LimitIx, ListenerIx, OperationIx, Tables, UnixSeconds};
use meshc_request::{NoFields, Raw, Scratch, canonicalise};
use meshc_snapshot::places::{DestinationPlaces, Place, Places};
use meshc_snapshot::slice::{Probe, Reading, Slice, TokenIssuer};
use serde_json::{Value, json};

const PAYMENTS: &str = include_str!("payments.json");

fn slice() -> Slice {
    serde_json::from_str(PAYMENTS).unwrap()
}

/// The slice with the value at `pointer` replaced.
fn with(pointer: &str, value: Value) -> Slice {
    let mut slice: Value = serde_json::from_str(PAYMENTS).unwrap();
    *slice.pointer_mut(pointer).unwrap() = value;
    serde_json::from_value(slice).unwrap()
}

fn fault(slice: Slice) -> String {
    Tables::load(slice, None, String::new()).unwrap_err().to_string()
}

#[test]
fn contradictions_are_named() {
    for (pointer, value, words) in [
        ("/format", json!(1), "format 1"),
        ("/inbound/listeners/1/name", json!("api"), "listener `api` appears twice"),
        ("/inbound/listeners/1/port", json!(8080), "port `8080` appears twice"),
        ("/inbound/listeners/1/port", json!(0), "port is 0"),
        ("/inbound/listeners/1/name", json!("cache"), "TCP port `cache` has no operation"),
        ("/inbound/listeners/1/name", json!("read"), "operation of TCP port `read` has matches"),
        ("/inbound/operations/1/name", json!("beta"), "operation `beta` appears twice"),
        ("/inbound/operations/1/name", json!("rest"), "`rest` matches what no other does"),
        ("/inbound/operations/1/ports", json!([7]), "names port 7"),
        ("/inbound/operations/1/matches/0/path", json!("/a/../b"), "operation `charge`"),
        ("/inbound/deny/1/matches/0/path", json!("x"), "deny rule `no-debug`"),
        ("/inbound/allow/0/operations", json!(["none"]), "names operation `none`"),
        ("/inbound/readings", json!([]), "no reading"),
        ("/destinations/0/callee/clusters", json!([]), "no cluster"),
        ("/destinations/0/callee/workload", json!("ledger"), "not `namespace/name`"),
        ("/destinations/0/calls/0/operation", json!("none"), "`none` is called"),
        ("/destinations/0/callee/traffic/0/to/0/cluster", json!("v9"), "names cluster `v9`"),
        ("/destinations/0/callee/traffic/1/to/0/weight", json!(0), "all 0"),
        (
            "/destinations/0/callee/traffic/0/operations",
            json!(["none"]),
            "`none` is named in traffic",
        ),
    ] {
        let found = fault(with(pointer, value));
        assert!(found.contains(words), "{pointer}: {found}");
    }
}

/// The slice with one rate limit, this field of it replaced.
fn with_limit(field: &str, value: Value) -> Slice {
    let mut limit = json!({
        "burst": 2, "count": 5, "name": "l", "operations": ["charge", "rest"], "per": "caller",
        "periodMs": 1_000,
    });
    *limit.pointer_mut(field).unwrap() = value;
    let mut slice: Value = serde_json::from_str(PAYMENTS).unwrap();
    *slice.pointer_mut("/inbound/rateLimits").unwrap() = json!([limit]);
    serde_json::from_value(slice).unwrap()
}

#[test]
fn a_rate_limit_that_cannot_be_kept_is_a_contradiction() {
    for (field, value, words) in [
        ("/operations", json!(["none"]), "rate limit `l`: names operation `none`"),
        ("/operations", json!(["store"]), "rate limit `l`: `store` carries no requests"),
        ("/count", json!(0), "rate limit `l`: a rate is at least one request"),
        ("/count", json!(1_000_001), "1000001 in 1000 ms"),
        ("/burst", json!(0), "rate limit `l`: a burst is at least one"),
        ("/burst", json!(1_000_001), "1000001 at once"),
        ("/periodMs", json!(0), "rate limit `l`: the period"),
        ("/periodMs", json!(3_600_001), "5 in 3600001 ms"),
    ] {
        let found = fault(with_limit(field, value));
        assert!(found.contains(words), "{field}: {found}");
    }
    for (field, value) in [
        ("/count", json!(1_000_000)),
        ("/burst", json!(1_000_000)),
        ("/periodMs", json!(3_600_000)),
    ] {
        assert!(Tables::load(with_limit(field, value), None, String::new()).is_ok(), "{field}");
    }
    let mut twice = with_limit("/burst", json!(2));
    twice.inbound.rate_limits.push(twice.inbound.rate_limits[0].clone());
    assert!(fault(twice).contains("rate limit `l` appears twice"));
}

#[test]
fn a_destination_has_64_ports_at_most() {
    let with_ports = |count: u16| {
        let port = |at| json!({"name": format!("p{at}"), "port": 9_000 + at, "protocol": "http"});
        with("/destinations/0/callee/ports", (0..count).map(port).collect())
    };
    assert!(Tables::load(with_ports(64), None, String::new()).is_ok());
    assert!(fault(with_ports(65)).contains("destination `books/ledger`: more than 64 ports"));
}

#[test]
fn whoever_names_an_issuer_names_a_declared_one() {
    let orders = || -> Slice { serde_json::from_str(include_str!("orders.json")).unwrap() };
    let mut none = orders();
    none.inbound.issuers.clear();
    assert_eq!(fault(none.clone()), "names token issuer `login`, unknown");
    for rules in [&mut none.inbound.guardrails, &mut none.inbound.deny, &mut none.inbound.allow] {
        rules.retain(|rule| rule.user.is_none());
    }
    assert_eq!(fault(none.clone()), "names token issuer `login`, unknown", "a rate limit does");
    none.inbound.rate_limits.clear();
    assert!(Tables::load(none, None, String::new()).is_ok());
    let mut twice = orders();
    let twin = twice.inbound.issuers[0].clone();
    twice.inbound.issuers.push(twin.clone());
    assert!(fault(twice.clone()).contains("issuer `login` appears twice"));
    twice.inbound.issuers[1] = TokenIssuer { name: "other".into(), ..twin };
    assert!(fault(twice).contains("`iss` `https://login.test` appears twice"));
}

#[test]
fn a_probe_names_a_port() {
    let mut slice = slice();
    let probe = |port: &str| Probe { path: "/health".into(), port: port.into() };
    slice.inbound.probes = vec![probe("api"), probe("store")];
    assert!(Tables::load(slice.clone(), None, String::new()).is_ok());
    slice.inbound.probes.push(probe("none"));
    assert_eq!(fault(slice), "probe `/health` names port `none`, unknown");
}

#[test]
fn each_operation_knows_its_rate_limits() {
    let mut slice = with_limit("/burst", json!(2));
    let mut every = slice.inbound.rate_limits[0].clone();
    (every.name, every.operations) = ("every".into(), None);
    slice.inbound.rate_limits.push(every);
    let tables = Tables::load(slice, None, String::new()).unwrap();
    let operations = &tables.slice().inbound.operations;
    let at = |name| operations.iter().position(|one| one.name == name).unwrap() as u32;
    let names = |operation| {
        let limits = tables.limits(operation).iter();
        limits.map(|limit| tables.limit_name(*limit)).collect::<Vec<_>>()
    };
    assert_eq!(names(OperationIx(at("charge"))), ["l", "every"]);
    assert_eq!(names(OperationIx(at("read"))), ["every"]);
    assert_eq!(names(OperationIx::REST), ["l", "every"]);
    assert_eq!(names(OperationIx(at("store"))), [""; 0]);
    assert_eq!(tables.all_limits().len(), 2);
}

#[test]
fn the_limit_that_refuses_is_named_with_its_place() {
    let load = |count| {
        let places = Places {
            allow: vec![Place::default(); 6],
            deny: vec![Place::default(); 3],
            destinations: vec![DestinationPlaces::default()],
            files: vec!["shop/payments.yaml".into()],
            rate_limits: vec![Place(0, 7, 5); count],
            ..Places::default()
        };
        Tables::load(with_limit("/burst", json!(2)), Some(places), "c0ffee".into())
    };
    assert!(load(0).unwrap_err().to_string().contains("another slice"));
    let reason = load(1).unwrap().limited(LimitIx(0), OperationIx::REST);
    assert_eq!((reason.verdict, reason.status, reason.kind), ("limited", 429, "rate-limit"));
    assert_eq!((reason.rule.as_deref(), reason.operation.as_deref()), (Some("l"), Some("rest")));
    assert_eq!(reason.place.map(|place| place.line), Some(7));
    assert_eq!(reason.sentence, "too many requests of this caller");
    assert_eq!(reason.commit, "c0ffee");
    let orders: Slice = serde_json::from_str(include_str!("orders.json")).unwrap();
    let orders = Tables::load(orders, None, String::new()).unwrap();
    let sentence = |at| orders.limited(LimitIx(at), OperationIx::REST).sentence;
    assert_eq!(sentence(0), "too many requests for this user");
    assert_eq!(sentence(1), "too many requests");
}

#[test]
fn two_destinations_with_one_name_are_a_contradiction() {
    let mut slice = slice();
    let mut twin = slice.destinations[0].clone();
    slice.destinations.push(twin.clone());
    assert!(fault(slice.clone()).contains("destination `books/ledger` appears twice"));
    twin.callee.workload = "shop/ledger".into();
    slice.destinations[1] = twin;
    assert!(fault(slice).contains("two destinations answer to `ledger`"));
}

#[test]
fn a_route_to_nowhere_is_a_contradiction() {
    let mut gateway: Slice = serde_json::from_str(include_str!("gateway.json")).unwrap();
    gateway.routes[0].destination = "shop/none".into();
    assert!(fault(gateway).contains("`shop/none`, which is no destination"));
}

#[test]
fn an_allow_never_names_requests_directly() {
    let mut slice = slice();
    let deny = slice.inbound.deny[1].matches.clone();
    slice.inbound.allow[0].matches = deny;
    assert!(fault(slice).contains("`checkout-charges` names requests directly"));
}

#[test]
fn places_belong_to_their_slice_and_show_in_reasons() {
    let mut places = Places {
        allow: (0..6).map(|at| Place(0, 20 + at, 7)).collect(),
        deny: vec![Place::default(); 3],
        destinations: vec![DestinationPlaces::default()],
        files: vec!["shop/payments.yaml".into()],
        format: 2,
        rate_limits: vec![Place::default(); 2],
        ..Places::default()
    };
    let tables = Tables::load(slice(), Some(places.clone()), String::new()).unwrap();
    let question = json!({"method": "PUT", "target": "/charges", "host": "payments", "from": null});
    let answer = meshc_decide::json::inbound_json(&tables, &question.to_string());
    let answer: Value = serde_json::from_str(&answer).unwrap();
    let place = json!({"file": "shop/payments.yaml", "line": 25, "column": 7});
    assert_eq!(answer["reason"]["nearest"]["place"], place);
    places.allow.pop();
    let fault = Tables::load(slice(), Some(places), String::new()).unwrap_err();
    assert!(fault.to_string().contains("belong to another slice"));
}

#[test]
fn a_peer_of_other_tables_is_looked_at_anew() {
    let old = Tables::load(slice(), None, String::new()).unwrap();
    let mut slice = slice();
    slice.inbound.allow.swap(0, 3);
    slice.inbound.readings = vec![Reading::Plain];
    let new = Tables::load(slice, None, String::new()).unwrap();
    let peer = old.peer(Some("spiffe://mesh.test/ns/shop/sa/checkout"), None);
    let raw = Raw { method: b"POST", target: b"/charges", host: Some(b"payments"), odd: false };
    let mut scratch = Scratch::new();
    let request = canonicalise(raw, &mut scratch).unwrap();
    let rule = |tables: &Tables| {
        let permit = tables.admit(
            ListenerIx(0),
            &peer,
            &Asked::request(&request, &NoFields, UnixSeconds(0)),
        );
        permit.unwrap().rule().unwrap().0
    };
    assert_eq!((rule(&old), rule(&new)), (0, 3));
}

#[test]
fn a_route_to_one_operation_is_judged_by_the_destinations_own_readings() {
    let mut gateway: Slice = serde_json::from_str(include_str!("gateway.json")).unwrap();
    gateway.inbound.readings = vec![Reading::Plain];
    gateway.destinations[1].callee.readings = vec![Reading::Matrix];
    gateway.routes[2].operation = Some("refund".into());
    let tables = Tables::load(gateway, None, String::new()).unwrap();
    let status = |target: &str| {
        let question = json!({"method": "POST", "target": target, "host": "shop.test"});
        let answer = meshc_decide::json::inbound_json(&tables, &question.to_string());
        let answer: Value = serde_json::from_str(&answer).unwrap();
        answer["status"].clone()
    };
    assert_eq!(status("/charges/7:refund"), 200);
    assert_eq!(status("/charges/7;a:refund"), 404);
}
