//! Prints what the tables of a whole mesh cost to build and to hold: 10,000 services with ten rules
//! each, and one service with 200.
//!
//! ```console
//! cargo run --release -p meshc-decide --example whole_mesh
//! ```

use std::io::Write;
use std::time::Instant;

use meshc_decide::{LoadFault, Tables};
use meshc_snapshot::slice::{FORMAT, Slice};
use serde_json::{Value, json};

type Failure = Box<dyn std::error::Error>;

const SERVICES: usize = 10_000;
const OPERATIONS: usize = 5;

fn operations() -> Vec<Value> {
    let operation = |at: usize| {
        let path = format!("/v1/area{at}/{{id}}");
        json!({
            "idempotent": true, "name": format!("op{at}"), "ports": [0], "timeoutMs": 1000,
            "matches": [
                {"headers": [], "host": null, "methods": ["GET"], "path": path, "query": []},
            ],
            "retry": {"attempts": 2, "perTryMs": null},
        })
    };
    (0..OPERATIONS).map(operation).collect()
}

/// The slice of one service that some others may call, and that calls some others.
fn slice(service: usize, rules: usize, calls: usize) -> Result<Slice, Failure> {
    let identity =
        |at: usize| format!("spiffe://mesh.test/ns/ns{}/sa/svc{at}", at % SERVICES % 100);
    let rule = |at: usize| {
        json!({
            "from": {
                "anonymous": false, "anyone": false, "everyone": false, "namespaces": [],
                "identities": [identity((service * 7 + at * 13) % SERVICES)],
            },
            "headers": [], "matches": [], "name": format!("allow{at}"), "query": [], "until": null,
            "operations": [format!("op{}", at % OPERATIONS)],
        })
    };
    let destination = |at: usize| {
        json!({
            "authorities": [format!("svc{at}"), format!("svc{at}.ns{}", at % 100)],
            "callee": {
                "clusters": [{"endpoints": [{"address": "10.0.0.1", "zone": null}], "name": ""}],
                "format": FORMAT, "identity": identity(at), "operations": operations(),
                "ports": [{"name": "api", "port": 8080, "protocol": "http"}],
                "readings": ["plain", "matrix"], "traffic": [],
                "workload": format!("ns{}/svc{at}", at % 100),
            },
            "calls": [{"operation": "op1", "timeoutMs": null}],
        })
    };
    let slice = json!({
        "destinations": (0..calls).map(|at| destination(service + at + 1)).collect::<Vec<_>>(),
        "format": FORMAT, "routes": [], "trustDomain": "mesh.test",
        "workload": format!("ns{}/svc{service}", service % 100),
        "inbound": {
            "allow": (0..rules).map(rule).collect::<Vec<_>>(),
            "authorities": [format!("svc{service}")],
            "deny": [], "identity": identity(service),
            "listeners": [{
                "certificate": null, "hosts": [], "name": "api", "port": 8080, "protocol": "http",
                "target": 9080, "tls": "mutual",
            }],
            "operations": operations(), "probes": [], "readings": ["plain", "matrix"],
        },
    });
    Ok(serde_json::from_value(slice)?)
}

/// Loads slices; gives seconds and the bytes that the tables hold, slices included.
fn load(slices: Vec<Slice>) -> Result<(f64, i64), Failure> {
    let copies = slices.clone();
    let mut seconds = 0.0;
    let mut made = Ok(());
    let held = allocation_counter::measure(|| {
        let start = Instant::now();
        // The slices themselves are counted too: their copies were made before.
        let mut held = Vec::with_capacity(copies.len());
        made = copies.iter().try_for_each(|one| {
            held.push(Tables::load(one.clone(), None, String::new())?);
            Ok::<(), LoadFault>(())
        });
        seconds = start.elapsed().as_secs_f64();
        std::mem::forget(held);
    });
    made?;
    drop(slices);
    Ok((seconds, held.bytes_current))
}

fn main() -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "services  rules each  calls each   seconds   MB held  KB a slice as JSON")?;
    for (services, rules, calls) in [(SERVICES, 10, 0), (SERVICES, 10, 5), (1, 200, 5)] {
        let slices: Result<Vec<_>, _> = (0..services).map(|one| slice(one, rules, calls)).collect();
        let slices = slices?;
        let json: usize =
            slices.iter().map(|one| serde_json::to_vec(one).map_or(0, |one| one.len())).sum();
        let (seconds, bytes) = load(slices)?;
        let (held, each) = (bytes as f64 / 1e6, json as f64 / 1e3 / services as f64);
        writeln!(
            out,
            "{services:>8}  {rules:>10}  {calls:>10}  {seconds:>8.4}  {held:>8.2}  {each:>8.1}"
        )?;
    }
    Ok(())
}
