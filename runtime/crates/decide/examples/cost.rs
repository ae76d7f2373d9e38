//! Prints the nanoseconds one decision takes, canonical form included.
//!
//! ```console
//! cargo run --release -p meshc-decide --example cost
//! ```

use std::hint::black_box;
use std::io::Write;
use std::time::Instant;

use meshc_decide::{Asked, ListenerIx, Tables, UnixSeconds};
use meshc_request::{Raw, Scratch, canonicalise};
use serde_json::{Value, json};

type Failure = Box<dyn std::error::Error>;

const ROUNDS: u32 = 1_000_000;

/// `operations` operations with two matches each, and `rules` allow rules.
fn slice(operations: usize, rules: usize) -> Value {
    let matching = |path: String| json!({"headers": [], "host": null, "methods": ["GET"], "path": path, "query": []});
    let operation = |at: usize| {
        json!({
            "idempotent": true,
            "matches": [
                matching(format!("/v1/area{}/thing{at}/{{id}}", at % 20)),
                matching(format!("/v1/area{}/thing{at}/{{id}}/parts/**", at % 20)),
            ],
            "name": format!("op{at:04}"),
            "ports": [0],
            "retry": {"attempts": 2, "on": null, "perTryMs": null},
            "timeoutMs": 1000,
        })
    };
    let rule = |at: usize| {
        json!({
            "from": {
                "anonymous": false, "anyone": false, "everyone": false, "namespaces": [],
                "identities": [format!("spiffe://mesh.test/ns/shop/sa/caller{}", at % 100)],
            },
            "headers": [], "matches": [], "name": format!("allow{at}"), "query": [], "until": null,
            "operations": [format!("op{:04}", at % operations)],
        })
    };
    json!({
        "destinations": [], "format": 1, "routes": [], "trustDomain": "mesh.test",
        "workload": "shop/pay",
        "inbound": {
            "allow": (0..rules).map(rule).collect::<Vec<_>>(),
            "authorities": ["pay.shop"],
            "deny": [],
            "identity": "spiffe://mesh.test/ns/shop/sa/pay",
            "listeners": [{
                "certificate": null, "hosts": [], "name": "api", "port": 8080, "protocol": "http",
                "target": 9080, "tls": "mutual",
            }],
            "operations": (0..operations).map(operation).collect::<Vec<_>>(),
            "probes": [],
            "readings": ["plain", "matrix"],
        },
    })
}

fn measure(operations: usize, rules: usize) -> Result<u128, Failure> {
    let slice = serde_json::from_value(slice(operations, rules))?;
    let tables = Tables::load(slice, None, "worktree".to_owned())?;
    let peer = tables.peer(Some("spiffe://mesh.test/ns/shop/sa/caller7"), None);
    let fields = vec![("host", "pay.shop"), ("user-agent", "cost"), ("accept", "*/*")];
    let target = "/v1/area7/thing7/4711/parts/wheel?full=1".to_owned();
    let mut scratch = Scratch::new();
    let start = Instant::now();
    for _ in 0..ROUNDS {
        let raw = Raw {
            method: b"GET",
            target: black_box(target.as_bytes()),
            host: Some(b"pay.shop"),
            odd: false,
        };
        let request = canonicalise(raw, &mut scratch)?;
        let permit =
            tables.admit(ListenerIx(0), &peer, &Asked::request(&request, &fields, UnixSeconds(0)));
        black_box(permit).map_err(|denial| denial.kind().sentence())?;
    }
    Ok(start.elapsed().as_nanos() / u128::from(ROUNDS))
}

fn main() -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    for (operations, rules) in [(10, 20), (500, 1000)] {
        let cost = measure(operations, rules)?;
        writeln!(out, "{operations} operations, {rules} rules: {cost} ns a decision")?;
    }
    Ok(())
}
