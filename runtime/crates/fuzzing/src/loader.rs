use meshc_decide::json::{inbound_json, outbound_json};
use meshc_decide::{ListenerIx, OperationIx, Tables};
use meshc_snapshot::parts::{Parts, parts};
use meshc_snapshot::read::{self, NotCallee, NotRead};
use meshc_snapshot::slice::{FORMAT, Slice};
use serde_json::{Value, json};

/// Requests that every loaded slice is asked about.
const TARGETS: [&str; 4] = ["/", "/a/b;c?d=e&d=%66", "/A/b", "*"];

/// Reads any bytes as a slice, stored or whole; what is whole must come out of its parts again, and
/// what loads answer whatever is asked. Gives whether it loads.
///
/// # Panics
/// Where it does not.
pub fn loader(input: &[u8]) -> bool {
    hold_names(input);
    let Ok(slice) = serde_json::from_slice::<Slice>(input) else { return false };
    hold_parts(&slice);
    let tables = match Tables::load(slice, None, String::new()) {
        Ok(tables) => tables,
        Err(fault) => {
            assert!(!fault.to_string().is_empty());
            return false;
        }
    };
    for (at, listener) in (0_u32..).zip(&tables.slice().inbound.listeners) {
        assert_eq!(tables.listener(&listener.name), Some(ListenerIx(at)));
        hold(&inbound_json(&tables, &json!({"listener": listener.name}).to_string()));
    }
    let names = tables.slice().inbound.authorities.first().map_or("h.test", String::as_str);
    for target in TARGETS {
        let question = json!({
            "method": if target == "*" { "OPTIONS" } else { "GET" },
            "target": target,
            "host": names,
            "from": "spiffe://mesh.test/ns/a/sa/b",
            "headers": [["x-a", "1, 2"], ["user-agent", "a, b"]],
            "user": {"issuer": "login", "claims": {"role": ["a"]}},
        });
        answered(&inbound_json(&tables, &question.to_string()));
        for destination in &tables.slice().destinations {
            let host = destination.authorities.first();
            let question = json!({"method": "GET", "target": target, "host": host});
            hold(&outbound_json(&tables, &question.to_string()));
        }
    }
    for destination in &tables.slice().destinations {
        for port in &destination.callee.ports {
            let question = json!({"destination": destination.callee.workload, "port": port.port});
            hold(&outbound_json(&tables, &question.to_string()));
        }
    }
    hold_limits(&tables);
    true
}

/// A stored slice is read if and only if what it names is there, and nobody asks for anything else.
fn hold_names(input: &[u8]) {
    let named = read::callees(input);
    let found = read::slice(input, |_| None::<&[u8]>);
    let wanted = match named.as_deref() {
        Ok([]) => Ok(0),
        Ok([first, ..]) => Err(NotRead::Callee(*first, NotCallee::Missing)),
        Err(why) => Err(why.clone()),
    };
    assert_eq!(found.map(|slice| slice.destinations.len()), wanted);
}

/// A slice of our form is what its parts together are.
fn hold_parts(slice: &Slice) {
    if slice.format == FORMAT
        && let Ok(Parts { slice: written, callees }) = parts(slice.clone())
    {
        let found = read::slice(&written, |name| callees.get(name));
        assert_eq!(found.as_ref(), Ok(slice));
    }
}

/// An answer to a question that is one.
fn hold(answer: &str) {
    assert_ne!(answered(answer), "error", "{answer}");
}

/// The verdict of an answer.
fn answered(answer: &str) -> String {
    let answer: Value = serde_json::from_str(answer).unwrap_or_default();
    let verdict = answer.get("verdict").and_then(Value::as_str).unwrap_or_default();
    assert!(!verdict.is_empty(), "{answer}");
    verdict.to_owned()
}

/// Every rate limit that an operation is charged to is there.
fn hold_limits(tables: &Tables) {
    let count = tables.all_limits().len();
    assert_eq!(count, tables.slice().inbound.rate_limits.len());
    let operations = 0..tables.slice().inbound.operations.len() as u32;
    for operation in operations.map(OperationIx).chain([OperationIx::REST]) {
        let limits = tables.limits(operation);
        assert!(limits.is_sorted() && limits.iter().all(|limit| limit.index() < count));
    }
}
