//! Edges as bytes: there are more of them than of anything else, so each takes the same room, and none
//! is looked at to find the next.

use meshc_document::Span;

use super::codec::Reader;
use crate::mesh::{Edge, WorkloadIx};

/// Numbers of an edge.
const NUMBERS: usize = 8;
/// Bytes of an edge.
const ROOM: usize = NUMBERS * size_of::<u32>();
/// Stands for nothing: no operation has this index, and nobody waits so many milliseconds.
const NONE: u32 = u32::MAX;

pub(super) fn put(edges: &[Edge], out: &mut Vec<u8>) {
    use super::codec::Stored as _;

    edges.len().put(out);
    for edge in edges {
        let Edge { caller, callee, operation, item, span, timeout_ms, waits_ms } = edge;
        let [operation, timeout] = [operation, timeout_ms].map(|one| one.unwrap_or(NONE));
        let numbers = [caller.0, callee.0, operation, *item, span.start, span.end, timeout];
        out.extend(numbers.iter().chain([waits_ms]).flat_map(|number| number.to_le_bytes()));
    }
}

pub(super) fn take(from: &mut Reader<'_>) -> Option<Vec<Edge>> {
    let count = from.count()?;
    let (all, []) = from.bytes(count.checked_mul(ROOM)?)?.as_chunks::<ROOM>() else { return None };
    Some(all.iter().map(edge).collect())
}

fn edge(bytes: &[u8; ROOM]) -> Edge {
    let (words, _) = bytes.as_chunks::<{ size_of::<u32>() }>();
    let mut numbers = [0; NUMBERS];
    for (number, word) in numbers.iter_mut().zip(words) {
        *number = u32::from_le_bytes(*word);
    }
    let [caller, callee, operation, item, start, end, timeout, waits_ms] = numbers;
    let some = |number| (number != NONE).then_some(number);
    Edge {
        caller: WorkloadIx(caller),
        callee: WorkloadIx(callee),
        operation: some(operation),
        item,
        span: Span { start, end },
        timeout_ms: some(timeout),
        waits_ms,
    }
}
