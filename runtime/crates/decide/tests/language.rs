//! Rules of the language reference, sections 4 and 5, one row each: what it shows, the question,
//! and the part of the answer that matters.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test says what it expects; clippy knows only the bodies of test functions"
)]

use meshc_decide::Tables;
use meshc_decide::json::{inbound_json, outbound_json};
use serde::Deserialize;
use serde_json::{Map, Value};

#[derive(Deserialize)]
struct Row {
    shows: String,
    ask: Map<String, Value>,
    answer: Value,
}

fn tables(slice: &str, places: Option<&str>) -> Tables {
    let slice = serde_json::from_str(slice).unwrap();
    let places = places.map(|places| meshc_snapshot::read::places(places.as_bytes()).unwrap());
    Tables::load(slice, places, "c0ffee".to_owned()).unwrap()
}

/// Whether everything in `wanted` is in `found`; `null` asks for absence.
fn holds(wanted: &Value, found: &Value) -> bool {
    match (wanted, found) {
        (Value::Object(wanted), Value::Object(found)) => {
            wanted.iter().all(|(key, value)| holds(value, found.get(key).unwrap_or(&Value::Null)))
        }
        _ => wanted == found,
    }
}

/// Asks what each row asks; the host is the workload's first, the method GET.
fn run(tables: &Tables, rows: &str, decide: fn(&Tables, &str) -> String) {
    let rows: Vec<Row> = serde_json::from_str(rows).unwrap();
    assert!(!rows.is_empty());
    let host = tables.slice().inbound.authorities.first().cloned().unwrap_or_default();
    let mut wrong = Vec::new();
    for Row { shows, mut ask, answer } in rows {
        for (key, value) in [("method", "GET"), ("host", &*host)] {
            ask.entry(key).or_insert(value.into());
        }
        let found = decide(tables, &serde_json::to_string(&ask).unwrap());
        let found: Value = serde_json::from_str(&found).unwrap();
        if found["verdict"] == "error" || !holds(&answer, &found) {
            wrong.push(format!("{shows}\nwanted {answer}\nfound  {found}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn inbound() {
    let tables = tables(include_str!("payments.json"), None);
    run(&tables, include_str!("cases/inbound.json"), inbound_json);
}

#[test]
fn outbound() {
    let tables = tables(include_str!("payments.json"), None);
    run(&tables, include_str!("cases/outbound.json"), outbound_json);
}

#[test]
fn gateway() {
    let tables = tables(include_str!("gateway.json"), None);
    run(&tables, include_str!("cases/gateway.json"), inbound_json);
}

#[test]
fn users_hours_networks_audit_and_places() {
    let tables = tables(include_str!("orders.json"), Some(include_str!("orders-places.json")));
    run(&tables, include_str!("cases/orders.json"), inbound_json);
    run(&tables, include_str!("cases/orders-outbound.json"), outbound_json);
}

#[test]
fn hosts_and_routes() {
    let tables = tables(include_str!("edge.json"), Some(include_str!("edge-places.json")));
    run(&tables, include_str!("cases/edge.json"), inbound_json);
}

#[test]
fn a_malformed_question_is_answered_as_one() {
    let tables = tables(include_str!("payments.json"), None);
    for question in ["", "{", "{\"unknown\": 1}", "{\"listener\": \"none\"}"] {
        let answer: Value = serde_json::from_str(&inbound_json(&tables, question)).unwrap();
        assert_eq!(answer["verdict"], "error", "{question}");
    }
}
