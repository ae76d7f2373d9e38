use core::ops::Range;

use crate::mesh::{Edge, WorkloadIx};

/// The call graph: who calls whom, each pair once, in compressed rows both ways.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    pub(crate) out: Rows,
    pub(crate) into: Rows,
    /// By caller, the first of its edges; behind the last one their number.
    pub(crate) firsts: Vec<u32>,
}

/// For each workload some others, one row behind the other.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rows {
    /// Where each row begins, and where the last one ends.
    pub(crate) starts: Vec<u32>,
    pub(crate) items: Vec<WorkloadIx>,
}

impl Rows {
    /// Sorts pairs by counting, so that the cost grows with their number alone.
    fn new(count: usize, pairs: impl Iterator<Item = (WorkloadIx, WorkloadIx)> + Clone) -> Self {
        let mut next = vec![0_u32; count + 1];
        for (from, _) in pairs.clone() {
            if let Some(start) = next.get_mut(from.index() + 1) {
                *start += 1;
            }
        }
        let mut sum = 0;
        for start in &mut next {
            sum += *start;
            *start = sum;
        }
        let ends = next.get(1..).unwrap_or_default().to_vec();
        let mut placed = vec![WorkloadIx(0); sum as usize];
        for (from, to) in pairs {
            let Some(slot) = next.get_mut(from.index()) else { continue };
            if let Some(item) = placed.get_mut(*slot as usize) {
                *item = to;
            }
            *slot += 1;
        }
        Self::distinct(placed, &ends)
    }

    /// Sorts each row, which ends where `ends` says, and keeps one of what is there twice.
    fn distinct(mut placed: Vec<WorkloadIx>, ends: &[u32]) -> Self {
        let mut starts = Vec::with_capacity(ends.len() + 1);
        starts.push(0);
        let mut items: Vec<WorkloadIx> = Vec::with_capacity(placed.len());
        let mut begin = 0;
        for end in ends {
            let row = placed.get_mut(begin..*end as usize).unwrap_or_default();
            row.sort_unstable();
            let first = items.len();
            for to in row {
                if items.get(first..).and_then(<[_]>::last) != Some(to) {
                    items.push(*to);
                }
            }
            begin = *end as usize;
            starts.push(u32::try_from(items.len()).unwrap_or(u32::MAX));
        }
        Self { starts, items }
    }

    fn of(&self, ix: WorkloadIx) -> &[WorkloadIx] {
        let start = self.starts.get(ix.index()).copied().unwrap_or(0) as usize;
        let end = self.starts.get(ix.index() + 1).copied().unwrap_or(0) as usize;
        self.items.get(start..end).unwrap_or_default()
    }
}

/// Where the edges of each caller begin.
fn firsts(count: usize, edges: &[Edge]) -> Vec<u32> {
    let mut firsts = Vec::with_capacity(count + 1);
    let mut at = 0;
    for caller in (0_u32..).map(WorkloadIx).take(count + 1) {
        while edges.get(at).is_some_and(|edge| edge.caller < caller) {
            at += 1;
        }
        firsts.push(u32::try_from(at).unwrap_or(u32::MAX));
    }
    firsts
}

impl Graph {
    /// Of edges in the order of their callers.
    pub(crate) fn new(count: usize, edges: &[Edge]) -> Self {
        let out = edges.iter().map(|edge| (edge.caller, edge.callee));
        let into = edges.iter().map(|edge| (edge.callee, edge.caller));
        Self {
            out: Rows::new(count, out),
            into: Rows::new(count, into),
            firsts: firsts(count, edges),
        }
    }

    /// Where the edges of a caller stand among all.
    pub(crate) fn edges_of(&self, caller: WorkloadIx) -> Range<usize> {
        let at = |index: usize| self.firsts.get(index).map_or(0, |first| *first as usize);
        at(caller.index())..at(caller.index() + 1)
    }

    /// Whom a workload calls.
    #[must_use]
    pub fn callees(&self, of: WorkloadIx) -> &[WorkloadIx] {
        self.out.of(of)
    }

    /// Who calls a workload.
    #[must_use]
    pub fn callers(&self, of: WorkloadIx) -> &[WorkloadIx] {
        self.into.of(of)
    }

    /// Everything a workload's calls can lead to, itself only through a cycle; sorted.
    #[must_use]
    pub fn reach(&self, from: WorkloadIx) -> Vec<WorkloadIx> {
        let mut seen = vec![false; self.size()];
        let mut next = vec![from];
        let mut found = Vec::new();
        while let Some(at) = next.pop() {
            for &to in self.callees(at) {
                if let Some(mark) = seen.get_mut(to.index()).filter(|mark| !**mark) {
                    *mark = true;
                    found.push(to);
                    next.push(to);
                }
            }
        }
        found.sort_unstable();
        found
    }

    /// A shortest chain of calls, both ends included; none if there is none. Of several, the one
    /// that is first by index.
    #[must_use]
    pub fn path(&self, from: WorkloadIx, to: WorkloadIx) -> Option<Vec<WorkloadIx>> {
        let mut before: Vec<Option<WorkloadIx>> = vec![None; self.size()];
        let mut front = std::collections::VecDeque::from([from]);
        while let Some(at) = front.pop_front() {
            for &next in self.callees(at) {
                let Some(slot) = before.get_mut(next.index()).filter(|slot| slot.is_none()) else {
                    continue;
                };
                *slot = Some(at);
                if next == to {
                    return Some(trace(&before, from, to));
                }
                front.push_back(next);
            }
        }
        None
    }

    /// Groups of workloads that call each other in a ring, each sorted, in order of their first;
    /// one that calls itself is a group of one. (Tarjan 1972, with a stack of its own.)
    #[must_use]
    pub fn cycles(&self) -> Vec<Vec<WorkloadIx>> {
        let mut search = Search::new(self);
        for start in (0..u32::try_from(self.size()).unwrap_or(u32::MAX)).map(WorkloadIx) {
            search.visit(start);
        }
        search.groups.sort();
        search.groups
    }

    fn size(&self) -> usize {
        self.out.starts.len().saturating_sub(1)
    }
}

fn trace(before: &[Option<WorkloadIx>], from: WorkloadIx, to: WorkloadIx) -> Vec<WorkloadIx> {
    let mut path = vec![to];
    let mut at = to;
    while let Some(previous) = before.get(at.index()).copied().flatten() {
        path.push(previous);
        at = previous;
        if at == from {
            break;
        }
    }
    path.reverse();
    path
}

struct Search<'a> {
    graph: &'a Graph,
    /// Order of discovery from 1; 0 is undiscovered.
    order: Vec<u32>,
    low: Vec<u32>,
    on_stack: Vec<bool>,
    stack: Vec<WorkloadIx>,
    next: u32,
    groups: Vec<Vec<WorkloadIx>>,
}

impl<'a> Search<'a> {
    fn new(graph: &'a Graph) -> Self {
        let size = graph.size();
        Self {
            graph,
            order: vec![0; size],
            low: vec![0; size],
            on_stack: vec![false; size],
            stack: Vec::new(),
            next: 1,
            groups: Vec::new(),
        }
    }

    fn discover(&mut self, at: WorkloadIx) {
        set(&mut self.order, at, self.next);
        set(&mut self.low, at, self.next);
        set(&mut self.on_stack, at, true);
        self.stack.push(at);
        self.next += 1;
    }

    fn visit(&mut self, start: WorkloadIx) {
        if get(&self.order, start) != 0 {
            return;
        }
        self.discover(start);
        let mut work = vec![(start, 0_usize)];
        while let Some((at, child)) = work.pop() {
            match self.graph.callees(at).get(child) {
                Some(&to) => {
                    work.push((at, child + 1));
                    if get(&self.order, to) == 0 {
                        self.discover(to);
                        work.push((to, 0));
                    } else if self.on_stack.get(to.index()) == Some(&true) {
                        let low = get(&self.low, at).min(get(&self.order, to));
                        set(&mut self.low, at, low);
                    }
                }
                None => {
                    if let Some(&(parent, _)) = work.last() {
                        let low = get(&self.low, parent).min(get(&self.low, at));
                        set(&mut self.low, parent, low);
                    }
                    self.close(at);
                }
            }
        }
    }

    fn close(&mut self, at: WorkloadIx) {
        if get(&self.low, at) != get(&self.order, at) {
            return;
        }
        let mut group = Vec::new();
        while let Some(member) = self.stack.pop() {
            set(&mut self.on_stack, member, false);
            group.push(member);
            if member == at {
                break;
            }
        }
        group.sort_unstable();
        if group.len() > 1 || self.graph.callees(at).contains(&at) {
            self.groups.push(group);
        }
    }
}

fn get(values: &[u32], at: WorkloadIx) -> u32 {
    values.get(at.index()).copied().unwrap_or(0)
}

fn set<T>(values: &mut [T], at: WorkloadIx, value: T) {
    if let Some(slot) = values.get_mut(at.index()) {
        *slot = value;
    }
}

#[cfg(test)]
mod tests;
