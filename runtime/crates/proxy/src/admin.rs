//! What operators and their tools ask.

use serde::Serialize;

use crate::metrics::write_single;
use crate::process::gather;
use crate::question::{Page, TEXT};
use crate::state::State;

const JSON: &[u8] = b"application/json";
const PROMETHEUS: &[u8] = b"text/plain; version=0.0.4; charset=utf-8";

/// Answers one question of an operator.
pub fn page(path: &[u8], state: &State) -> Page {
    match path {
        b"/live" => (200, TEXT, "live\n".to_owned()),
        b"/ready" if state.is_ready() => (200, TEXT, "ready\n".to_owned()),
        b"/ready" => (503, TEXT, "not ready\n".to_owned()),
        b"/snapshot" => {
            (200, JSON, serde_json::to_string(&state.standing()).unwrap_or_default() + "\n")
        }
        b"/denials" => (200, JSON, state.log.denials() + "\n"),
        b"/keys" => (200, JSON, keys(state) + "\n"),
        b"/metrics" => (200, PROMETHEUS, metrics(state)),
        _ => {
            let text = "here are /ready, /live, /snapshot, /metrics, /denials and /keys\n";
            (404, TEXT, text.to_owned())
        }
    }
}

/// How the keys of issuers stand that are fetched.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct IssuerKeySet {
    url: String,
    keys: usize,
    skipped: usize,
    fetched_at: Option<i64>,
    expires_in_seconds: Option<u64>,
    next_in_seconds: u64,
    failures: u32,
    fault: Option<String>,
    store_fault: Option<String>,
}

fn keys(state: &State) -> String {
    let states = state.issuer_keys.states().into_iter();
    let all: Vec<_> = states
        .map(|one| IssuerKeySet {
            url: one.url.as_str().to_owned(),
            keys: one.keys,
            skipped: one.skipped,
            fetched_at: one.fetched_at,
            expires_in_seconds: one.expires_in.map(|left| left.as_secs()),
            next_in_seconds: one.next_in.as_secs(),
            failures: one.failures,
            fault: one.fault.map(|fault| fault.to_string()),
            store_fault: one.store_fault.map(|fault| fault.to_string()),
        })
        .collect();
    serde_json::to_string(&all).unwrap_or_default()
}

fn metrics(state: &State) -> String {
    let mut text = gather(state).text();
    let height = state.current().map_or(0, |one| one.height);
    let dropped = state.log.dropped();
    write_single(&mut text, "snapshot_height", "gauge", "Height of the snapshot enforced.", height);
    let help = "Access log lines dropped.";
    write_single(&mut text, "log_lines_dropped_total", "counter", help, dropped);
    text
}
