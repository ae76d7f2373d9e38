//! What a slice holds of a workload's operations, with defaults filled in.

use std::sync::Arc;

use meshc_check::Finding;
use meshc_check::unit::OperationRow;
use meshc_snapshot::slice::{Operation, Protocol, Retry};

use crate::effective::{ANY_RETRY, Values};
use crate::mesh::{Mesh, MeshFinding, Workload};

/// Gives a workload its operations as a slice holds them.
pub(crate) fn lower(mesh: &Mesh, workload: &mut Workload, found: &mut Vec<MeshFinding>) {
    let mut findings = Vec::new();
    let values = Values::new(mesh.timeout, workload.file, &workload.row);
    workload.operations = operations(workload, values, &mut findings);
    let about = |(file, finding)| MeshFinding { file, finding, related: Vec::new() };
    found.extend(findings.into_iter().map(about));
}

fn operations(
    workload: &Workload,
    values: Values<'_>,
    findings: &mut Vec<(u32, Finding)>,
) -> Vec<Operation> {
    let row = &workload.row;
    let mut all = Vec::with_capacity(row.operations.len());
    for written in &row.operations {
        if written.name.value == "rest" {
            continue; // Reserved, and reported by the schema.
        }
        let ports = ports(workload, written, findings);
        all.push(operation(values, written, ports));
    }
    for (index, port) in (0_u32..).zip(&row.ports) {
        let tcp = port.protocol == Protocol::Tcp && !workload.is_gateway();
        if tcp && !all.iter().any(|one: &Operation| one.name == port.name.value) {
            all.push(Operation {
                idempotent: false,
                matches: Arc::default(),
                name: port.name.value.clone(),
                ports: vec![index],
                retry: Retry { attempts: 0, on: None, per_try_ms: None },
                timeout_ms: values.timeout().value,
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
        None if workload.row.ports_unclear => Vec::new(),
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

fn operation(values: Values<'_>, written: &OperationRow, ports: Vec<u32>) -> Operation {
    let timeout_ms = values.operation_timeout(written).value;
    let per_try = values.per_try(written).value;
    let on = values.retry_on(written).value;
    Operation {
        idempotent: values.idempotent(written).value,
        matches: Arc::clone(&written.matches),
        name: written.name.value.clone(),
        ports,
        retry: Retry {
            attempts: values.attempts(written).value,
            on: (on != ANY_RETRY).then_some(on),
            per_try_ms: (per_try < timeout_ms).then_some(per_try),
        },
        timeout_ms,
    }
}
