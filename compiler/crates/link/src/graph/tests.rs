use meshc_document::Span;
use proptest::prelude::*;

use super::*;

const SIZE: u32 = 9;

fn graph(pairs: &[(u32, u32)]) -> Graph {
    let edge = |&(caller, callee): &(u32, u32)| Edge {
        caller: WorkloadIx(caller),
        callee: WorkloadIx(callee),
        operation: None,
        item: 0,
        span: Span::default(),
        timeout_ms: None,
        waits_ms: 0,
    };
    Graph::new(SIZE as usize, &pairs.iter().map(edge).collect::<Vec<_>>())
}

/// Hops of a shortest way between every two nodes, at least one hop long (Floyd and Warshall).
fn distances(pairs: &[(u32, u32)]) -> Vec<Vec<Option<usize>>> {
    let size = SIZE as usize;
    let mut hops = vec![vec![None; size]; size];
    for &(from, to) in pairs {
        hops[from as usize][to as usize] = Some(1);
    }
    for via in 0..size {
        for from in 0..size {
            for to in 0..size {
                let longer = hops[from][via].zip(hops[via][to]).map(|(a, b): (usize, usize)| a + b);
                hops[from][to] = hops[from][to].into_iter().chain(longer).min();
            }
        }
    }
    hops
}

#[test]
fn a_pair_called_twice_is_one_edge() {
    let graph = graph(&[(0, 1), (0, 1), (2, 1)]);
    assert_eq!(graph.callees(WorkloadIx(0)), [WorkloadIx(1)]);
    assert_eq!(graph.callers(WorkloadIx(1)), [WorkloadIx(0), WorkloadIx(2)]);
    assert!(graph.callees(WorkloadIx(1)).is_empty());
}

#[test]
fn a_long_ring_needs_no_deep_stack() {
    let size = 200_000_u32;
    let edges: Vec<Edge> = (0..size)
        .map(|at| Edge {
            caller: WorkloadIx(at),
            callee: WorkloadIx((at + 1) % size),
            operation: None,
            item: 0,
            span: Span::default(),
            timeout_ms: None,
            waits_ms: 0,
        })
        .collect();
    let graph = Graph::new(size as usize, &edges);
    let rings = graph.cycles();
    assert_eq!(rings.len(), 1);
    assert_eq!(rings[0].len(), size as usize);
}

proptest! {
    #[test]
    fn reach_paths_and_rings_agree_with_distances(
        pairs in proptest::collection::vec((0..SIZE, 0..SIZE), 0..20),
    ) {
        let (graph, hops) = (graph(&pairs), distances(&pairs));
        for from in 0..SIZE {
            let reached: Vec<WorkloadIx> = (0..SIZE)
                .filter(|to| hops[from as usize][*to as usize].is_some())
                .map(WorkloadIx)
                .collect();
            prop_assert_eq!(graph.reach(WorkloadIx(from)), reached);
            for to in (0..SIZE).filter(|to| *to != from) {
                let path = graph.path(WorkloadIx(from), WorkloadIx(to));
                let length = path.as_ref().map(|path| path.len() - 1);
                prop_assert_eq!(length, hops[from as usize][to as usize]);
                for pair in path.unwrap_or_default().windows(2) {
                    prop_assert!(graph.callees(pair[0]).contains(&pair[1]));
                }
            }
        }
        let in_a_ring: Vec<WorkloadIx> = (0..SIZE)
            .filter(|at| hops[*at as usize][*at as usize].is_some())
            .map(WorkloadIx)
            .collect();
        let rings = graph.cycles();
        let mut members: Vec<WorkloadIx> = rings.iter().flatten().copied().collect();
        members.sort_unstable();
        prop_assert_eq!(members, in_a_ring);
        for ring in &rings {
            for (one, other) in ring.iter().zip(ring.iter().skip(1)) {
                prop_assert!(hops[one.index()][other.index()].is_some());
                prop_assert!(hops[other.index()][one.index()].is_some());
            }
        }
    }
}
