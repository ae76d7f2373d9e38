//! Edges and their graph as bytes: there are more of them than of anything else.

use core::mem::size_of;

use meshc_document::Span;

use super::codec::{Reader, Stored, put_words};
use crate::graph::{Graph, Rows};
use crate::mesh::{Edge, WorkloadIx};

/// Numbers of an edge.
const NUMBERS: usize = 8;
/// Bytes of an edge.
const ROOM: usize = NUMBERS * size_of::<u32>();
/// Stands for nothing: no operation has this index, and nobody waits so many milliseconds.
const NONE: u32 = u32::MAX;

pub(super) fn put(edges: &[Edge], out: &mut Vec<u8>) {
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
    let (all, _) = from.bytes(count.checked_mul(ROOM)?)?.as_chunks();
    Some(all.iter().map(edge).collect())
}

fn edge(bytes: &[u8; ROOM]) -> Edge {
    let (words, _) = bytes.as_chunks();
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

impl Stored for Graph {
    fn put(&self, out: &mut Vec<u8>) {
        let Self { out: callees, into: callers, firsts } = self;
        for rows in [callees, callers] {
            put_words(rows.starts.iter().copied(), out);
            put_words(rows.items.iter().map(|ix| ix.0), out);
        }
        put_words(firsts.iter().copied(), out);
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        let mut rows = || {
            let starts = from.words()?.collect();
            Some(Rows { starts, items: from.words()?.map(WorkloadIx).collect() })
        };
        let (out, into) = (rows()?, rows()?);
        Some(Self { out, into, firsts: from.words()?.collect() })
    }
}
