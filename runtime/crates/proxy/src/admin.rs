//! What operators and their tools ask.

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
        b"/metrics" => (200, PROMETHEUS, metrics(state)),
        _ => {
            let text = "here are /ready, /live, /snapshot, /metrics and /denials\n";
            (404, TEXT, text.to_owned())
        }
    }
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
