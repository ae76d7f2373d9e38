//! A workload as bytes.

use std::sync::Arc;

use meshc_check::unit::OperationRow;
use meshc_snapshot::slice::{Match, Operation};

use super::codec::{Reader, Stored};
use crate::mesh::Workload;

impl Stored for Workload {
    fn put(&self, out: &mut Vec<u8>) {
        let Self { file, row, namespace, id, identity, instances, guardrails, operations } = self;
        file.put(out);
        row.put(out);
        namespace.put(out);
        id.put(out);
        identity.put(out);
        instances.put(out);
        guardrails.put(out);
        operations.len().put(out);
        operations.iter().for_each(|one| put(one, &row.operations, out));
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        let mut workload = Self {
            file: from.value()?,
            row: from.value()?,
            namespace: from.value()?,
            id: from.value()?,
            identity: from.value()?,
            instances: from.value()?,
            guardrails: from.value()?,
            operations: Vec::new(),
        };
        let count = from.count()?;
        workload.operations.reserve_exact(count);
        for _ in 0..count {
            workload.operations.push(take(from, &workload.row.operations)?);
        }
        Some(workload)
    }
}

/// Appends an operation. Its matches are those of a row, most of the time, and shared with it: then
/// they are the number of that row, and else written behind a number that is none.
fn put(operation: &Operation, rows: &[OperationRow], out: &mut Vec<u8>) {
    let Operation { idempotent, matches, name, ports, retry, timeout_ms } = operation;
    let row = rows.iter().position(|row| Arc::ptr_eq(&row.matches, matches));
    row.unwrap_or(rows.len()).put(out);
    if row.is_none() {
        matches.put(out);
    }
    idempotent.put(out);
    name.put(out);
    ports.put(out);
    retry.put(out);
    timeout_ms.put(out);
}

fn take(from: &mut Reader<'_>, rows: &[OperationRow]) -> Option<Operation> {
    let row: usize = from.value()?;
    let matches: Arc<[Match]> = match rows.get(row) {
        Some(row) => Arc::clone(&row.matches),
        None => from.value()?,
    };
    Some(Operation {
        matches,
        idempotent: from.value()?,
        name: from.value()?,
        ports: from.value()?,
        retry: from.value()?,
        timeout_ms: from.value()?,
    })
}
