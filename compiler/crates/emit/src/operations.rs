//! The operations of a workload as slices hold them: its own and those of its callers.

use meshc_link::defaults::{REQUEST_TIMEOUT_MS, RETRY_ATTEMPTS};
use meshc_link::{Mesh, Workload};
use meshc_snapshot::capability::Needs;
use meshc_snapshot::slice::{Match, Operation, Protocol, Retry};

use crate::json::{Json, key};

/// The operation of what no other one matches.
const REST: &str = "rest";

/// The operations, sorted; with `rest` among them where its timeout is not the language's default.
pub(crate) fn in_order<'a>(
    workload: &'a Workload,
    rest: Option<&'a Operation>,
) -> impl Iterator<Item = &'a Operation> {
    let all = &workload.operations;
    let (before, behind) = all.split_at(all.partition_point(|one| one.name.as_str() < REST));
    before.iter().chain(rest).chain(behind)
}

/// `rest` as a slice holds it; nothing where it holds none.
pub(crate) fn rest(mesh: &Mesh, workload: &Workload) -> Option<Operation> {
    let timeout_ms = mesh.values(workload).timeout().value;
    if timeout_ms == REQUEST_TIMEOUT_MS {
        return None;
    }
    let http = (0_u32..).zip(&workload.row.ports);
    let http = http.filter(|(_, port)| port.protocol == Protocol::Http);
    let ports: Vec<u32> = http.map(|(index, _)| index).collect();
    let retry = Retry { attempts: RETRY_ATTEMPTS, on: None, per_try_ms: None };
    let (matches, name) = (Default::default(), REST.to_owned());
    let rest = Operation { idempotent: false, matches, name, ports, retry, timeout_ms };
    (!rest.ports.is_empty()).then_some(rest)
}

/// Writes an operation and notes what it asks for.
pub(crate) fn operation(operation: &Operation, json: &mut Json, needs: &mut Needs) {
    json.object(|object| {
        object.key(key!("idempotent")).truth(operation.idempotent);
        object
            .key(key!("matches"))
            .list(&*operation.matches, |json, one| matching(one, json, needs));
        object.key(key!("name")).text(&operation.name);
        object.key(key!("ports")).list(&operation.ports, |json, port| json.number(*port));
        let retry = &operation.retry;
        object.key(key!("retry")).object(|object| {
            object.key(key!("attempts")).number(retry.attempts);
            if let Some(on) = &retry.on {
                object.key(key!("on")).value(on);
            }
            object.optional(key!("perTryMs"), retry.per_try_ms, Json::number);
        });
        object.key(key!("timeoutMs")).number(operation.timeout_ms);
    });
}

/// Writes a match and notes what it asks for.
pub(crate) fn matching(one: &Match, json: &mut Json, needs: &mut Needs) {
    needs.matching(one);
    json.object(|object| {
        object.key(key!("headers")).values(&one.headers);
        object.optional(key!("host"), one.host.as_deref(), Json::text);
        object.key(key!("methods")).texts(one.methods.iter().map(String::as_str));
        object.key(key!("path")).text(&one.path);
        object.key(key!("query")).values(&one.query);
        if let Some(regex) = &one.regex {
            object.key(key!("regex")).text(regex);
        }
    });
}
