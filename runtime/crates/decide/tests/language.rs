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

fn tables(slice: &str) -> Tables {
    let slice = meshc_snapshot::read::slice(slice.as_bytes()).unwrap();
    Tables::load(slice, None, "c0ffee".to_owned()).unwrap()
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

fn run(slice: &str, rows: &str, decide: fn(&Tables, &str) -> String) {
    let tables = tables(slice);
    let rows: Vec<Row> = serde_json::from_str(rows).unwrap();
    assert!(!rows.is_empty());
    for Row { shows, mut ask, answer } in rows {
        for (key, value) in [("method", "GET"), ("host", "payments.shop")] {
            ask.entry(key).or_insert(value.into());
        }
        let found = decide(&tables, &serde_json::to_string(&ask).unwrap());
        let found: Value = serde_json::from_str(&found).unwrap();
        assert!(holds(&answer, &found), "{shows}\nwanted {answer}\nfound  {found:#}");
        assert_ne!(found["verdict"], "error", "{shows}");
    }
}

#[test]
fn inbound() {
    run(include_str!("payments.json"), include_str!("cases/inbound.json"), inbound_json);
}

#[test]
fn outbound() {
    run(include_str!("payments.json"), include_str!("cases/outbound.json"), outbound_json);
}

#[test]
fn gateway() {
    run(include_str!("gateway.json"), include_str!("cases/gateway.json"), inbound_json);
}

#[test]
fn a_malformed_question_is_answered_as_one() {
    let tables = tables(include_str!("payments.json"));
    for question in ["", "{", "{\"unknown\": 1}", "{\"listener\": \"none\"}"] {
        let answer: Value = serde_json::from_str(&inbound_json(&tables, question)).unwrap();
        assert_eq!(answer["verdict"], "error", "{question}");
    }
}
