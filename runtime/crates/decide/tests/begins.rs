//! Rules that begin and end at instants.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test says what it expects; clippy knows only the bodies of test functions"
)]

use meshc_decide::json::inbound_json;
use meshc_decide::{Tables, UnixSeconds};
use serde_json::{Value, json};

const WEB: &str = "spiffe://mesh.test/ns/shop/sa/web";

fn rule(name: &str, more: &Value) -> Value {
    let mut rule = json!({
        "from": {
            "anonymous": false, "anyone": true, "everyone": false, "identities": [],
            "namespaces": [],
        },
        "headers": [], "matches": [], "name": name, "operations": null, "query": [], "until": null,
    });
    for (name, value) in more.as_object().unwrap() {
        rule.as_object_mut().unwrap().insert(name.clone(), value.clone());
    }
    rule
}

/// A service with one port of a protocol and these rules.
fn tables(protocol: &str, rules: &Value) -> Tables {
    let mut inbound = json!({
        "allow": [rule("all", &json!({}))], "authorities": ["pay"], "deny": [],
        "identity": "spiffe://mesh.test/ns/shop/sa/pay",
        "listeners": [{
            "certificate": null, "hosts": [], "name": "api", "port": 80, "protocol": protocol,
            "target": 81, "tls": "mutual",
        }],
        "operations": [], "probes": [], "readings": ["plain"],
    });
    if protocol == "tcp" {
        inbound["operations"] = json!([{
            "idempotent": false, "matches": [], "name": "api", "ports": [0], "timeoutMs": 1,
            "retry": {"attempts": 0, "perTryMs": null},
        }]);
    }
    for (name, value) in rules.as_object().unwrap() {
        inbound[name] = value.clone();
    }
    let slice = json!({
        "destinations": [], "format": 2, "inbound": inbound, "routes": [],
        "trustDomain": "mesh.test", "workload": "shop/pay",
    });
    Tables::load(serde_json::from_value(slice).unwrap(), None, "c0ffee".to_owned()).unwrap()
}

fn ask(tables: &Tables, now: i64) -> Value {
    let question = json!({"from": WEB, "method": "GET", "target": "/", "host": "pay", "now": now});
    serde_json::from_str(&inbound_json(tables, &question.to_string())).unwrap()
}

#[test]
fn a_deny_refuses_from_its_instant_on_and_is_foretold_before() {
    for (list, kind) in [("guardrails", "guardrail"), ("deny", "deny-rule")] {
        let one = tables("http", &json!({list: [rule("late", &json!({"since": 1_000}))]}));
        let (before, after) = (ask(&one, 999), ask(&one, 1_000));
        assert_eq!(before["verdict"], "allowed", "{list}");
        let later = json!({"at": "1970-01-01T00:16:40Z", "rule": "late"});
        assert_eq!(before["reason"]["later"], later);
        assert_eq!(after["reason"]["kind"], kind);
        assert_eq!(after["reason"]["later"], Value::Null);
    }
}

#[test]
fn the_first_to_begin_is_foretold_and_only_what_refuses() {
    let late = |since: i64, more: Value| {
        let mut rule = rule(&format!("at {since}"), &more);
        rule["since"] = since.into();
        rule
    };
    let elsewhere =
        json!([{"headers": [], "host": null, "methods": ["PUT"], "path": "/", "query": []}]);
    let rules = json!({
        "guardrails": [
            late(300, json!({})),
            late(100, json!({"audit": true})),
            late(150, json!({"matches": elsewhere})),
        ],
        "deny": [late(200, json!({}))],
    });
    let told = |rules: &Value, now| {
        let later = &ask(&tables("http", rules), now)["reason"]["later"]["rule"];
        later.as_str().map(str::to_owned)
    };
    assert_eq!(told(&rules, 0).as_deref(), Some("at 200"));
    let mut audited = rules;
    audited["audit"] = true.into();
    assert_eq!(told(&audited, 0).as_deref(), Some("at 300"), "the deny would only be said");
    let without = json!({"guardrails": [late(150, json!({"matches": elsewhere}))]});
    assert_eq!(told(&without, 0), None);
}

#[test]
fn an_allow_admits_from_its_instant_on() {
    let one = tables("http", &json!({"allow": [rule("late", &json!({"since": 1_000}))]}));
    assert_eq!(ask(&one, 1_000)["rule"], "late");
    let refused = ask(&one, 999);
    assert_eq!(refused["status"], 403);
    let near = &refused["reason"]["nearest"];
    assert_eq!(near["failed"], json!(["the rule begins at 1970-01-01T00:16:40Z"]));
    assert_eq!(near.get("edit"), None);
}

#[test]
fn connections_that_stand_are_decided_again_where_a_rule_turns() {
    let hours = json!({"days": [1], "from": 0, "to": 60, "zone": "UTC0"});
    let rules = json!({
        "guardrails": [rule("g", &json!({"since": 500}))],
        "deny": [rule("d", &json!({"since": 400, "until": 450}))],
        "allow": [rule("a", &json!({"until": 600}))],
    });
    let one = tables("tcp", &rules);
    let turns = |tables: &Tables, now| tables.turns_after(UnixSeconds(now)).map(|at| at.0);
    let all: Vec<_> = [0, 399, 400, 450, 500, 599].map(|now| turns(&one, now)).into();
    assert_eq!(all, [400, 400, 450, 500, 600, 600].map(Some));
    assert_eq!(turns(&one, 600), None);
    assert_eq!(turns(&tables("http", &rules), 0), None, "requests are decided one by one");
    let mut timed = rules;
    timed["allow"] = json!([rule("a", &json!({"hours": hours}))]);
    let timed = tables("tcp", &timed);
    assert_eq!(turns(&timed, -1), Some(0));
    assert_eq!(turns(&timed, 0), Some(60));
    assert_eq!(turns(&timed, 479), Some(480));
    assert_eq!(turns(&timed, 499), Some(500));
    assert_eq!(turns(&timed, i64::MAX), None);
}
