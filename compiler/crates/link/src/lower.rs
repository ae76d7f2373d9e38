//! What a slice holds of a workload's operations, with defaults filled in.

use meshc_check::Finding;
use meshc_check::unit::OperationRow;
use meshc_snapshot::slice::{Operation, Protocol, Retry};

use crate::defaults::{REQUEST_TIMEOUT_MS, RETRY_ATTEMPTS};
use crate::mesh::{Mesh, Workload};

pub(crate) fn lower(mesh: &mut Mesh) {
    let fallback = mesh.timeout_ms.unwrap_or(REQUEST_TIMEOUT_MS);
    let mut findings = Vec::new();
    for workload in &mut mesh.workloads {
        workload.operations = operations(workload, fallback, &mut findings);
    }
    for (file, finding) in findings {
        mesh.report(file, finding);
    }
}

fn operations(
    workload: &Workload,
    fallback: u32,
    findings: &mut Vec<(u32, Finding)>,
) -> Vec<Operation> {
    let row = &workload.row;
    let default = row.timeout_ms.as_ref().map_or(fallback, |timeout| timeout.value);
    let mut all = Vec::new();
    for written in &row.operations {
        if written.name.value == "rest" {
            continue; // Reserved, and reported by the schema.
        }
        let ports = ports(workload, written, findings);
        all.push(operation(written, ports, default));
    }
    for (index, port) in (0_u32..).zip(&row.ports) {
        let tcp = port.protocol == Protocol::Tcp && !workload.is_gateway();
        if tcp && !all.iter().any(|one: &Operation| one.name == port.name.value) {
            all.push(Operation {
                idempotent: false,
                matches: Vec::new(),
                name: port.name.value.clone(),
                ports: vec![index],
                retry: Retry { attempts: 0, per_try_ms: None },
                timeout_ms: default,
            });
        }
    }
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all
}

/// Indices of the ports that offer an operation.
fn ports(
    workload: &Workload,
    written: &OperationRow,
    findings: &mut Vec<(u32, Finding)>,
) -> Vec<u32> {
    let ports = (0_u32..).zip(&workload.row.ports);
    let Some(named) = &written.port else {
        return ports
            .filter(|(_, port)| port.protocol == Protocol::Http)
            .map(|(index, _)| index)
            .collect();
    };
    let found = ports.clone().find(|(_, port)| port.name.value == named.value);
    match found {
        Some((index, port)) if port.protocol == Protocol::Http => vec![index],
        Some(_) => {
            let message = format!("`{}` speaks no HTTP", named.value);
            let finding = Finding::new("MC517", named.span, message)
                .help("an operation describes HTTP requests; a TCP port is one by itself");
            findings.push((workload.file, finding));
            Vec::new()
        }
        None => {
            let message = format!("`{}` is not a port here", named.value);
            let names = workload.row.ports.iter().map(|port| port.name.value.as_str());
            let help = meshc_check::did_you_mean(&meshc_check::nearest(&named.value, names));
            findings.push((
                workload.file,
                Finding { help, ..Finding::new("MC204", named.span, message) },
            ));
            Vec::new()
        }
    }
}

fn operation(written: &OperationRow, ports: Vec<u32>, default: u32) -> Operation {
    let safe =
        |method: &String| matches!(method.as_str(), "GET" | "HEAD" | "OPTIONS" | "PUT" | "DELETE");
    let by_method = !written.matches.is_empty()
        && written
            .matches
            .iter()
            .all(|one| !one.value.methods.is_empty() && one.value.methods.iter().all(safe));
    let timeout_ms = written.timeout_ms.as_ref().map_or(default, |timeout| timeout.value);
    Operation {
        idempotent: written.idempotent.unwrap_or(by_method),
        matches: written.matches.iter().map(|one| one.value.clone()).collect(),
        name: written.name.value.clone(),
        ports,
        retry: Retry {
            attempts: written.attempts.unwrap_or(RETRY_ATTEMPTS),
            per_try_ms: written.per_try_ms.filter(|&per_try| per_try < timeout_ms),
        },
        timeout_ms,
    }
}
