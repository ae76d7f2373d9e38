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

const ROUNDS: u32 = 200_000;

/// Operations with two matches each, allow rules, and a regular expression and header conditions
/// on the operation that is asked for, where wanted.
#[derive(Clone, Copy)]
struct Shape {
    operations: usize,
    rules: usize,
    conditions: bool,
}

fn slice(shape: Shape) -> Value {
    let conditions = |at: usize| {
        if at != 7 || !shape.conditions {
            return json!([]);
        }
        json!([
            {"name": "accept", "not": false, "test": {"regex": "[*a-z]+/[*a-z]+"}},
            {"name": "x-client", "not": false, "test": {"prefix": "shop-"}},
            {"name": "x-kind", "not": true, "test": {"equals": "batch"}},
        ])
    };
    let matching = |path: String, headers: Value| json!({"headers": headers, "host": null, "methods": ["GET"], "path": path, "query": []});
    let operation = |at: usize| {
        json!({
            "idempotent": true,
            "matches": [
                matching(format!("/v1/area{}/thing{at}/{{id}}", at % 20), json!([])),
                matching(format!("/v1/area{}/thing{at}/{{id}}/parts/**", at % 20), conditions(at)),
            ],
            "name": format!("op{at:05}"),
            "ports": [0],
            "retry": {"attempts": 2, "perTryMs": null},
            "timeoutMs": 1000,
        })
    };
    let expression = json!({
        "idempotent": true, "name": "expression", "ports": [0], "timeoutMs": 1000,
        "matches": [{
            "headers": [], "host": null, "methods": [], "path": "/**", "query": [],
            "regex": "/v1/area[0-9]+/.*/parts/[a-z]+/[0-9]{1,8}",
        }],
        "retry": {"attempts": 2, "perTryMs": null},
    });
    let more = shape.conditions.then_some(expression);
    let rule = |at: usize| {
        json!({
            "from": {
                "anonymous": false, "anyone": false, "everyone": false, "namespaces": [],
                "identities": [format!("spiffe://mesh.test/ns/shop/sa/caller{}", at % 100)],
            },
            "headers": [], "matches": [], "name": format!("allow{at}"), "query": [], "until": null,
            "operations": [format!("op{:05}", at % shape.operations)],
        })
    };
    json!({
        "destinations": [], "format": 2, "routes": [], "trustDomain": "mesh.test",
        "workload": "shop/pay",
        "inbound": {
            "allow": (0..shape.rules).map(rule).collect::<Vec<_>>(),
            "authorities": ["pay.shop"],
            "deny": [],
            "identity": "spiffe://mesh.test/ns/shop/sa/pay",
            "listeners": [{
                "certificate": null, "hosts": [], "name": "api", "port": 8080, "protocol": "http",
                "target": 9080, "tls": "mutual",
            }],
            "operations": (0..shape.operations).map(operation).chain(more).collect::<Vec<_>>(),
            "probes": [],
            "readings": ["plain", "matrix"],
        },
    })
}

/// Header fields of a request as a browser or a client of an SDK sends it.
fn fields() -> Vec<(&'static str, &'static str)> {
    vec![
        ("host", "pay.shop"),
        ("user-agent", "cost/1.0"),
        ("accept", "application/json"),
        ("accept-encoding", "gzip"),
        ("content-type", "application/json"),
        ("x-client", "shop-web"),
        ("x-kind", "interactive"),
        ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
    ]
}

/// Nanoseconds: to load, to bring the request into its form, and for that and the decision.
fn measure(shape: Shape) -> Result<[u128; 3], Failure> {
    let slice = serde_json::from_value(slice(shape))?;
    let start = Instant::now();
    let tables = Tables::load(slice, None, "worktree".to_owned())?;
    let loaded = start.elapsed().as_nanos();
    let peer = tables.peer(Some("spiffe://mesh.test/ns/shop/sa/caller7"), None);
    let fields = fields();
    let target = "/v1/area7/thing7/4711/parts/wheel?full=1".to_owned();
    let raw = || Raw {
        method: b"GET",
        target: black_box(target.as_bytes()),
        host: Some(b"pay.shop"),
        odd: false,
    };
    let mut scratch = Scratch::new();
    let start = Instant::now();
    for _ in 0..ROUNDS {
        black_box(canonicalise(raw(), &mut scratch)?);
    }
    let formed = start.elapsed().as_nanos() / u128::from(ROUNDS);
    let mut best = u128::MAX;
    for _ in 0..5 {
        let start = Instant::now();
        for _ in 0..ROUNDS {
            let request = canonicalise(raw(), &mut scratch)?;
            let asked = Asked::request(&request, &fields, UnixSeconds(0));
            let permit = tables.admit(ListenerIx(0), &peer, &asked);
            black_box(permit).map_err(|denial| denial.kind().sentence())?;
        }
        best = best.min(start.elapsed().as_nanos() / u128::from(ROUNDS));
    }
    Ok([loaded, formed, best])
}

fn main() -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "operations  rules  conditions   load ms  form ns  form and decision ns")?;
    for (operations, rules, conditions) in [
        (10, 10, false),
        (10, 200, false),
        (500, 1_000, false),
        (10_000, 10, false),
        (10, 10_000, false),
        (10_000, 10_000, false),
        (10, 10, true),
    ] {
        let [load, form, both] = measure(Shape { operations, rules, conditions })?;
        let load = load as f64 / 1e6;
        let what = if conditions { "regex, 3 headers" } else { "" };
        writeln!(
            out,
            "{operations:>10}  {rules:>5}  {what:<16} {load:>8.2}  {form:>7}  {both:>8}"
        )?;
    }
    Ok(())
}
