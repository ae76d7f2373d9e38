//! What changed files declare, put among what stays: workloads and their edges.

use core::ops::Range;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::Patch;
use crate::graph::Graph;
use crate::mesh::{Edge, Told, Workload, WorkloadIx};
use crate::proposals::Proposals;
use crate::workloads::{Entry, Workloads};

impl Patch<'_> {
    /// Puts the fresh workloads among those that stay, in the order of ids.
    pub(super) fn splice(&mut self, fresh: Vec<(Workload, Told)>) {
        if !self.came_or_went.is_empty() {
            return self.merge(fresh);
        }
        let mut entries = self.old.workloads.entries().to_vec();
        self.moved = (0_u32..).map(WorkloadIx).map(Some).take(entries.len()).collect();
        for (workload, told) in fresh {
            let Some(ix) = self.old.workload_named(&workload.id) else { continue };
            let slots = (entries.get_mut(ix.index()), self.new.told.get_mut(ix.index()));
            if let (Some(slot), Some(said)) = slots {
                (*slot, *said) = (Entry::Linked(Arc::new(workload)), Arc::new(told));
                self.changed.push(ix);
            }
        }
        self.new.workloads = self.old.workloads.with(entries);
    }

    /// The same where some come or go, and others move.
    fn merge(&mut self, fresh: Vec<(Workload, Told)>) {
        let replaced: FxHashSet<WorkloadIx> = self.replaced.iter().copied().collect();
        let count = self.new.workloads.len();
        let mut entries = Vec::with_capacity(count);
        let told = core::mem::replace(&mut self.new.told, Vec::with_capacity(count));
        self.moved = vec![None; count];
        let mut fresh = fresh.into_iter().peekable();
        let before = self.old.workloads.entries().iter().zip(told);
        for (old, (entry, told)) in (0_u32..).map(WorkloadIx).zip(before) {
            while let Some((next, told)) = fresh.next_if(|(next, _)| next.id.as_str() <= entry.id())
            {
                let same = next.id == entry.id();
                let ix = self.push(&mut entries, Entry::Linked(Arc::new(next)), Arc::new(told));
                self.changed.push(ix);
                if same {
                    self.move_to(old, ix);
                }
            }
            if !replaced.contains(&old) {
                let ix = self.push(&mut entries, entry.clone(), told);
                self.move_to(old, ix);
            }
        }
        for (next, told) in fresh {
            let ix = self.push(&mut entries, Entry::Linked(Arc::new(next)), Arc::new(told));
            self.changed.push(ix);
        }
        self.new.workloads = Workloads::new(entries);
        self.new.proposals = Proposals::default();
    }

    fn push(&mut self, entries: &mut Vec<Entry>, entry: Entry, told: Arc<Told>) -> WorkloadIx {
        let ix = WorkloadIx(u32::try_from(entries.len()).unwrap_or(u32::MAX));
        entries.push(entry);
        self.new.told.push(told);
        ix
    }

    fn move_to(&mut self, old: WorkloadIx, new: WorkloadIx) {
        if let Some(slot) = self.moved.get_mut(old.index()) {
            *slot = Some(new);
        }
    }

    pub(super) fn now(&self, old: WorkloadIx) -> Option<WorkloadIx> {
        self.moved.get(old.index()).copied().flatten()
    }

    /// Puts the edges together from those that were found now, by caller, and those that stay.
    pub(super) fn edges(
        &mut self,
        found: Vec<(WorkloadIx, Vec<Edge>)>,
        touched: &mut FxHashSet<WorkloadIx>,
    ) {
        let stays = self.came_or_went.is_empty();
        let kept = if stays { Arc::clone(&self.old.edges) } else { Arc::new(self.kept()) };
        let part = |range: Range<usize>| kept.get(range).unwrap_or_default();
        let of = |caller| {
            let begin = kept.partition_point(|edge| edge.caller < caller);
            begin..kept.partition_point(|edge| edge.caller <= caller)
        };
        if stays && found.iter().all(|(caller, now)| part(of(*caller)) == now) {
            return; // The new mesh began with them.
        }
        let mut edges = Vec::with_capacity(kept.len());
        let (mut at, mut same) = (0, stays);
        for (caller, now) in found {
            let Range { start: begin, end } = of(caller);
            if !same_ends(part(begin..end), &now) {
                touched.insert(caller);
                same = false;
            }
            edges.extend_from_slice(part(at..begin));
            edges.extend(now);
            at = end;
        }
        edges.extend_from_slice(part(at..kept.len()));
        if !same {
            self.new.graph = Arc::new(Graph::new(self.new.workloads.len(), &edges));
        }
        self.new.edges = Arc::new(edges);
    }

    /// The edges of which both ends are there now, by where they are.
    fn kept(&self) -> Vec<Edge> {
        let moved = |edge: &Edge| {
            let (caller, callee) = (self.now(edge.caller)?, self.now(edge.callee)?);
            Some(Edge { caller, callee, ..*edge })
        };
        self.old.edges.iter().filter_map(moved).collect()
    }
}

/// Whether two lists of edges lead to the same operations of the same workloads.
fn same_ends(one: &[Edge], two: &[Edge]) -> bool {
    let ends = |edge: &Edge| (edge.callee, edge.operation, edge.timeout_ms);
    one.len() == two.len() && one.iter().zip(two).all(|(one, two)| ends(one) == ends(two))
}
