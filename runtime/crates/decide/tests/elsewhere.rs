//! What is decided by words from elsewhere: an external decision service, a gateway that saw the
//! client.

#![expect(
    clippy::unwrap_used,
    reason = "a test says what it expects; clippy knows only the bodies of test functions"
)]

use meshc_decide::Tables;
use meshc_decide::json::inbound_json;
use serde_json::{Value, json};

const WEB: &str = "spiffe://mesh.test/ns/shop/sa/web";
const EDGE: &str = "spiffe://mesh.test/ns/shop/sa/edge";
const OFFICE: &str = "192.0.2.7";

fn rule(name: &str, more: &Value) -> Value {
    let mut rule = json!({
        "from": {
            "anonymous": false, "anyone": false, "everyone": false, "identities": [EDGE, WEB],
            "namespaces": [],
        },
        "headers": [], "matches": [], "name": name, "operations": null, "query": [], "until": null,
    });
    for (name, value) in more.as_object().unwrap() {
        rule.as_object_mut().unwrap().insert(name.clone(), value.clone());
    }
    rule
}

/// A service that answers on one port, with these further fields.
fn tables(more: &Value) -> Tables {
    let mut inbound = json!({
        "allow": [rule("all", &json!({}))], "authorities": ["pay"], "deny": [],
        "identity": "spiffe://mesh.test/ns/shop/sa/pay",
        "listeners": [{
            "certificate": null, "hosts": [], "name": "api", "port": 80, "protocol": "http",
            "target": 81, "tls": "mutual",
        }],
        "operations": [], "probes": [], "readings": ["plain"],
    });
    for (name, value) in more.as_object().unwrap() {
        inbound.as_object_mut().unwrap().insert(name.clone(), value.clone());
    }
    let slice = json!({
        "destinations": [], "format": 2, "inbound": inbound, "routes": [],
        "trustDomain": "mesh.test", "workload": "shop/pay",
    });
    Tables::load(serde_json::from_value(slice).unwrap(), None, "c0ffee".to_owned()).unwrap()
}

/// Asks for `/`; `more` are further fields of the question.
fn ask(tables: &Tables, from: &str, more: &Value) -> Value {
    let mut question = json!({"from": from, "method": "GET", "target": "/", "host": "pay"});
    for (name, value) in more.as_object().unwrap() {
        question.as_object_mut().unwrap().insert(name.clone(), value.clone());
    }
    serde_json::from_str(&inbound_json(tables, &question.to_string())).unwrap()
}

/// Verdict, kind of reason and operation.
fn told(answer: &Value) -> [&str; 3] {
    let reason = answer.get("reason").unwrap();
    ["verdict", "kind", "operation"].map(|name| reason.get(name).unwrap().as_str().unwrap())
}

fn external(tables: &Tables, said: &str) -> Value {
    ask(tables, WEB, &json!({ "external": said }))
}

#[test]
fn an_external_decision_only_closes() {
    let open = tables(&json!({}));
    for said in ["not-asked", "allowed"] {
        assert_eq!(told(&external(&open, said)), ["allowed", "allow-rule", "rest"], "{said}");
    }
    let refused = external(&open, "denied");
    assert_eq!(told(&refused), ["denied", "external", "rest"]);
    assert_eq!(refused.get("status"), Some(&json!(403)));
    let silent = external(&open, "unavailable");
    assert_eq!(told(&silent), ["denied", "external-unavailable", "rest"]);
    let denied = tables(&json!({"deny": [rule("no", &json!({}))]}));
    assert_eq!(told(&external(&denied, "allowed")), ["denied", "deny-rule", "rest"]);
    // It is asked before rules that deny, and behind guardrails.
    assert_eq!(told(&external(&denied, "denied")), ["denied", "external", "rest"]);
    let guarded = tables(&json!({"guardrails": [rule("never", &json!({}))]}));
    assert_eq!(told(&external(&guarded, "denied")), ["denied", "guardrail", "rest"]);
}

#[test]
fn an_audited_service_says_what_the_external_decision_was() {
    let audited = tables(&json!({"audit": true}));
    let answer = external(&audited, "denied");
    assert_eq!(answer.get("verdict"), Some(&json!("allowed")));
    let would = answer.pointer("/reason/would").unwrap();
    assert_eq!(would.get("kind"), Some(&json!("external")));
    assert_eq!(would.get("operation"), Some(&json!("rest")));
    let guardrail = rule("soon", &json!({"audit": true}));
    let both = tables(&json!({"audit": true, "guardrails": [guardrail]}));
    let answer = external(&both, "denied");
    assert_eq!(answer.pointer("/reason/would/rule"), Some(&json!("soon")));
}

/// A service that lets the office in, and its gateways.
fn office() -> Tables {
    let allow = rule("office", &json!({"client": ["192.0.2.0/24"]}));
    tables(&json!({"allow": [allow], "gateways": [EDGE]}))
}

#[test]
fn a_client_is_believed_from_a_gateway_and_from_nobody_else() {
    let sent = json!({"headers": [["x-forwarded-for", OFFICE]]});
    assert_eq!(told(&ask(&office(), EDGE, &sent)), ["allowed", "allow-rule", "rest"]);
    assert_eq!(told(&ask(&office(), WEB, &sent)), ["denied", "no-rule", "rest"]);
    let other = json!({"headers": [["x-forwarded-for", "192.0.3.7"]]});
    let answer = ask(&office(), EDGE, &other);
    let failed = answer.pointer("/reason/nearest/failed").unwrap();
    let words = "client address is 192.0.3.7, rule allows 192.0.2.0/24";
    assert_eq!(failed, &json!([words]));
}

#[test]
fn a_question_may_name_the_client() {
    let asked = |client: &str| ask(&office(), WEB, &json!({ "client": client }));
    assert_eq!(told(&asked(OFFICE)), ["allowed", "allow-rule", "rest"]);
    let failed = asked("192.0.3.7").pointer("/reason/nearest/failed").cloned().unwrap();
    assert_eq!(failed, json!(["client address is 192.0.3.7, rule allows 192.0.2.0/24"]));
    // A rule that denies takes a client that nobody named for one of its own.
    let deny = rule("abroad", &json!({"client": ["192.0.3.0/24"]}));
    let closed = tables(&json!({"deny": [deny], "gateways": [EDGE]}));
    let client = |client: &str| ask(&closed, WEB, &json!({ "client": client }));
    assert_eq!(told(&client("192.0.3.7")), ["denied", "deny-rule", "rest"]);
    assert_eq!(told(&client(OFFICE)), ["allowed", "allow-rule", "rest"]);
    assert_eq!(told(&ask(&closed, WEB, &json!({}))), ["denied", "deny-rule", "rest"]);
}
